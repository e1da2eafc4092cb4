//! The rows of labels, effects and output.

use super::row::{integer, number, option};
use super::{OptionGroup as G, OptionKind as K, RenderOption};
use crate::job::{Plane, Samples};
use crate::keyword::words as names;
use crate::ranges;
use crate::request::{Compression, ImageFormat, LabelAlignment, LabelContent};

/// Options of labels, effects and output.
pub(super) const OF_PICTURES: &[RenderOption] = &[
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
