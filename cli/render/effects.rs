//! Silhouettes, ambient occlusion and shadows: flags to the request's `silhouettes`,
//! `ambient_occlusion` and `shadows`.

use clap::Args;
use molshot_scenes::colors::Rgb;
use molshot_scenes::request::StyleRequest;

/// Every flag has its counterpart in the scene file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Effects")]
pub(super) struct EffectArgs {
    /// Draw lines where one body stands before another or before nothing.
    #[arg(long)]
    silhouettes: bool,
    /// Width of these lines in pixels, 0.25 to 8 [default: 1]; draws them.
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true)]
    silhouette_width: Option<f64>,
    /// Least difference of depths that makes a line, as a share of the way from the near to the far
    /// plane, 0.0001 to 1 [default: 0.03]; draws them.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    silhouette_depth_jump: Option<f64>,
    /// Colour of these lines [default: black]; draws them.
    #[arg(long, value_name = "COLOR")]
    silhouette_color: Option<Rgb>,
    /// Let the main light cast shadows.
    #[arg(long)]
    shadows: bool,
    /// Darken gaps, and what stands close behind something.
    #[arg(long)]
    ambient_occlusion: bool,
    /// How dark gaps get, 0 to 4 [default: 1]; darkens them.
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    ambient_occlusion_strength: Option<f64>,
    /// How far away bodies still darken, in angstrom, 0.1 to 50 [default: 4]; darkens gaps.
    #[arg(long, value_name = "ANGSTROM", allow_negative_numbers = true)]
    ambient_occlusion_radius: Option<f64>,
}

impl EffectArgs {
    /// Overrides the document by what was typed.
    pub(super) fn apply(&self, style: &mut StyleRequest) {
        let lines = self.silhouette_width.is_some()
            || self.silhouette_depth_jump.is_some()
            || self.silhouette_color.is_some();
        if self.silhouettes || lines {
            let lines = style.silhouettes.get_or_insert_default();
            lines.width_px = self.silhouette_width.unwrap_or(lines.width_px);
            lines.depth_jump = self.silhouette_depth_jump.unwrap_or(lines.depth_jump);
            lines.color = self.silhouette_color.unwrap_or(lines.color);
        }
        style.shadows |= self.shadows;
        let (strength, radius) = (
            self.ambient_occlusion_strength,
            self.ambient_occlusion_radius,
        );
        if self.ambient_occlusion || strength.is_some() || radius.is_some() {
            let occlusion = style.ambient_occlusion.get_or_insert_default();
            occlusion.strength = strength.unwrap_or(occlusion.strength);
            occlusion.radius_angstrom = radius.unwrap_or(occlusion.radius_angstrom);
        }
    }

    /// A flag that asks for an effect.
    pub(super) fn given(&self) -> Option<&'static str> {
        [
            (self.silhouettes, "--silhouettes"),
            (self.silhouette_width.is_some(), "--silhouette-width"),
            (
                self.silhouette_depth_jump.is_some(),
                "--silhouette-depth-jump",
            ),
            (self.silhouette_color.is_some(), "--silhouette-color"),
            (self.shadows, "--shadows"),
            (self.ambient_occlusion, "--ambient-occlusion"),
            (
                self.ambient_occlusion_strength.is_some(),
                "--ambient-occlusion-strength",
            ),
            (
                self.ambient_occlusion_radius.is_some(),
                "--ambient-occlusion-radius",
            ),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }

    /// The flag that was given for a value of the document.
    pub(super) fn flag_of(&self, pointer: &str) -> Option<&'static str> {
        let table = [
            (
                "silhouettes/width_px",
                self.silhouette_width,
                "--silhouette-width",
            ),
            (
                "silhouettes/depth_jump",
                self.silhouette_depth_jump,
                "--silhouette-depth-jump",
            ),
            (
                "ambient_occlusion/strength",
                self.ambient_occlusion_strength,
                "--ambient-occlusion-strength",
            ),
            (
                "ambient_occlusion/radius_angstrom",
                self.ambient_occlusion_radius,
                "--ambient-occlusion-radius",
            ),
        ];
        let key = pointer.strip_prefix("/style/")?;
        table
            .into_iter()
            .find(|(place, given, _)| *place == key && given.is_some())
            .map(|(_, _, flag)| flag)
    }
}
