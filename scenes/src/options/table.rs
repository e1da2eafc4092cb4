//! The rows of the table.

use super::row::{integer, number, option};
use super::surface;
use super::{OptionGroup as G, OptionKind as K, RenderOption};
use crate::job::{Plane, Samples};
use crate::keyword::words as names;
use crate::pseudobonds::PseudobondName;
use crate::ranges;
use crate::request::{
    CameraFit, ColorScheme, Compression, ImageFormat, LabelAlignment, LabelContent, Preset,
    ProjectionKind, SecondaryStructureName,
};

/// All options, in the order in which help shows them.
pub const RENDER_OPTIONS: &[RenderOption] = &[
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
    option(
        "labels",
        "/style/labels",
        K::Keyword(names::<LabelContent>),
        G::Labels,
        "What is labelled. auto: in the style misi residues and ligand atoms where at most 150 \
         residues are drawn, nothing in other styles.",
    )
    .default_value("auto"),
    option(
        "label-size",
        "/style/label_style",
        K::LabelSize,
        G::Labels,
        "Height of a line of text: in angstrom (0.7: far labels are smaller; 0.05 to 20) or in \
         pixels (14px: all have one size; 2px to 512px).",
    )
    .otherwise("0.7"),
    option(
        "label-color",
        "/style/label_style/color",
        K::Color,
        G::Labels,
        "Colour of labels.",
    )
    .otherwise("white on dark backgrounds, black on light ones"),
    option(
        "label-outline",
        "/style/label_style/outline_px",
        number(ranges::LABEL_OUTLINE_PX, "PIXELS"),
        G::Labels,
        "Width of an outline around the letters in pixels.",
    )
    .default_value("0"),
    option(
        "label-alignment",
        "/style/label_style/alignment",
        K::Keyword(names::<LabelAlignment>),
        G::Labels,
        "Which point of a label is at its anchor.",
    )
    .default_value("lower-left"),
    option(
        "label-offset",
        "/style/label_style/offset_angstrom",
        K::Offset,
        G::Labels,
        "Offset of labels from their anchors in screen axes (right, up, towards the viewer), in \
         angstrom, such as 0,0.5,0.",
    )
    .otherwise(
        "atom labels to the right by 0.2 and the ball radius, and forward by 0.5; other \
                  labels not at all",
    ),
    option(
        "label-chains",
        "/style/label_style/chains",
        K::Switch,
        G::Labels,
        "Add the chain to the labels of residues, such as ARG 45 A.",
    )
    .default_value("false"),
    option(
        "hide-labels-behind",
        "/style/label_style/on_top",
        K::InvertedSwitch,
        G::Labels,
        "Hide labels behind nearer atoms and bonds, pixel by pixel, instead of drawing labels \
         over everything.",
    )
    .default_value("false"),
    option(
        "declutter-labels",
        "/style/label_style/declutter",
        K::Switch,
        G::Labels,
        "Leave out labels whose box would touch that of a nearer label.",
    )
    .default_value("false"),
    option(
        "text",
        "/style/texts",
        K::Texts,
        G::Labels,
        "Add a label with this text at the mean position of the selected atoms. May be given \
         several times.",
    ),
    option(
        "silhouettes",
        "/style/silhouettes",
        K::Object,
        G::Effects,
        "Draw silhouettes: lines where a surface ends in front of another one or of the background.",
    )
    .default_value("false"),
    option(
        "silhouette-width",
        "/style/silhouettes/width_px",
        number(ranges::SILHOUETTE_WIDTH_PX, "PIXELS"),
        G::Effects,
        "Width of silhouette lines in pixels. Turns silhouettes on.",
    )
    .default_value("1"),
    option(
        "silhouette-depth-jump",
        "/style/silhouettes/depth_jump",
        number(ranges::SILHOUETTE_DEPTH_JUMP, "FRACTION"),
        G::Effects,
        "Least difference in depth that makes a silhouette line, as a fraction of the distance \
         between the near and the far plane. Turns silhouettes on.",
    )
    .default_value("0.03"),
    option(
        "silhouette-color",
        "/style/silhouettes/color",
        K::Color,
        G::Effects,
        "Colour of silhouette lines. Turns silhouettes on.",
    )
    .default_value("#000000"),
    option(
        "shadows",
        "/style/shadows",
        K::Switch,
        G::Effects,
        "Let the main light cast shadows.",
    )
    .default_value("false"),
    option(
        "ambient-occlusion",
        "/style/ambient_occlusion",
        K::Object,
        G::Effects,
        "Ambient occlusion: darken places that little light from around reaches, such as gaps.",
    )
    .default_value("false"),
    option(
        "ambient-occlusion-strength",
        "/style/ambient_occlusion/strength",
        number(ranges::OCCLUSION_STRENGTH, "FACTOR"),
        G::Effects,
        "Strength of ambient occlusion: 0 has no effect, 1 is the estimated occlusion. Turns \
         ambient occlusion on.",
    )
    .default_value("1"),
    option(
        "ambient-occlusion-radius",
        "/style/ambient_occlusion/radius_angstrom",
        number(ranges::OCCLUSION_RADIUS_ANGSTROM, "ANGSTROM"),
        G::Effects,
        "Distance up to which surfaces darken each other, in angstrom. Turns ambient occlusion on.",
    )
    .default_value("4"),
    option(
        "samples",
        "/output/samples",
        K::OneOf(names::<Samples>),
        G::Output,
        "Colour samples per pixel (anti-aliasing); 9 are at the places where ChimeraX has them, auto \
         computes most edges from what bodies cover of a pixel.",
    )
    .default_value("4"),
    option(
        "format",
        "/output/format",
        K::Keyword(names::<ImageFormat>),
        G::Output,
        "File format of the colour plane.",
    )
    .otherwise("by the file extension of the output, else png")
    .not_in_urls(),
    option(
        "compression",
        "/output/compression",
        K::Keyword(names::<Compression>),
        G::Output,
        "Whether files are written fast or made small. The pixels are the same.",
    )
    .default_value("fast"),
    option(
        "jpeg-quality",
        "/output/jpeg_quality",
        integer(ranges::JPEG_QUALITY, "QUALITY"),
        G::Output,
        "Quality of a JPEG file. Other formats are lossless.",
    )
    .default_value("90"),
    option(
        "planes",
        "/output/planes",
        K::Keywords(names::<Plane>),
        G::Output,
        "Planes to output. The files of those beside color have .depth.png, .depth.npy and so on in \
         place of the picture's file extension; masks are indexed PNG files with a .json legend.",
    )
    .default_value("color")
    .not_in_urls(),
];
