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
    /// It stays as it is, so work on other threads may share it.
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

    /// The plane, to take its values from.
    fn handle(&self, py: Python<'_>) -> Option<Handle<T>> {
        match self {
            Self::Absent => None,
            Self::Drawn(plane) => Some(Handle::Drawn(Arc::clone(plane))),
            Self::Array(array) => Some(Handle::Array(array.clone_ref(py))),
        }
    }
}

/// Bytes of an array that are copied with the interpreter lock at a time.
const PIECE_BYTES: usize = 1 << 22;

/// A plane that is there.
enum Handle<T: Element> {
    Drawn(Arc<Vec<T>>),
    Array(Py<PyArrayDyn<T>>),
}

impl<T: Element + Clone> Handle<T> {
    /// The values for work without the interpreter lock: of an array a copy, because Python may
    /// write to it meanwhile. Between pieces of the copy other threads get the lock.
    ///
    /// # Errors
    /// What a signal handler raises (`KeyboardInterrupt`).
    fn values(self, py: Python<'_>) -> PyResult<Arc<Vec<T>>> {
        let array = match self {
            Self::Drawn(plane) => return Ok(plane),
            Self::Array(array) => array,
        };
        let array = array.bind(py);
        let mut values = Vec::with_capacity(array.len());
        let piece = PIECE_BYTES / size_of::<T>();
        while values.len() < array.len() {
            let end = (values.len() + piece).min(array.len());
            // As a block: the method `to_vec` of arrays may go through them element by element.
            let source = array.try_readonly()?;
            values.extend_from_slice(&source.as_slice()?[values.len()..end]);
            drop(source);
            py.detach(|| ());
            py.check_signals()?;
        }
        Ok(Arc::new(values))
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
#[derive(Debug)]
pub(crate) struct PlaneValues {
    pub(crate) color: Option<Arc<Vec<u8>>>,
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

    /// The planes that are needed, to take their values from.
    pub(crate) fn handles(&self, py: Python<'_>, needed: Needed) -> PlaneHandles {
        let (color, atom_id) = (needed != Needed::AtomId, needed != Needed::Color);
        let all = needed == Needed::All;
        PlaneHandles {
            color: color.then(|| self.color.handle(py)).flatten(),
            depth: all.then(|| self.depth.handle(py)).flatten(),
            normal: all.then(|| self.normal.handle(py)).flatten(),
            atom_id: atom_id.then(|| self.atom_id.handle(py)).flatten(),
            residue_id: all.then(|| self.residue_id.handle(py)).flatten(),
        }
    }
}

/// Planes to take values from.
pub(crate) struct PlaneHandles {
    color: Option<Handle<u8>>,
    depth: Option<Handle<f32>>,
    normal: Option<Handle<f32>>,
    atom_id: Option<Handle<u32>>,
    residue_id: Option<Handle<u32>>,
}

impl PlaneHandles {
    /// The values. The interpreter lock is given up now and then.
    ///
    /// # Errors
    /// What a signal handler raises (`KeyboardInterrupt`).
    pub(crate) fn values(self, py: Python<'_>) -> PyResult<PlaneValues> {
        Ok(PlaneValues {
            color: self.color.map(|plane| plane.values(py)).transpose()?,
            depth: self.depth.map(|plane| plane.values(py)).transpose()?,
            normal: self.normal.map(|plane| plane.values(py)).transpose()?,
            atom_id: self.atom_id.map(|plane| plane.values(py)).transpose()?,
            residue_id: self.residue_id.map(|plane| plane.values(py)).transpose()?,
        })
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
