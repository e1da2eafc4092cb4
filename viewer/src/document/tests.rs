use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions};
use molshot_scenes::Viewport;
use molshot_scenes::request::{ProjectionKind, ReadingRequest, StructureSource};

use super::*;

const SIZE: [u32; 2] = [400, 300];

fn loaded(text: &str, commands: &[&str]) -> LoadedInput {
    let options = ReadOptions::default().with_format(Format::Pdb);
    let structure = read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options);
    let mut request = RenderRequest::default();
    request.commands = commands.iter().map(|text| (*text).to_owned()).collect();
    LoadedInput {
        structure: Arc::new(structure.expect("a structure")),
        source: StructureSource::Id { id: "x".into() },
        reading: ReadingRequest::default(),
        request,
    }
}

fn pdb(last_x: f64) -> String {
    format!(
        "ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00  0.00           N\n\
         ATOM      2  CA  GLY A   1       1.450   0.000   0.000  1.00  0.00           C\n\
         ATOM      3  C   GLY A   1       2.000   1.400   0.000  1.00  0.00           C\n\
         ATOM      4  O   GLY A   1    {last_x:8.3}   2.400   0.500  1.00  0.00           O\n\
         END\n"
    )
}

fn document(commands: &[&str]) -> Document {
    Document::new(loaded(&pdb(1.2), commands), SIZE).expect("a document")
}

/// The job that a service builds from the copied request.
fn service(document: &Document) -> RenderJob {
    let text = serde_json::to_vec(&document.scene_file()).expect("JSON");
    let copied = SceneDocument::from_json(&text).expect("a request");
    PreparedScene::new(Arc::clone(&document.structure), &copied.request)
        .and_then(|prepared| prepared.job())
        .expect("a job")
}

fn same_view(document: &Document) {
    let (own, service) = (
        document.job(Quality::Full).expect("a job"),
        service(document),
    );
    assert_eq!(own.view(), service.view());
    assert_eq!(own.viewport(), service.viewport());
    assert_eq!(own.samples(), service.samples());
}

#[test]
fn the_copied_request_always_has_exactly_the_windows_camera() {
    let mut document = document(&["view left; roll y 15", "center name CA"]);
    same_view(&document);
    let start = document.orbit().expect("an orbit");
    let turn = DQuat::from_rotation_x(0.4) * DQuat::from_rotation_y(-1.1);
    document.rotate(&start, turn).expect("a turn");
    same_view(&document);
    let start = document.orbit().expect("an orbit");
    document
        .pan(&start, DVec2::new(31.0, -17.0))
        .expect("a move");
    same_view(&document);
    document.zoom(1.7).expect("a zoom");
    same_view(&document);
    document.center(3).expect("an atom");
    same_view(&document);
    document.resize([123, 457], None);
    same_view(&document);
    document
        .change(|request| request.camera.projection = ProjectionKind::Orthographic)
        .expect("a projection");
    same_view(&document);
    document.look_from(ViewName::Top);
    same_view(&document);
    document.reset();
    same_view(&document);
}

#[test]
fn a_panned_point_follows_the_pointer_and_a_centred_atom_is_in_the_middle() {
    for kind in [ProjectionKind::Perspective, ProjectionKind::Orthographic] {
        let mut document = document(&[]);
        document
            .change(|request| request.camera.projection = kind)
            .expect("a projection");
        document.center(3).expect("an atom");
        let at = |document: &Document| {
            let camera = document.camera().expect("a camera");
            let pivot = camera.rotation_center();
            camera.view().project(&camera.viewport(), pivot)
        };
        let middle = at(&document);
        assert!(
            (middle.x - 200.0).abs() < 0.02 && (middle.y - 150.0).abs() < 0.02,
            "{middle}"
        );
        let start = document.orbit().expect("an orbit");
        document
            .pan(&start, DVec2::new(40.0, -25.0))
            .expect("a move");
        let moved = at(&document) - middle;
        assert!(
            (moved.x - 40.0).abs() < 0.05 && (moved.y + 25.0).abs() < 0.05,
            "{moved}"
        );
    }
}

#[test]
fn an_atom_is_named_in_the_commands_and_in_its_description() {
    let mut document = document(&[]);
    document.center(1).expect("an atom");
    let text: Vec<String> = document
        .commands()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(text[0], "center chain \"A\" and resi 1 and name \"CA\"");
    let words = document.describe(1).expect("an atom");
    assert!(
        words.starts_with("CA of GLY 1 A at 1.450 0.000 0.000"),
        "{words}"
    );
    assert!(words.contains("pixel 200.0 150.0"), "{words}");
    assert_eq!(document.describe(99), None);
}

#[test]
fn a_reloaded_file_keeps_the_camera_that_the_mouse_has_moved() {
    let mut document = document(&[]);
    let start = document.orbit().expect("an orbit");
    document
        .rotate(&start, DQuat::from_rotation_y(0.7))
        .expect("a turn");
    document.zoom(1.3).expect("a zoom");
    let before = document.camera().expect("a camera").pose();
    // The bounding box grows, and the fitted camera changes with it.
    let again = document
        .reloaded(loaded(&pdb(9.0), &[]), false)
        .expect("a document");
    let after = again.camera().expect("a camera").pose();
    let way = before.position_angstrom.distance(after.position_angstrom);
    assert!(way < 0.005, "{way}");
    assert!(
        before
            .world_from_camera
            .angle_between(after.world_from_camera)
            < 1e-4
    );
}

#[test]
fn a_reloaded_file_keeps_the_camera_that_was_not_moved() {
    for kind in [ProjectionKind::Perspective, ProjectionKind::Orthographic] {
        let mut untouched = document(&["roll y 20"]);
        untouched
            .change(|request| request.camera.projection = kind)
            .expect("a projection");
        let place = |document: &Document| {
            let camera = document.camera().expect("a camera");
            let atom = DVec3::new(1.45, 0.0, 0.0);
            camera.view().project(&camera.viewport(), atom)
        };
        // An atom far away.
        let far = untouched
            .reloaded(loaded(&pdb(60.0), &[]), false)
            .expect("a document");
        let way = place(&untouched).truncate() - place(&far).truncate();
        assert!(way.length() < 0.05, "{kind:?} {way}");
        same_view(&far);
        // As it was: the request says nothing that it did not.
        let again = far
            .reloaded(loaded(&pdb(1.2), &[]), false)
            .expect("a document");
        assert!(again.orbit.is_none() || kind == ProjectionKind::Orthographic);
        let mut fitted = far;
        fitted.reset();
        let way = place(&untouched).truncate() - place(&fitted).truncate();
        assert!(way.length() > 20.0, "the new content is fitted: {way}");
    }
}

#[test]
fn a_reloaded_scene_file_with_another_camera_or_structure_is_fitted_unless_moved() {
    let untouched = document(&[]);
    let mut other = loaded(&pdb(60.0), &[]);
    other.source = StructureSource::Id { id: "y".into() };
    let again = untouched.reloaded(other, true).expect("a document");
    assert!(again.orbit.is_none());
    let mut wide = loaded(&pdb(60.0), &[]);
    wide.request.camera.fov_degrees = 60.0;
    let again = untouched.reloaded(wide, true).expect("a document");
    assert!(again.orbit.is_none());
}

#[test]
fn a_picture_larger_than_the_screen_is_copied_and_saved_at_full_size() {
    let mut document = cropped("crop 10 20 100 50", SIZE);
    document.resize([200, 150], Some(SIZE));
    let part = document.crop().expect("a crop");
    let part = [part.x_px, part.y_px, part.width_px, part.height_px];
    assert_eq!(part, [5, 10, 50, 25], "in the window");
    let start = document.orbit().expect("an orbit");
    let turn = DQuat::from_rotation_x(0.4);
    document.rotate(&start, turn).expect("a turn");
    let request = document.request();
    assert_eq!([request.output.width_px, request.output.height_px], SIZE);
    let last = request.commands.entries().last().map(String::as_str);
    assert_eq!(last, Some("crop 10 20 100 50"));
    let (own, service) = (document.export_job().expect("a job"), service(&document));
    assert_eq!(
        (own.view(), own.viewport()),
        (service.view(), service.viewport())
    );
    // The user's own size, and a picture that it was not made for.
    document.resize([210, 150], None);
    assert_eq!(document.export_size(), [210, 150]);
    document.resize([200, 150], Some([600, 450]));
    assert_eq!(document.export_size(), [200, 150]);
}

#[test]
fn a_reloaded_scene_file_with_other_commands_sets_the_camera() {
    let mut document = document(&["roll y 10"]);
    document.zoom(1.3).expect("a zoom");
    let again = document
        .reloaded(loaded(&pdb(1.2), &["roll y 20"]), true)
        .expect("a document");
    assert_eq!(again.request().commands.entries(), ["roll y 20"]);
    let again = document
        .reloaded(loaded(&pdb(1.2), &["roll y 10"]), true)
        .expect("a document");
    assert_eq!(
        again.request().commands.entries(),
        ["roll y 10", "zoom 1.3"]
    );
}

#[test]
fn a_change_that_leaves_nothing_to_draw_is_refused() {
    let mut document = document(&[]);
    let before = document.request();
    let error = document.change(|request| request.select = "water".into());
    assert!(error.is_err());
    assert_eq!(document.request(), before);
}

/// The saved picture equals what a service draws of the copied request, including the crop.
fn same_export(document: &Document) {
    let (own, service) = (document.export_job().expect("a job"), service(document));
    assert_eq!(
        (own.view(), own.viewport()),
        (service.view(), service.viewport())
    );
    let job = document.job(Quality::Full).expect("a job");
    let shown = job.viewport();
    assert_eq!(*shown, Viewport::whole(shown.width_px, shown.height_px));
    assert_eq!(document.crop().unwrap_or(shown.crop), own.viewport().crop);
}

fn cropped(crop: &str, size_px: [u32; 2]) -> Document {
    let mut loaded = loaded(&pdb(1.2), &["roll y 10", crop, "zoom 2"]);
    [
        loaded.request.output.width_px,
        loaded.request.output.height_px,
    ] = SIZE;
    Document::new(loaded, size_px).expect("a document")
}

#[test]
fn a_crop_is_copied_as_it_was_opened_until_something_moves() {
    let mut document = cropped("crop 10 20 100 50", SIZE);
    assert_eq!(
        document.request().commands.entries(),
        ["roll y 10", "crop 10 20 100 50", "zoom 2"]
    );
    same_export(&document);
    document.zoom(1.5).expect("a zoom");
    assert_eq!(
        document.request().commands.entries(),
        ["roll y 10", "zoom 3", "crop 10 20 100 50"]
    );
    same_export(&document);
    let part = document.crop().expect("a crop");
    assert_eq!(
        [part.x_px, part.y_px, part.width_px, part.height_px],
        [10, 20, 100, 50]
    );
    assert_eq!(document.toggle_crop(), Some(false));
    assert_eq!(
        document.request().commands.entries(),
        ["roll y 10", "zoom 3"]
    );
    same_export(&document);
    document
        .change(|request| request.style.hydrogens = true)
        .expect("a change");
    assert_eq!(document.crop(), None, "a crop that is off stays off");
    assert_eq!(document.toggle_crop(), Some(true));
    document.reset();
    assert_eq!(document.request().commands.entries().len(), 3);
    assert_eq!(self::document(&[]).toggle_crop(), None);
}

#[test]
fn a_crop_covers_the_same_share_in_a_window_of_another_size() {
    let mut document = cropped("crop 10 20 100 50", [800, 300]);
    let part = document.crop().expect("a crop");
    assert_eq!(
        [part.x_px, part.y_px, part.width_px, part.height_px],
        [20, 20, 200, 50]
    );
    let copied = document.request().commands;
    assert_eq!(copied.entries()[2], "crop 2.5% 6.6667% 25% 16.6667%");
    same_export(&document);
    // A crop of less than a pixel is dropped.
    document.resize([2, 2], None);
    assert_eq!(document.crop(), None);
    assert_eq!(
        document.request().commands.entries(),
        ["roll y 10", "zoom 2"]
    );
    document.resize(SIZE, None);
    assert_eq!(
        document.request().commands.entries()[1],
        "crop 10 20 100 50"
    );
}

#[test]
fn a_crop_outside_of_its_picture_is_refused_as_by_the_renderer() {
    let mut loaded = loaded(&pdb(1.2), &["roll y 10", "crop 10 20 400 50"]);
    [
        loaded.request.output.width_px,
        loaded.request.output.height_px,
    ] = SIZE;
    let error = Document::new(loaded, [800, 600]).expect_err("a crop of more than there is");
    assert!(error.to_string().contains("crop 10 20 400 50"), "{error}");
}
