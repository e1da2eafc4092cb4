//! Any bytes as a `MolViewSpec` document: an error, or snapshots that are errors or jobs each.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use molshot_molecule::Structure;
use molshot_scenes::PreparedScene;
use molshot_scenes::molviewspec::MolViewSpec;

static STRUCTURE: LazyLock<Arc<Structure>> = LazyLock::new(molshot_fuzz::small_structure);

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = MolViewSpec::from_json(bytes) else {
        return;
    };
    for snapshot in document.snapshots() {
        let structures = vec![Arc::clone(&STRUCTURE); snapshot.files().len()];
        let mut request = snapshot.request();
        [request.output.width_px, request.output.height_px] = [32, 24];
        let Ok(built) = snapshot.build(&structures, &request) else {
            continue;
        };
        let prepared = PreparedScene::of_scene(Arc::new(built.scene), &request);
        let prepared = prepared.expect("the request has no commands");
        if let Ok(job) = prepared.seen_from(built.view).job() {
            assert_eq!(job.viewport().crop.width_px, 32);
        }
    }
});
