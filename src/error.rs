//! The error type of the library.

use std::fmt;

use molshot_molecule::MoleculeError;
use molshot_renderer::RenderError;
use molshot_renderer::pool::PoolError;
use molshot_scenes::SceneError;

use crate::input::InputError;

/// Why a picture could not be made. Every message says what is wrong and what would be right.
///
/// `Debug` writes the same text as `Display`, because that is what a program prints whose `main`
/// returns the error.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Structure data cannot be read.
    #[error(transparent)]
    Structure(#[from] MoleculeError),
    /// A request is invalid, or does not fit the structure.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// Drawing, encoding or writing failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A worker pool could not draw a picture.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A file name does not say a picture format.
    #[error(
        "{name} has no file extension of a picture format; give .png, .jpg, .webp, .tiff, .bmp or .qoi"
    )]
    FileExtension {
        /// The file name.
        name: String,
    },
}

impl Error {
    /// Returns a stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(error) => error.code(),
            Self::Structure(error) => error.code(),
            Self::Scene(error) => error.code(),
            Self::Render(error) | Self::Pool(PoolError::Render(error)) => error.code(),
            Self::Pool(_) => "pool",
            Self::FileExtension { .. } => "file_extension",
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
