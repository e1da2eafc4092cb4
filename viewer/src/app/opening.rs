//! Loads inputs: the first one at the start, others on request, and again when files change.

use std::time::Instant;

use anyhow::{Result, anyhow};
use molshot::cli::CliError;
use molshot::input::InputOptions;
use molshot_molecule::Warning;
use winit::event_loop::EventLoopProxy;

use super::{App, Event};
use crate::args::Args;
use crate::document::Document;
use crate::input::{InputSource, LoadedInput};
use crate::watch::FileWatcher;

/// Number of the readers' warnings that are printed without `--verbose`.
const WARNINGS_SHOWN: usize = 5;

/// The first input that can be shown.
#[derive(Debug)]
pub(crate) struct FirstInput {
    index: usize,
    document: Document,
    /// The errors of the inputs before it.
    skipped: Vec<CliError>,
}

impl FirstInput {
    /// Reads inputs until one can be shown.
    ///
    /// # Errors
    /// The error of the last input if none can be shown; those of the others are printed.
    pub(crate) fn find(
        args: &Args,
        sources: &[InputSource],
        options: &InputOptions,
    ) -> Result<Self, CliError> {
        let mut skipped: Vec<CliError> = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            if let Some(error) = skipped.last() {
                eprintln!("molshot-view: {error}");
            }
            match open(args, source, options) {
                Ok(document) => {
                    return Ok(Self {
                        index,
                        document,
                        skipped,
                    });
                }
                Err(error) => skipped.push(error),
            }
        }
        Err(skipped
            .pop()
            .unwrap_or_else(|| anyhow!("no input is given").into()))
    }

    /// The message about the inputs before it.
    fn notice(&self) -> Option<String> {
        let first = self.skipped.first()?;
        Some(match self.skipped.len() {
            1 => format!("skipped an input: {first}"),
            count => format!("skipped {count} inputs; the first: {first}"),
        })
    }
}

/// Opens an input in a window of its own size.
fn open(args: &Args, source: &InputSource, options: &InputOptions) -> Result<Document, CliError> {
    let mut loaded = source.load(options)?;
    args.apply(&mut loaded.request);
    let output = &loaded.request.output;
    let size_px = [output.width_px, output.height_px];
    let document = loaded.request.validate();
    document
        .and_then(|()| Document::new(loaded, size_px))
        .map_err(|error| args.attribute(error).of_input(&source.name()))
}

impl App {
    /// Shows the first input, before the window is opened.
    pub(crate) fn open_first(&mut self, first: FirstInput) {
        self.current = first.index;
        self.notice = first.notice();
        self.watcher = watch(&self.sources[self.current], &self.proxy);
        self.size_px = first.document.request_size();
        self.open(first.document);
    }

    /// Shows a document of the current input.
    fn open(&mut self, document: Document) {
        self.warning_summary = print_warnings(document.warnings(), self.args.verbose);
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
        self.load_number += 1;
        let (number, proxy) = (self.load_number, self.proxy.clone());
        let options = self.input_options.clone();
        let source = self.sources[self.current].clone();
        std::thread::spawn(move || {
            // The watcher comes first, so that no change after reading is missed.
            let watcher = watch(&source, &proxy);
            let loaded = source.load(&options);
            let loaded = loaded.map(Box::new).map_err(|error| error.to_string());
            let _ = proxy.send_event(Event::Loaded(number, watcher, loaded));
        });
    }

    /// Shows what was read, or the error.
    pub(super) fn finish_load(&mut self, loaded: Result<Box<LoadedInput>, String>) {
        let result = loaded.map_err(|error| anyhow!(error));
        match result.and_then(|loaded| self.show_loaded(*loaded)) {
            Ok(()) => {
                self.error = None;
                // A drag refers to the previous document.
                self.drag = None;
            }
            Err(error) => {
                let error = error.to_string();
                eprintln!("molshot-view: {error}");
                self.error = Some(error);
                self.status.clear();
                self.hovered = None;
            }
        }
        self.window_state.request_redraw();
        self.update_title();
    }

    fn show_loaded(&mut self, mut loaded: LoadedInput) -> Result<()> {
        let is_scene_file = matches!(self.sources[self.current], InputSource::SceneFile(_));
        let previous = self
            .document
            .as_ref()
            .filter(|_| self.opened == self.current);
        let Some(previous) = previous else {
            self.args.apply(&mut loaded.request);
            self.open(Document::new(loaded, self.size_px)?);
            return Ok(());
        };
        if is_scene_file {
            self.args.apply(&mut loaded.request);
        }
        let reloaded = previous.reloaded(loaded, is_scene_file)?;
        let (old_px, new_px) = (previous.request_size(), reloaded.request_size());
        self.warning_summary = print_warnings(reloaded.warnings(), self.args.verbose);
        self.document = Some(reloaded);
        self.pacer.changed(false, Instant::now());
        if new_px != old_px {
            self.resize_window(new_px);
        }
        self.set_status(if self.warning_summary.is_empty() {
            "reloaded".into()
        } else {
            format!("reloaded; {}", self.warning_summary)
        });
        Ok(())
    }

    /// Gives the window the new size of a scene file.
    fn resize_window(&mut self, picture_px: [u32; 2]) {
        if let Some((window_px, actual_px)) = self.window_state.request_size(picture_px) {
            self.window_sized_for(picture_px, window_px);
            self.resized(actual_px.unwrap_or(self.size_px));
            self.resize_document();
        }
    }
}

/// Prints the readers' warnings as `molshot render` does, and summarizes them for the title.
fn print_warnings(warnings: &[Warning], verbose: bool) -> String {
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

/// Watches the files of an input.
fn watch(source: &InputSource, proxy: &EventLoopProxy<Event>) -> Option<FileWatcher> {
    let proxy = proxy.clone();
    let notify = move || {
        // The window may be closing.
        let _ = proxy.send_event(Event::FilesChanged);
    };
    FileWatcher::new(&source.files(), notify)
        .inspect_err(|error| {
            eprintln!("molshot-view: file changes cannot be watched: {error}");
        })
        .ok()
}
