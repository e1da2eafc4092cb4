//! Text to JSON value, and values into a request.

use serde_json::{Map, Number, Value, json};

use super::{OptionKind, RenderOption, either};
use crate::colors::{COLOR_REMEDY, Rgb};
use crate::error::SceneError;
use crate::ranges;
use crate::request::{BackgroundRequest, RenderRequest};
use crate::suggest::give_one_of;

/// An option and the texts that were given for it: one, or several where it may be repeated.
#[derive(Debug, Clone)]
pub struct GivenOption {
    /// The option.
    pub option: &'static RenderOption,
    /// Its values, in the order in which they were given. A switch has `true` or `false`; a text
    /// label has two values each time, its text and its selection.
    pub values: Vec<String>,
}

/// The request with options set as given; options that are not given keep their values.
///
/// # Errors
/// [`SceneError::Invalid`] with the JSON pointer of the wrong value or of options that contradict
/// each other, [`SceneError::Command`] or [`SceneError::Selection`].
pub fn apply(request: &RenderRequest, given: &[GivenOption]) -> Result<RenderRequest, SceneError> {
    if given.is_empty() {
        return Ok(request.clone());
    }
    if let Some((option, other)) = contradiction(given) {
        return Err(SceneError::Invalid {
            pointer: option.pointer.to_owned(),
            problem: format!("{} and {} contradict each other", option.name, other.name),
            remedy: "leave out one of them".to_owned(),
        });
    }
    let mut document = request.to_value();
    for GivenOption { option, values } in given {
        option
            .set(&mut document, values)
            .map_err(|remedy| SceneError::Invalid {
                pointer: option.pointer.to_owned(),
                problem: format!("\"{}\" is not a value of {}", values.join(" "), option.name),
                remedy,
            })?;
    }
    RenderRequest::from_value(document)
}

/// The first two of the given options that contradict each other, if there are any: a switch and
/// its opposite, an object that is turned off and a value within it, or a word that is turned off
/// and listed.
#[must_use]
pub fn contradiction(
    given: &[GivenOption],
) -> Option<(&'static RenderOption, &'static RenderOption)> {
    given.iter().find_map(|one| {
        let other = given.iter().find(|other| one.contradicts(other))?;
        Some((one.option, other.option))
    })
}

impl GivenOption {
    fn contradicts(&self, other: &Self) -> bool {
        let value_of = |given: &Self| given.values.last().map(|text| given.option.value(text));
        let is_off = || value_of(self) == Some(Ok(false.into()));
        let has_same_pointer = self.option.pointer == other.option.pointer;
        match (self.option.kind, other.option.kind) {
            (
                OptionKind::Switch | OptionKind::InvertedSwitch,
                OptionKind::Switch | OptionKind::InvertedSwitch,
            ) => has_same_pointer && value_of(self) != value_of(other),
            (OptionKind::Object, _) => {
                let below = other.option.pointer.strip_prefix(self.option.pointer);
                below.is_some_and(|rest| rest.starts_with('/')) && is_off()
            }
            (OptionKind::ListedKeyword(word), OptionKind::Keywords(_)) => {
                let lists = |text: &String| text.split(',').any(|other| other.trim() == word);
                has_same_pointer && is_off() && other.values.iter().any(lists)
            }
            _ => false,
        }
    }
}

impl RenderOption {
    /// Checks one value as a user wrote it: form, keywords and range. Selections and view commands
    /// are not parsed here.
    ///
    /// # Errors
    /// What would be right, such as `give 1 to 170`.
    pub fn check(&self, text: &str) -> Result<(), String> {
        let value = self.value(text)?;
        let in_range = |min: f64, max: f64| match value.as_f64() {
            Some(number) if (min..=max).contains(&number) => Ok(()),
            _ => Err(format!("give {min} to {max}")),
        };
        match self.kind {
            OptionKind::Number { min, max, .. } => in_range(min, max),
            OptionKind::Integer { min, max, .. } => in_range(min.into(), max.into()),
            OptionKind::OneOf(names) if names().contains(&text.trim()) => Ok(()),
            OptionKind::OneOf(names) => Err(format!("give {}", either(&names()))),
            OptionKind::Keyword(names) => check_word(text, &names()),
            OptionKind::Keywords(names) => text
                .split(',')
                .try_for_each(|word| check_word(word.trim(), &names())),
            OptionKind::Color => text
                .parse::<Rgb>()
                .map(|_| ())
                .map_err(|_| COLOR_REMEDY.to_owned()),
            OptionKind::Colors => text
                .split(',')
                .try_for_each(|color| color.parse::<Rgb>().map(|_| ()))
                .map_err(|_| format!("{COLOR_REMEDY}, with commas between")),
            OptionKind::Background => text
                .parse::<BackgroundRequest>()
                .map(|_| ())
                .map_err(|_| format!("{COLOR_REMEDY}, or transparent")),
            OptionKind::LabelSize => {
                let (number, range, unit) = match text.trim().strip_suffix("px") {
                    Some(number) => (number, ranges::LABEL_SIZE_PX, "px"),
                    None => (text, ranges::LABEL_SIZE_ANGSTROM, ""),
                };
                match number.trim().parse::<f64>() {
                    Ok(number) if range.contains(number) => Ok(()),
                    _ => Err(format!("give {}{unit} to {}{unit}", range.min, range.max)),
                }
            }
            _ => Ok(()),
        }
    }

    /// Sets the option's value in the JSON form of a request. The form of the values is checked,
    /// not their range or meaning: the request's own reader does that.
    ///
    /// # Errors
    /// What would be right, such as `give a number`.
    pub fn set(&self, document: &mut Value, values: &[String]) -> Result<(), String> {
        let Some(text) = values.last() else {
            return Ok(());
        };
        match self.kind {
            OptionKind::Object => {
                if !boolean(text)? {
                    put(document, self.pointer, Value::Null);
                } else if !document.pointer(self.pointer).is_some_and(Value::is_object) {
                    put(document, self.pointer, json!({}));
                }
            }
            OptionKind::ListedKeyword(word) => {
                if boolean(text)? {
                    let listed = document.pointer(self.pointer).and_then(Value::as_array);
                    let mut listed = listed.cloned().unwrap_or_default();
                    if !listed.iter().any(|other| other == word) {
                        listed.push(word.into());
                    }
                    put(document, self.pointer, listed.into());
                }
            }
            OptionKind::Size => {
                let (width_px, height_px) = parse_size(text)?;
                put(
                    document,
                    &format!("{}/width_px", self.pointer),
                    width_px.into(),
                );
                put(
                    document,
                    &format!("{}/height_px", self.pointer),
                    height_px.into(),
                );
            }
            OptionKind::LabelSize => {
                let (key, other, number) = match text.trim().strip_suffix("px") {
                    Some(number) => ("size_px", "size_angstrom", number),
                    None => ("size_angstrom", "size_px", text.as_str()),
                };
                let number = number_of(number).map_err(|_| LABEL_SIZE_FORM.to_owned())?;
                put(document, &format!("{}/{other}", self.pointer), Value::Null);
                put(document, &format!("{}/{key}", self.pointer), number);
            }
            OptionKind::Commands => {
                put(document, self.pointer, values.iter().cloned().collect());
            }
            OptionKind::Transforms => {
                let all: Result<Value, String> = values.iter().map(|v| transform_of(v)).collect();
                put(document, self.pointer, all?);
            }
            OptionKind::Opacities => {
                let all: Result<Value, String> = values.iter().map(|v| opacity_of(v)).collect();
                put(document, self.pointer, all?);
            }
            OptionKind::Texts => {
                let (pairs, rest) = values.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err("give a text and a selection".to_owned());
                }
                let texts = pairs
                    .iter()
                    .map(|[text, at]| json!({ "text": text, "at": at }));
                put(document, self.pointer, texts.collect());
            }
            _ => put(document, self.pointer, self.value(text)?),
        }
        Ok(())
    }

    /// The JSON value of a text, for kinds that set one value.
    fn value(&self, text: &str) -> Result<Value, String> {
        Ok(match self.kind {
            OptionKind::Switch | OptionKind::Object | OptionKind::ListedKeyword(_) => {
                boolean(text)?.into()
            }
            OptionKind::InvertedSwitch => (!boolean(text)?).into(),
            OptionKind::Number { min, max, .. } => {
                number_of(text).map_err(|_| format!("give a number, {min} to {max}"))?
            }
            OptionKind::Integer { min, max, .. } => whole_number_of(text)
                .ok_or_else(|| format!("give a whole number, {min} to {max}"))?,
            OptionKind::OneOf(names) => match whole_number_of(text) {
                Some(number) => number,
                None if names().contains(&text.trim()) => text.trim().into(),
                None => return Err(format!("give {}", either(&names()))),
            },
            OptionKind::Keywords(names) => {
                let words = || text.split(',').map(str::trim);
                if words().any(str::is_empty) {
                    return Err(give_one_of("", &names()));
                }
                words().collect()
            }
            OptionKind::Colors => text.split(',').map(str::trim).collect(),
            OptionKind::Offset => {
                let parts: Result<Vec<Value>, String> = text.split(',').map(number_of).collect();
                match parts {
                    Ok(parts) if parts.len() == 3 => parts.into(),
                    _ => return Err("give three numbers in angstrom, such as 0,0.5,0".to_owned()),
                }
            }
            OptionKind::Size => {
                parse_size(text)?;
                text.into()
            }
            OptionKind::LabelSize => number_of(text.trim().strip_suffix("px").unwrap_or(text))
                .map_err(|_| LABEL_SIZE_FORM.to_owned())?,
            OptionKind::Transforms => transform_of(text)?,
            OptionKind::Opacities => opacity_of(text)?,
            OptionKind::Keyword(_)
            | OptionKind::Color
            | OptionKind::Background
            | OptionKind::Text(_)
            | OptionKind::Selection
            | OptionKind::Residue
            | OptionKind::Commands
            | OptionKind::Texts => text.into(),
        })
    }
}

const LABEL_SIZE_FORM: &str = "give a height in angstrom, such as 0.7, or in pixels, such as 14px";

/// Width and height of `WIDTHxHEIGHT`, pixels.
///
/// # Errors
/// What would be right.
pub fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let edge = |part: &str| part.trim().parse::<u32>().ok();
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((edge(width)?, edge(height)?)))
        .ok_or_else(|| "give width and height in pixels, such as 1024x768".to_owned())
}

/// A boolean as URLs and flags have it; no text at all is true.
fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" | "" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("give true or false".to_owned()),
    }
}

fn number_of(text: &str) -> Result<Value, String> {
    let number = text.trim().parse().ok().and_then(Number::from_f64);
    number
        .map(Value::Number)
        .ok_or_else(|| "give a number".to_owned())
}

fn whole_number_of(text: &str) -> Option<Value> {
    text.trim().parse::<u64>().ok().map(Value::from)
}

/// `SELECTION: COMMANDS`. Selections may hold colons, commands never do.
fn transform_of(text: &str) -> Result<Value, String> {
    let (select, commands) = text.rsplit_once(':').ok_or_else(|| {
        "give a selection, a colon and commands, such as 'ligand: roll x 30; move y 2'".to_owned()
    })?;
    Ok(json!({ "select": select.trim(), "commands": [commands.trim()] }))
}

/// `SELECTION=NUMBER`, or `NUMBER` for all atoms. Selections may hold `=`, numbers never do.
fn opacity_of(text: &str) -> Result<Value, String> {
    let (select, number) = text.rsplit_once('=').unwrap_or(("all", text));
    let opacity = number_of(number)
        .map_err(|_| "give a number from 0 to 1, or SELECTION=NUMBER, such as 'chain A=0.5'")?;
    Ok(json!({ "select": select.trim(), "opacity": opacity }))
}

/// Splits `TEXT => SELECTION`, the form of text labels in URLs. No selection holds `=>`.
///
/// # Errors
/// What would be right.
pub fn split_text(text: &str) -> Result<[String; 2], String> {
    text.rsplit_once("=>")
        .map(|(text, at)| [text.trim().to_owned(), at.trim().to_owned()])
        .ok_or_else(|| "give a text, => and a selection, such as 'site => resi 45'".to_owned())
}

/// Puts a value where a pointer leads, and adds the objects that lead there.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut place = document;
    for key in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[key];
    }
    *place = value;
}

fn check_word(word: &str, known: &[&str]) -> Result<(), String> {
    if known.contains(&word) {
        Ok(())
    } else {
        Err(give_one_of(word, known))
    }
}
