//! Prepares pictures of a plan for drawing: the scene, and the camera behind the picture's own
//! commands.

use std::collections::VecDeque;
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_scenes::{Camera, PreparedScene, SceneError};

use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::picture::{PictureSize, PictureSpec};

/// Number of cached structures: a complex and those that its questions combine it with.
const MAX_STRUCTURES: usize = 8;

/// A complex whose questions show pictures, and the hash of the files that it was planned with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlannedFiles<'a> {
    /// Id of the complex.
    pub(crate) id: &'a str,
    /// SHA-256 of its files, in lower-case hexadecimal digits.
    pub(crate) sha256: &'a str,
}

/// A prepared scene with the picture that it was prepared for.
struct CurrentScene {
    picture: PictureSpec,
    size: PictureSize,
    prepared: PreparedScene,
    fitted_camera: Camera,
}

/// Prepares consecutive pictures; pictures of one scene share it.
pub(crate) struct PictureJobs<'a> {
    source: &'a ComplexSource,
    current: Option<CurrentScene>,
    /// The complexes that were read last: id, hash of the files, structure.
    structures: VecDeque<(String, String, Arc<Structure>)>,
}

impl<'a> PictureJobs<'a> {
    pub(crate) fn new(source: &'a ComplexSource) -> Self {
        Self {
            source,
            current: None,
            structures: VecDeque::new(),
        }
    }

    /// Returns the scene of a picture, and the camera that its own commands lead to.
    ///
    /// # Errors
    /// When a complex cannot be read or drawn, or the files of the owner, whose questions show the
    /// picture, are not those that were planned.
    pub(crate) fn scene(
        &mut self,
        owner: PlannedFiles<'_>,
        picture: &PictureSpec,
        size: PictureSize,
    ) -> Result<(&PreparedScene, Camera), DatasetError> {
        let scene_error = |source: SceneError| DatasetError::Scene {
            complex: picture.complex.clone(),
            source: Box::new(source),
        };
        let request = picture.request(size);
        let current = self
            .current
            .take()
            .filter(|scene| scene.picture.same_scene(picture) && scene.size == size);
        let scene = if let Some(scene) = current {
            scene
        } else {
            let structure = self.structure(owner, &picture.complex)?;
            let mut front = request.clone();
            front.commands.clear();
            let prepared = PreparedScene::new(structure, &front).map_err(scene_error)?;
            let fitted_camera = prepared.camera().map_err(scene_error)?;
            CurrentScene {
                picture: picture.clone(),
                size,
                prepared,
                fitted_camera,
            }
        };
        let commands = request.view_commands().map_err(scene_error)?;
        let mut camera = scene.fitted_camera.clone();
        camera
            .apply(commands, &scene.prepared.scene().structure)
            .map_err(scene_error)?;
        Ok((&self.current.insert(scene).prepared, camera))
    }

    /// Reads a complex; the files of the owner must be those that were planned.
    fn structure(
        &mut self,
        owner: PlannedFiles<'_>,
        id: &str,
    ) -> Result<Arc<Structure>, DatasetError> {
        let cached = self.structures.iter().find(|(other, ..)| other == id);
        let (hash, structure) = if let Some((_, hash, structure)) = cached {
            (hash.clone(), Arc::clone(structure))
        } else {
            let hash = self.source.hash(id)?;
            let complex = self
                .source
                .read(id)
                .map_err(|error| DatasetError::content(&self.source.path(id), error.message))?;
            if self.structures.len() == MAX_STRUCTURES {
                self.structures.pop_front();
            }
            let structure = complex.structure;
            let entry = (id.to_owned(), hash.clone(), Arc::clone(&structure));
            self.structures.push_back(entry);
            (hash, structure)
        };
        if id == owner.id && hash != owner.sha256 {
            return Err(DatasetError::content(
                &self.source.path(id),
                "its files have changed since the set was planned; restore them, or plan again",
            ));
        }
        Ok(structure)
    }
}
