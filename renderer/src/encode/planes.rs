//! Planes other than colour, as PNG (for display, and for tools that read only image files) and as
//! NumPy arrays (exact).
//!
//! | plane | PNG | NumPy |
//! |---|---|---|
//! | depth | 16-bit gray, [`Frame::depth_units_per_angstrom`] steps per angstrom (also in the `tEXt` chunk of that name), 0 = nothing | `<f4` (H, W), angstrom, `inf` = nothing |
//! | normal | RGB, `round((n + 1) / 2 * 255)`, black = nothing | `<f4` (H, W, 3), zero = nothing |
//! | atom-id, residue-id | RGB, `id = R + 256 G + 65536 B` (as COCO's panoptic masks), 0 = nothing | `<u4` (H, W), index + 1, 0 = nothing |

use molshot_scenes::Plane;
use molshot_scenes::request::ImageFormat;
use png::{BitDepth, ColorType, Compression};

use super::{npy, picture, png_file};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

/// One plane as PNG. The colour plane gives the picture itself.
///
/// # Errors
/// [`RenderError::Encode`] when the plane was not drawn.
pub fn plane_png(frame: &Frame, plane: Plane) -> Result<Vec<u8>, RenderError> {
    plane_png_cancellable(frame, plane, &CancelToken::new())
}

/// Encodes as [`plane_png`]; looks at `cancel` before and after the values are converted and
/// compressed.
///
/// # Errors
/// As [`plane_png`], and [`RenderError::Cancelled`].
pub fn plane_png_cancellable(
    frame: &Frame,
    plane: Plane,
    cancel: &CancelToken,
) -> Result<Vec<u8>, RenderError> {
    cancel.check()?;
    let size = (frame.width_px, frame.height_px);
    let encode = |color, depth, text, data: &[u8]| {
        let layout = png_file::Layout {
            size_px: size,
            color,
            depth,
            compression: Compression::Fast,
            palette: None,
        };
        let mut bytes = Vec::new();
        cancel.check()?;
        png_file::encode(&layout, text, data, &mut bytes)?;
        cancel.check()?;
        Ok(bytes)
    };
    let rgb = |data: Vec<u8>| encode(ColorType::Rgb, BitDepth::Eight, None, &data);
    let ids = |ids: &[u32]| {
        rgb(ids
            .iter()
            .flat_map(|id| {
                let [r, g, b, _] = id.to_le_bytes();
                [r, g, b]
            })
            .collect())
    };
    match plane {
        Plane::Color => Ok(picture(frame, ImageFormat::Png)?.bytes),
        Plane::Depth => {
            let depth = frame
                .depth_angstrom
                .as_ref()
                .ok_or_else(|| RenderError::missing_plane(plane))?;
            let units = frame.depth_units_per_angstrom;
            let data: Vec<u8> = depth
                .iter()
                .flat_map(|depth| {
                    let value = if depth.is_finite() {
                        // 0 means that nothing is met there.
                        (depth * units as f32)
                            .round()
                            .clamp(1.0, f32::from(u16::MAX)) as u16
                    } else {
                        0
                    };
                    value.to_be_bytes()
                })
                .collect();
            let text = Some(("depth_units_per_angstrom", units.to_string()));
            encode(ColorType::Grayscale, BitDepth::Sixteen, text, &data)
        }
        Plane::Normal => {
            let normal = frame
                .normal
                .as_ref()
                .ok_or_else(|| RenderError::missing_plane(plane))?;
            rgb(normal
                .iter()
                .flat_map(|n| {
                    if n.iter().all(|part| *part == 0.0) {
                        [0; 3]
                    } else {
                        n.map(|part| ((part + 1.0) * 127.5).round() as u8)
                    }
                })
                .collect())
        }
        Plane::AtomId => ids(frame
            .atom_id
            .as_ref()
            .ok_or_else(|| RenderError::missing_plane(plane))?),
        Plane::ResidueId => ids(frame
            .residue_id
            .as_ref()
            .ok_or_else(|| RenderError::missing_plane(plane))?),
        Plane::MaskElement | Plane::MaskResidue | Plane::MaskChain | Plane::MaskRole => {
            Err(not_drawn(plane))
        }
    }
}

/// One plane as a NumPy array.
///
/// # Errors
/// [`RenderError::Encode`] when the plane was not drawn, or for the colour plane, which is a
/// picture.
pub fn plane_npy(frame: &Frame, plane: Plane) -> Result<Vec<u8>, RenderError> {
    plane_npy_cancellable(frame, plane, &CancelToken::new())
}

/// Encodes as [`plane_npy`]; looks at `cancel` before and after.
///
/// # Errors
/// As [`plane_npy`], and [`RenderError::Cancelled`].
pub fn plane_npy_cancellable(
    frame: &Frame,
    plane: Plane,
    cancel: &CancelToken,
) -> Result<Vec<u8>, RenderError> {
    cancel.check()?;
    let bytes = npy_of(frame, plane)?;
    cancel.check()?;
    Ok(bytes)
}

fn npy_of(frame: &Frame, plane: Plane) -> Result<Vec<u8>, RenderError> {
    let shape = [frame.height_px as usize, frame.width_px as usize];
    let ids = |ids: &[u32]| npy::encode("<u4", &shape, ids.iter().map(|id| id.to_le_bytes()));
    match plane {
        Plane::Color => Err(RenderError::Encode {
            problem: "the colour plane is a picture, not an array".into(),
            remedy: "use png".into(),
        }),
        Plane::Depth => {
            let depth = frame
                .depth_angstrom
                .as_ref()
                .ok_or_else(|| RenderError::missing_plane(plane))?;
            let values = depth.iter().map(|depth| depth.to_le_bytes());
            Ok(npy::encode("<f4", &shape, values))
        }
        Plane::Normal => {
            let normal = frame
                .normal
                .as_ref()
                .ok_or_else(|| RenderError::missing_plane(plane))?;
            let values = normal.as_flattened().iter().map(|part| part.to_le_bytes());
            Ok(npy::encode("<f4", &[shape[0], shape[1], 3], values))
        }
        Plane::AtomId => Ok(ids(frame
            .atom_id
            .as_ref()
            .ok_or_else(|| RenderError::missing_plane(plane))?)),
        Plane::ResidueId => Ok(ids(frame
            .residue_id
            .as_ref()
            .ok_or_else(|| RenderError::missing_plane(plane))?)),
        Plane::MaskElement | Plane::MaskResidue | Plane::MaskChain | Plane::MaskRole => {
            Err(not_drawn(plane))
        }
    }
}

/// An indexed PNG of eight bits: rows of indices into `palette`, which has three bytes per colour.
///
/// # Errors
/// [`RenderError::Encode`] when the encoder fails.
pub(crate) fn indexed_png(
    size_px: (u32, u32),
    palette: Vec<u8>,
    indices: &[u8],
) -> Result<Vec<u8>, RenderError> {
    let layout = png_file::Layout {
        size_px,
        color: ColorType::Indexed,
        depth: BitDepth::Eight,
        compression: Compression::Fast,
        palette: Some(palette),
    };
    let mut bytes = Vec::new();
    png_file::encode(&layout, None, indices, &mut bytes)?;
    Ok(bytes)
}

/// The error for class masks, which are not planes of a frame.
fn not_drawn(plane: Plane) -> RenderError {
    RenderError::Encode {
        problem: format!("{} is made from the plane atom-id, not drawn", plane.name()),
        remedy: "use annotations::class_mask".into(),
    }
}
