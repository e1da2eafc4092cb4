//! The program's state and what happens to it: files that change, keys, finished pictures.

mod outputs;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use glam::DVec2;
use molshot_renderer::pool::{CancelToken, Order, Pool};
use molshot_scenes::SceneError;
use winit::event_loop::EventLoopProxy;

use crate::Args;
use crate::document::Document;
use crate::input::{Loaded, Reading, Source};
use crate::keys::{Action, Setting};
use crate::orbit::{Orbit, arcball};
use crate::pacer::{Pacer, Ticket};
use crate::picture::Picture;
use crate::watch::Watch;
use crate::window::Shown;

/// A file that is written in several steps is read once, so long after the last of them.
const SETTLE: Duration = Duration::from_millis(100);
/// So much larger or smaller is the scene after one notch of the wheel.
const ZOOM_A_NOTCH: f64 = 1.1;
/// The window's first size where the request's does not fit: a share of the screen.
const DEFAULT_SIZE_PX: [u32; 2] = [1024, 1024];

/// What other threads tell.
#[derive(Debug)]
pub(crate) enum Event {
    /// A picture is finished; how long it took.
    Drawn(Ticket, Duration, Result<Picture, String>),
    /// A still is written.
    Saved(Result<Vec<PathBuf>, String>),
    /// An input was read; the number of the wish.
    Loaded(u64, Result<Box<Loaded>, String>),
    /// A file that is looked at was changed.
    FilesChanged,
}

/// What a pressed button does with the pointer's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Turns.
    Turn,
    /// Moves.
    Shift,
}

/// A button that is held.
#[derive(Debug, Clone)]
struct Drag {
    grip: Grip,
    start_px: DVec2,
    start: Orbit,
}

pub(crate) struct App {
    args: Args,
    sources: Vec<Source>,
    current: usize,
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
    /// Whether the newest wish is for another input.
    opens_another: bool,
    help: bool,
    /// What is wrong; shown until it is right.
    error: Option<String>,
    status: String,
    size_px: [u32; 2],
    clipboard: Option<arboard::Clipboard>,
    /// True when the program is to end.
    pub(crate) ended: bool,
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
            opens_another: false,
            help: false,
            error: None,
            status: String::new(),
            size_px: DEFAULT_SIZE_PX,
            clipboard: None,
            ended: false,
            shown: Shown::default(),
        }
    }

    /// Shows what was read of the current input as its request says.
    ///
    /// # Errors
    /// As [`Document::new`].
    pub(crate) fn open(&mut self, loaded: Loaded) -> Result<()> {
        let output = &loaded.request.output;
        if self.shown.window.is_none() {
            self.size_px = [output.width_px, output.height_px];
        }
        self.watch(Some(&loaded));
        let document = Document::new(loaded, self.size_px)?;
        self.status = if document.is_cropped() {
            "the request's crop is not shown".into()
        } else {
            String::new()
        };
        self.document = Some(document);
        self.error = None;
        self.hovered = None;
        self.pacer.changed(false, Instant::now());
        Ok(())
    }

    /// Listens to the files of the current input.
    fn watch(&mut self, loaded: Option<&Loaded>) {
        let files = self.sources[self.current].files(loaded);
        let proxy = self.proxy.clone();
        let told = move || {
            // The window may be closing.
            let _ = proxy.send_event(Event::FilesChanged);
        };
        match Watch::new(&files, told) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => {
                self.watch = None;
                eprintln!("molshot-view: changes of files will not be noticed: {error}");
            }
        }
    }

    /// Reads the current input on another thread.
    fn load(&mut self, opens_another: bool) {
        self.wish += 1;
        self.opens_another = opens_another;
        let (wish, reading, proxy) = (self.wish, self.reading, self.proxy.clone());
        let source = self.sources[self.current].clone();
        std::thread::spawn(move || {
            let loaded = source.load(reading);
            let loaded = loaded.map(Box::new).map_err(|error| format!("{error:#}"));
            let _ = proxy.send_event(Event::Loaded(wish, loaded));
        });
    }

    /// What another thread tells.
    pub(crate) fn hear(&mut self, event: Event) {
        match event {
            Event::FilesChanged => self.reload_at = Some(Instant::now() + SETTLE),
            Event::Loaded(wish, loaded) if wish == self.wish => self.loaded(loaded),
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
            if self.opens_another || self.document.is_none() {
                self.args.apply(&mut loaded.request);
                return self.open(loaded);
            }
            let is_scene_file = matches!(self.sources[self.current], Source::Scene(_));
            if is_scene_file {
                self.args.apply(&mut loaded.request);
            }
            self.watch(Some(&loaded));
            if let Some(document) = &self.document {
                self.document = Some(document.reloaded(loaded, is_scene_file)?);
            }
            self.say("read again".into());
            self.pacer.changed(false, Instant::now());
            Ok(())
        });
        self.error = result.err().map(|error| format!("{error:#}"));
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
            self.load(self.opens_another && self.document.is_none());
        }
        self.draw(now);
        [self.reload_at, self.pacer.wake_at()]
            .into_iter()
            .flatten()
            .min()
    }

    fn draw(&mut self, now: Instant) {
        if !self.shown.is_visible() {
            return;
        }
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
        let order = Order::new(
            job,
            &CancelToken::new(),
            |frame, _| Ok(Picture::of(frame)),
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

    /// A button is pressed.
    pub(crate) fn grab(&mut self, grip: Grip) {
        let start = self.document.as_ref().map(Document::orbit);
        match start {
            Some(Ok(start)) => {
                self.drag = Some(Drag {
                    grip,
                    start_px: self.pointer_px,
                    start,
                });
            }
            Some(Err(error)) => self.say(error.to_string()),
            None => {}
        }
    }

    /// A button is let go.
    pub(crate) fn release(&mut self) {
        self.drag = None;
        self.hover();
    }

    /// The pointer is at another place.
    pub(crate) fn point(&mut self, at_px: DVec2) {
        self.pointer_px = at_px;
        // What was said stays until the user goes on.
        self.status.clear();
        let Some(drag) = self.drag.clone() else {
            self.hover();
            return;
        };
        let size = DVec2::from(self.size_px.map(f64::from));
        self.moving(|document| match drag.grip {
            Grip::Turn => document.turn(&drag.start, arcball(drag.start_px, at_px, size)),
            Grip::Shift => document.shift(&drag.start, at_px - drag.start_px),
        });
    }

    /// The wheel is turned by so many notches, away from the user.
    pub(crate) fn wheel(&mut self, notches: f64) {
        self.moving(|document| document.zoom(ZOOM_A_NOTCH.powf(notches)));
    }

    /// A double click.
    pub(crate) fn center(&mut self) {
        self.drag = None;
        if let Some(atom) = self.atom_under_pointer() {
            self.moving(|document| document.center(atom));
        }
    }

    fn moving(&mut self, act: impl FnOnce(&mut Document) -> Result<(), SceneError>) {
        let Some(document) = &mut self.document else {
            return;
        };
        match act(document) {
            Ok(()) => {
                self.hovered = None;
                self.pacer.changed(true, Instant::now());
            }
            Err(error) => self.say(error.to_string()),
        }
    }

    fn atom_under_pointer(&self) -> Option<u32> {
        let picture = self.picture.as_ref()?;
        // A picture of another view has other atoms there.
        let fits = picture.size_px().map(|edge| edge as u32) == self.size_px;
        (fits && self.pacer.is_current())
            .then(|| picture.atom_at(self.pointer_px.x, self.pointer_px.y))
            .flatten()
    }

    /// Says in the title what the pointer is on.
    fn hover(&mut self) {
        let atom = self.atom_under_pointer();
        if atom != self.hovered || self.drag.is_none() {
            self.hovered = atom;
            self.title();
        }
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

    fn step(&mut self, by: isize) {
        let count = self.sources.len();
        if count < 2 {
            self.say("there is one input; give several, and --each".into());
            return;
        }
        self.current = (self.current as isize + by).rem_euclid(count as isize) as usize;
        self.watch(None);
        self.say("reading".into());
        self.load(true);
    }

    /// Presents the picture with what lies over it.
    pub(crate) fn present(&mut self) {
        let help = self.help.then(|| {
            let several = self.sources.len() > 1;
            crate::keys::help(several)
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
