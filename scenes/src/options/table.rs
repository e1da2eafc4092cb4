//! The rows of the table.

use super::picture_rows::OF_PICTURES;
use super::row::{integer, number, option};
use super::surface;
use super::{OptionGroup as G, OptionKind as K, RenderOption};
use crate::keyword::words as names;
use crate::pseudobonds::PseudobondName;
use crate::ranges;
use crate::request::{CameraFit, ColorScheme, Preset, ProjectionKind, SecondaryStructureName};

/// All options, in the order in which help shows them.
pub const RENDER_OPTIONS: &[RenderOption] = &joined();

/// [`OF_SCENES`], then [`OF_PICTURES`].
const fn joined() -> [RenderOption; OF_SCENES.len() + OF_PICTURES.len()] {
    let mut all = [OF_SCENES[0]; OF_SCENES.len() + OF_PICTURES.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < OF_SCENES.len() {
            OF_SCENES[at]
        } else {
            OF_PICTURES[at - OF_SCENES.len()]
        };
        at += 1;
    }
    all
}

/// Options of what is drawn, and from where.
const OF_SCENES: &[RenderOption] = &[
    option(
        "size",
        "/output",
        K::Size,
        G::View,
        "Width and height of the uncropped picture, in pixels.",
    )
    .default_value("1024x1024"),
    option(
        "commands",
        "/commands",
        K::Commands,
        G::View,
        "View commands, separated by `;`: view front|left|top|back|right|bottom, roll|turn x|y|z \
         DEGREES, move x|y|z ANGSTROM, zoom FACTOR, center SELECTION, crop X Y WIDTH HEIGHT. \
         `move z` changes nothing in orthographic pictures: use zoom.",
    )
    .otherwise("the view front"),
    option(
        "select",
        "/select",
        K::Selection,
        G::View,
        "Draw only these atoms. The camera stays where all atoms would put it.",
    )
    .default_value("all"),
    option(
        "transform",
        "/transforms",
        K::Transforms,
        G::View,
        "Move atoms by themselves while the camera stays, such as 'ligand: roll x 30; move y 2'. \
         roll turns about the centre of these atoms; axes are the screen axes of the front view, \
         or of another view after `view NAME`.",
    ),
    option(
        "projection",
        "/camera/projection",
        K::Keyword(names::<ProjectionKind>),
        G::View,
        "Projection of the camera.",
    )
    .default_value("perspective"),
    option(
        "fov",
        "/camera/fov_degrees",
        number(ranges::FOV_DEGREES, "DEGREES"),
        G::View,
        "Horizontal field of view in degrees.",
    )
    .default_value("30"),
    option(
        "camera-fit",
        "/camera/fit",
        K::Keyword(names::<CameraFit>),
        G::View,
        "What the camera is fitted to: everything that the style draws, or the ribbons of all \
         polymers, drawn or not, as in ChimeraX for a pocket that was just opened.",
    )
    .default_value("drawn"),
    option(
        "style",
        "/style/preset",
        K::Keyword(names::<Preset>),
        G::Style,
        "Representation and colours. misi-residue needs the option residue.",
    )
    .default_value("misi"),
    option(
        "residue",
        "/style/residue",
        K::Residue,
        G::Style,
        "The residue that the style misi-residue shows with the ligand: name, number, and the \
         chain where that is not enough, such as \"ARG 45 A\".",
    ),
    option(
        "colors",
        "/style/colors",
        K::Keyword(names::<ColorScheme>),
        G::Style,
        "Colour scheme.",
    )
    .otherwise("alternating-residues for misi, chain for cartoon, element for other styles"),
    option(
        "color",
        "/style/color",
        K::Color,
        G::Style,
        "The colour of the colour scheme uniform: #RRGGBB or a CSS colour name.",
    ),
    option(
        "palette",
        "/style/palette",
        K::Colors,
        G::Style,
        "Colours for the colour schemes chain, copy and model, in turn, separated by commas, such as \
         '#4477aa,#ee6677,teal'.",
    )
    .otherwise("a palette of seven that is safe for colour-blind viewers"),
    option(
        "background",
        "/style/background",
        K::Background,
        G::Style,
        "Background: #RRGGBB, a CSS colour name, or transparent.",
    )
    .default_value("#000000"),
    option(
        "hydrogens",
        "/style/hydrogens",
        K::Switch,
        G::Style,
        "Draw hydrogen atoms.",
    )
    .default_value("false"),
    option(
        "solvent",
        "/style/solvent",
        K::Switch,
        G::Style,
        "Draw water.",
    )
    .default_value("false"),
    option(
        "no-ligands",
        "/style/ligands",
        K::InvertedSwitch,
        G::Style,
        "Do not draw what is neither a polymer nor water: ligands, ions, sugars. The camera is \
         fitted to the rest.",
    )
    .default_value("false"),
    option(
        "cartoon",
        "/style/cartoon",
        K::Selection,
        G::Style,
        "Draw these residues of proteins and nucleic acids as ribbons. The style cartoon draws \
         their atoms no more, other styles draw both.",
    )
    .otherwise("all in the style cartoon, none in other styles"),
    option(
        "cartoon-divisions",
        "/style/cartoon_divisions",
        integer(ranges::CARTOON_DIVISIONS, "SEGMENTS"),
        G::Style,
        "Segments of ribbons from one residue to the next.",
    )
    .otherwise("20, and fewer for more than 2000 residues"),
    option(
        "secondary-structure",
        "/style/secondary_structure",
        K::Keyword(names::<SecondaryStructureName>),
        G::Style,
        "Where helices and strands come from: the records of the file, or its hydrogen bonds by the \
         rules of DSSP. auto: the records, where the file has any.",
    )
    .default_value("auto"),
    option(
        "stick-radius",
        "/style/stick_radius_angstrom",
        number(ranges::STICK_RADIUS_ANGSTROM, "ANGSTROM"),
        G::Style,
        "Radius of bonds, and of atoms in misi and licorice, in angstrom.",
    )
    .otherwise("0.2"),
    option(
        "ball-scale",
        "/style/ball_scale",
        number(ranges::BALL_SCALE, "FACTOR"),
        G::Style,
        "Radius of balls as a multiple of the van der Waals radius.",
    )
    .otherwise("0.25, in spacefill 1"),
    option(
        "bond-orders",
        "/style/bond_orders",
        K::Switch,
        G::Style,
        "Draw double and triple bonds as two and three lines, aromatic ones with a dashed line \
         inside the ring, and dative ones as dashes. Orders that the file does not give are \
         perceived.",
    )
    .default_value("false"),
    option(
        "pseudobonds",
        "/style/pseudobonds",
        K::Keywords(names::<PseudobondName>),
        G::Style,
        "Connections to draw as dashes between drawn atoms, rings and charged groups. All but \
         metal-coordination and missing-structure are those between the ligand and the rest.",
    )
    .otherwise("none"),
    option(
        "hbonds",
        "/style/pseudobonds",
        K::ListedKeyword("hydrogen-bonds"),
        G::Style,
        "Draw hydrogen bonds between the ligand and the rest as dashes, as pseudobonds \
         hydrogen-bonds does.",
    ),
    option(
        "pseudobond-distances",
        "/style/pseudobond_distances",
        integer(ranges::DISTANCE_DECIMALS, "DECIMALS"),
        G::Style,
        "Label the dashes with their length in angstrom, with this many decimals (3 where no \
         number is given).",
    )
    .otherwise("no labels")
    .value_if_bare("3"),
    option(
        "no-depth-cue",
        "/style/depth_cue",
        K::InvertedSwitch,
        G::Style,
        "Do not fade into the background with depth.",
    )
    .default_value("false"),
    option(
        "depth-cue",
        "/style/depth_cue",
        K::Switch,
        G::Style,
        "Fade into the background with depth; on by default.",
    )
    .default_value("true"),
    option(
        "no-cell-edges",
        "/style/cell_edges",
        K::InvertedSwitch,
        G::Style,
        "Do not draw the edges of unit cells, which are drawn where a structure was made to fill \
         some.",
    )
    .default_value("false"),
    surface::SURFACE,
    surface::SURFACE_KIND,
    surface::SURFACE_ENCLOSE,
    surface::SURFACE_COLORS,
    surface::SURFACE_COLOR,
    surface::PROBE_RADIUS,
    surface::SURFACE_RESOLUTION,
    surface::OPACITY,
];
