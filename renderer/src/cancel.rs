//! Cancellation: [`CancelToken`], which all crates share, and its error in this one.

pub use molshot_molecule::cancel::{CancelOnDrop, CancelToken, Cancelled};

use crate::error::RenderError;

impl From<Cancelled> for RenderError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
