//! One ATOM or HETATM line.
//!
//! Columns are those of the wwPDB format 3.3
//! (<https://www.wwpdb.org/documentation/file-format-content/format33/sect9.html>). They count from
//! 0 in the code, and from 1 in messages, as in the description of the format.

use memchr::memchr;
use smol_str::SmolStr;

use super::coordinates::{Coordinates, coordinates, has_empty_coordinate, no_coordinates};
use super::fields::{charge, column, columns, decimal, hexadecimal, hybrid36, integer, text};
use super::pdbqt;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom};
use crate::{Element, MoleculeError, Warning};

/// Warnings about atom lines, each reported once.
#[derive(Debug, Default)]
pub(super) struct AtomWarnings {
    serial: RepeatedWarning,
    residue_number: RepeatedWarning,
    occupancy: RepeatedWarning,
    b_factor: RepeatedWarning,
    shifted: RepeatedWarning,
    waters: RepeatedWarning,
}

impl AtomWarnings {
    pub(super) fn report(self, file: &str, warnings: &mut Vec<Warning>) {
        self.serial.report(
            file,
            "it is taken as one more than the serial number before",
            warnings,
        );
        self.residue_number
            .report(file, "the residue number is taken as 0", warnings);
        self.occupancy
            .report(file, "the occupancy is taken as 1", warnings);
        self.b_factor
            .report(file, "the temperature factor is taken as 0", warnings);
        self.waters.report(
            file,
            "it is read as the oxygen of a water molecule (HOH), behind all other atoms",
            warnings,
        );
        self.shifted
            .report(file, "the fields are read in their order instead", warnings);
    }
}

/// State from line to line: names repeat, and serial numbers may have to be continued.
#[derive(Debug, Default)]
pub(super) struct AtomReader {
    last_serial: i32,
    /// True once a serial number had more than five digits: CONECT fields are then wider, too.
    pub(super) wide: bool,
    /// True once a serial number could only be hexadecimal: all later ones are hexadecimal, too.
    hexadecimal: bool,
    residue_name: SmolStr,
    chain_id: SmolStr,
    /// Lines of the waters of hydrated docking, in PDBQT files.
    pub(super) water_lines: Vec<u32>,
    pub(super) warnings: AtomWarnings,
}

impl AtomReader {
    /// Reads a line that begins with `ATOM` or `HETATM`. `number` is the line number, from 1.
    pub(super) fn read(
        &mut self,
        file: &str,
        number: u32,
        line: &[u8],
        segment: u32,
    ) -> Result<RawAtom, MoleculeError> {
        let hetero = line.starts_with(b"HETATM");
        let whole = line;
        let (serial, line) = split_serial(line);
        let tab = memchr(b'\t', line).is_some();
        let coordinates = if tab { None } else { coordinates(line) };
        let (position_angstrom, tail) = match coordinates {
            Some(Coordinates::InColumns(position)) => (position, Tail::in_columns(line)),
            Some(Coordinates::Shifted(position, end)) => {
                self.warnings.shifted.note(number, || {
                    "the coordinates are not in columns 31-54".to_owned()
                });
                (position, Tail::by_order(&line[end..]))
            }
            // An empty field is a missing number: reading by order would use the next field
            // instead.
            None if !tab && has_empty_coordinate(line) => {
                return Err(no_coordinates(file, number, line));
            }
            None => {
                return match self.read_free(number, whole, segment) {
                    Some(atom) => {
                        self.warnings.shifted.note(number, || {
                            "the fields are not in the columns of the format".to_owned()
                        });
                        Ok(atom)
                    }
                    None => Err(no_coordinates(file, number, line)),
                };
            }
        };

        let warnings = &mut self.warnings;
        let occupancy = optional(
            tail.occupancy,
            1.0,
            number,
            &mut warnings.occupancy,
            "columns 55-60",
        );
        let b_factor = optional(
            tail.b_factor,
            0.0,
            number,
            &mut warnings.b_factor,
            "columns 61-66",
        );
        if tail.is_docking_water {
            self.note_docking_water(number);
        }
        let serial = self.serial(number, serial);
        let (residue_name, chain_id) = residue_and_chain(line);
        set(&mut self.residue_name, residue_name);
        set(&mut self.chain_id, chain_id);
        let (residue_number, insertion_code) = self.residue_number(number, line);
        Ok(RawAtom {
            line: number,
            serial,
            name: text(columns(line, 12, 16)),
            element: tail.element,
            name_is_indented: column(line, 12) == b' ' && column(line, 13) != b' ',
            altloc: code(column(line, 16)),
            residue_name: self.residue_name.clone(),
            residue_number,
            insertion_code,
            chain_id: self.chain_id.clone(),
            label_chain_id: self.chain_id.clone(),
            hetero,
            segment,
            position_angstrom,
            occupancy,
            b_factor,
            formal_charge: tail.formal_charge,
        })
    }

    #[cold]
    fn note_docking_water(&mut self, number: u32) {
        self.water_lines.push(number);
        self.warnings.waters.note(number, || {
            "the AutoDock type W is water of hydrated docking, not tungsten".to_owned()
        });
    }

    fn serial(&mut self, number: u32, field: &[u8]) -> i32 {
        self.wide |= field.len() > 5;
        let known = if self.hexadecimal {
            std::str::from_utf8(field.trim_ascii())
                .ok()
                .and_then(|t| i32::from_str_radix(t, 16).ok())
        } else {
            hybrid36(field, 5).or_else(|| {
                let value = hexadecimal(field)?;
                self.hexadecimal = true;
                Some(value)
            })
        };
        self.last_serial = known.unwrap_or_else(|| {
            // FORTRAN writes stars for a number that does not fit: this is common and causes no
            // warning.
            if !field.trim_ascii().iter().all(|b| *b == b'*') {
                self.warnings.serial.note(number, || {
                    format!(
                        "columns 7-11 hold \"{}\", which is not a serial number",
                        text(field)
                    )
                });
            }
            self.last_serial.saturating_add(1)
        });
        self.last_serial
    }

    /// Reads residue number and insertion code from columns 23-27.
    fn residue_number(&mut self, number: u32, line: &[u8]) -> (i32, u8) {
        let field = columns(line, 22, 26);
        let insertion = column(line, 26);
        if insertion.is_ascii_digit()
            && field.len() == 4
            && !field[3].is_ascii_whitespace()
            && let Some(value) = integer(columns(line, 22, 27))
        {
            // Five columns wide, as molecular dynamics programs write it: insertion codes are never
            // digits.
            return (value, b' ');
        }
        if let Some(value) = hybrid36(field, 4) {
            return (value, code(insertion));
        }
        let trimmed = field.trim_ascii();
        if let [digits @ .., letter] = trimmed
            && letter.is_ascii_alphabetic()
            && trimmed.len() < 4
            && insertion.is_ascii_whitespace()
            && let Some(value) = integer(digits)
        {
            return (value, *letter);
        }
        if let Some(value) = hexadecimal(field) {
            return (value, code(insertion));
        }
        self.warnings.residue_number.note(number, || {
            format!(
                "columns 23-26 hold \"{}\", which is not a residue number",
                text(field)
            )
        });
        (0, code(insertion))
    }

    /// Reads a line whose fields are separated by white space (PQR files, tabs):
    /// `ATOM serial name residue [chain] number x y z [occupancy or charge ...]`.
    fn read_free(&mut self, number: u32, line: &[u8], segment: u32) -> Option<RawAtom> {
        let mut tokens: [&[u8]; 11] = [&[]; 11];
        let mut count = 0;
        let body = line.get(if line.starts_with(b"HETATM") { 6 } else { 4 }..)?;
        for token in body
            .split(u8::is_ascii_whitespace)
            .filter(|t| !t.is_empty())
        {
            *tokens.get_mut(count)? = token;
            count += 1;
            if count == tokens.len() {
                break;
            }
        }
        let tokens = &tokens[..count];
        // x is the first of three numbers with a decimal point; the residue number precedes it, and
        // a chain may precede that.
        let x = (4..=5).find(|x| {
            tokens.get(*x..*x + 3).is_some_and(|xyz| {
                xyz.iter()
                    .all(|t| t.contains(&b'.') && decimal(t).is_some())
            })
        })?;
        let residue = tokens[x - 1];
        let (digits, insertion_code) = match residue {
            [digits @ .., letter] if letter.is_ascii_alphabetic() => (digits, *letter),
            all => (all, b' '),
        };
        let residue_number = integer(digits)?;
        let serial = self.serial(number, tokens[0]);
        set(&mut self.residue_name, tokens[2]);
        set(&mut self.chain_id, if x == 5 { tokens[3] } else { &[] });
        Some(RawAtom {
            line: number,
            serial,
            name: text(tokens[1]),
            element: ElementField::Absent,
            name_is_indented: false,
            altloc: b' ',
            residue_name: self.residue_name.clone(),
            residue_number,
            insertion_code,
            chain_id: self.chain_id.clone(),
            label_chain_id: self.chain_id.clone(),
            hetero: line.starts_with(b"HETATM"),
            segment,
            position_angstrom: [
                decimal(tokens[x])?,
                decimal(tokens[x + 1])?,
                decimal(tokens[x + 2])?,
            ],
            // In a PQR file, a charge and a radius follow.
            occupancy: 1.0,
            b_factor: 0.0,
            formal_charge: 0,
        })
    }
}

/// Splits off the serial number of columns 7-11, and returns the line with all further columns in
/// the places of the format.
///
/// From 100000 on, some programs begin the serial number in column 6 (after `ATOM`), others shift
/// the rest of the line to the right.
fn split_serial(line: &[u8]) -> (&[u8], &[u8]) {
    if line.starts_with(b"ATOM") && column(line, 5).is_ascii_digit() {
        return (columns(line, 5, 11), line);
    }
    if column(line, 10).is_ascii_digit() && column(line, 11).is_ascii_digit() {
        let digits = line[6..].iter().take_while(|b| b.is_ascii_digit()).count();
        if (6..=9).contains(&digits) && column(line, 6 + digits) == b' ' {
            return (&line[6..6 + digits], &line[digits - 5..]);
        }
    }
    (columns(line, 6, 11), line)
}

/// The fields after the coordinates.
struct Tail<'a> {
    occupancy: &'a [u8],
    b_factor: &'a [u8],
    element: ElementField,
    formal_charge: i8,
    is_docking_water: bool,
}

impl<'a> Tail<'a> {
    /// Reads columns 55 to 80.
    fn in_columns(line: &'a [u8]) -> Self {
        let mut is_docking_water = false;
        let (element, formal_charge) = if is_pdbqt(line) {
            let kind = columns(line, 77, 80).trim_ascii();
            is_docking_water = kind == pdbqt::WATER;
            (pdbqt::element_of_type(kind), 0)
        } else {
            element_and_charge(line)
        };
        // PQR files have charge and radius here, with four decimals; two full fields of six columns
        // may be adjacent.
        let touching = column(line, 59).is_ascii_digit() && column(line, 60).is_ascii_digit();
        let other = touching && !(column(line, 57) == b'.' && column(line, 63) == b'.');
        let (occupancy, b_factor): (&[u8], &[u8]) = if other {
            (&[], &[])
        } else {
            (columns(line, 54, 60), columns(line, 60, 66))
        };
        Self {
            occupancy,
            b_factor,
            element,
            formal_charge,
            is_docking_water,
        }
    }

    /// Reads fields separated by white space: occupancy, temperature factor, ..., element with
    /// charge.
    fn by_order(rest: &'a [u8]) -> Self {
        let mut tokens = rest
            .split(u8::is_ascii_whitespace)
            .filter(|token| !token.is_empty());
        let occupancy = tokens.next().unwrap_or(&[]);
        let b_factor = tokens.next().unwrap_or(&[]);
        let last = tokens.next_back().unwrap_or(&[]);
        let letters = last.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let element = Element::from_symbol(&last[..letters]);
        Self {
            occupancy,
            b_factor,
            element: element.map_or(ElementField::Absent, ElementField::Known),
            formal_charge: element.map_or(0, |_| charge(&last[letters..])),
            is_docking_water: false,
        }
    }
}

/// Returns a one-letter code, or a blank for white space.
fn code(byte: u8) -> u8 {
    if byte.is_ascii_graphic() { byte } else { b' ' }
}

/// Updates a name that is mostly equal from line to line, without a new allocation.
fn set(name: &mut SmolStr, field: &[u8]) {
    let field = field.trim_ascii();
    if name.as_bytes() != field {
        *name = text(field);
    }
}

/// Returns residue name (columns 18-20, and 21 for names of four letters) and chain (column 22, and
/// 21 for ids of two letters).
///
/// Column 21 is unused in the format. Molecular dynamics programs write the fourth letter of a
/// residue name there, others the first of two letters of a chain id. The latter is assumed if
/// columns 18-20 hold a complete standard name, or a right-aligned one.
fn residue_and_chain(line: &[u8]) -> (&[u8], &[u8]) {
    let extra = column(line, 20);
    if extra == b' ' {
        return (columns(line, 17, 20), columns(line, 21, 22));
    }
    let two_letters = column(line, 21) != b' '
        && extra.is_ascii_alphanumeric()
        && (column(line, 17) == b' '
            || (STANDARD.contains(&columns(line, 17, 20))
                && !FOUR_LETTERS.contains(&columns(line, 17, 21))));
    if two_letters {
        (columns(line, 17, 20), columns(line, 20, 22))
    } else {
        (columns(line, 17, 21), columns(line, 21, 22))
    }
}

/// Standard names, which fill columns 18-20.
const STANDARD: [&[u8]; 22] = [
    b"ALA", b"ARG", b"ASN", b"ASP", b"CYS", b"GLN", b"GLU", b"GLY", b"HIS", b"ILE", b"LEU", b"LYS",
    b"MET", b"PHE", b"PRO", b"SER", b"THR", b"TRP", b"TYR", b"VAL", b"HOH", b"MSE",
];

/// Names of four letters that begin with a standard one: protonation states in GROMOS and OPLS
/// force fields.
const FOUR_LETTERS: [&[u8]; 16] = [
    b"HISA", b"HISB", b"HISD", b"HISE", b"HISH", b"HISP", b"HIS1", b"HIS2", b"CYSH", b"CYS1",
    b"CYS2", b"LYSH", b"LYSN", b"ARGN", b"ASPH", b"GLUH",
];

/// Reads a number that may be missing.
fn optional(
    field: &[u8],
    default: f32,
    number: u32,
    warning: &mut RepeatedWarning,
    range: &str,
) -> f32 {
    if let Some(value) = decimal(field) {
        return value;
    }
    if !field.trim_ascii().is_empty() {
        warning.note(number, || {
            format!("{range} hold \"{}\", which is not a number", text(field))
        });
    }
    default
}

/// Tests for a line of a PDBQT file: a partial charge in columns 71-76, before an atom type in
/// columns 78-79.
fn is_pdbqt(line: &[u8]) -> bool {
    column(line, 72) == b'.' && decimal(columns(line, 66, 76)).is_some()
}

/// Reads the element of columns 77-78 and the charge of columns 79-80.
///
/// Files older than format 2.1 have an entry code and a line number in columns 73-80; without an
/// element symbol there the charge is not read either.
fn element_and_charge(line: &[u8]) -> (ElementField, i8) {
    match Element::from_symbol(columns(line, 76, 78).trim_ascii()) {
        Some(element) => (ElementField::Known(element), charge(columns(line, 78, 80))),
        None => other_element_field(line),
    }
}

/// Reads columns 77-78 if they do not hold a symbol. Text is an element field only if it has a
/// letter and is a word by itself: a segment, an entry code or a line number may reach into these
/// columns.
#[cold]
fn other_element_field(line: &[u8]) -> (ElementField, i8) {
    let field = columns(line, 76, 78).trim_ascii();
    let alone = !column(line, 75).is_ascii_graphic()
        && !(column(line, 77).is_ascii_graphic() && column(line, 78).is_ascii_alphabetic());
    if !alone || !field.first().is_some_and(u8::is_ascii_alphabetic) {
        return (ElementField::Absent, 0);
    }
    // A symbol with the number of a label (`C1`), or with its charge (`N1+`).
    if let [letter, b'0'..=b'9' | b'+' | b'-'] = field
        && let Some(element) = Element::from_symbol(&[*letter])
    {
        let charge = charge(&columns(line, 76, 80).trim_ascii()[1..]);
        return (ElementField::Known(element), charge);
    }
    (ElementField::not_an_element(field), 0)
}
