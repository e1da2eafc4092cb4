//! Trajectories: the frames of a file as structures.

use std::path::PathBuf;
use std::sync::Arc;

use molshot::molecule::superpose::Alignment;
use molshot::molecule::trajectory::Trajectory as MoleculeTrajectory;
use molshot::molecule::{ReadLimits, Selection};
use pyo3::prelude::*;

use crate::argument::{Given, given};
use crate::failure::Failure;
use crate::interrupt;
use crate::structure::Structure;

/// Time in picoseconds, and vectors of the box in angstrom, where a frame has them.
type TimeAndBox = (Option<f64>, Option<[[f32; 3]; 3]>);

/// An open trajectory with the structure of its atoms. Immutable.
#[pyclass(frozen, module = "molshot._molshot")]
#[derive(Debug)]
pub(crate) struct Trajectory {
    opened: Arc<MoleculeTrajectory>,
    topology: Arc<molshot::Structure>,
    align: Option<Arc<Alignment>>,
}

#[pymethods]
impl Trajectory {
    /// Opens a file, and checks that its frames are of the structure's atoms. `align` is a
    /// selection by whose atoms all frames are superposed on the first.
    #[new]
    #[pyo3(signature = (topology, path, align))]
    fn new(
        py: Python<'_>,
        topology: PyRef<'_, Structure>,
        path: Given<PathBuf>,
        align: Given<Option<String>>,
    ) -> PyResult<Self> {
        given!(path, align);
        let topology = Arc::clone(&topology.structure);
        let selection = align.as_deref().map(Selection::parse).transpose();
        let selection = selection.map_err(Failure::selection)?;
        interrupt::run(py, move || {
            let trajectory = MoleculeTrajectory::open(&path, &ReadLimits::default())?;
            trajectory.check_topology(&topology)?;
            let align = match selection {
                None => None,
                Some(selection) => {
                    let first = trajectory.structure(0, &topology)?;
                    let alignment = Alignment::new(&first, &selection.evaluate(&first));
                    let alignment = alignment.ok_or_else(|| {
                        Failure::argument(format!(
                            "align: the selection matches fewer than {} atoms",
                            Alignment::MIN_ATOMS
                        ))
                    })?;
                    Some(Arc::new(alignment))
                }
            };
            Ok(Self {
                opened: Arc::new(trajectory),
                topology,
                align,
            })
        })
    }

    fn __len__(&self) -> usize {
        self.opened.len()
    }

    /// Number of atoms in the file.
    #[getter]
    fn atoms(&self) -> usize {
        self.opened.atoms()
    }

    /// Warnings about the file.
    fn warnings(&self) -> Vec<String> {
        let warnings = self.opened.warnings().iter();
        warnings.map(ToString::to_string).collect()
    }

    /// The structure at a frame, counted from 0.
    fn structure(&self, py: Python<'_>, number: usize) -> PyResult<Structure> {
        let (trajectory, topology) = (Arc::clone(&self.opened), Arc::clone(&self.topology));
        let align = self.align.clone();
        interrupt::run(py, move || {
            let moved = trajectory.structure(number, &topology)?;
            let structure = match align {
                None => moved,
                Some(align) => align.apply(&moved).ok_or_else(|| {
                    Failure::array(format!("frame {number} cannot be superposed on frame 0"))
                })?,
            };
            Ok(Structure {
                structure: Arc::new(structure),
            })
        })
    }

    /// The time of a frame in picoseconds, and the three vectors of its box in angstrom.
    fn time_and_box(&self, py: Python<'_>, number: usize) -> PyResult<TimeAndBox> {
        let trajectory = Arc::clone(&self.opened);
        interrupt::run(py, move || {
            let frame = trajectory.frame(number)?;
            Ok((frame.time_ps, frame.box_angstrom))
        })
    }
}
