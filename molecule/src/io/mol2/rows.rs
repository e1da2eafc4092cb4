//! Rows of the MOL2 sections.

use std::borrow::Cow;
use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::super::text::{self, Lines, fields, float, integer, quote, syntax, warning};
use super::counts::check_count;
use crate::io::options::ReadOptions;
use crate::raw::{BondSource, ElementField, RawAtom, RawBond, RawModel};
use crate::structure::BondOrder;
use crate::{Element, MoleculeError, Warning};

/// Lines of a molecule, without comments and blank lines, with continued lines joined.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    lines: Lines<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a [u8], first_line: u64) -> Self {
        Self {
            lines: Lines::new(text, first_line),
        }
    }

    /// Returns the number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.lines.number()
    }

    /// Returns the next row that is neither blank nor a comment, with the number of its first line.
    pub(super) fn next_row(&mut self) -> Option<(u64, Cow<'a, [u8]>)> {
        loop {
            let (number, line) = self.lines.next()?;
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let Some(head) = line.strip_suffix(b"\\") else {
                return Some((number, Cow::Borrowed(line)));
            };
            let mut joined = head.to_vec();
            for (_, next) in self.lines.by_ref() {
                let next = next.trim_ascii();
                joined.push(b' ');
                if let Some(head) = next.strip_suffix(b"\\") {
                    joined.extend_from_slice(head);
                } else {
                    joined.extend_from_slice(next);
                    break;
                }
            }
            return Some((number, Cow::Owned(joined)));
        }
    }

    /// Returns the next line unchanged, blank or not.
    fn next_line(&mut self) -> Option<(u64, &'a [u8])> {
        self.lines.next()
    }
}

/// A `SUBSTRUCTURE` record.
#[derive(Debug)]
struct Substructure {
    name: SmolStr,
    chain_id: SmolStr,
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
    repeated_id_seen: bool,
    atoms: Vec<RawAtom>,
    bonds: Vec<RawBond>,
    /// Row of each atom id.
    rows: HashMap<u64, u32>,
    /// Substructure id of each row.
    substructure_ids: Vec<Option<i32>>,
    substructures: HashMap<i32, Substructure>,
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
            repeated_id_seen: false,
            atoms: Vec::new(),
            bonds: Vec::new(),
            rows: HashMap::new(),
            substructure_ids: Vec::new(),
            substructures: HashMap::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads the rows of `MOLECULE`: name (any text, possibly empty), counts, molecule type. The
    /// rest is not used.
    pub(super) fn read_header(&mut self, rows: &mut Rows<'_>) -> Result<(), MoleculeError> {
        let _name = rows.next_line();
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
        let id = fields.next().and_then(integer::<u64>);
        let name = fields.next();
        let x = fields.next().and_then(float);
        let y = fields.next().and_then(float);
        let z = fields.next().and_then(float);
        let (Some(id), Some(name), Some(x), Some(y), Some(z), Some(kind)) =
            (id, name, x, y, z, fields.next())
        else {
            return Err(syntax(
                self.file,
                line,
                format!("the atom row reads {}", quote(row)),
                "an atom row holds: id, name, x, y, z in angstrom, type",
            ));
        };
        let element = element_of_type(kind);
        let name = if name == b"****" {
            // The empty string of the format: the atom is named as in formats without names.
            format_smolstr!("{}{id}", element.unwrap_or_default().symbol())
        } else {
            text::name(name)
        };
        let substructure_id = fields.next().and_then(integer::<i32>);
        let substructure_name = fields.next().unwrap_or_default();
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
        self.atoms.push(RawAtom {
            line: text::line_u32(line),
            serial: i32::try_from(id).unwrap_or(i32::MAX),
            name,
            element: element.map_or(ElementField::Absent, ElementField::Known),
            name_is_indented: false,
            altloc: b' ',
            // The unsplit name; `finish` splits it once the substructure records are known.
            residue_name: text::name(substructure_name),
            residue_number: 1,
            insertion_code: b' ',
            chain_id: SmolStr::default(),
            label_chain_id: SmolStr::default(),
            hetero: !self.polymer,
            segment: 0,
            position_angstrom: [x, y, z],
            occupancy: 1.0,
            b_factor: 0.0,
            // The charge column holds partial charges.
            formal_charge: 0,
        });
        Ok(())
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

    /// Reads `id name root [type [dictionary [chain ...]]]`. Invalid rows are ignored: they are not
    /// needed.
    pub(super) fn read_substructure(&mut self, row: &[u8]) {
        let mut fields = fields(row);
        let Some((id, name)) = fields.next().and_then(integer::<i32>).zip(fields.next()) else {
            return;
        };
        let chain = fields.nth(3).filter(|chain| *chain != b"****");
        self.substructures
            .entry(id)
            .or_insert_with(|| Substructure {
                name: text::name(name),
                chain_id: chain.map(text::name).unwrap_or_default(),
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
        for (atom, id) in self.atoms.iter_mut().zip(&self.substructure_ids) {
            let record = id.and_then(|id| self.substructures.get(&id));
            let own = Some(&atom.residue_name).filter(|name| is_name(name));
            let name = own.or_else(|| record.map(|r| &r.name).filter(|name| is_name(name)));
            let (name, number) = name.map_or((SmolStr::new_static("UNL"), None), |name| {
                split_residue_name(name)
            });
            atom.residue_name = name;
            atom.residue_number = number.or(*id).unwrap_or(1);
            if let Some(record) = record {
                atom.chain_id = record.chain_id.clone();
                atom.label_chain_id = record.chain_id.clone();
            }
        }
        if group_residues(&mut self.atoms, &mut self.bonds, &self.substructure_ids) {
            self.warnings.push(warning(
                self.file,
                0,
                "atoms of one substructure are not contiguous; they are grouped, so the order of atoms differs from the file",
            ));
        }
        Ok(RawModel {
            atoms: self.atoms,
            bonds: self.bonds,
            bonds_complete: true,
            // The caller sets the number of molecules.
            models: 1,
            warnings: self.warnings,
        })
    }
}

/// Groups the atoms of each residue, in the order of the first atoms. Returns true if the order
/// changed. Programs that add hydrogens and lone pairs append them after all other atoms.
fn group_residues(
    atoms: &mut Vec<RawAtom>,
    bonds: &mut [RawBond],
    substructure_ids: &[Option<i32>],
) -> bool {
    // By id and name: both halves of a dimer may have an `HIS12`.
    let mut residues: HashMap<(Option<i32>, SmolStr), u32> = HashMap::new();
    let residue_of_row: Vec<u32> = atoms
        .iter()
        .zip(substructure_ids)
        .map(|(atom, id)| {
            let next = residues.len() as u32;
            let key = (*id, atom.residue_name.clone());
            *residues.entry(key).or_insert(next)
        })
        .collect();
    if residue_of_row.is_sorted() {
        return false;
    }
    let mut order: Vec<u32> = (0..atoms.len() as u32).collect();
    order.sort_by_key(|&row| residue_of_row[row as usize]);
    let mut new_row = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        new_row[old as usize] = new as u32;
    }
    *atoms = order
        .iter()
        .map(|&old| atoms[old as usize].clone())
        .collect();
    for bond in bonds {
        bond.a = new_row[bond.a as usize];
        bond.b = new_row[bond.b as usize];
    }
    true
}

/// Returns false for `****`, the empty string of the format, and for `<0>` and similar texts, which
/// several programs write instead.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name != "****" && !name.starts_with('<')
}

/// Splits `ARG45` into `ARG` and 45, `ALA-3` into `ALA` and -3. Names of up to three characters are
/// component names with their digits (`E20`, `TG1`), as in ChimeraX.
fn split_residue_name(name: &SmolStr) -> (SmolStr, Option<i32>) {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let prefix = match prefix.strip_suffix('-') {
        Some(shorter) if prefix.len() < name.len() => shorter,
        _ => prefix,
    };
    let number = name[prefix.len()..].parse().ok();
    match number {
        Some(number) if name.len() > 3 && !prefix.is_empty() => {
            (SmolStr::new(prefix), Some(number))
        }
        _ => (name.clone(), None),
    }
}

/// Returns the element of an atom type, which precedes the dot. `None` if it is not an element: the
/// element is then derived from the name.
///
/// Lower-case types without a dot are those of the general Amber force field (Wang et al., J.
/// Comput. Chem. 25 (2004) 1157-1174), which some programs write instead of Tripos types. Some look
/// like elements (`ca` is an aromatic carbon, `os` an ether oxygen): their first letter is the
/// element.
fn element_of_type(kind: &[u8]) -> Option<Element> {
    const PLACEHOLDERS: [&[u8]; 7] = [b"DU", b"LP", b"ANY", b"HAL", b"HET", b"HEV", b"****"];
    const NOT_ELEMENTS: [&[u8]; 19] = [
        b"ca", b"cd", b"ce", b"cf", b"cs", b"cu", b"ho", b"hs", b"na", b"nb", b"nd", b"ne", b"nh",
        b"ni", b"no", b"np", b"os", b"pb", b"pd",
    ];
    let dot = memchr::memchr(b'.', kind);
    let head = &kind[..dot.unwrap_or(kind.len())];
    if PLACEHOLDERS
        .iter()
        .any(|placeholder| placeholder.eq_ignore_ascii_case(head))
    {
        return Some(Element::UNKNOWN);
    }
    if dot.is_none() && NOT_ELEMENTS.contains(&head) {
        return Element::from_symbol(&head[..1]);
    }
    Element::from_symbol(head).or_else(|| {
        // `c3`, `hc`, `n4`: types of the force field whose first letter is the element.
        let small = head
            .iter()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        (dot.is_none() && small && b"chnops".contains(head.first()?))
            .then(|| Element::from_symbol(&head[..1]))
            .flatten()
    })
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
