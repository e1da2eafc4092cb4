//! Pixels that are the mean of their samples.

/// A pixel whose samples meet different things.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixed {
    pub(super) pixel: u16,
    /// How many samples there are.
    pub(super) samples: u16,
    /// Sums of red, green, blue and the number of samples that met something; 16 bits each, red
    /// lowest.
    pub(super) sums: u64,
}

impl Mixed {
    /// Adds the colour of a sample.
    #[inline(always)]
    pub(super) fn add(&mut self, color: u32) {
        let color = u64::from(color);
        self.sums += color & 0xff | (color & 0xff00) << 8 | (color & 0x00ff_0000) << 16 | 1 << 48;
    }

    /// `shaders/resolve.wgsl`: the mean of whole numbers, rounded half up (`rounds`) or cut down,
    /// over the background.
    #[inline(always)]
    pub(super) fn mean(&self, background: u32, transparent: bool, rounds: bool) -> [u8; 4] {
        let samples = u32::from(self.samples);
        let sum = |channel: u32| (self.sums >> (16 * channel)) as u32 & 0xffff;
        let covered = sum(3);
        if covered == 0 {
            return background.to_le_bytes();
        }
        let more = u32::from(rounds);
        let mut bytes = [255; 4];
        if transparent {
            for channel in 0..3 {
                bytes[channel] = ((2 * sum(channel as u32) + more * covered) / (2 * covered)) as u8;
            }
            bytes[3] = ((2 * 255 * covered + more * samples) / (2 * samples)) as u8;
        } else {
            let background = background.to_le_bytes();
            for channel in 0..3 {
                let whole =
                    sum(channel as u32) + (samples - covered) * u32::from(background[channel]);
                bytes[channel] = ((2 * whole + more * samples) / (2 * samples)) as u8;
            }
        }
        bytes
    }
}
