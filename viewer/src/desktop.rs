//! Which window system is spoken to.

use anyhow::{Result, anyhow};
use winit::event_loop::EventLoop;

use crate::app::Event;

/// Connects to the desktop: on Linux to Wayland where it answers, else to X11.
///
/// # Errors
/// When there is no desktop, or it does not answer.
pub(crate) fn event_loop() -> Result<EventLoop<Event>> {
    let mut builder = EventLoop::<Event>::with_user_event();
    #[cfg(target_os = "linux")]
    if !linux::wayland_answers() && std::env::var_os("DISPLAY").is_some_and(|name| !name.is_empty())
    {
        use winit::platform::x11::EventLoopBuilderExtX11;
        builder.with_x11();
    }
    builder.build().map_err(|error| {
        let text = error.to_string();
        anyhow!(
            "no window can be opened: {}; set DISPLAY or WAYLAND_DISPLAY, or draw without a window by molshot render",
            without_place(&text)
        )
    })
}

/// What the window library says, without the line of its source that it begins with:
/// `os error at FILE.rs:LINE: WORDS`.
fn without_place(text: &str) -> &str {
    let words = text
        .split_once(".rs:")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(text, |(_, words)| words);
    words.trim_end_matches('.')
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    /// Whether a Wayland compositor listens: its name may be left over from another session, and
    /// only one attempt at a connection is granted.
    pub(super) fn wayland_answers() -> bool {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        // A connection that was inherited.
        if set("WAYLAND_SOCKET").is_some() {
            return true;
        }
        let Some(display) = set("WAYLAND_DISPLAY").map(PathBuf::from) else {
            return false;
        };
        // An absolute name stays itself.
        let folder = set("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .unwrap_or_default();
        UnixStream::connect(folder.join(display)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::without_place;

    #[test]
    fn errors_do_not_name_the_window_librarys_source() {
        let text =
            "os error at /a/winit/src/linux/mod.rs:788: Failed to open connection to X server";
        assert_eq!(without_place(text), "Failed to open connection to X server");
        assert_eq!(without_place("not supported."), "not supported");
    }
}
