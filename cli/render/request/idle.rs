//! Flags that would do nothing. Where the command line contradicts itself they are refused; where
//! they may be meant, or a scene file has its share in it, a warning says so.

use molshot_scenes::request::{ImageFormat, LabelContent, Preset};
use molshot_scenes::{Plane, RenderRequest};

use super::RequestArgs;

/// A flag that was typed, and why it does nothing.
type Idle = (&'static str, &'static str);

impl RequestArgs {
    /// The first flag that nothing in `request` gives anything to do.
    pub(super) fn contradiction(&self, request: &RenderRequest) -> Option<Idle> {
        let style = &request.style;
        let distances = style.pseudobond_distances.is_some() && !style.pseudobonds.is_empty();
        let by_style = match style.labels {
            LabelContent::None => false,
            LabelContent::Auto => style.preset.is_misi(),
            _ => true,
        };
        let names_residues = match style.labels {
            LabelContent::Auto => style.preset.is_misi() && style.preset != Preset::MisiResidue,
            LabelContent::Residues | LabelContent::ResiduesAndLigandAtoms => true,
            _ => false,
        };
        let labelled = by_style || distances || !style.texts.is_empty();
        if self.pseudobond_distances.is_some() && style.pseudobonds.is_empty() {
            return Some((
                "--pseudobond-distances",
                "no dashes are drawn that could be labelled; add --hbonds or --pseudobonds",
            ));
        }
        if let Some(flag) = self.label_style.look()
            && !labelled
        {
            return Some((
                flag,
                "nothing is labelled; add --labels residues or another of its words, or --text",
            ));
        }
        if self.label_style.names_chains() && !names_residues {
            return Some((
                "--label-chains",
                "no residue is labelled by its name; add --labels residues or residues-and-ligand-atoms",
            ));
        }
        if self.stick_radius.is_some() && style.preset == Preset::Spacefill {
            return Some((
                "--stick-radius",
                "spacefill has no sticks; give another --style, or leave it out",
            ));
        }
        None
    }

    /// What else was typed in vain: warnings.
    pub(in super::super) fn remarks(&self, request: &RenderRequest) -> Vec<String> {
        let say = |(flag, why): Idle| format!("warning: {flag} does nothing: {why}");
        // Of a scene file's contradictions; others were refused.
        let mut remarks: Vec<String> = self.contradiction(request).map(say).into_iter().collect();
        if self.jpeg_quality.is_some() && request.output.image_format() != ImageFormat::Jpeg {
            remarks.push(say(("--jpeg-quality", "the picture is no JPEG")));
        }
        if !request.output.planes.contains(&Plane::Color) {
            let of_colors = [
                (self.samples.is_some(), "--samples"),
                (self.background.is_some(), "--background"),
                (self.colors.is_some(), "--colors"),
                (self.no_depth_cue, "--no-depth-cue"),
            ];
            let given = of_colors.into_iter().filter(|(given, _)| *given);
            let effect = self.effects.given().map(|flag| (true, flag));
            remarks.extend(
                given
                    .chain(effect)
                    .map(|(_, flag)| say((flag, "it is about colours, which --planes leaves out"))),
            );
        }
        let sticks = request.style.preset.is_misi() || request.style.preset == Preset::Licorice;
        if self.ball_scale.is_some() && sticks {
            remarks.push(
                "warning: --ball-scale: this style draws sticks, and only atoms without bonds are balls"
                    .to_owned(),
            );
        }
        remarks
    }
}
