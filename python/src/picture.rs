//! Pictures: planes as NumPy arrays, encoded files, annotations.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use molshot::renderer::annotations::ClassMask;
use molshot::renderer::{Encoding, encode, save, save_masks_of};
use molshot::scenes::request::{Compression, ImageFormat, OutputRequest, format_of_extension};
use molshot::{Frame, Plane, RenderJob};
use numpy::{IntoPyArray, PyArray3, PyArrayDyn, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::{Deserialize, Serialize};

use crate::argument::{Given, given};
use crate::failure::Failure;
use crate::interrupt;
use crate::origin::{Origin, Pickled, json};
use crate::planes::{Needed, PlaneArrays, PlaneValues, Planes};

/// A drawn picture.
#[pyclass(frozen, module = "molshot._molshot")]
#[derive(Debug)]
pub(crate) struct Picture {
    /// The frame without its planes.
    frame: Frame,
    origin: Origin,
    encoding: Encoding,
    planes: Mutex<Planes>,
}

/// A pickled picture without its planes.
#[derive(Debug, Serialize, Deserialize)]
struct PickledPicture {
    width_px: u32,
    height_px: u32,
    transparent: bool,
    depth_units_per_angstrom: u32,
    adapter: String,
    compression: Compression,
    jpeg_quality: u8,
    origin: Pickled,
}

impl Picture {
    pub(crate) fn new(mut frame: Frame, job: RenderJob, output: &OutputRequest) -> Self {
        let planes = Planes::take(&mut frame);
        Self {
            frame,
            origin: Origin::Job(job),
            encoding: Encoding::from(output),
            planes: Mutex::new(planes),
        }
    }

    /// The planes. The lock is never kept while the interpreter lock is given up, so no thread
    /// waits for one of the two with the other.
    fn planes(&self) -> MutexGuard<'_, Planes> {
        self.planes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shape(&self) -> [usize; 2] {
        [self.frame.height_px as usize, self.frame.width_px as usize]
    }

    /// The values of planes, for work without the interpreter lock.
    fn values(&self, py: Python<'_>, needed: Needed) -> PyResult<PlaneValues> {
        let handles = self.planes().handles(py, needed);
        handles.values(py)
    }

    /// Works with the frame and what it is of, on a thread of its own and without the interpreter
    /// lock.
    fn work<T: Send + 'static>(
        &self,
        py: Python<'_>,
        needed: Needed,
        work: impl FnOnce(&Frame, &Origin) -> Result<T, Failure> + Send + 'static,
    ) -> PyResult<T> {
        let values = self.values(py, needed)?;
        let (frame, origin) = (self.frame.clone(), self.origin.clone());
        interrupt::run(py, move || work(&values.into_frame(&frame), &origin))
    }

    fn has(&self, plane: Plane) -> Result<(), Failure> {
        if self.origin.has(plane) {
            return Ok(());
        }
        Err(Failure::argument(format!(
            "the plane {} was not drawn; add \"{}\" to planes",
            plane.name(),
            plane.name()
        )))
    }
}

#[pymethods]
impl Picture {
    /// Width and height in pixels.
    #[getter]
    fn size(&self) -> (u32, u32) {
        (self.frame.width_px, self.frame.height_px)
    }

    /// Names of the planes that were drawn.
    #[getter]
    fn planes_drawn(&self) -> Vec<&'static str> {
        let planes = self.origin.planes();
        planes.iter().map(|plane| plane.name()).collect()
    }

    /// Name of the adapter that drew.
    #[getter]
    fn adapter(&self) -> &str {
        &self.frame.adapter
    }

    /// Whether alpha may be below 255.
    #[getter]
    fn transparent(&self) -> bool {
        self.frame.transparent
    }

    /// The colour plane, (height, width, 4).
    fn color(&self, py: Python<'_>) -> PyResult<Py<PyArrayDyn<u8>>> {
        self.has(Plane::Color)?;
        let [height, width] = self.shape();
        let array = self.planes().color.array(py, &[height, width, 4])?;
        Ok(array.ok_or_else(|| Failure::internal("the plane is missing"))?)
    }

    /// The depth plane, (height, width).
    fn depth(&self, py: Python<'_>) -> PyResult<Py<PyArrayDyn<f32>>> {
        self.has(Plane::Depth)?;
        let array = self.planes().depth.array(py, &self.shape())?;
        Ok(array.ok_or_else(|| Failure::internal("the plane is missing"))?)
    }

    /// The normal plane, (height, width, 3).
    fn normal(&self, py: Python<'_>) -> PyResult<Py<PyArrayDyn<f32>>> {
        self.has(Plane::Normal)?;
        let [height, width] = self.shape();
        let array = self.planes().normal.array(py, &[height, width, 3])?;
        Ok(array.ok_or_else(|| Failure::internal("the plane is missing"))?)
    }

    /// The plane of atoms, (height, width).
    fn atom_id(&self, py: Python<'_>) -> PyResult<Py<PyArrayDyn<u32>>> {
        self.has(Plane::AtomId)?;
        let array = self.planes().atom_id.array(py, &self.shape())?;
        Ok(array.ok_or_else(|| Failure::internal("the plane is missing"))?)
    }

    /// The plane of residues, (height, width).
    fn residue_id(&self, py: Python<'_>) -> PyResult<Py<PyArrayDyn<u32>>> {
        self.has(Plane::ResidueId)?;
        let array = self.planes().residue_id.array(py, &self.shape())?;
        Ok(array.ok_or_else(|| Failure::internal("the plane is missing"))?)
    }

    /// The colours without alpha as a new array, (3, height, width).
    fn planar<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray3<u8>>> {
        self.has(Plane::Color)?;
        let [height, width] = self.shape();
        let rgba = self.values(py, Needed::Color)?.color;
        let rgba = rgba.ok_or_else(|| Failure::internal("the plane is missing"))?;
        let rgb = py.detach(|| planar_rgb(&rgba));
        rgb.into_pyarray(py).reshape([3, height, width])
    }

    /// A class mask, (height, width), and its legend as a JSON text.
    fn mask<'py>(
        &self,
        py: Python<'py>,
        name: Given<String>,
    ) -> PyResult<(Bound<'py, PyAny>, String)> {
        given!(name);
        let plane = Plane::ALL
            .into_iter()
            .find(|plane| plane.is_mask() && plane.name() == format!("mask-{name}"))
            .ok_or_else(|| {
                Failure::argument(format!(
                    "\"{name}\" is not a mask; give element, residue, chain or role"
                ))
            })?;
        self.has(Plane::AtomId)
            .or_else(|error| self.has(plane).map_err(|_| error))?;
        let mask: ClassMask = self.work(py, Needed::AtomId, move |frame, origin| {
            origin.mask(frame, plane)
        })?;
        let legend = json(&mask.legend)?;
        let array = mask.indices.into_pyarray(py).reshape(self.shape())?;
        Ok((array.into_any(), legend))
    }

    /// Annotations as a JSON text.
    fn annotations(&self, py: Python<'_>) -> PyResult<String> {
        self.has(Plane::AtomId)?;
        self.work(py, Needed::AtomId, |frame, origin| {
            origin.annotations(frame)
        })
    }

    /// The bytes of a file: png, jpeg, webp, tiff, bmp or qoi.
    fn encode<'py>(&self, py: Python<'py>, format: Given<String>) -> PyResult<Bound<'py, PyBytes>> {
        given!(format);
        let format = named_format(&format)?;
        self.has(Plane::Color)?;
        let mut encoding = self.encoding;
        encoding.format = format;
        let image = self.work(py, Needed::Color, move |frame, _| {
            Ok(encode::picture(frame, encoding)?)
        })?;
        Ok(PyBytes::new(py, &image.bytes))
    }

    /// Writes the picture in the format of the file extension, and its other planes beside it.
    fn save(&self, py: Python<'_>, path: Given<PathBuf>) -> PyResult<Vec<PathBuf>> {
        given!(path);
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let format = format_of_extension(&extension).ok_or_else(|| {
            Failure::from(molshot::Error::FileExtension {
                name: path.display().to_string(),
            })
        })?;
        let mut encoding = self.encoding;
        encoding.format = format;
        self.work(py, Needed::All, move |frame, origin| {
            let planes = origin.planes();
            let mut files = save(frame, planes.iter().copied(), &path, encoding)?;
            let masks = save_masks_of(planes, &path, |plane| origin.mask(frame, plane))?;
            files.extend(masks);
            Ok::<_, Failure>(files)
        })
    }

    /// What is pickled: a JSON text, and the planes as arrays.
    fn pickled(&self, py: Python<'_>) -> PyResult<(String, PlaneArrays)> {
        let encoding = self.encoding;
        let text = self.work(py, Needed::AtomId, move |frame, origin| {
            json(&PickledPicture {
                width_px: frame.width_px,
                height_px: frame.height_px,
                transparent: frame.transparent,
                depth_units_per_angstrom: frame.depth_units_per_angstrom,
                adapter: frame.adapter.clone(),
                compression: encoding.compression,
                jpeg_quality: encoding.jpeg_quality,
                origin: origin.pickled(frame)?,
            })
        })?;
        Ok((text, self.planes().arrays(py, self.shape())?))
    }

    /// The picture that was pickled. It keeps the arrays.
    #[staticmethod]
    fn unpickled(py: Python<'_>, text: &str, arrays: PlaneArrays) -> PyResult<Self> {
        let pickled: PickledPicture = serde_json::from_str(text).map_err(|error| {
            Failure::argument(format!(
                "the pickled picture is of another version: {error}"
            ))
        })?;
        let mut frame = Frame::default();
        frame.width_px = pickled.width_px;
        frame.height_px = pickled.height_px;
        frame.transparent = pickled.transparent;
        frame.depth_units_per_angstrom = pickled.depth_units_per_angstrom;
        frame.adapter = pickled.adapter;
        let shape = [frame.height_px as usize, frame.width_px as usize];
        let encoding = Encoding::from(ImageFormat::Png)
            .with_compression(pickled.compression)
            .with_jpeg_quality(pickled.jpeg_quality);
        Ok(Self {
            frame,
            origin: Origin::Pickled(pickled.origin),
            encoding,
            planes: Mutex::new(Planes::of_arrays(py, arrays, shape)?),
        })
    }
}

/// All red values of an RGBA picture, then all green and all blue ones.
pub(crate) fn planar_rgb(rgba: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let mut planar = Vec::with_capacity(3 * pixels.len());
    for shift in [0, 8, 16] {
        // A shift of whole pixels, and not an index of bytes: this form becomes vector code.
        #[allow(clippy::cast_possible_truncation, reason = "the byte that is wanted")]
        planar.extend(
            pixels
                .iter()
                .map(|pixel| (u32::from_le_bytes(*pixel) >> shift) as u8),
        );
    }
    planar
}

fn named_format(name: &str) -> Result<ImageFormat, Failure> {
    format_of_extension(name).ok_or_else(|| {
        Failure::argument(format!(
            "\"{name}\" is not a picture format; give png, jpeg, webp, tiff, bmp or qoi"
        ))
    })
}
