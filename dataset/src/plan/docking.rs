//! T7 docking: the ligand is shown displaced and rotated; which two commands bring it back?
//!
//! The ligand is moved towards the left or right edge of the front picture: by the largest whole
//! number of angstrom that keeps all of its drawn atoms in the field of view, with a margin of half
//! an angstrom, less 0, 1 or 2 angstrom. All items of a complex use the side on which the ligand
//! hides fewer atoms of the pocket. Then the ligand is rotated about its centre (the mean of its
//! drawn atoms) by the inverse of the answer.

use std::collections::BTreeMap;

use glam::DVec3;
use molshot_molecule::Element;
use molshot_scenes::commands::Axis;

use super::motions::{ROTATION_STEP_DEGREES, rotations};
use super::preview_cache::{MIN_PIXEL_DISTANCE, PreviewCache, are_alike, tan_half_fov_x};
use super::question_builder::{Attempt, QuestionBuilder, THREE_VIEWS};
use super::thumbnail::Thumbnail;
use crate::complexes::{ligand_atoms, pocket_atoms, position_angstrom};
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSpec};
use crate::step::{Step, join_steps};
use crate::task::Task;

/// Margin at the edge of the picture for the radius of the drawn atoms, in angstrom.
const MARGIN_ANGSTROM: f64 = 0.5;
/// Shortest displacement of a ligand, in angstrom.
const MIN_MOVE_ANGSTROM: i32 = 1;
/// Atoms of one element that are closer than this count as being in the same place, in angstrom.
const SAME_PLACE_ANGSTROM: f64 = 0.6;
/// A pocket atom closer than this to a ligand atom on the screen counts as hidden, in angstrom.
const HIDDEN_ANGSTROM: f64 = 1.2;

/// Share of changed pixels below which a moved ligand does not show.
const MIN_LIGAND_PIXEL_DISTANCE: f32 = 0.01;

/// Geometry of a complex in world axes, which are the screen axes of the front view.
struct LigandGeometry {
    center: DVec3,
    /// Element and position of the drawn atoms of the ligand.
    atoms: Vec<(Element, DVec3)>,
    /// Positions of the drawn atoms of the pocket.
    pocket: Vec<DVec3>,
    /// Position of the front camera.
    camera: DVec3,
    /// Tangents of half of the field of view, along x and y.
    tangents: [f64; 2],
}

impl LigandGeometry {
    fn new(preview: &PreviewCache) -> Self {
        let structure = preview.structure();
        let atoms = structure.atoms();
        let at = |atom: u32| position_angstrom(structure, atom);
        let drawn = ligand_atoms(structure);
        let sum: DVec3 = drawn.iter().map(|atom| at(*atom)).sum();
        let camera = preview.front_camera();
        let viewport = camera.viewport();
        let tangent = tan_half_fov_x(camera);
        Self {
            center: sum / drawn.len().max(1) as f64,
            atoms: drawn
                .into_iter()
                .map(|atom| (atoms.element[atom as usize], at(atom)))
                .collect(),
            pocket: pocket_atoms(structure).into_iter().map(at).collect(),
            camera: camera.pose().position_angstrom,
            tangents: [
                tangent,
                tangent * f64::from(viewport.height_px) / f64::from(viewport.width_px),
            ],
        }
    }

    /// Returns how far the rotated ligand can move right (`side` +1) or left (-1), in angstrom.
    ///
    /// `None` if it extends beyond the top or bottom of the picture.
    fn max_distance(&self, rotation: Step, side: f64) -> Option<i32> {
        let mut distance = f64::INFINITY;
        for (_, atom) in &self.atoms {
            let seen = rotation.apply(self.center, *atom) - self.camera;
            let depth = -seen.z;
            if seen.y.abs() > depth * self.tangents[1] - MARGIN_ANGSTROM {
                return None;
            }
            distance = distance.min(depth * self.tangents[0] - MARGIN_ANGSTROM - side * seen.x);
        }
        Some(distance.floor() as i32)
    }

    /// Counts the pocket atoms that overlap on the screen with the ligand moved along x.
    fn overlap(&self, moved_angstrom: f64) -> usize {
        let on_screen = |point: DVec3| {
            let seen = point - self.camera;
            // Scaled to the depth of the ligand's centre.
            seen.truncate() * ((self.center - self.camera).z / seen.z)
        };
        let ligand: Vec<glam::DVec2> = self
            .atoms
            .iter()
            .map(|(_, atom)| on_screen(*atom + DVec3::X * moved_angstrom))
            .collect();
        self.pocket
            .iter()
            .filter(|atom| {
                let pocket = on_screen(**atom);
                ligand
                    .iter()
                    .any(|atom| atom.distance(pocket) < HIDDEN_ANGSTROM)
            })
            .count()
    }

    /// Returns the side with less overlap: +1 for right, -1 for left.
    fn side(&self) -> f64 {
        let unrotated = Step::rotation(Axis::X, 0);
        let hidden = |side: f64| {
            self.max_distance(unrotated, side)
                .map_or(usize::MAX, |distance| {
                    self.overlap(side * f64::from(distance - 1))
                })
        };
        if hidden(-1.0) < hidden(1.0) {
            -1.0
        } else {
            1.0
        }
    }

    /// Returns whether another rotation than the answer's brings the ligand back equally well.
    ///
    /// That is so if it puts each atom where one of the same element was.
    fn is_ambiguous(&self, rotation: Step) -> bool {
        let displaced: Vec<(Element, DVec3)> = self
            .atoms
            .iter()
            .map(|(element, atom)| (*element, rotation.inverse().apply(self.center, *atom)))
            .collect();
        rotations()
            .into_iter()
            .filter(|other| *other != rotation)
            .any(|other| {
                displaced.iter().all(|(element, atom)| {
                    let back = other.apply(self.center, *atom);
                    self.atoms.iter().any(|(same, original)| {
                        same == element && original.distance(back) < SAME_PLACE_ANGSTROM
                    })
                })
            })
    }
}

impl QuestionBuilder<'_> {
    /// Adds all items of T7.
    pub(super) fn add_docking(&mut self) -> Result<(), DatasetError> {
        let task = Task::T7;
        let ligand = LigandGeometry::new(&self.preview);
        let side = ligand.side();
        let mut candidates = rotations();
        self.random_stream(task, "turns").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items_per_complex(self.split).unwrap_or(0) as usize;
        for index in 0..all {
            let mut random = self.random_stream(task, &index.to_string());
            let made = self.next_accepted(task, &mut candidates, |builder, rotation| {
                let reduction = random.below(3) as i32;
                builder.displace(&ligand, side, rotation, reduction)
            })?;
            let Some((rotation, moved)) = made else {
                continue;
            };
            let ligand_moved = displacement(rotation, moved);
            let mut images = self.add_views(&PictureKind::Pocket, &THREE_VIEWS);
            let id = self.id();
            let shown = THREE_VIEWS
                .map(|view| (PictureKind::Ligand, view))
                .into_iter()
                .chain([(PictureKind::Complex, "front")]);
            for (kind, view) in shown {
                let picture = PictureSpec::new(&id, kind, view, &[])
                    .with_chains(self.preview.has_chains())
                    .with_ligand_moved(&ligand_moved);
                images.push(self.add_picture(picture));
            }
            let answer = join_steps(&[rotation, moved.inverse()]);
            self.add_item(task, index, answer, Vec::new(), images, BTreeMap::new());
        }
        Ok(())
    }

    /// Displaces the ligand so that `rotation` is part of the answer, if that can be recognised.
    ///
    /// Returns the rotation and the translation out of the pocket.
    fn displace(
        &mut self,
        ligand: &LigandGeometry,
        side: f64,
        rotation: Step,
        reduction: i32,
    ) -> Attempt<(Step, Step)> {
        let Some(max) = ligand.max_distance(rotation.inverse(), side) else {
            return Ok(Err("ligand_out_of_frame"));
        };
        // The reduction never makes the distance shorter than the minimum.
        let distance = max - reduction.min(max - MIN_MOVE_ANGSTROM);
        if max < MIN_MOVE_ANGSTROM {
            return Ok(Err("no_room_beside_the_pocket"));
        }
        if ligand.is_ambiguous(rotation) {
            return Ok(Err("symmetric_ligand"));
        }
        let moved = Step::translation(Axis::X, if side < 0.0 { -distance } else { distance });
        let id = self.id();
        let mut thumbnail = |rotation: Step| {
            let picture = PictureSpec::new(&id, PictureKind::Ligand, "front", &[])
                .with_ligand_moved(&displacement(rotation, moved));
            self.preview.thumbnail(self.thumbnailer, &picture)
        };
        let shown = thumbnail(rotation)?;
        for amount in [
            rotation.amount - ROTATION_STEP_DEGREES,
            rotation.amount + ROTATION_STEP_DEGREES,
        ] {
            let near = thumbnail(rotation.with_amount(amount))?;
            let alike = match (&shown, &near) {
                (Some(shown), Some(near)) => shown.distance(near).pixels < MIN_PIXEL_DISTANCE,
                _ => true,
            };
            if alike {
                return Ok(Err("neighbouring_answer_looks_alike"));
            }
        }
        let before = self.preview.after(self.thumbnailer, &[])?;
        let both = PictureSpec::new(&id, PictureKind::Complex, "front", &[])
            .with_ligand_moved(&displacement(rotation, moved));
        let after = self.preview.thumbnail(self.thumbnailer, &both)?;
        Ok(match (before, after) {
            (Some(before), Some(after)) if !is_unchanged(&before, &after) => Ok((rotation, moved)),
            _ => Err("after_looks_like_before"),
        })
    }
}

/// Returns whether moving the ligand changed (almost) nothing.
///
/// The usual limit is too strict here, because a small ligand changes little of a large picture.
fn is_unchanged(a: &Thumbnail, b: &Thumbnail) -> bool {
    are_alike(a, b) && a.distance(b).pixels < MIN_LIGAND_PIXEL_DISTANCE
}

/// Returns the commands that displace the ligand: out of the pocket, then rotated.
fn displacement(rotation: Step, moved: Step) -> Vec<String> {
    vec![moved.to_string(), rotation.inverse().to_string()]
}
