//! A complex with cached thumbnails, and the checks that a question can be answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_scenes::{Camera, Plane, PreparedScene, parse_commands};

use super::framing::{ViewFrame, retreat_angstrom};
use super::thumbnail::{self, Thumbnail, Thumbnailer};
use crate::complexes::{Complex, pocket_atoms};
use crate::coordinates::is_in_frame;
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSize, PictureSpec};
use crate::step::Step;

/// Thumbnails with a smaller pixel distance look alike.
///
/// On 57 complexes, one increment of an answer changes 0.7 of the pixels and 6 levels or more.
/// Pictures below these limits are (nearly) empty or symmetric.
pub const MIN_PIXEL_DISTANCE: f32 = 0.2;
/// Thumbnails with a smaller perceptual distance look alike; in levels of 255.
pub const MIN_PERCEPTUAL_DISTANCE: f32 = 1.5;
/// A picture with fewer drawn atoms in frame shows too little.
pub const MIN_ATOMS_IN_FRAME: usize = 10;
/// Longer edge of the pictures that decide whether atoms are visible, in pixels.
const VISIBILITY_EDGE_PX: u32 = 192;

/// Stable name of the reason why a candidate was rejected, as in `report.json`.
pub type Reason = &'static str;

/// A complex with its prepared scene and the thumbnails rendered so far.
#[derive(Debug)]
pub struct PreviewCache {
    complex: Complex,
    prepared: PreparedScene,
    /// The camera of the front view.
    front_camera: Camera,
    /// Whether the pocket has residues of several chains.
    has_chains: bool,
    thumbnails: BTreeMap<Vec<StepKey>, Option<Arc<Thumbnail>>>,
}

/// A step as a key of a map.
type StepKey = (u8, u8, i32);

fn key(steps: &[Step]) -> Vec<StepKey> {
    steps
        .iter()
        .map(|step| (step.kind as u8, step.axis as u8, step.amount))
        .collect()
}

/// Returns the command texts of steps.
#[must_use]
pub fn command_texts(steps: &[Step]) -> Vec<String> {
    steps.iter().map(Step::to_string).collect()
}

impl PreviewCache {
    /// Prepares the scene of a complex.
    ///
    /// # Errors
    /// When the scene cannot be built.
    pub fn new(complex: Complex, thumbnailer: &Thumbnailer) -> Result<Self, DatasetError> {
        let picture = PictureSpec::new(&complex.id, PictureKind::Complex, "front", &[]);
        let prepared = prepare(&complex, &thumbnail::request(&picture, thumbnailer.size()))?;
        let front_camera = prepared.camera().map_err(|source| DatasetError::Scene {
            complex: complex.id.clone(),
            source: Box::new(source),
        })?;
        let has_chains = chains(&complex.structure).len() > 1;
        Ok(Self {
            has_chains,
            complex,
            prepared,
            front_camera,
            thumbnails: BTreeMap::new(),
        })
    }

    /// Returns whether residue labels must include the chain, because the pocket has several.
    #[must_use]
    pub fn has_chains(&self) -> bool {
        self.has_chains
    }

    /// Returns the complex.
    #[must_use]
    pub fn complex(&self) -> &Complex {
        &self.complex
    }

    /// Returns the id of the complex.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.complex.id
    }

    /// Returns the structure of the complex.
    #[must_use]
    pub fn structure(&self) -> &Structure {
        &self.complex.structure
    }

    /// Returns the camera of the front view.
    #[must_use]
    pub fn front_camera(&self) -> &Camera {
        &self.front_camera
    }

    /// Returns the thumbnail of the front view after steps, rendered once and cached.
    ///
    /// `None` if the steps lead to an invalid view.
    ///
    /// # Errors
    /// When rendering fails.
    pub fn after(
        &mut self,
        thumbnailer: &mut Thumbnailer,
        steps: &[Step],
    ) -> Result<Option<Arc<Thumbnail>>, DatasetError> {
        let key = key(steps);
        if let Some(thumbnail) = self.thumbnails.get(&key) {
            return Ok(thumbnail.clone());
        }
        let thumbnail = thumbnailer
            .draw(&self.prepared, &self.front_camera, &command_texts(steps))?
            .map(Arc::new);
        self.thumbnails.insert(key, thumbnail.clone());
        Ok(thumbnail)
    }

    /// Counts the drawn atoms in frame and in front of the camera after steps.
    #[must_use]
    pub fn atoms_in_frame(&self, steps: &[Step]) -> usize {
        let mut camera = self.front_camera.clone();
        let Ok(commands) = parse_commands(&command_texts(steps).join(";")) else {
            return 0;
        };
        let scene = self.prepared.scene();
        if camera.apply(&commands, &scene.structure).is_err() {
            return 0;
        }
        let (view, viewport) = (camera.view(), camera.viewport());
        drawn_points(scene)
            .into_iter()
            .filter(|point| is_in_frame(&view, &viewport, *point))
            .count()
    }

    /// Returns whether the front view looks alike after two lists of steps.
    ///
    /// # Errors
    /// When rendering fails.
    pub fn looks_alike(
        &mut self,
        thumbnailer: &mut Thumbnailer,
        a: &[Step],
        b: &[Step],
    ) -> Result<bool, DatasetError> {
        let a = self.after(thumbnailer, a)?;
        let b = self.after(thumbnailer, b)?;
        Ok(match (a, b) {
            (Some(a), Some(b)) => are_alike(&a, &b),
            // An invalid view cannot be told from any other.
            _ => true,
        })
    }

    /// Returns the camera of the front view of pictures of a size.
    ///
    /// That of thumbnails differs a little, because their edges are rounded.
    ///
    /// # Errors
    /// When the size is invalid.
    pub fn front_camera_of(&self, size: PictureSize) -> Result<Camera, DatasetError> {
        let request = molshot_scenes::request::CameraRequest::default();
        let scene = self.prepared.scene();
        scene
            .camera(&request, size.width_px, size.height_px)
            .map_err(|source| DatasetError::Scene {
                complex: self.complex.id.clone(),
                source: Box::new(source),
            })
    }

    /// Returns how far the cameras of views must step back to have all drawn atoms in the picture,
    /// in whole angstrom.
    ///
    /// # Errors
    /// When the scene cannot be built.
    pub fn retreat_angstrom(
        &self,
        size: PictureSize,
        kind: &PictureKind,
        views: &[&str],
    ) -> Result<i32, DatasetError> {
        let picture = PictureSpec::new(&self.complex.id, kind.clone(), "front", &[]);
        let mut request = thumbnail::request(&picture, size);
        request.commands.clear();
        let prepared = prepare(&self.complex, &request)?;
        let camera = prepared.camera().map_err(|source| DatasetError::Scene {
            complex: self.complex.id.clone(),
            source: Box::new(source),
        })?;
        let frames = ViewFrame::of_views(&camera, self.structure(), views);
        Ok(retreat_angstrom(&frames, &drawn_points(prepared.scene())))
    }

    /// Renders the thumbnail of any picture of this complex, without the cache.
    ///
    /// # Errors
    /// When the scene cannot be built or rendering fails.
    pub fn thumbnail(
        &self,
        thumbnailer: &mut Thumbnailer,
        picture: &PictureSpec,
    ) -> Result<Option<Thumbnail>, DatasetError> {
        let prepared = prepare(
            &self.complex,
            &thumbnail::request(picture, thumbnailer.size()),
        )?;
        let front_camera = prepared.camera().map_err(|source| DatasetError::Scene {
            complex: self.complex.id.clone(),
            source: Box::new(source),
        })?;
        Ok(thumbnailer.draw(&prepared, &front_camera, &picture.commands)?)
    }

    /// Returns for each atom whether a pixel of the six views shows it.
    ///
    /// The cameras of the views move by `steps`. No further view is rendered once `enough` holds,
    /// so later atoms may be missing.
    ///
    /// # Errors
    /// When the scene cannot be built or rendering fails.
    pub fn visible_atoms(
        &self,
        thumbnailer: &mut Thumbnailer,
        size: PictureSize,
        kind: &PictureKind,
        steps: &[Step],
        enough: impl Fn(&[bool]) -> bool,
    ) -> Result<Vec<bool>, DatasetError> {
        let longer = size.width_px.max(size.height_px).max(1);
        let scaled = |edge: u32| {
            (edge * VISIBILITY_EDGE_PX.min(longer))
                .div_ceil(longer)
                .max(1)
        };
        let size = PictureSize {
            width_px: scaled(size.width_px),
            height_px: scaled(size.height_px),
            samples: 1,
        };
        let picture = PictureSpec::new(&self.complex.id, kind.clone(), "front", &[]);
        let mut request = picture.request(size);
        request.commands.clear();
        request.output.planes = [Plane::AtomId].into();
        let prepared = prepare(&self.complex, &request)?;
        let scene_error = |source| DatasetError::Scene {
            complex: self.complex.id.clone(),
            source: Box::new(source),
        };
        let mut visible = vec![false; self.structure().atoms().len()];
        for view in molshot_scenes::commands::ViewName::ALL {
            if enough(&visible) {
                break;
            }
            let further = command_texts(steps).join(";");
            let mut commands = vec![molshot_scenes::Command::View(view)];
            commands.extend(parse_commands(&further).map_err(scene_error)?);
            let job = prepared.job_with(&commands).map_err(scene_error)?;
            for id in thumbnailer.atom_ids(&job)? {
                if let Some(atom) = id.checked_sub(1)
                    && let Some(is_visible) = visible.get_mut(atom as usize)
                {
                    *is_visible = true;
                }
            }
        }
        Ok(visible)
    }
}

/// Returns the chains of the pocket's drawn residues; a chain without a name is an empty text.
#[must_use]
pub fn chains(structure: &Structure) -> BTreeSet<String> {
    pocket_atoms(structure)
        .into_iter()
        .map(|atom| {
            let chain = structure.residue_of(atom).chain;
            structure.chains()[chain as usize].id.to_string()
        })
        .collect()
}

/// Returns the positions of the drawn atoms of a scene, in angstrom.
#[must_use]
pub fn drawn_points(scene: &molshot_scenes::Scene) -> Vec<glam::DVec3> {
    let center = |center: [f32; 3]| glam::DVec3::from_array(center.map(f64::from));
    scene
        .spheres
        .iter()
        .map(|sphere| center(sphere.center_angstrom))
        .collect()
}

/// Returns whether two thumbnails are too similar to be told apart.
#[must_use]
pub fn are_alike(a: &Thumbnail, b: &Thumbnail) -> bool {
    let distance = a.distance(b);
    distance.pixels < MIN_PIXEL_DISTANCE || distance.perceptual < MIN_PERCEPTUAL_DISTANCE
}

fn prepare(
    complex: &Complex,
    request: &molshot_scenes::RenderRequest,
) -> Result<PreparedScene, DatasetError> {
    PreparedScene::new(Arc::clone(&complex.structure), request).map_err(|source| {
        DatasetError::Scene {
            complex: complex.id.clone(),
            source: Box::new(source),
        }
    })
}
