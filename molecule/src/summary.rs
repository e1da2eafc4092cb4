//! Counts of a structure, as text and, through serde, as data.

use serde::Serialize;

use crate::structure::{PartRole, PseudobondKind};
use crate::{Element, ResidueClass, Structure};

/// Counts of a structure.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Input files, in order.
    pub parts: Vec<PartSummary>,
    /// Number of atoms.
    pub atoms: usize,
    /// Number of hydrogen atoms among them.
    pub hydrogens: usize,
    /// Number of residues.
    pub residues: usize,
    /// Number of amino acids.
    pub amino_acids: usize,
    /// Number of nucleotides.
    pub nucleotides: usize,
    /// Number of water molecules.
    pub waters: usize,
    /// Number of ions.
    pub ions: usize,
    /// Chains in order of first appearance.
    pub chains: Vec<ChainSummary>,
    /// Ligands in file order.
    pub ligands: Vec<LigandSummary>,
    /// Number of covalent bonds.
    pub bonds: usize,
    /// Number of chain gaps.
    pub chain_gaps: usize,
    /// Number of metal coordination pairs.
    pub metal_contacts: usize,
    /// Lowest atom coordinates in angstrom.
    pub box_min_angstrom: [f32; 3],
    /// Highest atom coordinates in angstrom.
    pub box_max_angstrom: [f32; 3],
    /// Warnings of the readers.
    pub warnings: Vec<String>,
}

/// Counts of one input file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PartSummary {
    /// File name without folder and extension.
    pub name: String,
    /// `whole`, `pocket` or `ligand`.
    pub role: &'static str,
    /// Number of atoms.
    pub atoms: usize,
    /// Number of residues.
    pub residues: usize,
    /// Number of models or records in the file, of which one was read.
    pub models: usize,
    /// Number of atoms in alternate locations that were not chosen and are not counted above.
    pub alternates_left_out: usize,
    /// Ids of the biological assemblies that the file lists.
    pub assemblies: Vec<String>,
    /// Unit cell: edges in angstrom and angles in degrees; `None` if the file has none.
    pub unit_cell: Option<[f64; 6]>,
    /// Name of the space group, if the file gives one.
    pub space_group: Option<String>,
}

/// Counts of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChainSummary {
    /// Chain id given by the author of the file; empty if it is blank.
    pub id: String,
    /// Number of residues.
    pub residues: usize,
}

/// Counts of one ligand residue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LigandSummary {
    /// Residue name.
    pub name: String,
    /// Residue number.
    pub number: i32,
    /// Chain id.
    pub chain: String,
    /// Number of atoms.
    pub atoms: usize,
}

impl Summary {
    /// Computes the counts of a structure.
    #[must_use]
    pub fn of(structure: &Structure) -> Self {
        let atoms = structure.atoms();
        let residues = structure.residues();
        let of_class = |class| residues.iter().filter(|r| r.class == class).count();
        let of_kind = |kind| {
            structure
                .pseudobonds()
                .iter()
                .filter(|bond| bond.kind == kind)
                .count()
        };
        let mut chain_residues = vec![0; structure.chains().len()];
        for residue in residues {
            chain_residues[residue.chain as usize] += 1;
        }
        let extreme = |pick: fn(f32, f32) -> f32, start: f32| {
            atoms
                .position_angstrom
                .iter()
                .fold([start; 3], |found, position| {
                    [0, 1, 2].map(|axis| pick(found[axis], position[axis]))
                })
        };
        Self {
            parts: structure
                .parts()
                .iter()
                .map(|part| PartSummary {
                    name: part.name.clone(),
                    role: match part.role {
                        PartRole::Whole => "whole",
                        PartRole::Pocket => "pocket",
                        PartRole::Ligand => "ligand",
                    },
                    atoms: part.atoms.len(),
                    residues: part.residues.len(),
                    models: part.models,
                    alternates_left_out: part.alternates_left_out,
                    assemblies: part
                        .symmetry
                        .assemblies
                        .iter()
                        .map(|assembly| assembly.id.clone())
                        .collect(),
                    unit_cell: part
                        .symmetry
                        .cell
                        .filter(|cell| !cell.is_placeholder())
                        .map(|cell| {
                            let [a, b, c] = cell.edges_angstrom;
                            let [alpha, beta, gamma] = cell.angles_degrees;
                            [a, b, c, alpha, beta, gamma]
                        }),
                    space_group: part.symmetry.space_group.clone(),
                })
                .collect(),
            atoms: atoms.len(),
            hydrogens: atoms.element.iter().filter(|e| **e == Element::H).count(),
            residues: residues.len(),
            amino_acids: of_class(ResidueClass::AminoAcid),
            nucleotides: of_class(ResidueClass::Nucleotide),
            waters: of_class(ResidueClass::Water),
            ions: of_class(ResidueClass::Ion),
            chains: structure
                .chains()
                .iter()
                .zip(chain_residues)
                .map(|(chain, residues)| ChainSummary {
                    id: chain.id.to_string(),
                    residues,
                })
                .collect(),
            ligands: residues
                .iter()
                .filter(|residue| residue.class == ResidueClass::Ligand)
                .map(|residue| LigandSummary {
                    name: residue.name.to_string(),
                    number: residue.number,
                    chain: structure.chains()[residue.chain as usize].id.to_string(),
                    atoms: residue.atoms.len(),
                })
                .collect(),
            bonds: structure.bonds().len(),
            chain_gaps: of_kind(PseudobondKind::MissingStructure),
            metal_contacts: of_kind(PseudobondKind::MetalCoordination),
            box_min_angstrom: extreme(f32::min, f32::INFINITY),
            box_max_angstrom: extreme(f32::max, f32::NEG_INFINITY),
            warnings: structure
                .warnings()
                .iter()
                .map(ToString::to_string)
                .collect(),
        }
    }
}
