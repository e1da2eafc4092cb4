//! Reads molecular structure files into a validated [`Structure`]: atoms, residues, chains, bonds.
//!
//! The formats are PDB, mmCIF, BinaryCIF, SDF, MOL2, XYZ and GRO, gzipped or not. On a structure
//! this crate evaluates selections ([`Selection`]), assigns atom types and radii ([`perception`])
//! and secondary structure ([`SecondaryStructure`]), finds hydrogen bonds ([`hbonds`]) and all
//! other contacts of ligands ([`contacts`]), and computes molecular surfaces ([`surface`]). It
//! contains nothing about drawing.
//!
//! ```
//! use molshot_molecule::hbonds::{self, HydrogenBondOptions, Scope};
//! use molshot_molecule::{PartRole, ReadOptions, Selection, read_bytes};
//!
//! let pdb = b"\
//! ATOM      1  N   GLY A   1      -1.449   0.000   0.000  1.00  0.00           N
//! ATOM      2  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C
//! ATOM      3  C   GLY A   1       0.570   1.410   0.000  1.00  0.00           C
//! ATOM      4  O   GLY A   1      -0.150   2.400   0.000  1.00  0.00           O
//! HETATM    5  O   HOH A   2      -1.500   4.900   0.000  1.00  0.00           O
//! END
//! ";
//! let structure = read_bytes("gly.pdb", pdb, PartRole::Whole, &ReadOptions::default())?;
//! assert_eq!(structure.atoms().len(), 5);
//! assert_eq!(structure.bonds().len(), 3);
//!
//! // One flag per atom.
//! let near_water = Selection::parse("protein and within 3 of water")?.evaluate(&structure);
//! assert_eq!(near_water, [false, false, false, true, false]);
//!
//! let options = HydrogenBondOptions::default().with_scope(Scope::All);
//! let found = hbonds::find(&structure, &options)?;
//! let names: Vec<_> = found
//!     .bonds
//!     .iter()
//!     .map(|bond| [bond.donor, bond.acceptor].map(|atom| &*structure.atoms().name[atom as usize]))
//!     .collect();
//! // Water donates to the carbonyl oxygen.
//! assert_eq!(names, [["O", "O"]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Data flow
//!
//! Bytes pass through these modules in one direction; `load` is the only one that uses both the
//! readers and `build`:
//!
//! ```text
//! load     bytes, files and folders -> Structure
//!   io         decompressed bytes -> raw::RawModel (the rows of a file), one parser per format
//!   build      RawModel -> Structure: alternate locations, residues, chains, elements, limits
//!     perception   residue classes, bonds; on request atom types and radii
//! secondary_structure, hbonds, contacts, selection, summary, ResidueKey    read a Structure
//! surface    positions and radii -> a closed mesh
//! symmetry, copies   what a file says of assemblies and crystals, and Structures of them
//! reading      which models and copies of files are wanted: over `load` and `copies`
//! trajectory   frames of XTC, TRR and DCD files: other positions of a Structure
//! ```
#![forbid(unsafe_code)]

pub mod cancel;
pub mod contacts;
pub mod copies;
pub mod element;
pub mod error;
pub mod hbonds;
pub mod perception;
pub mod reading;
pub mod secondary_structure;
pub mod selection;
pub mod structure;
pub mod suggest;
pub mod summary;
pub mod superpose;
pub mod surface;
pub mod symmetry;
pub mod trajectory;

mod build;
mod diagnostics;
mod io;
mod load;
mod points;
mod raw;
mod residue_key;

pub use cancel::{CancelToken, Cancelled};
pub use diagnostics::{Location, Warning};
pub use element::Element;
pub use error::MoleculeError;
pub use io::options::{AlternateLocation, Format, ReadLimits, ReadOptions, assembly_number};
pub use io::trajectory_format::TrajectoryFormat;
pub use load::{
    AtomRecord, BondRecord, FolderFiles, FolderOptions, detect_format, merge_files, read_bytes,
    read_file, read_file_as, read_folder, read_input, read_regular_file, remove_ligand_from_pocket,
};
pub use residue_key::{ResidueKey, ResidueKeyError};
pub use secondary_structure::{
    SecondaryElement, SecondaryStructure, SecondaryStructureChoice, SecondaryStructureSource,
};
pub use selection::Selection;
pub use structure::{
    Atoms, Bond, BondOrder, Chain, FileSecondaryStructure, MAX_COORDINATE_ANGSTROM, Neighbours,
    Part, PartRole, Pseudobond, PseudobondKind, Residue, ResidueClass, SecondaryStructureKind,
    Structure,
};
