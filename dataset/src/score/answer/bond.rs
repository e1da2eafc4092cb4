//! Parses the names of one hydrogen bond: `ARG 45 NH2 A, O1B`, `ARG45(NH2) -> O1B (2.9 Å)`.

use super::atoms::{AnswerBond, bond, is_name, is_residue, with_marked_chain, without_fillers};
use super::parts::{names_other_residue, without_hydrogens, without_number};
use super::words::is_any;

/// What a short text says about a bond.
#[derive(Debug, PartialEq)]
pub(super) enum Entry {
    /// It names bonds.
    Bonds(Vec<AnswerBond>),
    /// It names a bond and says that it is none.
    Rejected,
    /// It names no bond.
    Other,
}

/// Signs between the two atoms, which become commas; longer ones first.
const ARROWS: [&str; 23] = [
    " ~ ",
    "<-->",
    "<->",
    "-->",
    "---",
    "->",
    "=>",
    "--",
    "\u{2192}",
    "\u{2194}",
    "\u{21d2}",
    "\u{27f6}",
    "\u{2190}",
    "\u{b7}\u{b7}\u{b7}",
    "\u{22ef}",
    "\u{2026}",
    "...",
    "..",
    " \u{2013} ",
    " \u{2014} ",
    "\u{2013}",
    "\u{2014}",
    "\u{2550}",
];
/// Number of bonds that may be joined by `and`.
const MOST_JOINED: usize = 20;
/// Length in bytes of the longest entry.
const LONGEST_ENTRY: usize = 2000;
/// Words of notes that deny the bond.
const DENYING_NOTE: [&str; 16] = [
    "too",
    "far",
    "not",
    "no",
    "none",
    "unlikely",
    "excluded",
    "rejected",
    "outside",
    "beyond",
    "wrong",
    "\u{4e0d}",
    "\u{592a}\u{8fdc}",
    "nicht",
    "trop",
    "\u{43d}\u{435}",
];
/// Parses a text that should name one bond, or several without semicolons between them.
pub(super) fn entry(text: &str) -> Entry {
    if text.len() > LONGEST_ENTRY {
        return Entry::Other;
    }
    if text.contains(['\u{274c}', '\u{2717}', '\u{2718}', '\u{2716}']) {
        return Entry::Rejected;
    }
    let text = text.replace(['\u{2713}', '\u{2714}', '\u{2705}'], " ");
    let text = text.trim().trim_end_matches(['.', '!', ',']).trim();
    let (text, reason) = split_reason(text);
    let (text, mut notes) = without_notes(text);
    notes.extend(reason.map(str::to_owned));
    let text = without_hydrogens(&text);
    let mut spread = text.replace(':', " , ");
    for arrow in ARROWS {
        spread = spread.replace(arrow, " , ");
    }
    let spread = spread_hyphens(&spread);
    let mut fields: Vec<String> = Vec::new();
    for field in spread.split(',') {
        let field = without_number(&without_distance(field)).to_owned();
        if field.is_empty() {
            continue;
        }
        if fields.len() >= 2 && is_note(&field) {
            // `VAL 22 O A, N1 is not a bond` is a sentence.
            if names_atom(&field) {
                return Entry::Other;
            }
            notes.push(field);
        } else {
            fields.push(field);
        }
    }
    // `... -> yes`
    let verdict = fields.last().map(|field| field.to_lowercase());
    if fields.len() > 2 && matches!(verdict.as_deref(), Some("yes" | "no")) {
        notes.extend(fields.pop());
    }
    let Some(bonds) = of_fields(&fields).or_else(|| joined(&fields)) else {
        return Entry::Other;
    };
    // `no others` and what is said about other atoms do not deny this bond.
    let denied = notes
        .iter()
        .filter(|note| !note.to_lowercase().contains("other") && !names_atom(note))
        .filter(|note| !names_other_residue(note, &bonds))
        .flat_map(|note| note.split(|c: char| !c.is_alphanumeric()))
        .any(|word| !word.is_empty() && is_any(word, &DENYING_NOTE));
    if denied {
        Entry::Rejected
    } else {
        Entry::Bonds(bonds)
    }
}

/// Splits a text before the reason of the bond: `TYR OH, O7 because they are close`.
fn split_reason(text: &str) -> (&str, Option<&str>) {
    let lower = text.to_ascii_lowercase();
    let words = [" because ", " since ", " due to ", " as they ", " as the "];
    let at = words.iter().filter_map(|word| lower.find(word)).min();
    at.map_or((text, None), |at| (&text[..at], Some(&text[at..])))
}

/// Returns whether a text has a word that looks like the name of an atom: capitals and a digit.
///
/// `ARG45` does not.
pub(super) fn names_atom(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let is_residue =
            word.is_ascii() && word.len() > 3 && word[..3].chars().all(|c| c.is_ascii_uppercase());
        !is_residue
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.contains(|c: char| c.is_ascii_digit())
            && word
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    })
}

/// Removes brackets: names in them stay (`ARG45(NH2)`, `(chain A)`), notes are returned.
fn without_notes(text: &str) -> (String, Vec<String>) {
    let mut plain = String::new();
    let mut notes = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['(', '[']) {
        let Some(length) = rest[start..].find([')', ']']) else {
            break;
        };
        plain.push_str(&rest[..start]);
        let inner = rest[start + 1..start + length].trim();
        let is_chain = inner.to_lowercase().starts_with("chain ");
        if inner.to_lowercase().contains("chain") && inner.to_lowercase().starts_with("no ") {
            // `(no chain)`
            rest = &rest[start + length + 1..];
            continue;
        }
        let inner = without_fillers(inner);
        let inner = inner.as_str();
        if is_name(plain.trim()) && plain.trim().len() <= 4 && is_residue(inner) {
            // `N (ASP 29 A)`
            plain = format!("{} {}", with_marked_chain(inner), plain.trim());
            rest = &rest[start + length + 1..];
            continue;
        }
        if is_chain || is_name(&inner.to_ascii_uppercase()) && !is_note(inner) {
            plain.push(' ');
            plain.push_str(inner);
            plain.push(' ');
        } else {
            notes.push(inner.to_owned());
        }
        rest = &rest[start + length + 1..];
    }
    plain.push_str(rest);
    (plain, notes)
}

/// Turns spaced hyphens before a name into commas; `-3` stays a number.
fn spread_hyphens(text: &str) -> String {
    let mut parts = text.split(" - ");
    let mut spread = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        spread.push_str(" , ");
        spread.push_str(part);
    }
    spread
}

/// Removes distances and their units from a field.
fn without_distance(field: &str) -> String {
    let is_distance = |word: &str| {
        let word = word.trim_start_matches(['~', '\u{2248}', '=', '<', '>', '\u{2264}']);
        let digits = word.trim_end_matches(['\u{c5}', '\u{212b}', 'A', '\u{c3}']);
        digits.contains('.') && digits.parse::<f64>().is_ok()
            || digits.len() < word.len()
                && word.contains(['\u{c5}', '\u{212b}'])
                && digits.parse::<f64>().is_ok()
    };
    let units = [
        "\u{c5}",
        "\u{212b}",
        "A",
        "angstrom",
        "angstroms",
        "~",
        "\u{2248}",
        "d",
        "=",
        "\u{e5}",
    ];
    let words: Vec<&str> = field.split_whitespace().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        let unit_follows = words
            .get(at + 1)
            .is_some_and(|next| ["\u{c5}", "\u{212b}", "angstrom", "angstroms"].contains(next));
        let whole = word.parse::<u32>().is_ok() && unit_follows;
        if is_distance(word) || whole {
            at += 1;
            while words.get(at).is_some_and(|next| units.contains(next)) {
                at += 1;
            }
            while kept
                .last()
                .is_some_and(|last| ["d", "=", "~", "about", "at", "\u{2248}"].contains(last))
            {
                kept.pop();
            }
            continue;
        }
        kept.push(word);
        at += 1;
    }
    kept.join(" ")
}

/// Returns whether a field is a note in words rather than a name.
fn is_note(field: &str) -> bool {
    let words: Vec<&str> = field.split_whitespace().collect();
    let has_digits = field.contains(|c: char| c.is_ascii_digit());
    words.len() > 4
        || !field.is_ascii()
        || field.contains('.') && has_digits
        || !has_digits && words.iter().any(|word| word.len() >= 4)
        || !has_digits
            && words.len() >= 2
            && words
                .iter()
                .all(|word| word.chars().all(char::is_lowercase))
}

/// Parses fields as one bond, or as pairs of fields.
fn of_fields(fields: &[String]) -> Option<Vec<AnswerBond>> {
    let (ligand, pocket) = fields.split_last()?;
    if pocket.is_empty() {
        return None;
    }
    // `O1A, O1B, N4` is a list of atoms.
    let is_residue = |bond: &AnswerBond| {
        let is_name = bond.residue.chars().all(|c| c.is_ascii_alphabetic());
        pocket.len() == 1 || bond.number.is_some() || is_name
    };
    if let Some(bond) = bond(&pocket.join(" "), ligand).filter(is_residue) {
        return Some(vec![bond]);
    }
    if let Some(bonds) = with_several(&pocket.join(" "), ligand) {
        return Some(bonds);
    }
    // `O1B -> ARG 45 NH2`: the ligand's atom may come first.
    if let [first, second] = fields
        && let Some(bond) = bond(second, first)
        && bond.number.is_some()
        && names_atom(first)
    {
        return Some(vec![bond]);
    }
    if fields.len() < 4 || !fields.len().is_multiple_of(2) && !fields.len().is_multiple_of(3) {
        return None;
    }
    let pairs: Option<Vec<AnswerBond>> = fields
        .chunks(2)
        .map(|pair| bond(&pair[0], pair.get(1)?))
        .collect();
    // `LYS144:NZ–O5, ASN170:ND2–O9`
    let threes = || {
        let mut threes = fields.chunks(3);
        threes.all(|part| part.len() == 3).then(|| {
            let parts = fields.chunks(3);
            let bonds = parts.map(|part| bond(&format!("{} {}", part[0], part[1]), &part[2]));
            bonds.collect::<Option<Vec<AnswerBond>>>()
        })?
    };
    pairs.or_else(threes)
}

/// Parses a bond to several atoms of the ligand: `ASN OD1, O3 and O4`, `ASN OD1, O3/O4`.
fn with_several(pocket: &str, ligand: &str) -> Option<Vec<AnswerBond>> {
    let ligand = ligand.replace(" and ", "/").replace(['&', '+'], "/");
    let atoms: Vec<&str> = ligand.split('/').map(str::trim).collect();
    let are_atoms = atoms.len() > 1 && atoms.iter().all(|atom| is_name(atom) && names_atom(atom));
    if !are_atoms {
        return None;
    }
    atoms.into_iter().map(|atom| bond(pocket, atom)).collect()
}

/// Parses `ARG 45 NH2 A and O1B`, `ARG 45 NH2 to O1B`, or bonds that are joined by `and`.
fn joined(fields: &[String]) -> Option<Vec<AnswerBond>> {
    // `ASN OD1 with O3 and O4`
    if let [text] = fields {
        let split = [" with ", " to "]
            .iter()
            .find_map(|word| text.split_once(word));
        if let Some(bonds) = split.and_then(|(pocket, ligand)| with_several(pocket, ligand)) {
            return Some(bonds);
        }
        // `LYS 144 NZ-O5`
        let glued = text
            .rsplit_once('-')
            .filter(|(_, ligand)| names_atom(ligand));
        if let Some(bond) = glued.and_then(|(pocket, ligand)| bond(pocket, ligand)) {
            return Some(vec![bond]);
        }
    }
    let text = fields.join(" , ");
    let lower = text.to_ascii_lowercase();
    for word in [
        " , and between ",
        " and between ",
        " and ",
        " & ",
        ", und ",
        " und ",
        " et ",
        " y ",
        " e ",
    ] {
        let mut from = 0;
        let mut parts = Vec::new();
        for (at, _) in lower.match_indices(word).take(MOST_JOINED) {
            parts.push(&text[from..at]);
            from = at + word.len();
        }
        parts.push(&text[from..]);
        let bonds: Option<Vec<Vec<AnswerBond>>> = parts
            .into_iter()
            .map(|part| {
                let fields = part.split(',').map(|field| field.trim().to_owned());
                let fields: Vec<String> = fields.filter(|field| !field.is_empty()).collect();
                match fields.as_slice() {
                    [text] => pair(text).map(|bond| vec![bond]),
                    fields => of_fields(fields),
                }
            })
            .collect();
        if from > 0
            && let Some(bonds) = bonds
        {
            return Some(bonds.concat());
        }
    }
    match fields {
        [text] => pair(text).map(|bond| vec![bond]),
        // `LYS 144 NZ with O5, ASN 170 ND2 with O9`
        // `ASP 29 A: N with O2`
        [_, ..] => {
            let bonds: Option<Vec<AnswerBond>> = fields.iter().map(|field| pair(field)).collect();
            bonds.or_else(|| pair(&fields.join(" ")).map(|bond| vec![bond]))
        }
        [] => None,
    }
}

/// Parses `ARG 45 NH2 A to O1B`.
fn pair(text: &str) -> Option<AnswerBond> {
    let lower = text.to_ascii_lowercase();
    let verbs = [
        "bonds",
        "bonded",
        "binds",
        "donates",
        "hydrogen-bonds",
        "hydrogen-bonded",
        "h-bonds",
    ];
    [" to ", " with ", " and "].iter().find_map(|word| {
        let at = lower.rfind(word)?;
        let mut pocket: Vec<&str> = text[..at].split_whitespace().collect();
        while pocket
            .last()
            .is_some_and(|last| verbs.contains(&last.to_ascii_lowercase().as_str()))
        {
            pocket.pop();
        }
        bond(&pocket.join(" "), &text[at + word.len()..])
    })
}
