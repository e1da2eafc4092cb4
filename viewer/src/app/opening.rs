//! Inputs: the first that can be shown, the others, and those whose files change.

use std::time::Instant;

use anyhow::{Result, anyhow};
use molshot_molecule::Warning;
use winit::event_loop::EventLoopProxy;

use super::{App, Event};
use crate::args::{Args, Failure};
use crate::document::Document;
use crate::input::{Loaded, Reading, Source};
use crate::watch::Watch;
use crate::words;

/// Without `--verbose`, so many warnings of the readers are printed.
const WARNINGS_SHOWN: usize = 5;

/// The first input that can be shown.
#[derive(Debug)]
pub(crate) struct First {
    at: usize,
    document: Document,
    /// What is wrong with those before it.
    passed_over: Vec<Failure>,
}

impl First {
    /// Reads inputs until one can be shown.
    ///
    /// # Errors
    /// What is wrong with the last of them if none can; that of the others is printed.
    pub(crate) fn of(args: &Args, sources: &[Source], reading: Reading) -> Result<Self, Failure> {
        let mut passed_over: Vec<Failure> = Vec::new();
        for (at, source) in sources.iter().enumerate() {
            if let Some(failure) = passed_over.last() {
                eprintln!("molshot-view: {failure}");
            }
            match open(args, source, reading) {
                Ok(document) => {
                    return Ok(Self {
                        at,
                        document,
                        passed_over,
                    });
                }
                Err(failure) => passed_over.push(failure),
            }
        }
        Err(passed_over
            .pop()
            .unwrap_or_else(|| anyhow!("there is no input").into()))
    }

    /// What is said of those before it.
    fn notice(&self) -> Option<String> {
        let first = self.passed_over.first()?;
        Some(match self.passed_over.len() {
            1 => format!("passed over an input: {first}"),
            count => format!("passed over {count} inputs; the first: {first}"),
        })
    }
}

/// An input in a window of its own size.
fn open(args: &Args, source: &Source, reading: Reading) -> Result<Document, Failure> {
    let mut loaded = source.load(reading)?;
    args.apply(&mut loaded.request);
    let output = &loaded.request.output;
    let size_px = [output.width_px, output.height_px];
    let document = loaded.request.validate();
    document
        .and_then(|()| Document::new(loaded, size_px))
        .map_err(|error| args.blame(error).of(source.name()))
}

impl App {
    /// Shows the first input, before there is a window.
    pub(crate) fn open_first(&mut self, first: First) {
        self.current = first.at;
        self.notice = first.notice();
        self.watch = watch(&self.sources[self.current], &self.proxy);
        self.size_px = first.document.own_size();
        self.open(first.document);
    }

    /// Shows the current input as its request says.
    fn open(&mut self, document: Document) {
        self.warned = warn(document.warnings(), self.args.verbose);
        self.document = Some(document);
        self.opened = self.current;
        self.status.clear();
        self.error = None;
        self.hovered = None;
        self.resize_document();
        self.pacer.changed(false, Instant::now());
    }

    /// Reads the current input on another thread.
    pub(super) fn load(&mut self) {
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

    /// Shows what was read, or says why it cannot.
    pub(super) fn loaded(&mut self, loaded: Result<Box<Loaded>, String>) {
        let result = loaded.map_err(|error| anyhow!(error));
        match result.and_then(|loaded| self.take(*loaded)) {
            Ok(()) => {
                self.error = None;
                // It began in the document before.
                self.drag = None;
            }
            Err(error) => {
                let error = words(&error);
                eprintln!("molshot-view: {error}");
                self.error = Some(error);
                self.status.clear();
                self.hovered = None;
            }
        }
        self.shown.request_redraw();
        self.title();
    }

    fn take(&mut self, mut loaded: Loaded) -> Result<()> {
        let is_scene_file = matches!(self.sources[self.current], Source::Scene(_));
        let before = self
            .document
            .as_ref()
            .filter(|_| self.opened == self.current);
        let Some(before) = before else {
            self.args.apply(&mut loaded.request);
            self.open(Document::new(loaded, self.size_px)?);
            return Ok(());
        };
        if is_scene_file {
            self.args.apply(&mut loaded.request);
        }
        let after = before.reloaded(loaded, is_scene_file)?;
        let (old_px, new_px) = (before.own_size(), after.own_size());
        self.warned = warn(after.warnings(), self.args.verbose);
        self.document = Some(after);
        self.pacer.changed(false, Instant::now());
        if new_px != old_px {
            self.take_size(new_px);
        }
        self.say(if self.warned.is_empty() {
            "read again".into()
        } else {
            format!("read again; {}", self.warned)
        });
        Ok(())
    }

    /// Gives the window the size that a scene file now says.
    fn take_size(&mut self, picture_px: [u32; 2]) {
        if let Some((window_px, given_px)) = self.shown.wish_size(picture_px) {
            self.fits(picture_px, window_px);
            self.resized(given_px.unwrap_or(self.size_px));
            self.resize_document();
        }
    }
}

/// Prints what the readers found odd as `molshot render` does, and says for the title that it did.
fn warn(warnings: &[Warning], verbose: bool) -> String {
    let shown = if verbose {
        warnings.len()
    } else {
        WARNINGS_SHOWN
    };
    for warning in warnings.iter().take(shown) {
        eprintln!("molshot-view: warning: {warning}");
    }
    if warnings.len() > shown {
        let more = warnings.len() - shown;
        eprintln!("molshot-view: warning: {more} more; --verbose prints them");
    }
    match warnings.len() {
        0 => String::new(),
        1 => "1 warning on standard error".into(),
        count => format!("{count} warnings on standard error"),
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
