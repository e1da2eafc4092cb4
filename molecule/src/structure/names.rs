//! Changes names of atoms and chains.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Chain, Structure};

impl Structure {
    /// Returns the same structure with other names of some atoms and other chains of some residues,
    /// both by index. A chain of a part is one chain wherever its residues are. `None` if an index
    /// is out of range.
    ///
    /// [`Self::name_in_file`] stays, and so does what is derived from it, such as hydrogen bonds.
    #[must_use]
    pub fn with_names(
        &self,
        atoms: &BTreeMap<u32, String>,
        chains_of_residues: &BTreeMap<u32, String>,
    ) -> Option<Self> {
        let mut named = self.clone();
        for (atom, name) in atoms {
            let old = named.atoms.name.get_mut(*atom as usize)?;
            let old = std::mem::replace(old, SmolStr::new(name));
            named.names_in_file.entry(*atom).or_insert(old);
        }
        let last = chains_of_residues.last_key_value();
        if last.is_some_and(|(residue, _)| *residue as usize >= self.residues.len()) {
            return None;
        }
        if !chains_of_residues.is_empty() {
            named.chains.clear();
            let mut indices: BTreeMap<(u32, SmolStr), u32> = BTreeMap::new();
            for (residue, index) in named.residues.iter_mut().zip(0_u32..) {
                let old = &self.chains[residue.chain as usize];
                let chain = match chains_of_residues.get(&index) {
                    Some(id) => Chain {
                        id: SmolStr::new(id),
                        label_id: SmolStr::new(id),
                        part: old.part,
                        copy: old.copy,
                    },
                    None => old.clone(),
                };
                let chains = &mut named.chains;
                residue.chain = *indices
                    .entry((chain.part, chain.id.clone()))
                    .or_insert_with(|| {
                        chains.push(chain);
                        chains.len() as u32 - 1
                    });
            }
        }
        Some(named)
    }

    /// Returns the name of an atom in its file, which may have been changed since.
    ///
    /// # Panics
    /// Panics if `atom` is not below [`Atoms::len`](super::Atoms::len).
    #[must_use]
    pub fn name_in_file(&self, atom: u32) -> &str {
        let changed = self.names_in_file.get(&atom);
        changed.unwrap_or_else(|| &self.atoms.name[atom as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, PartRole, ReadOptions, read_bytes};

    #[test]
    fn names_change_and_nothing_else_does() {
        let text = "\
ATOM      1  CA  ALA     5       0.000   0.000   0.000  1.00  0.00           C
ATOM      2  CA  GLY     6       3.800   0.000   0.000  1.00  0.00           C
ATOM      3  CA  ALA     5       0.000   9.000   0.000  1.00  0.00           C
ATOM      4  CA  GLY B   6       3.800   9.000   0.000  1.00  0.00           C
";
        let options = ReadOptions::default().with_format(Format::Pdb);
        let read = read_bytes("x", text.as_bytes(), PartRole::Pocket, &options);
        let structure = read.expect("a structure");
        let map = |pairs: &[(u32, &str)]| -> BTreeMap<u32, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(index, name)| (*index, (*name).to_owned()))
                .collect()
        };
        let named = structure
            .with_names(&map(&[(1, "CB")]), &map(&[(0, "A"), (1, "A"), (2, "B")]))
            .expect("indices within the structure");
        let chains = |structure: &Structure| -> Vec<String> {
            let residues = structure.residues().iter();
            residues
                .map(|residue| structure.chains()[residue.chain as usize].id.to_string())
                .collect()
        };
        assert_eq!(chains(&structure), ["", "", "", "B"]);
        assert_eq!(chains(&named), ["A", "A", "B", "B"]);
        assert_eq!(named.chains().len(), 2);
        assert_eq!(named.atoms().name, ["CA", "CB", "CA", "CA"]);
        assert_eq!((named.name_in_file(0), named.name_in_file(1)), ("CA", "CA"));
        let merged = Structure::merge(vec![structure.clone(), named.clone()]);
        assert_eq!(
            (merged.name_in_file(5), &*merged.atoms().name[5]),
            ("CA", "CB")
        );
        assert_eq!(named.bonds(), structure.bonds());
        assert_eq!(
            named.atoms().position_angstrom,
            structure.atoms().position_angstrom
        );
        let none = BTreeMap::new();
        assert_eq!(
            structure.with_names(&none, &none).as_ref(),
            Some(&structure)
        );
        assert!(structure.with_names(&map(&[(4, "C")]), &none).is_none());
        assert!(structure.with_names(&none, &map(&[(4, "C")])).is_none());
    }
}
