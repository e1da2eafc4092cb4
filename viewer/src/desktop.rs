//! Which window system is spoken to.

use winit::error::EventLoopError;
use winit::event_loop::EventLoop;

use crate::app::Event;

/// Connects to the desktop: on Linux to Wayland where it answers, else to X11.
///
/// # Errors
/// When there is no desktop, or it does not answer.
pub(crate) fn event_loop() -> Result<EventLoop<Event>, EventLoopError> {
    let mut builder = EventLoop::<Event>::with_user_event();
    #[cfg(target_os = "linux")]
    if !linux::wayland_answers() && std::env::var_os("DISPLAY").is_some_and(|name| !name.is_empty())
    {
        use winit::platform::x11::EventLoopBuilderExtX11;
        builder.with_x11();
    }
    builder.build()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    /// Whether a Wayland compositor listens: its name may be left over from another session, and only one attempt at a connection is granted.
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
