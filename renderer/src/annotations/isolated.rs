//! How many pixels an atom would show if it were the only one.
//!
//! An atom's own shapes are its spheres and its halves of cylinders: from its end to the middle.
//! Dashes belong to no atom. What they cover without anything else in the scene is counted by
//! geometry ([`super::footprint`]), and where rounding would decide by drawing the shapes with the
//! built-in rasteriser.

use std::collections::BTreeSet;
use std::sync::Arc;

use glam::DVec3;
use molshot_scenes::{
    CropRect, Cylinder, Plane, RenderJob, Samples, Scene, SceneParts, Sphere, Viewport,
};

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

/// The shapes of every drawn atom, and where it stands.
#[derive(Debug)]
pub(super) struct AtomShapes {
    /// Drawn atoms, ascending.
    pub(super) atoms: Vec<DrawnAtom>,
    /// Indices into spheres (first), then cylinders with the end in the lowest bit, atom by atom.
    lists: Vec<Part>,
}

/// One atom with its shapes.
#[derive(Debug, Clone, Copy)]
pub(super) struct DrawnAtom {
    pub(super) atom: u32,
    /// Its place as drawn, world axes.
    pub(super) center_angstrom: [f32; 3],
    /// Radius of its sphere; of its thickest cylinder where it has none.
    pub(super) radius_angstrom: f32,
    first: u32,
    end: u32,
}

/// One shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// A sphere.
    Sphere(u32),
    /// A cylinder's half.
    HalfCylinder(u32, End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Start,
    Stop,
    /// Both halves are the atom's.
    Both,
}

impl AtomShapes {
    pub(super) fn new(scene: &Scene) -> Self {
        let mut parts: Vec<(u32, Part)> =
            Vec::with_capacity(scene.spheres.len() + 2 * scene.cylinders.len());
        for (index, sphere) in (0..).zip(&scene.spheres) {
            parts.push((sphere.atom, Part::Sphere(index)));
        }
        for (index, cylinder) in (0..).zip(&scene.cylinders) {
            if cylinder.start_atom == cylinder.end_atom {
                parts.push((cylinder.start_atom, Part::HalfCylinder(index, End::Both)));
            } else {
                parts.push((cylinder.start_atom, Part::HalfCylinder(index, End::Start)));
                parts.push((cylinder.end_atom, Part::HalfCylinder(index, End::Stop)));
            }
        }
        parts.retain(|(atom, _)| *atom != Cylinder::NO_ATOM);
        parts.sort_unstable();
        let mut atoms: Vec<DrawnAtom> = Vec::new();
        let mut lists = Vec::with_capacity(parts.len());
        for (atom, part) in parts {
            let at = lists.len() as u32;
            lists.push(part);
            if let Some(last) = atoms.last_mut()
                && last.atom == atom
            {
                last.end = at + 1;
                continue;
            }
            let (center_angstrom, radius_angstrom) = match part {
                Part::Sphere(index) => {
                    let sphere = &scene.spheres[index as usize];
                    (sphere.center_angstrom, sphere.radius_angstrom)
                }
                Part::HalfCylinder(index, end) => {
                    let cylinder = &scene.cylinders[index as usize];
                    let center = match end {
                        End::Start | End::Both => cylinder.start_angstrom,
                        End::Stop => cylinder.end_angstrom,
                    };
                    (center, cylinder.radius_angstrom)
                }
            };
            atoms.push(DrawnAtom {
                atom,
                center_angstrom,
                radius_angstrom,
                first: at,
                end: at + 1,
            });
        }
        Self { atoms, lists }
    }

    /// An atom's shapes as they would be drawn alone, instead of what the lists held.
    fn of(
        &self,
        scene: &Scene,
        atom: &DrawnAtom,
        spheres: &mut Vec<Sphere>,
        cylinders: &mut Vec<Cylinder>,
    ) {
        spheres.clear();
        cylinders.clear();
        for part in &self.lists[atom.first as usize..atom.end as usize] {
            match part {
                Part::Sphere(index) => spheres.push(scene.spheres[*index as usize]),
                Part::HalfCylinder(index, end) => {
                    half(&scene.cylinders[*index as usize], *end, spheres, cylinders);
                }
            }
        }
    }
}

/// Puts one half of a cylinder to the others; its end, when round, as a sphere. A half without
/// length is left out.
fn half(cylinder: &Cylinder, end: End, spheres: &mut Vec<Sphere>, cylinders: &mut Vec<Cylinder>) {
    let mut middle = [0.0; 3];
    for (axis, middle) in middle.iter_mut().enumerate() {
        *middle = (cylinder.start_angstrom[axis] + cylinder.end_angstrom[axis]) * 0.5;
    }
    let (start, stop, color, atom) = match end {
        End::Start => (
            cylinder.start_angstrom,
            middle,
            cylinder.start_color,
            cylinder.start_atom,
        ),
        End::Stop => (
            cylinder.end_angstrom,
            middle,
            cylinder.end_color,
            cylinder.end_atom,
        ),
        End::Both => (
            cylinder.start_angstrom,
            cylinder.end_angstrom,
            cylinder.start_color,
            cylinder.start_atom,
        ),
    };
    if cylinder.caps == Cylinder::ROUND {
        let mut sphere = |center_angstrom| {
            spheres.push(Sphere {
                center_angstrom,
                radius_angstrom: cylinder.radius_angstrom,
                color,
                atom,
            });
        };
        sphere(start);
        if end == End::Both {
            sphere(stop);
        }
    }
    let [a, b] = [start, stop].map(|p| DVec3::from_array(p.map(f64::from)));
    if a.distance_squared(b) == 0.0 {
        return;
    }
    cylinders.push(Cylinder {
        start_angstrom: start,
        radius_angstrom: cylinder.radius_angstrom,
        end_angstrom: stop,
        caps: if cylinder.caps == Cylinder::FLAT {
            Cylinder::FLAT
        } else {
            Cylinder::OPEN
        },
        start_color: color,
        end_color: color,
        start_atom: atom,
        end_atom: atom,
    });
}

/// The scene of one atom alone: its spheres, and its halves of cylinders, cut in the middle. Box
/// and camera stay those of the whole, so that a job with the same view draws it where it stands in
/// the whole picture. `None` when the atom is not drawn.
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
            let (mut spheres, mut cylinders) = (Vec::new(), Vec::new());
            shapes.of(scene, &shapes.atoms[at], &mut spheres, &mut cylinders);
            build(scene, spheres, cylinders).map(Some)
        }
        Err(_) => Ok(None),
    }
}

fn build(
    scene: &Scene,
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
) -> Result<Scene, RenderError> {
    let parts = SceneParts {
        spheres,
        cylinders,
        lighting: scene.lighting,
        depth_cue: scene.depth_cue,
        background: scene.background,
        structure: Arc::clone(&scene.structure),
    };
    let mut alone = Scene::from_parts(parts).map_err(|error| invalid_part(&error))?;
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
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
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
        shapes.of(scene, atom, &mut self.spheres, &mut self.cylinders);
        let shape = |sphere: &Sphere| (sphere.center_angstrom, sphere.radius_angstrom);
        for (at, sphere) in self.spheres.iter().enumerate() {
            // An atom may have a million bonds.
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            // Round ends of several cylinders are often the same sphere.
            if self.spheres[..at].iter().any(|b| shape(b) == shape(sphere)) {
                continue;
            }
            let center = projector.camera(sphere.center_angstrom);
            projector.sphere(center, f64::from(sphere.radius_angstrom), footprint);
        }
        // A sphere of the atom that may stop what comes in at a cylinder's far end.
        let stopper = self.spheres.first().filter(|sphere| {
            let center = projector.camera(sphere.center_angstrom);
            let radius = f64::from(sphere.radius_angstrom);
            projector.clipping(center, radius) == Clipping::Whole
        });
        for (at, cylinder) in self.cylinders.iter().enumerate() {
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
        // Sure pixels need not be looked at again.
        let Footprint {
            covered, unsure, ..
        } = footprint;
        unsure.retain(|pixel| !covered.holds(*pixel));
        let bodies = self.spheres.len() + self.cylinders.len();
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
            let alone = build(scene, self.spheres.clone(), self.cylinders.clone())?;
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
        probe.shown(&self.spheres, &self.cylinders, unsure, |[column, row]| {
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
