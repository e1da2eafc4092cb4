//! T7 docking: the ligand beside its pocket and turned; which turn and which move bring it back?
//!
//! The ligand goes to the left or right edge of the front picture: as far, in whole angstrom, as
//! all of its drawn atoms stay in the field of view at their own depth, half an angstrom being left
//! free; 0, 1 or 2 angstrom are taken off. The side is the complex's: where the ligand hides fewer
//! of the pocket's atoms. Then it turns about its own centre (the mean of its drawn atoms) by the
//! opposite of the answer.

use std::collections::BTreeMap;

use glam::DVec3;
use molshot_molecule::Element;
use molshot_scenes::Projection;
use molshot_scenes::commands::Axis;

use super::maker::{AXES, Maker, THREE_VIEWS, Try, amounts};
use super::motions::{DEGREES, MOST_DEGREES};
use crate::complexes::{ligand_atoms, pocket_atoms};
use crate::error::DatasetError;
use crate::picture::{Look, Picture};
use crate::plan::studio::{Studio, are_alike};
use crate::step::{Step, join};
use crate::task::Task;

/// Kept free at the edge of the picture, for balls of half of this and more, angstrom.
const MARGIN_ANGSTROM: f64 = 0.5;
/// A ligand must be moved at least so far.
const LEAST_MOVE_ANGSTROM: i32 = 1;
/// Atoms that come as near to one of their element as this are where it was, angstrom.
const SAME_PLACE_ANGSTROM: f64 = 0.6;
/// Seen from the camera, a pocket atom this near to a ligand's is hidden, angstrom.
const HIDDEN_ANGSTROM: f64 = 1.2;

/// What docking needs to know of a complex; world axes, which are those of the front view.
struct Ligand {
    center: DVec3,
    /// Drawn atoms.
    atoms: Vec<(Element, DVec3)>,
    pocket: Vec<DVec3>,
    camera: DVec3,
    /// Half of the field of view as tangents, along x and y.
    tangents: [f64; 2],
}

impl Ligand {
    fn of(studio: &Studio) -> Self {
        let structure = studio.structure();
        let atoms = structure.atoms();
        let at =
            |atom: u32| DVec3::from_array(atoms.position_angstrom[atom as usize].map(f64::from));
        let drawn = ligand_atoms(structure);
        let sum: DVec3 = drawn.iter().map(|atom| at(*atom)).sum();
        let camera = studio.front();
        let viewport = camera.viewport();
        let fov = match camera.view().projection {
            Projection::Perspective { fov_x_degrees } => fov_x_degrees,
            Projection::Orthographic { .. } => 30.0,
        };
        let tangent = (fov.to_radians() * 0.5).tan();
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

    /// How far the turned ligand can go to the right (+1) or left (-1), whole angstrom, if it is in
    /// frame from top to bottom.
    fn room(&self, turn: Step, side: f64) -> Option<i32> {
        let mut room = f64::INFINITY;
        for (_, atom) in &self.atoms {
            let seen = turn.apply(self.center, *atom) - self.camera;
            let depth = -seen.z;
            if seen.y.abs() > depth * self.tangents[1] - MARGIN_ANGSTROM {
                return None;
            }
            room = room.min(depth * self.tangents[0] - MARGIN_ANGSTROM - side * seen.x);
        }
        Some(room.floor() as i32)
    }

    /// Pocket atoms that a ligand moved by so much along x hides or is hidden by.
    fn overlap(&self, moved: f64) -> usize {
        let on_screen = |point: DVec3| {
            let seen = point - self.camera;
            // At the depth of the ligand's centre.
            seen.truncate() * ((self.center - self.camera).z / seen.z)
        };
        let ligand: Vec<glam::DVec2> = self
            .atoms
            .iter()
            .map(|(_, atom)| on_screen(*atom + DVec3::X * moved))
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

    /// +1 for the right, -1 for the left: where less is hidden.
    fn side(&self) -> f64 {
        let still = Step::rotation(Axis::X, 0);
        let hidden = |side: f64| {
            self.room(still, side)
                .map_or(usize::MAX, |room| self.overlap(side * f64::from(room - 1)))
        };
        if hidden(-1.0) < hidden(1.0) {
            -1.0
        } else {
            1.0
        }
    }

    /// Whether another answer than `turn` puts each atom where one of its element was: then it is
    /// as right as that one.
    fn is_ambiguous(&self, turn: Step) -> bool {
        let displaced: Vec<(Element, DVec3)> = self
            .atoms
            .iter()
            .map(|(element, atom)| (*element, turn.inverse().apply(self.center, *atom)))
            .collect();
        turns()
            .into_iter()
            .filter(|other| *other != turn)
            .any(|other| {
                displaced.iter().all(|(element, atom)| {
                    let back = other.apply(self.center, *atom);
                    self.atoms.iter().any(|(same, place)| {
                        same == element && place.distance(back) < SAME_PLACE_ANGSTROM
                    })
                })
            })
    }
}

/// All turns that an answer of T2 or T7 may have.
#[must_use]
pub fn turns() -> Vec<Step> {
    AXES.iter()
        .flat_map(|axis| {
            amounts(MOST_DEGREES, DEGREES)
                .into_iter()
                .map(|amount| Step::rotation(*axis, amount))
        })
        .collect()
}

impl Maker<'_> {
    /// All items of T7.
    pub(super) fn docking(&mut self) -> Result<(), DatasetError> {
        let task = Task::T7;
        let ligand = Ligand::of(&self.studio);
        let side = ligand.side();
        let mut candidates = turns();
        self.random(task, "turns").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items(self.split).unwrap_or(0) as usize;
        for index in 0..all {
            let mut random = self.random(task, &index.to_string());
            let made = self.next_of(task, &mut candidates, |maker, turn| {
                let less = random.below(3) as i32;
                maker.displaced(&ligand, side, turn, less)
            })?;
            let Some((turn, moved)) = made else {
                continue;
            };
            let ligand_moved = commands(turn, moved);
            let mut images = self.views(&Look::Pocket, &THREE_VIEWS);
            let id = self.id();
            let shown = THREE_VIEWS
                .map(|view| (Look::Ligand, view))
                .into_iter()
                .chain([(Look::Complex, "front")]);
            for (look, view) in shown {
                let picture = Picture::new(&id, look, view, &[])
                    .with_chains(self.studio.has_chains())
                    .with_ligand_moved(&ligand_moved);
                images.push(self.picture(picture));
            }
            let answer = join(&[turn, moved.inverse()]);
            self.push(task, index, answer, Vec::new(), images, BTreeMap::new());
        }
        Ok(())
    }

    /// Where the ligand goes for an answer's turn, if it can be found back: the turn and the move
    /// out of the pocket.
    fn displaced(
        &mut self,
        ligand: &Ligand,
        side: f64,
        turn: Step,
        less: i32,
    ) -> Try<(Step, Step)> {
        let away = turn.inverse();
        let Some(room) = ligand.room(away, side) else {
            return Ok(Err("ligand_out_of_frame"));
        };
        // Where there is little room, none of it is given away.
        let distance = room - less.min(room - LEAST_MOVE_ANGSTROM);
        if room < LEAST_MOVE_ANGSTROM {
            return Ok(Err("no_room_beside_the_pocket"));
        }
        if ligand.is_ambiguous(turn) {
            return Ok(Err("symmetric_ligand"));
        }
        let moved = Step::translation(Axis::X, if side < 0.0 { -distance } else { distance });
        let id = self.id();
        let mut sketch = |turn: Step| {
            let picture = Picture::new(&id, Look::Ligand, "front", &[])
                .with_ligand_moved(&commands(turn, moved));
            self.studio.sketch(self.sketcher, &picture)
        };
        let shown = sketch(turn)?;
        for amount in [turn.amount - DEGREES, turn.amount + DEGREES] {
            let near = sketch(turn.with_amount(amount))?;
            let alike = match (&shown, &near) {
                (Some(shown), Some(near)) => {
                    shown.distance(near).pixels < super::studio::LEAST_PIXELS
                }
                _ => true,
            };
            if alike {
                return Ok(Err("neighbouring_answer_looks_alike"));
            }
        }
        let before = self.studio.after(self.sketcher, &[])?;
        let both = Picture::new(&id, Look::Complex, "front", &[])
            .with_ligand_moved(&commands(turn, moved));
        let after = self.studio.sketch(self.sketcher, &both)?;
        Ok(match (before, after) {
            (Some(before), Some(after)) if !are_alike_enough(&before, &after) => Ok((turn, moved)),
            _ => Err("after_looks_like_before"),
        })
    }
}

/// A small ligand changes little of a large picture: what counts is that something moved.
fn are_alike_enough(a: &crate::plan::sketch::Sketch, b: &crate::plan::sketch::Sketch) -> bool {
    are_alike(a, b) && a.distance(b).pixels < 0.01
}

/// What was done to the ligand, for the answer `turn`: out of the pocket, then turned back.
fn commands(turn: Step, moved: Step) -> Vec<String> {
    vec![moved.to_string(), turn.inverse().to_string()]
}
