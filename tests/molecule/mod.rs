//! Structures as ChimeraX and gemmi read them: atoms, bonds, atom types and names.

mod bonds_reference;
mod cif_reference;
mod docking_and_charges;
mod idatm_reference;
mod ligand_names;
mod reference;
mod symmetry_reference;
