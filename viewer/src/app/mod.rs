//! The state of the program, and how events change it: changed files, keys, finished pictures.

mod export;
mod mouse;
mod opening;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use glam::DVec2;
use molshot::input::InputOptions;
use molshot_renderer::pool::{CancelToken, Pool, PoolError, RenderTask};
use winit::event_loop::EventLoopProxy;
use winit::window::Window;

use crate::args::Args;
use crate::display_frame::DisplayFrame;
use crate::document::Document;
use crate::input::{InputSource, LoadedInput};
use crate::keys::{Action, Setting};
use crate::pacer::{Pacer, Quality, Ticket};
use crate::present::Presenter;
use crate::watch::FileWatcher;
use crate::window_state::WindowState;

use mouse::Drag;
pub(crate) use mouse::DragMode;
pub(crate) use opening::FirstInput;

/// Changed files are read when they have not changed for this long: programs write in several
/// steps.
const RELOAD_DELAY: Duration = Duration::from_millis(100);
/// The size of the window before an input is opened.
const DEFAULT_SIZE_PX: [u32; 2] = [1024, 1024];

/// What other threads report.
#[derive(Debug)]
pub(crate) enum Event {
    /// A picture is finished, after this time.
    Drawn(Ticket, Duration, Result<DisplayFrame, PoolError>),
    /// A picture is saved: its files, and a remark about its size.
    Saved(Result<(Vec<PathBuf>, String), String>),
    /// An input was read: the number of the load request, the watcher of its files, and its
    /// content.
    Loaded(u64, Option<FileWatcher>, Result<Box<LoadedInput>, String>),
    /// A watched file has changed.
    FilesChanged,
}

/// A picture that is larger than the screen, and the window that shows it scaled down.
#[derive(Debug, Clone, Copy)]
struct ScaledWindow {
    picture_px: [u32; 2],
    window_px: [u32; 2],
}

impl ScaledWindow {
    /// Whether a window has this size, within the rounding of desktops.
    fn has_size(&self, window_px: [u32; 2]) -> bool {
        (0..2).all(|axis| window_px[axis].abs_diff(self.window_px[axis]) <= 2)
    }
}

/// The program's state.
pub(crate) struct App {
    args: Args,
    sources: Vec<InputSource>,
    /// The requested input.
    current: usize,
    /// The input that the document shows.
    opened: usize,
    input_options: InputOptions,
    pool: Pool,
    proxy: EventLoopProxy<Event>,
    document: Option<Document>,
    pacer: Pacer,
    /// Cancels the full-quality picture that is queued.
    full_cancel: Option<CancelToken>,
    frame: Option<DisplayFrame>,
    drag: Option<Drag>,
    pointer_px: DVec2,
    hovered: Option<u32>,
    watcher: Option<FileWatcher>,
    /// When changed files are reloaded.
    reload_at: Option<Instant>,
    /// Number of the latest load request; results of earlier ones are dropped.
    load_number: u64,
    shows_help: bool,
    /// The error of the current input, shown until the input can be read.
    error: Option<String>,
    /// A message over the picture, shown until the next key.
    notice: Option<String>,
    /// The last action's message in the title, shown until the mouse moves.
    status: String,
    /// The summary of the readers' warnings.
    warning_summary: String,
    size_px: [u32; 2],
    /// Set while the window is smaller than the picture that it was opened for.
    scaled: Option<ScaledWindow>,
    clipboard: Option<arboard::Clipboard>,
    /// Names of saved pictures, including those that are not written yet.
    reserved_names: BTreeSet<PathBuf>,
    /// Whether the program is to end.
    pub(crate) ended: bool,
    /// Why the window could not be opened.
    pub(crate) window_error: Option<String>,
    pub(crate) window_state: WindowState,
}

impl App {
    pub(crate) fn new(
        args: Args,
        sources: Vec<InputSource>,
        input_options: InputOptions,
        pool: Pool,
        proxy: EventLoopProxy<Event>,
    ) -> Self {
        Self {
            args,
            sources,
            current: 0,
            opened: 0,
            input_options,
            pool,
            proxy,
            document: None,
            pacer: Pacer::default(),
            full_cancel: None,
            frame: None,
            drag: None,
            pointer_px: DVec2::ZERO,
            hovered: None,
            watcher: None,
            reload_at: None,
            load_number: 0,
            shows_help: false,
            error: None,
            notice: None,
            status: String::new(),
            warning_summary: String::new(),
            size_px: DEFAULT_SIZE_PX,
            scaled: None,
            clipboard: None,
            reserved_names: BTreeSet::new(),
            ended: false,
            window_error: None,
            window_state: WindowState::default(),
        }
    }

    /// Finishes the pictures that are being drawn and saved.
    ///
    /// # Errors
    /// When the window could not be opened.
    pub(crate) fn finish(self) -> Result<()> {
        self.pool.finish();
        self.window_error.map_or(Ok(()), |error| bail!(error))
    }

    /// Handles what another thread reports.
    pub(crate) fn handle(&mut self, event: Event) {
        match event {
            Event::FilesChanged => self.reload_at = Some(Instant::now() + RELOAD_DELAY),
            Event::Loaded(number, watcher, loaded) if number == self.load_number => {
                self.watcher = watcher;
                self.finish_load(loaded);
            }
            Event::Loaded(..) => {}
            Event::Saved(Ok((files, size))) => {
                let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
                self.set_status(format!("saved {}{size}", names.join(", ")));
            }
            Event::Saved(Err(error)) => self.set_status(error),
            Event::Drawn(ticket, _, Err(PoolError::Cancelled)) => self.pacer.cancelled(ticket),
            Event::Drawn(ticket, took, result) => {
                self.pacer.done(ticket, took);
                if self.args.verbose {
                    eprintln!(
                        "molshot-view: picture {} ({:?}) in {:.1} ms",
                        ticket.version,
                        ticket.quality,
                        took.as_secs_f64() * 1e3
                    );
                }
                match result {
                    Ok(frame) => self.frame = Some(frame),
                    Err(error) => self.set_status(error.to_string()),
                }
                self.update_hover();
                self.window_state.request_redraw();
            }
        }
    }

    /// Starts what is due, and returns when to be called again.
    pub(crate) fn advance(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if self.reload_at.is_some_and(|at| now >= at) {
            self.reload_at = None;
            self.load();
        }
        // A hidden window is not drawn, and does not wake up for drawing.
        let is_visible = self.window_state.is_visible();
        if is_visible {
            self.draw(now);
        }
        let pacer = self.pacer.wake_at().filter(|_| is_visible);
        [self.reload_at, pacer, self.window_state.retry(now)]
            .into_iter()
            .flatten()
            .min()
    }

    fn draw(&mut self, now: Instant) {
        let Some(document) = &self.document else {
            return;
        };
        let Some(ticket) = self.pacer.next(now) else {
            return;
        };
        let job = match document.job(ticket.quality) {
            Ok(job) => job,
            Err(error) => {
                self.pacer.done(ticket, Duration::ZERO);
                self.set_status(error.to_string());
                return;
            }
        };
        let proxy = self.proxy.clone();
        let crop = document.crop();
        let cancel = CancelToken::new();
        let task = RenderTask::new(
            job,
            &cancel,
            move |frame, _| Ok(DisplayFrame::new(frame, crop)),
            move |result| {
                let _ = proxy.send_event(Event::Drawn(ticket, now.elapsed(), result));
            },
        );
        self.full_cancel = (ticket.quality == Quality::Full).then_some(cancel);
        if let Err(refused) = self.pool.try_submit(task) {
            refused.complete();
        }
    }

    /// Records the window size that a picture's size has led to.
    pub(crate) fn window_sized_for(&mut self, picture_px: [u32; 2], window_px: [u32; 2]) {
        self.scaled = (picture_px != window_px).then_some(ScaledWindow {
            picture_px,
            window_px,
        });
    }

    /// Handles a new size of the window; without pixels nothing is drawn.
    pub(crate) fn resized(&mut self, size_px: [u32; 2]) {
        if size_px.contains(&0) || size_px == self.size_px {
            return;
        }
        self.size_px = size_px;
        // Once resized by the user, the window decides the size of the picture.
        self.scaled = self.scaled.filter(|scaled| scaled.has_size(size_px));
        self.resize_document();
        self.drag = None;
        self.pacer.changed(true, Instant::now());
    }

    fn resize_document(&mut self) {
        if let Some(document) = &mut self.document {
            document.resize(self.size_px, self.scaled.map(|scaled| scaled.picture_px));
        }
        self.update_title();
    }

    /// The size of the requested picture.
    pub(crate) fn picture_size_px(&self) -> [u32; 2] {
        self.size_px
    }

    fn set_status(&mut self, text: String) {
        self.status = text;
        self.update_title();
    }

    /// Shows the name of the input, with a message or the atom under the pointer, in the title.
    fn update_title(&mut self) {
        let name = self.sources[self.current].name();
        let is_shown = self.opened == self.current;
        let document = self.document.as_ref().filter(|_| is_shown);
        let described = self.hovered.and_then(|atom| document?.describe(atom));
        let status = Some(&self.status).filter(|status| !status.is_empty());
        let error = self.error.as_ref().or(self.notice.as_ref());
        let text = status.cloned().or(described).or(error.cloned());
        let text = text.unwrap_or_else(|| {
            let scaled = document
                .map(|document| (document.export_size(), self.size_px))
                .filter(|(export, window)| export != window)
                .map(|([width, height], [window_width, window_height])| {
                    format!(
                        "the window is {window_width}x{window_height}, the picture {width}x{height}"
                    )
                });
            let warnings = Some(self.warning_summary.clone())
                .filter(|warnings| is_shown && !warnings.is_empty());
            let notes: Vec<String> = [warnings, scaled].into_iter().flatten().collect();
            notes.join("; ")
        });
        let title = match text.as_str() {
            "" => format!("{name} - molshot"),
            text => format!("{name} - {text} - molshot"),
        };
        self.window_state.set_title(title);
    }

    /// Performs the action of a key.
    pub(crate) fn perform(&mut self, action: Action) {
        self.hovered = None;
        self.notice = None;
        match action {
            Action::View(view) => self.update_document(|document| document.look_from(view)),
            Action::Reset => self.update_document(Document::reset),
            Action::Change(setting) => self.change(setting),
            Action::Crop => self.toggle_crop(),
            Action::Step(by) => self.step(by),
            Action::Copy(form) => self.copy(form),
            Action::Save => self.save(),
            Action::Help => self.shows_help = !self.shows_help,
            Action::CloseOverlay => self.shows_help = false,
            Action::Quit => self.ended = true,
        }
        self.window_state.request_redraw();
    }

    /// Changes the document while the mouse is at rest.
    fn update_document(&mut self, act: impl FnOnce(&mut Document)) {
        if let Some(document) = &mut self.document {
            act(document);
            self.drag = None;
            self.pacer.changed(false, Instant::now());
        }
    }

    fn change(&mut self, setting: Setting) {
        let Some(document) = &mut self.document else {
            return;
        };
        let mut description = String::new();
        match document.change(|request| description = setting.apply(request)) {
            Ok(()) => {
                self.drag = None;
                self.pacer.changed(false, Instant::now());
                self.set_status(description);
            }
            Err(error) => self.set_status(error.to_string()),
        }
    }

    fn toggle_crop(&mut self) {
        let Some(document) = &mut self.document else {
            return;
        };
        let status = match document.toggle_crop() {
            Some(true) => "cropped",
            Some(false) => "not cropped",
            None => "the request has no crop",
        };
        self.pacer.changed(false, Instant::now());
        self.set_status(status.into());
    }

    fn step(&mut self, by: isize) {
        let count = self.sources.len();
        if count < 2 {
            self.set_status("there is only one input; give several inputs and --each".into());
            return;
        }
        self.current = (self.current as isize + by).rem_euclid(count as isize) as usize;
        self.set_status("loading".into());
        self.load();
    }

    /// Opens a presenter for a window.
    ///
    /// # Errors
    /// As [`Presenter::open`].
    pub(crate) fn presenter_for(&self, window: Arc<Window>) -> Result<Presenter, String> {
        let choice = self.args.present;
        let adapters = choice.adapters(self.args.adapter, self.pool.kind());
        let presenter = Presenter::open(window, choice, adapters)?;
        if self.args.verbose {
            eprintln!(
                "molshot-view: {} draws, {} presents",
                self.pool.adapter(),
                presenter.name()
            );
        }
        Ok(presenter)
    }

    /// Presents the picture with its overlay.
    pub(crate) fn present(&mut self) {
        let help = self.shows_help.then(|| {
            let has_crop = self.document.as_ref().is_some_and(Document::has_crop);
            crate::keys::help(self.sources.len() > 1, has_crop)
        });
        let presented = self.window_state.present(
            self.frame.as_ref(),
            help.as_deref(),
            self.error.as_deref().or(self.notice.as_deref()),
        );
        if let Err(error) = presented {
            // The next picture gets a new surface.
            eprintln!("molshot-view: the picture cannot be presented: {error}");
        }
    }
}
