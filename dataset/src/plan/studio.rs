//! A complex on the table: its sketches, and the checks on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_scenes::{Camera, Plane, PreparedScene, parse_commands};

use crate::complexes::{Complex, pocket_atoms};
use crate::error::DatasetError;
use crate::picture::{Look, Picture, PictureSize};
use crate::plan::sketch::{self, Sketch, Sketcher};
use crate::step::Step;

/// Two sketches that differ by less are taken for alike. Measured on 57 complexes: a step of the
/// answers' grid changes 0.7 of the pixels and 6 levels or more; what falls below these has
/// (nearly) nothing in it or is symmetric.
pub const LEAST_PIXELS: f32 = 0.2;
/// See [`LEAST_PIXELS`]; levels of 255.
pub const LEAST_PERCEPTUAL: f32 = 1.5;
/// A picture with fewer drawn atoms in frame tells nothing.
pub const LEAST_ATOMS: usize = 10;
/// Longer edge of the pictures by which visibility is judged, pixels.
const VISIBLE_EDGE_PX: u32 = 192;

/// Why a try failed; the names of `report.json`.
pub type Reason = &'static str;

/// Sketches of one complex as it stands.
#[derive(Debug)]
pub struct Studio {
    complex: Complex,
    prepared: PreparedScene,
    fitted: Camera,
    /// Whether the pocket has residues of several chains.
    has_chains: bool,
    sketches: BTreeMap<Vec<Step2>, Option<Arc<Sketch>>>,
}

/// A step as a key of a map.
type Step2 = (u8, u8, i32);

fn key(steps: &[Step]) -> Vec<Step2> {
    steps
        .iter()
        .map(|step| (step.kind as u8, step.axis as u8, step.amount))
        .collect()
}

/// Commands of a picture of the front view after steps.
#[must_use]
pub fn texts(steps: &[Step]) -> Vec<String> {
    steps.iter().map(Step::to_string).collect()
}

impl Studio {
    /// Sets a complex up.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn new(complex: Complex, sketcher: &Sketcher) -> Result<Self, DatasetError> {
        let picture = Picture::new(&complex.id, Look::Complex, "front", &[]);
        let prepared = prepare(&complex, &sketch::request(&picture, sketcher.size()))?;
        let fitted = prepared.camera().map_err(|source| DatasetError::Scene {
            complex: complex.id.clone(),
            source: Box::new(source),
        })?;
        let has_chains = chains(&complex.structure).len() > 1;
        Ok(Self {
            has_chains,
            complex,
            prepared,
            fitted,
            sketches: BTreeMap::new(),
        })
    }

    /// Whether labels of residues must name the chain: the pocket's drawn residues are of several.
    #[must_use]
    pub fn has_chains(&self) -> bool {
        self.has_chains
    }

    /// The complex.
    #[must_use]
    pub fn complex(&self) -> &Complex {
        &self.complex
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.complex.id
    }

    /// Its structure.
    #[must_use]
    pub fn structure(&self) -> &Structure {
        &self.complex.structure
    }

    /// The camera of the front view.
    #[must_use]
    pub fn front(&self) -> &Camera {
        &self.fitted
    }

    /// What the complex looks like from the front after steps; drawn once. `None` when there is
    /// nothing.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn after(
        &mut self,
        sketcher: &mut Sketcher,
        steps: &[Step],
    ) -> Result<Option<Arc<Sketch>>, DatasetError> {
        let key = key(steps);
        if let Some(sketch) = self.sketches.get(&key) {
            return Ok(sketch.clone());
        }
        let sketch = sketcher
            .draw(&self.prepared, &self.fitted, &texts(steps))?
            .map(Arc::new);
        self.sketches.insert(key, sketch.clone());
        Ok(sketch)
    }

    /// Number of drawn atoms in frame and in front of the camera after steps.
    #[must_use]
    pub fn atoms_in_frame(&self, steps: &[Step]) -> usize {
        let mut camera = self.fitted.clone();
        let Ok(commands) = parse_commands(&texts(steps).join(";")) else {
            return 0;
        };
        let scene = self.prepared.scene();
        if camera.apply(&commands, &scene.structure).is_err() {
            return 0;
        }
        let (view, viewport) = (camera.view(), camera.viewport());
        let size = [viewport.width_px, viewport.height_px].map(f64::from);
        scene
            .spheres
            .iter()
            .filter(|ball| {
                let seen = view.project(
                    &viewport,
                    glam::DVec3::from_array(ball.center_angstrom.map(f64::from)),
                );
                seen.z >= view.near_angstrom
                    && (0.0..size[0]).contains(&seen.x)
                    && (0.0..size[1]).contains(&seen.y)
            })
            .count()
    }

    /// Whether the sketches after two lists of steps are alike.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn alike(
        &mut self,
        sketcher: &mut Sketcher,
        a: &[Step],
        b: &[Step],
    ) -> Result<bool, DatasetError> {
        let a = self.after(sketcher, a)?;
        let b = self.after(sketcher, b)?;
        Ok(match (a, b) {
            (Some(a), Some(b)) => are_alike(&a, &b),
            // A picture of nothing is like any other.
            _ => true,
        })
    }

    /// The sketch of any picture of this complex, drawn anew.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn sketch(
        &self,
        sketcher: &mut Sketcher,
        picture: &Picture,
    ) -> Result<Option<Sketch>, DatasetError> {
        let prepared = prepare(&self.complex, &sketch::request(picture, sketcher.size()))?;
        let fitted = prepared.camera().map_err(|source| DatasetError::Scene {
            complex: self.complex.id.clone(),
            source: Box::new(source),
        })?;
        Ok(sketcher.draw(&prepared, &fitted, &picture.commands)?)
    }

    /// Which atoms some pixel of the six views shows, as far as is needed: no further view is drawn
    /// once `enough` holds.
    ///
    /// # Errors
    /// When the pictures cannot be drawn.
    pub fn visible(
        &self,
        sketcher: &mut Sketcher,
        size: PictureSize,
        look: &Look,
        enough: impl Fn(&[bool]) -> bool,
    ) -> Result<Vec<bool>, DatasetError> {
        let longer = size.width_px.max(size.height_px).max(1);
        let scaled = |edge: u32| (edge * VISIBLE_EDGE_PX.min(longer)).div_ceil(longer).max(1);
        let size = PictureSize {
            width_px: scaled(size.width_px),
            height_px: scaled(size.height_px),
            samples: 1,
        };
        let picture = Picture::new(&self.complex.id, look.clone(), "front", &[]);
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
            let command = molshot_scenes::Command::View(view);
            let job = prepared.job_with(&[command]).map_err(scene_error)?;
            for id in sketcher.ids(&job)? {
                if let Some(atom) = id.checked_sub(1)
                    && let Some(seen) = visible.get_mut(atom as usize)
                {
                    *seen = true;
                }
            }
        }
        Ok(visible)
    }
}

/// Names of the chains of the pocket's drawn residues; one without a name is empty.
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

/// Whether two sketches are too near to each other.
#[must_use]
pub fn are_alike(a: &Sketch, b: &Sketch) -> bool {
    let distance = a.distance(b);
    distance.pixels < LEAST_PIXELS || distance.perceptual < LEAST_PERCEPTUAL
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
