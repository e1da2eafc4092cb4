//! Checks that no drawn atom is outside of the pictures of T4 and T7, and that the ligand of T7 is
//! out of the pocket.

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::Structure;
use molshot_scenes::{PreparedScene, RenderRequest};

use crate::complexes::{ligand_atoms, pocket_atoms, position_angstrom};
use crate::plan::docking::{CLEARANCE_ANGSTROM, MIN_MOVE_ANGSTROM};
use crate::plan::framing::{MIN_MARGIN_ANGSTROM, ViewFrame};
use crate::plan::preview_cache::drawn_points;

/// Tolerance of distances; positions are stored in single precision.
const SAME_ANGSTROM: f64 = 1e-2;

/// Checks that all drawn atoms of a scene are in its pictures; all requests have the same scene.
pub(super) fn check_in_frame(
    structure: &Arc<Structure>,
    requests: &[&RenderRequest],
) -> Result<(), String> {
    let Some(first) = requests.first() else {
        return Ok(());
    };
    let mut plain = (*first).clone();
    plain.style.labels = molshot_scenes::request::LabelContent::None;
    plain.commands.clear();
    let prepared =
        PreparedScene::new(Arc::clone(structure), &plain).map_err(|error| error.to_string())?;
    let fitted = prepared.camera().map_err(|error| error.to_string())?;
    let points = drawn_points(prepared.scene());
    for request in requests {
        let mut camera = fitted.clone();
        let commands = request.view_commands().map_err(|error| error.to_string())?;
        camera
            .apply(commands, structure)
            .map_err(|error| error.to_string())?;
        let frame = ViewFrame::of(&camera);
        let outside = points
            .iter()
            .filter(|point| frame.missing_depth(**point, MIN_MARGIN_ANGSTROM) > 0.0)
            .count();
        if outside > 0 {
            let commands: Vec<String> = commands.iter().map(ToString::to_string).collect();
            return Err(format!(
                "{outside} of {} atoms are out of the picture after \"{}\"",
                points.len(),
                commands.join("; ")
            ));
        }
    }
    Ok(())
}

/// Checks that the displaced ligand is out of the pocket.
pub(super) fn check_clearance(structure: &Structure, moved: &Structure) -> Result<(), String> {
    let ligand = ligand_atoms(structure);
    let at = |structure: &Structure| -> Vec<DVec3> {
        let at = |atom: &u32| position_angstrom(structure, *atom);
        ligand.iter().map(at).collect()
    };
    let (before, after) = (at(structure), at(moved));
    let count = ligand.len().max(1) as f64;
    let shift = (after.iter().sum::<DVec3>() - before.iter().sum::<DVec3>()) / count;
    if shift.length() < f64::from(MIN_MOVE_ANGSTROM) - SAME_ANGSTROM {
        return Err(format!(
            "the ligand has moved by {:.1} angstrom, which is less than {MIN_MOVE_ANGSTROM}",
            shift.length()
        ));
    }
    let nearest = pocket_atoms(structure)
        .into_iter()
        .map(|atom| position_angstrom(structure, atom))
        .flat_map(|pocket| after.iter().map(move |atom| atom.distance(pocket)))
        .fold(f64::INFINITY, f64::min);
    if nearest < CLEARANCE_ANGSTROM - SAME_ANGSTROM {
        return Err(format!(
            "the displaced ligand is {nearest:.2} angstrom from the pocket, nearer than {CLEARANCE_ANGSTROM}"
        ));
    }
    Ok(())
}
