//! What is looked at: a structure, the request as keys have changed it, and the camera as the mouse
//! has moved it.

use std::collections::BTreeSet;
use std::sync::Arc;

use glam::{DQuat, DVec2, DVec3};
use molshot_molecule::{Structure, Warning};
use molshot_scenes::commands::{Crop, Extent, Target, ViewName, parse_commands};
use molshot_scenes::request::StructureSource;
use molshot_scenes::{
    Camera, Command, CropRect, Plane, Pose, PreparedScene, Projection, RenderJob, RenderRequest,
    Samples, Scene, SceneDocument, SceneError,
};

use crate::input::Loaded;
use crate::orbit::Orbit;
use crate::pacer::Quality;

/// One scene and the way it is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    structure: Arc<Structure>,
    source: StructureSource,
    request: RenderRequest,
    scene: Arc<Scene>,
    /// The request's own commands, without a crop.
    own: Vec<Command>,
    /// Where the mouse has led the camera; nowhere yet without it.
    orbit: Option<Orbit>,
    /// The request's crop; it refers to the request's own size.
    crop: Option<Crop>,
    /// Whether the crop is part of the picture that is copied and saved.
    is_cropped: bool,
    /// The window's picture.
    size_px: [u32; 2],
    /// The picture that is copied and saved where that is not the window's: a screen was too small
    /// for it.
    still_px: Option<[u32; 2]>,
}

/// Cameras that differ by so little, as by the rounding of view commands, are the same: angstrom;
/// radians, and share of a width.
const SAME_ANGSTROM: f64 = 2e-3;
const SAME: f64 = 1e-4;
/// Percent are rounded to so many decimals: at 10,000 pixels a hundredth of a pixel.
const PERCENT_DECIMALS: f64 = 1e4;

impl Document {
    /// A document as its request says, in a window of so many pixels (at least one each way).
    ///
    /// # Errors
    /// As [`PreparedScene::new`] and [`Camera::apply`].
    pub(crate) fn new(loaded: Loaded, size_px: [u32; 2]) -> Result<Self, SceneError> {
        let Loaded {
            structure,
            source,
            request,
        } = loaded;
        let prepared = PreparedScene::new(Arc::clone(&structure), &request)?;
        let scene = Arc::clone(prepared.scene());
        let mut own = request.view_commands()?;
        let output = &request.output;
        // Here a crop that reaches out of its picture is found, or a second one.
        scene
            .camera(&request.camera, output.width_px, output.height_px)?
            .apply(&own, &scene.structure)?;
        let mut crop = None;
        own.retain(|command| {
            if let Command::Crop(own_crop) = command {
                crop = Some(*own_crop);
            }
            !matches!(command, Command::Crop(_))
        });
        let document = Self {
            structure,
            source,
            request,
            scene,
            own,
            orbit: None,
            crop,
            is_cropped: crop.is_some(),
            size_px,
            still_px: None,
        };
        document.camera()?;
        Ok(document)
    }

    /// The document of a file that was read again. The camera stays, unless a scene file now says
    /// another one; one that was not moved goes to another structure that a scene file now names.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn reloaded(&self, loaded: Loaded, is_scene_file: bool) -> Result<Self, SceneError> {
        let before = self.camera()?;
        let mut loaded = loaded;
        if !is_scene_file {
            loaded.request = self.request.clone();
        }
        let (now, then) = (&loaded.request, &self.request);
        let same_source = loaded.source == self.source;
        let is_moved = self.orbit.is_some();
        let stays =
            now.commands == then.commands && (is_moved || now.camera == then.camera && same_source);
        let mut after = Self::new(loaded, self.size_px)?;
        if after.crop == self.crop {
            after.is_cropped = self.is_cropped;
        }
        if after.own_size() == self.own_size() {
            after.still_px = self.still_px;
        }
        if stays && !after.looks_as(&before)? {
            let center = Orbit::center_of(&self.commands());
            let (pose, projection) = (before.pose(), before.view().projection);
            // An atom that it turned about may be gone.
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

    /// Whether a camera is this one's but for what rounding does.
    fn looks_as(&self, other: &Camera) -> Result<bool, SceneError> {
        let own = self.camera()?;
        let (a, b) = (own.pose(), other.pose());
        let same_width = match (own.view().projection, other.view().projection) {
            (
                Projection::Orthographic { width_angstrom: a },
                Projection::Orthographic { width_angstrom: b },
            ) => (a - b).abs() <= SAME * a,
            (a, b) => a == b,
        };
        Ok(same_width
            && a.position_angstrom.distance(b.position_angstrom) <= SAME_ANGSTROM
            && a.world_from_camera.angle_between(b.world_from_camera) <= SAME)
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

    /// Whether the request has a crop, be it left out or not.
    pub(crate) fn has_crop(&self) -> bool {
        self.crop.is_some()
    }

    /// Leaves the request's crop out, or takes it in again; whether it is in now. `None` for a
    /// request without one.
    pub(crate) fn toggle_crop(&mut self) -> Option<bool> {
        self.crop?;
        self.is_cropped = !self.is_cropped;
        Some(self.is_cropped)
    }

    /// The part of the window's picture that is copied and saved, where that is not the whole.
    pub(crate) fn crop(&self) -> Option<CropRect> {
        self.crop_command(self.size_px).map(|(_, part)| part)
    }

    /// The crop as a picture of some size has it: as it was written where that is the request's own
    /// size, else the same share of the picture. A picture in which that is less than a pixel has
    /// none.
    fn crop_command(&self, size_px: [u32; 2]) -> Option<(Command, CropRect)> {
        let crop = self.crop.filter(|_| self.is_cropped)?;
        let command = Command::Crop(if size_px == self.own_size() {
            crop
        } else {
            in_percent(&crop, self.own_size())
        });
        let mut camera = self.fitted(size_px).ok()?;
        camera
            .apply(std::slice::from_ref(&command), &self.scene.structure)
            .ok()?;
        Some((command, camera.viewport().crop))
    }

    /// The size that the request was opened with.
    pub(crate) fn own_size(&self) -> [u32; 2] {
        let output = &self.request.output;
        [output.width_px, output.height_px]
    }

    /// The size of the picture that is copied and saved.
    pub(crate) fn still_size(&self) -> [u32; 2] {
        self.still_px.unwrap_or(self.size_px)
    }

    /// Takes the window's size, pixels, at least one each way. It `stands_for` a picture of another
    /// size of the same shape where a screen is too small for that; if that is the request's own,
    /// it is copied and saved.
    pub(crate) fn resize(&mut self, size_px: [u32; 2], stands_for: Option<[u32; 2]>) {
        self.size_px = size_px;
        self.still_px = stands_for.filter(|size| *size == self.own_size());
    }

    /// The view commands of the camera as it stands, without a crop.
    pub(crate) fn commands(&self) -> Vec<Command> {
        match &self.orbit {
            None => self.own.clone(),
            Some(orbit) => orbit.commands(),
        }
    }

    fn fitted(&self, [width, height]: [u32; 2]) -> Result<Camera, SceneError> {
        self.scene.camera(&self.request.camera, width, height)
    }

    /// The camera that a request with [`Self::commands`] has in the window's size: that of the
    /// whole picture.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn camera(&self) -> Result<Camera, SceneError> {
        self.camera_of(self.size_px)
    }

    fn camera_of(&self, size_px: [u32; 2]) -> Result<Camera, SceneError> {
        let mut camera = self.fitted(size_px)?;
        camera.apply(&self.commands(), &self.scene.structure)?;
        Ok(camera)
    }

    /// The scene file of the picture that is seen, within its crop.
    pub(crate) fn scene_file(&self) -> SceneDocument {
        SceneDocument::new(self.source.clone(), self.request())
    }

    /// The request for the picture that is seen, within its crop.
    pub(crate) fn request(&self) -> RenderRequest {
        let mut request = self.request.clone();
        let size_px = self.still_size();
        [request.output.width_px, request.output.height_px] = size_px;
        let is_as_opened = self.crop.is_none() || self.is_cropped && size_px == self.own_size();
        if self.orbit.is_some() || !is_as_opened {
            let crop = self.crop_command(size_px).map(|(command, _)| command);
            let commands = self.commands().into_iter().chain(crop);
            request.commands = commands.map(|command| command.to_string()).collect();
        }
        request
    }

    /// The job of the window's picture: the whole.
    ///
    /// # Errors
    /// As [`RenderJob::new`].
    pub(crate) fn job(&self, quality: Quality) -> Result<RenderJob, SceneError> {
        let samples = match quality {
            Quality::Quick => Samples::One,
            Quality::Full => self.request.output.samples,
        };
        let planes = BTreeSet::from([Plane::Color, Plane::AtomId]);
        self.job_of(&self.camera()?, samples, planes)
    }

    /// The job of the picture that is saved: that of `molshot render`.
    ///
    /// # Errors
    /// As [`RenderJob::new`].
    pub(crate) fn still(&self) -> Result<RenderJob, SceneError> {
        let output = &self.request.output;
        let size_px = self.still_size();
        let mut camera = self.camera_of(size_px)?;
        if let Some((crop, _)) = self.crop_command(size_px) {
            camera.apply(&[crop], &self.scene.structure)?;
        }
        self.job_of(&camera, output.samples, output.planes.clone())
    }

    fn job_of(
        &self,
        camera: &Camera,
        samples: Samples,
        planes: BTreeSet<Plane>,
    ) -> Result<RenderJob, SceneError> {
        let scene = Arc::clone(&self.scene);
        RenderJob::new(scene, camera.view(), camera.viewport(), samples, planes)
    }

    /// Changes the request; as it was where that leaves nothing to draw. The camera keeps its
    /// commands.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn change(
        &mut self,
        change: impl FnOnce(&mut RenderRequest),
    ) -> Result<(), SceneError> {
        let mut request = self.request.clone();
        change(&mut request);
        let loaded = Loaded {
            structure: Arc::clone(&self.structure),
            source: self.source.clone(),
            request,
        };
        let mut changed = Self::new(loaded, self.size_px)?;
        changed.orbit.clone_from(&self.orbit);
        changed.is_cropped = self.is_cropped;
        changed.still_px = self.still_px;
        changed.camera()?;
        *self = changed;
        Ok(())
    }

    /// What the readers found odd.
    pub(crate) fn warnings(&self) -> &[Warning] {
        self.structure.warnings()
    }

    /// Looks as the request says.
    pub(crate) fn reset(&mut self) {
        self.orbit = None;
    }

    /// One of the six views.
    pub(crate) fn look(&mut self, view: ViewName) {
        self.orbit = Some(Orbit::named(view));
    }

    /// The camera's place, to be moved.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn orbit(&self) -> Result<Orbit, SceneError> {
        if let Some(orbit) = &self.orbit {
            return Ok(orbit.clone());
        }
        let center = Orbit::center_of(&self.own);
        Orbit::of_camera(
            &self.camera()?,
            center,
            &self.fitted(self.size_px)?,
            &self.scene.structure,
        )
    }

    /// Moves the camera, unless that leads it where no camera may be.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn set_orbit(&mut self, orbit: Orbit) -> Result<(), SceneError> {
        let before = self.orbit.replace(orbit);
        let moved = self.camera().map(|_| ());
        if moved.is_err() {
            self.orbit = before;
        }
        moved
    }

    /// Turns the scene from where a drag began.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn turn(&mut self, start: &Orbit, turn: DQuat) -> Result<(), SceneError> {
        let mut orbit = start.clone();
        orbit.turn(turn);
        self.set_orbit(orbit)
    }

    /// Moves the scene from where a drag began by so many pixels (right, down): what lies as deep
    /// as the rotation centre follows the pointer.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn shift(&mut self, start: &Orbit, pixels: DVec2) -> Result<(), SceneError> {
        let camera = self.camera()?;
        let view = camera.view();
        let scale = view.pixel_scale(&camera.viewport());
        let depth = -camera.pose().camera_from_world(camera.rotation_center()).z;
        let angstrom_a_pixel = match view.projection {
            Projection::Perspective { .. } => depth.max(view.near_angstrom) / scale,
            Projection::Orthographic { .. } => 1.0 / scale,
        };
        let mut orbit = start.clone();
        orbit.shift(DVec2::new(pixels.x, -pixels.y) * angstrom_a_pixel);
        self.set_orbit(orbit)
    }

    /// Makes the scene larger.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn zoom(&mut self, factor: f64) -> Result<(), SceneError> {
        let mut orbit = self.orbit()?;
        orbit.zoom(factor);
        self.set_orbit(orbit)
    }

    /// Brings an atom to the middle and turns about it from now on.
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

    /// An atom in words: name, residue, coordinates, and where it is in the picture.
    pub(crate) fn describe(&self, atom: u32) -> Option<String> {
        let structure = &self.scene.structure;
        let atoms = structure.atoms();
        let name = atoms.name.get(atom as usize)?;
        let [x, y, z] = atoms.position_angstrom[atom as usize];
        let residue = structure.residue_of(atom);
        let chain = &structure.chains()[residue.chain as usize].id;
        let code = char::from(residue.insertion_code);
        let camera = self.camera_of(self.still_size()).ok()?;
        let world = DVec3::from_array([x, y, z].map(f64::from));
        let at = camera.view().project(&camera.viewport(), world);
        let place = format!("{} {}{}", residue.name, residue.number, code);
        Some(format!(
            "{name} of {}{}{chain} at {x:.3} {y:.3} {z:.3} \u{c5}, pixel {:.1} {:.1}, depth {:.2} \u{c5}",
            place.trim_end(),
            if chain.is_empty() { "" } else { " " },
            at.x,
            at.y,
            at.z
        ))
    }
}

/// A crop of a picture of this size as shares of it.
fn in_percent(crop: &Crop, [width_px, height_px]: [u32; 2]) -> Crop {
    let share = |extent, whole: u32| match extent {
        Extent::Percent(_) => extent,
        Extent::Pixels(pixels) => {
            let percent = 100.0 * f64::from(pixels) / f64::from(whole.max(1));
            Extent::Percent((percent * PERCENT_DECIMALS).round() / PERCENT_DECIMALS)
        }
    };
    Crop {
        x: share(crop.x, width_px),
        y: share(crop.y, height_px),
        width: share(crop.width, width_px),
        height: share(crop.height, height_px),
    }
}

/// `center` of one atom: by its names where they mean no other, else by its index.
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
