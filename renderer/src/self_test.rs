//! A test picture with known properties: checks that this machine draws correctly.

use std::sync::Arc;

use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::request::Preset;
use molshot_scenes::{Plane, RenderJob, RenderRequest};

use crate::backend::Backend;
use crate::error::RenderError;
use crate::frame::Frame;

const EDGE_PX: u32 = 96;
/// Water with its oxygen in the centre of the picture and in front of both hydrogens.
const WATER: &str = "3\n\nO 0 0 0.5\nH 0.76 -0.59 0\nH -0.76 -0.59 0\n";

/// Draws the test picture and checks it with [`verify`].
///
/// # Errors
/// Those of drawing, or [`RenderError::WrongPicture`] with the property that does not hold.
pub fn run(backend: &mut dyn Backend) -> Result<Frame, RenderError> {
    let job = job()?;
    let frame = backend.draw(&job)?;
    verify(&frame, &job)?;
    Ok(frame)
}

/// The test picture's job, for callers that draw it with a pool.
///
/// # Errors
/// [`RenderError::WrongPicture`] when the scene cannot be built, which is a bug in molshot.
pub fn job() -> Result<RenderJob, RenderError> {
    let broken = |error: &dyn std::error::Error| RenderError::WrongPicture {
        property: format!("the test scene can be built ({error})"),
    };
    let options = ReadOptions::default().with_format(Format::Xyz);
    let structure = read_bytes("test picture", WATER.as_bytes(), PartRole::Ligand, &options)
        .map_err(|error| broken(&error))?;
    let mut request = RenderRequest::default();
    request.style.preset = Preset::Spacefill;
    request.style.hydrogens = true;
    request.style.solvent = true;
    request.output.width_px = EDGE_PX;
    request.output.height_px = EDGE_PX;
    request.output.planes = Plane::ALL.into_iter().collect();
    PreparedScene::new(Arc::new(structure), &request)
        .and_then(|prepared| prepared.job())
        .map_err(|error| broken(&error))
}

/// Checks the known properties of the test picture: the oxygen is in the centre, red, facing the
/// viewer, at the depth that follows from the camera; both hydrogens are visible; the corner is
/// empty; every pixel with an id has a depth and a normal.
///
/// # Errors
/// [`RenderError::WrongPicture`] with the property that does not hold.
pub fn verify(frame: &Frame, job: &RenderJob) -> Result<(), RenderError> {
    let hold = |holds: bool, property: &str| {
        if holds {
            Ok(())
        } else {
            Err(RenderError::WrongPicture {
                property: property.to_owned(),
            })
        }
    };
    let (Some(color), Some(ids), Some(depth), Some(normal)) = (
        &frame.color_rgba,
        &frame.atom_id,
        &frame.depth_angstrom,
        &frame.normal,
    ) else {
        return hold(false, "all planes are drawn");
    };
    // The ray through the oxygen's centre must meet its foremost point, up to the pixel's size.
    let oxygen = job.scene().spheres[0];
    let center = glam::DVec3::from_array(oxygen.center_angstrom.map(f64::from));
    let seen = job.view().project(job.viewport(), center);
    let pixel = seen.y as usize * EDGE_PX as usize + seen.x as usize;
    let expected_depth = seen.z - f64::from(oxygen.radius_angstrom);
    hold(ids[pixel] == 1, "the oxygen is in front")?;
    hold(
        (f64::from(depth[pixel]) - expected_depth).abs() < 0.01,
        "the oxygen has the depth that follows from the camera",
    )?;
    hold(normal[pixel][2] > 0.99, "the oxygen faces the viewer")?;
    let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| color[pixel * 4 + channel]);
    hold(
        red > 150 && green < red / 2 && blue < red / 2 && alpha == 255,
        "the oxygen is red",
    )?;
    hold(
        ids.contains(&2) && ids.contains(&3),
        "both hydrogens are visible",
    )?;
    hold(
        ids[0] == 0 && color[..4] == [0, 0, 0, 255],
        "the corner is empty",
    )?;
    let consistent = ids
        .iter()
        .zip(depth)
        .zip(normal)
        .all(|((id, depth), normal)| {
            (*id != 0) == depth.is_finite() && (*id == 0) == normal.iter().all(|part| *part == 0.0)
        });
    hold(consistent, "ids, depths and normals cover the same pixels")
}
