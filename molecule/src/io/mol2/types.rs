//! Elements of atom types.
//!
//! The types of the format are those of Tripos (Sybyl): an element and, after a dot, its
//! hybridisation (`C.ar`). Many programs write the types of a force field instead. Some of these
//! look like elements (`CA` is an aromatic carbon of AMBER, `OS` an ether oxygen), so a type alone
//! is not enough: one type that can only be of a force field says that the record has such types.

use std::fmt;

use smol_str::SmolStr;

use super::ions::{self, IonRules};
use crate::Element;
use crate::diagnostics::RepeatedWarning;
use crate::perception::names::{ResidueKind, residue_kind};
use crate::raw::{ElementField, RawAtom};

/// What a type says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The element is certain, or the type is a placeholder without element.
    Certain(Element),
    /// A point of a force field without an element, such as a virtual site.
    Point,
    /// An element symbol of two letters that may be a type of a force field.
    TwoLetters(Element),
    /// Neither a Sybyl type nor an element.
    Foreign,
    /// A type with a dot that does not begin with an element: the name decides.
    Unknown,
}

/// Why the types of a record are taken as those of a force field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ForceField {
    /// Row of the atom that shows it.
    pub(super) row: usize,
    /// The observation, for a message.
    pub(super) reason: String,
    /// How the elements were taken, for a message.
    pub(super) sources: Sources,
}

/// Numbers of atoms by what gives their element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    /// The first letter of the type.
    letter: usize,
    /// The first two letters of the type, which are a symbol.
    symbol: usize,
    /// The type is the name of an ion.
    ion: usize,
    /// The type says nothing, so the name of the atom decides.
    name: usize,
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("their first letter gives", "", self.letter),
            ("their first two letters give", "", self.symbol),
            ("as the name of an ion they give", "", self.ion),
            ("the atom name gives", ", as the type has none", self.name),
        ];
        let mut what = "the element";
        for (source, why, count) in parts {
            if count > 0 {
                let separator = if what == "it" { ", " } else { "" };
                let atoms = if count == 1 { "atom" } else { "atoms" };
                write!(f, "{separator}{source} {what}{why} ({count} {atoms})")?;
                what = "it";
            }
        }
        Ok(())
    }
}

/// Sets the elements of all atoms of a record from their types. The atoms must have their residue
/// names. Returns what says that the types are of a force field, unless it defines each of them
/// without doubt (GAFF). Points without an element are noted in `points`.
pub(super) fn set_elements(
    atoms: &mut [RawAtom],
    kinds: &[SmolStr],
    points: &mut RepeatedWarning,
) -> Option<ForceField> {
    let meanings: Vec<Meaning> = kinds.iter().map(|kind| meaning(kind.as_bytes())).collect();
    let may_be_ion = |row: usize| {
        let small = || {
            let is_ion_name = || ions::of_charmm(&kinds[row]).is_some();
            (kinds[row].len() == 2 && !kinds[row].contains('.')) || is_ion_name()
        };
        matches!(meanings[row], Meaning::TwoLetters(_) | Meaning::Foreign) || small()
    };
    let residue_sizes = if (0..atoms.len()).any(may_be_ion) {
        residue_sizes(atoms)
    } else {
        Vec::new()
    };
    let ion_rules = IonRules::of_record(atoms, kinds);
    let element_of_ion = |row: usize| {
        may_be_ion(row)
            .then(|| ion_rules.element(&atoms[row], &kinds[row], residue_sizes[row] == 1))
            .flatten()
    };
    // An atom that is a residue of its own and has the name of its type, or an ion by its residue.
    let is_ion = |row: usize| {
        let atom = &atoms[row];
        let kind = letters(&kinds[row]);
        let same = |text: &str| letters(text).eq_ignore_ascii_case(kind);
        let is_ion_residue = || matches!(residue_kind(&atom.residue_name), ResidueKind::Ion);
        may_be_ion(row)
            && ((residue_sizes[row] == 1 && same(&atom.name))
                || (same(&atom.residue_name) && is_ion_residue())
                || Element::from_symbol(kind.as_bytes()).is_some_and(|element| {
                    ions::is_ion_of_residue(atom, element, residue_sizes[row] == 1)
                }))
    };
    let found = evidence(atoms, kinds, &meanings, is_ion);
    let has_sybyl_types = kinds.iter().any(|kind| kind.contains('.'));
    let mut sources = Sources::default();
    let elements: Vec<Option<Element>> = (0..atoms.len())
        .map(|row| {
            let (kind, name) = (kinds[row].as_str(), atoms[row].name.as_str());
            match meanings[row] {
                // Lower-case types of GAFF that are also symbols of metals.
                Meaning::Certain(element) if element.symbol().len() < kind.len() && is_ion(row) => {
                    Element::from_symbol(kind.as_bytes()).or(Some(element))
                }
                Meaning::Certain(element) if element != Element::UNKNOWN => {
                    let ion = (kind.len() == 3).then(|| element_of_ion(row)).flatten();
                    ion.or(Some(element))
                }
                Meaning::Certain(_) | Meaning::Point => {
                    points.note(atoms[row].line, || {
                        format!("the atom type {kind:?} is not an element")
                    });
                    Some(Element::UNKNOWN)
                }
                Meaning::Unknown => None,
                Meaning::TwoLetters(element) => {
                    let keep = found.is_none()
                        || is_ion(row)
                        || (has_sybyl_types && !contradicts(kind, name));
                    let by_letter = (!keep)
                        .then(|| two_letters_of_force_field(kind, name, element))
                        .filter(|other| *other != element);
                    sources.letter += usize::from(by_letter.is_some());
                    Some(by_letter.unwrap_or(element))
                }
                Meaning::Foreign => {
                    if let Some(element) = element_of_ion(row) {
                        sources.ion += 1;
                        return Some(element);
                    }
                    found.as_ref()?;
                    let element = foreign_element(kind, name);
                    match element {
                        None => sources.name += 1,
                        Some(element) if element.symbol().len() == 1 => sources.letter += 1,
                        Some(_) => sources.symbol += 1,
                    }
                    element
                }
            }
        })
        .collect();
    for (atom, element) in atoms.iter_mut().zip(elements) {
        atom.element = element.map_or(ElementField::Absent, ElementField::Known);
    }
    let (row, reason) = found?;
    Some(ForceField {
        row,
        reason,
        sources,
    })
}

/// Returns the first row whose type shows that the types are of a force field, and the observation.
fn evidence(
    atoms: &[RawAtom],
    kinds: &[SmolStr],
    meanings: &[Meaning],
    is_ion: impl Fn(usize) -> bool,
) -> Option<(usize, String)> {
    (0..atoms.len())
        .find(|&row| meanings[row] == Meaning::Foreign && is_of_force_field(&kinds[row]))
        .map(|row| {
            let reason = format!(
                "the atom type {:?} is neither a Sybyl type nor an element",
                kinds[row]
            );
            (row, reason)
        })
        .or_else(|| {
            let row = (0..atoms.len()).find(|&row| {
                matches!(meanings[row], Meaning::TwoLetters(_))
                    && contradicts(&kinds[row], &atoms[row].name)
                    && !is_ion(row)
            })?;
            let reason = format!(
                "the atom type {:?} is not the element of atom {}",
                kinds[row], atoms[row].name
            );
            Some((row, reason))
        })
}

/// Returns the number of atoms in the residue of each atom.
fn residue_sizes(atoms: &[RawAtom]) -> Vec<u32> {
    let mut sizes = std::collections::HashMap::new();
    let key = |atom: &RawAtom| (atom.residue_number, atom.residue_name.clone());
    for atom in atoms {
        *sizes.entry(key(atom)).or_insert(0) += 1;
    }
    atoms.iter().map(|atom| sizes[&key(atom)]).collect()
}

/// Returns the letters at the beginning of a type or name, after digits (`2C`, `1HB`).
fn letters(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    &text[..end]
}

/// Tests whether a text begins with another, in any case.
fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn meaning(kind: &[u8]) -> Meaning {
    const PLACEHOLDERS: [&[u8]; 7] = [b"DU", b"LP", b"ANY", b"HAL", b"HET", b"HEV", b"****"];
    const POINTS: [&[u8]; 3] = [b"X", b"XX", b"VS"];
    // Wang et al., J. Comput. Chem. 25 (2004) 1157-1174: the general AMBER force field. Some of its
    // lower-case types look like elements: their first letter is the element.
    const GAFF: [&[u8]; 19] = [
        b"ca", b"cd", b"ce", b"cf", b"cs", b"cu", b"ho", b"hs", b"na", b"nb", b"nd", b"ne", b"nh",
        b"ni", b"no", b"np", b"os", b"pb", b"pd",
    ];
    let dot = memchr::memchr(b'.', kind);
    let head = &kind[..dot.unwrap_or(kind.len())];
    let is_one_of = |list: &[&[u8]]| list.iter().any(|item| item.eq_ignore_ascii_case(head));
    if is_one_of(&PLACEHOLDERS) {
        return Meaning::Certain(Element::UNKNOWN);
    }
    // Lone pairs and extra points are numbered or have a suffix: `LP1`, `EPW`.
    let is_point = head.len() <= 3 && (head.starts_with(b"LP") || head.starts_with(b"EP"));
    if dot.is_none() && (is_point || is_one_of(&POINTS)) {
        return Meaning::Point;
    }
    if let (Some(_), element) = (dot, Element::from_symbol(head)) {
        return element.map_or(Meaning::Unknown, Meaning::Certain);
    }
    let small = head
        .iter()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if GAFF.contains(&head)
        && let Some(element) = Element::from_symbol(&head[..1])
    {
        return Meaning::Certain(element);
    }
    if let Some(element) = Element::from_symbol(head) {
        // Cl and Br of GAFF are certain as well.
        return if head.len() == 1 || small {
            Meaning::Certain(element)
        } else {
            Meaning::TwoLetters(element)
        };
    }
    if let Some(element) = ions::of_charged_symbol(head) {
        return Meaning::Certain(element);
    }
    // `c3`, `hc`, `n4`
    if let Some(first) = head.first()
        && small
        && b"chnops".contains(first)
        && !head.starts_with(b"opls")
        && let Some(element) = Element::from_symbol(&[*first])
    {
        return Meaning::Certain(element);
    }
    Meaning::Foreign
}

/// Elements of organic molecules, whose symbol begins the types of force fields.
const FIRST_LETTERS: &[u8] = b"BCDFHIKNOPS";

/// Tests whether a type that is neither a Sybyl type nor an element can be of a force field: it
/// begins with an element, possibly after a digit (`CT`, `HA`, `N*`, `2C`, `CG2R61`).
fn is_of_force_field(kind: &str) -> bool {
    let first = letters(kind).bytes().next();
    first.is_some_and(|first| FIRST_LETTERS.contains(&first.to_ascii_uppercase()))
}

/// Tests whether an element of two letters in capitals cannot be that of an atom of this name: the
/// name begins with the first letter of the symbol, and not with both (type `CA` of atom C1).
fn contradicts(kind: &str, name: &str) -> bool {
    // Types of Tripos; the name of such an atom may be anything.
    const SYBYL: [&str; 6] = ["Na", "Ca", "Co", "Cr", "Cu", "Sn"];
    // Halogens, and elements whose symbols no force field uses for something else.
    const CERTAIN: [&str; 5] = ["CL", "BR", "SI", "SE", "FE"];
    let name = letters(name);
    !SYBYL.contains(&kind)
        && !CERTAIN.iter().any(|other| other.eq_ignore_ascii_case(kind))
        && kind.len() == 2
        && FIRST_LETTERS.contains(&kind.as_bytes()[0].to_ascii_uppercase())
        && begins_with(name, &kind[..1])
        && !begins_with(name, kind)
}

/// Returns the element of a symbol of two letters in a record with types of a force field.
fn two_letters_of_force_field(kind: &str, name: &str, element: Element) -> Element {
    // Metals whose symbols are rare as types of force fields, if the atom has their name.
    const METALS: [&str; 11] = [
        "CU", "CO", "NI", "PT", "CR", "SR", "SN", "BA", "BI", "BE", "SB",
    ];
    let name = letters(name);
    let is_any_of = |list: &[&str]| list.iter().any(|other| other.eq_ignore_ascii_case(kind));
    let first = kind.as_bytes()[0].to_ascii_uppercase();
    let keep = if is_any_of(&["CL"]) {
        // CHARMM has carbon atoms of the type CL.
        kind != "CL" || begins_with(name, "CL") || !begins_with(name, "C")
    } else if is_any_of(&["BR", "FE"]) || !FIRST_LETTERS.contains(&first) {
        true
    } else if is_any_of(&["SI", "SE"]) {
        begins_with(name, kind) || kind.as_bytes()[1].is_ascii_lowercase()
    } else {
        is_any_of(&METALS) && begins_with(name, kind)
    };
    if keep {
        element
    } else {
        Element::from_symbol(&[first]).unwrap_or(element)
    }
}

/// Returns the element of a type of a force field, or `None`: the name then decides.
fn foreign_element(kind: &str, name: &str) -> Option<Element> {
    // Types of OPLS are numbers.
    if begins_with(kind, "opls") {
        return None;
    }
    let kind = letters(kind);
    let first = kind.as_bytes().first()?.to_ascii_uppercase();
    if let Some(head) = kind.get(..2)
        && let Some(element) = Element::from_symbol(head.as_bytes())
    {
        let is_halogen_or_iron = ["CL", "BR", "FE"]
            .iter()
            .any(|symbol| symbol.eq_ignore_ascii_case(head));
        // Types of UFF begin with a symbol in its usual case (`Ca6+2`).
        let is_symbol = kind.len() == 2
            && head.as_bytes()[1].is_ascii_lowercase()
            && begins_with(letters(name), head);
        if is_halogen_or_iron {
            return Some(two_letters_of_force_field(head, name, element));
        }
        if is_symbol || !FIRST_LETTERS.contains(&first) {
            return Some(element);
        }
    }
    let is_element = FIRST_LETTERS.contains(&first);
    is_element.then(|| Element::from_symbol(&[first])).flatten()
}
