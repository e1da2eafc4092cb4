//! Opens answers that are JSON, also within a code fence or other text.

use serde_json::{Map, Value};

use super::Form;
use super::atoms::with_marked_chain;
use super::bond::{Entry, entry};

/// Keys of answers, in lower case without spaces and underscores.
const ANSWER_KEYS: [&str; 36] = [
    "finalanswer",
    "final",
    "selectedletter",
    "answer",
    "ans",
    "choice",
    "selectedoption",
    "correctoption",
    "option",
    "letter",
    "selected",
    "selection",
    "result",
    "solution",
    "prediction",
    "response",
    "output",
    "commands",
    "command",
    "motion",
    "motions",
    "steps",
    "\u{7b54}\u{6848}",
    "\u{9009}\u{9879}",
    "\u{7b54}\u{3048}",
    "\u{56de}\u{7b54}",
    "\u{c815}\u{b2f5}",
    "\u{b2f5}",
    "respuesta",
    "r\u{e9}ponse",
    "antwort",
    "resposta",
    "risposta",
    "\u{43e}\u{442}\u{432}\u{435}\u{442}",
    "\u{627}\u{644}\u{625}\u{62c}\u{627}\u{628}\u{629}",
    "\u{909}\u{924}\u{94d}\u{924}\u{930}",
];
/// Keys of lists of bonds.
const BOND_KEYS: [&str; 8] = [
    "bonds",
    "hydrogenbonds",
    "hbonds",
    "interactions",
    "pairs",
    "hydrogenbond",
    "hbond",
    "contacts",
];

/// Returns the last JSON value of a text that holds an answer, written as plain text.
pub(super) fn opened(text: &str, form: Form) -> Option<String> {
    let mut found = None;
    let mut at = 0;
    while let Some(start) = text[at..].find(['{', '[']).map(|start| at + start) {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        if let Some(Ok(value)) = values.next()
            // An empty list alone is an answer, an empty box (`- [ ]`) within text is not.
            && (value != Value::Array(Vec::new()) || is_all(text, "[]"))
            && let Some(answer) = rendered(&value, form)
        {
            found = Some(answer);
            at = start + values.byte_offset();
        } else {
            at = start + 1;
        }
    }
    found
}

/// Returns whether a text is the wanted one, apart from a code fence.
fn is_all(text: &str, wanted: &str) -> bool {
    let text = text.trim_matches(|c: char| c == '`' || c.is_whitespace());
    text.strip_prefix("json").unwrap_or(text).trim() == wanted
}

/// Writes a key in lower case without separators.
fn plain(key: &str) -> String {
    let separators = [' ', '_', '-'];
    key.chars()
        .filter(|c| !separators.contains(c))
        .flat_map(char::to_lowercase)
        .collect()
}

fn get<'a>(map: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|wanted| {
        let mut entries = map.iter();
        entries.find_map(|(key, value)| (plain(key) == *wanted).then_some(value))
    })
}

/// Returns the text of the answer that a value holds; `None` if it holds none.
fn rendered(value: &Value, form: Form) -> Option<String> {
    match value {
        Value::Object(map) => match form {
            Form::Letter => letter(map),
            Form::Commands => commands(map),
            Form::Bonds => bonds(map),
        },
        Value::Array(values) => {
            if values.is_empty() {
                return (form == Form::Bonds).then(|| "No".to_owned());
            }
            // A list of numbers, such as a position, is not an answer.
            let texts: Option<Vec<String>> = values
                .iter()
                .map(|value| match value {
                    Value::String(text) => Some(text.clone()),
                    Value::Array(fields) if form == Form::Bonds => fields_of(fields),
                    Value::Object(_) => rendered(value, form),
                    _ => None,
                })
                .collect();
            texts.map(|texts| texts.join("; "))
        }
        _ => None,
    }
}

/// Joins the fields of a bond; the last is the ligand's atom.
fn fields_of(fields: &[Value]) -> Option<String> {
    let fields: Vec<String> = fields.iter().filter_map(scalar).collect();
    let (ligand, pocket) = fields.split_last()?;
    let (residue, others) = pocket.split_first()?;
    let residue = with_marked_chain(residue);
    Some(format!("{residue} {}, {ligand}", others.join(" ")))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns the text of a value that stands behind a key.
fn value_text(value: &Value, form: Form) -> Option<String> {
    scalar(value).or_else(|| rendered(value, form))
}

fn letter(map: &Map<String, Value>) -> Option<String> {
    if let Some(text) = get(map, &ANSWER_KEYS).and_then(|value| value_text(value, Form::Letter)) {
        return Some(text);
    }
    // `{"A": false, "B": true, ...}`
    let mut right = map.iter().filter(|(_, value)| **value == Value::Bool(true));
    match (right.next(), right.next()) {
        (Some((key, _)), None) => Some(key.clone()),
        (Some(_), Some(_)) => None,
        // `{"A": 0.1, "B": 0.6, ...}` is read like `A: 0.1, B: 0.6`.
        _ => {
            let weight = |(key, value): (&String, &Value)| {
                let is_letter = key.len() == 1 && key.chars().all(|c| c.is_ascii_alphabetic());
                (is_letter && value.is_number()).then(|| format!("{key}: {value}"))
            };
            let weights: Option<Vec<String>> = map.iter().map(weight).collect();
            weights
                .filter(|all| all.len() > 1)
                .map(|all| all.join("; "))
        }
    }
}

fn commands(map: &Map<String, Value>) -> Option<String> {
    // `{"command": "move", "axis": "x", "amount": 3}`
    let axis = get(map, &["axis", "direction"]).and_then(Value::as_str);
    let number = map.values().find_map(Value::as_f64);
    let kind = get(
        map,
        &["command", "type", "kind", "action", "operation", "name"],
    )
    .and_then(Value::as_str);
    if let (Some(kind), Some(axis), Some(number)) = (kind, axis, number) {
        return Some(format!("{kind} {axis} {number}"));
    }
    // `{"axis": "x", "distance": -4}`
    for (kind, keys) in [
        (
            "move",
            &[
                "distance",
                "displacement",
                "translation",
                "shift",
                "angstrom",
            ][..],
        ),
        (
            "roll",
            &[
                "angle",
                "degrees",
                "rotation",
                "anglewithsign",
                "angledegrees",
            ][..],
        ),
    ] {
        let number = get(map, keys).filter(|value| value.is_number());
        if let (Some(axis), Some(number)) = (axis, number) {
            return Some(format!("{kind} {axis} {number}"));
        }
    }
    let whole = get(map, &ANSWER_KEYS).and_then(|value| value_text(value, Form::Commands));
    if whole.is_some() {
        return whole;
    }
    // `{"roll": {"axis": "x", "angle": 75}, "move": "x -14"}`, `{"roll_x": 75, "move x": -14}`
    let mut texts = Vec::new();
    for (key, value) in map {
        let key = key.to_lowercase().replace('_', " ");
        if !["roll", "turn", "rotate", "move"]
            .iter()
            .any(|kind| key.starts_with(kind))
        {
            continue;
        }
        match value {
            Value::Object(inner) => {
                let axis = get(inner, &["axis", "direction"]).and_then(Value::as_str);
                let number = inner.values().find_map(Value::as_f64);
                let (axis, number) = axis.zip(number)?;
                texts.push(format!("{key} {axis} {number}"));
            }
            value => {
                let text = scalar(value)?;
                let is_whole = text.to_lowercase().starts_with(key.trim());
                texts.push(if is_whole {
                    text
                } else {
                    format!("{key} {text}")
                });
            }
        }
    }
    // The turn comes first.
    texts.sort_by_key(|text| text.starts_with("move"));
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn bonds(map: &Map<String, Value>) -> Option<String> {
    let list = get(map, &BOND_KEYS).filter(|value| !value.is_boolean());
    let answer = get(map, &ANSWER_KEYS);
    let filled = list.filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    let answer_text = answer.filter(|answer| !answer.is_boolean());
    if let Some(value) = filled.or(answer_text).or(list) {
        return value_text(value, Form::Bonds);
    }
    let is = get(map, &BOND_KEYS).or_else(|| get(map, &["present", "exists"]));
    if is.or(answer) == Some(&Value::Bool(false)) {
        return Some("No".to_owned());
    }
    // `{"LYS 144 NZ": "O5"}`
    let pairs = map.iter().map(|(key, value)| {
        let text = format!("{key}, {}", value.as_str()?);
        let value = value.as_str()?.to_owned();
        let is_bond = |text: &String| matches!(entry(text), Entry::Bonds(_));
        [text, value].into_iter().find(is_bond)
    });
    let pairs: Option<Vec<String>> = pairs.collect();
    one_bond(map).or_else(|| {
        pairs
            .filter(|pairs| !pairs.is_empty())
            .map(|all| all.join("; "))
    })
}

/// Writes an object that is one bond.
fn one_bond(map: &Map<String, Value>) -> Option<String> {
    let field = |keys: &[&str]| get(map, keys).and_then(scalar);
    let residue = field(&["residue", "residuename", "resname", "res", "proteinresidue"]);
    let number = field(&[
        "number",
        "residuenumber",
        "resnum",
        "resid",
        "resnumber",
        "residueid",
    ]);
    let atom = field(&[
        "atom",
        "residueatom",
        "proteinatom",
        "pocketatom",
        "atomname",
        "residueatomname",
    ]);
    let chain = field(&["chain", "chainid", "residuechain", "chainname"]);
    let ligand = field(&["ligandatom", "ligand", "ligandatomname", "lig", "ligatom"])?;
    let Some(atom) = atom else {
        let whole = field(&["pocket", "protein", "residue", "donor", "acceptor"])?;
        return Some(format!("{whole}, {ligand}"));
    };
    let Some(residue) = residue else {
        return Some(format!("Yes: {atom}, {ligand}"));
    };
    let mut text = with_marked_chain(&residue);
    for part in [number, Some(atom), chain.filter(|chain| !chain.is_empty())]
        .into_iter()
        .flatten()
    {
        text.push(' ');
        text.push_str(&part);
    }
    Some(format!("{text}, {ligand}"))
}
