//! The program's state and what happens to it: files that change, keys, finished pictures.

mod mouse;
mod opening;
mod outputs;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use glam::DVec2;
use molshot_renderer::pool::{CancelToken, Pool, PoolError, RenderTask};
use winit::event_loop::EventLoopProxy;
use winit::window::Window;

use crate::args::Args;
use crate::document::Document;
use crate::input::{Loaded, Reading, Source};
use crate::keys::{Action, Setting};
use crate::pacer::{Pacer, Quality, Ticket};
use crate::picture::Picture;
use crate::present::Presenter;
use crate::watch::Watch;
use crate::window::Shown;

use mouse::Drag;
pub(crate) use mouse::Grip;
pub(crate) use opening::First;

/// A file that is written in several steps is read once, so long after the last of them.
const SETTLE: Duration = Duration::from_millis(100);
/// The window's first size where the request's does not fit: a share of the screen.
const DEFAULT_SIZE_PX: [u32; 2] = [1024, 1024];

/// What other threads tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// A picture is finished; how long it took.
    Drawn(Ticket, Duration, Result<Picture, PoolError>),
    /// A still is written, and what is to be said of its size.
    Saved(Result<(Vec<PathBuf>, String), String>),
    /// An input was read; the number of the wish, and who listens to its files.
    Loaded(u64, Option<Watch>, Result<Box<Loaded>, String>),
    /// A file that is looked at was changed.
    FilesChanged,
}

/// A picture that a screen is too small for, and the window that it got.
#[derive(Debug, Clone, Copy)]
struct Fit {
    picture_px: [u32; 2],
    window_px: [u32; 2],
}

impl Fit {
    /// Whether a window has the size that it got, as desktops round it.
    fn is(&self, window_px: [u32; 2]) -> bool {
        (0..2).all(|axis| window_px[axis].abs_diff(self.window_px[axis]) <= 2)
    }
}

pub(crate) struct App {
    args: Args,
    sources: Vec<Source>,
    /// The input that is wanted.
    current: usize,
    /// The input that is shown.
    opened: usize,
    reading: Reading,
    pool: Pool,
    proxy: EventLoopProxy<Event>,
    document: Option<Document>,
    pacer: Pacer,
    /// Calls off the full picture that is ordered.
    full: Option<CancelToken>,
    picture: Option<Picture>,
    drag: Option<Drag>,
    pointer_px: DVec2,
    hovered: Option<u32>,
    watch: Option<Watch>,
    /// When changed files are read again.
    reload_at: Option<Instant>,
    /// The newest wish to read; answers to older ones are dropped.
    wish: u64,
    help: bool,
    /// What is wrong; shown until it is right.
    error: Option<String>,
    /// What is over the picture until the next key.
    notice: Option<String>,
    status: String,
    /// What the readers found odd, in short.
    warned: String,
    size_px: [u32; 2],
    /// A window that is smaller than the picture that it was made for.
    fit: Option<Fit>,
    clipboard: Option<arboard::Clipboard>,
    /// Files that stills were given; a still that is not yet written has none on the disk.
    stills: BTreeSet<PathBuf>,
    /// True when the program is to end.
    pub(crate) ended: bool,
    /// Why there is no window.
    pub(crate) failure: Option<String>,
    pub(crate) shown: Shown,
}

impl App {
    pub(crate) fn new(
        args: Args,
        sources: Vec<Source>,
        reading: Reading,
        pool: Pool,
        proxy: EventLoopProxy<Event>,
    ) -> Self {
        Self {
            args,
            sources,
            current: 0,
            opened: 0,
            reading,
            pool,
            proxy,
            document: None,
            pacer: Pacer::default(),
            full: None,
            picture: None,
            drag: None,
            pointer_px: DVec2::ZERO,
            hovered: None,
            watch: None,
            reload_at: None,
            wish: 0,
            help: false,
            error: None,
            notice: None,
            status: String::new(),
            warned: String::new(),
            size_px: DEFAULT_SIZE_PX,
            fit: None,
            clipboard: None,
            stills: BTreeSet::new(),
            ended: false,
            failure: None,
            shown: Shown::default(),
        }
    }

    /// The end: what is being drawn and saved is finished.
    ///
    /// # Errors
    /// Why there was no window.
    pub(crate) fn finish(self) -> Result<()> {
        self.pool.finish();
        self.failure.map_or(Ok(()), |failure| bail!(failure))
    }

    /// What another thread tells.
    pub(crate) fn hear(&mut self, event: Event) {
        match event {
            Event::FilesChanged => self.reload_at = Some(Instant::now() + SETTLE),
            Event::Loaded(wish, watch, loaded) if wish == self.wish => {
                self.watch = watch;
                self.loaded(loaded);
            }
            Event::Loaded(..) => {}
            Event::Saved(Ok((files, size))) => {
                let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
                self.say(format!("saved {}{size}", names.join(", ")));
            }
            Event::Saved(Err(error)) => self.say(error),
            Event::Drawn(ticket, _, Err(PoolError::Cancelled)) => self.pacer.called_off(ticket),
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
                    Ok(picture) => self.picture = Some(picture),
                    Err(error) => self.say(error.to_string()),
                }
                self.hover();
                self.shown.request_redraw();
            }
        }
    }

    /// Starts what is due, and says when to come again.
    pub(crate) fn attend(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if self.reload_at.is_some_and(|at| now >= at) {
            self.reload_at = None;
            self.load();
        }
        // What nobody sees is not drawn, and nobody waits for it.
        let is_visible = self.shown.is_visible();
        if is_visible {
            self.draw(now);
        }
        let pacer = self.pacer.wake_at().filter(|_| is_visible);
        [self.reload_at, pacer, self.shown.attend(now)]
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
                self.say(error.to_string());
                return;
            }
        };
        let proxy = self.proxy.clone();
        let crop = document.crop();
        let cancel = CancelToken::new();
        let order = RenderTask::new(
            job,
            &cancel,
            move |frame, _| Ok(Picture::of(frame, crop)),
            move |result| {
                let _ = proxy.send_event(Event::Drawn(ticket, now.elapsed(), result));
            },
        );
        self.full = (ticket.quality == Quality::Full).then_some(cancel);
        if let Err(refusal) = self.pool.try_submit(order) {
            refusal.complete();
        }
    }

    /// A window was given a size for a picture.
    pub(crate) fn fits(&mut self, picture_px: [u32; 2], window_px: [u32; 2]) {
        self.fit = (picture_px != window_px).then_some(Fit {
            picture_px,
            window_px,
        });
    }

    /// The window has another size; without one nothing is drawn.
    pub(crate) fn resized(&mut self, size_px: [u32; 2]) {
        if size_px.contains(&0) || size_px == self.size_px {
            return;
        }
        self.size_px = size_px;
        // From now on the user says how large the picture is.
        self.fit = self.fit.filter(|fit| fit.is(size_px));
        self.resize_document();
        self.drag = None;
        self.pacer.changed(true, Instant::now());
    }

    fn resize_document(&mut self) {
        if let Some(document) = &mut self.document {
            document.resize(self.size_px, self.fit.map(|fit| fit.picture_px));
        }
        self.title();
    }

    /// Size of the picture that is wanted.
    pub(crate) fn size_px(&self) -> [u32; 2] {
        self.size_px
    }

    fn say(&mut self, text: String) {
        self.status = text;
        self.title();
    }

    fn title(&mut self) {
        let name = self.sources[self.current].name();
        let is_shown = self.opened == self.current;
        let document = self.document.as_ref().filter(|_| is_shown);
        let described = self.hovered.and_then(|atom| document?.describe(atom));
        let said = Some(&self.status).filter(|status| !status.is_empty());
        let error = self.error.as_ref().or(self.notice.as_ref());
        let text = said.cloned().or(described).or(error.cloned());
        let text = text.unwrap_or_else(|| {
            let scaled = document
                .map(|document| (document.still_size(), self.size_px))
                .filter(|(still, window)| still != window)
                .map(|([width, height], [window_width, window_height])| {
                    format!(
                        "window is {window_width}x{window_height}, the picture {width}x{height}"
                    )
                });
            let warned = Some(self.warned.clone()).filter(|warned| is_shown && !warned.is_empty());
            let notes: Vec<String> = [warned, scaled].into_iter().flatten().collect();
            notes.join("; ")
        });
        let title = match text.as_str() {
            "" => format!("{name} - molshot"),
            text => format!("{name} - {text} - molshot"),
        };
        self.shown.set_title(title);
    }

    /// Does what a key stands for.
    pub(crate) fn act(&mut self, action: Action) {
        self.hovered = None;
        self.notice = None;
        match action {
            Action::Look(view) => self.still(|document| document.look(view)),
            Action::Reset => self.still(Document::reset),
            Action::Change(setting) => self.change(setting),
            Action::Crop => self.toggle_crop(),
            Action::Step(by) => self.step(by),
            Action::Copy(form) => self.copy(form),
            Action::Save => self.save(),
            Action::Help => self.help = !self.help,
            Action::Close => self.help = false,
            Action::Quit => self.ended = true,
        }
        self.shown.request_redraw();
    }

    fn still(&mut self, act: impl FnOnce(&mut Document)) {
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
        let mut said = String::new();
        match document.change(|request| said = setting.apply(request)) {
            Ok(()) => {
                self.drag = None;
                self.pacer.changed(false, Instant::now());
                self.say(said);
            }
            Err(error) => self.say(error.to_string()),
        }
    }

    fn toggle_crop(&mut self) {
        let Some(document) = &mut self.document else {
            return;
        };
        let said = match document.toggle_crop() {
            Some(true) => "cropped",
            Some(false) => "not cropped",
            None => "the request has no crop",
        };
        self.pacer.changed(false, Instant::now());
        self.say(said.into());
    }

    fn step(&mut self, by: isize) {
        let count = self.sources.len();
        if count < 2 {
            self.say("there is one input; give several, and --each".into());
            return;
        }
        self.current = (self.current as isize + by).rem_euclid(count as isize) as usize;
        self.say("reading".into());
        self.load();
    }

    /// Finds out who presents in a window.
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

    /// Presents the picture with what lies over it.
    pub(crate) fn present(&mut self) {
        let help = self.help.then(|| {
            let has_crop = self.document.as_ref().is_some_and(Document::has_crop);
            crate::keys::help(self.sources.len() > 1, has_crop)
        });
        let presented = self.shown.present(
            self.picture.as_ref(),
            help.as_deref(),
            self.error.as_deref().or(self.notice.as_deref()),
        );
        if let Err(error) = presented {
            // It is made anew for the next picture.
            eprintln!("molshot-view: the window takes no picture: {error}");
        }
    }
}
