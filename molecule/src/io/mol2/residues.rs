//! Residues: names and numbers from the names of substructures, and atoms that are not contiguous.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use crate::diagnostics::RepeatedWarning;
use crate::perception::names::{ResidueKind, residue_kind};
use crate::raw::{RawAtom, RawBond};

/// Name and number of a residue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResidueName {
    pub(super) name: SmolStr,
    /// `None` if the substructure name has no number.
    pub(super) number: Option<i32>,
    /// `b' '` for none.
    pub(super) insertion_code: u8,
}

impl ResidueName {
    fn whole(name: &str) -> Self {
        Self {
            name: SmolStr::new(name),
            number: None,
            insertion_code: b' ',
        }
    }
}

/// What is known about the substructures of a record, to find where a component id ends and a
/// number begins.
#[derive(Debug)]
pub(super) struct NameRules<'a> {
    /// Name of the molecule, which is often the component id of a ligand.
    pub(super) molecule_name: &'a str,
    /// True for a polymer: a single letter is then a nucleotide.
    pub(super) polymer: bool,
}

/// Returns false for `****`, the empty string of the format, for `<0>` and similar texts, which
/// several programs write instead, and for decimal numbers: charges in the place of a name.
pub(super) fn is_name(name: &str) -> bool {
    let is_decimal = || name.contains('.') && name.parse::<f32>().is_ok();
    !name.is_empty() && name != "****" && !name.starts_with('<') && !is_decimal()
}

/// Splits a number with an optional insertion code: `45`, `-3`, `52A`.
fn number_with_code(text: &str) -> Option<(i32, u8)> {
    let (digits, code) = match text.as_bytes() {
        [.., before, code] if code.is_ascii_alphabetic() && before.is_ascii_digit() => {
            (&text[..text.len() - 1], *code)
        }
        _ => (text, b' '),
    };
    if digits.starts_with('+') {
        return None;
    }
    Some((digits.parse().ok()?, code))
}

impl NameRules<'_> {
    /// Splits the name of a substructure into component id and residue number: `ARG45` is `ARG` 45,
    /// `ALA-3` is `ALA` -3. Component ids may end in digits themselves (`E20`, `A1LU6`, `XK2`).
    ///
    /// `component` is the component id that the `SUBSTRUCTURE` record gives in a column of its own,
    /// if it does: it decides. A split that rests on the form of the name only is noted in
    /// `guesses`.
    pub(super) fn split(
        &self,
        name: &str,
        component: Option<&str>,
        line: u32,
        guesses: &mut RepeatedWarning,
    ) -> ResidueName {
        if let Some(component) = component
            && let Some(rest) = name.strip_prefix(component)
        {
            if rest.is_empty() {
                return ResidueName::whole(name);
            }
            if let Some((number, insertion_code)) = number_with_code(rest) {
                return ResidueName {
                    name: SmolStr::new(component),
                    number: Some(number),
                    insertion_code,
                };
            }
        }
        // Names of up to three characters are component ids with their digits.
        if name.len() <= 3 || !name.is_ascii() {
            return ResidueName::whole(name);
        }
        let (length, certain) = self.component_length(name);
        let (head, rest) = name.split_at(length);
        let residue = match number_with_code(rest) {
            Some((number, insertion_code)) if !head.is_empty() => ResidueName {
                name: SmolStr::new(head),
                number: Some(number),
                insertion_code,
            },
            _ => ResidueName::whole(name),
        };
        if !certain {
            guesses.note(line, || {
                let number = residue.number.map_or_else(
                    || "without a number".to_owned(),
                    |number| format!("number {number}"),
                );
                format!(
                    "the substructure name {name} does not say where its number begins; it is read as residue \
                     {}, {number}",
                    residue.name
                )
            });
        }
        residue
    }

    /// Returns the length of the component id at the beginning of a name of more than three
    /// characters, and whether it is certain.
    fn component_length(&self, name: &str) -> (usize, bool) {
        let whole = name.len();
        let without_code = match name.as_bytes() {
            [.., before, code] if code.is_ascii_alphabetic() && before.is_ascii_digit() => {
                &name[..whole - 1]
            }
            _ => name,
        };
        let digits_start = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let known = |head: &str| {
            const GENERIC: [&str; 8] = ["LIG", "UNL", "UNK", "MOL", "INH", "DRG", "RES", "SUB"];
            GENERIC.contains(&head) || !matches!(residue_kind(head), ResidueKind::Other)
        };
        // An insertion code is a letter behind the number of a residue of a known name.
        let code_start = digits_start(without_code);
        if without_code.len() < whole && code_start > 1 && known(&name[..code_start]) {
            return (code_start, true);
        }
        let start = digits_start(name);
        if start == whole || start == 0 {
            return (whole, true);
        }
        let letters = name[..start].strip_suffix('-').unwrap_or(&name[..start]);
        let is_negative = letters.len() < start;
        let start = letters.len();
        if !is_negative {
            // Water models with a digit at the end: `TIP3`, `OPC3`.
            let water = &name[..=start];
            if matches!(residue_kind(water), ResidueKind::Water) {
                return (start + 1, true);
            }
            // Ids of five characters begin with A1 and a letter (wwPDB, since 2024).
            if let [b'A', b'1', third, _, _, rest @ ..] = name.as_bytes()
                && third.is_ascii_uppercase()
                && rest.iter().all(u8::is_ascii_digit)
                && rest.first() != Some(&b'0')
            {
                return (5, true);
            }
        }
        let is_single_letter_of_ligand = start == 1 && whole > 4 && !self.polymer;
        if known(letters) && !is_single_letter_of_ligand {
            return (start, true);
        }
        if is_negative || start == 3 {
            let is_molecule_name = name.eq_ignore_ascii_case(self.molecule_name);
            return (if is_molecule_name { whole } else { start }, true);
        }
        if self.molecule_name.len() >= 3
            && name.is_char_boundary(self.molecule_name.len().min(whole))
            && self.molecule_name.len() <= whole
            && self.molecule_name.len() >= start
            && name[..self.molecule_name.len()].eq_ignore_ascii_case(self.molecule_name)
        {
            return (self.molecule_name.len(), true);
        }
        // Nearly all component ids have three characters (`XK2263` is `XK2` 263), or five.
        let is_longer = start == 2 || (start == 1 && whole > 4);
        if is_longer && name.as_bytes().get(3).is_some_and(|c| *c != b'0') {
            return (3, false);
        }
        if start == 4 && whole == 5 && letters.bytes().any(|c| c.is_ascii_digit()) {
            return (5, false);
        }
        (start, true)
    }
}

/// Returns the name of an atom that the file leaves empty: element and id, as in formats without
/// names.
pub(super) fn name_of_nameless_atom(atom: &RawAtom) -> SmolStr {
    format_smolstr!(
        "{}{}",
        atom.element.known().unwrap_or_default().symbol(),
        atom.serial
    )
}

/// Groups the atoms of each residue, in the order of the first atoms. Returns true if the order
/// changed. Programs that add hydrogens and lone pairs append them after all other atoms.
pub(super) fn group_residues(
    atoms: &mut Vec<RawAtom>,
    bonds: &mut [RawBond],
    substructure_ids: &[Option<i32>],
) -> bool {
    // By id and name: both halves of a dimer may have an `HIS12`.
    let mut residues: HashMap<(Option<i32>, SmolStr), u32> = HashMap::new();
    let residue_of_row: Vec<u32> = atoms
        .iter()
        .zip(substructure_ids)
        .map(|(atom, id)| {
            let next = residues.len() as u32;
            let key = (*id, atom.residue_name.clone());
            *residues.entry(key).or_insert(next)
        })
        .collect();
    if residue_of_row.is_sorted() {
        return false;
    }
    let mut order: Vec<u32> = (0..atoms.len() as u32).collect();
    order.sort_by_key(|&row| residue_of_row[row as usize]);
    let mut new_row = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        new_row[old as usize] = new as u32;
    }
    *atoms = order
        .iter()
        .map(|&old| atoms[old as usize].clone())
        .collect();
    for bond in bonds {
        bond.a = new_row[bond.a as usize];
        bond.b = new_row[bond.b as usize];
    }
    true
}
