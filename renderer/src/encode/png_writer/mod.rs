//! A PNG writer for pictures of molecules: few colours change from row to row, and most of a row is
//! background.
//!
//! It does less than writers for any picture can, and so it is fast:
//! - Every row but the first is the difference from the row above (filter `Up`; the first is `Sub`,
//!   the difference from the pixel to the left), so background becomes zeros whatever its colour.
//! - One Huffman code for all pictures ([`huffman`]): nothing is counted, and no picture is looked
//!   at twice.
//! - The only repetitions are those of zeros, at distance 1. Where a row equals the one above,
//!   pixels are compared and nothing else is done: their place in the stream and in its checksum
//!   follows from their number.
//!
//! The stream is as any other's: one zlib stream (RFC 1950) of one DEFLATE block (RFC 1951) in one
//! `IDAT` chunk (PNG, third edition,
//! <https://www.w3.org/TR/png-3/>). The same pixels give the same bytes on every machine.

#![allow(
    clippy::inline_always,
    reason = "what stands in the loop over pixels keeps its state in registers"
)]

mod bits;
mod checksum;
mod huffman;
#[cfg(test)]
mod tests;

use bits::Bits;
use checksum::{Adler32, RowSums};

/// Pixels that are compared at once: 64 bytes.
const BLOCK: usize = 16;
const FILTER_SUB: u8 = 1;
const FILTER_UP: u8 = 2;
/// Pixels after which it is asked again whether the picture was cancelled.
const POLL_PX: usize = 1 << 16;
/// The end of the file.
const END_CHUNK: [u8; 12] = *b"\0\0\0\0IEND\xAE\x42\x60\x82";
/// Largest length of a chunk (PNG, section 5.3).
const LONGEST_CHUNK: usize = (1 << 31) - 1;

/// Largest width and height: so long a row's sums fit into 64 bits, and it is far beyond what is
/// drawn.
const LONGEST_EDGE_PX: u32 = 1 << 26;

/// A pixel as it is in memory.
type Pixel = [u8; 4];

/// Writes a picture behind what `out` holds: RGB of 8 bits, or RGBA when `transparent`. No memory
/// is taken but in `out`.
///
/// `None`, and `out` as it was, when there are no pixels, `rgba` does not have four bytes for each,
/// an edge is longer than [`LONGEST_EDGE_PX`], the compressed rows are longer than a chunk may be
/// (2 GiB; those of 1 GiB of pixels never are), or `is_cancelled`, which is asked again and again,
/// says so.
pub(super) fn write(
    width_px: u32,
    height_px: u32,
    rgba: &[u8],
    transparent: bool,
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Option<()> {
    let (pixels, rest) = rgba.as_chunks::<4>();
    let width = width_px as usize;
    let fits = rest.is_empty()
        && width_px.max(height_px) <= LONGEST_EDGE_PX
        && width.checked_mul(height_px as usize) == Some(pixels.len());
    if !fits || pixels.is_empty() {
        return None;
    }
    let start = out.len();
    out.extend_from_slice(b"\x89PNG\r\n\x1a\n");
    let mut header = [0; 17];
    header[..4].copy_from_slice(b"IHDR");
    header[4..8].copy_from_slice(&width_px.to_be_bytes());
    header[8..12].copy_from_slice(&height_px.to_be_bytes());
    header[12..].copy_from_slice(&[8, if transparent { 6 } else { 2 }, 0, 0, 0]);
    out.extend_from_slice(&13_u32.to_be_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(&crc32fast::hash(&header).to_be_bytes());

    let length_at = out.len();
    out.extend_from_slice(b"\0\0\0\0IDAT");
    // A window of 32 KiB, the fastest level, and bits that make it a multiple of 31 (RFC 1950,
    // section 2.2).
    out.extend_from_slice(&[0x78, 0x01]);
    let adler = if transparent {
        deflate::<4>(width, pixels, out, is_cancelled)
    } else {
        deflate::<3>(width, pixels, out, is_cancelled)
    };
    let Some(adler) = adler else {
        out.truncate(start);
        return None;
    };
    out.extend_from_slice(&adler.to_be_bytes());
    let length = out.len() - length_at - 8;
    if length > LONGEST_CHUNK {
        out.truncate(start);
        return None;
    }
    out[length_at..length_at + 4].copy_from_slice(&(length as u32).to_be_bytes());
    let crc = crc32fast::hash(&out[length_at + 4..]);
    out.extend_from_slice(&crc.to_be_bytes());
    out.extend_from_slice(&END_CHUNK);
    Some(())
}

/// Filters and compresses rows behind what `out` holds; gives the Adler-32 of what was compressed.
/// `None` when it was cancelled.
fn deflate<const CHANNELS: usize>(
    width: usize,
    pixels: &[Pixel],
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Option<u32> {
    let row_bytes = 1 + width * CHANNELS;
    let mut bits = Bits::behind(out.len());
    let mut adler = Adler32::new();
    bits.reserve(out, huffman::HEADER_BYTES);
    huffman::block_header(|code| bits.put_code(out, code));
    let mut above: Option<&[Pixel]> = None;
    let mut left_px = POLL_PX;
    for row in pixels.chunks_exact(width) {
        left_px = left_px.saturating_sub(width);
        if left_px == 0 {
            if is_cancelled() {
                return None;
            }
            left_px = POLL_PX;
        }
        // No byte has more than 12 bits.
        bits.reserve(out, row_bytes * 3 / 2 + 1);
        let filter = if above.is_none() {
            FILTER_SUB
        } else {
            FILTER_UP
        };
        bits.put_code(out, huffman::byte(filter));
        let mut sums = RowSums::default();
        sums.add(row_bytes, u64::from(filter), 0);
        let target = out.as_mut_slice();
        if let Some(above) = above {
            differences::<CHANNELS>(row, above, width, target, &mut bits, &mut sums);
        } else {
            // To the left of the first pixel there are zeros.
            let (first, others) = row.split_at(1);
            differences::<CHANNELS>(first, &[[0; 4]], width, target, &mut bits, &mut sums);
            differences::<CHANNELS>(others, row, width - 1, target, &mut bits, &mut sums);
        }
        adler.add(row_bytes, sums);
        above = Some(row);
    }
    bits.put_code(out, huffman::END);
    bits.finish(out);
    Some(adler.value())
}

/// Writes the differences of a part of a row from its references. From its first pixel to the row's
/// end there are `left` pixels.
fn differences<const CHANNELS: usize>(
    row: &[Pixel],
    references: &[Pixel],
    left: usize,
    out: &mut [u8],
    bits: &mut Bits,
    sums: &mut RowSums,
) {
    let references = &references[..row.len()];
    // In registers.
    let (mut at_bits, mut at_sums) = (*bits, *sums);
    let mut at = 0;
    while at < row.len() {
        let same = equal_at_start(&row[at..], &references[at..]);
        if same > 0 {
            zeros(same * CHANNELS, out, &mut at_bits);
            at += same;
        }
        for (pixel, reference) in std::iter::zip(&row[at..], &references[at..]) {
            if pixel == reference {
                break;
            }
            let (mut word, mut lengths) = (0, 0_u32);
            let (mut sum, mut late) = (0, 0);
            for channel in 0..CHANNELS {
                let byte = pixel[channel].wrapping_sub(reference[channel]);
                let code = huffman::PACKED[usize::from(byte)];
                word |= u64::from(code >> 8) << (lengths & 63);
                lengths = lengths.wrapping_add(code);
                sum += u64::from(byte);
                late += u64::from(byte) * channel as u64;
            }
            at_bits.put(out, word, lengths & 63);
            at_sums.add((left - at) * CHANNELS, sum, late);
            at += 1;
        }
    }
    (*bits, *sums) = (at_bits, at_sums);
}

/// Writes so many zeros, at least one. A checksum's sums do not change.
#[inline(always)]
fn zeros(count: usize, out: &mut [u8], bits: &mut Bits) {
    bits.put_code(out, huffman::byte(0));
    let mut again = count - 1;
    while again >= huffman::LONGEST_MATCH {
        bits.put_code(out, huffman::LONGEST);
        again -= huffman::LONGEST_MATCH;
    }
    bits.put_code(out, huffman::ZEROS_AGAIN[again]);
}

/// Number of pixels at the start of both that are the same.
#[inline(always)]
fn equal_at_start(row: &[Pixel], references: &[Pixel]) -> usize {
    let (blocks, _) = row.as_chunks::<BLOCK>();
    let (reference_blocks, _) = references.as_chunks::<BLOCK>();
    let at = BLOCK
        * std::iter::zip(blocks, reference_blocks)
            .take_while(|(block, reference)| {
                // All bits at once: a comparison that stops early is a call for each block.
                std::iter::zip(*block, *reference).fold(0, |different, (pixel, reference)| {
                    different | (u32::from_le_bytes(*pixel) ^ u32::from_le_bytes(*reference))
                }) == 0
            })
            .count();
    at + std::iter::zip(&row[at..], &references[at..])
        .take_while(|(pixel, reference)| pixel == reference)
        .count()
}
