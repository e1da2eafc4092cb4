//! Structures that are built into the program, for the page and for first requests.

/// A built-in structure.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The id.
    pub(crate) id: &'static str,
    /// A short description.
    pub(crate) title: &'static str,
    /// Names and contents of its files.
    pub(super) files: &'static [(&'static str, &'static [u8])],
}

macro_rules! file {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../scenes/library/", $name)),
        )
    };
    ($folder:literal, $name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../scenes/library/", $folder, "/", $name)),
        )
    };
}

/// All built-in structures, sorted by id. `scenes/library/README.md` names their sources and
/// licences.
pub(crate) const SAMPLES: &[Sample] = &[
    Sample {
        id: "sample-dna",
        title: "DNA, eleven base pairs (1LCD)",
        files: &[file!("1lcd_dna.cif")],
    },
    Sample {
        id: "sample-heme-wire",
        title: "Nine hemes of a cytochrome (19HC)",
        files: &[file!("19hc_hemes.pdb")],
    },
    Sample {
        id: "sample-hiv-protease",
        title: "HIV protease pocket with an inhibitor (1HVR)",
        files: &[
            file!("1hvr", "1hvr_pocket.pdb"),
            file!("1hvr", "1hvr_ligand.mol2"),
        ],
    },
    Sample {
        id: "sample-progesterone",
        title: "Progesterone (1A28)",
        files: &[file!("1a28_progesterone.sdf")],
    },
    Sample {
        id: "sample-ruvb",
        title: "RuvB nucleotide site with ATP-gamma-S (7PBL)",
        files: &[
            file!("7pbl", "7pbl_pocket.pdb"),
            file!("7pbl", "7pbl_ligand.mol2"),
        ],
    },
    Sample {
        id: "sample-ubiquitin",
        title: "Ubiquitin (1UBI)",
        files: &[file!("1ubi.pdb")],
    },
];

/// The built-in structure with an id.
pub(super) fn find(id: &str) -> Option<&'static Sample> {
    SAMPLES.iter().find(|sample| sample.id == id)
}
