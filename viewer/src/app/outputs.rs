//! What leaves the window: the request as text, the picture as files.

use std::path::PathBuf;

use molshot_renderer::pool::{CancelToken, RenderTask};
use molshot_renderer::{Encoding, save, save_masks};
use winit::event_loop::EventLoopClosed;

use super::{App, Event};
use crate::copy::{Form, copy, ending};
use crate::document::Document;
use crate::input::Source;

impl App {
    /// Copies the request to the clipboard, where there is one, and prints it.
    pub(super) fn copy(&mut self, form: Form) {
        if self.is_refused("copy") {
            return;
        }
        let Some(document) = &self.document else {
            return;
        };
        let size = self.another_size(document);
        let name = self.sources[self.opened].name();
        let mut copied = match copy(&document.request(), form, &name, &self.args.server) {
            Ok(copied) => copied,
            Err(error) => return self.say(error.to_string()),
        };
        if self.reading.protein && form != Form::Commands {
            copied.left_out.push("--protein".into());
        }
        println!("{}", copied.text);
        if self.clipboard.is_none() {
            self.clipboard = arboard::Clipboard::new().ok();
        }
        let taken = self
            .clipboard
            .as_mut()
            .is_some_and(|clipboard| clipboard.set_text(copied.text).is_ok());
        let mut said = String::from(if taken {
            "copied and printed"
        } else {
            "printed; there is no clipboard"
        });
        if form != Form::Commands {
            said.push_str(&size);
        }
        if !copied.left_out.is_empty() {
            said = format!("{said}; it cannot say {}", copied.left_out.join(" "));
        }
        if copied.is_nameless {
            said = format!("{said}; no server knows {name}: upload its files and write their id");
        }
        self.say(said);
    }

    /// Says that what is seen is not the input that the title names, where that is so.
    fn is_refused(&mut self, what: &str) -> bool {
        if self.opened == self.current {
            return false;
        }
        let why = if self.error.is_some() {
            "it cannot be read"
        } else {
            "it is still being read"
        };
        self.say(format!("there is nothing to {what}: {why}"));
        true
    }

    /// That a picture has not the size that somebody wrote down, where that is so.
    fn another_size(&self, document: &Document) -> String {
        let is_written =
            self.args.size.is_some() || matches!(self.sources[self.opened], Source::Scene(_));
        let ([width, height], own) = (document.still_size(), document.own_size());
        if is_written && own != [width, height] {
            let [own_width, own_height] = own;
            format!("; {width}x{height} as the window, not {own_width}x{own_height}")
        } else {
            String::new()
        }
    }

    /// Writes the picture as `molshot render` does, under the first name that is free in the
    /// current folder.
    pub(super) fn save(&mut self) {
        if self.is_refused("save") {
            return;
        }
        let Some(document) = &self.document else {
            return;
        };
        let size = self.another_size(document);
        let request = document.request();
        let job = match document.still() {
            Ok(job) => job,
            Err(error) => return self.say(error.to_string()),
        };
        let (name, ending) = (
            self.sources[self.opened].name(),
            ending(request.output.image_format()),
        );
        let free = (1..=9999)
            .map(|number| PathBuf::from(format!("{name}_{number}.{ending}")))
            .find(|path| !path.exists() && !self.stills.contains(path));
        let Some(path) = free else {
            return self.say("all names up to 9999 are taken; make room in this folder".into());
        };
        self.stills.insert(path.clone());
        let proxy = self.proxy.clone();
        let drawn = job.clone();
        let work = move |frame: &molshot_renderer::Frame, _: &mut _| {
            let encoding = Encoding::from(&request.output);
            let planes = request.output.planes;
            let mut written = save(frame, planes.iter().copied(), &path, encoding)?;
            written.extend(save_masks(&drawn, frame, planes, &path)?);
            Ok(written)
        };
        let answer = move |result: Result<_, molshot_renderer::pool::PoolError>| {
            let result = result.map(|files| (files, size));
            let saved = Event::Saved(result.map_err(|error| error.to_string()));
            // A window that is gone has no title to say it in.
            if let Err(EventLoopClosed(Event::Saved(Err(error)))) = proxy.send_event(saved) {
                eprintln!("molshot-view: {error}");
            }
        };
        let order = RenderTask::new(job, &CancelToken::new(), work, answer);
        if let Err(refusal) = self.pool.try_submit(order) {
            refusal.complete();
        }
    }
}
