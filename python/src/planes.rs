//! Planes of a picture: as they were drawn, or as NumPy arrays.

use std::sync::Arc;

use molshot::Frame;
use numpy::{Element, IntoPyArray, PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::failure::Failure;

/// A plane: absent, as it was drawn, or given to Python.
#[derive(Debug)]
pub(crate) enum PlaneData<T: Element> {
    Absent,
    /// Nobody writes to it. Work on other threads may share it.
    Drawn(Arc<Vec<T>>),
    Array(Py<PyArrayDyn<T>>),
}

impl<T: Element + Clone> PlaneData<T> {
    fn new(plane: Option<Vec<T>>) -> Self {
        plane.map_or(Self::Absent, |plane| Self::Drawn(Arc::new(plane)))
    }

    /// A plane of an array, which has to be contiguous and of this shape.
    fn of_array(
        py: Python<'_>,
        array: Option<Py<PyArrayDyn<T>>>,
        shape: &[usize],
    ) -> Result<Self, Failure> {
        let Some(array) = array else {
            return Ok(Self::Absent);
        };
        let bound = array.bind(py);
        if bound.shape() != shape || !bound.is_c_contiguous() {
            let detail = "the planes of the picture are damaged; draw it again";
            return Err(Failure::argument(detail));
        }
        Ok(Self::Array(array))
    }

    /// The array that owns the plane, made without a copy the first time.
    pub(crate) fn array(
        &mut self,
        py: Python<'_>,
        shape: &[usize],
    ) -> PyResult<Option<Py<PyArrayDyn<T>>>> {
        let plane = match std::mem::replace(self, Self::Absent) {
            Self::Absent => return Ok(None),
            Self::Drawn(plane) => plane,
            Self::Array(array) => {
                let result = array.clone_ref(py);
                *self = Self::Array(array);
                return Ok(Some(result));
            }
        };
        let plane = Arc::unwrap_or_clone(plane);
        let array: Bound<'_, PyArray1<T>> = plane.into_pyarray(py);
        let array = array.reshape(shape.to_vec())?.unbind();
        *self = Self::Array(array.clone_ref(py));
        Ok(Some(array))
    }

    /// The values for work without the interpreter lock: of an array a copy, because Python may
    /// write to it meanwhile.
    pub(crate) fn values(&self, py: Python<'_>) -> PyResult<Option<Arc<Vec<T>>>> {
        Ok(match self {
            Self::Absent => None,
            Self::Drawn(plane) => Some(Arc::clone(plane)),
            // As one block: the method `to_vec` of arrays may go through them element by element.
            Self::Array(array) => Some(Arc::new(
                array.bind(py).try_readonly()?.as_slice()?.to_vec(),
            )),
        })
    }
}

/// All planes of a picture.
#[derive(Debug)]
pub(crate) struct Planes {
    pub(crate) color: PlaneData<u8>,
    pub(crate) depth: PlaneData<f32>,
    pub(crate) normal: PlaneData<f32>,
    pub(crate) atom_id: PlaneData<u32>,
    pub(crate) residue_id: PlaneData<u32>,
}

/// Planes as arrays: colours (height, width, 4), depths (height, width), normals (height, width,
/// 3), ids of atoms and of residues (height, width).
pub(crate) type PlaneArrays = (
    Option<Py<PyArrayDyn<u8>>>,
    Option<Py<PyArrayDyn<f32>>>,
    Option<Py<PyArrayDyn<f32>>>,
    Option<Py<PyArrayDyn<u32>>>,
    Option<Py<PyArrayDyn<u32>>>,
);

/// Which planes work on another thread needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    Color,
    AtomId,
    All,
}

/// Values of planes, for work without the interpreter lock.
#[derive(Debug, Default)]
pub(crate) struct PlaneValues {
    color: Option<Arc<Vec<u8>>>,
    depth: Option<Arc<Vec<f32>>>,
    normal: Option<Arc<Vec<f32>>>,
    atom_id: Option<Arc<Vec<u32>>>,
    residue_id: Option<Arc<Vec<u32>>>,
}

impl Planes {
    /// Takes the planes out of a frame.
    pub(crate) fn take(frame: &mut Frame) -> Self {
        Self {
            color: PlaneData::new(frame.color_rgba.take()),
            depth: PlaneData::new(frame.depth_angstrom.take()),
            normal: PlaneData::new(frame.normal.take().map(Vec::into_flattened)),
            atom_id: PlaneData::new(frame.atom_id.take()),
            residue_id: PlaneData::new(frame.residue_id.take()),
        }
    }

    /// The planes of arrays.
    ///
    /// # Errors
    /// When an array is of another shape.
    pub(crate) fn of_arrays(
        py: Python<'_>,
        arrays: PlaneArrays,
        [height, width]: [usize; 2],
    ) -> Result<Self, Failure> {
        let (color, depth, normal, atom_id, residue_id) = arrays;
        Ok(Self {
            color: PlaneData::of_array(py, color, &[height, width, 4])?,
            depth: PlaneData::of_array(py, depth, &[height, width])?,
            normal: PlaneData::of_array(py, normal, &[height, width, 3])?,
            atom_id: PlaneData::of_array(py, atom_id, &[height, width])?,
            residue_id: PlaneData::of_array(py, residue_id, &[height, width])?,
        })
    }

    /// All planes as arrays, without a copy.
    pub(crate) fn arrays(
        &mut self,
        py: Python<'_>,
        [height, width]: [usize; 2],
    ) -> PyResult<PlaneArrays> {
        Ok((
            self.color.array(py, &[height, width, 4])?,
            self.depth.array(py, &[height, width])?,
            self.normal.array(py, &[height, width, 3])?,
            self.atom_id.array(py, &[height, width])?,
            self.residue_id.array(py, &[height, width])?,
        ))
    }

    /// The values of the planes that are needed.
    pub(crate) fn values(&self, py: Python<'_>, needed: Needed) -> PyResult<PlaneValues> {
        let mut values = PlaneValues::default();
        if needed != Needed::AtomId {
            values.color = self.color.values(py)?;
        }
        if needed != Needed::Color {
            values.atom_id = self.atom_id.values(py)?;
        }
        if needed == Needed::All {
            values.depth = self.depth.values(py)?;
            values.normal = self.normal.values(py)?;
            values.residue_id = self.residue_id.values(py)?;
        }
        Ok(values)
    }
}

impl PlaneValues {
    /// A frame with these planes. It may copy them: call it without the interpreter lock.
    pub(crate) fn into_frame(self, frame: &Frame) -> Frame {
        let mut frame = frame.clone();
        frame.color_rgba = self.color.map(Arc::unwrap_or_clone);
        frame.depth_angstrom = self.depth.map(Arc::unwrap_or_clone);
        frame.normal = self.normal.map(|plane| {
            let (normals, _) = plane.as_chunks::<3>();
            normals.to_vec()
        });
        frame.atom_id = self.atom_id.map(Arc::unwrap_or_clone);
        frame.residue_id = self.residue_id.map(Arc::unwrap_or_clone);
        frame
    }
}
