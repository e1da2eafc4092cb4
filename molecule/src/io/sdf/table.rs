//! The connection table that both versions of the format fill.

use std::collections::HashMap;

use crate::diagnostics::RepeatedWarning;
use crate::io::options::ReadOptions;
use crate::io::text::{self, quote, syntax, warning};
use crate::io::unnamed::{next_number, unnamed_ligand_atom};
use crate::raw::{BondSource, RawBond, RawModel};
use crate::structure::BondOrder;
use crate::{Element, MoleculeError};

/// The connection table under construction, of either version.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) file: &'a str,
    options: &'a ReadOptions,
    pub(super) model: RawModel,
    /// Number of atoms so far of each element, for the names.
    numbers: HashMap<Element, u32>,
    /// Symbols that are not elements.
    unknown_symbols: RepeatedWarning,
}

impl<'a> Table<'a> {
    /// Creates a table that adds its rows to `model`.
    pub(super) fn new(file: &'a str, options: &'a ReadOptions, model: RawModel) -> Self {
        Self {
            file,
            options,
            model,
            numbers: HashMap::new(),
            unknown_symbols: RepeatedWarning::default(),
        }
    }

    pub(super) fn error(
        &self,
        line: u64,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> MoleculeError {
        syntax(self.file, line, problem, remedy)
    }

    /// Adds an atom. Symbols that are not elements, such as the lists and groups of a query, lone
    /// pairs and dummy atoms, are counted for a warning.
    pub(super) fn add_atom(
        &mut self,
        line: u64,
        symbol: &[u8],
        position_angstrom: [f32; 3],
        formal_charge: i8,
    ) -> Result<(), MoleculeError> {
        let count = self.model.atoms.len();
        text::check_atom_limit(self.file, line, count, self.options)?;
        let element = Element::from_symbol(symbol).unwrap_or_else(|| {
            self.unknown_symbols.note(text::line_u32(line), || {
                format!("{} is not an element symbol", quote(symbol))
            });
            Element::UNKNOWN
        });
        let number = next_number(&mut self.numbers, element);
        self.model.atoms.push(unnamed_ligand_atom(
            line,
            count,
            element,
            number,
            position_angstrom,
            formal_charge,
        ));
        Ok(())
    }

    /// Returns the model with the warning about symbols that are not elements.
    pub(super) fn finish(mut self) -> RawModel {
        self.unknown_symbols.report(
            self.file,
            "the element of such atoms is unknown",
            &mut self.model.warnings,
        );
        self.model
    }

    /// Adds a bond between the existing rows `a` and `b`, counted from 0.
    pub(super) fn add_bond(&mut self, a: u32, b: u32, order: BondOrder) {
        self.model.bonds.push(RawBond {
            a,
            b,
            order,
            source: BondSource::Complete,
        });
    }

    /// Warns if all z coordinates are 0 and the header does not declare 3D: the molecule is a 2D
    /// drawing. Three atoms are always planar.
    pub(super) fn warn_if_flat(&mut self, program: &[u8]) {
        let flat = self
            .model
            .atoms
            .iter()
            .all(|atom| atom.position_angstrom[2] == 0.0);
        // Columns 21 and 22 of the second header line hold the dimension.
        let declared_3d = text::columns(program, 20, 22).eq_ignore_ascii_case(b"3D");
        if flat && !declared_3d && self.model.atoms.len() > 3 {
            self.model.warnings.push(warning(
                self.file,
                0,
                "all z coordinates are 0: this is a flat drawing (2D), not a conformation; it is read unchanged",
            ));
        }
    }
}

/// Returns the order of a bond type. 5 to 8 are query types; `None` for 10, a hydrogen bond.
pub(super) fn order_of(kind: u32) -> Option<BondOrder> {
    match kind {
        1 => Some(BondOrder::Single),
        2 => Some(BondOrder::Double),
        3 => Some(BondOrder::Triple),
        4 => Some(BondOrder::Aromatic),
        9 => Some(BondOrder::Dative),
        10 => None,
        _ => Some(BondOrder::Unknown),
    }
}
