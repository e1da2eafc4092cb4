//! The sample scenes: each is read, built and seen, and keeps the promises of its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_molecule::read::{FolderOptions, ReadOptions, read_input};
use molshot_scenes::SceneDocument;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::request::{RenderRequest, StructureSource};

/// Largest file of the library, bytes: the repository holds them all.
const MAX_FILE_BYTES: u64 = 64 << 10;

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the library is a folder") {
        let path = entry.expect("its entries can be listed").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Request and structure of every scene file, by its stem.
fn scenes() -> BTreeMap<String, (RenderRequest, Arc<Structure>)> {
    files(&library())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let name = path
                .file_stem()
                .expect("a file has a stem")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read(&path).expect("a scene file can be read");
            let document =
                SceneDocument::from_json(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
            let StructureSource::Paths { paths } = &document.structure else {
                panic!("{name} names no paths");
            };
            let parts = paths
                .iter()
                .map(|part| {
                    let path = library().join(part);
                    read_input(&path, FolderOptions::default(), &ReadOptions::default())
                        .unwrap_or_else(|e| panic!("{name}: {e}"))
                })
                .collect();
            (name, (document.request, Arc::new(Structure::merge(parts))))
        })
        .collect()
}

#[test]
fn every_scene_makes_a_job_that_shows_atoms() {
    let scenes = scenes();
    assert!(scenes.len() >= 6, "{}", scenes.len());
    for (name, (request, structure)) in &scenes {
        assert!(
            structure.warnings().is_empty(),
            "{name}: {:?}",
            structure.warnings()
        );
        let prepared = PreparedScene::new(Arc::clone(structure), request)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        let job = prepared.job().unwrap_or_else(|e| panic!("{name}: {e}"));
        let drawn = job.scene().spheres.len() + job.scene().cylinders.len();
        assert!(drawn > 10, "{name} draws {drawn} shapes");
    }
}

#[test]
fn the_complexes_have_a_ligand_in_a_pocket() {
    let scenes = scenes();
    let count = |name: &str, expression: &str| {
        let selection = molshot_molecule::Selection::parse(expression).expect(expression);
        let flags = selection.evaluate(&scenes[name].1);
        flags.iter().filter(|&&flag| flag).count()
    };
    assert_eq!(count("hiv_protease_inhibitor", "ligand"), 46);
    assert_eq!(count("hiv_protease_inhibitor", "pocket"), 753);
    // What holds the inhibitor: the catalytic aspartates and the amides of the flaps.
    assert_eq!(
        count(
            "hiv_protease_inhibitor",
            "resi 25 and name OD* and within 3.5 of ligand"
        ),
        4
    );
    assert_eq!(
        count(
            "hiv_protease_inhibitor",
            "resi 50 and name N and within 3.5 of ligand"
        ),
        2
    );
    assert_eq!(count("ruvb_nucleotide_site", "ligand"), 31);
    assert_eq!(
        count("ruvb_nucleotide_site", "metal and within 2.5 of ligand"),
        1
    );
    assert_eq!(
        count("zinc_site", "element N+O and within 2.5 of element Zn"),
        3
    );
    assert_eq!(count("heme_wire", "element Fe"), 9);
    assert_eq!(
        count(
            "heme_wire",
            "protein and name NE2 and within 2.2 of element Fe"
        ),
        18
    );
    assert_eq!(count("dna", "nucleic and name P"), 20);
    assert_eq!(count("dna", "not nucleic"), 0);
    assert_eq!(count("conotoxin", "byres name SG"), 60);
    assert_eq!(count("ubiquitin", "name CA"), 76);
    assert_eq!(count("trypsin", "protein and name CA"), 223);
}

#[test]
fn every_file_is_small_and_accounted_for() {
    let readme = std::fs::read_to_string(library().join("README.md")).expect("a README");
    for path in files(&library()) {
        let size = path.metadata().expect("its size").len();
        assert!(size <= MAX_FILE_BYTES, "{}: {size} bytes", path.display());
        let relative = path.strip_prefix(library()).expect("inside the library");
        let entry = relative.iter().next().expect("a name").to_string_lossy();
        let named = format!("`{}", entry.trim_end_matches(".json"));
        assert!(
            entry == "README.md" || readme.contains(&named),
            "the README leaves out {entry}"
        );
    }
}
