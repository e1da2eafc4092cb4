//! Motion of a part of the scene by itself: a ligand out of its pocket, and back.
//!
//! Each entry names atoms and what happens to them, in order. The screen axes are those of the
//! front view, as fitted, before any view command of the picture; `view NAME` changes them, for the
//! commands behind it, to those of another of the six views. So what is moved stays where it is put
//! when the picture is taken from elsewhere.
//!
//! - `roll x|y|z DEGREES` (or `turn`): about the screen axis through the atoms' own centre,
//!   right-hand rule.
//! - `move x|y|z ANGSTROM`: along the screen axis; `move z` is towards the viewer in both
//!   projections.
//!
//! The own centre is the mean position of the selection's atoms that are drawn, so that it can be
//! seen where it is; of all of them where none is drawn. It moves with them. With `c` that centre
//! at the beginning, `R` the product of the rolls (later ones on the left) and `t` the sum of the
//! moves, an atom goes from `p` to `c + t + R (p - c)`: computed once, in double precision, so that
//! a long way there and back leaves nothing behind.
//!
//! Selections of transforms, and of what is drawn, are those of the structure as it was read;
//! `center` and the places of texts find atoms where they stand then. The camera is fitted as if
//! nothing had moved.

use glam::{DQuat, DVec3};
use molshot_molecule::{CancelToken, Selection, Structure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::{Command, ViewName};
use crate::error::SceneError;
use crate::texts::{SelectionText, ViewCommands};

/// Most entries of a request.
pub const MAX_TRANSFORMS: usize = 100;

/// Atoms that move by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransformRequest {
    /// Which atoms, in the selection language.
    pub select: SelectionText,
    /// `roll x|y|z DEGREES` (or `turn`) about their own centre (the mean of those that are drawn),
    /// `move x|y|z ANGSTROM`, in screen axes of the front view; `view NAME`: in screen axes of that
    /// view from there on. An entry may hold several, separated by `;` or a new line.
    pub commands: ViewCommands,
}

/// A motion: rotation about the own centre, then translation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// Rotation about the own centre, world axes.
    pub rotation: DQuat,
    /// Translation, world axes, angstrom.
    pub translation_angstrom: DVec3,
}

impl Motion {
    /// What commands do, in order. `Err` holds the index of a command that moves nothing by itself.
    ///
    /// # Errors
    /// The index of the first command that is none of `view`, `roll` and `move`.
    pub fn of(commands: &[Command]) -> Result<Self, usize> {
        let mut world_from_screen = DQuat::IDENTITY;
        let mut rotation = DQuat::IDENTITY;
        let mut translation_angstrom = DVec3::ZERO;
        for (index, command) in commands.iter().enumerate() {
            match command {
                Command::View(name) => world_from_screen = orientation(*name),
                Command::Turn { axis, degrees } => {
                    // The remainder is exact, and keeps the precision that a large angle in radians
                    // would lose.
                    let radians = (degrees % 360.0).to_radians();
                    let turn = DQuat::from_axis_angle(
                        (world_from_screen * axis.unit()).normalize(),
                        radians,
                    );
                    rotation = (turn * rotation).normalize();
                }
                Command::Move { axis, angstrom } => {
                    translation_angstrom += world_from_screen * (axis.unit() * *angstrom);
                }
                Command::Zoom { .. } | Command::Center(_) | Command::Crop(_) => return Err(index),
            }
        }
        Ok(Self {
            rotation,
            translation_angstrom,
        })
    }

    /// Where a point goes; `center` is the own centre before the motion.
    #[must_use]
    pub fn apply(&self, center: DVec3, point: DVec3) -> DVec3 {
        center + self.translation_angstrom + self.rotation * (point - center)
    }
}

/// Camera axes to world axes of a fitted view: the camera turns against the scene.
fn orientation(view: ViewName) -> DQuat {
    let (axis, degrees) = view.turn_from_front();
    DQuat::from_axis_angle(axis.unit(), -degrees.to_radians())
}

impl TransformRequest {
    /// These commands for the atoms of this selection.
    #[must_use]
    pub fn new(select: impl Into<SelectionText>, commands: impl Into<ViewCommands>) -> Self {
        Self {
            select: select.into(),
            commands: commands.into(),
        }
    }

    /// Selection and motion, checked; `index` is the entry's place in the request.
    pub(crate) fn checked(&self, index: usize) -> Result<(&Selection, Motion), SceneError> {
        let selection = self.select.at(|| format!("/transforms/{index}/select"))?;
        let commands = self
            .commands
            .commands()
            .map_err(|error| relocate(error, index))?;
        let motion = Motion::of(commands).map_err(|number| SceneError::Command {
            number: number + 1,
            pointer: format!("/transforms/{index}/commands"),
            command: commands[number].to_string(),
            problem: "this moves the camera, not atoms".into(),
            remedy: "give roll, move or view".into(),
        })?;
        Ok((selection, motion))
    }
}

/// Points a command's error to the transform that holds it.
fn relocate(mut error: SceneError, index: usize) -> SceneError {
    if let SceneError::Command { pointer, .. } = &mut error {
        *pointer = format!("/transforms/{index}{pointer}");
    }
    error
}

/// Checks all entries.
pub(crate) fn validate(transforms: &[TransformRequest]) -> Result<(), SceneError> {
    if transforms.len() > MAX_TRANSFORMS {
        return Err(SceneError::invalid(
            "/transforms",
            format!("{} transforms are too many", transforms.len()),
            format!("give at most {MAX_TRANSFORMS}"),
        ));
    }
    for (index, transform) in transforms.iter().enumerate() {
        transform.checked(index)?;
    }
    Ok(())
}

/// The structure with its atoms moved; `None` when there is nothing to move. `shown` says of every
/// atom whether it is drawn.
pub(crate) fn moved(
    structure: &Structure,
    transforms: &[TransformRequest],
    shown: &[bool],
    cancel: &CancelToken,
) -> Result<Option<Structure>, SceneError> {
    if transforms.is_empty() {
        return Ok(None);
    }
    let point = |p: &[f32; 3]| DVec3::from_array(p.map(f64::from));
    let mut positions: Vec<DVec3> = structure
        .atoms()
        .position_angstrom
        .iter()
        .map(point)
        .collect();
    for (index, transform) in transforms.iter().enumerate() {
        let (selection, motion) = transform.checked(index)?;
        let chosen = selection.evaluate_cancellable(structure, cancel)?;
        let mean = |counts: &dyn Fn(usize) -> bool| {
            let (mut sum, mut count) = (DVec3::ZERO, 0_u32);
            for (_, position) in positions.iter().enumerate().filter(|(at, _)| counts(*at)) {
                sum += *position;
                count += 1;
            }
            (count > 0).then(|| sum / f64::from(count))
        };
        let center =
            mean(&|atom| chosen[atom] && shown[atom]).or_else(|| mean(&|atom| chosen[atom]));
        let Some(center) = center else {
            return Err(SceneError::invalid(
                format!("/transforms/{index}/select"),
                format!(
                    "the selection \"{}\" matches no atom",
                    crate::colors::shorten(transform.select.as_str())
                ),
                "name atoms that the structure has".into(),
            ));
        };
        for (position, _) in positions
            .iter_mut()
            .zip(&chosen)
            .filter(|(_, chosen)| **chosen)
        {
            *position = motion.apply(center, *position);
        }
    }
    let positions = positions
        .into_iter()
        .map(|p| p.as_vec3().to_array())
        .collect();
    structure
        .with_positions(positions)
        .map(Some)
        .ok_or_else(|| {
            SceneError::invalid(
                "/transforms",
                "atoms are moved out of every reasonable distance".into(),
                "move by less in all".into(),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::parse_commands;

    fn motion(text: &str) -> Motion {
        Motion::of(&parse_commands(text).expect("commands")).expect("a motion")
    }

    fn near(a: DVec3, b: DVec3) -> bool {
        a.distance(b) < 1e-12
    }

    #[test]
    fn rolls_turn_about_the_own_centre_by_the_right_hand() {
        let center = DVec3::new(10.0, 0.0, 0.0);
        let rolled = motion("roll z 90").apply(center, center + DVec3::X);
        assert!(near(rolled, center + DVec3::Y), "{rolled}");
        let rolled = motion("turn x 90").apply(center, center + DVec3::Y);
        assert!(near(rolled, center + DVec3::Z), "{rolled}");
    }

    #[test]
    fn the_centre_moves_along() {
        let center = DVec3::new(1.0, 2.0, 3.0);
        let there = motion("move x 5; roll y 180; move y -1");
        assert!(near(
            there.apply(center, center),
            center + DVec3::new(5.0, -1.0, 0.0)
        ));
        let point = there.apply(center, center + DVec3::X);
        assert!(near(point, center + DVec3::new(4.0, -1.0, 0.0)), "{point}");
    }

    #[test]
    fn a_view_gives_its_screen_axes() {
        // Seen from the left, world +z is at the right hand; seen from the top, world -z is up.
        let left = motion("view left; move x 1").translation_angstrom;
        assert!(near(left, DVec3::Z), "{left}");
        let top = motion("view top; move y 1").translation_angstrom;
        assert!(near(top, -DVec3::Z), "{top}");
        let back = motion("view top; view back; move z 1").translation_angstrom;
        assert!(near(back, -DVec3::Z), "{back}");
    }

    #[test]
    fn cameras_commands_are_refused_with_their_place() {
        let transform = TransformRequest {
            select: "ligand".into(),
            commands: ["roll x 1", "zoom 2"].into_iter().collect(),
        };
        let error = transform.checked(3).expect_err("zoom moves the camera");
        assert_eq!(error.pointer(), Some("/transforms/3/commands"));
        assert!(error.to_string().contains("zoom 2"), "{error}");
        let broken = TransformRequest {
            commands: "roll q 1".into(),
            ..transform.clone()
        };
        let error = broken.checked(2).expect_err("no such axis");
        assert_eq!(error.pointer(), Some("/transforms/2/commands/0"));
        let lost = TransformRequest {
            select: "(".into(),
            ..transform
        };
        let error = lost.checked(0).expect_err("no selection");
        assert_eq!(error.pointer(), Some("/transforms/0/select"));
    }

    #[test]
    fn a_roll_leaves_the_middle_of_what_is_drawn_where_it_is() {
        use molshot_molecule::{Element, PartRole, ReadOptions};
        use molshot_molecule::{FolderOptions, read_folder};

        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library/1hvr");
        let structure = read_folder(&path, FolderOptions::default(), &ReadOptions::default())
            .expect("a sample scene");
        let atoms = structure.atoms();
        let is_ligand = |atom: usize| {
            structure.part_of(structure.residue_of(atom as u32)).role == PartRole::Ligand
        };
        let all: Vec<bool> = (0..atoms.len()).map(is_ligand).collect();
        let drawn: Vec<bool> = (0..atoms.len())
            .map(|atom| all[atom] && atoms.element[atom] != Element::O)
            .collect();
        let mean = |structure: &Structure, of: &[bool]| {
            let at = &structure.atoms().position_angstrom;
            let chosen = at.iter().zip(of).filter(|(_, of)| **of);
            let (sum, count) = chosen.fold((DVec3::ZERO, 0.0), |(sum, count), (p, _)| {
                (sum + DVec3::from_array(p.map(f64::from)), count + 1.0)
            });
            sum / count
        };
        let roll = [TransformRequest {
            select: "ligand".into(),
            commands: "roll z 90".into(),
        }];
        let apart = mean(&structure, &drawn).distance(mean(&structure, &all));
        assert!(
            apart > 1e-3,
            "what is hidden does not change the middle: {apart}"
        );
        let none = vec![false; atoms.len()];
        for (shown, center) in [(&drawn, &drawn), (&all, &all), (&none, &all)] {
            let moved = moved(&structure, &roll, shown, &CancelToken::new())
                .expect("a motion")
                .expect("something to move");
            let stays = mean(&structure, center).distance(mean(&moved, center));
            assert!(stays < 1e-4, "{stays}");
            let other = if center == &drawn { &all } else { &drawn };
            let goes = mean(&structure, other).distance(mean(&moved, other));
            assert!(goes > 1e-4, "{goes}");
        }
    }
}
