//! Builds the render jobs of planned pictures; consecutive pictures of one scene share it.

use glam::DVec3;
use molshot_scenes::RenderJob;

use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::picture::{PictureSize, PictureSpec};
use crate::picture_jobs::{PictureJobs, PlannedFiles};
use crate::record::ComplexPlan;

/// The render job of a picture.
#[derive(Debug)]
pub(crate) struct PlannedJob {
    pub(crate) job: RenderJob,
    /// The point about which `roll` turns, in camera axes, angstrom.
    pub(crate) center_angstrom: DVec3,
}

/// Builds the render jobs of consecutive pictures.
pub(crate) struct JobBuilder<'a> {
    pictures: PictureJobs<'a>,
    size: PictureSize,
}

impl<'a> JobBuilder<'a> {
    pub(crate) fn new(source: &'a ComplexSource, size: PictureSize) -> Self {
        Self {
            pictures: PictureJobs::new(source),
            size,
        }
    }

    /// Builds the job of a picture of a line of the plan.
    ///
    /// # Errors
    /// When the files of a complex cannot be read or have changed, or the scene cannot be built.
    pub(crate) fn build(
        &mut self,
        line: &ComplexPlan,
        picture: &PictureSpec,
    ) -> Result<PlannedJob, DatasetError> {
        let planned = PlannedFiles {
            id: &line.id,
            sha256: &line.input_sha256,
        };
        let (scene, camera) = self.pictures.scene(planned, picture, self.size)?;
        let job = scene
            .job_from(&camera)
            .map_err(|source| DatasetError::Scene {
                complex: picture.complex.clone(),
                source: Box::new(source),
            })?;
        Ok(PlannedJob {
            center_angstrom: job.view().pose.camera_from_world(camera.rotation_center()),
            job,
        })
    }
}
