//! The one type this crate hands on: atoms in columns, residues, chains, bonds.

use std::ops::Range;

use smol_str::SmolStr;

use crate::{Element, Warning};

/// Atom columns: element `i` of every column belongs to atom `i`; atoms stand in file order, but
/// for those that a file lists apart from their residue: they stand behind the residue's others,
/// and a warning says so.
///
/// All columns have the same length. Atoms of one residue are contiguous.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Atoms {
    /// Cartesian coordinates in angstrom; finite, each magnitude below
    /// [`crate::read::MAX_COORDINATE_ANGSTROM`].
    pub position_angstrom: Vec<[f32; 3]>,
    /// Chemical element.
    pub element: Vec<Element>,
    /// Atom name without padding (`CA`, `O1B`, `HO5'`).
    pub name: Vec<SmolStr>,
    /// Serial number of the file, for messages; not necessarily unique.
    pub serial: Vec<i32>,
    /// Index into [`Structure::residues`].
    pub residue: Vec<u32>,
    /// Alternate location that was kept; `b' '` where there was none.
    pub altloc: Vec<u8>,
    /// Occupancy, 0 to 1 in sound files; 1 where the format has none.
    pub occupancy: Vec<f32>,
    /// Isotropic temperature factor in square angstrom; 0 where the format has none.
    pub b_factor: Vec<f32>,
    /// Formal charge in elementary charges; 0 where the file gives none.
    pub formal_charge: Vec<i8>,
}

impl Atoms {
    /// Number of atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.position_angstrom.len()
    }

    /// True when there is no atom.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.position_angstrom.is_empty()
    }
}

/// What a residue is, chemically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResidueClass {
    /// Amino acid that is part of, or can be part of, a peptide chain.
    AminoAcid,
    /// Nucleotide of DNA or RNA.
    Nucleotide,
    /// Water.
    Water,
    /// A single-atom ion (metal or halide).
    Ion,
    /// Everything else: ligands, cofactors, sugars, lipids, buffer molecules.
    Ligand,
}

impl ResidueClass {
    /// True for amino acids and nucleotides.
    #[must_use]
    pub fn is_polymer(self) -> bool {
        matches!(self, Self::AminoAcid | Self::Nucleotide)
    }
}

/// One residue: a run of atoms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Residue {
    /// Name (`ARG`, `HOH`, `GTP`).
    pub name: SmolStr,
    /// Author's sequence number.
    pub number: i32,
    /// Insertion code; `b' '` where there is none.
    pub insertion_code: u8,
    /// Index into [`Structure::chains`].
    pub chain: u32,
    /// Atoms of this residue.
    pub atoms: Range<u32>,
    /// Chemical class.
    pub class: ResidueClass,
    /// True when the file says so (`HETATM`, `_atom_site.group_PDB`).
    pub hetero: bool,
}

/// One chain: residues of one part that carry the same author chain id. They need not be contiguous
/// (water of a chain commonly stands at the end of a file).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Chain {
    /// Author's chain id; empty where the file leaves it blank.
    pub id: SmolStr,
    /// mmCIF `label_asym_id` of the chain's first atom; equals `id` in other formats.
    pub label_id: SmolStr,
    /// Index into [`Structure::parts`].
    pub part: u32,
}

/// What an input file stands for in a scene of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartRole {
    /// A whole structure; its residues are classed one by one.
    Whole,
    /// The pocket or protein of a PDBbind folder.
    Pocket,
    /// The ligand of a PDBbind folder: every residue in it is of class ligand.
    Ligand,
}

impl PartRole {
    /// What a name in the manner of `PDBbind` stands for: `x_pocket.pdb` and `x_protein.pdb` a
    /// pocket, `x_ligand.mol2` and `x_ligand.sdf` a ligand (each also `.gz`), and everything else a
    /// whole structure.
    #[must_use]
    pub fn from_file_name(name: &str) -> Self {
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        if stem.ends_with("_ligand") {
            Self::Ligand
        } else if stem.ends_with("_pocket") || stem.ends_with("_protein") {
            Self::Pocket
        } else {
            Self::Whole
        }
    }
}

/// One input file (a *model* in ChimeraX's words). Bonds never cross parts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// File stem (`5ey0_pocket`).
    pub name: String,
    /// What the file stands for.
    pub role: PartRole,
    /// Atoms of this part.
    pub atoms: Range<u32>,
    /// Residues of this part.
    pub residues: Range<u32>,
    /// Models (PDB, mmCIF, BinaryCIF) or records (SDF, MOL2, XYZ) in the file, of which one was
    /// read; at least 1.
    pub models: usize,
}

/// Bond order as a file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BondOrder {
    /// Not given (derived from a template or a distance).
    #[default]
    Unknown,
    /// Single.
    Single,
    /// Double.
    Double,
    /// Triple.
    Triple,
    /// Aromatic (delocalised in a ring).
    Aromatic,
    /// Amide, MOL2's `am`.
    Amide,
}

/// A covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Order, as far as a file says.
    pub order: BondOrder,
}

/// Why two atoms are related without a covalent bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PseudobondKind {
    /// Residues follow each other in the file, but the chain is broken between them.
    MissingStructure,
    /// A metal and the atom that coordinates it.
    MetalCoordination,
}

/// A relation between two atoms that is not a covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudobond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Why.
    pub kind: PseudobondKind,
}

/// A molecular structure of one or several files. Made only by this crate's readers, so whoever
/// holds one may rely on: equal column lengths, indices in range, finite coordinates, bonds sorted
/// by `(a, b)` and unique.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Structure {
    pub(crate) atoms: Atoms,
    pub(crate) residues: Vec<Residue>,
    pub(crate) chains: Vec<Chain>,
    pub(crate) parts: Vec<Part>,
    pub(crate) bonds: Vec<Bond>,
    pub(crate) pseudobonds: Vec<Pseudobond>,
    pub(crate) warnings: Vec<Warning>,
}

impl Structure {
    /// Atom columns.
    #[must_use]
    pub fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// Residues in file order.
    #[must_use]
    pub fn residues(&self) -> &[Residue] {
        &self.residues
    }

    /// Chains in order of first appearance.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// Input files in the order given.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Covalent bonds, sorted by `(a, b)`, unique.
    #[must_use]
    pub fn bonds(&self) -> &[Bond] {
        &self.bonds
    }

    /// Chain gaps and metal coordination, sorted, unique.
    #[must_use]
    pub fn pseudobonds(&self) -> &[Pseudobond] {
        &self.pseudobonds
    }

    /// What was odd in the files, in reading order.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Residue of an atom.
    ///
    /// # Panics
    /// When `atom` is not below [`Atoms::len`].
    #[must_use]
    pub fn residue_of(&self, atom: u32) -> &Residue {
        &self.residues[self.atoms.residue[atom as usize] as usize]
    }

    /// Part of a residue.
    #[must_use]
    pub fn part_of(&self, residue: &Residue) -> &Part {
        &self.parts[self.chains[residue.chain as usize].part as usize]
    }

    /// Bonded neighbours of every atom, as one flat list: the neighbours of atom `i`, ascending,
    /// are `list[offsets[i]..offsets[i + 1]]`.
    #[must_use]
    pub fn neighbours(&self) -> Neighbours {
        Neighbours::from_bonds(self.atoms.len(), &self.bonds)
    }

    /// The same structure with its atoms elsewhere: bonds, classes and all else stay. `None` when
    /// there are more or fewer positions than atoms, or one is not finite or lies beyond
    /// [`crate::read::MAX_COORDINATE_ANGSTROM`].
    #[must_use]
    pub fn with_positions(&self, position_angstrom: Vec<[f32; 3]>) -> Option<Self> {
        let limit = crate::read::MAX_COORDINATE_ANGSTROM;
        // Written so that not-a-number fails, too.
        let sound = position_angstrom.len() == self.atoms.len()
            && position_angstrom
                .as_flattened()
                .iter()
                .all(|part| part.abs() < limit);
        sound.then(|| Self {
            atoms: Atoms {
                position_angstrom,
                ..self.atoms.clone()
            },
            ..self.clone()
        })
    }

    /// Puts several files into one structure, in the order given; every file stays a part of its
    /// own.
    #[must_use]
    pub fn merge(structures: Vec<Self>) -> Self {
        let mut all = Self {
            atoms: Atoms::default(),
            residues: Vec::new(),
            chains: Vec::new(),
            parts: Vec::new(),
            bonds: Vec::new(),
            pseudobonds: Vec::new(),
            warnings: Vec::new(),
        };
        for mut next in structures {
            let atom0 = all.atoms.len() as u32;
            let residue0 = all.residues.len() as u32;
            let chain0 = all.chains.len() as u32;
            let part0 = all.parts.len() as u32;
            next.atoms.residue.iter_mut().for_each(|r| *r += residue0);
            all.atoms.append(&mut next.atoms);
            all.residues.extend(next.residues.into_iter().map(|mut r| {
                r.chain += chain0;
                r.atoms = r.atoms.start + atom0..r.atoms.end + atom0;
                r
            }));
            all.chains.extend(next.chains.into_iter().map(|mut c| {
                c.part += part0;
                c
            }));
            all.parts.extend(next.parts.into_iter().map(|mut p| {
                p.atoms = p.atoms.start + atom0..p.atoms.end + atom0;
                p.residues = p.residues.start + residue0..p.residues.end + residue0;
                p
            }));
            all.bonds.extend(next.bonds.into_iter().map(|mut b| {
                b.a += atom0;
                b.b += atom0;
                b
            }));
            all.pseudobonds
                .extend(next.pseudobonds.into_iter().map(|mut b| {
                    b.a += atom0;
                    b.b += atom0;
                    b
                }));
            all.warnings.append(&mut next.warnings);
        }
        all
    }
}

impl Atoms {
    /// Moves all atoms of `other` to the end of `self`. Residue indices are taken as they are.
    fn append(&mut self, other: &mut Self) {
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
        } = other;
        self.position_angstrom.append(position_angstrom);
        self.element.append(element);
        self.name.append(name);
        self.serial.append(serial);
        self.residue.append(residue);
        self.altloc.append(altloc);
        self.occupancy.append(occupancy);
        self.b_factor.append(b_factor);
        self.formal_charge.append(formal_charge);
    }
}

/// Bonded neighbours of every atom (compressed rows).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    offsets: Vec<u32>,
    list: Vec<u32>,
}

impl Neighbours {
    /// Builds the rows for `atom_count` atoms from bonds whose ends are all below `atom_count`.
    #[must_use]
    pub fn from_bonds(atom_count: usize, bonds: &[Bond]) -> Self {
        let mut offsets = vec![0_u32; atom_count + 1];
        for bond in bonds {
            offsets[bond.a as usize + 1] += 1;
            offsets[bond.b as usize + 1] += 1;
        }
        for i in 0..atom_count {
            offsets[i + 1] += offsets[i];
        }
        let mut next = offsets.clone();
        let mut list = vec![0_u32; bonds.len() * 2];
        for bond in bonds {
            for (from, to) in [(bond.a, bond.b), (bond.b, bond.a)] {
                list[next[from as usize] as usize] = to;
                next[from as usize] += 1;
            }
        }
        for i in 0..atom_count {
            list[offsets[i] as usize..offsets[i + 1] as usize].sort_unstable();
        }
        Self { offsets, list }
    }

    /// Neighbours of one atom, ascending.
    ///
    /// # Panics
    /// When `atom` is out of range.
    #[must_use]
    pub fn of(&self, atom: u32) -> &[u32] {
        let i = atom as usize;
        &self.list[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }
}
