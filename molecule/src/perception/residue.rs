//! Bonds inside residues: by template, by component, by distance.

use super::distance::{bonds_by_distance, squared_distance};
use super::names::{ResidueKind, residue_kind};
use super::templates::{Template, canonical};
use crate::structure::Residue;
use crate::{Element, Structure};

/// Largest number of atoms of one standard residue. A nucleotide with all hydrogens has 38 atoms,
/// tryptophan with both ends 27.
const MOST_ATOMS_OF_STANDARD_RESIDUE: usize = 64;

/// Longest bond of a hydrogen by its name, in angstrom: 1.34 (on sulfur) with a tolerance for crude
/// models. Beyond it the name has another meaning, as `HT1` at a blocked chain end does.
const LONGEST_HYDROGEN_BOND_ANGSTROM: f32 = 1.7;

fn can_carry(structure: &Structure, carrier: u32, hydrogen: u32) -> bool {
    let positions = &structure.atoms.position_angstrom;
    squared_distance(positions[carrier as usize], positions[hydrogen as usize])
        <= LONGEST_HYDROGEN_BOND_ANGSTROM * LONGEST_HYDROGEN_BOND_ANGSTROM
}

/// Finds the bonds inside residues, with scratch memory that is reused.
#[derive(Debug, Default)]
pub(crate) struct ResidueBonds {
    /// Bonds found so far, as atom indices of the structure; not sorted, possibly repeated.
    pub(crate) pairs: Vec<[u32; 2]>,
    /// Number of atoms without derived bonds because too many others are nearby.
    pub(crate) crowded: usize,
    /// Packed names of the atoms of the residue; 0 for hydrogens, atoms of unknown element and
    /// unusable names.
    names: Vec<u64>,
    /// True for atoms of the residue with a bond.
    bonded: Vec<bool>,
}

impl ResidueBonds {
    /// Adds the bonds of one residue.
    ///
    /// `stated` are the bonds of its component definition in the file (atom indices of the
    /// structure). If there are some, or the name has a template, these are used, and all other
    /// atoms are bonded by distance; otherwise all atoms are bonded by distance.
    pub(crate) fn add(&mut self, structure: &Structure, residue: &Residue, stated: &[[u32; 2]]) {
        let start = residue.atoms.start;
        let count = residue.atoms.len();
        if count < 2 {
            return;
        }
        self.bonded.clear();
        self.bonded.resize(count, false);
        for pair in stated {
            for atom in pair {
                self.bonded[(atom - start) as usize] = true;
            }
        }
        match residue_kind(&residue.name) {
            ResidueKind::Water if self.add_water(structure, residue) => {}
            ResidueKind::AminoAcid(Some(template)) | ResidueKind::Nucleotide(template) => {
                self.add_by_template(structure, residue, template);
            }
            _ if stated.is_empty() => self.add_by_distance(structure, residue, |_, _| true),
            _ => {
                let bonded = std::mem::take(&mut self.bonded);
                self.add_by_distance(structure, residue, |i, j| !(bonded[i] && bonded[j]));
                self.bonded = bonded;
            }
        }
    }

    /// Adds the bonds of water: oxygen to hydrogens of any name. Extra sites of water models stay
    /// unbonded, and so do hydrogens on the other side of a periodic box. Returns false, without
    /// bonds, if it is not one oxygen with at most three hydrogens.
    fn add_water(&mut self, structure: &Structure, residue: &Residue) -> bool {
        let elements = &structure.atoms.element;
        let mut oxygen = None;
        let mut hydrogens = 0;
        for i in residue.atoms.clone() {
            match elements[i as usize] {
                Element::O if oxygen.is_none() => oxygen = Some(i),
                Element::H => hydrogens += 1,
                Element::UNKNOWN => {}
                _ => return false,
            }
        }
        let Some(oxygen) = oxygen else { return false };
        if hydrogens > 3 {
            return false;
        }
        for i in residue.atoms.clone() {
            if elements[i as usize] == Element::H && can_carry(structure, oxygen, i) {
                self.pairs.push([oxygen.min(i), oxygen.max(i)]);
            }
        }
        true
    }

    fn add_by_template(&mut self, structure: &Structure, residue: &Residue, template: &Template) {
        let atoms = &structure.atoms;
        let start = residue.atoms.start;
        let index = |i: u32| i as usize;
        self.names.clear();
        self.names.extend(residue.atoms.clone().map(|i| {
            // An atom of unknown element has its name by chance.
            if matches!(atoms.element[index(i)], Element::H | Element::UNKNOWN) {
                0
            } else {
                canonical(atoms.name[index(i)].as_bytes(), template.is_amino_acid)
            }
        }));
        // A heavy atom outside of the template is bonded by distance. With two heavy atoms of one
        // name, or hydrogens of unknown names, the whole residue is. If there are more atoms than
        // any standard residue has, several residues share one number.
        let mut unclear = self.names.len() > MOST_ATOMS_OF_STANDARD_RESIDUE;
        let mut foreign = false;
        for (k, &name) in self.names.iter().enumerate() {
            if unclear {
                break;
            }
            let is_heavy = !matches!(
                atoms.element[start as usize + k],
                Element::H | Element::UNKNOWN
            );
            if is_heavy {
                foreign |= template.atoms.binary_search(&name).is_err();
                unclear |= self.names[..k].contains(&name);
            }
        }
        let first = self.pairs.len();
        if !unclear {
            for [a, b] in &template.bonds {
                let place = |name| self.names.iter().position(|other| other == name);
                if let (Some(a), Some(b)) = (place(a), place(b)) {
                    self.pairs
                        .push([start + a.min(b) as u32, start + a.max(b) as u32]);
                }
            }
            for (k, i) in residue.atoms.clone().enumerate() {
                if atoms.element[index(i)] != Element::H || self.bonded[k] {
                    continue;
                }
                match template.carrier(atoms.name[index(i)].as_bytes(), &self.names) {
                    Some(carrier) if can_carry(structure, start + carrier as u32, i) => {
                        let carrier = start + carrier as u32;
                        self.pairs.push([i.min(carrier), i.max(carrier)]);
                    }
                    _ => unclear = true,
                }
            }
        }
        if !unclear && !foreign {
            return;
        }
        let mut bonded = std::mem::take(&mut self.bonded);
        for atom in self.pairs[first..].iter().flatten() {
            bonded[(atom - start) as usize] = true;
        }
        let is_foreign: Vec<bool> = self
            .names
            .iter()
            .map(|name| *name != 0 && template.atoms.binary_search(name).is_err())
            .collect();
        self.add_by_distance(structure, residue, |i, j| {
            // A hydrogen has one bond.
            let taken = |k: usize| bonded[k] && atoms.element[start as usize + k] == Element::H;
            !taken(i) && !taken(j) && (unclear || is_foreign[i] || is_foreign[j])
        });
        self.bonded = bonded;
    }

    /// Adds the bonds by distance that `wanted` accepts; its arguments are positions within the
    /// residue.
    fn add_by_distance(
        &mut self,
        structure: &Structure,
        residue: &Residue,
        wanted: impl Fn(usize, usize) -> bool,
    ) {
        let range = residue.atoms.start as usize..residue.atoms.end as usize;
        let found = bonds_by_distance(
            &structure.atoms.position_angstrom[range.clone()],
            &structure.atoms.element[range],
        );
        self.crowded += found.crowded;
        let start = residue.atoms.start;
        self.pairs.extend(
            found
                .pairs
                .into_iter()
                .filter(|[i, j]| wanted(*i as usize, *j as usize))
                .map(|pair| pair.map(|i| i + start)),
        );
    }
}
