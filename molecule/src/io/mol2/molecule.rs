//! One molecule under construction, from the rows of its sections.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::super::text::{self, fields, integer, quote, syntax, warning};
use super::counts::check_count;
use super::residues::{NameRules, ResidueName, group_residues, is_name, name_of_nameless_atom};
use super::rows::{AtomRow, Rows, atom_row, fault_of_atom_row, is_number};
use super::types;
use crate::diagnostics::RepeatedWarning;
use crate::io::options::ReadOptions;
use crate::raw::{BondSource, ElementField, RawAtom, RawBond, RawModel};
use crate::structure::BondOrder;
use crate::{MoleculeError, Warning};

/// A `SUBSTRUCTURE` record.
#[derive(Debug)]
struct Substructure {
    name: SmolStr,
    chain_id: SmolStr,
    /// The component id without a number, if the record has it.
    component: Option<SmolStr>,
}

/// One molecule under construction.
#[derive(Debug)]
pub(super) struct Molecule<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    declared_atoms: Option<u64>,
    declared_bonds: Option<u64>,
    /// Line at which the `ATOM` section begins.
    atom_section: Option<u64>,
    bond_section: Option<u64>,
    /// True if the molecule is of a polymer type: its residues are not hetero residues.
    polymer: bool,
    name: SmolStr,
    repeated_id_seen: bool,
    atoms: Vec<RawAtom>,
    /// Type of each atom.
    kinds: Vec<SmolStr>,
    bonds: Vec<RawBond>,
    /// Row of each atom id.
    rows: HashMap<u64, u32>,
    /// Substructure id of each row.
    substructure_ids: Vec<Option<i32>>,
    substructures: HashMap<i32, Substructure>,
    charges_as_names: RepeatedWarning,
    missing_ids: RepeatedWarning,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Molecule<'a> {
    pub(super) fn new(file: &'a str, options: &'a ReadOptions) -> Self {
        Self {
            file,
            options,
            declared_atoms: None,
            declared_bonds: None,
            atom_section: None,
            bond_section: None,
            polymer: false,
            name: SmolStr::default(),
            repeated_id_seen: false,
            atoms: Vec::new(),
            kinds: Vec::new(),
            bonds: Vec::new(),
            rows: HashMap::new(),
            substructure_ids: Vec::new(),
            substructures: HashMap::new(),
            charges_as_names: RepeatedWarning::default(),
            missing_ids: RepeatedWarning::default(),
            warnings: Vec::new(),
        }
    }

    /// Reads the rows of `MOLECULE`: name (any text, possibly empty), counts, molecule type. The
    /// rest is not used.
    pub(super) fn read_header(&mut self, rows: &mut Rows<'_>) -> Result<(), MoleculeError> {
        if let Some((_, name)) = rows.next_line() {
            self.name = text::name(name.trim_ascii());
        }
        let Some((line, counts)) = rows.next_row() else {
            return Err(syntax(
                self.file,
                rows.number(),
                "the molecule ends before its counts line",
                "give the whole file; it may have been cut off",
            ));
        };
        let mut counts_fields = fields(&counts);
        self.declared_atoms = counts_fields.next().and_then(integer);
        self.declared_bonds = counts_fields.next().and_then(integer);
        if self.declared_atoms.is_none() {
            return Err(syntax(
                self.file,
                line,
                format!("the counts line reads {}", quote(&counts)),
                "the second line of a molecule holds the number of atoms and, after it, of bonds",
            ));
        }
        if let Some((_, kind)) = rows.next_line() {
            const POLYMERS: [&[u8]; 3] = [b"PROTEIN", b"BIOPOLYMER", b"NUCLEIC_ACID"];
            let kind = kind.trim_ascii();
            self.polymer = POLYMERS.iter().any(|name| name.eq_ignore_ascii_case(kind));
        }
        Ok(())
    }

    /// Notes that a section begins at `line`.
    pub(super) fn begin_section(&mut self, name: &[u8], line: u64) {
        match name {
            b"ATOM" => self.atom_section = Some(line),
            b"BOND" => self.bond_section = Some(line),
            _ => {}
        }
    }

    /// Reads `id name x y z type [substructure_id [substructure_name [charge ...]]]`.
    pub(super) fn read_atom(&mut self, line: u64, row: &[u8]) -> Result<(), MoleculeError> {
        let count = self.atoms.len();
        text::check_atom_limit(self.file, line, count, self.options)?;
        let mut fields = fields(row);
        let Some(AtomRow {
            id,
            name,
            position_angstrom,
            kind,
        }) = atom_row(&mut fields)
        else {
            return Err(syntax(
                self.file,
                line,
                format!(
                    "the atom row reads {}: {}",
                    quote(row),
                    fault_of_atom_row(row)
                ),
                "an atom row holds: id, name without blanks, x, y, z in angstrom, type such as C.ar, \
                 and no column in between",
            ));
        };
        let (substructure_id, substructure_name) =
            self.substructure_of_row(line, fields.next(), fields.next())?;
        let first = *self.rows.entry(id).or_insert(count as u32);
        if first as usize != count && !self.repeated_id_seen {
            self.repeated_id_seen = true;
            self.warnings.push(warning(
                self.file,
                line,
                format!("atom id {id} is used twice; bonds to such ids go to the first atom"),
            ));
        }
        self.substructure_ids.push(substructure_id);
        self.kinds.push(text::name(kind));
        self.atoms.push(RawAtom {
            line: text::line_u32(line),
            serial: i32::try_from(id).unwrap_or(i32::MAX),
            name: text::name(name),
            // `finish` sets it once all types are known.
            element: ElementField::Absent,
            name_is_indented: false,
            altloc: b' ',
            // The unsplit name; `finish` splits it once the substructure records are known.
            residue_name: text::name(substructure_name),
            residue_number: 1,
            insertion_code: b' ',
            chain_id: SmolStr::default(),
            label_chain_id: SmolStr::default(),
            label_number: None,
            hetero: !self.polymer,
            segment: 0,
            position_angstrom,
            occupancy: 1.0,
            b_factor: 0.0,
            // The charge column holds partial charges.
            formal_charge: 0,
        });
        Ok(())
    }

    /// Returns id and name of the substructure of an atom row, which are its fields 7 and 8.
    fn substructure_of_row<'t>(
        &mut self,
        line: u64,
        id: Option<&'t [u8]>,
        name: Option<&'t [u8]>,
    ) -> Result<(Option<i32>, &'t [u8]), MoleculeError> {
        let field = id.unwrap_or(b"****");
        let is_charge = |name: &[u8]| is_number(name) && name.contains(&b'.');
        if let Some(id) = integer::<i32>(field) {
            let name = name.unwrap_or_default();
            if is_charge(name) {
                self.charges_as_names.note(text::line_u32(line), || {
                    format!(
                        "field 8, the name of the substructure, is the number {}",
                        quote(name)
                    )
                });
                return Ok((Some(id), b""));
            }
            return Ok((Some(id), name));
        }
        let is_text = |field: &[u8]| is_name(&String::from_utf8_lossy(field));
        let is_charge_of_row = is_number(field) && name.is_none();
        if is_charge_of_row || !(is_text(field) || is_number(field)) {
            // A row without substructure, or one without id.
            return Ok((None, name.unwrap_or_default()));
        }
        if name.is_none_or(is_charge) && !is_number(field) {
            self.missing_ids.note(text::line_u32(line), || {
                format!("field 7, the id of the substructure, is {}", quote(field))
            });
            return Ok((None, field));
        }
        Err(syntax(
            self.file,
            line,
            format!(
                "field 7, the id of the substructure, is {}, not a whole number",
                quote(field)
            ),
            "after the type an atom row holds the id and the name of its substructure, then the charge",
        ))
    }

    /// Reads `id atom1 atom2 type [status]`.
    pub(super) fn read_bond(&mut self, line: u64, row: &[u8]) -> Result<(), MoleculeError> {
        let mut fields = fields(row).skip(1);
        let a = fields.next().and_then(integer::<u64>);
        let b = fields.next().and_then(integer::<u64>);
        let (Some(a), Some(b), Some(kind)) = (a, b, fields.next()) else {
            return Err(syntax(
                self.file,
                line,
                format!("the bond row reads {}", quote(row)),
                "a bond row holds: id, id of one atom, id of the other, bond type",
            ));
        };
        match (self.rows.get(&a), self.rows.get(&b)) {
            (Some(&row_a), Some(&row_b)) if row_a != row_b => {
                if let Some(order) = order_of(kind) {
                    self.bonds.push(RawBond {
                        a: row_a,
                        b: row_b,
                        order,
                        source: BondSource::Complete,
                    });
                } else {
                    // The row means "not connected", but it counts as a declared bond.
                    self.declared_bonds = self.declared_bonds.map(|n| n.saturating_sub(1));
                }
                Ok(())
            }
            (Some(_), Some(_)) => Err(syntax(
                self.file,
                line,
                format!("the bond joins atom {a} to itself"),
                "a bond joins two different atoms",
            )),
            (found, _) => Err(syntax(
                self.file,
                line,
                format!(
                    "the bond names atom {}, which does not exist",
                    if found.is_none() { a } else { b }
                ),
                "a bond joins two atoms of the ATOM section, which comes before the BOND section",
            )),
        }
    }

    /// Reads `id name root [type [dictionary [chain [component ...]]]]`. Invalid rows are ignored:
    /// they are not needed.
    pub(super) fn read_substructure(&mut self, row: &[u8]) {
        let mut fields = fields(row);
        let Some((id, name)) = fields.next().and_then(integer::<i32>).zip(fields.next()) else {
            return;
        };
        let chain = fields.nth(3).filter(|chain| *chain != b"****");
        let component = fields.next().map(text::name);
        self.substructures
            .entry(id)
            .or_insert_with(|| Substructure {
                name: text::name(name),
                chain_id: chain.map(text::name).unwrap_or_default(),
                component: component.filter(|component| is_name(component)),
            });
    }

    /// Checks the counts and sets the residue names. `last_line` is the last line of the molecule.
    pub(super) fn finish(mut self, last_line: u64) -> Result<RawModel, MoleculeError> {
        let atoms = check_count(
            self.file,
            last_line,
            self.declared_atoms,
            self.atoms.len(),
            self.atom_section.is_some(),
            "atom",
        )?;
        let bonds = check_count(
            self.file,
            last_line,
            self.declared_bonds,
            self.bonds.len(),
            self.bond_section.is_some(),
            "bond",
        )?;
        self.warnings.extend(atoms.into_iter().chain(bonds));
        if self.atoms.is_empty() {
            return Err(syntax(
                self.file,
                last_line,
                "the molecule has no atoms",
                "give a molecule with at least one atom",
            ));
        }
        self.name_residues();
        let mut points = RepeatedWarning::default();
        if let Some(found) = types::set_elements(&mut self.atoms, &self.kinds, &mut points) {
            let line = self.atoms[found.row].line;
            self.warnings.push(warning(
                self.file,
                line.into(),
                format!(
                    "{}, so the types are taken as those of a force field: {}",
                    found.reason, found.sources
                ),
            ));
        }
        for atom in &mut self.atoms {
            if atom.name == "****" {
                // The empty string of the format.
                atom.name = name_of_nameless_atom(atom);
            }
        }
        if group_residues(&mut self.atoms, &mut self.bonds, &self.substructure_ids) {
            self.warnings.push(warning(
                self.file,
                0,
                "atoms of one substructure are not contiguous; they are grouped, so the order of atoms differs from the file",
            ));
        }
        points.report(
            self.file,
            "the element of such atoms is unknown",
            &mut self.warnings,
        );
        self.charges_as_names.report(
            self.file,
            "the substructure is taken as one without a name",
            &mut self.warnings,
        );
        self.missing_ids
            .report(self.file, "it is read as the name", &mut self.warnings);
        Ok(RawModel {
            atoms: self.atoms,
            bonds: self.bonds,
            bonds_complete: true,
            // The caller sets the number of molecules.
            models: 1,
            symmetry: crate::symmetry::Symmetry::default(),
            warnings: self.warnings,
            ..RawModel::default()
        })
    }
}

impl Molecule<'_> {
    /// Sets name, number and chain of the residue of every atom.
    fn name_residues(&mut self) {
        // A record with more residues than a ligand has is a polymer, whatever its type says.
        const MOST_RESIDUES_OF_LIGAND: usize = 3;
        let mut last_id = None;
        let changes = self.substructure_ids.iter().filter(|id| {
            let changed = Some(*id) != last_id;
            last_id = Some(*id);
            changed
        });
        let rules = NameRules {
            molecule_name: &self.name,
            polymer: self.polymer || changes.count() > MOST_RESIDUES_OF_LIGAND,
        };
        let mut guesses = RepeatedWarning::default();
        let mut last: Option<(Option<i32>, SmolStr, ResidueName)> = None;
        for (atom, id) in self.atoms.iter_mut().zip(&self.substructure_ids) {
            let record = id.and_then(|id| self.substructures.get(&id));
            let known = last
                .as_ref()
                .filter(|(last_id, name, _)| last_id == id && *name == atom.residue_name);
            let residue = if let Some((_, _, residue)) = known {
                residue.clone()
            } else {
                let own = Some(&atom.residue_name).filter(|name| is_name(name));
                let of_record = record.map(|r| &r.name).filter(|name| is_name(name));
                let component = record.and_then(|record| record.component.as_deref());
                // An atom row may have only the component id where the record has the number too.
                let is_component = own.is_some_and(|own| Some(own.as_str()) == component);
                let name = match (own, of_record) {
                    (Some(own), Some(longer))
                        if is_component && longer.starts_with(own.as_str()) =>
                    {
                        Some(longer)
                    }
                    (own, of_record) => own.or(of_record),
                };
                let unnamed = SmolStr::new_static("UNL");
                let name = name.unwrap_or(&unnamed);
                let residue = rules.split(name, component, atom.line, &mut guesses);
                last = Some((*id, atom.residue_name.clone(), residue.clone()));
                residue
            };
            atom.residue_name = residue.name;
            atom.residue_number = residue.number.or(*id).unwrap_or(1);
            atom.insertion_code = residue.insertion_code;
            if let Some(record) = record {
                atom.chain_id = record.chain_id.clone();
                atom.label_chain_id = record.chain_id.clone();
            }
        }
        guesses.report(
            self.file,
            "give the component id in the seventh column of its SUBSTRUCTURE row to be sure",
            &mut self.warnings,
        );
    }
}

/// Returns the order of a bond type; `None` for `nc`, not connected. Some programs write `4` for
/// aromatic.
fn order_of(kind: &[u8]) -> Option<BondOrder> {
    Some(match kind.to_ascii_lowercase().as_slice() {
        b"nc" => return None,
        b"1" => BondOrder::Single,
        b"2" => BondOrder::Double,
        b"3" => BondOrder::Triple,
        b"ar" | b"4" => BondOrder::Aromatic,
        b"am" => BondOrder::Amide,
        _ => BondOrder::Unknown,
    })
}
