//! T7 docking: the ligand is shown displaced and rotated; which two commands bring it back?
//!
//! The ligand is moved towards the left or right edge of the front picture: by the largest whole
//! number of angstrom that keeps all of its drawn atoms in all pictures, with a margin of half an
//! angstrom, less 0, 1 or 2 angstrom. All items of a complex use the side on which the ligand is
//! out of the pocket sooner, and of equal ones, that on which it hides fewer atoms. Then the ligand
//! is rotated about its centre (the mean of its drawn atoms) by the inverse of the answer.
//!
//! The displaced ligand clears the pocket: its centre has moved by 8 angstrom or more, and none of
//! its heavy atoms is nearer than 4 angstrom to one of the pocket. Where the pictures have no room
//! for that, the cameras of all pictures of T7 step back.

use std::collections::BTreeMap;

use glam::DVec3;
use molshot_molecule::Element;
use molshot_scenes::commands::Axis;

use super::framing::{ViewFrame, retreat_angstrom, step_back};
use super::motions::{ROTATION_STEP_DEGREES, rotations};
use super::preview_cache::{MIN_PIXEL_DISTANCE, PreviewCache, are_alike, command_texts};
use super::question_builder::{Attempt, QuestionBuilder, THREE_VIEWS};
use super::thumbnail::Thumbnail;
use crate::complexes::{ligand_atoms, pocket_atoms, position_angstrom};
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSize, PictureSpec};
use crate::step::{Step, join_steps};
use crate::task::Task;

/// Shortest displacement of a ligand, in angstrom.
pub const MIN_MOVE_ANGSTROM: i32 = 8;
/// Shortest distance between the heavy atoms of the displaced ligand and of the pocket, in
/// angstrom.
pub const CLEARANCE_ANGSTROM: f64 = 4.0;
/// Bound of displacements, far beyond any pocket, in angstrom.
const MAX_MOVE_ANGSTROM: f64 = 1e4;
/// Largest random reduction of the displacement, in angstrom.
const MAX_REDUCTION_ANGSTROM: i32 = 2;
/// Number of the 36 rotations after which the ligand must fit; the items use at most six.
const MIN_FITTING_ROTATIONS: usize = 24;
/// Farthest that cameras step back, in angstrom.
const MAX_RETREAT_ANGSTROM: i32 = 60;
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
    /// The cameras of the views that the pictures show.
    frames: Vec<ViewFrame>,
    /// Position of the front camera.
    camera: DVec3,
}

/// Where the ligand is taken, the same for all items of a complex.
#[derive(Debug, Clone, Copy)]
struct Exit {
    /// +1 for right, -1 for left.
    side: f64,
    /// How far the cameras step back.
    retreat_angstrom: i32,
}

impl LigandGeometry {
    fn new(preview: &PreviewCache, size: PictureSize) -> Result<Self, DatasetError> {
        let structure = preview.structure();
        let atoms = structure.atoms();
        let at = |atom: u32| position_angstrom(structure, atom);
        let drawn = ligand_atoms(structure);
        let sum: DVec3 = drawn.iter().map(|atom| at(*atom)).sum();
        let camera = preview.front_camera_of(size)?;
        Ok(Self {
            center: sum / drawn.len().max(1) as f64,
            atoms: drawn
                .into_iter()
                .map(|atom| (atoms.element[atom as usize], at(atom)))
                .collect(),
            pocket: pocket_atoms(structure).into_iter().map(at).collect(),
            frames: ViewFrame::of_views(&camera, structure, &THREE_VIEWS),
            camera: camera.pose().position_angstrom,
        })
    }

    /// Returns the range of distances at which all atoms of the rotated ligand are in all pictures,
    /// in whole angstrom.
    fn range_in_frame(&self, rotation: Step, exit: Exit) -> [i32; 2] {
        let back = f64::from(exit.retreat_angstrom);
        let mut range = [0.0, MAX_MOVE_ANGSTROM];
        for (_, atom) in &self.atoms {
            let atom = rotation.apply(self.center, *atom);
            for frame in &self.frames {
                let [start, end] = frame.range(atom, DVec3::X * exit.side, back);
                range = [start.max(range[0]), end.min(range[1])];
            }
        }
        // Empty ranges may end at minus infinity.
        let within = |end: f64| end.clamp(-MAX_MOVE_ANGSTROM, MAX_MOVE_ANGSTROM);
        [
            within(range[0]).ceil() as i32,
            within(range[1]).floor() as i32,
        ]
    }

    /// Returns the shortest distance from which on the rotated ligand clears the pocket, in whole
    /// angstrom.
    fn clearing_distance(&self, rotation: Step, side: f64) -> i32 {
        let mut distance = f64::from(MIN_MOVE_ANGSTROM);
        for (_, atom) in &self.atoms {
            let atom = rotation.apply(self.center, *atom);
            for pocket in &self.pocket {
                let offset = atom - *pocket;
                let beside = CLEARANCE_ANGSTROM.powi(2) - offset.y.powi(2) - offset.z.powi(2);
                if beside > 0.0 {
                    distance = distance.max(beside.sqrt() - side * offset.x);
                }
            }
        }
        distance.ceil() as i32
    }

    /// Returns how far the cameras must step back so that on one side the ligand clears the pocket
    /// and stays in all pictures, after most of the rotations.
    fn exit(&self, side: f64) -> Exit {
        let mut exit = Exit {
            side,
            retreat_angstrom: retreat_angstrom(&self.frames, &self.pocket),
        };
        let clearing: Vec<(Step, i32)> = rotations()
            .into_iter()
            .map(|rotation| (rotation, self.clearing_distance(rotation, side)))
            .collect();
        let has_room = |exit: Exit| {
            let fitting = clearing.iter().filter(|(rotation, clearing)| {
                let [start, end] = self.range_in_frame(*rotation, exit);
                end - MAX_REDUCTION_ANGSTROM >= start.max(*clearing)
            });
            fitting.count() >= MIN_FITTING_ROTATIONS
        };
        while exit.retreat_angstrom < MAX_RETREAT_ANGSTROM && !has_room(exit) {
            exit.retreat_angstrom += 1;
        }
        exit
    }

    /// Counts the pocket atoms that overlap on the screen with the ligand moved along x.
    fn overlap(&self, exit: Exit, moved_angstrom: f64) -> usize {
        let camera = self.camera + DVec3::Z * f64::from(exit.retreat_angstrom);
        let on_screen = |point: DVec3| {
            let seen = point - camera;
            // Scaled to the depth of the ligand's centre.
            seen.truncate() * ((self.center - camera).z / seen.z)
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

    /// Returns the exit with the nearer cameras; of equal ones, that with less overlap.
    fn best_exit(&self) -> Exit {
        let unrotated = Step::rotation(Axis::X, 0);
        let cost = |exit: &Exit| {
            let [_, end] = self.range_in_frame(unrotated, *exit);
            let hidden = self.overlap(*exit, exit.side * f64::from(end - 1));
            (exit.retreat_angstrom, hidden)
        };
        let [right, left] = [self.exit(1.0), self.exit(-1.0)];
        if cost(&left) < cost(&right) {
            left
        } else {
            right
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
        let ligand = LigandGeometry::new(&self.preview, self.size)?;
        let exit = ligand.best_exit();
        let back = command_texts(&step_back(exit.retreat_angstrom));
        let mut candidates = rotations();
        self.random_stream(task, "turns").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items_per_complex(self.split).unwrap_or(0) as usize;
        for index in 0..all {
            let mut random = self.random_stream(task, &index.to_string());
            let made = self.next_accepted(task, &mut candidates, |builder, rotation| {
                let reduction = random.below(MAX_REDUCTION_ANGSTROM as usize + 1) as i32;
                builder.displace(&ligand, exit, rotation, reduction)
            })?;
            let Some((rotation, moved)) = made else {
                continue;
            };
            let ligand_moved = displacement(rotation, moved);
            let mut images = self.add_views(&PictureKind::Pocket, &THREE_VIEWS, &back);
            let id = self.id();
            let shown = THREE_VIEWS
                .map(|view| (PictureKind::Ligand, view))
                .into_iter()
                .chain([(PictureKind::Complex, "front")]);
            for (kind, view) in shown {
                let picture = PictureSpec::new(&id, kind, view, &back)
                    .with_chains(self.preview.has_chains())
                    .with_ligand_moved(&ligand_moved);
                images.push(self.add_picture(picture));
            }
            let answer = join_steps(&[rotation, moved.inverse()]);
            self.add_item(task, answer, Vec::new(), images, BTreeMap::new());
        }
        Ok(())
    }

    /// Displaces the ligand so that `rotation` is part of the answer, if that can be recognised.
    ///
    /// Returns the rotation and the translation out of the pocket.
    fn displace(
        &mut self,
        ligand: &LigandGeometry,
        exit: Exit,
        rotation: Step,
        reduction: i32,
    ) -> Attempt<(Step, Step)> {
        let [start, end] = ligand.range_in_frame(rotation.inverse(), exit);
        if end < start {
            return Ok(Err("ligand_out_of_frame"));
        }
        let distance = end - reduction;
        if distance < start.max(ligand.clearing_distance(rotation.inverse(), exit.side)) {
            return Ok(Err("ligand_does_not_clear_the_pocket"));
        }
        if ligand.is_ambiguous(rotation) {
            return Ok(Err("symmetric_ligand"));
        }
        let moved = Step::translation(Axis::X, exit.side as i32 * distance);
        let back = step_back(exit.retreat_angstrom);
        let back_texts = command_texts(&back);
        let id = self.id();
        let mut thumbnail = |rotation: Step| {
            let picture = PictureSpec::new(&id, PictureKind::Ligand, "front", &back_texts)
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
        let before = self.preview.after(self.thumbnailer, &back)?;
        let both = PictureSpec::new(&id, PictureKind::Complex, "front", &back_texts)
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
