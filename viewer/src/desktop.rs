//! The connection to the window system.

use anyhow::{Result, anyhow};
use winit::event_loop::EventLoop;

use crate::app::Event;

/// Connects to the desktop: on Linux to Wayland if a compositor answers, otherwise to X11.
///
/// # Errors
/// When there is no desktop, or it does not respond.
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
            "no window can be opened: {}; set DISPLAY or WAYLAND_DISPLAY, or draw without a window with molshot render",
            without_source_location(&text)
        )
    })
}

/// Removes the source location from an error of the window library:
/// `os error at FILE.rs:LINE: TEXT`.
fn without_source_location(text: &str) -> &str {
    let message = text
        .split_once(".rs:")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(text, |(_, message)| message);
    message.trim_end_matches('.')
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    /// Whether a Wayland compositor is listening. The variable may be left over from another
    /// session, and the window library tries only one connection.
    pub(super) fn wayland_answers() -> bool {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        // An inherited connection.
        if set("WAYLAND_SOCKET").is_some() {
            return true;
        }
        let Some(display) = set("WAYLAND_DISPLAY").map(PathBuf::from) else {
            return false;
        };
        // Joining an absolute name gives that name.
        let folder = set("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .unwrap_or_default();
        UnixStream::connect(folder.join(display)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::without_source_location;

    #[test]
    fn errors_do_not_name_the_window_librarys_source() {
        let text =
            "os error at /a/winit/src/linux/mod.rs:788: Failed to open connection to X server";
        assert_eq!(
            without_source_location(text),
            "Failed to open connection to X server"
        );
        assert_eq!(without_source_location("not supported."), "not supported");
    }
}
