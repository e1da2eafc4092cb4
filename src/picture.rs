//! A drawn picture and its files.

use std::path::{Path, PathBuf};

use image::RgbaImage;
use molshot_renderer::{Annotations, Encoding, Frame, RenderError, annotate, encode, save};
use molshot_scenes::RenderJob;
use molshot_scenes::request::{ImageFormat, format_of_extension};

use crate::error::Error;

/// A drawn picture: colours and, if the request names them, further planes.
#[derive(Debug, Clone)]
pub struct Picture {
    frame: Frame,
    job: RenderJob,
    encoding: Encoding,
}

impl Picture {
    pub(crate) fn new(frame: Frame, job: RenderJob, encoding: Encoding) -> Self {
        Self {
            frame,
            job,
            encoding,
        }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size_px(&self) -> [u32; 2] {
        [self.frame.width_px, self.frame.height_px]
    }

    /// The planes as they were drawn: rows from top to bottom, without padding.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Takes the planes out, for instance to turn them into images without a copy.
    #[must_use]
    pub fn into_frame(self) -> Frame {
        self.frame
    }

    /// The colour plane as an image of the crate `image`: sRGB with straight alpha.
    ///
    /// # Errors
    /// [`Error::Render`] if the request does not name the colour plane.
    pub fn to_image(&self) -> Result<RgbaImage, Error> {
        Ok(self.frame.to_image()?)
    }

    /// Depth along the view axis in angstrom, row by row, infinite where nothing is; `None` unless
    /// the request names the plane `depth`.
    #[must_use]
    pub fn depth_angstrom(&self) -> Option<&[f32]> {
        self.frame.depth_angstrom.as_deref()
    }

    /// Atom index + 1 of each pixel, row by row, 0 where nothing is; `None` unless the request
    /// names the plane `atom-id`.
    #[must_use]
    pub fn atom_id(&self) -> Option<&[u32]> {
        self.frame.atom_id.as_deref()
    }

    /// Positions and visibility of the drawn atoms, residues and labels.
    ///
    /// # Errors
    /// [`Error::Render`] unless the request names the plane `atom-id`.
    pub fn annotations(&self) -> Result<Annotations, Error> {
        Ok(annotate(&self.job, &self.frame, &[])?)
    }

    /// The bytes of a file of the colour plane.
    ///
    /// # Errors
    /// [`Error::Render`] if the format cannot hold the picture: JPEG has no transparency.
    pub fn encode(&self, format: ImageFormat) -> Result<Vec<u8>, Error> {
        let mut encoding = self.encoding;
        encoding.format = format;
        Ok(encode::picture(&self.frame, encoding)?.bytes)
    }

    /// The bytes of a PNG file of the colour plane.
    ///
    /// # Errors
    /// As [`Picture::encode`].
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        self.encode(ImageFormat::Png)
    }

    /// Writes the picture in the format of the file extension, and every other plane beside it as
    /// `STEM.PLANE.png` and `STEM.PLANE.npy`. Returns the names of the files.
    ///
    /// # Errors
    /// [`Error::FileExtension`], and [`Error::Render`] if a file cannot be encoded or written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
        let path = path.as_ref();
        let format = path
            .extension()
            .and_then(|extension| format_of_extension(&extension.to_string_lossy()))
            .ok_or_else(|| Error::FileExtension {
                name: path.display().to_string(),
            })?;
        let mut encoding = self.encoding;
        encoding.format = format;
        let planes = self.job.planes().iter().copied();
        let files: Result<Vec<PathBuf>, RenderError> = save(&self.frame, planes, path, encoding);
        Ok(files?)
    }
}
