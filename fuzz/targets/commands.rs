//! Any text as view commands: an error, or a finite camera; the display form parses to the same
//! commands.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use molshot_scenes::{PreparedScene, RenderRequest, parse_commands};

static PREPARED: LazyLock<PreparedScene> = LazyLock::new(|| {
    PreparedScene::new(molshot_fuzz::small_structure(), &RenderRequest::default())
        .expect("the small structure can be drawn")
});

fuzz_target!(|text: &str| {
    let Ok(commands) = parse_commands(text) else {
        return;
    };
    let shown: Vec<String> = commands.iter().map(ToString::to_string).collect();
    let again = parse_commands(&shown.join(";")).expect("the display form is a list of commands");
    assert_eq!(again, commands);
    if let Ok(job) = PREPARED.job_with(&commands) {
        let pose = job.view().pose;
        assert!(pose.position_angstrom.is_finite() && pose.world_from_camera.is_finite());
    }
});
