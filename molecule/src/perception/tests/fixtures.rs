//! Structures for tests of perception, built from rows.

use smol_str::SmolStr;

use crate::build::build;
use crate::raw::{BondSource, ElementField, RawAtom, RawBond, RawModel};
use crate::structure::{BondOrder, PartRole};
use crate::{Element, ReadOptions, Structure};

/// Rows of a file.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) model: RawModel,
    segment: u32,
}

impl Rows {
    /// Adds a residue: `atoms` are name, element and coordinates, `x` is added to all first
    /// coordinates.
    pub(super) fn residue(
        &mut self,
        name: &str,
        chain: &str,
        number: i32,
        x: f32,
        atoms: &[(&str, &str, [f32; 3])],
    ) -> &mut Self {
        for (atom, element, p) in atoms {
            self.model.atoms.push(RawAtom {
                line: 0,
                serial: self.model.atoms.len() as i32 + 1,
                name: SmolStr::new(atom),
                element: ElementField::Known(
                    Element::from_symbol(element.as_bytes()).unwrap_or(Element::UNKNOWN),
                ),
                name_is_indented: false,
                altloc: b' ',
                residue_name: SmolStr::new(name),
                residue_number: number,
                insertion_code: b' ',
                chain_id: SmolStr::new(chain),
                label_chain_id: SmolStr::new(chain),
                label_number: None,
                hetero: false,
                segment: self.segment,
                position_angstrom: [p[0] + x, p[1], p[2]],
                occupancy: 1.0,
                b_factor: 0.0,
                formal_charge: 0,
            });
        }
        self
    }

    /// A glycine; those of `x` 3.8 apart have a peptide bond of 1.4 angstrom between them.
    pub(super) fn glycine(&mut self, name: &str, chain: &str, number: i32, x: f32) -> &mut Self {
        self.residue(
            name,
            chain,
            number,
            x,
            &[
                ("N", "N", [0.0, 0.0, 0.0]),
                ("CA", "C", [1.2, 0.8, 0.0]),
                ("C", "C", [2.4, 0.0, 0.0]),
                ("O", "O", [2.4, -1.2, 0.0]),
            ],
        )
    }

    pub(super) fn single(&mut self, name: &str, atom: &str, element: &str, x: f32) -> &mut Self {
        self.residue(name, "Z", 900, x, &[(atom, element, [0.0; 3])])
    }

    pub(super) fn state(&mut self, a: u32, b: u32, source: BondSource) -> &mut Self {
        self.model.bonds.push(RawBond {
            a,
            b,
            order: BondOrder::Double,
            source,
        });
        self
    }

    pub(super) fn hetero(&mut self) -> &mut Self {
        self.model
            .atoms
            .iter_mut()
            .for_each(|atom| atom.hetero = true);
        self
    }

    pub(super) fn ter(&mut self) -> &mut Self {
        self.segment += 1;
        self
    }

    pub(super) fn role(&mut self, role: PartRole) -> Structure {
        let model = std::mem::take(&mut self.model);
        build(model, "test", "test.pdb", role, &ReadOptions::default()).expect("sound rows")
    }

    pub(super) fn whole(&mut self) -> Structure {
        self.role(PartRole::Whole)
    }
}
