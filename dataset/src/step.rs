//! `move x 3` and `roll y 15`: the commands that questions ask for, with whole numbers.

use std::fmt;

use glam::{DQuat, DVec3};
use molshot_scenes::commands::Axis;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Translation along the axis, angstrom.
    Move,
    /// Rotation about the axis, degrees, right-hand rule.
    Roll,
}

impl StepKind {
    /// The command's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Roll => "roll",
        }
    }
}

/// One command of an answer. Its display form is the command's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Translation or rotation.
    pub kind: StepKind,
    /// Screen axis.
    pub axis: Axis,
    /// Whole angstrom or degrees.
    pub amount: i32,
}

impl Step {
    /// `move axis amount`.
    #[must_use]
    pub fn translation(axis: Axis, amount: i32) -> Self {
        Self {
            kind: StepKind::Move,
            axis,
            amount,
        }
    }

    /// `roll axis amount`.
    #[must_use]
    pub fn rotation(axis: Axis, amount: i32) -> Self {
        Self {
            kind: StepKind::Roll,
            axis,
            amount,
        }
    }

    /// What undoes it.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            amount: -self.amount,
            ..self
        }
    }

    /// The same kind about the same axis, by another amount.
    #[must_use]
    pub fn with_amount(self, amount: i32) -> Self {
        Self { amount, ..self }
    }

    /// What it does to a point that turns about `center`, in screen axes.
    #[must_use]
    pub fn apply(self, center: DVec3, point: DVec3) -> DVec3 {
        let axis = self.axis.unit();
        match self.kind {
            StepKind::Move => point + axis * f64::from(self.amount),
            StepKind::Roll => {
                let turn = DQuat::from_axis_angle(axis, f64::from(self.amount).to_radians());
                center + turn * (point - center)
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

/// Texts of several steps, joined by a comma: an answer's form.
#[must_use]
pub fn join(steps: &[Step]) -> String {
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
        assert_eq!(join(&steps), "roll x 75, move x -14");
        for step in steps {
            assert_eq!(
                parse_commands(&step.to_string()).map(|c| c.len()).ok(),
                Some(1)
            );
        }
    }

    #[test]
    fn an_inverse_undoes() {
        let (center, point) = (DVec3::new(1.0, 2.0, 3.0), DVec3::new(-4.0, 0.5, 9.0));
        for step in [Step::rotation(Axis::Y, 45), Step::translation(Axis::Z, 7)] {
            let back = step.inverse().apply(center, step.apply(center, point));
            assert!(back.distance(point) < 1e-12);
            assert!(step.apply(center, point).distance(point) > 1.0);
        }
        let turned = Step::rotation(Axis::Z, 90).apply(DVec3::ZERO, DVec3::X);
        assert!(turned.distance(DVec3::Y) < 1e-12, "right-hand rule");
    }
}
