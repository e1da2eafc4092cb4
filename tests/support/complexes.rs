//! A real complex, for tests that need no other data.

use std::path::Path;
use std::sync::Arc;

use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_folder};
use molshot_renderer::Frame;
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::request::RenderRequest;
use molshot_scenes::{Plane, PreparedScene, RenderJob};

use super::draw;

/// A job of the library's protease with its inhibitor.
pub(crate) fn inhibitor(planes: &[Plane], commands: &str) -> RenderJob {
    inhibitor_with(planes, commands, |_| {})
}

/// As [`inhibitor`], with its request changed.
pub(crate) fn inhibitor_with(
    planes: &[Plane],
    commands: &str,
    change: impl FnOnce(&mut RenderRequest),
) -> RenderJob {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library/1hvr");
    let structure = read_folder(&path, FolderOptions::default(), &ReadOptions::default())
        .expect("the library's complex");
    let mut request = RenderRequest::default();
    (request.output.width_px, request.output.height_px) = (320, 240);
    request.output.planes = planes.iter().copied().collect();
    request.commands = commands.into();
    change(&mut request);
    PreparedScene::new(Arc::new(structure), &request)
        .and_then(|prepared| prepared.job())
        .expect("a valid request")
}

/// What the built-in backend draws.
pub(crate) fn drawn(job: &RenderJob) -> Frame {
    draw(&mut SoftwareBackend::new(), job)
}
