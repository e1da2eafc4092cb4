//! Flags that would have no effect. Where the command line contradicts itself they are refused;
//! where they may be meant, or a scene file contributes, a warning says so.

use molshot_scenes::options::OptionGroup;
use molshot_scenes::request::{ImageFormat, LabelContent, Preset};
use molshot_scenes::{Plane, RenderRequest};

use super::RequestArgs;

/// The name of a flag that was given, and why it has no effect.
type UnusedFlag = (&'static str, &'static str);

impl RequestArgs {
    /// The first flag that has no effect on anything in `request`.
    pub(super) fn unused_flag(&self, request: &RenderRequest) -> Option<UnusedFlag> {
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
        if self.has("pseudobond-distances") && style.pseudobonds.is_empty() {
            return Some((
                "pseudobond-distances",
                "no dashes are drawn that could be labelled; add --hbonds or --pseudobonds",
            ));
        }
        let of_label_style = |name: &str| name != "label-chains";
        if let Some(flag) = self.first_below("/style/label_style", of_label_style)
            && !labelled
        {
            return Some((
                flag,
                "nothing is labelled; add --labels residues or another of its words, or --text",
            ));
        }
        if self.has("label-chains") && !names_residues {
            return Some((
                "label-chains",
                "no residue is labelled by its name; add --labels residues or residues-and-ligand-atoms",
            ));
        }
        if self.has("stick-radius") && style.preset == Preset::Spacefill {
            return Some((
                "stick-radius",
                "spacefill has no sticks; give another --style, or leave it out",
            ));
        }
        None
    }

    /// Other flags that have no effect: warnings.
    pub(in super::super) fn diagnostics(&self, request: &RenderRequest) -> Vec<String> {
        let say = |(flag, why): UnusedFlag| format!("warning: --{flag} does nothing: {why}");
        // Those of a scene file; others were refused.
        let mut warnings: Vec<String> = self.unused_flag(request).map(say).into_iter().collect();
        if self.has("jpeg-quality") && request.output.image_format() != ImageFormat::Jpeg {
            warnings.push(say(("jpeg-quality", "the picture is not a JPEG")));
        }
        if !request.output.planes.contains(&Plane::Color) {
            let of_colors = ["samples", "background", "colors", "no-depth-cue"];
            let effects = self.given.iter().map(|given| given.option);
            let effect = effects
                .filter(|option| option.group == OptionGroup::Effects)
                .map(|option| option.name)
                .take(1);
            let given = of_colors.into_iter().filter(|flag| self.has(flag));
            warnings.extend(given.chain(effect).map(|flag| {
                say((
                    flag,
                    "it is about the color plane, which --planes leaves out",
                ))
            }));
        }
        let sticks = request.style.preset.is_misi() || request.style.preset == Preset::Licorice;
        if self.has("ball-scale") && sticks {
            warnings.push(
                "warning: --ball-scale: this style draws sticks, and only atoms without bonds are balls"
                    .to_owned(),
            );
        }
        if self.has("bond-orders") && request.style.preset == Preset::Spacefill {
            warnings.push("warning: --bond-orders: the style spacefill has no bonds".to_owned());
        }
        warnings
    }

    /// The first given flag whose value stands below a JSON pointer and whose name fits.
    fn first_below(&self, pointer: &str, fits: impl Fn(&str) -> bool) -> Option<&'static str> {
        let options = self.given.iter().map(|given| given.option);
        options
            .filter(|option| option.pointer.starts_with(pointer) && fits(option.name))
            .map(|option| option.name)
            .next()
    }
}
