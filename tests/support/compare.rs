//! The comparer. Nowhere else in these tests may two pictures be held "equal enough": thresholds
//! enter through [`assert_alike`] and [`assert_differ`] alone. (Pictures of another program can
//! only be held to be like, not equal: see [`likeness`](super::likeness).)

use std::path::PathBuf;

use molshot_renderer::Frame;

use super::oracle::Truth;
use super::pictures::{output_file, write_sheet as write_sheet_of};

/// A picture with any of its planes, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Picture {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) rgba: Option<Vec<[u8; 4]>>,
    pub(crate) depth_angstrom: Option<Vec<f32>>,
    pub(crate) normal: Option<Vec<[f32; 3]>>,
    pub(crate) atom_id: Option<Vec<u32>>,
    pub(crate) residue_id: Option<Vec<u32>>,
}

/// How far apart two pictures may be, pixel by pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tolerance {
    /// Difference of a colour channel or alpha, in steps of 8 bits.
    pub(crate) levels: u8,
    /// Difference of depth. The larger of this and the next one counts.
    pub(crate) depth_angstrom: f32,
    /// Difference of depth as a share of the depth.
    pub(crate) depth_share: f32,
    /// Length of the difference of two normals.
    pub(crate) normal: f32,
    /// Pixels that may be further apart than the above, or have another id.
    pub(crate) outliers: usize,
}

impl Tolerance {
    /// Bit by bit.
    pub(crate) const NONE: Self = Self {
        levels: 0,
        depth_angstrom: 0.0,
        depth_share: 0.0,
        normal: 0.0,
        outliers: 0,
    };
}

/// What was found on the way, over all pixels that count.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Figures {
    pub(crate) pixels: usize,
    /// Pixels outside of the tolerance.
    pub(crate) outliers: usize,
    pub(crate) worst_levels: u8,
    pub(crate) worst_depth_angstrom: f32,
    pub(crate) worst_normal: f32,
}

impl Figures {
    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            pixels: self.pixels + other.pixels,
            outliers: self.outliers + other.outliers,
            worst_levels: self.worst_levels.max(other.worst_levels),
            worst_depth_angstrom: self.worst_depth_angstrom.max(other.worst_depth_angstrom),
            worst_normal: self.worst_normal.max(other.worst_normal),
        }
    }
}

/// Fails unless both pictures have the same size and planes, and at most `tolerance.outliers`
/// pixels differ by more than it allows. Pixels whose `counts` is false are left out; `None` counts
/// all. On failure a sheet "expected | difference | actual" is written to cargo's folder for test
/// output, and the message says where.
pub(crate) fn assert_alike(
    name: &str,
    actual: &Picture,
    expected: &Picture,
    counts: Option<&[bool]>,
    tolerance: Tolerance,
) -> Figures {
    let (figures, worst) = measure(actual, expected, counts, tolerance).unwrap_or_else(|reason| {
        panic!("{name}: {reason}");
    });
    if figures.outliers > tolerance.outliers {
        let sheet = write_sheet(name, actual, expected);
        panic!(
            "{name}: {} of {} pixels differ by more than {tolerance:?}\n{figures:?}\nfirst at {worst}\nsee {}",
            figures.outliers,
            figures.pixels,
            sheet.display()
        );
    }
    figures
}

/// Fails unless more than `tolerance.outliers` pixels differ by more than `tolerance` allows: for
/// options that must do something.
pub(crate) fn assert_differ(name: &str, one: &Picture, other: &Picture, tolerance: Tolerance) {
    if let Ok((figures, _)) = measure(one, other, None, tolerance)
        && figures.outliers <= tolerance.outliers
    {
        panic!("{name}: the pictures should differ by more than {tolerance:?}, but {figures:?}");
    }
}

/// Compares; says what the first outlier is.
fn measure(
    actual: &Picture,
    expected: &Picture,
    counts: Option<&[bool]>,
    tolerance: Tolerance,
) -> Result<(Figures, String), String> {
    let size = |picture: &Picture| (picture.width_px, picture.height_px);
    if size(actual) != size(expected) {
        return Err(format!(
            "the sizes differ: {:?}, expected {:?}",
            size(actual),
            size(expected)
        ));
    }
    if actual.planes() != expected.planes() {
        return Err(format!(
            "the planes differ: {:?}, expected {:?}",
            actual.planes(),
            expected.planes()
        ));
    }
    let mut figures = Figures::default();
    let mut first = String::new();
    for pixel in 0..expected.width_px as usize * expected.height_px as usize {
        if counts.is_some_and(|counts| !counts[pixel]) {
            continue;
        }
        let difference = actual.difference(expected, pixel);
        figures = figures.and(Figures {
            pixels: 1,
            worst_levels: difference.levels,
            // A gap against a surface is an outlier, not a distance.
            worst_depth_angstrom: Some(difference.depth)
                .filter(|d| d.is_finite())
                .unwrap_or(0.0),
            worst_normal: difference.normal,
            outliers: 0,
        });
        let depth_limit = tolerance.depth_angstrom.max(
            expected
                .depth_angstrom
                .as_ref()
                .map(|depth| depth[pixel])
                .filter(|depth| depth.is_finite())
                .map_or(0.0, |depth| depth * tolerance.depth_share),
        );
        let within = difference.levels <= tolerance.levels
            && difference.depth <= depth_limit
            && difference.normal <= tolerance.normal
            && difference.ids_equal;
        if !within {
            if figures.outliers == 0 {
                let (x, y) = (
                    pixel as u32 % actual.width_px,
                    pixel as u32 / actual.width_px,
                );
                first = format!(
                    "column {x}, row {y}: {}, expected {}",
                    actual.describe(pixel),
                    expected.describe(pixel)
                );
            }
            figures.outliers += 1;
        }
    }
    Ok((figures, first))
}

/// How far one pixel is off.
#[derive(Debug, Clone, Copy)]
struct Difference {
    levels: u8,
    depth: f32,
    normal: f32,
    ids_equal: bool,
}

fn pair<T: Copy>(one: Option<&Vec<T>>, other: Option<&Vec<T>>, pixel: usize) -> Option<(T, T)> {
    Some((one?[pixel], other?[pixel]))
}

impl Picture {
    fn planes(&self) -> [bool; 5] {
        [
            self.rgba.is_some(),
            self.depth_angstrom.is_some(),
            self.normal.is_some(),
            self.atom_id.is_some(),
            self.residue_id.is_some(),
        ]
    }

    fn difference(&self, other: &Self, pixel: usize) -> Difference {
        let levels = pair(self.rgba.as_ref(), other.rgba.as_ref(), pixel).map_or(0, |(a, b)| {
            (0..4).map(|c| a[c].abs_diff(b[c])).max().unwrap_or(0)
        });
        let depths = (self.depth_angstrom.as_ref(), other.depth_angstrom.as_ref());
        let depth = pair(depths.0, depths.1, pixel).map_or(0.0, |(a, b)| {
            if a.to_bits() == b.to_bits() {
                0.0
            } else if (a - b).is_nan() {
                f32::INFINITY
            } else {
                (a - b).abs()
            }
        });
        let normal =
            pair(self.normal.as_ref(), other.normal.as_ref(), pixel).map_or(0.0, |(a, b)| {
                let square: f32 = (0..3).map(|c| (a[c] - b[c]).powi(2)).sum();
                if square.is_nan() {
                    f32::INFINITY
                } else {
                    square.sqrt()
                }
            });
        let same = |one: Option<&Vec<u32>>, other: Option<&Vec<u32>>| {
            pair(one, other, pixel).is_none_or(|(a, b)| a == b)
        };
        Difference {
            levels,
            depth,
            normal,
            ids_equal: same(self.atom_id.as_ref(), other.atom_id.as_ref())
                && same(self.residue_id.as_ref(), other.residue_id.as_ref()),
        }
    }

    fn describe(&self, pixel: usize) -> String {
        format!(
            "colour {:?} depth {:?} normal {:?} atom id {:?} residue id {:?}",
            self.rgba.as_ref().map(|plane| plane[pixel]),
            self.depth_angstrom.as_ref().map(|plane| plane[pixel]),
            self.normal.as_ref().map(|plane| plane[pixel]),
            self.atom_id.as_ref().map(|plane| plane[pixel]),
            self.residue_id.as_ref().map(|plane| plane[pixel]),
        )
    }

    /// Something to look at: the colour, or else the ids as colours.
    pub(crate) fn visible(&self) -> Vec<[u8; 3]> {
        if let Some(rgba) = &self.rgba {
            return rgba.iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
        }
        let ids = self.atom_id.as_ref().or(self.residue_id.as_ref());
        let ids = ids
            .cloned()
            .unwrap_or_else(|| vec![0; self.width_px as usize * self.height_px as usize]);
        ids.iter()
            .map(|id| {
                let [r, g, b, _] = id.wrapping_mul(0x9e37_79b1).to_be_bytes();
                [r, g, b]
            })
            .collect()
    }

    /// A rectangle of it.
    pub(crate) fn cut(&self, x_px: u32, y_px: u32, width_px: u32, height_px: u32) -> Self {
        fn part<T: Copy>(
            plane: Option<&Vec<T>>,
            whole_width: u32,
            [x, y, width, height]: [u32; 4],
        ) -> Option<Vec<T>> {
            let plane = plane?;
            let pixel = |x: u32, y: u32| plane[y as usize * whole_width as usize + x as usize];
            Some(
                (y..y + height)
                    .flat_map(|y| (x..x + width).map(move |x| (x, y)))
                    .map(|(x, y)| pixel(x, y))
                    .collect(),
            )
        }
        let place = [x_px, y_px, width_px, height_px];
        let whole = self.width_px;
        Self {
            width_px,
            height_px,
            rgba: part(self.rgba.as_ref(), whole, place),
            depth_angstrom: part(self.depth_angstrom.as_ref(), whole, place),
            normal: part(self.normal.as_ref(), whole, place),
            atom_id: part(self.atom_id.as_ref(), whole, place),
            residue_id: part(self.residue_id.as_ref(), whole, place),
        }
    }
}

impl From<&Frame> for Picture {
    fn from(frame: &Frame) -> Self {
        Self {
            width_px: frame.width_px,
            height_px: frame.height_px,
            rgba: frame
                .color_rgba
                .as_ref()
                .map(|bytes| bytes.as_chunks::<4>().0.to_vec()),
            depth_angstrom: frame.depth_angstrom.clone(),
            normal: frame.normal.clone(),
            atom_id: frame.atom_id.clone(),
            residue_id: frame.residue_id.clone(),
        }
    }
}

impl Picture {
    /// What the oracle saw through the pixels' centres: every plane but colour. `residue_of` gives
    /// the residue of an atom.
    pub(crate) fn planes_of(
        truth: &Truth,
        (width_px, height_px): (u32, u32),
        residue_of: impl Fn(u32) -> u32,
    ) -> Self {
        let pixels = &truth.pixels;
        let atoms = || pixels.iter().map(|hit| hit.map(|hit| hit.atom));
        Self {
            width_px,
            height_px,
            rgba: None,
            depth_angstrom: Some(
                pixels
                    .iter()
                    .map(|hit| hit.map_or(f32::INFINITY, |hit| hit.depth_angstrom as f32))
                    .collect(),
            ),
            normal: Some(
                pixels
                    .iter()
                    .map(|hit| hit.map_or([0.0; 3], |hit| hit.normal.as_vec3().to_array()))
                    .collect(),
            ),
            atom_id: Some(
                atoms()
                    .map(|atom| atom.map_or(0, |atom| atom + 1))
                    .collect(),
            ),
            residue_id: Some(
                atoms()
                    .map(|atom| atom.map_or(0, |atom| residue_of(atom) + 1))
                    .collect(),
            ),
        }
    }

    /// The oracle's colour, and nothing else.
    pub(crate) fn color_of(truth: &Truth, (width_px, height_px): (u32, u32)) -> Self {
        Self {
            width_px,
            height_px,
            rgba: Some(truth.rgba.clone()),
            ..Self::default()
        }
    }

    /// Colour and nothing else.
    pub(crate) fn color_only(self) -> Self {
        Self {
            width_px: self.width_px,
            height_px: self.height_px,
            rgba: self.rgba,
            ..Self::default()
        }
    }

    /// Everything but colour.
    pub(crate) fn without_color(self) -> Self {
        Self { rgba: None, ..self }
    }
}

fn write_sheet(name: &str, actual: &Picture, expected: &Picture) -> PathBuf {
    let (left, right) = (expected.visible(), actual.visible());
    let middle: Vec<[u8; 3]> = left
        .iter()
        .zip(&right)
        // Eight times the difference, so that small ones are seen.
        .map(|(a, b)| std::array::from_fn(|c| a[c].abs_diff(b[c]).saturating_mul(8)))
        .collect();
    let path = output_file(name);
    write_sheet_of(
        &path,
        expected.width_px,
        expected.height_px,
        &[left, middle, right],
    );
    path
}
