//! Exact annotations of a picture: where each atom is, how much of it is visible, and class masks.
//!
//! Data flow: a job and its frame's atom-id plane -> `visible` (what is seen) and `isolated` (what
//! each atom would cover alone) -> [`Annotations`], with [`run_length`] masks on request; and
//! [`classes`] for masks as pictures. `isolated` asks `shape_footprint` and `cylinder_footprint`:
//! they project shapes (`projector`) to outlines (`silhouette`), take the rows of these eight at a
//! time (`silhouette_rows`), and leave pixels open whose centres lie too close to an outline; those
//! `isolated` asks of the rasteriser, ray by ray.
//!
//! **What is exact.** Positions and depths are those of the camera, in double precision.
//! `visible_pixels` are counts of the frame's ids. `unoccluded_pixels` are what the built-in
//! rasteriser would show of the atom alone: with its frames, `visible_fraction` is exact to the
//! pixel. A GPU rounds differently, so with its frames pixels at outlines, whose centres lie within
//! rounding of the outline, may count on one side only.

#![allow(
    clippy::inline_always,
    reason = "a SIMD operation that is not inlined into code compiled for its instructions is a call"
)]

mod atom_shapes;
mod camera_cylinder;
pub mod classes;
mod cylinder_footprint;
mod document;
mod footprint;
mod isolated;
mod pixel_set;
mod projector;
pub mod run_length;
mod shape_footprint;
mod silhouette;
mod silhouette_rows;
mod span_union;
mod visible;

use std::sync::Arc;

use fearless_simd::Level;
use glam::{DMat3, DVec3};
use molshot_molecule::Structure;
use molshot_scenes::labels::LabelSubject;
use molshot_scenes::{Plane, Projection, RenderJob, Scene};
use smol_str::{SmolStr, ToSmolStr};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;
use crate::labels::{LabelBox, LabelDrawer};
use crate::software::Probe;
use atom_shapes::AtomShapes;
use isolated::Counter;
use pixel_set::PixelSet;
use projector::Projector;
use visible::{Covered, VisiblePixels};

pub use classes::{ClassMask, ClassTable, Legend, class_mask, class_mask_cancellable, role_of};
pub use document::{
    Annotations, AtomAnnotation, CameraAnnotation, LabelAnnotation, PictureAnnotation,
    ResidueAnnotation, ResidueName, Role, SCHEMA_VERSION, schema,
};
pub use isolated::isolated_atom_scene;
pub use run_length::{MaskKind, RunLengthMask};

/// Rounds lengths and pixels to a ten-thousandth, which halves the size of the document.
fn round(value: f64) -> f64 {
    // Adding zero turns -0 into 0.
    (value * 1e4).round() / 1e4 + 0.0
}

/// Annotates pictures. It keeps its buffers from picture to picture: use one per thread.
#[derive(Debug, Default)]
pub struct Annotator {
    counter: Counter,
    labels: LabelDrawer,
    /// The last scene, and what is drawn of its atoms.
    shapes: Option<(Arc<Scene>, AtomShapes)>,
    /// What the atoms of one residue cover.
    residue_pixels: PixelSet,
}

impl Annotator {
    /// Annotates a picture. `frame` is drawn from `job`, with the atom-id plane; `masks` are the
    /// run-length masks to add.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the frame has no atom-id plane or is another job's;
    /// [`RenderError::OutOfHostMemory`].
    pub fn annotate(
        &mut self,
        job: &RenderJob,
        frame: &Frame,
        masks: &[MaskKind],
    ) -> Result<Annotations, RenderError> {
        self.annotate_cancellable(job, frame, masks, &CancelToken::new())
    }

    /// Annotates as [`Self::annotate`], and looks at `cancel` before each atom, label and mask.
    ///
    /// # Errors
    /// As [`Self::annotate`], and [`RenderError::Cancelled`].
    pub fn annotate_cancellable(
        &mut self,
        job: &RenderJob,
        frame: &Frame,
        masks: &[MaskKind],
        cancel: &CancelToken,
    ) -> Result<Annotations, RenderError> {
        cancel.check()?;
        let ids = ids_of(job, frame)?;
        let scene = job.scene();
        let structure = &scene.structure;
        let (_, shapes) = match self.shapes.take() {
            Some(last) if Arc::ptr_eq(&last.0, scene) => self.shapes.insert(last),
            _ => (self.shapes).insert((Arc::clone(scene), AtomShapes::new(scene))),
        };
        cancel.check()?;
        let caster = (&Projector::new(job), &Probe::new(job));
        let crop = job.viewport().crop;
        let origin_px = [crop.x_px, crop.y_px];
        let width = crop.width_px as usize;

        let seen =
            VisiblePixels::new(Level::new(), structure, ids, width).ok_or_else(another_job)?;
        cancel.check()?;
        self.counter.begin();
        self.residue_pixels.begin(width, crop.height_px as usize);
        let mut atoms = Vec::with_capacity(shapes.atoms.len());
        let mut residues: Vec<ResidueAnnotation> = Vec::new();
        let mut sum = (DVec3::ZERO, 0_u32);
        for (at, drawn) in shapes.atoms.iter().enumerate() {
            let residue = structure.atoms().residue[drawn.atom as usize];
            let pixels = &mut self.residue_pixels;
            let alone = (self.counter).count(job, caster, shapes, drawn, cancel, |span| {
                pixels.add(span);
            })?;
            let center = DVec3::from_array(drawn.center_angstrom.map(f64::from));
            sum = (sum.0 + center, sum.1 + 1);
            let place = Place::new(job, center);
            let visible = seen.atoms[drawn.atom as usize];
            atoms.push(atom_annotation(
                job,
                drawn.atom,
                f64::from(drawn.radius_angstrom),
                &place,
                (visible, alone),
            ));
            // Atoms of a residue follow each other.
            let next = shapes.atoms.get(at + 1);
            if next.is_none_or(|next| structure.atoms().residue[next.atom as usize] != residue) {
                let centroid = Place::new(job, sum.0 / f64::from(sum.1));
                let visible = seen.residues[residue as usize];
                let covered = self.residue_pixels.take();
                residues.push(residue_annotation(
                    structure, residue, sum.1, &centroid, &visible, &covered, origin_px,
                ));
                sum = (DVec3::ZERO, 0);
            }
        }
        Ok(Annotations {
            schema_version: SCHEMA_VERSION,
            picture: PictureAnnotation {
                width_px: job.viewport().width_px,
                height_px: job.viewport().height_px,
                crop_px: [crop.x_px, crop.y_px, crop.width_px, crop.height_px],
                adapter: frame.adapter.clone(),
            },
            camera: camera_annotation(job),
            atoms,
            residues,
            labels: if let Some(drawn) = &frame.label_boxes {
                drawn.iter().map(label_annotation).collect()
            } else {
                let boxes = self.labels.boxes(job, cancel)?;
                boxes.iter().map(label_annotation).collect()
            },
            masks: (!masks.is_empty())
                .then(|| run_length_masks(scene, ids, width, masks, cancel))
                .transpose()?,
        })
    }

    /// Number of atoms of the last picture about which the rasteriser was asked, because rounding
    /// decides about some of their pixels.
    #[must_use]
    pub fn raster_fallback_count(&self) -> usize {
        self.counter.raster_fallback_count
    }
}

/// Annotates one picture; see [`Annotator::annotate`].
///
/// # Errors
/// As [`Annotator::annotate`].
pub fn annotate(
    job: &RenderJob,
    frame: &Frame,
    masks: &[MaskKind],
) -> Result<Annotations, RenderError> {
    Annotator::default().annotate(job, frame, masks)
}

/// The frame's atom-id plane, which is as large as the job's.
fn ids_of<'a>(job: &RenderJob, frame: &'a Frame) -> Result<&'a [u32], RenderError> {
    let Some(ids) = &frame.atom_id else {
        return Err(RenderError::Encode {
            problem: "annotations and masks are made from the plane atom-id, which was not drawn"
                .into(),
            remedy: "ask for it in the job's planes".into(),
        });
    };
    let crop = job.viewport().crop;
    let fits = (frame.width_px, frame.height_px) == (crop.width_px, crop.height_px)
        && ids.len() == frame.pixel_count();
    if fits { Ok(ids) } else { Err(another_job()) }
}

fn another_job() -> RenderError {
    RenderError::Encode {
        problem: "the frame was drawn from another job".into(),
        remedy: "annotate a frame with the job that it was drawn from".into(),
    }
}

/// Where a point is in the camera's axes and in the picture.
struct Place {
    camera: DVec3,
    depth: f64,
    /// Uncropped picture; `None` where it is not in front of a perspective camera.
    pixel: Option<[f64; 2]>,
    /// Pixels per angstrom there.
    scale: f64,
}

impl Place {
    fn new(job: &RenderJob, world: DVec3) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let camera = view.pose.camera_from_world(world);
        let depth = -camera.z;
        let perspective = matches!(view.projection, Projection::Perspective { .. });
        let scale = view.pixel_scale(viewport) / if perspective { depth } else { 1.0 };
        let seen = view.project(viewport, world);
        Self {
            camera,
            depth,
            pixel: (depth > 0.0 || !perspective).then_some([seen.x, seen.y]),
            scale,
        }
    }
}

fn fraction(visible: u64, alone: u64) -> f64 {
    if alone == 0 {
        0.0
    } else {
        // Rounding at the plane between the halves of a cylinder may show one pixel more than the
        // isolated half has.
        (visible as f64 / alone as f64).min(1.0)
    }
}

fn insertion_code(code: u8) -> SmolStr {
    if code == b' ' {
        SmolStr::default()
    } else {
        char::from(code).to_smolstr()
    }
}

fn atom_annotation(
    job: &RenderJob,
    atom: u32,
    radius_angstrom: f64,
    place: &Place,
    (visible_pixels, unoccluded_pixels): (u64, u64),
) -> AtomAnnotation {
    let structure = &job.scene().structure;
    let atoms = structure.atoms();
    let index = atom as usize;
    let residue = structure.residue_of(atom);
    let crop = job.viewport().crop;
    let origin = [f64::from(crop.x_px), f64::from(crop.y_px)];
    let size = [f64::from(crop.width_px), f64::from(crop.height_px)];
    let in_crop = place.pixel.map(|[x, y]| [x - origin[0], y - origin[1]]);
    let in_frame = place.depth >= job.view().near_angstrom
        && in_crop.is_some_and(|at| (0..2).all(|axis| (0.0..size[axis]).contains(&at[axis])));
    AtomAnnotation {
        index: atom,
        name: atoms.name[index].clone(),
        element: SmolStr::new_static(atoms.element[index].symbol()),
        residue: ResidueName {
            index: atoms.residue[index],
            name: residue.name.clone(),
            number: residue.number,
            insertion_code: insertion_code(residue.insertion_code),
        },
        chain: structure.chains()[residue.chain as usize].id.clone(),
        role: classes::role_of(structure, residue),
        x_px: place.pixel.map(|at| round(at[0])),
        y_px: place.pixel.map(|at| round(at[1])),
        crop_x_px: in_crop.map(|at| round(at[0])),
        crop_y_px: in_crop.map(|at| round(at[1])),
        depth_angstrom: round(place.depth),
        camera_angstrom: place.camera.to_array().map(round),
        radius_px: place.pixel.map(|_| round(radius_angstrom * place.scale)),
        in_frame,
        visible_pixels,
        unoccluded_pixels,
        visible_fraction: round(fraction(visible_pixels, unoccluded_pixels)),
    }
}

fn residue_annotation(
    structure: &Structure,
    index: u32,
    drawn_atoms: u32,
    centroid: &Place,
    visible: &Covered,
    alone: &Covered,
    origin_px: [u32; 2],
) -> ResidueAnnotation {
    let residue = &structure.residues()[index as usize];
    ResidueAnnotation {
        index,
        name: residue.name.clone(),
        number: residue.number,
        insertion_code: insertion_code(residue.insertion_code),
        chain: structure.chains()[residue.chain as usize].id.clone(),
        role: classes::role_of(structure, residue),
        drawn_atoms,
        box_px: visible.bounds(origin_px),
        amodal_box_px: alone.bounds(origin_px),
        centroid_px: centroid.pixel.map(|at| at.map(round)),
        centroid_angstrom: centroid.camera.to_array().map(round),
        visible_pixels: visible.pixels,
        unoccluded_pixels: alone.pixels,
        visible_fraction: round(fraction(visible.pixels, alone.pixels)),
    }
}

fn label_annotation(label: &LabelBox) -> LabelAnnotation {
    let (atom, residue, distance_of) = match label.subject {
        LabelSubject::Atom(atom) => (Some(atom), None, None),
        LabelSubject::Residue(residue) => (None, Some(residue), None),
        LabelSubject::Distance(atoms) => (None, None, Some(atoms)),
        _ => (None, None, None),
    };
    let [left, top, right, bottom] = label.line_box_px;
    LabelAnnotation {
        text: label.text.clone(),
        atom,
        residue,
        distance_of,
        box_px: [left, top, right - left, bottom - top].map(round),
        ink_box_px: label.ink_box_px.map(|ink| {
            let [left, top, right, bottom] =
                [ink.left_px, ink.top_px, ink.right_px, ink.bottom_px].map(i64::from);
            [left, top, right - left, bottom - top]
        }),
        depth_angstrom: round(label.depth_angstrom),
        in_frame: label.in_frame,
        covered_fraction: round(label.covered_fraction),
    }
}

fn camera_annotation(job: &RenderJob) -> CameraAnnotation {
    let view = job.view();
    let axes = DMat3::from_quat(view.pose.world_from_camera);
    CameraAnnotation {
        projection: match view.projection {
            Projection::Perspective { .. } => "perspective",
            Projection::Orthographic { .. } => "orthographic",
        }
        .into(),
        position_angstrom: view.pose.position_angstrom.to_array(),
        rotation: axes.transpose().to_cols_array_2d(),
        pixel_scale: view.pixel_scale(job.viewport()),
        near_angstrom: view.near_angstrom,
        far_angstrom: view.far_angstrom,
    }
}

fn run_length_masks(
    scene: &Scene,
    ids: &[u32],
    width: usize,
    kinds: &[MaskKind],
    cancel: &CancelToken,
) -> Result<Vec<RunLengthMask>, RenderError> {
    let structure = &scene.structure;
    let atoms = structure.atoms();
    let size = [
        ids.len().checked_div(width).unwrap_or(0) as u32,
        width as u32,
    ];
    let mut masks = Vec::new();
    let mut add = |kind: MaskKind, plane: &[u32], name: &dyn Fn(u32) -> (u32, String)| {
        for (value, counts, area, bbox) in run_length::masks_of(plane, width, cancel)? {
            let (id, name) = name(value);
            masks.push(RunLengthMask {
                kind,
                id,
                name,
                size,
                counts,
                area,
                bbox,
            });
        }
        Ok::<(), RenderError>(())
    };
    for kind in kinds {
        let class = |plane: Plane| classes::Classes::new(structure, plane);
        let classes = match kind {
            MaskKind::Atom => {
                let name = |id: u32| (id - 1, atoms.name[id as usize - 1].to_string());
                add(*kind, ids, &name)?;
                continue;
            }
            MaskKind::Residue => {
                let plane: Vec<u32> = ids
                    .iter()
                    .map(|id| {
                        id.checked_sub(1)
                            .map_or(0, |a| atoms.residue[a as usize] + 1)
                    })
                    .collect();
                let name = |id: u32| {
                    let residue = &structure.residues()[id as usize - 1];
                    let code = insertion_code(residue.insertion_code);
                    (id - 1, format!("{} {}{code}", residue.name, residue.number))
                };
                add(*kind, &plane, &name)?;
                continue;
            }
            MaskKind::Element => class(Plane::MaskElement)?,
            MaskKind::ResidueName => class(Plane::MaskResidue)?,
            MaskKind::Chain => class(Plane::MaskChain)?,
            MaskKind::Role => class(Plane::MaskRole)?,
        };
        let of_atom = |id: &u32| {
            id.checked_sub(1)
                .map_or(0, |atom| u32::from(classes.of_atom[atom as usize]))
        };
        let plane: Vec<u32> = ids.iter().map(of_atom).collect();
        let name = |id: u32| {
            let entry = classes
                .entries
                .iter()
                .find(|(index, ..)| u32::from(*index) == id);
            (
                id,
                entry.map_or_else(String::new, |(_, name, _)| name.clone()),
            )
        };
        add(*kind, &plane, &name)?;
    }
    Ok(masks)
}
