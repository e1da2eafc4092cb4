//! Steps: the commands that questions ask for, `move x 3` and `roll y 15`, with whole numbers.

use std::fmt;

use glam::{DQuat, DVec3};
use molshot_scenes::commands::Axis;

/// The kind of motion of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StepKind {
    /// Translation along the axis, in angstrom.
    Move,
    /// Rotation about the axis by the right-hand rule, in degrees.
    Roll,
}

impl StepKind {
    /// Returns the word of the command.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Roll => "roll",
        }
    }
}

/// One command of an answer; its display form is the text of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Translation or rotation.
    pub kind: StepKind,
    /// Screen axis.
    pub axis: Axis,
    /// Whole number of angstrom or degrees.
    pub amount: i32,
}

impl Step {
    /// Makes the step `move AXIS AMOUNT`.
    #[must_use]
    pub fn translation(axis: Axis, amount: i32) -> Self {
        Self {
            kind: StepKind::Move,
            axis,
            amount,
        }
    }

    /// Makes the step `roll AXIS AMOUNT`.
    #[must_use]
    pub fn rotation(axis: Axis, amount: i32) -> Self {
        Self {
            kind: StepKind::Roll,
            axis,
            amount,
        }
    }

    /// Returns the step that undoes this one.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            amount: -self.amount,
            ..self
        }
    }

    /// Returns a step of the same kind and axis with another amount.
    #[must_use]
    pub fn with_amount(self, amount: i32) -> Self {
        Self { amount, ..self }
    }

    /// Applies the step to a point, in screen axes; rotations are about `center`.
    #[must_use]
    pub fn apply(self, center: DVec3, point: DVec3) -> DVec3 {
        let axis = self.axis.unit();
        match self.kind {
            StepKind::Move => point + axis * f64::from(self.amount),
            StepKind::Roll => {
                let rotation = DQuat::from_axis_angle(axis, f64::from(self.amount).to_radians());
                center + rotation * (point - center)
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.kind.name(),
            self.axis.name(),
            self.amount
        )
    }
}

/// Joins the texts of several steps by commas, as answers have them.
#[must_use]
pub fn join_steps(steps: &[Step]) -> String {
    let texts: Vec<String> = steps.iter().map(Step::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use molshot_scenes::parse_commands;

    #[test]
    fn texts_are_view_commands() {
        let steps = [Step::rotation(Axis::X, 75), Step::translation(Axis::X, -14)];
        assert_eq!(join_steps(&steps), "roll x 75, move x -14");
        for step in steps {
            assert_eq!(
                parse_commands(&step.to_string()).map(|c| c.len()).ok(),
                Some(1)
            );
        }
    }

    #[test]
    fn an_inverse_undoes_its_step() {
        let (center, point) = (DVec3::new(1.0, 2.0, 3.0), DVec3::new(-4.0, 0.5, 9.0));
        for step in [Step::rotation(Axis::Y, 45), Step::translation(Axis::Z, 7)] {
            let back = step.inverse().apply(center, step.apply(center, point));
            assert!(back.distance(point) < 1e-12);
            assert!(step.apply(center, point).distance(point) > 1.0);
        }
        let rotated = Step::rotation(Axis::Z, 90).apply(DVec3::ZERO, DVec3::X);
        assert!(rotated.distance(DVec3::Y) < 1e-12, "right-hand rule");
    }
}
