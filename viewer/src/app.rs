//! The program's state and what happens to it: files that change, keys, finished pictures.

mod mouse;
mod outputs;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use glam::DVec2;
use molshot_renderer::pool::{CancelToken, Order, Pool};
use winit::event_loop::EventLoopProxy;
use winit::window::Window;

use crate::document::Document;
use crate::input::{Loaded, Reading, Source};
use crate::keys::{Action, Setting};
use crate::pacer::{Pacer, Ticket};
use crate::picture::Picture;
use crate::present::Presenter;
use crate::watch::Watch;
use crate::window::Shown;
use crate::{Args, words};

use mouse::Drag;
pub(crate) use mouse::Grip;

/// A file that is written in several steps is read once, so long after the last of them.
const SETTLE: Duration = Duration::from_millis(100);
/// The window's first size where the request's does not fit: a share of the screen.
const DEFAULT_SIZE_PX: [u32; 2] = [1024, 1024];

/// What other threads tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// A picture is finished; how long it took.
    Drawn(Ticket, Duration, Result<Picture, String>),
    /// A still is written.
    Saved(Result<Vec<PathBuf>, String>),
    /// An input was read; the number of the wish, and who listens to its files.
    Loaded(u64, Option<Watch>, Result<Box<Loaded>, String>),
    /// A file that is looked at was changed.
    FilesChanged,
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
    status: String,
    size_px: [u32; 2],
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
            picture: None,
            drag: None,
            pointer_px: DVec2::ZERO,
            hovered: None,
            watch: None,
            reload_at: None,
            wish: 0,
            help: false,
            error: None,
            status: String::new(),
            size_px: DEFAULT_SIZE_PX,
            clipboard: None,
            stills: BTreeSet::new(),
            ended: false,
            failure: None,
            shown: Shown::default(),
        }
    }

    /// Shows what was read of the first input, before there is a window.
    ///
    /// # Errors
    /// As [`Document::new`].
    pub(crate) fn open_first(&mut self, loaded: Loaded) -> Result<()> {
        let source = &self.sources[self.current];
        self.watch = watch(source, &self.proxy);
        let name = source.name();
        let output = &loaded.request.output;
        self.size_px = [output.width_px, output.height_px];
        self.open(loaded).context(name)
    }

    /// Shows what was read of the current input as its request says.
    ///
    /// # Errors
    /// As [`Document::new`].
    fn open(&mut self, loaded: Loaded) -> Result<()> {
        self.document = Some(Document::new(loaded, self.size_px)?);
        self.opened = self.current;
        self.status.clear();
        self.error = None;
        self.hovered = None;
        self.pacer.changed(false, Instant::now());
        Ok(())
    }

    /// The end: what is being drawn and saved is finished.
    ///
    /// # Errors
    /// Why there was no window.
    pub(crate) fn finish(self) -> Result<()> {
        self.pool.finish();
        self.failure.map_or(Ok(()), |failure| bail!(failure))
    }

    /// Reads the current input on another thread.
    fn load(&mut self) {
        self.wish += 1;
        let (wish, reading, proxy) = (self.wish, self.reading, self.proxy.clone());
        let source = self.sources[self.current].clone();
        std::thread::spawn(move || {
            // First, so that no change after reading is missed.
            let watch = watch(&source, &proxy);
            let loaded = source.load(reading);
            let loaded = loaded.map(Box::new).map_err(|error| words(&error));
            let _ = proxy.send_event(Event::Loaded(wish, watch, loaded));
        });
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
            Event::Saved(Ok(files)) => {
                let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
                self.say(format!("saved {}", names.join(", ")));
            }
            Event::Saved(Err(error)) => self.say(error),
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
                    Err(error) => self.say(error),
                }
                self.hover();
                self.shown.request_redraw();
            }
        }
    }

    fn loaded(&mut self, loaded: Result<Box<Loaded>, String>) {
        let result = loaded.map_err(|error| anyhow!(error)).and_then(|loaded| {
            let mut loaded = *loaded;
            if self.opened != self.current || self.document.is_none() {
                self.args.apply(&mut loaded.request);
                return self.open(loaded);
            }
            let is_scene_file = matches!(self.sources[self.current], Source::Scene(_));
            if is_scene_file {
                self.args.apply(&mut loaded.request);
            }
            if let Some(document) = &self.document {
                self.document = Some(document.reloaded(loaded, is_scene_file)?);
            }
            self.say("read again".into());
            self.pacer.changed(false, Instant::now());
            Ok(())
        });
        self.error = result.err().map(|error| words(&error));
        if let Some(error) = &self.error {
            eprintln!("molshot-view: {error}");
        } else if self.drag.is_some() {
            // It began in the document before.
            self.drag = None;
        }
        self.shown.request_redraw();
        self.title();
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
        let order = Order::new(
            job,
            &CancelToken::new(),
            move |frame, _| Ok(Picture::of(frame, crop)),
            move |result| {
                let result = result.map_err(|error| error.to_string());
                let _ = proxy.send_event(Event::Drawn(ticket, now.elapsed(), result));
            },
        );
        if let Err(refusal) = self.pool.try_submit(order) {
            refusal.tell();
        }
    }

    /// The window has another size; without one nothing is drawn.
    pub(crate) fn resized(&mut self, size_px: [u32; 2]) {
        if size_px.contains(&0) || size_px == self.size_px {
            return;
        }
        self.size_px = size_px;
        if let Some(document) = &mut self.document {
            document.resize(size_px);
        }
        self.drag = None;
        self.pacer.changed(true, Instant::now());
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
        let described = self
            .hovered
            .and_then(|atom| self.document.as_ref()?.describe(atom));
        let said = Some(&self.status).filter(|status| !status.is_empty());
        let text = self.error.as_ref().or(said).cloned();
        let text = text.or(described).unwrap_or_default();
        let title = match text.as_str() {
            "" => format!("{name} - molshot"),
            text => format!("{name} - {text} - molshot"),
        };
        self.shown.set_title(title);
    }

    /// Does what a key stands for.
    pub(crate) fn act(&mut self, action: Action) {
        self.hovered = None;
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
            self.error.as_deref(),
        );
        if let Err(error) = presented {
            // It is made anew for the next picture.
            eprintln!("molshot-view: the window takes no picture: {error}");
        }
    }
}

/// Listens to an input's files.
fn watch(source: &Source, proxy: &EventLoopProxy<Event>) -> Option<Watch> {
    let proxy = proxy.clone();
    let told = move || {
        // The window may be closing.
        let _ = proxy.send_event(Event::FilesChanged);
    };
    Watch::new(&source.files(), told)
        .inspect_err(|error| {
            eprintln!("molshot-view: changes of files will not be noticed: {error}");
        })
        .ok()
}
