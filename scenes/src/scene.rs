//! The scene: all spheres, cylinders, labels and lights of a picture, with every default applied.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use glam::DVec3;
use molshot_molecule::Structure;

pub use crate::bounding_box::BoundingBox;
use crate::effects::Effects;
use crate::error::SceneError;
use crate::labels::Labels;
use crate::mesh::{Mesh, MeshVertex};

/// A sphere: an atom, or the joint of two sticks.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Sphere {
    /// Centre in world axes, angstrom.
    pub center_angstrom: [f32; 3],
    /// Radius, angstrom; positive and finite.
    pub radius_angstrom: f32,
    /// sRGB colour; the fourth byte is 255.
    pub color: [u8; 4],
    /// Index of the atom in the structure.
    pub atom: u32,
}

/// A straight stick in two halves, one for each end's atom, split in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Cylinder {
    /// Centre of the first end in world axes, angstrom.
    pub start_angstrom: [f32; 3],
    /// Radius, angstrom; positive and finite.
    pub radius_angstrom: f32,
    /// Centre of the second end in world axes, angstrom; differs from the first.
    pub end_angstrom: [f32; 3],
    /// How the ends are closed: [`Cylinder::OPEN`], [`Cylinder::FLAT`] or [`Cylinder::ROUND`].
    pub caps: u32,
    /// sRGB colour of the half at the first end; the fourth byte is 255.
    pub start_color: [u8; 4],
    /// sRGB colour of the half at the second end; the fourth byte is 255.
    pub end_color: [u8; 4],
    /// Atom at the first end, or [`Cylinder::NO_ATOM`].
    pub start_atom: u32,
    /// Atom at the second end, or [`Cylinder::NO_ATOM`].
    pub end_atom: u32,
}

impl Cylinder {
    /// No caps: for ends that are hidden in balls.
    pub const OPEN: u32 = 0;
    /// Flat discs.
    pub const FLAT: u32 = 1;
    /// Hemispheres of the cylinder's radius.
    pub const ROUND: u32 = 2;
    /// The half belongs to no atom: it hides what is behind it and has 0 in the ID planes.
    pub const NO_ATOM: u32 = MeshVertex::NO_ATOM;
}

/// What [`Scene::from_parts`] takes, one field a field of [`Scene`].
#[derive(Debug, Clone)]
pub struct SceneParts {
    /// Balls.
    pub spheres: Vec<Sphere>,
    /// Sticks.
    pub cylinders: Vec<Cylinder>,
    /// Light and material.
    pub lighting: Lighting,
    /// Fading with depth; `None` is off.
    pub depth_cue: Option<DepthCue>,
    /// Background.
    pub background: Background,
    /// Where the atom indices of `spheres` and `cylinders` point.
    pub structure: Arc<Structure>,
}

/// Two directional lights that move with the camera, ambient light, and one material for
/// everything.
///
/// The colour of a hit with unit normal `n` (turned towards the viewer) is, per channel, before the
/// [`DepthCue`]: `c * ambient_reflectivity * ambient_intensity`
/// `+ c * diffuse_reflectivity * (key_intensity * max(0, -n.key) + fill_intensity * max(0, -n.fill))`
/// `+ specular_reflectivity * key_intensity * max(0, -r.v) ^ specular_exponent` where `r` is the
/// key direction reflected at `n` and `v` the unit vector from the camera to the hit. It is clamped
/// to 1 only after the depth cue: what is brighter than white fades later than the rest (measured
/// in `ChimeraX`'s pictures, see `docs/fidelity.md`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lighting {
    /// Unit direction in which the key light travels, camera axes.
    pub key_direction: [f32; 3],
    /// Intensity of the key light.
    pub key_intensity: f32,
    /// Unit direction in which the fill light travels, camera axes.
    pub fill_direction: [f32; 3],
    /// Intensity of the fill light.
    pub fill_intensity: f32,
    /// Intensity of the ambient light.
    pub ambient_intensity: f32,
    /// Share of ambient light that is reflected.
    pub ambient_reflectivity: f32,
    /// Share of diffuse light that is reflected.
    pub diffuse_reflectivity: f32,
    /// Strength of the highlight.
    pub specular_reflectivity: f32,
    /// Exponent of the highlight. Always 30: the shaders compute it by repeated squaring.
    pub specular_exponent: u32,
}

impl Lighting {
    /// ChimeraX's "simple" lighting and default material, as observed in its pictures and stated in
    /// its user guide (<https://www.cgl.ucsf.edu/chimerax/docs/user/commands/lighting.html>,
    /// `.../material.html`).
    #[must_use]
    pub fn simple() -> Self {
        Self {
            key_direction: unit([1.0, -1.0, -1.0]),
            key_intensity: 1.0,
            fill_direction: unit([-0.2, -0.2, -0.959]),
            fill_intensity: 0.5,
            ambient_intensity: 0.4,
            ambient_reflectivity: 0.8,
            diffuse_reflectivity: 0.8,
            specular_reflectivity: 0.3,
            specular_exponent: 30,
        }
    }
}

fn unit(v: [f64; 3]) -> [f32; 3] {
    DVec3::from_array(v).normalize().as_vec3().to_array()
}

/// Fading with depth: from `start` (a share of the way from near to far) to `end`, linearly towards
/// the background's colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthCue {
    /// Where fading begins, 0 = near plane, 1 = far plane.
    pub start: f32,
    /// Where the cue colour alone is left.
    pub end: f32,
}

impl DepthCue {
    /// ChimeraX's default: 0.5 to 1.
    pub const DEFAULT: Self = Self {
        start: 0.5,
        end: 1.0,
    };
}

/// The background of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// sRGB colour; also the colour into which the depth cue fades.
    pub color: [u8; 3],
    /// True: the picture has alpha 0 where nothing is drawn.
    pub transparent: bool,
}

/// A drawing, complete: nothing about it is left to choose but the camera.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Scene {
    /// Balls, in atom order.
    pub spheres: Vec<Sphere>,
    /// Sticks, in bond order.
    pub cylinders: Vec<Cylinder>,
    /// Triangles: cartoons and surfaces.
    pub mesh: Arc<Mesh>,
    /// Light and material.
    pub lighting: Lighting,
    /// Fading with depth; `None` is off.
    pub depth_cue: Option<DepthCue>,
    /// Background.
    pub background: Background,
    /// Box of everything that the style draws (balls with their radii), before `select` hides any
    /// of it. The camera is fitted to it, so hiding does not move the camera.
    pub bounds: BoundingBox,
    /// Box between whose ends the clip planes and the depth cue lie: `bounds`, and what was moved
    /// out of it by a transform.
    pub clip_bounds: BoundingBox,
    /// What is made of the picture's depth.
    pub effects: Effects,
    /// Texts over the picture.
    pub labels: Labels,
    /// Where the ids in `spheres`, `cylinders` and `mesh` point.
    pub structure: Arc<Structure>,
}

impl Scene {
    /// A scene whose spheres and cylinders refer to the atoms of a structure; for one without a
    /// structure see [`Scene::builder`]. Its box is that of
    /// all balls and of balls around the ends of all sticks; without any it is the world's origin.
    /// It has no labels and no effects: see [`Scene::with_labels`] and [`Scene::with_effects`].
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a pointer to the wrong part when a position or radius is not
    /// finite, a radius is not positive, a stick's ends coincide, its caps are none of
    /// [`Cylinder`]'s constants, or an atom is not in the structure.
    pub fn from_parts(parts: SceneParts) -> Result<Self, SceneError> {
        let atom_count = parts.structure.atoms().len();
        let mut balls = Vec::with_capacity(parts.spheres.len() + 2 * parts.cylinders.len());
        for (index, sphere) in parts.spheres.iter().enumerate() {
            let pointer = format!("/spheres/{index}");
            check_ball(&pointer, sphere.center_angstrom, sphere.radius_angstrom)?;
            check_atom(&pointer, sphere.atom, atom_count)?;
            balls.push((sphere.center_angstrom, sphere.radius_angstrom));
        }
        for (index, cylinder) in parts.cylinders.iter().enumerate() {
            let pointer = format!("/cylinders/{index}");
            let ends = [
                (cylinder.start_angstrom, cylinder.start_atom),
                (cylinder.end_angstrom, cylinder.end_atom),
            ];
            for (center, atom) in ends {
                check_ball(&pointer, center, cylinder.radius_angstrom)?;
                if atom != Cylinder::NO_ATOM {
                    check_atom(&pointer, atom, atom_count)?;
                }
                balls.push((center, cylinder.radius_angstrom));
            }
            if ends_coincide(cylinder) {
                return Err(SceneError::invalid(
                    pointer,
                    "the stick has no length".into(),
                    "give two different ends".into(),
                ));
            }
            if cylinder.caps > Cylinder::ROUND {
                return Err(SceneError::invalid(
                    pointer,
                    format!("caps {} are not known", cylinder.caps),
                    "give 0 (open), 1 (flat) or 2 (round)".into(),
                ));
            }
        }
        let bounds = box_of(&balls);
        Ok(Self {
            bounds,
            clip_bounds: bounds,
            spheres: parts.spheres,
            cylinders: parts.cylinders,
            mesh: Arc::default(),
            lighting: parts.lighting,
            depth_cue: parts.depth_cue,
            background: parts.background,
            effects: Effects::default(),
            labels: Labels::default(),
            structure: parts.structure,
        })
    }

    /// The scene with a mesh; the boxes grow to hold it.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] as [`Mesh::check`].
    pub fn with_mesh(mut self, mesh: Arc<Mesh>) -> Result<Self, SceneError> {
        mesh.check(self.structure.atoms().len())?;
        if let Some(mesh_bounds) = mesh.bounds() {
            let empty = self.spheres.is_empty() && self.cylinders.is_empty();
            for bounds in [&mut self.bounds, &mut self.clip_bounds] {
                *bounds = if empty {
                    mesh_bounds
                } else {
                    bounds.union(&mesh_bounds)
                };
            }
        }
        self.mesh = mesh;
        Ok(self)
    }

    /// The scene with other labels.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a pointer to the wrong label when a position is not finite,
    /// a size not positive and finite, or the outline's width out of range.
    pub fn with_labels(mut self, labels: Labels) -> Result<Self, SceneError> {
        labels.check()?;
        self.labels = labels;
        Ok(self)
    }

    /// The scene with other effects.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a pointer to the number that is out of its range.
    pub fn with_effects(mut self, effects: Effects) -> Result<Self, SceneError> {
        effects.check()?;
        self.effects = effects;
        Ok(self)
    }
}

fn ends_coincide(cylinder: &Cylinder) -> bool {
    let [start, end] = [cylinder.start_angstrom, cylinder.end_angstrom]
        .map(|end| DVec3::from_array(end.map(f64::from)));
    start.distance_squared(end) == 0.0
}

fn check_ball(pointer: &str, center: [f32; 3], radius: f32) -> Result<(), SceneError> {
    if center.iter().all(|part| part.is_finite()) && radius.is_finite() && radius > 0.0 {
        return Ok(());
    }
    Err(SceneError::invalid(
        pointer,
        format!("a sphere or cylinder cannot be at {center:?} with the radius {radius}"),
        "give a finite position and a positive radius".into(),
    ))
}

fn check_atom(pointer: &str, atom: u32, atom_count: usize) -> Result<(), SceneError> {
    if (atom as usize) < atom_count {
        return Ok(());
    }
    Err(SceneError::invalid(
        pointer,
        format!("atom {atom} does not exist"),
        format!("the structure has {atom_count} atoms, counted from 0"),
    ))
}

/// Box of balls, each a centre and a radius.
fn box_of(balls: &[([f32; 3], f32)]) -> BoundingBox {
    balls
        .iter()
        .map(|(center, radius)| {
            let center = DVec3::from_array(center.map(f64::from));
            BoundingBox {
                min: center - f64::from(*radius),
                max: center + f64::from(*radius),
            }
        })
        .reduce(|a, b| a.union(&b))
        .unwrap_or(BoundingBox {
            min: DVec3::ZERO,
            max: DVec3::ZERO,
        })
}
