//! Planes that were given back, for the next frame.

use molshot_scenes::{Plane, RenderJob};

use crate::error::RenderError;
use crate::frame::{Frame, Timings, depth_units_per_angstrom, filled};

/// Planes for the next frame.
#[derive(Debug, Default)]
pub(super) struct Spare {
    color: Vec<u8>,
    depth: Vec<f32>,
    normal: Vec<[f32; 3]>,
    atom: Vec<u32>,
    residue: Vec<u32>,
}

/// A plane of this size or less is kept; what one huge picture took is given back.
const MOST_KEPT_BYTES: usize = 256 << 20;

/// Keeps a plane that is not too large.
fn keep<T>(spare: &mut Vec<T>, plane: Option<Vec<T>>) {
    if let Some(plane) = plane
        && plane.capacity().saturating_mul(size_of::<T>()) <= MOST_KEPT_BYTES
    {
        *spare = plane;
    }
}

/// A buffer of a length. What it held stays: every pixel is written.
///
/// # Errors
/// [`RenderError::OutOfHostMemory`].
fn sized<T: Clone>(
    wanted: bool,
    spare: &mut Vec<T>,
    length: usize,
    fill: T,
) -> Result<Option<Vec<T>>, RenderError> {
    if !wanted {
        return Ok(None);
    }
    let mut buffer = std::mem::take(spare);
    if buffer.len() < length && buffer.capacity() < length {
        // Nothing of what it held is needed, and both need not fit.
        drop(buffer);
        return filled(length, fill).map(Some);
    }
    buffer.resize(length, fill);
    Ok(Some(buffer))
}

impl Spare {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.color.capacity(),
            self.depth.capacity(),
            self.normal.capacity(),
            self.atom.capacity(),
            self.residue.capacity(),
        ]);
    }

    pub(super) fn frame(
        &mut self,
        job: &RenderJob,
        pixels: usize,
        adapter: &str,
    ) -> Result<Frame, RenderError> {
        let wants = |plane| job.planes().contains(&plane);
        let crop = job.viewport().crop;
        Ok(Frame {
            width_px: crop.width_px,
            height_px: crop.height_px,
            color_rgba: sized(wants(Plane::Color), &mut self.color, pixels * 4, 0)?,
            transparent: job.scene().background.transparent,
            depth_units_per_angstrom: depth_units_per_angstrom(job.view().far_angstrom),
            depth_angstrom: sized(wants(Plane::Depth), &mut self.depth, pixels, 0.0)?,
            normal: sized(wants(Plane::Normal), &mut self.normal, pixels, [0.0; 3])?,
            atom_id: sized(wants(Plane::AtomId), &mut self.atom, pixels, 0)?,
            residue_id: sized(wants(Plane::ResidueId), &mut self.residue, pixels, 0)?,
            adapter: adapter.to_owned(),
            timings: Timings::default(),
        })
    }

    pub(super) fn keep(&mut self, frame: Frame) {
        let Frame {
            color_rgba,
            depth_angstrom,
            normal,
            atom_id,
            residue_id,
            ..
        } = frame;
        keep(&mut self.color, color_rgba);
        keep(&mut self.depth, depth_angstrom);
        keep(&mut self.normal, normal);
        keep(&mut self.atom, atom_id);
        keep(&mut self.residue, residue_id);
    }
}
