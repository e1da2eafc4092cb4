//! Scenes from numbers: spheres and cylinders without a structure file.

use std::sync::Arc;

use molshot_molecule::Structure;

use crate::colors::Rgb;
use crate::effects::Effects;
use crate::error::SceneError;
use crate::labels::{Label, LabelAlignment, LabelSize, LabelSubject, Labels};
use crate::scene::{Background, Cylinder, DepthCue, Lighting, Scene, SceneParts, Sphere};

/// Builds a [`Scene`] from spheres, cylinders and labels. Every sphere counts as one atom: the n-th
/// one, counted from 0, has the number n + 1 in the planes of ids, as atoms of a file have.
///
/// Scenes are drawn with single precision: keep positions and radii to molecular scales (radii of
/// about 0.001 to 100000 angstrom). A scene of extreme ones, such as a radius of 1e30, is not
/// refused, but its picture may be empty.
///
/// ```
/// use molshot_scenes::{Scene, colors::Rgb};
///
/// let scene = Scene::builder()
///     .sphere([0.0, 0.0, 0.0], 1.0, Rgb::from_hex(0x4477AA))
///     .sphere([3.0, 0.0, 0.0], 0.5, Rgb::from_hex(0xEE6677))
///     .cylinder([0.0, 0.0, 0.0], [3.0, 0.0, 0.0], 0.2, Rgb::from_hex(0xBBBBBB))
///     .build()?;
/// assert_eq!(scene.spheres.len(), 2);
/// # Ok::<(), molshot_scenes::SceneError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SceneBuilder {
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
    labels: Labels,
    lighting: Lighting,
    depth_cue: Option<DepthCue>,
    background: Background,
    effects: Effects,
}

impl Default for SceneBuilder {
    /// Nothing on black, lit and faded with depth as by default.
    fn default() -> Self {
        Self {
            spheres: Vec::new(),
            cylinders: Vec::new(),
            labels: Labels::default(),
            lighting: Lighting::simple(),
            depth_cue: Some(DepthCue::DEFAULT),
            background: Background {
                color: [0; 3],
                transparent: false,
            },
            effects: Effects::default(),
        }
    }
}

impl SceneBuilder {
    /// Adds a sphere of this centre, radius and colour.
    pub fn sphere(mut self, center_angstrom: [f32; 3], radius_angstrom: f32, color: Rgb) -> Self {
        self.spheres.push(Sphere {
            center_angstrom,
            radius_angstrom,
            color: color.opaque(),
            atom: self.spheres.len() as u32,
        });
        self
    }

    /// Adds a cylinder with flat ends, which belongs to no sphere.
    pub fn cylinder(
        mut self,
        start_angstrom: [f32; 3],
        end_angstrom: [f32; 3],
        radius_angstrom: f32,
        color: Rgb,
    ) -> Self {
        self.cylinders.push(Cylinder {
            start_angstrom,
            radius_angstrom,
            end_angstrom,
            caps: Cylinder::FLAT,
            start_color: color.opaque(),
            end_color: color.opaque(),
            start_atom: Cylinder::NO_ATOM,
            end_atom: Cylinder::NO_ATOM,
        });
        self
    }

    /// Adds a line of text of this height, centred at a point.
    pub fn label(
        mut self,
        text: &str,
        anchor_angstrom: [f32; 3],
        height_angstrom: f32,
        color: Rgb,
    ) -> Self {
        self.labels.list.push(Label {
            text: text.into(),
            subject: LabelSubject::Text(self.labels.list.len() as u32),
            anchor_angstrom,
            offset_angstrom: [0.0; 3],
            alignment: LabelAlignment::Center,
            size: LabelSize::Angstrom(height_angstrom),
            color: color.0,
        });
        self
    }

    /// Sets the background's colour.
    pub fn background(mut self, color: Rgb) -> Self {
        self.background = Background {
            color: color.0,
            transparent: false,
        };
        self
    }

    /// Makes the background transparent.
    pub fn transparent(mut self) -> Self {
        self.background = Background {
            color: [0; 3],
            transparent: true,
        };
        self
    }

    /// Sets light and material.
    pub fn lighting(mut self, lighting: Lighting) -> Self {
        self.lighting = lighting;
        self
    }

    /// Sets how the scene fades with depth; `None` turns that off.
    pub fn depth_cue(mut self, depth_cue: Option<DepthCue>) -> Self {
        self.depth_cue = depth_cue;
        self
    }

    /// Sets silhouettes, ambient occlusion and shadows.
    pub fn effects(mut self, effects: Effects) -> Self {
        self.effects = effects;
        self
    }

    /// Checks everything and makes the scene.
    ///
    /// # Errors
    /// As [`Scene::from_parts`], [`Scene::with_labels`] and [`Scene::with_effects`].
    pub fn build(self) -> Result<Scene, SceneError> {
        let points = self.spheres.iter().map(|sphere| sphere.center_angstrom);
        let structure = Arc::new(Structure::from_points(points.collect()));
        Scene::from_parts(SceneParts {
            spheres: self.spheres,
            cylinders: self.cylinders,
            lighting: self.lighting,
            depth_cue: self.depth_cue,
            background: self.background,
            structure,
        })?
        .with_labels(self.labels)?
        .with_effects(self.effects)
    }
}

impl Scene {
    /// A builder for a scene from numbers, without a structure file.
    pub fn builder() -> SceneBuilder {
        SceneBuilder::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::colors::{Rgb, chain_color};
    use crate::request::CameraRequest;
    use crate::{Plane, RenderJob, Samples, Scene, parse_commands};

    #[test]
    fn ten_spheres_from_numbers_become_a_job() {
        let mut builder = Scene::builder().background(Rgb([255; 3]));
        for index in 0..10_u8 {
            let angle = f32::from(index) * std::f32::consts::TAU / 10.0;
            let center = [4.0 * angle.cos(), 4.0 * angle.sin(), 0.0];
            builder = builder
                .sphere(center, 1.0, chain_color(usize::from(index)))
                .label(&index.to_string(), center, 0.7, Rgb::BLACK);
        }
        let scene = builder.build().expect("a valid scene");
        let ids: Vec<u32> = scene.spheres.iter().map(|sphere| sphere.atom).collect();
        assert_eq!(ids, (0..10).collect::<Vec<u32>>());
        assert_eq!(scene.spheres[1].color, chain_color(1).opaque());
        assert_eq!(scene.labels.list.len(), 10);
        assert!((scene.bounds.max.x - 5.0).abs() < 1e-6);
        let mut camera = scene
            .camera(&CameraRequest::default(), 64, 48)
            .expect("a fitted camera");
        let commands = parse_commands("view left; zoom 2; center all").expect("commands");
        camera
            .apply(&commands, &scene.structure)
            .expect("the spheres can be selected");
        let job = RenderJob::new(
            Arc::new(scene),
            camera.view(),
            camera.viewport(),
            Samples::Four,
            [Plane::Color, Plane::AtomId, Plane::ResidueId].into(),
        )
        .expect("a job");
        assert_eq!(job.viewport().width_px, 64);
    }

    #[test]
    fn a_wrong_number_is_refused_with_its_place() {
        let error = Scene::builder()
            .sphere([0.0; 3], 1.0, Rgb::BLACK)
            .sphere([f32::NAN, 0.0, 0.0], 1.0, Rgb::BLACK)
            .build()
            .expect_err("not a number");
        assert_eq!(error.pointer(), Some("/spheres/1"));
        let error = Scene::builder()
            .cylinder([0.0; 3], [0.0; 3], 0.1, Rgb::BLACK)
            .build()
            .expect_err("no length");
        assert_eq!(error.pointer(), Some("/cylinders/0"));
    }
}
