//! The keys of a request for molecular surfaces and for the opacity of meshes.

use molshot_molecule::surface::{
    DEFAULT_PROBE_RADIUS_ANGSTROM, SurfaceKind as MoleculeSurfaceKind,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ColorScheme;
use crate::colors::Rgb;
use crate::error::SceneError;
use crate::keyword::keywords;
use crate::ranges;
use crate::texts::SelectionText;

/// Most entries of opacities.
pub(crate) const MAX_OPACITIES: usize = 100;

/// What a surface is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SurfaceKind {
    /// Solvent-excluded: what a rolling probe touches.
    #[default]
    Ses,
    /// Solvent-accessible: where the centre of the probe can be.
    Sas,
    /// A level of a sum of Gaussian densities; the probe has no effect.
    Gaussian,
}

keywords!(SurfaceKind { Ses = "ses", Sas = "sas", Gaussian = "gaussian" });

impl From<SurfaceKind> for MoleculeSurfaceKind {
    fn from(kind: SurfaceKind) -> Self {
        match kind {
            SurfaceKind::Ses => Self::Ses,
            SurfaceKind::Sas => Self::Sas,
            SurfaceKind::Gaussian => Self::Gaussian,
        }
    }
}

/// Molecular surfaces: one for each chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SurfaceRequest {
    /// Atoms whose part of the surface is drawn.
    pub select: SelectionText,
    /// Atoms that one surface encloses together. Without it there is a surface for the polymer of
    /// each chain with selected atoms, and one for its other selected atoms without water.
    pub enclose: Option<SelectionText>,
    /// Which surface.
    pub kind: SurfaceKind,
    /// Radius of the probe, angstrom; 0 gives the van der Waals surface.
    pub probe_radius_angstrom: f64,
    /// Spacing of the grid, angstrom. Without it 0.5, and more for over 100,000 atoms.
    pub resolution_angstrom: Option<f64>,
    /// Colour scheme of the surface: each point has the colour of its nearest atom. Without it that
    /// of the atoms, or `uniform` where `color` is given.
    pub colors: Option<ColorScheme>,
    /// One colour for the surface; refused with a scheme other than `uniform`.
    pub color: Option<Rgb>,
}

impl Default for SurfaceRequest {
    /// The solvent-excluded surface of polymers, with `ChimeraX`'s probe and grid.
    fn default() -> Self {
        Self {
            select: "polymer".into(),
            enclose: None,
            kind: SurfaceKind::default(),
            probe_radius_angstrom: DEFAULT_PROBE_RADIUS_ANGSTROM,
            resolution_angstrom: None,
            colors: None,
            color: None,
        }
    }
}

impl SurfaceRequest {
    /// The surface of these atoms.
    #[must_use]
    pub fn of(select: impl Into<SelectionText>) -> Self {
        Self {
            select: select.into(),
            ..Self::default()
        }
    }

    /// Checks texts, numbers and colours.
    pub(super) fn validate(&self) -> Result<(), SceneError> {
        self.select.at(|| "/style/surface/select".into())?;
        if let Some(enclose) = &self.enclose {
            enclose.at(|| "/style/surface/enclose".into())?;
        }
        ranges::PROBE_RADIUS_ANGSTROM.check(
            "/style/surface/probe_radius_angstrom",
            self.probe_radius_angstrom,
        )?;
        if let Some(resolution) = self.resolution_angstrom {
            let pointer = "/style/surface/resolution_angstrom";
            ranges::SURFACE_RESOLUTION_ANGSTROM.check(pointer, resolution)?;
        }
        match (self.colors, self.color) {
            (Some(ColorScheme::Uniform), None) => Err(SceneError::invalid(
                "/style/surface/color",
                "the colour scheme uniform needs a colour".into(),
                "give the option surface-color, such as #4477aa".into(),
            )),
            (None | Some(ColorScheme::Uniform), _) | (_, None) => Ok(()),
            (_, Some(_)) => Err(SceneError::invalid(
                "/style/surface/color",
                "this colour would not be used".into(),
                "leave out the option surface-colors, or this colour".into(),
            )),
        }
    }
}

/// How much of what is behind them the meshes of some atoms hide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OpacityRequest {
    /// Whose meshes, in the selection language.
    pub select: SelectionText,
    /// 1 hides what is behind, 0 is not drawn.
    #[schemars(range(min = ranges::OPACITY.min, max = ranges::OPACITY.max))]
    pub opacity: f64,
}

impl OpacityRequest {
    /// This opacity for the meshes of these atoms.
    #[must_use]
    pub fn new(select: impl Into<SelectionText>, opacity: f64) -> Self {
        Self {
            select: select.into(),
            opacity,
        }
    }
}

/// Checks the opacities.
pub(super) fn validate_opacities(opacities: &[OpacityRequest]) -> Result<(), SceneError> {
    if opacities.len() > MAX_OPACITIES {
        return Err(SceneError::invalid(
            "/style/opacities",
            format!("{} opacities are too many", opacities.len()),
            format!("give at most {MAX_OPACITIES}"),
        ));
    }
    for (index, entry) in opacities.iter().enumerate() {
        let pointer = format!("/style/opacities/{index}");
        entry.select.at(|| format!("{pointer}/select"))?;
        ranges::OPACITY.check(&format!("{pointer}/opacity"), entry.opacity)?;
    }
    Ok(())
}
