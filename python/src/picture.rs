//! Pictures: planes as NumPy arrays, encoded files, annotations.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use molshot::renderer::annotations::class_mask;
use molshot::renderer::{Encoding, RenderError, annotate, encode, save, save_masks};
use molshot::scenes::request::{ImageFormat, OutputRequest, format_of_extension};
use molshot::{Frame, Plane, RenderJob};
use numpy::{Element, IntoPyArray, PyArray1, PyArray3, PyArrayDyn, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::failure::Failure;
use crate::interrupt;

/// A plane: absent, as it was drawn, or given to Python.
#[derive(Debug)]
enum PlaneData<T: Element> {
    Absent,
    Drawn(Vec<T>),
    Array(Py<PyArrayDyn<T>>),
}

impl<T: Element + Clone> PlaneData<T> {
    fn new(plane: Option<Vec<T>>) -> Self {
        plane.map_or(Self::Absent, Self::Drawn)
    }

    /// The array that owns the plane, made without a copy the first time.
    fn array(&mut self, py: Python<'_>, shape: &[usize]) -> PyResult<Option<Py<PyArrayDyn<T>>>> {
        let plane = match std::mem::replace(self, Self::Absent) {
            Self::Absent => return Ok(None),
            Self::Drawn(plane) => plane,
            Self::Array(array) => {
                let result = array.clone_ref(py);
                *self = Self::Array(array);
                return Ok(Some(result));
            }
        };
        let array: Bound<'_, PyArray1<T>> = plane.into_pyarray(py);
        let array = array.reshape(shape.to_vec())?.unbind();
        *self = Self::Array(array.clone_ref(py));
        Ok(Some(array))
    }

    /// A copy of the values.
    fn copy(&self, py: Python<'_>) -> PyResult<Option<Vec<T>>> {
        Ok(match self {
            Self::Absent => None,
            Self::Drawn(plane) => Some(plane.clone()),
            Self::Array(array) => Some(array.bind(py).to_vec()?),
        })
    }
}

/// All planes of a picture.
#[derive(Debug)]
struct Planes {
    color: PlaneData<u8>,
    depth: PlaneData<f32>,
    normal: PlaneData<f32>,
    atom_id: PlaneData<u32>,
    residue_id: PlaneData<u32>,
}

/// A drawn picture.
#[pyclass(frozen, module = "molshot._molshot")]
#[derive(Debug)]
pub(crate) struct Picture {
    /// The frame without its planes.
    frame: Frame,
    job: RenderJob,
    encoding: Encoding,
    planes: Mutex<Planes>,
}

/// Which planes a copy of the frame needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needed {
    Color,
    AtomId,
    All,
}

impl Picture {
    pub(crate) fn new(mut frame: Frame, job: RenderJob, output: &OutputRequest) -> Self {
        let planes = Planes {
            color: PlaneData::new(frame.color_rgba.take()),
            depth: PlaneData::new(frame.depth_angstrom.take()),
            normal: PlaneData::new(frame.normal.take().map(Vec::into_flattened)),
            atom_id: PlaneData::new(frame.atom_id.take()),
            residue_id: PlaneData::new(frame.residue_id.take()),
        };
        Self {
            frame,
            job,
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

    /// A frame with copies of the planes.
    fn copy(&self, py: Python<'_>, needed: Needed) -> PyResult<Frame> {
        let planes = self.planes();
        let mut frame = self.frame.clone();
        if needed != Needed::AtomId {
            frame.color_rgba = planes.color.copy(py)?;
        }
        if needed != Needed::Color {
            frame.atom_id = planes.atom_id.copy(py)?;
        }
        if needed == Needed::All {
            frame.depth_angstrom = planes.depth.copy(py)?;
            frame.residue_id = planes.residue_id.copy(py)?;
            frame.normal = planes.normal.copy(py)?.map(|plane| {
                plane
                    .chunks_exact(3)
                    .map(|normal| [normal[0], normal[1], normal[2]])
                    .collect()
            });
        }
        Ok(frame)
    }

    fn has(&self, plane: Plane) -> Result<(), Failure> {
        if self.job.planes().contains(&plane) {
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
        self.job.planes().iter().map(|plane| plane.name()).collect()
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
        let rgba = self.planes().color.copy(py)?;
        let rgba = rgba.ok_or_else(|| Failure::internal("the plane is missing"))?;
        let rgb = py.detach(|| planar_rgb(&rgba));
        rgb.into_pyarray(py).reshape([3, height, width])
    }

    /// A class mask, (height, width), and its legend as a JSON text.
    fn mask<'py>(&self, py: Python<'py>, name: &str) -> PyResult<(Bound<'py, PyAny>, String)> {
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
        let frame = self.copy(py, Needed::AtomId)?;
        let job = self.job.clone();
        let mask = interrupt::run(py, move || Ok(class_mask(&job, &frame, plane)?))?;
        let legend = serde_json::to_string(&mask.legend)
            .map_err(|error| Failure::internal(error.to_string()))?;
        let array = mask.indices.into_pyarray(py).reshape(self.shape())?;
        Ok((array.into_any(), legend))
    }

    /// Annotations as a JSON text.
    fn annotations(&self, py: Python<'_>) -> PyResult<String> {
        self.has(Plane::AtomId)?;
        let frame = self.copy(py, Needed::AtomId)?;
        let job = self.job.clone();
        interrupt::run(py, move || {
            let annotations = annotate(&job, &frame, &[])?;
            serde_json::to_string(&annotations)
                .map_err(|error| Failure::internal(error.to_string()))
        })
    }

    /// The bytes of a file: png, jpeg, webp, tiff, bmp or qoi.
    fn encode<'py>(&self, py: Python<'py>, format: &str) -> PyResult<Bound<'py, PyBytes>> {
        let format = named_format(format)?;
        self.has(Plane::Color)?;
        let frame = self.copy(py, Needed::Color)?;
        let mut encoding = self.encoding;
        encoding.format = format;
        // Encoding is too short to be interrupted.
        let image = py
            .detach(|| encode::picture(&frame, encoding))
            .map_err(Failure::from)?;
        Ok(PyBytes::new(py, &image.bytes))
    }

    /// Writes the picture in the format of the file extension, and its other planes beside it.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<Vec<PathBuf>> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let format = format_of_extension(&extension).ok_or_else(|| {
            Failure::from(molshot::Error::FileExtension {
                name: path.display().to_string(),
            })
        })?;
        let frame = self.copy(py, Needed::All)?;
        let mut encoding = self.encoding;
        encoding.format = format;
        let job = self.job.clone();
        interrupt::run(py, move || {
            let planes = || job.planes().iter().copied();
            let mut files = save(&frame, planes(), &path, encoding)?;
            files.extend(save_masks(&job, &frame, planes(), &path)?);
            Ok::<_, RenderError>(files).map_err(Failure::from)
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
