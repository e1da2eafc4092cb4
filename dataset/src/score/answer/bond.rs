//! Parses the names of one hydrogen bond: `ARG 45 NH2 A, O1B`, `ARG45(NH2) -> O1B (2.9 Å)`.

use super::bonds::AnswerBond;
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
const ARROWS: [&str; 22] = [
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
/// Words beside names, which are ignored.
const FILLERS: [&str; 19] = [
    "residue",
    "res",
    "atom",
    "protein",
    "pocket",
    "ligand",
    "ligand's",
    "lig",
    "the",
    "of",
    "backbone",
    "sidechain",
    "between",
    "bond",
    "h-bond",
    "hydrogen",
    "also",
    "and",
    "only",
];
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
/// Full names of amino acids.
const AMINO_ACIDS: [(&str, &str); 20] = [
    ("ALANINE", "ALA"),
    ("ARGININE", "ARG"),
    ("ASPARAGINE", "ASN"),
    ("ASPARTATE", "ASP"),
    ("CYSTEINE", "CYS"),
    ("GLUTAMINE", "GLN"),
    ("GLUTAMATE", "GLU"),
    ("GLYCINE", "GLY"),
    ("HISTIDINE", "HIS"),
    ("ISOLEUCINE", "ILE"),
    ("LEUCINE", "LEU"),
    ("LYSINE", "LYS"),
    ("METHIONINE", "MET"),
    ("PHENYLALANINE", "PHE"),
    ("PROLINE", "PRO"),
    ("SERINE", "SER"),
    ("THREONINE", "THR"),
    ("TRYPTOPHAN", "TRP"),
    ("TYROSINE", "TYR"),
    ("VALINE", "VAL"),
];
/// Names of side chain atoms, which cannot be chains of one letter.
const SIDE_CHAIN_ATOMS: [&str; 17] = [
    "NE", "NH1", "NH2", "NZ", "ND1", "ND2", "NE1", "NE2", "OG", "OG1", "OD1", "OD2", "OE1", "OE2",
    "OH", "SG", "SD",
];

/// Parses a text that should name one bond, or several without semicolons between them.
pub(super) fn entry(text: &str) -> Entry {
    if text.contains(['\u{274c}', '\u{2717}', '\u{2718}', '\u{2716}']) {
        return Entry::Rejected;
    }
    let text = text.trim().trim_end_matches(['.', '!', ',']).trim();
    let (text, mut notes) = without_notes(text);
    let mut spread = text.replace(':', " , ");
    for arrow in ARROWS {
        spread = spread.replace(arrow, " , ");
    }
    let spread = spread_hyphens(&spread);
    let mut fields: Vec<String> = Vec::new();
    for field in spread.split(',') {
        let field = without_distance(field);
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
        .flat_map(|note| note.split(|c: char| !c.is_alphanumeric()))
        .any(|word| !word.is_empty() && is_any(word, &DENYING_NOTE));
    if denied {
        Entry::Rejected
    } else {
        Entry::Bonds(bonds)
    }
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
    if let Some(bond) = bond(&pocket.join(" "), ligand) {
        return Some(vec![bond]);
    }
    // `O1B -> ARG 45 NH2`: the ligand's atom may come first.
    if let [first, second] = fields
        && let Some(bond) = bond(second, first)
        && bond.number.is_some()
        && names_atom(first)
    {
        return Some(vec![bond]);
    }
    if fields.len() < 4 || !fields.len().is_multiple_of(2) {
        return None;
    }
    fields
        .chunks(2)
        .map(|pair| bond(&pair[0], &pair[1]))
        .collect()
}

/// Parses `ARG 45 NH2 A and O1B`, `ARG 45 NH2 to O1B`, or bonds that are joined by `and`.
fn joined(fields: &[String]) -> Option<Vec<AnswerBond>> {
    let text = fields.join(" , ");
    let lower = text.to_ascii_lowercase();
    for word in [" and ", " & ", ", und ", " und ", " et ", " y ", " e "] {
        let mut from = 0;
        while let Some(found) = lower[from..].find(word).map(|at| at + from) {
            let (first, second) = (&text[..found], &text[found + word.len()..]);
            if let (Entry::Bonds(mut bonds), Entry::Bonds(more)) = (entry(first), entry(second)) {
                bonds.extend(more);
                return Some(bonds);
            }
            from = found + word.len();
        }
    }
    if fields.len() != 1 {
        return None;
    }
    for word in [" to ", " with ", " and "] {
        let Some(at) = lower.rfind(word) else {
            continue;
        };
        let verbs = [
            "bonds",
            "bonded",
            "binds",
            "donates",
            "hydrogen-bonds",
            "hydrogen-bonded",
            "h-bonds",
        ];
        let mut pocket: Vec<&str> = text[..at].split_whitespace().collect();
        while pocket
            .last()
            .is_some_and(|last| verbs.contains(&last.to_ascii_lowercase().as_str()))
        {
            pocket.pop();
        }
        if let Some(bond) = bond(&pocket.join(" "), &text[at + word.len()..]) {
            return Some(vec![bond]);
        }
    }
    None
}

/// Splits a text into upper-case words without fillers.
fn names(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([' ', '/', '\t', '@']) {
        let word = word.trim_matches(|c: char| "`\".".contains(c));
        let word = word.strip_suffix("'s").unwrap_or(word);
        if word.is_empty() {
            continue;
        }
        // A capital A is a chain.
        if word != "A" && FILLERS.contains(&word.to_ascii_lowercase().as_str()) {
            continue;
        }
        let upper = word.to_ascii_uppercase();
        let amino_acid = AMINO_ACIDS.iter().find(|(name, _)| upper.starts_with(name));
        words.push(match amino_acid {
            Some((name, code)) => upper.replacen(name, code, 1),
            None => upper,
        });
    }
    words
}

/// Parses the two sides of a bond.
fn bond(pocket: &str, ligand: &str) -> Option<AnswerBond> {
    let lower = format!(" {} ", pocket.to_ascii_lowercase());
    let of = [" of ", " from "].iter().find_map(|word| {
        let at = lower.find(word)?;
        Some((pocket[..at].trim(), pocket[at + word.len() - 2..].trim()))
    });
    // `NH2 of ARG 45`
    let reordered = of.map(|(atom, residue)| format!("{residue} {atom}"));
    let mut words = names(reordered.as_deref().unwrap_or(pocket));
    let ligand = match names(ligand).as_slice() {
        [ligand] if is_name(ligand) => ligand.clone(),
        _ => return None,
    };
    let mut chain = None;
    if let Some(at) = words.iter().position(|word| word == "CHAIN") {
        words.remove(at);
        if at < words.len() {
            chain = Some(words.remove(at));
        }
    }
    split_glued(&mut words);
    let parts: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_letter = |word: &str| word.len() == 1;
    let (residue, number, atom, own_chain) = match parts.as_slice() {
        // `A ARG 45 NH2`
        [chain, residue, number, atom]
            if is_letter(chain) && residue.len() == 3 && is_number(number) =>
        {
            (residue, Some(number), atom, Some(chain))
        }
        // `ARG 45 A NH2`
        [residue, number, chain, atom]
            if is_number(number) && is_letter(chain) && SIDE_CHAIN_ATOMS.contains(atom) =>
        {
            (residue, Some(number), atom, Some(chain))
        }
        // `ARG A 45 NH2`
        [residue, chain, number, atom]
            if is_letter(chain) && residue.len() == 3 && is_number(number) && !is_number(chain) =>
        {
            (residue, Some(number), atom, Some(chain))
        }
        [residue, number, atom, chain] if is_number(number) => {
            (residue, Some(number), atom, Some(chain))
        }
        [residue, number, atom] if is_number(number) => (residue, Some(number), atom, None),
        [residue, atom, chain] if residue.len() == 3 && is_letter(chain) && !is_number(atom) => {
            (residue, None, atom, Some(chain))
        }
        [residue, atom] if !is_number(atom) => (residue, None, atom, None),
        _ => return None,
    };
    // Words are not residues: `near O1B, yes`.
    let longest = if number.is_some() { 5 } else { 3 };
    if residue.len() > longest || ["YES", "NO", "THE", "AND"].contains(residue) || ligand == "YES" {
        return None;
    }
    let chain = chain.or_else(|| own_chain.map(|chain| (*chain).to_owned()));
    let is_chain = |chain: &String| is_name(chain) || chain == "?";
    if !is_name(residue) || !is_name(atom) || chain.as_ref().is_some_and(|chain| !is_chain(chain)) {
        return None;
    }
    Some(AnswerBond {
        residue: (*residue).to_owned(),
        number: number.map(|number| (*number).to_owned()),
        atom: (*atom).to_owned(),
        chain,
        ligand_atom: ligand,
    })
}

/// Splits `ARG45`, `ARG-45`, `ARG45-NH2` and `ARG45.NH2`.
fn split_glued(words: &mut Vec<String>) {
    for at in 0..words.len().min(2) {
        let word = words[at].clone();
        let name: String = word.chars().take_while(char::is_ascii_alphabetic).collect();
        let rest = &word[name.len()..];
        let rest = rest
            .strip_prefix('-')
            .filter(|_| name.len() == 3)
            .unwrap_or(rest);
        let (number, atom) = rest.split_once(['-', '.']).unwrap_or((rest, ""));
        let numbered = words.get(at + 1).is_some_and(|word| is_number(word));
        if name.len() != 3 || !is_number(number) || numbered || at == 1 && words[0].len() != 1 {
            continue;
        }
        let mut parts = vec![name, number.to_owned()];
        if !atom.is_empty() {
            parts.push(atom.to_owned());
        }
        words.splice(at..=at, parts);
        return;
    }
}

/// Returns whether a word is a residue number: `45`, `-3`, `45B`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < digits.len() && rest.len() <= 1 && rest.chars().all(|c| c.is_ascii_alphabetic())
}

/// Returns whether a word can be the name of an atom, residue or chain.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 8
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "'*\"+-_".contains(c))
}
