//! Any bytes as a request: an error, or a document that survives being written; drawing it is an
//! error or a job.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use molshot_molecule::Structure;
use molshot_scenes::{PreparedScene, SceneDocument};

static STRUCTURE: LazyLock<Arc<Structure>> = LazyLock::new(molshot_fuzz::small_structure);

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = SceneDocument::from_json(bytes) else {
        return;
    };
    let sound = document.validate().is_ok();
    let json = document_json(&document);
    let again = SceneDocument::from_json(&json).expect("what was written can be read");
    assert_eq!(again, document);
    let prepared = PreparedScene::new(Arc::clone(&STRUCTURE), &document.request);
    assert!(sound || prepared.is_err());
    if let Ok(Ok(job)) = prepared.map(|prepared| prepared.job()) {
        assert!(job.viewport().crop.width_px > 0);
    }
});

fn document_json(document: &SceneDocument) -> Vec<u8> {
    serde_json::to_vec(document).expect("a document can be written")
}
