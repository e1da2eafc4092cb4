//! The action of each key. The help in the window is generated from the same table.

use molshot_scenes::RenderRequest;
use molshot_scenes::colors::Rgb;
use molshot_scenes::commands::ViewName;
use molshot_scenes::pseudobonds::PseudobondName;
use molshot_scenes::request::{BackgroundRequest, LabelContent, Preset, ProjectionKind};

use crate::copy::Form;

/// The action of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Shows one of the six views.
    View(ViewName),
    /// Resets the camera to that of the request.
    Reset,
    /// Changes a setting of the request.
    Change(Setting),
    /// Switches the request's crop off or on.
    Crop,
    /// Goes to another input, relative to the current one.
    Step(isize),
    /// Copies the request in a form.
    Copy(Form),
    /// Saves the picture.
    Save,
    /// Shows or hides the help.
    Help,
    /// Hides the overlay.
    CloseOverlay,
    /// Ends the program.
    Quit,
}

/// A setting of the request that a key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    Style,
    Labels,
    Projection,
    Hydrogens,
    HydrogenBonds,
    Solvent,
    Background,
}

/// The keys as the help shows them, with descriptions and actions.
pub(crate) const KEYS: [(&str, &str, Action); 24] = [
    ("1", "view front", Action::View(ViewName::Front)),
    ("2", "view left", Action::View(ViewName::Left)),
    ("3", "view top", Action::View(ViewName::Top)),
    ("4", "view back", Action::View(ViewName::Back)),
    ("5", "view right", Action::View(ViewName::Right)),
    ("6", "view bottom", Action::View(ViewName::Bottom)),
    ("0", "the request's view", Action::Reset),
    ("s", "next style", Action::Change(Setting::Style)),
    ("l", "next kind of labels", Action::Change(Setting::Labels)),
    (
        "p",
        "perspective or orthographic",
        Action::Change(Setting::Projection),
    ),
    ("h", "hydrogens", Action::Change(Setting::Hydrogens)),
    (
        "b",
        "hydrogen bonds",
        Action::Change(Setting::HydrogenBonds),
    ),
    ("w", "water", Action::Change(Setting::Solvent)),
    ("g", "background", Action::Change(Setting::Background)),
    ("x", "the request's crop", Action::Crop),
    (
        "n",
        "next input; so do PageDown and the right arrow",
        Action::Step(1),
    ),
    (
        "N",
        "previous input; so do PageUp and the left arrow",
        Action::Step(-1),
    ),
    ("c", "copy the view commands", Action::Copy(Form::Commands)),
    ("j", "copy the request as JSON", Action::Copy(Form::Json)),
    ("u", "copy the request as URL", Action::Copy(Form::Url)),
    ("k", "copy the request as curl", Action::Copy(Form::Curl)),
    ("e", "save the picture", Action::Save),
    ("?", "this help; Esc hides it", Action::Help),
    ("q", "quit", Action::Quit),
];

/// The mouse actions, for the help.
pub(crate) const MOUSE: [(&str, &str); 5] = [
    ("hover", "show an atom in the title"),
    ("drag", "rotate"),
    ("right or shift drag", "move"),
    ("wheel", "zoom"),
    ("double click", "centre on an atom"),
];

/// The action of a key, if it has one. With Caps Lock a letter acts as its lower-case form, unless
/// the upper-case form has an action itself.
pub(crate) fn action(text: &str) -> Option<Action> {
    let find = |text: &str| KEYS.iter().find(|(key, _, _)| *key == text);
    find(text)
        .or_else(|| find(&text.to_lowercase()))
        .map(|(_, _, action)| *action)
}

/// The rows of the help. Keys for several inputs and for a crop are listed only when they apply.
pub(crate) fn help(several_inputs: bool, crop: bool) -> Vec<(&'static str, &'static str)> {
    let keys = KEYS
        .iter()
        .filter(|(_, _, action)| several_inputs || !matches!(action, Action::Step(_)))
        .filter(|(_, _, action)| crop || *action != Action::Crop)
        .map(|(key, does, _)| (*key, *does));
    MOUSE.into_iter().chain(keys).collect()
}

const STYLES: [Preset; 5] = [
    Preset::Misi,
    Preset::BallAndStick,
    Preset::Licorice,
    Preset::Spacefill,
    Preset::Cartoon,
];
const LABELS: [LabelContent; 6] = [
    LabelContent::Auto,
    LabelContent::Residues,
    LabelContent::LigandAtoms,
    LabelContent::ResiduesAndLigandAtoms,
    LabelContent::Atoms,
    LabelContent::None,
];
const BACKGROUNDS: [BackgroundRequest; 3] = [
    BackgroundRequest::Color(Rgb::BLACK),
    BackgroundRequest::Color(Rgb([255; 3])),
    BackgroundRequest::Transparent,
];

/// The next value of a cycle; the first one for a value that is not in it.
fn next_in<T: Copy + PartialEq>(cycle: &[T], value: T) -> T {
    let next = cycle
        .iter()
        .position(|other| *other == value)
        .map_or(0, |at| (at + 1) % cycle.len());
    cycle[next]
}

impl Setting {
    /// Changes a request, and describes the new value.
    pub(crate) fn apply(self, request: &mut RenderRequest) -> String {
        let style = &mut request.style;
        let on = |on: bool| if on { "shown" } else { "hidden" };
        match self {
            Self::Style => {
                style.preset = next_in(&STYLES, style.preset);
                // Only the preset misi-residue has a residue.
                style.residue = None;
                format!("style {}", keyword(&style.preset))
            }
            Self::Labels => {
                style.labels = next_in(&LABELS, style.labels);
                format!("labels {}", keyword(&style.labels))
            }
            Self::Projection => {
                let projection = &mut request.camera.projection;
                let kinds = [ProjectionKind::Perspective, ProjectionKind::Orthographic];
                *projection = next_in(&kinds, *projection);
                keyword(projection)
            }
            Self::Hydrogens => {
                style.hydrogens = !style.hydrogens;
                format!("hydrogens {}", on(style.hydrogens))
            }
            Self::Solvent => {
                style.solvent = !style.solvent;
                format!("water {}", on(style.solvent))
            }
            Self::HydrogenBonds => {
                let name = PseudobondName::HydrogenBonds;
                let added = style.pseudobonds.insert(name);
                if !added {
                    style.pseudobonds.remove(&name);
                }
                format!("hydrogen bonds {}", on(added))
            }
            Self::Background => {
                style.background = next_in(&BACKGROUNDS, style.background);
                format!("background {}", keyword(&style.background))
            }
        }
    }
}

/// The keyword of a value in the request.
fn keyword(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(keyword)) => keyword,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_actions() {
        for (at, (key, _, _)) in KEYS.iter().enumerate() {
            assert!(
                KEYS[at + 1..].iter().all(|(other, _, _)| other != key),
                "{key}"
            );
        }
        assert_eq!(action("N"), Some(Action::Step(-1)));
        assert_eq!(action("S"), action("s"));
        assert_eq!(action("z"), None);
    }

    #[test]
    fn every_setting_returns_to_its_first_value_after_all_others() {
        for (setting, steps) in [
            (Setting::Style, 5),
            (Setting::Labels, 6),
            (Setting::Projection, 2),
            (Setting::Hydrogens, 2),
            (Setting::HydrogenBonds, 2),
            (Setting::Solvent, 2),
            (Setting::Background, 3),
        ] {
            let first = RenderRequest::default();
            let mut request = first.clone();
            for step in 1..=steps {
                let description = setting.apply(&mut request);
                assert!(!description.is_empty());
                request.validate().expect("a request that can be drawn");
                assert_eq!(request == first, step == steps, "{setting:?} {step}");
            }
        }
    }
}
