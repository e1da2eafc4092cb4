//! Selects the planes to read back, and turns their bytes into a frame.

use std::collections::BTreeSet;

use molshot_scenes::{CropRect, Cylinder, Plane, RenderJob};

use super::read_back::{StagingLayout, place};
use crate::error::RenderError;
use crate::frame::{Frame, Timings, depth_units_per_angstrom, filled};

/// A plane that is read back from the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Color,
    AtomId,
    Depth,
    Normal,
}

/// The ids say where a normal is valid, so they are read together with it.
pub(super) fn reads(planes: &BTreeSet<Plane>) -> Vec<Read> {
    let wanted = |read| match read {
        Read::Color => planes.contains(&Plane::Color),
        Read::AtomId => [Plane::AtomId, Plane::ResidueId, Plane::Normal]
            .iter()
            .any(|plane| planes.contains(plane)),
        Read::Depth => planes.contains(&Plane::Depth),
        Read::Normal => planes.contains(&Plane::Normal),
    };
    [Read::Color, Read::AtomId, Read::Depth, Read::Normal]
        .into_iter()
        .filter(|read| wanted(*read))
        .collect()
}

/// A frame with the planes that are read back for a job, in the memory of another frame where that
/// is given. Its values are arbitrary until every pixel is stored.
pub(super) fn empty_frame(
    job: &RenderJob,
    adapter: &str,
    memory: Option<Frame>,
) -> Result<Frame, RenderError> {
    let crop = job.viewport().crop;
    let count = crop.width_px as usize * crop.height_px as usize;
    let reads = reads(job.planes());
    let has = |read| reads.contains(&read);
    let memory = memory.unwrap_or_default();
    Ok(Frame {
        width_px: crop.width_px,
        height_px: crop.height_px,
        color_rgba: when(has(Read::Color), memory.color_rgba, count * 4, 0)?,
        transparent: job.scene().background.transparent,
        depth_angstrom: when(has(Read::Depth), memory.depth_angstrom, count, 0.0)?,
        depth_units_per_angstrom: depth_units_per_angstrom(job.view().far_angstrom),
        normal: when(has(Read::Normal), memory.normal, count, [0.0; 3])?,
        atom_id: when(has(Read::AtomId), memory.atom_id, count, 0)?,
        residue_id: None,
        label_boxes: None,
        adapter: adapter.to_owned(),
        timings: Timings::default(),
    })
}

/// A plane of `count` values, where one is wanted.
fn when<T: Clone>(
    wanted: bool,
    memory: Option<Vec<T>>,
    count: usize,
    value: T,
) -> Result<Option<Vec<T>>, RenderError> {
    if !wanted {
        return Ok(None);
    }
    match memory {
        Some(mut plane) if plane.capacity() >= count => {
            plane.resize(count, value);
            Ok(Some(plane))
        }
        _ => filled(count, value).map(Some),
    }
}

pub(super) fn store(
    mapped: &[u8],
    layout: StagingLayout,
    reads: &[Read],
    region: CropRect,
    frame: &mut Frame,
) {
    let width = frame.width_px;
    for (plane, read) in reads.iter().enumerate() {
        match read {
            Read::Color => {
                if let Some(color) = &mut frame.color_rgba {
                    let (pixels, _) = color.as_chunks_mut::<4>();
                    if layout.packs_color {
                        let opaque = |[red, green, blue]: [u8; 3]| [red, green, blue, 255];
                        place(mapped, layout, plane, region, width, pixels, opaque);
                    } else {
                        place(mapped, layout, plane, region, width, pixels, |bytes| bytes);
                    }
                }
            }
            Read::AtomId => {
                if let Some(ids) = &mut frame.atom_id {
                    place(
                        mapped,
                        layout,
                        plane,
                        region,
                        width,
                        ids,
                        u32::from_le_bytes,
                    );
                }
            }
            Read::Depth => {
                if let Some(depth) = &mut frame.depth_angstrom {
                    place(
                        mapped,
                        layout,
                        plane,
                        region,
                        width,
                        depth,
                        f32::from_le_bytes,
                    );
                }
            }
            Read::Normal => {
                if let Some(normal) = &mut frame.normal {
                    place(
                        mapped,
                        layout,
                        plane,
                        region,
                        width,
                        normal,
                        octahedral_normal,
                    );
                }
            }
        }
    }
}

/// Derives what follows from the ids, and drops ids that were only needed for that.
///
/// # Errors
/// [`RenderError::OutOfHostMemory`].
pub(super) fn finish_planes(job: &RenderJob, frame: &mut Frame) -> Result<(), RenderError> {
    let Some(mut ids) = frame.atom_id.take() else {
        return Ok(());
    };
    if let Some(normals) = &mut frame.normal {
        for (normal, id) in normals.iter_mut().zip(&ids) {
            if *id == 0 {
                *normal = [0.0; 3];
            }
        }
    }
    // Primitives that belong to no atom: until here their ids distinguished them from the
    // background.
    for id in &mut ids {
        if *id == Cylinder::NO_ATOM + 1 {
            *id = 0;
        }
    }
    if job.planes().contains(&Plane::ResidueId) {
        let residue_of = &job.scene().structure.atoms().residue;
        let mut residues = filled(ids.len(), 0)?;
        for (residue, id) in residues.iter_mut().zip(&ids) {
            if let Some(atom) = id.checked_sub(1) {
                *residue = residue_of[atom as usize] + 1;
            }
        }
        frame.residue_id = Some(residues);
    }
    if job.planes().contains(&Plane::AtomId) {
        frame.atom_id = Some(ids);
    }
    Ok(())
}

/// Inverse of `octahedral` in shaders/shared/surface.wgsl.
fn octahedral_normal(bytes: [u8; 4]) -> [f32; 3] {
    let part = |low, high| (f32::from(i16::from_le_bytes([low, high])) / 32767.0).max(-1.0);
    let (x, y) = (part(bytes[0], bytes[1]), part(bytes[2], bytes[3]));
    let z = 1.0 - x.abs() - y.abs();
    let (x, y) = if z < 0.0 {
        ((1.0 - y.abs()).copysign(x), (1.0 - x.abs()).copysign(y))
    } else {
        (x, y)
    };
    let length = (x * x + y * y + z * z).sqrt();
    [x / length, y / length, z / length]
}
