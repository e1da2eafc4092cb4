//! Reads textures back into memory.

use std::sync::mpsc;

use molshot_scenes::CropRect;

use super::context::{Context, TIMEOUT};
use super::targets::packed_width;
use crate::error::RenderError;

/// All planes have four bytes per texel.
const BYTES_PER_TEXEL: u32 = 4;

/// One mappable buffer for all planes of a region.
#[derive(Debug)]
pub(super) struct Staging {
    buffer: wgpu::Buffer,
    /// A read that was begun.
    map: Option<Map>,
}

/// A read of the buffer.
#[derive(Debug)]
struct Map {
    bytes: u64,
    /// Yields the result once the buffer is mapped.
    receiver: mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// Layout of a region's planes in the buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct StagingLayout {
    width_px: u32,
    height_px: u32,
    /// Whether the first plane is a colour of three bytes per pixel.
    pub(super) packs_color: bool,
}

impl StagingLayout {
    pub(super) fn new(width_px: u32, height_px: u32, packs_color: bool) -> Self {
        Self {
            width_px,
            height_px,
            packs_color,
        }
    }

    /// Texels in a row of a plane.
    fn texels(self, plane: usize) -> u32 {
        if self.packs_color && plane == 0 {
            packed_width(self.width_px)
        } else {
            self.width_px
        }
    }

    /// Bytes from one row of a plane to the next.
    fn row_bytes(self, plane: usize) -> u32 {
        (self.texels(plane) * BYTES_PER_TEXEL).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
    }

    fn plane_bytes(self, plane: usize) -> u64 {
        u64::from(self.row_bytes(plane)) * u64::from(self.height_px)
    }

    /// Size of the first `planes` planes, and where the next one begins.
    pub(super) fn total_bytes(self, planes: usize) -> u64 {
        (0..planes).map(|plane| self.plane_bytes(plane)).sum()
    }
}

impl Staging {
    pub(super) fn new(device: &wgpu::Device, bytes: u64) -> Self {
        Self {
            buffer: device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("read-back"),
                size: bytes,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            }),
            map: None,
        }
    }

    /// Records the copy of a texture's top-left part into the place of plane `plane`.
    pub(super) fn record_copy(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        layout: StagingLayout,
        plane: usize,
        texture: &wgpu::Texture,
    ) {
        encoder.copy_texture_to_buffer(
            texture.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &self.buffer,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: layout.total_bytes(plane),
                    bytes_per_row: Some(layout.row_bytes(plane)),
                    rows_per_image: Some(layout.height_px),
                },
            },
            wgpu::Extent3d {
                width: layout.texels(plane),
                height: layout.height_px,
                depth_or_array_layers: 1,
            },
        );
    }

    /// Asks for the first `bytes`, which can be read once the commands that were submitted before
    /// are complete and the device was polled.
    pub(super) fn start_map(&mut self, bytes: u64) {
        let (sender, receiver) = mpsc::channel();
        self.buffer
            .map_async(wgpu::MapMode::Read, 0..bytes, move |result| {
                // The receiver is dropped when the read is given up.
                drop(sender.send(result));
            });
        self.map = Some(Map { bytes, receiver });
    }

    /// Waits until what was asked for can be read.
    ///
    /// # Errors
    /// [`RenderError::DeviceLost`], [`RenderError::Timeout`], [`RenderError::Internal`].
    pub(super) fn wait(
        &self,
        context: &Context,
        submission: wgpu::SubmissionIndex,
    ) -> Result<(), RenderError> {
        context.poll(wgpu::PollType::Wait {
            submission_index: Some(submission),
            timeout: Some(TIMEOUT),
        })?;
        let fault = |reason: String| RenderError::Internal { reason };
        let map = self
            .map
            .as_ref()
            .ok_or_else(|| fault("a picture was awaited that was not asked for".into()))?;
        map.receiver
            .try_recv()
            .map_err(|_| fault("the read-back buffer was not mapped in time".into()))?
            .map_err(|error| fault(error.to_string()))
    }

    /// Passes what was asked for to `take`, as one slice for all planes; then the buffer can be
    /// written to again. Any thread may call it, after [`Self::wait`].
    ///
    /// # Errors
    /// [`RenderError::DeviceLost`] when the device was lost in between.
    pub(super) fn read(&mut self, take: impl FnOnce(&[u8])) -> Result<(), RenderError> {
        let bytes = self.map.as_ref().map_or(0, |map| map.bytes);
        let view = self.buffer.get_mapped_range(0..bytes).map_err(|error| {
            // A buffer that was mapped is so until its device ends.
            RenderError::DeviceLost {
                reason: error.to_string(),
            }
        })?;
        take(&view);
        drop(view);
        self.cancel_map();
        Ok(())
    }

    /// Ends the read, also one that is not complete.
    pub(super) fn cancel_map(&mut self) {
        if self.map.take().is_some() {
            self.buffer.unmap();
        }
    }
}

/// Copies one plane of a region to its place in a whole plane of `frame_width_px` columns. `region`
/// is relative to the frame.
pub(super) fn place<const N: usize, T>(
    mapped: &[u8],
    layout: StagingLayout,
    plane: usize,
    region: CropRect,
    frame_width_px: u32,
    whole: &mut [T],
    convert: impl Fn([u8; N]) -> T,
) {
    let start = layout.total_bytes(plane) as usize;
    let rows = mapped[start..start + layout.plane_bytes(plane) as usize]
        .chunks_exact(layout.row_bytes(plane) as usize);
    for (row, bytes) in rows.enumerate() {
        let first = (region.y_px as usize + row) * frame_width_px as usize + region.x_px as usize;
        let (pixels, _) = bytes[..layout.width_px as usize * N].as_chunks::<N>();
        for (target, pixel) in whole[first..].iter_mut().zip(pixels) {
            *target = convert(*pixel);
        }
    }
}
