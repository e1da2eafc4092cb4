//! How many pixels an atom would show if it were the only one.
//!
//! An atom's own shapes are its spheres, its halves of cylinders (from its end to the middle), and
//! its part of each opaque triangle: what is nearer to its corner than to the others, by
//! barycentric coordinates. Dashes belong to no atom. What they cover without anything else in the
//! scene is counted by geometry ([`super::footprint`]), and where rounding would decide by drawing
//! the shapes with the built-in rasteriser.

use std::collections::BTreeSet;
use std::sync::Arc;

use molshot_scenes::{
    CropRect, Cylinder, Mesh, MeshVertex, Plane, RenderJob, Samples, Scene, SceneParts, Sphere,
    Viewport,
};

use super::atom_shapes::{AtomShapes, DrawnAtom, Shapes};
use super::cylinder_footprint::Closing;
use super::footprint::{Footprint, widened};
use super::projector::{Clipping, Projector, Span};
use crate::backend::Backend;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::software::{Probe, SoftwareBackend};

/// The token is looked at once in so many shapes of one atom.
const LOOK_INTERVAL: usize = 64;

/// An atom with more unsure pixels, times its shapes, is drawn as a picture: that takes time for
/// every shape only once.
const MOST_CASTS: usize = 1 << 16;

/// The scene of one atom alone: its spheres, its halves of cylinders, cut in the middle, and its
/// parts of opaque triangles. Box and camera stay those of the whole, so that a job with the same
/// view draws it where it stands in the whole picture. `None` when the atom is not drawn.
///
/// This is what [`super::AtomAnnotation::unoccluded_pixels`] counts; a picture of it by the
/// built-in rasteriser shows exactly as many.
///
/// # Errors
/// None for a scene of this program; those of [`Scene::from_parts`] otherwise.
pub fn isolated_atom_scene(scene: &Scene, atom: u32) -> Result<Option<Scene>, RenderError> {
    let shapes = AtomShapes::new(scene);
    match shapes.atoms.binary_search_by_key(&atom, |drawn| drawn.atom) {
        Ok(at) => {
            let mut own = Shapes::default();
            shapes.of(scene, &shapes.atoms[at], &mut own);
            let mesh = own.mesh();
            build(scene, own.spheres, own.cylinders, mesh).map(Some)
        }
        Err(_) => Ok(None),
    }
}

fn build(
    scene: &Scene,
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
    mesh: Mesh,
) -> Result<Scene, RenderError> {
    let parts = SceneParts {
        spheres,
        cylinders,
        lighting: scene.lighting,
        depth_cue: scene.depth_cue,
        background: scene.background,
        structure: Arc::clone(&scene.structure),
    };
    let mut alone = Scene::from_parts(parts)
        .and_then(|alone| alone.with_mesh(Arc::new(mesh)))
        .map_err(|error| invalid_part(&error))?;
    alone.bounds = scene.bounds;
    Ok(alone)
}

/// The error that a part of a valid scene is invalid, which is a bug in molshot.
fn invalid_part(error: &molshot_scenes::SceneError) -> RenderError {
    RenderError::Encode {
        problem: format!("an atom cannot be drawn alone: {error}"),
        remedy: "report this with the scene".into(),
    }
}

/// Counts pixels; keeps its buffers from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Counter {
    shapes: Shapes,
    footprint: Footprint,
    drawn: Vec<Span>,
    backend: Option<SoftwareBackend>,
    /// Number of atoms of the last picture that the rasteriser decided about.
    pub(super) raster_fallback_count: usize,
}

impl Counter {
    /// Begins another picture.
    pub(super) fn begin(&mut self) {
        self.raster_fallback_count = 0;
    }

    /// Counts the pixels that an atom covers alone; passes every pixel once to `take`, in spans.
    pub(super) fn count(
        &mut self,
        job: &RenderJob,
        (projector, probe): (&Projector, &Probe),
        shapes: &AtomShapes,
        atom: &DrawnAtom,
        cancel: &CancelToken,
        mut take: impl FnMut(Span),
    ) -> Result<u64, RenderError> {
        cancel.check()?;
        let scene = job.scene();
        let crop = job.viewport().crop;
        let footprint = &mut self.footprint;
        footprint.begin(crop.height_px);
        shapes.of(scene, atom, &mut self.shapes);
        let Shapes {
            spheres,
            cylinders,
            triangles,
        } = &self.shapes;
        let shape = |sphere: &Sphere| (sphere.center_angstrom, sphere.radius_angstrom);
        for (at, sphere) in spheres.iter().enumerate() {
            // An atom may have a million bonds.
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            // Round ends of several cylinders are often the same sphere.
            if spheres[..at].iter().any(|b| shape(b) == shape(sphere)) {
                continue;
            }
            let center = projector.camera(sphere.center_angstrom);
            projector.sphere(center, f64::from(sphere.radius_angstrom), footprint);
        }
        // A sphere of the atom that may stop what comes in at a cylinder's far end.
        let stopper = spheres.first().filter(|sphere| {
            let center = projector.camera(sphere.center_angstrom);
            let radius = f64::from(sphere.radius_angstrom);
            projector.clipping(center, radius) == Clipping::Whole
        });
        for (at, cylinder) in cylinders.iter().enumerate() {
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            let ends =
                [cylinder.start_angstrom, cylinder.end_angstrom].map(|end| projector.camera(end));
            let closing = Closing {
                flat: cylinder.caps == Cylinder::FLAT,
                blocked: stopper.is_some_and(|sphere| {
                    let center = sphere.center_angstrom;
                    sphere.radius_angstrom >= cylinder.radius_angstrom
                        && [cylinder.start_angstrom, cylinder.end_angstrom].contains(&center)
                }),
            };
            let radius = f64::from(cylinder.radius_angstrom);
            projector.cylinder(ends, radius, closing, footprint);
        }
        cover_triangles(probe, triangles, footprint, cancel)?;
        // Sure pixels need not be looked at again.
        let Footprint {
            covered, unsure, ..
        } = footprint;
        unsure.retain(|pixel| !covered.holds(*pixel));
        let bodies = spheres.len() + cylinders.len();
        let few = |pixels: usize| pixels.saturating_mul(bodies) <= MOST_CASTS;
        let mut region = footprint.cut;
        if let Some([left, top, right, bottom]) = region
            && few((right - left) as usize * (bottom - top) as usize)
        {
            let pixels = (top..bottom).flat_map(|row| (left..right).map(move |x| [x, row]));
            unsure.extend(pixels.filter(|pixel| !covered.holds(*pixel)));
            region = None;
        }
        if !few(unsure.len()) {
            region = unsure.iter().fold(region, |region, [column, row]| {
                Some(widened(region, [*column, *row, column + 1, row + 1]))
            });
        }
        self.raster_fallback_count += usize::from(region.is_some() || !unsure.is_empty());
        if let Some(region) = region {
            self.drawn.clear();
            let backend = self.backend.get_or_insert_with(SoftwareBackend::new);
            let alone = build(scene, spheres.clone(), cylinders.clone(), Mesh::default())?;
            draw(backend, job, alone, region, &mut self.drawn, cancel)?;
            for span in &self.drawn {
                covered.add(*span);
            }
            let [left, top, right, bottom] = region;
            unsure.retain(|[column, row]| {
                !((left..right).contains(column) && (top..bottom).contains(row))
            });
        }
        let mut run: Option<Span> = None;
        probe.shown(spheres, cylinders, unsure, |[column, row]| {
            let (first, end) = (column, column + 1);
            match &mut run {
                Some(run) if (run.row, run.end) == (row, column) => run.end = end,
                _ => covered.extend(run.replace(Span { row, first, end })),
            }
        });
        covered.extend(run);
        let mut count = 0;
        covered.each(|span| {
            count += u64::from(span.end - span.first);
            take(span);
        });
        Ok(count)
    }
}

/// Adds the pixels that triangles cover.
fn cover_triangles(
    probe: &Probe,
    triangles: &[[MeshVertex; 3]],
    footprint: &mut Footprint,
    cancel: &CancelToken,
) -> Result<(), RenderError> {
    for (at, corners) in triangles.iter().enumerate() {
        if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
            cancel.check()?;
        }
        let corners = corners.map(|corner| corner.position_angstrom);
        probe.shown_of_triangle(corners, |[column, row]| {
            footprint.covered.add(Span {
                row,
                first: column,
                end: column + 1,
            });
        });
    }
    Ok(())
}

/// Draws a scene of one atom, and adds what it covers. `region` is a part of the job's: left, top,
/// one past the right, one past the bottom.
fn draw(
    backend: &mut SoftwareBackend,
    job: &RenderJob,
    alone: Scene,
    region: [u32; 4],
    spans: &mut Vec<Span>,
    cancel: &CancelToken,
) -> Result<(), RenderError> {
    let [left, top, right, bottom] = region;
    let viewport = job.viewport();
    let crop = CropRect {
        x_px: viewport.crop.x_px + left,
        y_px: viewport.crop.y_px + top,
        width_px: right - left,
        height_px: bottom - top,
    };
    let job = RenderJob::new(
        Arc::new(alone),
        *job.view(),
        Viewport { crop, ..*viewport },
        Samples::One,
        BTreeSet::from([Plane::AtomId]),
    )
    .map_err(|error| invalid_part(&error))?;
    let frame = backend.draw_cancellable(&job, cancel)?;
    let ids = frame.atom_id.as_deref().unwrap_or_default();
    for (row, ids) in (top..).zip(ids.chunks_exact(crop.width_px as usize)) {
        let mut first = None;
        for (column, id) in (left..).zip(ids.iter().chain(&[0])) {
            match (*id != 0, first) {
                (true, None) => first = Some(column),
                (false, Some(start)) => {
                    spans.push(Span {
                        row,
                        first: start,
                        end: column,
                    });
                    first = None;
                }
                _ => {}
            }
        }
    }
    backend.recycle(frame);
    Ok(())
}
