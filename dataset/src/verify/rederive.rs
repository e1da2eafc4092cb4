//! Derives answers from stored requests.
//!
//! Cameras and moved atoms are compared, not texts. The scene code applies the request, and the
//! effect is measured here, independently of how the question was made.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use glam::{DQuat, DVec3};
use molshot_molecule::Structure;
use molshot_scenes::commands::Axis;
use molshot_scenes::{Camera, PreparedScene, RenderRequest};

use super::frames;
use crate::complexes::{ComplexSource, ligand_atoms, position_angstrom, residue_name};
use crate::plan::bonds::{Bonds, midpoint};
use crate::record::Item;
use crate::rules::Decoys;
use crate::score::answer;
use crate::step::{Step, StepKind};
use crate::task::OPTION_LETTERS;
use crate::task::Task;

/// Tolerance of positions, which are stored in single precision.
const SAME_ANGSTROM: f64 = 1e-2;
/// Tolerance of motions, which are computed in double precision.
const SAME_MOTION: f64 = 1e-6;

/// Requests by path.
pub(super) type Requests = BTreeMap<String, RenderRequest>;
type CheckResult<T> = Result<T, String>;

/// Checks the answers of one complex.
pub(super) struct AnswerChecker {
    structure: Arc<Structure>,
    /// Found on first use.
    bonds: OnceCell<Bonds>,
    decoys: Decoys,
}

/// The apparent motion of the scene between two cameras, in camera axes.
///
/// It is a translation by `shift`, then a rotation by `rotation` about the rotation centre.
#[derive(Debug, Clone, Copy)]
struct Motion {
    rotation: DQuat,
    shift: DVec3,
}

impl Motion {
    fn between(before: &Camera, after: &Camera) -> Self {
        let (from, to) = (before.pose(), after.pose());
        let rotation = to.world_from_camera.inverse() * from.world_from_camera;
        let shift =
            to.world_from_camera.inverse() * (from.position_angstrom - to.position_angstrom);
        // A point c moves to k + R (c + s - k), where k is the rotation centre.
        let center = from.camera_from_world(before.rotation_center());
        Self {
            rotation,
            shift: rotation.inverse() * (shift - center) + center,
        }
    }

    fn equals(&self, other: &Self) -> bool {
        self.rotation.dot(other.rotation).abs() > 1.0 - SAME_MOTION
            && self.shift.distance(other.shift) < SAME_MOTION * 1e3
    }

    /// Returns the single command that has this effect, if there is one.
    fn step(&self) -> Option<Step> {
        let (axis, radians) = self.rotation.to_axis_angle();
        if radians.abs() < SAME_MOTION {
            return along(self.shift).map(|(axis, amount)| Step::translation(axis, amount));
        }
        if self.shift.length() > SAME_MOTION * 1e3 {
            return None;
        }
        // Rotations by more than half a turn are rotations in the opposite direction.
        let full = std::f64::consts::TAU;
        let radians = if radians > full / 2.0 {
            radians - full
        } else {
            radians
        };
        along(axis * radians.to_degrees()).map(|(axis, amount)| Step::rotation(axis, amount))
    }
}

/// Returns the axis along which a vector points, and its length, if that is a whole number.
fn along(vector: DVec3) -> Option<(Axis, i32)> {
    [Axis::X, Axis::Y, Axis::Z].into_iter().find_map(|axis| {
        let length = vector.dot(axis.unit());
        let whole = length.round();
        let rest = vector - axis.unit() * whole;
        (whole != 0.0 && rest.length() < 1e-4).then_some((axis, whole as i32))
    })
}

impl AnswerChecker {
    pub(super) fn read(source: &ComplexSource, id: &str, decoys: Decoys) -> CheckResult<Self> {
        let complex = source.read(id).map_err(|error| error.message)?;
        Ok(Self {
            structure: complex.structure,
            bonds: OnceCell::new(),
            decoys,
        })
    }

    /// Returns the structure of the complex.
    pub(super) fn structure(&self) -> &Structure {
        &self.structure
    }

    fn bonds(&self) -> CheckResult<&Bonds> {
        if let Some(bonds) = self.bonds.get() {
            return Ok(bonds);
        }
        let bonds = Bonds::of(&self.structure).map_err(|error| error.to_string())?;
        Ok(self.bonds.get_or_init(|| bonds))
    }

    /// Checks that the answer of an item follows from the requests of its pictures.
    pub(super) fn check(
        &self,
        item: &Item,
        requests: &Requests,
        source: &ComplexSource,
    ) -> CheckResult<()> {
        let request = |index: usize| -> CheckResult<&RenderRequest> {
            let path = item.images.get(index).ok_or("a picture is missing")?;
            requests
                .get(path)
                .ok_or_else(|| format!("{path} is not in this shard"))
        };
        match item.task {
            Task::T1 | Task::T2 | Task::T3 => {
                let [before, after] = [request(0)?, request(3)?];
                let motion = Motion::between(&self.camera(before)?, &self.camera(after)?);
                let step = motion
                    .step()
                    .ok_or("the pictures do not differ by a single command")?;
                same(&step.to_string(), &item.answer)
            }
            Task::T5 => {
                let wanted =
                    Motion::between(&self.camera(request(0)?)?, &self.camera(request(3)?)?);
                let other = item
                    .facts
                    .get("other")
                    .ok_or("the other complex is not named")?;
                let other = Self::read(source, other, self.decoys)?;
                let mut front = request(7)?.clone();
                front.commands = "view front".into();
                let front = other.camera(&front)?;
                self.check_square(item, requests, 1)?;
                let is_right =
                    |index: usize| -> CheckResult<bool> {
                        Ok(Motion::between(&front, &other.camera(request(7 + index)?)?)
                            .equals(&wanted))
                    };
                Self::check_letter(item, is_right)
            }
            Task::T6 => {
                let [first, second] = [self.camera(request(0)?)?, self.camera(request(3)?)?];
                let wanted = Motion::between(&first, &second);
                self.check_square(item, requests, 3)?;
                Self::check_letter(item, |index| {
                    Ok(
                        Motion::between(&second, &self.camera(request(4 + index)?)?)
                            .equals(&wanted),
                    )
                })
            }
            Task::T7 => {
                // Pocket, displaced ligand, both: three scenes.
                for pictures in [0..3, 3..6, 6..7] {
                    let requests: Vec<_> = pictures.map(request).collect::<Result<_, _>>()?;
                    frames::check_in_frame(&self.structure, &requests)?;
                }
                self.check_docking(item, request(6)?)
            }
            Task::T8 => self.check_location(item, request(0)?),
            Task::T4 => {
                let name = item
                    .facts
                    .get("residue")
                    .ok_or("the residue is not named")?;
                let mut residues = (0..self.structure.residues().len() as u32)
                    .filter(|index| residue_name(&self.structure, *index) == *name);
                let residue = residues.next().ok_or("there is no such residue")?;
                if request(0)?
                    .style
                    .residue
                    .as_ref()
                    .map(molshot_scenes::ResidueText::as_str)
                    != Some(name)
                {
                    return Err("the pictures show another residue".into());
                }
                let shown: Vec<_> = (0..item.images.len())
                    .map(request)
                    .collect::<Result<_, _>>()?;
                frames::check_in_frame(&self.structure, &shown)?;
                same(
                    &self.bonds()?.answer_for_residue(&self.structure, residue),
                    &item.answer,
                )
            }
            Task::T9 => same(&self.bonds()?.answer(&self.structure), &item.answer),
        }
    }

    /// Returns the camera of a request.
    fn camera(&self, request: &RenderRequest) -> CheckResult<Camera> {
        let mut front = request.clone();
        front.style.labels = molshot_scenes::request::LabelContent::None;
        let prepared =
            PreparedScene::new(Arc::clone(&self.structure), &front).map_err(|e| e.to_string())?;
        let mut camera = prepared.camera().map_err(|e| e.to_string())?;
        let commands = request.view_commands().map_err(|e| e.to_string())?;
        camera
            .apply(commands, &self.structure)
            .map_err(|e| e.to_string())?;
        Ok(camera)
    }

    /// Checks that exactly the option of the answer satisfies `is_right`.
    fn check_letter(item: &Item, is_right: impl Fn(usize) -> CheckResult<bool>) -> CheckResult<()> {
        let mut right = Vec::new();
        for (index, letter) in OPTION_LETTERS.iter().enumerate() {
            if is_right(index)? {
                right.push(*letter);
            }
        }
        same(&right.join(" and "), &item.answer)
    }

    /// Checks that the options of T5 and T6 are a square: two first and two second motions, each
    /// combination once. The motions are behind the first `skipped` commands of the pictures.
    fn check_square(&self, item: &Item, requests: &Requests, skipped: usize) -> CheckResult<()> {
        if self.decoys != Decoys::Square {
            return Ok(());
        }
        let mut motions = [BTreeSet::new(), BTreeSet::new()];
        let mut pairs = BTreeSet::new();
        for path in &item.options {
            let request = requests
                .get(path)
                .ok_or_else(|| format!("{path} is not in this shard"))?;
            let commands = request.view_commands().map_err(|e| e.to_string())?;
            let texts: Vec<String> = commands
                .iter()
                .skip(skipped)
                .map(ToString::to_string)
                .collect();
            let [first, second] = texts.as_slice() else {
                return Err(format!("{path} is not the picture of an option"));
            };
            motions[0].insert(first.clone());
            motions[1].insert(second.clone());
            pairs.insert(texts);
        }
        if pairs.len() == OPTION_LETTERS.len() && motions.iter().all(|motions| motions.len() == 2) {
            Ok(())
        } else {
            Err("the options are not a square of two first and two second motions".into())
        }
    }

    /// Checks that the answer brings every atom of the ligand back.
    fn check_docking(&self, item: &Item, request: &RenderRequest) -> CheckResult<()> {
        let prepared =
            PreparedScene::new(Arc::clone(&self.structure), request).map_err(|e| e.to_string())?;
        let moved = &prepared.scene().structure;
        frames::check_clearance(&self.structure, moved)?;
        let ligand = ligand_atoms(&self.structure);
        // Rotations are about the centre of the ligand as the pictures show it.
        let sum: DVec3 = ligand
            .iter()
            .map(|atom| position_angstrom(moved, *atom))
            .sum();
        let center = sum / ligand.len().max(1) as f64;
        let steps = answer::steps(&item.answer);
        let kinds: Vec<StepKind> = steps.iter().map(|step| step.kind).collect();
        if kinds != [StepKind::Roll, StepKind::Move] {
            return Err(format!(
                "\"{}\" is not a rotation and a translation",
                item.answer
            ));
        }
        for atom in ligand {
            let back = steps
                .iter()
                .fold(position_angstrom(moved, atom), |point, step| {
                    step.apply(center, point)
                });
            let distance = back.distance(position_angstrom(&self.structure, atom));
            if distance > SAME_ANGSTROM {
                return Err(format!(
                    "\"{}\" leaves an atom {distance:.3} angstrom off",
                    item.answer
                ));
            }
        }
        Ok(())
    }

    /// Checks that only the answer brings the bond to the middle, within half an angstrom.
    fn check_location(&self, item: &Item, front: &RenderRequest) -> CheckResult<()> {
        let fact = |name: &str| item.facts.get(name).ok_or(format!("{name} is not named"));
        let (residue, pocket, ligand) =
            (fact("residue")?, fact("pocket_atom")?, fact("ligand_atom")?);
        let names = &self.structure.atoms().name;
        let mut pairs = self.bonds()?.pairs().iter().filter(|(a, b)| {
            let index = self.structure.atoms().residue[*a as usize];
            names[*a as usize] == **pocket
                && names[*b as usize] == **ligand
                && residue_name(&self.structure, index) == *residue
        });
        let (Some(pair), None) = (pairs.next(), pairs.next()) else {
            return Err("not exactly one bond has this name".into());
        };
        let middle = self
            .camera(front)?
            .pose()
            .camera_from_world(midpoint(&self.structure, *pair));
        Self::check_letter(item, |index| {
            let text = item.options.get(index).ok_or("an option is missing")?;
            let moved = answer::steps(text)
                .iter()
                .fold(middle, |point, step| step.apply(DVec3::ZERO, point));
            Ok(moved.x.abs() <= 0.5 + SAME_ANGSTROM && moved.y.abs() <= 0.5 + SAME_ANGSTROM)
        })
    }
}

fn same(derived: &str, stored: &str) -> CheckResult<()> {
    if derived == stored {
        Ok(())
    } else {
        Err(format!(
            "the answer is \"{stored}\", but the requests say \"{derived}\""
        ))
    }
}
