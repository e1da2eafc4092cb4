//! The options that say which models and copies are read: parameters of URLs and controls of the
//! web page. On the command line every command that reads structures has flags of these names.

use molshot_molecule::copies::MOST_MATE_ANGSTROM;

use super::row::option;
use super::{OptionGroup as G, OptionKind as K, RENDER_OPTIONS, RenderOption};

/// All of them, in the order in which they are shown.
pub const READING_OPTIONS: &[RenderOption] = &[
    option(
        "model",
        "/reading/model",
        K::Text("N|A-B|all"),
        G::Input,
        "Model to read of a file with several: the model's number in PDB and mmCIF, the record \
             counted from 1 in other formats. A range such as 2-5 or all reads several together.",
    )
    .otherwise("the first"),
    option(
        "altloc",
        "/reading/altloc",
        K::Text("ID|highest|all-highest"),
        G::Input,
        "Alternate location to read of disordered atoms: an identifier such as B, highest for \
             the one with the highest occupancy in each group of bonded residues, or all-highest \
             for a single one in the whole file.",
    )
    .otherwise("highest"),
    option(
        "assembly",
        "/reading/assembly",
        K::Text("ID|all|none"),
        G::Input,
        "Biological assembly to make: the file's id of it, such as 1, or all for every chain \
             at each place that any assembly gives it.",
    )
    .otherwise("none"),
    option(
        "unit-cell",
        "/reading/unit_cell",
        K::Switch,
        G::Input,
        "Fill the unit cell of the crystal, and draw its edges.",
    )
    .default_value("false"),
    option(
        "supercell",
        "/reading/supercell",
        K::Text("AxBxC"),
        G::Input,
        "Fill several unit cells, along the edges a, b and c, such as 2x2x1.",
    ),
    option(
        "symmetry-mates",
        "/reading/symmetry_mates_angstrom",
        K::Number {
            min: 0.0,
            max: MOST_MATE_ANGSTROM,
            unit: "ANGSTROM",
        },
        G::Input,
        "Add the copies of the crystal that have an atom within this distance, in angstrom.",
    ),
];

/// The options that a picture's URL takes: those of the picture, then those of reading.
pub fn url_options() -> impl Iterator<Item = &'static RenderOption> + Clone {
    let of_picture = RENDER_OPTIONS.iter().filter(|option| option.in_url);
    of_picture.chain(READING_OPTIONS)
}
