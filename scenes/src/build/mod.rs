//! Structure and request to [`Scene`]: what is shown, how large, in which colours.
//!
//! What is shown: everything but hydrogens and water (unless asked for), and ligands (if asked not
//! to); of that, what `select` names. The scene's bounds are those of everything shown *before*
//! `select`, so that selecting does not move the camera.
//!
//! How large: `misi` and `licorice` are sticks of 0.2 angstrom with balls of the same radius at the
//! atoms; an atom that has no bond to another shown atom (an ion, say) would be hardly visible so
//! and is a ball of 0.25 times its van der Waals radius, at least as thick as a stick.
//! `ball-and-stick` has balls of 0.25 times the van der Waals radius, no ball being thinner than a
//! stick; `spacefill` has whole van der Waals balls and no bonds; both take the radius by atom type
//! ([`molshot_molecule::perception::vdw_radii_angstrom`]). Every bond is one stick in two halves,
//! each in its atom's colour; with `bond_orders` double, aromatic and triple bonds have more lines
//! (`bond_lines`). `cartoon` has ribbons ([`crate::cartoon`]) in place of the atoms of polymers,
//! and else sticks as `licorice`. Surfaces are meshes (`surface`), beside the atoms or, with the
//! preset `none`, in place of them. Pseudobonds are dashes ([`crate::pseudobonds`]) and drawn only
//! on request. Sizes and colours are `ChimeraX`'s (user guide, `style` and `size`; observed in its
//! pictures).
//!
//! Where: as read, but for what the request's transforms move ([`crate::transforms`]). Selections
//! and the fit know the structure as read; the scene's structure, and with it `center`, has the
//! atoms where they are drawn.

mod bond_lines;
mod cell_edges;
mod empty;
mod labels;
mod meshes;
mod opacity;
mod paint;
mod radii;
mod ribbons;
mod surface;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::perception::bond_orders;
use molshot_molecule::{CancelToken, Element, ResidueClass, Structure};

use self::bond_lines::cylinders;
use self::meshes::Meshes;
use self::radii::Radii;
use crate::camera::{Camera, ViewPoint};
use crate::commands::{COMMANDS_POINTER, Command};
use crate::error::SceneError;
use crate::job::RenderJob;
use crate::labels::ATOM_LIFT_ANGSTROM;
use crate::misi_presets;
use crate::pseudobonds::{Dashed, dashed, of_structure};
use crate::request::{
    BackgroundRequest, CameraRequest, OutputRequest, Preset, RenderRequest, StyleRequest, effects,
};
use crate::scene::{Background, BoundingBox, DepthCue, Lighting, Scene, Sphere};
use crate::transforms;

pub(crate) use bond_lines::SHORTEST_STICK_ANGSTROM;
pub(crate) use paint::atom_colors;

/// Radius of sticks, angstrom.
pub const STICK_RADIUS_ANGSTROM: f64 = 0.2;
/// Radius of balls as a share of the van der Waals radius.
pub const BALL_SCALE: f64 = 0.25;

/// A scene with the camera, output and view commands of its request: one upload, many views.
#[derive(Debug, Clone)]
pub struct PreparedScene {
    scene: Arc<Scene>,
    camera: CameraRequest,
    output: OutputRequest,
    commands: Vec<Command>,
    /// For each command, the index of the entry of the request that holds it.
    entries: Vec<usize>,
    /// Where the camera stands before any command; `None` for the fitted front view.
    view: Option<ViewPoint>,
}

impl PreparedScene {
    /// Builds the scene of a request.
    ///
    /// # Errors
    /// As [`RenderRequest::validate`] and [`build_scene`].
    pub fn new(structure: Arc<Structure>, request: &RenderRequest) -> Result<Self, SceneError> {
        Self::with_pseudobonds(structure, request, &[])
    }

    /// As [`Self::new`], with pseudobonds beside those that the request asks for: contacts found by
    /// other means, say.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_pseudobonds(
        structure: Arc<Structure>,
        request: &RenderRequest,
        pseudobonds: &[Dashed],
    ) -> Result<Self, SceneError> {
        request.validate()?;
        let scene = build_scene_with(structure, request, pseudobonds)?;
        Self::of_scene(Arc::new(scene), request)
    }

    /// A scene that exists already, seen as this request says.
    ///
    /// Of the request only `camera`, `commands` and `output` are used. What the scene contains and
    /// how it looks is the scene's own: `style` (with background, labels and silhouettes), `select`
    /// and `transforms` of the request have no effect. To change those, build the scene anew with
    /// [`PreparedScene::new`], or set them with [`Scene::builder`]. The request's values are not
    /// checked here; those of a document that was read were.
    ///
    /// # Errors
    /// As [`RenderRequest::view_commands`].
    pub fn of_scene(scene: Arc<Scene>, request: &RenderRequest) -> Result<Self, SceneError> {
        Ok(Self {
            scene,
            camera: request.camera,
            output: request.output.clone(),
            commands: request.view_commands()?.to_vec(),
            entries: request.commands.entry_of_each(),
            view: None,
        })
    }

    /// The same, seen from a view point before any command; `view NAME` gives the fitted views.
    #[must_use]
    pub fn seen_from(mut self, view: ViewPoint) -> Self {
        self.view = Some(view);
        self
    }

    /// The scene.
    #[must_use]
    pub fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    /// Size and form of the pictures.
    #[must_use]
    pub fn output(&self) -> &OutputRequest {
        &self.output
    }

    /// The camera before any command: fitted, or at the view point.
    ///
    /// # Errors
    /// As [`Camera::fit`] and [`Camera::seen_from`].
    pub fn camera(&self) -> Result<Camera, SceneError> {
        let (width_px, height_px) = (self.output.width_px, self.output.height_px);
        let fitted = self.scene.camera(&self.camera, width_px, height_px)?;
        match &self.view {
            Some(view) => fitted.seen_from(view),
            None => Ok(fitted),
        }
    }

    /// The picture that the request asks for.
    ///
    /// # Errors
    /// As [`Camera::apply`] and [`RenderJob::new`].
    pub fn job(&self) -> Result<RenderJob, SceneError> {
        self.job_with(&[])
    }

    /// As [`Self::job`]; looks at `cancel` before each command and within selections.
    ///
    /// # Errors
    /// As [`Self::job`], and [`SceneError::Cancelled`].
    pub fn job_cancellable(&self, cancel: &CancelToken) -> Result<RenderJob, SceneError> {
        self.job_of(&self.commands, cancel)
    }

    /// A picture of the same scene with further commands after the request's own.
    ///
    /// # Errors
    /// As [`Camera::apply`] and [`RenderJob::new`]; commands are numbered from the request's first.
    pub fn job_with(&self, further: &[Command]) -> Result<RenderJob, SceneError> {
        let commands = [self.commands.as_slice(), further].concat();
        self.job_of(&commands, &CancelToken::new())
    }

    fn job_of(&self, commands: &[Command], cancel: &CancelToken) -> Result<RenderJob, SceneError> {
        let mut camera = self.camera()?;
        camera
            .apply_cancellable(commands, &self.scene.structure, cancel)
            .map_err(|error| self.locate(error))?;
        self.job_from(&camera)
    }

    /// Points a command's error to the entry of the request that holds it.
    fn locate(&self, mut error: SceneError) -> SceneError {
        if let SceneError::Command {
            number, pointer, ..
        } = &mut error
            && let Some(entry) = self.entries.get(number.saturating_sub(1))
        {
            *pointer = format!("{COMMANDS_POINTER}/{entry}");
        }
        error
    }

    /// A picture of the same scene from a camera moved by the caller.
    ///
    /// # Errors
    /// As [`RenderJob::new`].
    pub fn job_from(&self, camera: &Camera) -> Result<RenderJob, SceneError> {
        RenderJob::new(
            Arc::clone(&self.scene),
            camera.view(),
            camera.viewport(),
            self.output.samples,
            self.output.planes.clone(),
        )
    }
}

/// Builds the scene of a request (its `camera`, `commands` and `output` are not looked at).
///
/// # Errors
/// [`SceneError::Selection`] when `select` cannot be understood, [`SceneError::Invalid`] when a
/// size is out of range, and [`SceneError::Empty`] when nothing is left to draw.
pub fn build_scene(
    structure: Arc<Structure>,
    request: &RenderRequest,
) -> Result<Scene, SceneError> {
    build_scene_with(structure, request, &[])
}

/// As [`build_scene`]; looks at `cancel` between the steps and within selections.
///
/// # Errors
/// As [`build_scene`], and [`SceneError::Cancelled`].
pub fn build_scene_cancellable(
    structure: Arc<Structure>,
    request: &RenderRequest,
    cancel: &CancelToken,
) -> Result<Scene, SceneError> {
    build(structure, request, &[], cancel)
}

/// As [`build_scene`], with pseudobonds beside those that the request asks for. Only those between
/// drawn atoms are drawn.
///
/// # Errors
/// As [`build_scene`].
pub fn build_scene_with(
    structure: Arc<Structure>,
    request: &RenderRequest,
    pseudobonds: &[Dashed],
) -> Result<Scene, SceneError> {
    build(structure, request, pseudobonds, &CancelToken::new())
}

fn build(
    structure: Arc<Structure>,
    request: &RenderRequest,
    pseudobonds: &[Dashed],
    cancel: &CancelToken,
) -> Result<Scene, SceneError> {
    let style = &request.style;
    style.validate()?;
    let selected = request
        .selection()?
        .evaluate_cancellable(&structure, cancel)?;
    let styled = styled_atoms(&structure, style);
    let draws_atoms = style.preset != Preset::None;
    let subject = misi_presets::subject(&structure, style, cancel)?;
    let of_subject = |atom: usize| subject.as_ref().is_none_or(|subject| subject[atom]);
    let shown: Vec<bool> = (0..styled.len())
        .map(|atom| styled[atom] && selected[atom] && of_subject(atom))
        .collect();
    cancel.check()?;
    let radii = Radii::new(&structure, style, &styled);
    cancel.check()?;
    check_any_shown(&structure, request, [&styled, &selected, &shown])?;
    let colors = paint::atom_colors(&structure, style.color_scheme(), style, &styled, cancel)?;
    let mut meshes = Meshes::new(&structure, style, &styled, &colors, cancel)?;
    let [mut styled_balls, mut balls] =
        ribbons::without_hidden(meshes.ribbons(), &structure, [&styled, &shown]);
    if !draws_atoms {
        styled_balls.fill(false);
        balls.fill(false);
    }
    let [ribbon_bounds, surface_bounds] = meshes.bounds();
    let edges = cell_edges::cell_edges(&structure, style);
    let boxes = [
        radii.bounds(&structure, &styled_balls),
        ribbon_bounds,
        surface_bounds,
        cell_edges::bounds(&edges),
    ];
    let Some(bounds) = boxes.into_iter().flatten().reduce(|a, b| a.union(&b)) else {
        return Err(empty::why_empty(&structure, style, &styled));
    };
    let [bounds, mut clip_bounds] = match style.preset {
        Preset::MisiResidue => {
            let fitted = fit_to_subject(&structure, style, &styled, of_subject, &radii);
            fitted.map_or([bounds; 2], |fitted| match surface_bounds {
                Some(surface) => fitted.map(|bounds| bounds.union(&surface)),
                None => fitted,
            })
        }
        _ => [bounds; 2],
    };
    let moved = transforms::moved(&structure, &request.transforms, &shown, cancel)?.map(Arc::new);
    let orders =
        (style.bond_orders && style.preset != Preset::Spacefill).then(|| bond_orders(&structure));
    // Everything was decided by the structure as read; from here on it is drawn where it was moved
    // to. The clip planes reach for all that the camera is fitted to, moved, so that hiding a part
    // of it changes neither them nor how the rest fades.
    let framed: Vec<bool> = (0..styled.len())
        .map(|atom| styled_balls[atom] && (style.preset != Preset::MisiResidue || of_subject(atom)))
        .collect();
    let structure = match moved {
        Some(moved) => {
            meshes.move_to(&moved, cancel)?;
            let [ribbons, surfaces] = meshes.bounds();
            let boxes = [radii.bounds(&moved, &framed), ribbons, surfaces];
            let boxes = boxes.into_iter().flatten();
            clip_bounds = boxes.fold(clip_bounds, |a, b| a.union(&b));
            moved
        }
        None => structure,
    };
    let kept = |atom: usize| selected[atom] && of_subject(atom);
    let (mesh, labelled) = meshes.finish(&structure, [&shown, &balls], kept, cancel)?;
    if !draws_atoms && mesh.is_empty() {
        return Err(empty::no_mesh_selected(request));
    }
    cancel.check()?;
    let spheres = spheres(&structure, &balls, &radii, &colors);
    let mut cylinders = match style.preset {
        Preset::Spacefill => Vec::new(),
        _ => cylinders(&structure, &balls, radii.stick, &colors, orders.as_ref()),
    };
    cancel.check()?;
    let mut dashes = of_structure(&structure, style.pseudobonds.iter().copied());
    dashes.extend_from_slice(pseudobonds);
    cylinders.extend(dashed(&structure, &dashes, |atom| balls[atom as usize]));
    cylinders.extend(edges);
    let background = background(style.background);
    let drawn = labels::Drawn {
        structure: &structure,
        shown: &labelled,
        ball_radius_angstrom: &radii.ball,
        pseudobonds: &dashes,
        background: background.color,
    };
    let labels = labels::labels(&drawn, style, cancel)?;
    Ok(Scene {
        effects: effects(style.silhouettes, style.ambient_occlusion, style.shadows)?,
        spheres,
        cylinders,
        mesh: Arc::new(mesh),
        lighting: Lighting::simple(),
        depth_cue: style.depth_cue.then_some(DepthCue::DEFAULT),
        background,
        labels,
        bounds,
        clip_bounds,
        structure,
    })
}

/// Refuses a request that draws nothing, given which atoms the style draws, which are selected, and
/// which of them are shown.
fn check_any_shown(
    structure: &Structure,
    request: &RenderRequest,
    [styled, selected, shown]: [&[bool]; 3],
) -> Result<(), SceneError> {
    let style = &request.style;
    if !styled.contains(&true) {
        return Err(empty::why_empty(structure, style, styled));
    }
    if style.preset == Preset::None && style.surface.is_none() && style.cartoon.is_none() {
        return Err(empty::nothing_beside_atoms());
    }
    if !shown.contains(&true) {
        return Err(match style.preset {
            Preset::MisiPocket | Preset::MisiLigand if request.select.as_str() == "all" => {
                empty::no_subject(style.preset)
            }
            _ => empty::why_not_selected(request, styled, selected),
        });
    }
    Ok(())
}

fn background(request: BackgroundRequest) -> Background {
    match request {
        BackgroundRequest::Transparent => Background {
            color: [0; 3],
            transparent: true,
        },
        BackgroundRequest::Color(color) => Background {
            color: color.0,
            transparent: false,
        },
    }
}

/// Boxes of what the picture type shows, with its labels: for the camera's fit, and for its clip
/// planes.
fn fit_to_subject(
    structure: &Structure,
    style: &StyleRequest,
    styled: &[bool],
    of_subject: impl Fn(usize) -> bool,
    radii: &Radii,
) -> Option<[BoundingBox; 2]> {
    let drawn: Vec<bool> = (0..styled.len())
        .map(|atom| styled[atom] && of_subject(atom))
        .collect();
    let bounds = radii.bounds(structure, &drawn)?;
    let radius = |atom: usize| f64::from(radii.ball[atom]);
    let labels = misi_presets::label_bounds(structure, style, &drawn, radius);
    Some(labels.map_or([bounds; 2], |labels| {
        let fit = bounds.union(&labels);
        let lift = DVec3::Z * f64::from(ATOM_LIFT_ANGSTROM);
        let lifted = BoundingBox {
            min: labels.min + lift,
            max: labels.max + lift,
        };
        [fit, fit.union(&lifted)]
    }))
}

/// Which atoms the style draws, before `select`.
fn styled_atoms(structure: &Structure, style: &StyleRequest) -> Vec<bool> {
    let atoms = structure.atoms();
    (0..atoms.len())
        .map(|i| {
            let class = structure.residue_of(i as u32).class;
            (style.hydrogens || atoms.element[i] != Element::H)
                && (style.solvent || class != ResidueClass::Water)
                && (style.ligands || !ribbons::is_ligand(class))
        })
        .collect()
}

fn spheres(
    structure: &Structure,
    shown: &[bool],
    radii: &Radii,
    colors: &[[u8; 4]],
) -> Vec<Sphere> {
    let positions = &structure.atoms().position_angstrom;
    (0..shown.len())
        .filter(|i| shown[*i])
        .map(|i| Sphere {
            center_angstrom: positions[i],
            radius_angstrom: radii.ball[i],
            color: colors[i],
            atom: i as u32,
        })
        .collect()
}
