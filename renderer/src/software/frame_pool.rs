//! Buffers of recycled frames, for the next frame.

use molshot_scenes::{Plane, RenderJob};

use crate::error::RenderError;
use crate::frame::{Frame, Timings, depth_units_per_angstrom, filled};

/// Buffers of recycled planes, one of each kind.
#[derive(Debug, Default)]
pub(super) struct FramePool {
    color: Vec<u8>,
    depth: Vec<f32>,
    normal: Vec<[f32; 3]>,
    atom: Vec<u32>,
    residue: Vec<u32>,
}

/// A plane of at most this size is kept; the memory of larger ones is freed.
const MOST_KEPT_BYTES: usize = 256 << 20;

/// Keeps a plane that is not too large.
fn keep<T>(kept: &mut Vec<T>, plane: Option<Vec<T>>) {
    if let Some(plane) = plane
        && plane.capacity().saturating_mul(size_of::<T>()) <= MOST_KEPT_BYTES
    {
        *kept = plane;
    }
}

/// A buffer of a given length, or `None` where it is not wanted. Its contents are arbitrary: every
/// pixel is written later.
///
/// # Errors
/// [`RenderError::OutOfHostMemory`].
fn sized<T: Clone>(
    wanted: bool,
    kept: &mut Vec<T>,
    length: usize,
    fill: T,
) -> Result<Option<Vec<T>>, RenderError> {
    if !wanted {
        return Ok(None);
    }
    let mut buffer = std::mem::take(kept);
    if buffer.len() < length && buffer.capacity() < length {
        // Freed before the new one is allocated: memory need not hold both.
        drop(buffer);
        return filled(length, fill).map(Some);
    }
    buffer.resize(length, fill);
    Ok(Some(buffer))
}

impl FramePool {
    /// Appends the capacities of all buffers.
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

    /// A frame with the planes of a job, whose contents are arbitrary.
    pub(super) fn take(
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
            label_boxes: None,
            adapter: adapter.to_owned(),
            timings: Timings::default(),
        })
    }

    /// Keeps the planes of a frame that is no longer needed.
    pub(super) fn recycle(&mut self, frame: Frame) {
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
