//! Removes atoms from a structure.

use std::ops::Range;

use super::{Atoms, Structure};

impl Structure {
    /// Keeps the atoms whose flag is true. Residues and chains without atoms are removed, and so
    /// are bonds of removed atoms; parts stay, possibly without atoms. `keep` holds one flag per
    /// atom.
    pub(crate) fn retain_atoms(&mut self, keep: &[bool]) {
        // Number of atoms that are kept before each atom: its new index.
        let new_index = running_count(keep);
        let range =
            |atoms: &Range<u32>| new_index[atoms.start as usize]..new_index[atoms.end as usize];
        for residue in &mut self.residues {
            residue.atoms = range(&residue.atoms);
        }
        for part in &mut self.parts {
            part.atoms = range(&part.atoms);
        }
        let kept_residue: Vec<bool> = self.residues.iter().map(|r| !r.atoms.is_empty()).collect();
        let mut kept_chain = vec![false; self.chains.len()];
        for residue in self.residues.iter().filter(|r| !r.atoms.is_empty()) {
            kept_chain[residue.chain as usize] = true;
        }
        let new_residue = running_count(&kept_residue);
        let new_chain = running_count(&kept_chain);
        for residue in &mut self.residues {
            residue.chain = new_chain[residue.chain as usize];
        }
        for part in &mut self.parts {
            part.residues =
                new_residue[part.residues.start as usize]..new_residue[part.residues.end as usize];
        }
        self.file_rows.retain(keep);
        retain(&mut self.residues, &kept_residue);
        retain(&mut self.chains, &kept_chain);
        self.atoms.retain(keep);
        for residue in &mut self.atoms.residue {
            *residue = new_residue[*residue as usize];
        }
        let names = std::mem::take(&mut self.names_in_file).into_iter();
        self.names_in_file = names
            .filter(|(atom, _)| keep[*atom as usize])
            .map(|(atom, name)| (new_index[atom as usize], name))
            .collect();
        let has_both = |a: u32, b: u32| keep[a as usize] && keep[b as usize];
        self.bonds.retain(|bond| has_both(bond.a, bond.b));
        for bond in &mut self.bonds {
            bond.a = new_index[bond.a as usize];
            bond.b = new_index[bond.b as usize];
        }
        self.pseudobonds.retain(|bond| has_both(bond.a, bond.b));
        for bond in &mut self.pseudobonds {
            bond.a = new_index[bond.a as usize];
            bond.b = new_index[bond.b as usize];
        }
    }
}

impl Atoms {
    fn retain(&mut self, keep: &[bool]) {
        let Self {
            position_angstrom,
            element,
            name,
            serial,
            residue,
            altloc,
            occupancy,
            b_factor,
            formal_charge,
        } = self;
        retain(position_angstrom, keep);
        retain(element, keep);
        retain(name, keep);
        retain(serial, keep);
        retain(residue, keep);
        retain(altloc, keep);
        retain(occupancy, keep);
        retain(b_factor, keep);
        retain(formal_charge, keep);
    }
}

/// Keeps the items whose flag is true.
fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    items.retain(|_| flags.next() == Some(&true));
}

/// Returns the number of flags that are true before each position, and before the end.
fn running_count(flags: &[bool]) -> Vec<u32> {
    let mut counts = Vec::with_capacity(flags.len() + 1);
    let mut count = 0;
    counts.push(count);
    for flag in flags {
        count += u32::from(*flag);
        counts.push(count);
    }
    counts
}
