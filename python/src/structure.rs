//! Structures: reading, building from arrays, columns, selections, hydrogen bonds.

use std::path::PathBuf;
use std::sync::Arc;

use molshot::input::{InputOptions, read_inputs};
use molshot::molecule::contacts::{ContactKind, ContactOptions};
use molshot::molecule::hbonds::{AcceptorClass, AtomClasses, DonorClass, Scope};
use molshot::molecule::symmetry::{AssemblyChoice, CrystalChoice, MOST_CELLS};
use molshot::molecule::{
    AlternateLocation, BondOrder, BondRecord, Format, PartRole, ReadOptions, Selection,
    Structure as MoleculeStructure, contacts, hbonds,
};
use molshot::renderer::annotations::role_of;
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::argument::{Given, Real, U32_MAX, Whole, given};
use crate::columns::{AtomColumns, bond_order};
use crate::failure::Failure;
use crate::interrupt;

/// Atoms, residues, chains and bonds. Immutable.
#[pyclass(frozen, module = "molshot._molshot")]
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) structure: Arc<MoleculeStructure>,
}

/// Number of unit cells along an edge.
type CellCount = Whole<u32, 1, { MOST_CELLS as u64 }>;
/// Distance of copies in a crystal, angstrom.
type MateDistance = Real<f64, 0, 1000>;
type ModelNumber = Whole<u32, 1, U32_MAX>;

/// The texts that choose what of a file is read.
fn read_options(
    format: Given<Option<String>>,
    model: Given<Option<ModelNumber>>,
    altloc: Given<Option<String>>,
) -> Result<ReadOptions, Failure> {
    given!(format, model, altloc);
    let mut options = ReadOptions::default();
    if let Some(name) = format {
        let format = Format::from_name(&name).ok_or_else(|| {
            Failure::argument(format!(
                "format: \"{name}\" is not a format; give {}",
                Format::names_text()
            ))
        })?;
        options.format = Some(format);
    }
    options.model = model.map(|number| number.0);
    if let Some(text) = altloc {
        options.altloc = AlternateLocation::from_name(&text).ok_or_else(|| {
            let words = AlternateLocation::WORDS.join(", ");
            Failure::argument(format!(
                "altloc: \"{text}\"; give a letter or digit, {words}"
            ))
        })?;
    }
    Ok(options)
}

/// Reads files and folders and merges them, as `molshot render` does.
#[pyfunction]
#[pyo3(signature = (paths, format, model, altloc))]
pub(crate) fn read_paths(
    py: Python<'_>,
    paths: Given<Vec<PathBuf>>,
    format: Given<Option<String>>,
    model: Given<Option<ModelNumber>>,
    altloc: Given<Option<String>>,
) -> PyResult<Structure> {
    given!(paths);
    let mut options = InputOptions::default();
    options.read = read_options(format, model, altloc)?;
    interrupt::run(py, move || {
        let structure = read_inputs(&paths, &options).map_err(molshot::Error::from)?;
        Ok(Structure {
            structure: Arc::new(structure),
        })
    })
}

/// Reads the bytes of a file. `name` is used in messages, and its extension decides the format if
/// neither `format` nor the content does.
#[pyfunction]
#[pyo3(signature = (name, data, format, model, altloc))]
pub(crate) fn read_bytes(
    py: Python<'_>,
    name: Given<String>,
    data: Vec<u8>,
    format: Given<Option<String>>,
    model: Given<Option<ModelNumber>>,
    altloc: Given<Option<String>>,
) -> PyResult<Structure> {
    given!(name);
    let options = read_options(format, model, altloc)?;
    interrupt::run(py, move || {
        let role = PartRole::from_file_name(&name);
        let structure = molshot::read_bytes(&name, &data, role, &options)?;
        Ok(Structure {
            structure: Arc::new(structure),
        })
    })
}

#[pymethods]
impl Structure {
    /// Builds a structure from columns.
    #[staticmethod]
    #[pyo3(signature = (name, role, coordinates, columns, bonds, bond_orders))]
    fn from_arrays(
        py: Python<'_>,
        name: Given<String>,
        role: Given<String>,
        coordinates: PyReadonlyArray2<'_, f32>,
        columns: AtomColumns,
        bonds: Option<PyReadonlyArray2<'_, u32>>,
        bond_orders: Option<PyReadonlyArray1<'_, u8>>,
    ) -> PyResult<Self> {
        given!(name, role);
        let rows = coordinates.as_array();
        if rows.ncols() != 3 {
            return Err(Failure::array("coordinates have another shape than (n, 3)").into());
        }
        columns.check(rows.nrows())?;
        let role = match role.as_str() {
            "whole" => PartRole::Whole,
            "pocket" => PartRole::Pocket,
            "ligand" => PartRole::Ligand,
            _ => return Err(Failure::argument("role: give whole, pocket or ligand").into()),
        };
        let positions: Vec<[f32; 3]> = rows
            .rows()
            .into_iter()
            .map(|row| [row[0], row[1], row[2]])
            .collect();
        let bonds = match bonds {
            None => None,
            Some(bonds) => {
                let pairs = bonds.as_array();
                if pairs.ncols() != 2 {
                    return Err(Failure::array("bonds have another shape than (m, 2)").into());
                }
                let orders = bond_orders.as_ref().map(PyReadonlyArray1::as_array);
                if orders
                    .as_ref()
                    .is_some_and(|orders| orders.len() != pairs.nrows())
                {
                    return Err(Failure::array("bond_orders: give one for each bond").into());
                }
                let bond = |(index, pair): (usize, numpy::ndarray::ArrayView1<'_, u32>)| {
                    let order = orders.as_ref().map_or(0, |orders| orders[index]);
                    Ok(([pair[0], pair[1]], bond_order(order)?))
                };
                let bonds: Result<Vec<BondRecord>, Failure> =
                    pairs.rows().into_iter().enumerate().map(bond).collect();
                Some(bonds?)
            }
        };
        interrupt::run(py, move || {
            let records = positions
                .into_iter()
                .enumerate()
                .map(|(atom, position)| columns.record(atom, position))
                .collect::<Result<Vec<_>, _>>()?;
            let options = ReadOptions::default();
            let structure =
                MoleculeStructure::from_records(&name, records, bonds.as_deref(), role, &options)?;
            Ok(Self {
                structure: Arc::new(structure),
            })
        })
    }

    /// Merges structures into one of several parts.
    #[staticmethod]
    fn merge(py: Python<'_>, structures: Vec<Py<Self>>) -> PyResult<Self> {
        let parts: Vec<Arc<MoleculeStructure>> = structures
            .iter()
            .map(|part| Arc::clone(&part.get().structure))
            .collect();
        interrupt::run(py, move || {
            let parts = parts.iter().map(|part| (**part).clone());
            Ok(Self {
                structure: Arc::new(MoleculeStructure::merge(parts.collect())),
            })
        })
    }

    /// Makes a biological assembly (`assembly`), or a part of the crystal (`cells` or
    /// `mates_angstrom`) of a structure of one file.
    #[pyo3(signature = (assembly, cells, mates_angstrom))]
    fn with_copies(
        &self,
        py: Python<'_>,
        assembly: Given<Option<String>>,
        cells: Given<Option<[CellCount; 3]>>,
        mates_angstrom: Given<Option<MateDistance>>,
    ) -> PyResult<Self> {
        given!(assembly, cells, mates_angstrom);
        let assembly = match assembly.as_deref().map(AssemblyChoice::from_name) {
            None => AssemblyChoice::None,
            Some(Some(choice)) => choice,
            Some(None) => {
                let text = "assembly: give the id of an assembly such as 1, all, or none";
                return Err(Failure::argument(text).into());
            }
        };
        let crystal = match (cells, mates_angstrom) {
            (Some(cells), _) => CrystalChoice::Cells(cells.map(|count| count.0)),
            (None, Some(distance)) => CrystalChoice::Mates(distance.0),
            (None, None) => CrystalChoice::None,
        };
        let structure = Arc::clone(&self.structure);
        interrupt::run(py, move || {
            let most = ReadOptions::default().limits.max_atoms;
            let made = (*structure)
                .clone()
                .with_assembly(&assembly, most)
                .and_then(|made| made.with_crystal(crystal, most))?;
            Ok(Self {
                structure: Arc::new(made),
            })
        })
    }

    fn __len__(&self) -> usize {
        self.structure.atoms().len()
    }

    /// What the readers assumed or left out.
    fn warnings(&self) -> Vec<String> {
        self.structure
            .warnings()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// Numbers of residues, chains and parts.
    fn counts(&self) -> (usize, usize, usize) {
        let structure = &self.structure;
        (
            structure.residues().len(),
            structure.chains().len(),
            structure.parts().len(),
        )
    }

    /// Columns of atoms: arrays and lists of texts by name.
    fn atoms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let structure = &self.structure;
        let atoms = structure.atoms();
        let columns = PyDict::new(py);
        let positions: Vec<f32> = atoms.position_angstrom.as_flattened().to_vec();
        columns.set_item(
            "position_angstrom",
            positions.into_pyarray(py).reshape([atoms.len(), 3])?,
        )?;
        columns.set_item(
            "name",
            atoms
                .name
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
        )?;
        columns.set_item(
            "element",
            atoms
                .element
                .iter()
                .map(|element| element.symbol())
                .collect::<Vec<_>>(),
        )?;
        columns.set_item("serial", atoms.serial.clone().into_pyarray(py))?;
        columns.set_item("residue", atoms.residue.clone().into_pyarray(py))?;
        columns.set_item("occupancy", atoms.occupancy.clone().into_pyarray(py))?;
        columns.set_item("b_factor", atoms.b_factor.clone().into_pyarray(py))?;
        columns.set_item(
            "formal_charge",
            atoms.formal_charge.clone().into_pyarray(py),
        )?;
        Ok(columns)
    }

    /// Atom types (IDATM) and classes as donors and acceptors, texts by name.
    fn atom_types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let structure = Arc::clone(&self.structure);
        let (types, donors, acceptors) = interrupt::run(py, move || {
            let classes = AtomClasses::of(&structure);
            let types: Vec<&str> = classes.types.iter().map(|kind| kind.name()).collect();
            let donors: Vec<Option<&str>> = classes
                .donors
                .iter()
                .map(|class| class.map(DonorClass::name))
                .collect();
            let acceptors: Vec<Option<&str>> = classes
                .acceptors
                .iter()
                .map(|class| class.map(AcceptorClass::name))
                .collect();
            Ok((types, donors, acceptors))
        })?;
        let columns = PyDict::new(py);
        columns.set_item("atom_type", types)?;
        columns.set_item("donor", donors)?;
        columns.set_item("acceptor", acceptors)?;
        Ok(columns)
    }

    /// Columns of residues: arrays and lists of texts by name.
    fn residues<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let structure = &self.structure;
        let residues = structure.residues();
        let columns = PyDict::new(py);
        let texts = |text: &dyn Fn(&molshot::molecule::Residue) -> String| -> Vec<String> {
            residues.iter().map(text).collect()
        };
        columns.set_item("name", texts(&|residue| residue.name.to_string()))?;
        let numbers: Vec<i32> = residues.iter().map(|residue| residue.number).collect();
        columns.set_item("number", numbers.into_pyarray(py))?;
        columns.set_item(
            "insertion_code",
            texts(&|residue| match residue.insertion_code {
                b' ' => String::new(),
                code => char::from(code).to_string(),
            }),
        )?;
        columns.set_item(
            "chain",
            texts(&|residue| structure.chains()[residue.chain as usize].id.to_string()),
        )?;
        columns.set_item(
            "part",
            texts(&|residue| structure.part_of(residue).name.clone()),
        )?;
        columns.set_item(
            "role",
            texts(&|residue| role_of(structure, residue).name().to_owned()),
        )?;
        let first: Vec<u32> = residues.iter().map(|residue| residue.atoms.start).collect();
        columns.set_item("first_atom", first.into_pyarray(py))?;
        let count: Vec<u32> = residues
            .iter()
            .map(|residue| residue.atoms.end - residue.atoms.start)
            .collect();
        columns.set_item("atom_count", count.into_pyarray(py))?;
        Ok(columns)
    }

    /// Bonds: atom indices (m, 2) and orders (m): 1, 2, 3, 4 for aromatic, 0 for unknown.
    fn bonds<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let bonds = self.structure.bonds();
        let ends: Vec<u32> = bonds.iter().flat_map(|bond| [bond.a, bond.b]).collect();
        let orders: Vec<u8> = bonds
            .iter()
            .map(|bond| match bond.order {
                BondOrder::Single | BondOrder::Amide => 1,
                BondOrder::Double => 2,
                BondOrder::Triple => 3,
                BondOrder::Aromatic => 4,
                _ => 0,
            })
            .collect();
        let ends = ends.into_pyarray(py).reshape([bonds.len(), 2])?;
        Ok((ends.into_any(), orders.into_pyarray(py).into_any()))
    }

    /// One boolean per atom.
    fn select<'py>(
        &self,
        py: Python<'py>,
        expression: Given<String>,
    ) -> PyResult<Bound<'py, PyAny>> {
        given!(expression);
        let selection = Selection::parse(&expression).map_err(Failure::selection)?;
        let structure = Arc::clone(&self.structure);
        let mask = interrupt::run(py, move || Ok(selection.evaluate(&structure)))?;
        Ok(mask.into_pyarray(py).into_any())
    }

    /// Hydrogen bonds as a JSON text (that of `molshot hbonds --format json`).
    fn hydrogen_bonds(
        &self,
        py: Python<'_>,
        scope: Given<String>,
        distance_slack_angstrom: Given<Real<f32, 0, 2>>,
        angle_slack_degrees: Given<Real<f32, 0, 90>>,
        water: Given<bool>,
    ) -> PyResult<String> {
        given!(scope, distance_slack_angstrom, angle_slack_degrees, water);
        let mut options = hbonds::HydrogenBondOptions::default();
        options.scope = match scope.as_str() {
            "ligand" => Scope::PocketToLigand,
            "within" => Scope::WithinParts,
            "all" => Scope::All,
            _ => {
                let detail = "scope: give ligand, within or all";
                return Err(Failure::argument(detail).into());
            }
        };
        options.distance_slack_angstrom = distance_slack_angstrom.0;
        options.angle_slack_degrees = angle_slack_degrees.0;
        options.water = water;
        let structure = Arc::clone(&self.structure);
        interrupt::run(py, move || {
            let found = hbonds::find(&structure, &options)
                .map_err(|error| Failure::argument(error.to_string()))?;
            serde_json::to_string(&found.report(&structure))
                .map_err(|error| Failure::internal(error.to_string()))
        })
    }

    /// Contacts of the ligand as a JSON text (that of `molshot contacts --format json`); all kinds
    /// without `kinds`.
    fn contacts(&self, py: Python<'_>, kinds: Given<Option<Vec<String>>>) -> PyResult<String> {
        given!(kinds);
        let mut options = ContactOptions::default();
        if let Some(names) = kinds {
            let kind = |name: String| {
                ContactKind::from_name(&name).ok_or_else(|| {
                    let known: Vec<&str> =
                        ContactKind::ALL.iter().map(|kind| kind.name()).collect();
                    Failure::argument(format!("kinds: give some of {}", known.join(", ")))
                })
            };
            let kinds = names.into_iter().map(kind);
            options.kinds = kinds.collect::<Result<_, _>>()?;
        }
        let structure = Arc::clone(&self.structure);
        interrupt::run(py, move || {
            let found = contacts::find(&structure, &options);
            serde_json::to_string(&found.report(&structure))
                .map_err(|error| Failure::internal(error.to_string()))
        })
    }
}
