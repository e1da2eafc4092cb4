//! The view-command language:
//! `view left; roll y 15; move x 3; zoom 1.5; center ligand; crop 25% 25% 50% 50%`.
//!
//! Commands are separated by `;` or a new line and apply in order; words are read in any case. What
//! each one does to the camera is described in the module `camera`.

mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use molshot_molecule::Selection;

use crate::keyword::{Keyword, keywords};

pub(crate) use parse::{COMMANDS_POINTER, pieces, second_crop};
pub use parse::{parse_commands, parse_list};

/// Largest number of commands of one picture. Each may look at every atom (`center`), so their
/// number is bounded.
pub const MAX_COMMANDS: usize = 1000;
/// Largest angle of a turn, degrees, in either sense.
pub const MAX_DEGREES: f64 = 1e6;
/// Largest distance of a move, angstrom, in either sense.
pub const MAX_MOVE_ANGSTROM: f64 = 1e5;
/// Zoom factors lie between this ...
pub const MIN_ZOOM: f64 = 0.001;
/// ... and this.
pub const MAX_ZOOM: f64 = 1000.0;

/// One of the six named views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewName {
    /// As loaded: the camera looks along world -z.
    Front,
    /// Turned by 90 degrees about screen y: world -x faces the viewer.
    Left,
    /// Turned by 90 degrees about screen x: world +y faces the viewer.
    Top,
    /// Turned by 180 degrees about screen y.
    Back,
    /// Turned by -90 degrees about screen y.
    Right,
    /// Turned by -90 degrees about screen x.
    Bottom,
}

keywords!(ViewName { Front = "front", Left = "left", Top = "top", Back = "back", Right = "right", Bottom = "bottom" });

impl ViewName {
    /// All views, in the order in which MiSI-Bench shows them.
    pub const ALL: [Self; 6] = [
        Self::Front,
        Self::Left,
        Self::Top,
        Self::Back,
        Self::Right,
        Self::Bottom,
    ];

    /// The word of the language.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.keyword()
    }

    /// The turn that leads here from the front view: screen axis and degrees.
    #[must_use]
    pub fn turn_from_front(self) -> (Axis, f64) {
        match self {
            Self::Front => (Axis::Y, 0.0),
            Self::Left => (Axis::Y, 90.0),
            Self::Top => (Axis::X, 90.0),
            Self::Back => (Axis::Y, 180.0),
            Self::Right => (Axis::Y, -90.0),
            Self::Bottom => (Axis::X, -90.0),
        }
    }
}

/// A screen axis: x to the right, y up, z out of the screen towards the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// To the right.
    X,
    /// Up.
    Y,
    /// Towards the viewer.
    Z,
}

keywords!(Axis { X = "x", Y = "y", Z = "z" });

impl Axis {
    /// The word of the language.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.keyword()
    }

    /// Unit vector in camera axes.
    #[must_use]
    pub fn unit(self) -> glam::DVec3 {
        match self {
            Self::X => glam::DVec3::X,
            Self::Y => glam::DVec3::Y,
            Self::Z => glam::DVec3::Z,
        }
    }
}

/// An extent of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// Pixels of the uncropped picture.
    Pixels(u32),
    /// Percent of the uncropped picture's width or height, 0 to 100.
    Percent(f64),
}

/// A rectangle of the uncropped picture, top-left origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// Left edge.
    pub x: Extent,
    /// Top edge.
    pub y: Extent,
    /// Width.
    pub width: Extent,
    /// Height.
    pub height: Extent,
}

/// A selection with the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The expression as typed, trimmed.
    pub text: String,
    /// The parsed expression.
    pub selection: Selection,
}

/// One view command. [`fmt::Display`] gives its canonical text, which parses to the same command.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// `view NAME`: one of the six views, without zoom or moves.
    View(ViewName),
    /// `roll AXIS DEGREES` (or `turn`): the scene turns about a screen axis, right-hand rule.
    Turn {
        /// Screen axis through the rotation centre.
        axis: Axis,
        /// Angle, degrees.
        degrees: f64,
    },
    /// `move AXIS ANGSTROM`: the scene moves along a screen axis.
    Move {
        /// Screen axis.
        axis: Axis,
        /// Distance, angstrom.
        angstrom: f64,
    },
    /// `zoom FACTOR`: what is at the rotation centre becomes that many times larger.
    Zoom {
        /// Factor, [`MIN_ZOOM`] to [`MAX_ZOOM`].
        factor: f64,
    },
    /// `center SELECTION`: the centroid of the atoms becomes the rotation centre and comes to the
    /// picture's centre.
    Center(Target),
    /// `crop X Y WIDTH HEIGHT`: only this rectangle is drawn.
    Crop(Crop),
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels(pixels) => write!(f, "{pixels}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::View(name) => write!(f, "view {}", name.name()),
            Self::Turn { axis, degrees } => write!(f, "roll {} {degrees}", axis.name()),
            Self::Move { axis, angstrom } => write!(f, "move {} {angstrom}", axis.name()),
            Self::Zoom { factor } => write!(f, "zoom {factor}"),
            Self::Center(target) => write!(f, "center {}", target.text),
            Self::Crop(Crop {
                x,
                y,
                width,
                height,
            }) => write!(f, "crop {x} {y} {width} {height}"),
        }
    }
}
