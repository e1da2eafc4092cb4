//! The rows of molecular surfaces and of the opacity of meshes.

use super::row::{number, option};
use super::{OptionGroup as G, OptionKind as K, RenderOption};
use crate::keyword::words as names;
use crate::ranges;
use crate::request::{ColorScheme, SurfaceKind};

pub(super) const SURFACE: RenderOption = option(
    "surface",
    "/style/surface/select",
    K::Selection,
    G::Style,
    "Draw the molecular surface of these atoms: their part of the surface of each chain's \
     polymer, such as polymer or 'polymer and within 6 of ligand'.",
)
.otherwise("no surface");

pub(super) const SURFACE_KIND: RenderOption = option(
    "surface-kind",
    "/style/surface/kind",
    K::Keyword(names::<SurfaceKind>),
    G::Style,
    "Which surface: solvent-excluded (ses), solvent-accessible (sas) or a level of Gaussian \
     densities. Turns the surface on.",
)
.default_value("ses");

pub(super) const SURFACE_ENCLOSE: RenderOption = option(
    "surface-enclose",
    "/style/surface/enclose",
    K::Selection,
    G::Style,
    "Draw one surface around all of these atoms together instead of one for each chain. Turns \
     the surface on.",
)
.otherwise("the polymer of each chain by itself");

pub(super) const SURFACE_COLORS: RenderOption = option(
    "surface-colors",
    "/style/surface/colors",
    K::Keyword(names::<ColorScheme>),
    G::Style,
    "Colour scheme of the surface, whose points have the colour of the nearest atom. Turns the \
     surface on.",
)
.otherwise("that of the atoms");

pub(super) const SURFACE_COLOR: RenderOption = option(
    "surface-color",
    "/style/surface/color",
    K::Color,
    G::Style,
    "One colour for the surface. Turns the surface on.",
);

pub(super) const PROBE_RADIUS: RenderOption = option(
    "probe-radius",
    "/style/surface/probe_radius_angstrom",
    number(ranges::PROBE_RADIUS_ANGSTROM, "ANGSTROM"),
    G::Style,
    "Radius of the probe of the surface in angstrom; 0 gives the van der Waals surface. Turns \
     the surface on.",
)
.default_value("1.4");

pub(super) const SURFACE_RESOLUTION: RenderOption = option(
    "surface-resolution",
    "/style/surface/resolution_angstrom",
    number(ranges::SURFACE_RESOLUTION_ANGSTROM, "ANGSTROM"),
    G::Style,
    "Spacing of the grid of the surface in angstrom: small values are slow and fine. Turns the \
     surface on.",
)
.otherwise("0.5, and more for over 100,000 atoms");

pub(super) const OPACITY: RenderOption = option(
    "opacity",
    "/style/opacities",
    K::Opacities,
    G::Style,
    "Opacity of the surfaces of some atoms, such as 'chain A=0.5', or of all, such as 0.5: 1 \
     hides what is behind, 0 is not drawn. May be given several times.",
);
