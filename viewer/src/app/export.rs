//! Copies the request as text, and saves the picture.

use std::path::PathBuf;

use molshot_renderer::pool::{CancelToken, RenderTask};
use molshot_renderer::{Encoding, save, save_masks};
use winit::event_loop::EventLoopClosed;

use super::{App, Event};
use molshot_scenes::request::file_extension;

use crate::copy::{Form, copy};
use crate::document::Document;
use crate::input::InputSource;

impl App {
    /// Copies the request to the clipboard, if there is one, and prints it.
    pub(super) fn copy(&mut self, form: Form) {
        if self.refuses("copy") {
            return;
        }
        let Some(document) = &self.document else {
            return;
        };
        let size = self.size_remark(document);
        let name = self.sources[self.opened].name();
        let mut copied = match copy(&document.scene_file(), form, &name, &self.args.server) {
            Ok(copied) => copied,
            Err(error) => return self.set_status(error.to_string()),
        };
        if self.input_options.folder.protein && form != Form::Commands {
            copied.left_out.push("--protein".into());
        }
        println!("{}", copied.text);
        if self.clipboard.is_none() {
            self.clipboard = arboard::Clipboard::new().ok();
        }
        let copied_to_clipboard = self
            .clipboard
            .as_mut()
            .is_some_and(|clipboard| clipboard.set_text(copied.text).is_ok());
        let mut status = String::from(if copied_to_clipboard {
            "copied and printed"
        } else {
            "printed; there is no clipboard"
        });
        if form != Form::Commands {
            status.push_str(&size);
        }
        if !copied.left_out.is_empty() {
            status = format!(
                "{status}; this form cannot express {}",
                copied.left_out.join(" ")
            );
        }
        if copied.is_nameless {
            status = format!("{status}; no server knows {name}: upload its files and use their id");
        }
        self.set_status(status);
    }

    /// Refuses an action while the picture is not of the input that the title names.
    fn refuses(&mut self, verb: &str) -> bool {
        if self.opened == self.current {
            return false;
        }
        let why = if self.error.is_some() {
            "it cannot be read"
        } else {
            "it is still loading"
        };
        self.set_status(format!("there is nothing to {verb}: {why}"));
        true
    }

    /// Remarks that the picture has not the size that the scene file or `--size` asks for, if so.
    fn size_remark(&self, document: &Document) -> String {
        let is_explicit = self.args.size.is_some()
            || matches!(self.sources[self.opened], InputSource::SceneFile(_));
        let ([width, height], asked) = (document.export_size(), document.request_size());
        if is_explicit && asked != [width, height] {
            let [asked_width, asked_height] = asked;
            format!("; {width}x{height} as the window, not {asked_width}x{asked_height}")
        } else {
            String::new()
        }
    }

    /// Saves the picture as `molshot render` does, under the first unused name in the current
    /// folder.
    pub(super) fn save(&mut self) {
        if self.refuses("save") {
            return;
        }
        let Some(document) = &self.document else {
            return;
        };
        let size = self.size_remark(document);
        let request = document.request();
        let job = match document.export_job() {
            Ok(job) => job,
            Err(error) => return self.set_status(error.to_string()),
        };
        let (name, extension) = (
            self.sources[self.opened].name(),
            file_extension(request.output.image_format()),
        );
        let free = (1..=9999)
            .map(|number| PathBuf::from(format!("{name}_{number}.{extension}")))
            .find(|path| !path.exists() && !self.reserved_names.contains(path));
        let Some(path) = free else {
            return self.set_status(
                "all names up to 9999 are in use; remove files from this folder".into(),
            );
        };
        self.reserved_names.insert(path.clone());
        let proxy = self.proxy.clone();
        let drawn_job = job.clone();
        let work = move |frame: &molshot_renderer::Frame, _: &mut _| {
            let encoding = Encoding::from(&request.output);
            let planes = request.output.planes;
            let mut written = save(frame, planes.iter().copied(), &path, encoding)?;
            written.extend(save_masks(&drawn_job, frame, planes, &path)?);
            Ok(written)
        };
        let answer = move |result: Result<_, molshot_renderer::pool::PoolError>| {
            let result = result.map(|files| (files, size));
            let saved = Event::Saved(result.map_err(|error| error.to_string()));
            // A closed window has no title for the error.
            if let Err(EventLoopClosed(Event::Saved(Err(error)))) = proxy.send_event(saved) {
                eprintln!("molshot-view: {error}");
            }
        };
        let task = RenderTask::new(job, &CancelToken::new(), work, answer);
        if let Err(refused) = self.pool.try_submit(task) {
            refused.complete();
        }
    }
}
