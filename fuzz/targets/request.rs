//! Any bytes as a request: an error, or a document that can be written and read again; drawing it
//! is an error or a job.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use molshot_molecule::Structure;
use molshot_scenes::{PreparedScene, RenderRequest};

static STRUCTURE: LazyLock<Arc<Structure>> = LazyLock::new(molshot_fuzz::small_structure);

fuzz_target!(|bytes: &[u8]| {
    let Ok(request) = RenderRequest::from_json(bytes) else {
        return;
    };
    let sound = request.validate().is_ok();
    let json = request_json(&request);
    let again = RenderRequest::from_json(&json).expect("what was written can be read");
    assert_eq!(again, request);
    let prepared = PreparedScene::new(Arc::clone(&STRUCTURE), &request);
    assert!(sound || prepared.is_err());
    if let Ok(Ok(job)) = prepared.map(|prepared| prepared.job()) {
        assert!(job.viewport().crop.width_px > 0);
    }
});

fn request_json(request: &RenderRequest) -> Vec<u8> {
    serde_json::to_vec(request).expect("a request can be written")
}
