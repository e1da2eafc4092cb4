//! Parses the two atoms of a bond: `ARG 45 NH2 A` and `O1B`.

use std::fmt;

/// A bond as named in an answer, in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerBond {
    /// Name of the residue; empty if only its atom is named (`OD1, O3`).
    pub residue: String,
    /// Number of the residue with its insertion code, if given.
    pub number: Option<String>,
    /// Name of the atom of the residue.
    pub atom: String,
    /// Chain of the residue, if given; `?` means that it has no name.
    pub chain: Option<String>,
    /// Name of the atom of the ligand.
    pub ligand_atom: String,
}

impl fmt::Display for AnswerBond {
    /// Writes `ARG 45 NH2 A, O1B`, without the parts that are not given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = |part: &Option<String>| part.clone().unwrap_or_default();
        let (number, chain) = (given(&self.number), given(&self.chain));
        let parts = [&self.residue, &number, &self.atom, &chain];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        let pocket = parts.map(String::as_str).collect::<Vec<_>>().join(" ");
        write!(f, "{pocket}, {}", self.ligand_atom)
    }
}

/// Words beside names, which are ignored.
const FILLERS: [&str; 33] = [
    "hydroxyl",
    "carbonyl",
    "carboxylate",
    "carboxyl",
    "amide",
    "amine",
    "amino",
    "ammonium",
    "guanidinium",
    "imidazole",
    "oxygen",
    "nitrogen",
    "side-chain",
    "main-chain",
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

/// Atoms of one letter, which can also be the names of chains.
const ATOMS_OF_ONE_LETTER: [&str; 7] = ["N", "O", "C", "S", "H", "F", "P"];
/// Signs and words in the place of a chain that has no name.
const NO_CHAIN: [&str; 6] = ["-", "--", "_", "*", "NONE", "BLANK"];
/// Amino acids by their letter.
const LETTERS: [(&str, &str); 20] = [
    ("A", "ALA"),
    ("R", "ARG"),
    ("N", "ASN"),
    ("D", "ASP"),
    ("C", "CYS"),
    ("Q", "GLN"),
    ("E", "GLU"),
    ("G", "GLY"),
    ("H", "HIS"),
    ("I", "ILE"),
    ("L", "LEU"),
    ("K", "LYS"),
    ("M", "MET"),
    ("F", "PHE"),
    ("P", "PRO"),
    ("S", "SER"),
    ("T", "THR"),
    ("W", "TRP"),
    ("Y", "TYR"),
    ("V", "VAL"),
];

/// Splits a text into upper-case words without fillers.
fn names(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text
        .replace("N/A", "?")
        .replace("side chain", "")
        .replace("main chain", "")
        .split([' ', '/', '\t'])
    {
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

/// Writes a residue so that its last name is surely the chain: `ASP 29 A` as `ASP 29 chain A`.
pub(super) fn with_marked_chain(residue: &str) -> String {
    match residue.split_whitespace().collect::<Vec<_>>().as_slice() {
        [name, number, chain] if is_number(number) && chain.len() == 1 => {
            format!("{name} {number} chain {chain}")
        }
        [name, chain] if split_glued_number(name) && chain.len() == 1 => {
            format!("{name} chain {chain}")
        }
        _ => residue.to_owned(),
    }
}

/// Returns whether a word is a name and a number: `ASP29`.
fn split_glued_number(word: &str) -> bool {
    let number = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    word.len() == number.len() + 3 && is_number(number)
}

/// Returns whether a name can be that of an atom and that of a chain.
pub(in crate::score) fn can_be_atom_or_chain(name: &str) -> bool {
    ATOMS_OF_ONE_LETTER.contains(&name)
}

/// Returns whether a text is a residue with its number: `ASP 29 A`.
pub(super) fn is_residue(text: &str) -> bool {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [name, number] => name.len() == 3 && is_number(number),
        [name, number, chain] => name.len() == 3 && is_number(number) && chain.len() == 1,
        [name] => split_glued_number(name),
        _ => false,
    }
}

/// Removes words that are ignored, such as `backbone`, from a text that has others.
pub(super) fn without_fillers(text: &str) -> String {
    let is_filler = |word: &&str| FILLERS.contains(&word.to_ascii_lowercase().as_str());
    let kept: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !is_filler(word))
        .collect();
    match kept.as_slice() {
        [name]
            if name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) =>
        {
            (*name).to_owned()
        }
        _ => text.to_owned(),
    }
}

/// Returns whether of two names behind a residue the first is the chain: `ASP 29 A N`.
///
/// If both can be atoms, the atom comes first, as in the questions.
fn is_chain_first(first: &str, second: &str) -> bool {
    let is_atom = second.len() >= 2 && second.starts_with(|c: char| c.is_ascii_alphabetic())
        || ATOMS_OF_ONE_LETTER.contains(&second);
    let is_chain = first.len() == 1 && !ATOMS_OF_ONE_LETTER.contains(&first);
    is_chain && is_atom && !NO_CHAIN.contains(&second)
        || first.len() == 1 && SIDE_CHAIN_ATOMS.contains(&second)
}

/// Parses the two sides of a bond.
pub(super) fn bond(pocket: &str, ligand: &str) -> Option<AnswerBond> {
    // `N@ASP29`
    let pocket = pocket.replace('@', " of ");
    let pocket = pocket.as_str();
    let lower = format!(" {} ", pocket.to_ascii_lowercase());
    let of = [" of ", " from "].iter().find_map(|word| {
        let at = lower.find(word)?;
        Some((pocket[..at].trim(), pocket[at + word.len() - 2..].trim()))
    });
    // `NH2 of ARG 45`
    // `N of ASP 29 A`, not a sentence that ends with it
    if of.is_some_and(|(atom, _)| names(atom).len() != 1) {
        return None;
    }
    let reordered = of.map(|(atom, residue)| format!("{} {atom}", with_marked_chain(residue)));
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
    // `ASP29 A-N`
    if let Some(last) = words.pop() {
        match last.split_once('-') {
            Some((chain, atom)) if chain.len() == 1 && !atom.is_empty() && !is_number(&last) => {
                words.extend([chain.to_owned(), atom.to_owned()]);
            }
            _ => words.push(last),
        }
    }
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
        [residue, number, chain, atom] if is_number(number) && is_chain_first(chain, atom) => {
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
        // `ASP A N`
        [residue, chain, atom]
            if residue.len() == 3 && is_chain_first(chain, atom) && !is_number(chain) =>
        {
            (residue, None, atom, Some(chain))
        }
        [residue, atom, chain] if residue.len() == 3 && is_letter(chain) && !is_number(atom) => {
            (residue, None, atom, Some(chain))
        }
        [residue, atom] if !is_number(atom) => (residue, None, atom, None),
        // `OD1, O3`: the residue is that of the question.
        [atom] if SIDE_CHAIN_ATOMS.contains(atom) && ligand.len() >= 2 => (&"", None, atom, None),
        _ => return None,
    };
    // Words are not residues (`near O1B, yes`); names of five signs have digits.
    let is_plain = residue.chars().all(|c| c.is_ascii_alphabetic());
    let is_word = residue.len() > 3 || ["YES", "NO", "THE", "AND"].contains(residue);
    let is_no_atom = atom.len() == 1 && !"NOCSHFPKIBUVWY".contains(*atom);
    let is_missing_chain = own_chain.is_some_and(|chain| NO_CHAIN.contains(chain));
    let is_long = is_no_atom
        || atom.len() > 4
        || !is_missing_chain && own_chain.is_some_and(|chain| chain.len() > 4);
    if number.is_none() && is_plain && is_word || is_long || residue.len() > 5 || ligand == "YES" {
        return None;
    }
    let chain = chain.or_else(|| own_chain.map(|chain| (*chain).to_owned()));
    let is_missing = |chain: &String| NO_CHAIN.contains(&chain.as_str());
    let chain = chain.map(|chain| {
        if is_missing(&chain) {
            "?".to_owned()
        } else {
            chain
        }
    });
    let is_chain = |chain: &String| is_name(chain) || chain == "?";
    if !(residue.is_empty() || is_name(residue))
        || !is_name(atom)
        || chain.as_ref().is_some_and(|chain| !is_chain(chain))
    {
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
///
/// `Y60 OH` is `TYR 60 OH`.
fn split_glued(words: &mut Vec<String>) {
    if let [first, atom, ..] = words.as_slice()
        && first.len() >= 2
        && first.is_ascii()
        && (SIDE_CHAIN_ATOMS.contains(&atom.as_str()) || atom == "N" || atom == "O")
        && is_number(&first[1..])
        && let Some((_, code)) = LETTERS.iter().find(|(letter, _)| *letter == &first[..1])
    {
        let number = first[1..].to_owned();
        words.splice(..1, [(*code).to_owned(), number]);
        return;
    }
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
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 8
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "'*\"+-_".contains(c))
}
