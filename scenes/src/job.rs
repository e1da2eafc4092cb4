//! One picture to draw: scene, view, output. Checked once, here.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;

use crate::error::SceneError;
use crate::keyword::{Keyword, keywords};
use crate::ranges::EDGE_PX;
use crate::scene::Scene;
use crate::view::{CropRect, View, Viewport};

/// Largest edge of a picture in pixels.
pub const MAX_EDGE_PX: u32 = EDGE_PX.max;
/// Largest number of pixels of the drawn region (256 Mi).
pub const MAX_PIXELS: u64 = 1 << 28;

/// Largest size of a picture's planes in memory (2 GiB).
pub const MAX_PLANE_BYTES: u64 = 1 << 31;

/// A channel of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Plane {
    /// RGBA picture.
    Color,
    /// Depth along the view axis, angstrom.
    Depth,
    /// Surface normal in camera axes.
    Normal,
    /// Which atom is seen.
    AtomId,
    /// Which residue is seen.
    ResidueId,
    /// Class mask: the element of what is seen.
    MaskElement,
    /// Class mask: the name of the residue that is seen.
    MaskResidue,
    /// Class mask: the chain that is seen.
    MaskChain,
    /// Class mask: pocket, ligand and so on.
    MaskRole,
}

keywords!(Plane { Color = "color", Depth = "depth", Normal = "normal", AtomId = "atom-id", ResidueId = "residue-id", MaskElement = "mask-element", MaskResidue = "mask-residue", MaskChain = "mask-chain", MaskRole = "mask-role" });

impl Plane {
    /// All planes, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::Color,
        Self::Depth,
        Self::Normal,
        Self::AtomId,
        Self::ResidueId,
        Self::MaskElement,
        Self::MaskResidue,
        Self::MaskChain,
        Self::MaskRole,
    ];

    /// True for class masks: a backend draws none of them; they are made from [`Self::AtomId`],
    /// which every job that wants one has, too.
    #[must_use]
    pub fn is_mask(self) -> bool {
        matches!(
            self,
            Self::MaskElement | Self::MaskResidue | Self::MaskChain | Self::MaskRole
        )
    }

    /// Size of one pixel in memory, before encoding.
    #[must_use]
    pub fn bytes_per_pixel(self) -> u64 {
        match self {
            Self::Color | Self::Depth | Self::AtomId | Self::ResidueId => 4,
            Self::Normal => 12,
            Self::MaskElement | Self::MaskResidue | Self::MaskChain | Self::MaskRole => 1,
        }
    }

    /// The plane's name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.keyword()
    }
}

/// Colour samples per pixel, by which edges are smoothed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Samples {
    /// One, at the pixel's centre.
    One,
    /// Four on a rotated grid.
    #[default]
    Four,
    /// Nine on an upright grid, their mean cut down to a whole level: what `ChimeraX` saves
    /// pictures with.
    Nine,
    /// Sixteen on a rotated grid.
    Sixteen,
    /// As many as an edge needs: the built-in rasteriser computes which share of a pixel each body
    /// covers, and takes samples only where several bodies meet or a body is thin; a GPU takes
    /// sixteen.
    Auto,
}

impl Keyword for Samples {
    const KEYWORDS: &'static [(&'static str, Self)] = &[
        ("1", Self::One),
        ("4", Self::Four),
        ("9", Self::Nine),
        ("16", Self::Sixteen),
        ("auto", Self::Auto),
    ];

    fn keyword(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Four => "4",
            Self::Nine => "9",
            Self::Sixteen => "16",
            Self::Auto => "auto",
        }
    }
}

impl Samples {
    /// 1, 4, 9 or 16: the number of [`Self::offsets_px`].
    #[must_use]
    pub fn count(self) -> u32 {
        match self {
            Self::One => 1,
            Self::Four => 4,
            Self::Nine => 9,
            Self::Sixteen | Self::Auto => 16,
        }
    }

    /// Where each sample is, in pixels relative to the pixel's centre (x right, y down). Four and
    /// sixteen are the standard sample positions of Vulkan (specification, "Multisampling", table
    /// of standard sample locations): no two share a row or a column. Nine are the middles of the
    /// pixel's ninths, row by row, as `ChimeraX` has them (`save`, `supersample 3`).
    #[must_use]
    pub fn offsets_px(self) -> &'static [[f32; 2]] {
        /// A position in sixteenths of a pixel from the top-left corner.
        const fn at(x: i32, y: i32) -> [f32; 2] {
            [(x - 8) as f32 / 16.0, (y - 8) as f32 / 16.0]
        }
        const FOUR: [[f32; 2]; 4] = [at(6, 2), at(14, 6), at(2, 10), at(10, 14)];
        const NINE: [[f32; 2]; 9] = {
            let mut nine = [[0.0; 2]; 9];
            let mut index = 0;
            while index < 9 {
                nine[index] = [
                    (index % 3) as f32 / 3.0 - 1.0 / 3.0,
                    (index / 3) as f32 / 3.0 - 1.0 / 3.0,
                ];
                index += 1;
            }
            nine
        };
        const SIXTEEN: [[f32; 2]; 16] = [
            at(9, 9),
            at(7, 5),
            at(5, 10),
            at(12, 7),
            at(3, 6),
            at(10, 13),
            at(13, 11),
            at(11, 3),
            at(6, 14),
            at(8, 1),
            at(4, 2),
            at(2, 12),
            at(0, 8),
            at(15, 4),
            at(14, 15),
            at(1, 0),
        ];
        match self {
            Self::One => &[[0.0, 0.0]],
            Self::Four => &FOUR,
            Self::Nine => &NINE,
            Self::Sixteen | Self::Auto => &SIXTEEN,
        }
    }

    /// True where the mean of samples is rounded half up to a whole level, false where it is cut
    /// down to one.
    #[must_use]
    pub fn rounds(self) -> bool {
        self != Self::Nine
    }

    /// The setting of a count; `None` for anything but 1, 4, 9, 16.
    #[must_use]
    pub fn from_count(count: u32) -> Option<Self> {
        match count {
            1 => Some(Self::One),
            4 => Some(Self::Four),
            9 => Some(Self::Nine),
            16 => Some(Self::Sixteen),
            _ => None,
        }
    }
}

/// A picture to draw. Every value of this type is valid: sizes within limits, crop inside the
/// picture, finite camera, at least one plane.
#[derive(Debug, Clone)]
pub struct RenderJob {
    scene: Arc<Scene>,
    view: View,
    viewport: Viewport,
    samples: Samples,
    planes: BTreeSet<Plane>,
}

impl RenderJob {
    /// Checks and makes a job. Class masks are made from [`Plane::AtomId`], which is added where
    /// one is asked for.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a JSON pointer into the request document when a size is 0 or
    /// above [`MAX_EDGE_PX`], the crop is empty or not inside the picture or has more than
    /// [`MAX_PIXELS`] or [`MAX_PLANE_BYTES`], no plane is asked for, or the camera is not finite.
    pub fn new(
        scene: Arc<Scene>,
        view: View,
        viewport: Viewport,
        samples: Samples,
        mut planes: BTreeSet<Plane>,
    ) -> Result<Self, SceneError> {
        if planes.iter().any(|plane| plane.is_mask()) {
            planes.insert(Plane::AtomId);
        }
        let sides = [
            ("/output/width_px", viewport.width_px),
            ("/output/height_px", viewport.height_px),
        ];
        for (pointer, side) in sides {
            if !EDGE_PX.contains(side) {
                return Err(SceneError::invalid(
                    pointer,
                    format!("the picture cannot be {side} pixels along an edge"),
                    format!("give 1 to {MAX_EDGE_PX}"),
                ));
            }
        }
        let crop = viewport.crop;
        let inside = |start: u32, length: u32, whole: u32| {
            length > 0 && u64::from(start) + u64::from(length) <= u64::from(whole)
        };
        if !inside(crop.x_px, crop.width_px, viewport.width_px)
            || !inside(crop.y_px, crop.height_px, viewport.height_px)
        {
            return Err(SceneError::invalid(
                "/commands",
                format!(
                    "the crop {} {} {} {} is empty or reaches out of the picture",
                    crop.x_px, crop.y_px, crop.width_px, crop.height_px
                ),
                format!(
                    "give a rectangle inside {} x {} pixels",
                    viewport.width_px, viewport.height_px
                ),
            ));
        }
        if u64::from(crop.width_px) * u64::from(crop.height_px) > MAX_PIXELS {
            return Err(SceneError::invalid(
                "/output",
                format!(
                    "{} x {} pixels are too many for one picture",
                    crop.width_px, crop.height_px
                ),
                format!("draw at most {MAX_PIXELS} pixels; crop, or give a smaller size"),
            ));
        }
        check_plane_bytes(&scene, crop, &planes)?;
        if planes.is_empty() {
            return Err(SceneError::invalid(
                "/output/planes",
                "no plane is asked for".into(),
                "name at least one, such as color or depth".into(),
            ));
        }
        let finite = view.pose.position_angstrom.is_finite()
            && view.pose.world_from_camera.is_finite()
            && view.near_angstrom > 0.0
            && view.far_angstrom > view.near_angstrom
            && view.far_angstrom.is_finite()
            && view.pixel_scale(&viewport).is_finite()
            && view.pixel_scale(&viewport) > 0.0;
        if !finite {
            return Err(SceneError::invalid(
                "/camera",
                "the camera is not finite, or its clip planes are out of order".into(),
                "use smaller steps in the view commands and a field of view between 1 and 170 degrees"
                    .into(),
            ));
        }
        Ok(Self {
            scene,
            view,
            viewport,
            samples,
            planes,
        })
    }

    /// The same picture with other planes.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_planes(&self, planes: BTreeSet<Plane>) -> Result<Self, SceneError> {
        Self::new(
            Arc::clone(&self.scene),
            self.view,
            self.viewport,
            self.samples,
            planes,
        )
    }

    /// The same picture with one plane more; the job itself where it has the plane already. Of the
    /// checks of [`Self::new`] only the one that a further plane can fail is repeated.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] when the planes take more than [`MAX_PLANE_BYTES`].
    pub fn with_plane(mut self, plane: Plane) -> Result<Self, SceneError> {
        if self.planes.insert(plane) {
            if plane.is_mask() {
                self.planes.insert(Plane::AtomId);
            }
            check_plane_bytes(&self.scene, self.viewport.crop, &self.planes)?;
        }
        Ok(self)
    }

    /// The job with the depth plane, where labels need it that are not wanted on top of everything
    /// and it is not asked for; `None` elsewhere.
    #[must_use]
    pub fn with_depth_for_labels(&self) -> Option<Self> {
        (needs_depth(&self.scene, &self.planes) && !self.planes.contains(&Plane::Depth)).then(
            || {
                let mut job = self.clone();
                job.planes.insert(Plane::Depth);
                job
            },
        )
    }

    /// A part of the picture, `factor` times as wide and as high, with one sample per pixel: what
    /// effects are made from. `part` is within the whole picture, `factor` is at least 1, and
    /// neither takes the whole picture's edges beyond [`MAX_EDGE_PX`].
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn magnified(
        &self,
        part: CropRect,
        factor: u32,
        planes: BTreeSet<Plane>,
    ) -> Result<Self, SceneError> {
        let viewport = Viewport {
            width_px: self.viewport.width_px.saturating_mul(factor),
            height_px: self.viewport.height_px.saturating_mul(factor),
            crop: CropRect {
                x_px: part.x_px.saturating_mul(factor),
                y_px: part.y_px.saturating_mul(factor),
                width_px: part.width_px.saturating_mul(factor),
                height_px: part.height_px.saturating_mul(factor),
            },
        };
        let scene = Arc::clone(&self.scene);
        Self::new(scene, self.view, viewport, Samples::One, planes)
    }

    /// What is drawn.
    #[must_use]
    pub fn scene(&self) -> &Arc<Scene> {
        &self.scene
    }

    /// The camera.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Size and crop.
    #[must_use]
    pub fn viewport(&self) -> &Viewport {
        &self.viewport
    }

    /// Colour samples per pixel. The other planes always hold what the ray through the pixel's
    /// centre meets.
    #[must_use]
    pub fn samples(&self) -> Samples {
        self.samples
    }

    /// Wanted planes.
    #[must_use]
    pub fn planes(&self) -> &BTreeSet<Plane> {
        &self.planes
    }
}

/// Checks that the planes of a drawn region take at most [`MAX_PLANE_BYTES`].
fn check_plane_bytes(
    scene: &Scene,
    crop: CropRect,
    planes: &BTreeSet<Plane>,
) -> Result<(), SceneError> {
    let pixels = u64::from(crop.width_px) * u64::from(crop.height_px);
    let labels_need_depth = needs_depth(scene, planes) && !planes.contains(&Plane::Depth);
    let plane_bytes = pixels
        * planes
            .iter()
            .chain(labels_need_depth.then_some(&Plane::Depth))
            .map(|plane| plane.bytes_per_pixel())
            .sum::<u64>();
    if plane_bytes > MAX_PLANE_BYTES {
        return Err(SceneError::invalid(
            "/output",
            format!("the planes of {pixels} pixels take {plane_bytes} bytes"),
            format!(
                "stay within {MAX_PLANE_BYTES} bytes: crop, give a smaller size, or ask for fewer planes"
            ),
        ));
    }
    Ok(())
}

/// Whether a picture's labels are compared with the depth of what is drawn.
fn needs_depth(scene: &Scene, planes: &BTreeSet<Plane>) -> bool {
    planes.contains(&Plane::Color) && !scene.labels.on_top && !scene.labels.list.is_empty()
}
