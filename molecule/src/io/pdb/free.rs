//! Atom lines whose fields are separated by white space instead of columns: PQR files, tables with
//! tabs, and lines whose runs of blanks have collapsed to single ones.

use super::atom::AtomReader;
use super::fields::{charge, decimal, text};
use super::free_fields::{Identity, MOST_WORDS, begins_number};
use super::numbers::{decimals, split_number};
use super::pdbqt;
use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// Largest number of numbers after the residue number: x, y, z, occupancy, temperature factor and
/// the partial charge of PDBQT.
const MOST_NUMBERS: usize = 6;

impl AtomReader {
    /// Reads `ATOM serial name residue [chain] number x y z [occupancy B [charge]] [segment]
    /// [element]`, or, of PQR files, charge and radius after the coordinates.
    ///
    /// Returns `None` if the fields could have another meaning: nothing is guessed.
    pub(super) fn read_free(&mut self, number: u32, line: &[u8], segment: u32) -> Option<RawAtom> {
        let hetero = line.starts_with(b"HETATM");
        let body = line.get(if hetero { 6 } else { 4 }..)?;
        let mut tokens = body
            .split(u8::is_ascii_whitespace)
            .filter(|t| !t.is_empty())
            .peekable();
        // A residue number has no decimal point, a coordinate has one.
        let mut words: [&[u8]; MOST_WORDS] = [&[]; MOST_WORDS];
        let mut count = 0;
        while let Some(word) = tokens.next_if(|t| !(count >= 3 && begins_number(t))) {
            *words.get_mut(count)? = word;
            count += 1;
        }
        let identity = Identity::of(&words[..count])?;
        let mut numbers: [&[u8]; MOST_NUMBERS] = [&[]; MOST_NUMBERS];
        let mut found = 0;
        while let Some(token) = tokens.next_if(|t| begins_number(t)) {
            let mut rest = token;
            while !rest.is_empty() {
                let (value, after) = split_number(rest, if found < 3 { 3 } else { 2 })?;
                *numbers.get_mut(found)? = value;
                found += 1;
                rest = after;
            }
        }
        let numbers = &numbers[..found];
        if !are_coordinates_clear(numbers) {
            return None;
        }
        let values: Vec<f32> = numbers.iter().filter_map(|n| decimal(n)).collect();
        let &[x, y, z, ref more @ ..] = values.as_slice() else {
            return None;
        };
        let ends: Vec<&[u8]> = tokens.collect();
        let is_pdbqt = more.len() == 3;
        let (element, formal_charge) = match ends.as_slice() {
            [] => (ElementField::Absent, 0),
            [kind] if is_pdbqt => {
                if *kind == pdbqt::WATER {
                    self.note_docking_water(number);
                }
                (pdbqt::element_of_type(kind), 0)
            }
            [.., last] if !is_pdbqt && ends.len() <= 3 => element(last, &identity, ends.len()),
            _ => return None,
        };
        // Occupancy and temperature factor have two decimals, charge and radius of PQR files more.
        let is_pdb = !self.is_pqr && numbers[3..].iter().take(2).all(|n| decimals(n) <= 2);
        let serial = self.serial(number, identity.serial);
        Some(RawAtom {
            line: number,
            serial,
            name: text(identity.name),
            element,
            name_is_indented: false,
            altloc: identity.altloc,
            residue_name: text(identity.residue),
            residue_number: identity.number,
            insertion_code: identity.insertion_code,
            chain_id: text(identity.chain),
            label_chain_id: text(identity.chain),
            label_number: None,
            hetero,
            segment,
            position_angstrom: [x, y, z],
            occupancy: more.first().copied().filter(|_| is_pdb).unwrap_or(1.0),
            b_factor: more.get(1).copied().filter(|_| is_pdb).unwrap_or(0.0),
            formal_charge,
        })
    }
}

/// Tests that the first three of the numbers are the coordinates: none is missing. That is
/// certain if the three have as many decimals, and if the two after them are complete.
fn are_coordinates_clear(numbers: &[&[u8]]) -> bool {
    match numbers {
        [_, _, _] | [_, _, _, _, _] | [_, _, _, _, _, _] => true,
        // Occupancy without temperature factor, or two coordinates with both.
        [x, y, z, more] => {
            let same = decimals(x) == decimals(y) && decimals(y) == decimals(z);
            same && decimals(z) != decimals(more)
        }
        _ => false,
    }
}

/// Reads the last word of a line, of `words` after the numbers, as the element. A segment may be
/// there, too: a single word that does not fit the name is not an element.
fn element(word: &[u8], identity: &Identity<'_>, words: usize) -> (ElementField, i8) {
    let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (symbol, rest) = word.split_at(letters);
    let name = identity.name;
    let name = &name[name.iter().take_while(|b| b.is_ascii_digit()).count()..];
    let fits = name
        .get(..letters)
        .is_some_and(|head| head.eq_ignore_ascii_case(symbol));
    match Element::from_symbol(symbol) {
        Some(element) if fits || words > 1 => (ElementField::Known(element), charge(rest)),
        None if letters == 2 && rest.is_empty() && word != identity.chain => {
            (ElementField::not_an_element(word), 0)
        }
        _ => (ElementField::Absent, 0),
    }
}
