//! What each key does. The help that the window shows is made from the same table.

use molshot_scenes::RenderRequest;
use molshot_scenes::colors::Rgb;
use molshot_scenes::commands::ViewName;
use molshot_scenes::pseudobonds::PseudobondName;
use molshot_scenes::request::{BackgroundRequest, LabelContent, Preset, ProjectionKind};

use crate::copy::Form;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// One of the six views.
    Look(ViewName),
    /// The camera as the request says.
    Reset,
    /// Changes the request.
    Change(Setting),
    /// Leaves the request's crop out, or takes it in again.
    Crop,
    /// The next or the previous input.
    Step(isize),
    /// Copies the request.
    Copy(Form),
    /// Saves the picture.
    Save,
    /// Shows or hides the help.
    Help,
    /// Hides what lies over the picture.
    Close,
    /// Ends the program.
    Quit,
}

/// What of the request changes.
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

/// Keys as help shows them, what they do, and their actions.
pub(crate) const KEYS: [(&str, &str, Action); 24] = [
    ("1", "view front", Action::Look(ViewName::Front)),
    ("2", "view left", Action::Look(ViewName::Left)),
    ("3", "view top", Action::Look(ViewName::Top)),
    ("4", "view back", Action::Look(ViewName::Back)),
    ("5", "view right", Action::Look(ViewName::Right)),
    ("6", "view bottom", Action::Look(ViewName::Bottom)),
    ("0", "the request's own view", Action::Reset),
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

/// What the mouse does, for the help.
pub(crate) const MOUSE: [(&str, &str); 5] = [
    ("hover", "name an atom in the title"),
    ("drag", "turn"),
    ("right or shift drag", "move"),
    ("wheel", "zoom"),
    ("double click", "centre on an atom"),
];

/// What a key does; nothing without an entry. With caps locked a letter means what it means
/// without, unless it has a meaning of its own.
pub(crate) fn action(text: &str) -> Option<Action> {
    let find = |text: &str| KEYS.iter().find(|(key, _, _)| *key == text);
    find(text)
        .or_else(|| find(&text.to_lowercase()))
        .map(|(_, _, action)| *action)
}

/// The help's rows: mouse and keys, those for several inputs and for a crop only where there are.
pub(crate) fn help(several_inputs: bool, crop: bool) -> Vec<(&'static str, &'static str)> {
    let keys = KEYS
        .iter()
        .filter(|(_, _, action)| several_inputs || !matches!(action, Action::Step(_)))
        .filter(|(_, _, action)| crop || *action != Action::Crop)
        .map(|(key, does, _)| (*key, *does));
    MOUSE.into_iter().chain(keys).collect()
}

const STYLES: [Preset; 4] = [
    Preset::Misi,
    Preset::BallAndStick,
    Preset::Licorice,
    Preset::Spacefill,
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

/// The value after one in its round; the first for one that is not in it.
fn after<T: Copy + PartialEq>(round: &[T], value: T) -> T {
    let next = round
        .iter()
        .position(|other| *other == value)
        .map_or(0, |at| (at + 1) % round.len());
    round[next]
}

impl Setting {
    /// Changes a request, and says to what.
    pub(crate) fn apply(self, request: &mut RenderRequest) -> String {
        let style = &mut request.style;
        let on = |on: bool| if on { "shown" } else { "hidden" };
        match self {
            Self::Style => {
                style.preset = after(&STYLES, style.preset);
                // No other preset has one.
                style.residue = None;
                format!("style {}", word(&style.preset))
            }
            Self::Labels => {
                style.labels = after(&LABELS, style.labels);
                format!("labels {}", word(&style.labels))
            }
            Self::Projection => {
                let projection = &mut request.camera.projection;
                let kinds = [ProjectionKind::Perspective, ProjectionKind::Orthographic];
                *projection = after(&kinds, *projection);
                word(projection)
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
                style.background = after(&BACKGROUNDS, style.background);
                format!("background {}", word(&style.background))
            }
        }
    }
}

/// The word of a value in the request document.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_for_two_things() {
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
    fn every_setting_comes_round_to_where_it_began() {
        for (setting, steps) in [
            (Setting::Style, 4),
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
                let said = setting.apply(&mut request);
                assert!(!said.is_empty());
                request.validate().expect("a request that can be drawn");
                assert_eq!(request == first, step == steps, "{setting:?} {step}");
            }
        }
    }
}
