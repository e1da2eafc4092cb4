//! Every file and folder of the larger test data, from bytes to a picture: it is drawn, or refused
//! in words.
//!
//! `MOLSHOT_TEST_DATA` names the data: folders `complexes/` and `complexes_other/` of folders in
//! PDBbind layout, `structures/` and `difficult/` of single files. `MOLSHOT_OUTCOMES`, if set,
//! names a file for the table, which is printed otherwise.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::support::{open, test_data};
use molshot_molecule::read::{FolderOptions, read_input};
use molshot_molecule::{ReadOptions, Structure};
use molshot_renderer::Backend;
use molshot_scenes::request::Preset;
use molshot_scenes::{PreparedScene, RenderRequest, Samples};

/// Files that cannot be read, and a part of what is said about each.
const EXPECTED_FAILURES: [(&str, &str); 17] = [
    // MMTF is not read.
    ("structures/4w93.mmtf", "is MMTF, which is not read"),
    ("structures/biopython_1A8O.mmtf", "give mmCIF or BinaryCIF"),
    ("structures/biopython_4CUP.mmtf", "is MMTF"),
    ("structures/mda_173D.mmtf", "is MMTF"),
    ("structures/mda_5KIH.mmtf.gz", "is MMTF"),
    ("structures/pymol_1x8x.mmtf.gz", "is MMTF"),
    // Without `_atom_site`: test files for headers and line ends.
    ("difficult/biopython_1MOM_min.cif", "holds no atoms"),
    ("difficult/biopython_4Q9R_min.cif", "holds no atoms"),
    ("difficult/gemmi_eol-test.cif", "holds no atoms"),
    ("difficult/gemmi_misc.cif", "holds no atoms"),
    // Headers without atoms, and no PDB file at all.
    (
        "difficult/biopython_d256ba_.ent",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/biopython_header.pdb",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/gemmi_5moo_header.pdb",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/plip_non-pdb.pdb",
        "there is no ATOM or HETATM record",
    ),
    // Declares 49 atoms and has none.
    (
        "difficult/mda_BrokenMolecule.mol2",
        "mda_BrokenMolecule.mol2:13: the molecule declares 49 atoms, but its ATOM section holds 0",
    ),
    // A tar archive whose name says bzip2, and one that is bzip2.
    (
        "difficult/mda_model_then_cryst.pdb.bz2",
        "is a tar archive; unpack it first",
    ),
    (
        "difficult/mda_surface.pdb.bz2",
        "is bzip2-compressed; decompress it first",
    ),
];

/// Files that are read but not drawn in sticks, and a part of what is said about each.
const EXPECTED_NOT_DRAWN: [(&str, &str); 4] = [
    // Nothing but water.
    (
        "difficult/mda_5digitResid.pdb",
        "all 5 atoms are hidden, being water",
    ),
    (
        "difficult/mda_cryst_then_model.pdb",
        "all 4 atoms are hidden, being water",
    ),
    (
        "difficult/mda_xl_serial.pdb",
        "all 4 atoms are hidden, being water",
    ),
    (
        "difficult/pdbtbx_liquid.pdb",
        "all 1536 atoms are hidden, being water",
    ),
];

/// The styles in which everything is drawn: sticks with balls, and balls alone.
const STYLES: [Preset; 2] = [Preset::Misi, Preset::Spacefill];

/// What became of one input.
struct Outcome {
    name: String,
    read: Result<Arc<Structure>, String>,
    read_ms: f64,
    /// One for each of [`STYLES`]: the number of pixels that show something. Empty when nothing was
    /// read.
    drawn: Vec<Result<usize, String>>,
    draw_ms: f64,
}

impl Outcome {
    fn new(name: String, path: &Path, backend: &mut dyn Backend) -> Self {
        let start = Instant::now();
        let read = read_input(path, FolderOptions::default(), &ReadOptions::default())
            .map(Arc::new)
            .map_err(|error| error.to_string());
        let read_ms = milliseconds_since(start);
        let start = Instant::now();
        let drawn = read
            .iter()
            .flat_map(|structure| STYLES.map(|preset| draw_small(structure, preset, backend)));
        let drawn = drawn.collect();
        Self {
            name,
            read,
            read_ms,
            drawn,
            draw_ms: milliseconds_since(start),
        }
    }

    /// Why there is no picture, if so.
    fn draw_error(&self) -> Option<&str> {
        self.drawn
            .iter()
            .find_map(|drawn| drawn.as_ref().err().map(String::as_str))
    }

    fn row(&self) -> String {
        let warnings = self.read.iter().flat_map(|read| read.warnings());
        let (kind, message) = match (&self.read, self.draw_error()) {
            (Err(message), _) => ("not read".to_owned(), message.clone()),
            (_, Some(message)) => ("not drawn".to_owned(), message.to_owned()),
            _ => match warnings.clone().next() {
                None => ("drawn".to_owned(), String::new()),
                Some(first) => (
                    format!("drawn, {} warnings", warnings.count()),
                    first.to_string(),
                ),
            },
        };
        let atoms = self
            .read
            .as_ref()
            .map_or("-".to_owned(), |read| read.atoms().len().to_string());
        format!(
            "{} | {kind} | {atoms} | {:.1} | {:.1} | {message}",
            self.name, self.read_ms, self.draw_ms
        )
    }
}

fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Draws a small picture and counts what is not background.
fn draw_small(
    structure: &Arc<Structure>,
    preset: Preset,
    backend: &mut dyn Backend,
) -> Result<usize, String> {
    let mut request = RenderRequest::default();
    request.style.preset = preset;
    request.style.depth_cue = false;
    (request.output.width_px, request.output.height_px) = (128, 96);
    request.output.samples = Samples::One;
    let job = PreparedScene::new(Arc::clone(structure), &request)
        .and_then(|prepared| prepared.job())
        .map_err(|error| error.to_string())?;
    let frame = backend.draw(&job).map_err(|error| error.to_string())?;
    let pixels = frame.color_rgba.expect("colour was asked for");
    let count = pixels
        .as_chunks::<4>()
        .0
        .iter()
        .filter(|pixel| **pixel != [0, 0, 0, 255])
        .count();
    Ok(count)
}

/// Paths in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
}

fn all(data: &Path) -> Vec<Outcome> {
    let mut backend = open();
    let mut outcomes = Vec::new();
    for set in ["complexes", "complexes_other", "structures", "difficult"] {
        for path in entries(&data.join(set)) {
            let name = path
                .strip_prefix(data)
                .expect("a path in the data")
                .display()
                .to_string();
            outcomes.push(Outcome::new(name, &path, backend.as_mut()));
        }
    }
    outcomes
}

/// `FILE...: what is wrong; what would be right`, on one line.
fn is_well_formed(message: &str, path: &Path) -> bool {
    let Some(rest) = message.strip_prefix(&path.display().to_string()) else {
        return false;
    };
    let Some((place, text)) = rest.split_once(": ") else {
        return false;
    };
    let Some((problem, remedy)) = text.split_once("; ") else {
        return false;
    };
    // The place is what follows in the path (a folder's file) and the line.
    !place.contains(' ') && !problem.is_empty() && !remedy.is_empty() && !message.contains('\n')
}

/// What every structure promises, seen from outside.
fn check_promises(name: &str, structure: &Structure) {
    let atoms = structure.atoms();
    let count = atoms.len();
    assert!(count > 0, "{name}: no atoms");
    for length in [
        atoms.element.len(),
        atoms.name.len(),
        atoms.serial.len(),
        atoms.residue.len(),
        atoms.altloc.len(),
        atoms.occupancy.len(),
        atoms.b_factor.len(),
        atoms.formal_charge.len(),
    ] {
        assert_eq!(length, count, "{name}: a column of another length");
    }
    assert!(
        atoms
            .position_angstrom
            .iter()
            .flatten()
            .all(|x| x.is_finite()),
        "{name}: a coordinate that is not finite"
    );
    let mut next = 0;
    for (index, residue) in structure.residues().iter().enumerate() {
        assert_eq!(
            residue.atoms.start, next,
            "{name}: residues do not follow each other"
        );
        assert!(residue.atoms.end > next, "{name}: an empty residue");
        next = residue.atoms.end;
        assert!(
            residue
                .atoms
                .clone()
                .all(|atom| atoms.residue[atom as usize] as usize == index),
            "{name}: an atom of another residue"
        );
        assert!(
            (residue.chain as usize) < structure.chains().len(),
            "{name}: no such chain"
        );
    }
    assert_eq!(next as usize, count, "{name}: atoms without a residue");
    assert!(
        structure
            .bonds()
            .windows(2)
            .all(|pair| (pair[0].a, pair[0].b) < (pair[1].a, pair[1].b)),
        "{name}: bonds are not sorted or not unique"
    );
    assert!(
        structure
            .bonds()
            .iter()
            .all(|bond| bond.a < bond.b && (bond.b as usize) < count),
        "{name}: a bond out of range"
    );
    for warning in structure.warnings() {
        let text = warning.to_string();
        assert!(
            text.starts_with('/') || text.contains(": "),
            "{name}: {text}"
        );
        assert!(!text.contains('\n'), "{name}: {text}");
    }
}

/// What was not expected about one input.
fn faults_of(outcome: &Outcome, data: &Path) -> Vec<String> {
    let expected = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(name, _)| *name == outcome.name)
            .map(|(_, fragment)| *fragment)
    };
    let name = &outcome.name;
    let mut faults = Vec::new();
    match (&outcome.read, expected(&EXPECTED_FAILURES)) {
        (Ok(structure), None) => check_promises(name, structure),
        (Ok(_), Some(fragment)) => {
            faults.push(format!(
                "{name} is read, though it should say \"{fragment}\""
            ));
        }
        (Err(message), None) => faults.push(format!("not expected to fail: {message}")),
        (Err(message), Some(fragment)) => {
            if !message.contains(fragment) {
                faults.push(format!("\"{fragment}\" is not in: {message}"));
            }
            if !is_well_formed(message, &data.join(name)) {
                faults.push(format!("not of the form FILE: problem; remedy: {message}"));
            }
        }
    }
    match (outcome.draw_error(), expected(&EXPECTED_NOT_DRAWN)) {
        (None, None) => {
            for (drawn, preset) in outcome.drawn.iter().zip(STYLES) {
                if *drawn == Ok(0) {
                    faults.push(format!("{name}: the picture in {preset:?} is empty"));
                }
            }
        }
        (None, Some(fragment)) => {
            faults.push(format!(
                "{name} is drawn, though it should say \"{fragment}\""
            ));
        }
        (Some(message), Some(fragment)) if message.contains(fragment) => {}
        (Some(message), _) => faults.push(format!("{name} is not drawn: {message}")),
    }
    faults
}

#[test]
fn every_file_of_the_test_data_is_drawn_or_refused_in_words() {
    let Some(data) = test_data() else { return };
    let outcomes = all(&data);
    assert!(outcomes.len() > 100, "the data is not all there");
    let mut table = String::from("input | outcome | atoms | read ms | draw ms | message\n");
    for outcome in &outcomes {
        writeln!(table, "{}", outcome.row()).expect("a String takes all text");
    }
    match std::env::var_os("MOLSHOT_OUTCOMES") {
        Some(path) => std::fs::write(&path, &table).expect("a writable path"),
        None => eprint!("{table}"),
    }
    for (what, time) in [
        ("read", (|o| o.read_ms) as fn(&Outcome) -> f64),
        ("draw", |o| o.draw_ms),
    ] {
        let slowest = outcomes
            .iter()
            .max_by(|a, b| time(a).total_cmp(&time(b)))
            .expect("there are outcomes");
        eprintln!(
            "slowest to {what}: {} {:.1} ms",
            slowest.name,
            time(slowest)
        );
    }
    let mut faults: Vec<String> = outcomes
        .iter()
        .flat_map(|outcome| faults_of(outcome, &data))
        .collect();
    for (name, _) in EXPECTED_FAILURES.iter().chain(&EXPECTED_NOT_DRAWN) {
        if !outcomes.iter().any(|outcome| outcome.name == *name) {
            faults.push(format!("{name} is expected to fail, but is not there"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
