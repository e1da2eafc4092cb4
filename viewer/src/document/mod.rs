//! The document that a window shows: a structure, the request as keys have changed it, and the
//! camera as the mouse has moved it.

use std::collections::BTreeSet;
use std::sync::Arc;

use glam::{DQuat, DVec2, DVec3};
use molshot_molecule::{Structure, Warning};
use molshot_scenes::commands::{Crop, Extent, Target, ViewName, parse_commands};
use molshot_scenes::request::{ReadingRequest, StructureSource};
use molshot_scenes::{
    Camera, Command, CropRect, Plane, Pose, PreparedScene, Projection, RenderJob, RenderRequest,
    Samples, Scene, SceneDocument, SceneError,
};

use crate::input::LoadedInput;
use crate::orbit::Orbit;
use crate::pacer::Quality;

/// A scene with its request and camera.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    structure: Arc<Structure>,
    source: StructureSource,
    reading: ReadingRequest,
    request: RenderRequest,
    scene: Arc<Scene>,
    /// The request's commands, without a crop.
    request_commands: Vec<Command>,
    /// The camera as the mouse has moved it; `None` until it is moved.
    orbit: Option<Orbit>,
    /// The request's crop, which refers to the request's size.
    crop: Option<Crop>,
    /// Whether the crop applies to copied and saved pictures.
    is_cropped: bool,
    /// Size of the picture in the window.
    size_px: [u32; 2],
    /// Size of copied and saved pictures, if the screen is too small for it.
    export_size_px: Option<[u32; 2]>,
}

/// Cameras whose positions differ by at most this, as by the rounding of view commands, are equal.
const POSITION_TOLERANCE_ANGSTROM: f64 = 2e-3;
/// Likewise for orientations in radians, and for widths relative to the width.
const TOLERANCE: f64 = 1e-4;
/// Percentages are rounded to one in this: at 10,000 pixels that is a hundredth of a pixel.
const PERCENT_SCALE: f64 = 1e4;

impl Document {
    /// Opens an input in a window of this size in pixels, at least 1 x 1.
    ///
    /// # Errors
    /// As [`PreparedScene::new`] and [`Camera::apply`].
    pub(crate) fn new(loaded: LoadedInput, size_px: [u32; 2]) -> Result<Self, SceneError> {
        let LoadedInput {
            structure,
            source,
            reading,
            request,
        } = loaded;
        let prepared = PreparedScene::new(Arc::clone(&structure), &request)?;
        let scene = Arc::clone(prepared.scene());
        let mut request_commands = request.view_commands()?.to_vec();
        let output = &request.output;
        // This validates the commands, including a crop outside of the picture or a second crop.
        scene
            .camera(&request.camera, output.width_px, output.height_px)?
            .apply(&request_commands, &scene.structure)?;
        let mut crop = None;
        request_commands.retain(|command| {
            if let Command::Crop(request_crop) = command {
                crop = Some(*request_crop);
            }
            !matches!(command, Command::Crop(_))
        });
        let document = Self {
            structure,
            source,
            reading,
            request,
            scene,
            request_commands,
            orbit: None,
            crop,
            is_cropped: crop.is_some(),
            size_px,
            export_size_px: None,
        };
        document.camera()?;
        Ok(document)
    }

    /// Opens a file again that has changed. The camera stays unless the commands of a scene file
    /// have changed or, if it was not moved, the camera or the structure of a scene file.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn reloaded(
        &self,
        loaded: LoadedInput,
        is_scene_file: bool,
    ) -> Result<Self, SceneError> {
        let previous = self.camera()?;
        let mut loaded = loaded;
        if !is_scene_file {
            loaded.request = self.request.clone();
        }
        let (new, old) = (&loaded.request, &self.request);
        let same_source = loaded.source == self.source && loaded.reading == self.reading;
        let is_moved = self.orbit.is_some();
        let keeps_camera =
            new.commands == old.commands && (is_moved || new.camera == old.camera && same_source);
        let mut after = Self::new(loaded, self.size_px)?;
        if after.crop == self.crop {
            after.is_cropped = self.is_cropped;
        }
        if after.request_size() == self.request_size() {
            after.export_size_px = self.export_size_px;
        }
        if keeps_camera && !after.has_camera(&previous)? {
            let center = Orbit::center_of(&self.commands());
            let (pose, projection) = (previous.pose(), previous.view().projection);
            // The atom at the rotation centre may no longer exist.
            after.orbit = after
                .orbit_of(&pose, projection, center)
                .or_else(|_| after.orbit_of(&pose, projection, None))
                .ok();
            if after.camera().is_err() {
                after.orbit = None;
            }
        }
        Ok(after)
    }

    /// Whether a camera equals the document's, apart from rounding.
    fn has_camera(&self, other: &Camera) -> Result<bool, SceneError> {
        let own = self.camera()?;
        let (a, b) = (own.pose(), other.pose());
        let same_width = match (own.view().projection, other.view().projection) {
            (
                Projection::Orthographic { width_angstrom: a },
                Projection::Orthographic { width_angstrom: b },
            ) => (a - b).abs() <= TOLERANCE * a,
            (a, b) => a == b,
        };
        Ok(same_width
            && a.position_angstrom.distance(b.position_angstrom) <= POSITION_TOLERANCE_ANGSTROM
            && a.world_from_camera.angle_between(b.world_from_camera) <= TOLERANCE)
    }

    fn orbit_of(
        &self,
        pose: &Pose,
        projection: Projection,
        center: Option<Target>,
    ) -> Result<Orbit, SceneError> {
        Orbit::of_pose(
            pose,
            projection,
            center,
            &self.fitted(self.size_px)?,
            &self.scene.structure,
        )
    }

    /// Whether the request has a crop, even if it is switched off.
    pub(crate) fn has_crop(&self) -> bool {
        self.crop.is_some()
    }

    /// Switches the request's crop off or on, and returns whether it is on now; `None` for a
    /// request without a crop.
    pub(crate) fn toggle_crop(&mut self) -> Option<bool> {
        self.crop?;
        self.is_cropped = !self.is_cropped;
        Some(self.is_cropped)
    }

    /// The part of the window's picture that is copied and saved, unless that is the whole picture.
    pub(crate) fn crop(&self) -> Option<CropRect> {
        self.crop_command(self.size_px).map(|(_, part)| part)
    }

    /// The crop for a picture of this size: unchanged for the request's size, otherwise the same
    /// share of the picture; `None` if that is less than a pixel.
    fn crop_command(&self, size_px: [u32; 2]) -> Option<(Command, CropRect)> {
        let crop = self.crop.filter(|_| self.is_cropped)?;
        let command = Command::Crop(if size_px == self.request_size() {
            crop
        } else {
            in_percent(&crop, self.request_size())
        });
        let mut camera = self.fitted(size_px).ok()?;
        camera
            .apply(std::slice::from_ref(&command), &self.scene.structure)
            .ok()?;
        Some((command, camera.viewport().crop))
    }

    /// The size in pixels that the request was opened with.
    pub(crate) fn request_size(&self) -> [u32; 2] {
        let output = &self.request.output;
        [output.width_px, output.height_px]
    }

    /// The size in pixels of copied and saved pictures.
    pub(crate) fn export_size(&self) -> [u32; 2] {
        self.export_size_px.unwrap_or(self.size_px)
    }

    /// Sets the window's size in pixels, at least 1 x 1. `scaled_from` is the size of a picture
    /// that is too large for the screen; if it is the request's size, copied and saved pictures
    /// have it.
    pub(crate) fn resize(&mut self, size_px: [u32; 2], scaled_from: Option<[u32; 2]>) {
        self.size_px = size_px;
        self.export_size_px = scaled_from.filter(|size| *size == self.request_size());
    }

    /// The view commands of the current camera, without a crop.
    pub(crate) fn commands(&self) -> Vec<Command> {
        match &self.orbit {
            None => self.request_commands.clone(),
            Some(orbit) => orbit.commands(),
        }
    }

    fn fitted(&self, [width, height]: [u32; 2]) -> Result<Camera, SceneError> {
        self.scene.camera(&self.request.camera, width, height)
    }

    /// The camera of a request with [`Self::commands`] at the window's size, without a crop.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn camera(&self) -> Result<Camera, SceneError> {
        self.camera_for(self.size_px)
    }

    fn camera_for(&self, size_px: [u32; 2]) -> Result<Camera, SceneError> {
        let mut camera = self.fitted(size_px)?;
        camera.apply(&self.commands(), &self.scene.structure)?;
        Ok(camera)
    }

    /// The scene file of the visible picture, within its crop.
    pub(crate) fn scene_file(&self) -> SceneDocument {
        SceneDocument::new(self.source.clone(), self.request()).with_reading(self.reading.clone())
    }

    /// The request for the visible picture, within its crop.
    pub(crate) fn request(&self) -> RenderRequest {
        let mut request = self.request.clone();
        let size_px = self.export_size();
        [request.output.width_px, request.output.height_px] = size_px;
        let is_unchanged = self.crop.is_none() || self.is_cropped && size_px == self.request_size();
        if self.orbit.is_some() || !is_unchanged {
            let crop = self.crop_command(size_px).map(|(command, _)| command);
            let commands = self.commands().into_iter().chain(crop);
            request.commands = commands.map(|command| command.to_string()).collect();
        }
        request
    }

    /// The job of the window's picture, without a crop.
    ///
    /// # Errors
    /// As [`RenderJob::new`].
    pub(crate) fn job(&self, quality: Quality) -> Result<RenderJob, SceneError> {
        let samples = match quality {
            Quality::Quick => Samples::One,
            Quality::Full => self.request.output.samples,
        };
        let planes = BTreeSet::from([Plane::Color, Plane::AtomId]);
        self.job_for(&self.camera()?, samples, planes)
    }

    /// The job of a saved picture, which equals that of `molshot render`.
    ///
    /// # Errors
    /// As [`RenderJob::new`].
    pub(crate) fn export_job(&self) -> Result<RenderJob, SceneError> {
        let output = &self.request.output;
        let size_px = self.export_size();
        let mut camera = self.camera_for(size_px)?;
        if let Some((crop, _)) = self.crop_command(size_px) {
            camera.apply(&[crop], &self.scene.structure)?;
        }
        self.job_for(&camera, output.samples, output.planes.clone())
    }

    fn job_for(
        &self,
        camera: &Camera,
        samples: Samples,
        planes: BTreeSet<Plane>,
    ) -> Result<RenderJob, SceneError> {
        let scene = Arc::clone(&self.scene);
        RenderJob::new(scene, camera.view(), camera.viewport(), samples, planes)
    }

    /// Changes the request, unless that leaves nothing to draw. The camera keeps its commands.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn change(
        &mut self,
        change: impl FnOnce(&mut RenderRequest),
    ) -> Result<(), SceneError> {
        let mut request = self.request.clone();
        change(&mut request);
        let loaded = LoadedInput {
            structure: Arc::clone(&self.structure),
            source: self.source.clone(),
            reading: self.reading.clone(),
            request,
        };
        let mut changed = Self::new(loaded, self.size_px)?;
        changed.orbit.clone_from(&self.orbit);
        changed.is_cropped = self.is_cropped;
        changed.export_size_px = self.export_size_px;
        changed.camera()?;
        *self = changed;
        Ok(())
    }

    /// The readers' warnings.
    pub(crate) fn warnings(&self) -> &[Warning] {
        self.structure.warnings()
    }

    /// Resets the camera to that of the request.
    pub(crate) fn reset(&mut self) {
        self.orbit = None;
    }

    /// Shows one of the six views.
    pub(crate) fn look_from(&mut self, view: ViewName) {
        self.orbit = Some(Orbit::named(view));
    }

    /// The camera relative to the fitted one, as the start of a drag.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn orbit(&self) -> Result<Orbit, SceneError> {
        if let Some(orbit) = &self.orbit {
            return Ok(orbit.clone());
        }
        let center = Orbit::center_of(&self.request_commands);
        Orbit::of_camera(
            &self.camera()?,
            center,
            &self.fitted(self.size_px)?,
            &self.scene.structure,
        )
    }

    /// Moves the camera, unless the new camera is invalid.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn set_orbit(&mut self, orbit: Orbit) -> Result<(), SceneError> {
        let previous = self.orbit.replace(orbit);
        let moved = self.camera().map(|_| ());
        if moved.is_err() {
            self.orbit = previous;
        }
        moved
    }

    /// Rotates the scene relative to the start of a drag.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn rotate(&mut self, start: &Orbit, rotation: DQuat) -> Result<(), SceneError> {
        let mut orbit = start.clone();
        orbit.rotate(rotation);
        self.set_orbit(orbit)
    }

    /// Moves the scene by pixels (right, down) relative to the start of a drag: points at the depth
    /// of the rotation centre follow the pointer.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn pan(&mut self, start: &Orbit, pixels: DVec2) -> Result<(), SceneError> {
        let camera = self.camera()?;
        let view = camera.view();
        let scale = view.pixel_scale(&camera.viewport());
        let depth = -camera.pose().camera_from_world(camera.rotation_center()).z;
        let angstrom_per_pixel = match view.projection {
            Projection::Perspective { .. } => depth.max(view.near_angstrom) / scale,
            Projection::Orthographic { .. } => 1.0 / scale,
        };
        let mut orbit = start.clone();
        orbit.pan(DVec2::new(pixels.x, -pixels.y) * angstrom_per_pixel);
        self.set_orbit(orbit)
    }

    /// Enlarges the scene by a factor.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn zoom(&mut self, factor: f64) -> Result<(), SceneError> {
        let mut orbit = self.orbit()?;
        orbit.zoom(factor);
        self.set_orbit(orbit)
    }

    /// Moves an atom to the centre of the picture and makes it the rotation centre.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn center(&mut self, atom: u32) -> Result<(), SceneError> {
        let Some(command) = center_command(&self.scene.structure, atom)? else {
            return Ok(());
        };
        let mut camera = self.camera()?;
        let commands = [command];
        camera.apply(&commands, &self.scene.structure)?;
        let center = Orbit::center_of(&commands);
        let orbit = Orbit::of_camera(
            &camera,
            center,
            &self.fitted(self.size_px)?,
            &self.scene.structure,
        )?;
        self.set_orbit(orbit)
    }

    /// Describes an atom: name, residue, coordinates and position in the picture.
    pub(crate) fn describe(&self, atom: u32) -> Option<String> {
        let structure = &self.scene.structure;
        let atoms = structure.atoms();
        let name = atoms.name.get(atom as usize)?;
        let [x, y, z] = atoms.position_angstrom[atom as usize];
        let residue = structure.residue_of(atom);
        let chain = &structure.chains()[residue.chain as usize].id;
        let code = char::from(residue.insertion_code);
        let camera = self.camera_for(self.export_size()).ok()?;
        let world = DVec3::from_array([x, y, z].map(f64::from));
        let at = camera.view().project(&camera.viewport(), world);
        let residue_text = format!("{} {}{}", residue.name, residue.number, code);
        Some(format!(
            "{name} of {}{}{chain} at {x:.3} {y:.3} {z:.3} \u{c5}, pixel {:.1} {:.1}, depth {:.2} \u{c5}",
            residue_text.trim_end(),
            if chain.is_empty() { "" } else { " " },
            at.x,
            at.y,
            at.z
        ))
    }
}

/// Converts a crop of a picture of this size to percentages.
fn in_percent(crop: &Crop, [width_px, height_px]: [u32; 2]) -> Crop {
    let share = |extent, whole: u32| match extent {
        Extent::Percent(_) => extent,
        Extent::Pixels(pixels) => {
            let percent = 100.0 * f64::from(pixels) / f64::from(whole.max(1));
            Extent::Percent((percent * PERCENT_SCALE).round() / PERCENT_SCALE)
        }
    };
    Crop {
        x: share(crop.x, width_px),
        y: share(crop.y, height_px),
        width: share(crop.width, width_px),
        height: share(crop.height, height_px),
    }
}

/// Returns the `center` command of an atom: by its names if they are unique, otherwise by its
/// index.
fn center_command(structure: &Structure, atom: u32) -> Result<Option<Command>, SceneError> {
    let Some(name) = structure.atoms().name.get(atom as usize) else {
        return Ok(None);
    };
    let residue = structure.residue_of(atom);
    let chain = &structure.chains()[residue.chain as usize].id;
    let code = char::from(residue.insertion_code);
    let number = format!("{}{code}", residue.number);
    let number = number.trim_end();
    let by_name = format!("center chain \"{chain}\" and resi {number} and name \"{name}\"");
    if let Ok(mut commands) = parse_commands(&by_name)
        && let [Command::Center(target)] = commands.as_slice()
    {
        let chosen = target.selection.evaluate(structure);
        if chosen.iter().filter(|chosen| **chosen).count() == 1 && chosen[atom as usize] {
            return Ok(commands.pop());
        }
    }
    Ok(parse_commands(&format!("center index {atom}"))?.pop())
}

#[cfg(test)]
mod tests;
