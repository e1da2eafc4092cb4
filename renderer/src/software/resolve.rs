//! Pixels whose colour is the mean of their samples.

/// Sums over the samples of one pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResolveAccumulator {
    /// Place of the pixel in the tile.
    pub(super) pixel: u16,
    /// Number of samples per pixel.
    pub(super) samples: u16,
    /// Sums of red, green and blue, and the number of samples that hit a primitive; 16 bits each,
    /// red lowest.
    pub(super) sums: u64,
}

impl ResolveAccumulator {
    /// The slot of a point that stands for `count` samples of the accumulator with an index, both
    /// below 2^16.
    #[inline(always)]
    pub(super) fn slot(index: usize, count: u32) -> u32 {
        index as u32 | (count - 1) << 16
    }

    /// Index and number of samples of a slot.
    #[inline(always)]
    pub(super) fn of_slot(slot: u32) -> (usize, u32) {
        ((slot & 0xffff) as usize, (slot >> 16) + 1)
    }

    /// Adds the colour of `count` samples that hit a primitive.
    #[inline(always)]
    pub(super) fn add(&mut self, color: u32, count: u32) {
        let color = u64::from(color);
        let sums = color & 0xff | (color & 0xff00) << 8 | (color & 0x00ff_0000) << 16 | 1 << 48;
        self.sums += sums * u64::from(count);
    }

    /// The mean of the samples over the background, as in `shaders/resolve.wgsl`: integer
    /// arithmetic, rounded half up or down.
    #[inline(always)]
    pub(super) fn resolve(
        &self,
        background: u32,
        transparent: bool,
        round_half_up: bool,
    ) -> [u8; 4] {
        let samples = u32::from(self.samples);
        let sum = |channel: u32| (self.sums >> (16 * channel)) as u32 & 0xffff;
        let covered = sum(3);
        if covered == 0 {
            return background.to_le_bytes();
        }
        let half = u32::from(round_half_up);
        let mut bytes = [255; 4];
        if transparent {
            for channel in 0..3 {
                bytes[channel] = ((2 * sum(channel as u32) + half * covered) / (2 * covered)) as u8;
            }
            bytes[3] = ((2 * 255 * covered + half * samples) / (2 * samples)) as u8;
        } else {
            let background = background.to_le_bytes();
            for channel in 0..3 {
                let whole =
                    sum(channel as u32) + (samples - covered) * u32::from(background[channel]);
                bytes[channel] = ((2 * whole + half * samples) / (2 * samples)) as u8;
            }
        }
        bytes
    }
}
