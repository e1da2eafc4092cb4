//! Failures between a job and its picture.

use std::io::ErrorKind;

use molshot_scenes::Plane;

use crate::advice::Advice;

/// Every way in which drawing or encoding fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// There is no adapter of the wanted kind.
    #[error("no {wanted} to draw with: {found}; {remedy}")]
    NoAdapter {
        /// The kind that was asked for.
        wanted: &'static str,
        /// What was found instead.
        found: String,
        /// What the user can do.
        remedy: String,
    },
    /// The adapter refused to open a device.
    #[error(
        "the adapter {adapter} cannot be opened: {reason}; try another one, or see `molshot doctor`"
    )]
    Device {
        /// Adapter's name.
        adapter: String,
        /// The driver's reason.
        reason: String,
    },
    /// The device was lost while drawing. The next job opens it again.
    #[error("the graphics device was lost: {reason}; try again")]
    DeviceLost {
        /// The driver's reason.
        reason: String,
    },
    /// The device's memory is exhausted.
    #[error(
        "the graphics device is out of memory: {reason}; draw a smaller picture or fewer atoms"
    )]
    OutOfMemory {
        /// The driver's reason.
        reason: String,
    },
    /// This machine's own memory is exhausted.
    #[error(
        "no memory is left for {needed_bytes} bytes of the picture; draw a smaller one, a crop, or fewer planes"
    )]
    OutOfHostMemory {
        /// Size of the plane that could not be allocated.
        needed_bytes: u64,
    },
    /// The scene does not fit into one buffer of the device.
    #[error(
        "the scene needs a buffer of {needed_bytes} bytes, the device allows {limit_bytes}; select fewer atoms"
    )]
    TooLarge {
        /// Size of the scene.
        needed_bytes: u64,
        /// Largest buffer of the device.
        limit_bytes: u64,
    },
    /// The device did not answer in time.
    #[error(
        "the graphics device did not finish within {seconds} s; draw a smaller picture or fewer atoms"
    )]
    Timeout {
        /// Time limit.
        seconds: u64,
    },
    /// The graphics library refused a call: a bug in molshot.
    #[error("the graphics library refused a call (a bug in molshot, please report it): {reason}")]
    Internal {
        /// The library's reason.
        reason: String,
    },
    /// The test picture is wrong: the driver does not draw correctly.
    #[error(
        "the test picture is wrong: it does not hold that {property}; update the graphics driver, or use another adapter"
    )]
    WrongPicture {
        /// The property that does not hold.
        property: String,
    },
    /// A frame lacks what was to be encoded, or the format cannot hold it.
    #[error("cannot encode the picture: {problem}; {remedy}")]
    Encode {
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// The caller cancelled the picture.
    #[error("the picture was cancelled")]
    Cancelled,
    /// A file could not be written.
    #[error(
        "{path}: cannot be written: {source}; {}",
        write_remedy(source.kind())
    )]
    Write {
        /// The file.
        path: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
}

/// Whether an operation on a file may succeed later, or on another machine: disk, quota, memory or
/// the table of open files is full, a network file system or a device did not answer.
#[must_use]
pub fn is_transient_io(error: &std::io::Error) -> bool {
    // Without a kind of their own: EIO, ENFILE and EMFILE (the same on all systems with them).
    const INPUT_OUTPUT: i32 = 5;
    const TOO_MANY_OPEN_FILES: [i32; 2] = [23, 24];
    let code = error.raw_os_error();
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::OutOfMemory
            | ErrorKind::Interrupted
            | ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::ResourceBusy
            | ErrorKind::StaleNetworkFileHandle
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
    ) || (cfg!(unix)
        && code.is_some_and(|code| code == INPUT_OUTPUT || TOO_MANY_OPEN_FILES.contains(&code)))
}

/// What would make writing a file work.
fn write_remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free space on the disk, or give a path on another one"
        }
        ErrorKind::InvalidFilename => "give a shorter name",
        _ => "give a path in a folder that exists and may be written to",
    }
}

impl RenderError {
    /// Returns the options that would mend the error; its text says so in words.
    #[must_use]
    pub fn advice(&self) -> &'static [Advice] {
        const AUTO: &[Advice] = &[Advice::word("adapter", "auto")];
        const OTHER: &[Advice] = &[Advice::other("adapter")];
        match self {
            Self::NoAdapter { wanted: "GPU", .. } => AUTO,
            Self::Device { .. } | Self::WrongPicture { .. } => OTHER,
            _ => &[],
        }
    }

    /// The error for a frame that lacks a plane.
    pub(crate) fn missing_plane(plane: Plane) -> Self {
        Self::Encode {
            problem: format!("the plane {} was not drawn", plane.name()),
            remedy: "ask for it in the job's planes".into(),
        }
    }

    /// Whether the same work may succeed later, or on another machine: a device was lost or busy,
    /// memory or the disk is full, the work was cancelled.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::DeviceLost { .. }
            | Self::OutOfMemory { .. }
            | Self::OutOfHostMemory { .. }
            | Self::Timeout { .. }
            | Self::Cancelled => true,
            Self::Write { source, .. } => is_transient_io(source),
            _ => false,
        }
    }

    /// A stable, machine-readable name for the kind of failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAdapter { .. } => "no_adapter",
            Self::Device { .. } => "device_unavailable",
            Self::DeviceLost { .. } => "device_lost",
            Self::OutOfMemory { .. } => "device_out_of_memory",
            Self::OutOfHostMemory { .. } => "out_of_memory",
            Self::TooLarge { .. } => "scene_too_large",
            Self::Timeout { .. } => "device_timeout",
            Self::Internal { .. } => "internal",
            Self::WrongPicture { .. } => "picture_wrong",
            Self::Encode { .. } => "encode_failed",
            Self::Cancelled => "cancelled",
            Self::Write { .. } => "output_unwritable",
        }
    }
}
