//! A structure of points without chemistry, for scenes that are made from numbers.

use smol_str::SmolStr;

use crate::element::Element;
use crate::structure::{Atoms, Chain, FileRows, Part, PartRole, Residue, ResidueClass, Structure};
use crate::symmetry::Symmetry;

impl Structure {
    /// A structure of one atom of unknown element per point, without names and bonds, all in one
    /// residue `UNK`; nothing without points. The coordinates, angstrom, must be finite.
    #[must_use]
    pub fn from_points(position_angstrom: Vec<[f32; 3]>) -> Self {
        let count = position_angstrom.len();
        let atoms = Atoms {
            position_angstrom,
            element: vec![Element::UNKNOWN; count],
            name: vec![SmolStr::default(); count],
            serial: (1..=count as i32).collect(),
            residue: vec![0; count],
            altloc: vec![b' '; count],
            occupancy: vec![1.0; count],
            b_factor: vec![0.0; count],
            formal_charge: vec![0; count],
        };
        let range = 0..count as u32;
        let (mut residues, mut chains, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        if count > 0 {
            residues.push(Residue {
                name: SmolStr::new_static("UNK"),
                number: 1,
                insertion_code: b' ',
                chain: 0,
                label_chain_id: SmolStr::default(),
                label_number: None,
                atoms: range.clone(),
                class: ResidueClass::Ligand,
                hetero: true,
                secondary_structure: None,
            });
            chains.push(Chain {
                id: SmolStr::default(),
                label_id: SmolStr::default(),
                part: 0,
                copy: 1,
            });
            parts.push(Part {
                name: "points".into(),
                role: PartRole::Whole,
                atoms: range,
                residues: 0..1,
                models: 1,
                model_numbers: vec![1],
                model: 1,
                overlay_model: None,
                alternates_left_out: 0,
                symmetry: Symmetry::default(),
                has_secondary_structure: false,
                assembly: None,
                cells: None,
            });
        }
        Self {
            atoms,
            residues,
            chains,
            parts,
            bonds: Vec::new(),
            pseudobonds: Vec::new(),
            warnings: Vec::new(),
            names_in_file: std::collections::BTreeMap::new(),
            file_rows: FileRows::same(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Selection, Structure};

    #[test]
    fn points_are_atoms_that_can_be_selected() {
        let structure = Structure::from_points(vec![[0.0; 3], [1.0, 2.0, 3.0]]);
        let all = Selection::parse("all").expect("a selection");
        assert_eq!(all.evaluate(&structure), [true, true]);
        assert_eq!(&*structure.residue_of(1).name, "UNK");
        assert_eq!(Structure::from_points(Vec::new()).parts().len(), 0);
    }
}
