//! Atom types and hydrogen bond classes of every atom.

use super::classes::{AcceptorClass, DonorClass};
use super::{acceptors, donors};
use crate::perception::idatm::{AtomType, TypedMolecule};
use crate::{Structure, Warning};

/// What the search for hydrogen bonds knows of each atom, in the order of the structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AtomClasses {
    /// Atom type of every atom.
    pub types: Vec<AtomType>,
    /// Class of every donor; `None` for other atoms.
    pub donors: Vec<Option<DonorClass>>,
    /// Class of every acceptor; `None` for other atoms.
    pub acceptors: Vec<Option<AcceptorClass>>,
    /// Warnings, such as a ring without valid bond orders.
    pub warnings: Vec<Warning>,
}

impl AtomClasses {
    /// Assigns types and classes to all atoms of a structure.
    #[must_use]
    pub fn of(structure: &Structure) -> Self {
        let typed = TypedMolecule::new(structure);
        let count = structure.atoms().len();
        let mut donors = vec![None; count];
        for donor in donors::find(&typed) {
            donors[donor.atom as usize] = Some(donor.class);
        }
        let mut acceptors = vec![None; count];
        for acceptor in acceptors::find(&typed) {
            acceptors[acceptor.atom as usize] = Some(acceptor.class);
        }
        Self {
            types: typed.molecule.types,
            donors,
            acceptors,
            warnings: typed.warnings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AcceptorClass, AtomClasses, DonorClass};
    use crate::{PartRole, ReadOptions, read_bytes};

    #[test]
    fn every_atom_has_a_type_and_its_classes() {
        let xyz = b"6\n\nC 0 0 0\nO 1.43 0 0\nH 1.75 0.9 0\nH -0.36 1.03 0\nH -0.36 -0.51 0.89\nH -0.36 -0.51 -0.89\n";
        let options = ReadOptions::default();
        let structure = read_bytes("methanol.xyz", xyz, PartRole::Whole, &options).expect("atoms");
        let classes = AtomClasses::of(&structure);
        let types: Vec<&str> = classes.types.iter().map(|kind| kind.name()).collect();
        assert_eq!(types, ["C3", "O3", "H", "HC", "HC", "HC"]);
        let names = classes
            .donors
            .iter()
            .map(|class| class.map(DonorClass::name));
        let donors: Vec<_> = names.collect();
        assert_eq!(donors, [None, Some("hydroxyl"), None, None, None, None]);
        assert_eq!(
            classes.acceptors[1].map(AcceptorClass::name),
            Some("hydroxyl")
        );
        assert_eq!(classes.acceptors[0], None);
    }
}
