//! Jobs of the sample scenes.

use std::sync::Arc;

use molshot_molecule::{FolderOptions, read_input};
use molshot_molecule::{ReadOptions, Structure};
use molshot_scenes::request::StructureSource;
use molshot_scenes::{Plane, PreparedScene, RenderJob, Samples, SceneDocument, Viewport};

/// The sample scenes, by the names of their files.
pub(crate) const SCENES: [&str; 9] = [
    "conotoxin",
    "dna",
    "heme_wire",
    "hiv_protease_inhibitor",
    "progesterone",
    "ruvb_nucleotide_site",
    "trypsin",
    "ubiquitin",
    "zinc_site",
];

/// A sample scene as its file says, but with another size, number of samples, and all planes.
pub(crate) fn sample_job(scene: &str, size_px: [u32; 2], samples: Samples) -> RenderJob {
    let library = super::repository().join("scenes/library");
    let text = std::fs::read(library.join(format!("{scene}.json"))).expect("a sample scene");
    let document = SceneDocument::from_json(&text).expect("a request");
    let mut request = document.request;
    [request.output.width_px, request.output.height_px] = size_px;
    let StructureSource::Paths { paths } = &document.structure else {
        panic!("{scene} names no files");
    };
    let structures = paths.iter().map(|path| {
        read_input(
            &library.join(path),
            FolderOptions::default(),
            &ReadOptions::default(),
        )
        .expect("a structure that can be read")
    });
    let structure = Arc::new(Structure::merge(structures.collect()));
    let job = PreparedScene::new(structure, &request)
        .and_then(|prepared| prepared.job())
        .unwrap_or_else(|error| panic!("{scene}: {error}"));
    RenderJob::new(
        Arc::clone(job.scene()),
        *job.view(),
        Viewport::whole(size_px[0], size_px[1]),
        samples,
        Plane::ALL.into_iter().collect(),
    )
    .expect("a sample scene's view is valid")
}
