//! The parameters of a picture's URL, once: the request is read by this table, and the description
//! of the interface is made of it.

/// How a parameter's text becomes a value of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it stands.
    Text,
    /// A number.
    Number,
    /// A truth value.
    Truth,
    /// A truth value that means the contrary of the document's.
    Untruth,
    /// A truth value: whether there is an object, with its defaults.
    Presence,
    /// `WIDTHxHEIGHT`.
    Size,
    /// Angstrom, or pixels as `14px`.
    LabelSize,
    /// A truth value: whether hydrogen bonds are among the words.
    HydrogenBonds,
    /// View commands.
    Commands,
    /// Words, separated by commas.
    Words,
    /// `SELECTION: COMMANDS`, any number of times.
    Transforms,
}

/// A parameter of a picture's URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PictureParameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its form.
    pub(crate) form: Form,
    /// JSON pointer to what it sets in the render request; of several values, to what holds them.
    pub(crate) pointer: &'static str,
    /// What it does.
    pub(crate) help: &'static str,
}

const fn parameter(
    name: &'static str,
    form: Form,
    pointer: &'static str,
    help: &'static str,
) -> PictureParameter {
    PictureParameter {
        name,
        form,
        pointer,
        help,
    }
}

/// Names that are taken beside those of [`PICTURE`], and which these are.
pub(crate) const ALIASES: [(&str, &str); 1] = [("quality", "jpeg-quality")];

/// All of them. The names are those of the command line's flags.
pub(crate) const PICTURE: &[PictureParameter] = &[
    parameter(
        "size",
        Form::Size,
        "/output",
        "WIDTHxHEIGHT in pixels, such as 512x512.",
    ),
    parameter(
        "commands",
        Form::Commands,
        "/commands",
        "View commands, separated by `;`.",
    ),
    parameter("select", Form::Text, "/select", "Which atoms to draw."),
    parameter(
        "style",
        Form::Text,
        "/style/preset",
        "misi, ball-and-stick, licorice, spacefill and so on.",
    ),
    parameter(
        "residue",
        Form::Text,
        "/style/residue",
        "The residue of the style misi-residue.",
    ),
    parameter("colors", Form::Text, "/style/colors", "Colour scheme."),
    parameter(
        "color",
        Form::Text,
        "/style/color",
        "The colour of the scheme uniform.",
    ),
    parameter("labels", Form::Text, "/style/labels", "What is labelled."),
    parameter(
        "background",
        Form::Text,
        "/style/background",
        "A colour, or transparent.",
    ),
    parameter(
        "hydrogens",
        Form::Truth,
        "/style/hydrogens",
        "Draw hydrogen atoms.",
    ),
    parameter("solvent", Form::Truth, "/style/solvent", "Draw water."),
    parameter(
        "no-depth-cue",
        Form::Untruth,
        "/style/depth_cue",
        "Do not fade with depth.",
    ),
    parameter(
        "depth-cue",
        Form::Truth,
        "/style/depth_cue",
        "Fade with depth.",
    ),
    parameter(
        "stick-radius",
        Form::Number,
        "/style/stick_radius_angstrom",
        "Radius of sticks, angstrom.",
    ),
    parameter(
        "ball-scale",
        Form::Number,
        "/style/ball_scale",
        "Radius of balls as a share of the van der Waals radius.",
    ),
    parameter(
        "pseudobonds",
        Form::Words,
        "/style/pseudobonds",
        "Which dashes to draw, separated by commas.",
    ),
    parameter(
        "hbonds",
        Form::HydrogenBonds,
        "/style/pseudobonds",
        "Draw hydrogen bonds, as pseudobonds=hydrogen-bonds does.",
    ),
    parameter(
        "projection",
        Form::Text,
        "/camera/projection",
        "perspective or orthographic.",
    ),
    parameter(
        "fov",
        Form::Number,
        "/camera/fov_degrees",
        "Horizontal field of view, degrees.",
    ),
    parameter(
        "samples",
        Form::Number,
        "/output/samples",
        "Colour samples a pixel: 1, 4, 9 or 16.",
    ),
    parameter(
        "compression",
        Form::Text,
        "/output/compression",
        "fast or small.",
    ),
    parameter(
        "jpeg-quality",
        Form::Number,
        "/output/jpeg_quality",
        "Quality of a JPEG, 1 to 100.",
    ),
    parameter(
        "label-size",
        Form::LabelSize,
        "/style/label_style",
        "Height of a line of text: in angstrom, as 0.7, or in pixels, as 14px.",
    ),
    parameter(
        "label-color",
        Form::Text,
        "/style/label_style/color",
        "Colour of labels.",
    ),
    parameter(
        "label-outline",
        Form::Number,
        "/style/label_style/outline_px",
        "Width of a rim around the letters, pixels.",
    ),
    parameter(
        "label-chains",
        Form::Truth,
        "/style/label_style/chains",
        "Name the chain of residues, too.",
    ),
    parameter(
        "hide-labels-behind",
        Form::Untruth,
        "/style/label_style/on_top",
        "Let what is nearer hide labels.",
    ),
    parameter(
        "declutter-labels",
        Form::Truth,
        "/style/label_style/declutter",
        "Leave out labels that would touch a nearer one.",
    ),
    parameter(
        "pseudobond-distances",
        Form::Number,
        "/style/pseudobond_distances",
        "Label dashes with their length, with so many decimals.",
    ),
    parameter(
        "silhouettes",
        Form::Presence,
        "/style/silhouettes",
        "Draw lines where one body stands before another or before nothing.",
    ),
    parameter(
        "silhouette-width",
        Form::Number,
        "/style/silhouettes/width_px",
        "Width of these lines, pixels; draws them.",
    ),
    parameter(
        "silhouette-depth-jump",
        Form::Number,
        "/style/silhouettes/depth_jump",
        "Least difference of depths that makes a line, as a share of the way from the near to the far plane; draws them.",
    ),
    parameter(
        "silhouette-color",
        Form::Text,
        "/style/silhouettes/color",
        "Colour of these lines; draws them.",
    ),
    parameter(
        "shadows",
        Form::Truth,
        "/style/shadows",
        "Let the main light cast shadows.",
    ),
    parameter(
        "ambient-occlusion",
        Form::Presence,
        "/style/ambient_occlusion",
        "Darken gaps, and what stands close behind something.",
    ),
    parameter(
        "ambient-occlusion-strength",
        Form::Number,
        "/style/ambient_occlusion/strength",
        "How dark gaps get; darkens them.",
    ),
    parameter(
        "ambient-occlusion-radius",
        Form::Number,
        "/style/ambient_occlusion/radius_angstrom",
        "How far away bodies still darken, angstrom; darkens gaps.",
    ),
    parameter(
        "transform",
        Form::Transforms,
        "/transforms",
        "SELECTION: COMMANDS, such as `ligand: roll x 30; move y 2`: moves atoms by themselves. May be given several times.",
    ),
];
