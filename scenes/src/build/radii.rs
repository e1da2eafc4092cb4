//! Sizes of balls and sticks.

use glam::DVec3;
use molshot_molecule::Structure;
use molshot_molecule::perception::vdw_radii_angstrom;

use super::{BALL_SCALE, STICK_RADIUS_ANGSTROM};
use crate::request::{Preset, StyleRequest};
use crate::scene::BoundingBox;

/// Radius of every atom's ball, and of the sticks; angstrom.
pub(super) struct Radii {
    pub(super) ball: Vec<f32>,
    pub(super) stick: f32,
}

impl Radii {
    pub(super) fn new(structure: &Structure, style: &StyleRequest, styled: &[bool]) -> Self {
        let stick = style.stick_radius_angstrom.unwrap_or(STICK_RADIUS_ANGSTROM) as f32;
        let scale = style.ball_scale.unwrap_or(match style.preset {
            Preset::Spacefill => 1.0,
            _ => BALL_SCALE,
        }) as f32;
        let mut bonded = vec![false; styled.len()];
        for bond in structure.bonds() {
            let (a, b) = (bond.a as usize, bond.b as usize);
            if styled[a] && styled[b] {
                bonded[a] = true;
                bonded[b] = true;
            }
        }
        let vdw = match style.preset {
            Preset::Spacefill | Preset::BallAndStick => vdw_radii_angstrom(structure),
            // Only lone atoms are balls, most of them ions: their element is enough.
            _ => {
                let elements = structure.atoms().element.iter();
                elements.map(|e| e.vdw_radius_angstrom()).collect()
            }
        };
        let ball = vdw.into_iter().zip(bonded).map(|(radius, bonded)| {
            let scaled = radius * scale;
            match style.preset {
                Preset::Spacefill => scaled,
                Preset::BallAndStick => scaled.max(stick),
                _ if bonded => stick,
                _ => scaled.max(stick),
            }
        });
        Self {
            ball: ball.collect(),
            stick,
        }
    }

    /// Box of the balls. Sticks are at most as thick as the balls at their ends, so they are
    /// inside.
    pub(super) fn bounds(&self, structure: &Structure, styled: &[bool]) -> Option<BoundingBox> {
        let mut bounds: Option<BoundingBox> = None;
        let positions = &structure.atoms().position_angstrom;
        for ((position, radius), _) in positions
            .iter()
            .zip(&self.ball)
            .zip(styled)
            .filter(|(_, styled)| **styled)
        {
            let center = DVec3::from_array(position.map(f64::from));
            let radius = DVec3::splat(f64::from(*radius));
            let (min, max) = (center - radius, center + radius);
            bounds = Some(bounds.map_or(BoundingBox { min, max }, |b| BoundingBox {
                min: b.min.min(min),
                max: b.max.max(max),
            }));
        }
        bounds
    }
}
