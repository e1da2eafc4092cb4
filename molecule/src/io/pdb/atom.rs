//! One ATOM or HETATM line.
//!
//! Columns are those of the wwPDB format 3.3
//! (<https://www.wwpdb.org/documentation/file-format-content/format33/sect9.html>). They count from
//! 0 in the code, and from 1 in messages, as in the description of the format.

use memchr::memchr;
use smol_str::SmolStr;

use super::coordinates::{
    after_residue_number, has_empty_coordinate, in_place, no_coordinates, no_coordinates_in_order,
    within_columns,
};
use super::cut_symbols::CutSymbols;
use super::fields::{code, column, columns, decimal, hexadecimal, hybrid36, text};
use super::identity::{
    Realigned, chain_into_number, has_chain_in_front, is_in_columns, number_from_chain, realign,
    realign_from_left, residue_and_chain, residue_number,
};
use super::tail::Tail;
use crate::diagnostics::RepeatedWarning;
use crate::io::options::ReadOptions;
use crate::io::text::check_atom_limit;
use crate::raw::RawAtom;
use crate::{MoleculeError, Warning};

/// Warnings about atom lines, each reported once.
#[derive(Debug, Default)]
pub(super) struct AtomWarnings {
    serial: RepeatedWarning,
    residue_number: RepeatedWarning,
    occupancy: RepeatedWarning,
    b_factor: RepeatedWarning,
    element: RepeatedWarning,
    wide_chain: RepeatedWarning,
    chain_in_front: RepeatedWarning,
    number_from_chain: RepeatedWarning,
    pub(super) not_in_residue: RepeatedWarning,
    pub(super) cut: RepeatedWarning,
    pub(super) cut_or_not: RepeatedWarning,
    shifted: RepeatedWarning,
    realigned: RepeatedWarning,
    free: RepeatedWarning,
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
        self.element
            .report(file, "the element is read there", warnings);
        self.wide_chain.report(file, "they are read so", warnings);
        self.chain_in_front
            .report(file, "the letter is read as the chain", warnings);
        self.number_from_chain.report(
            file,
            "they are read as the residue number, and the chain as blank",
            warnings,
        );
        self.not_in_residue
            .report(file, "the element is taken from the atom name", warnings);
        self.cut
            .report(file, "the element is taken from the atom name", warnings);
        self.cut_or_not
            .report(file, "the element field is used", warnings);
        self.shifted.report(
            file,
            "they and the fields after them are read in their order instead",
            warnings,
        );
        self.realigned.report(
            file,
            "the fields are moved into their columns and read there",
            warnings,
        );
        self.free.report(
            file,
            "all fields are read in their order instead, as separated by blanks",
            warnings,
        );
    }
}

/// One line, with the fields before the coordinates in their columns.
struct Row<'a> {
    number: u32,
    segment: u32,
    hetero: bool,
    /// Field of the serial number.
    serial: &'a [u8],
    line: &'a [u8],
    /// The chain, if it is not in its columns.
    chain: Option<&'a [u8]>,
}

/// What the residues so far say about fields that have two meanings.
#[derive(Debug, Default)]
pub(super) struct Residues {
    last_number: i32,
    /// True once a chain had two letters, from column 22 on.
    pub(super) wide_chains: bool,
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
    pub(super) residues: Residues,
    /// Elements whose symbols may be cut off.
    pub(super) cut_symbols: CutSymbols,
    pub(super) is_pqr: bool,
    /// Lines of the waters of hydrated docking, in PDBQT files.
    pub(super) water_lines: Vec<u32>,
    pub(super) warnings: AtomWarnings,
}

impl AtomReader {
    /// Creates a reader. In PQR files, a charge and a radius follow the coordinates, and the fields
    /// are separated by blanks.
    pub(super) fn new(is_pqr: bool) -> Self {
        Self {
            is_pqr,
            ..Self::default()
        }
    }

    /// Reads a line as [`Self::read`] does and adds its atom, within the limit.
    pub(super) fn push(
        &mut self,
        atoms: &mut Vec<RawAtom>,
        options: &ReadOptions,
        file: &str,
        number: u32,
        line: &[u8],
        segment: u32,
    ) -> Result<(), MoleculeError> {
        check_atom_limit(file, number.into(), atoms.len(), options)?;
        atoms.push(self.read(file, number, line, segment)?);
        Ok(())
    }

    /// Reads a line that begins with `ATOM` or `HETATM`. `number` is the line number, from 1.
    pub(super) fn read(
        &mut self,
        file: &str,
        number: u32,
        line: &[u8],
        segment: u32,
    ) -> Result<RawAtom, MoleculeError> {
        let (serial, moved) = split_serial(line);
        match in_place(moved) {
            Some(position) => {
                let tail = Tail::in_columns(moved);
                let row = Row {
                    number,
                    segment,
                    hetero: line.starts_with(b"HETATM"),
                    serial,
                    line: moved,
                    chain: None,
                };
                Ok(self.in_columns(&row, position, &tail))
            }
            None => self.read_displaced(file, number, line, segment),
        }
    }

    /// Reads a line without three coordinates of three decimals in columns 31-54.
    #[cold]
    fn read_displaced(
        &mut self,
        file: &str,
        number: u32,
        whole: &[u8],
        segment: u32,
    ) -> Result<RawAtom, MoleculeError> {
        let (serial, line) = split_serial(whole);
        let row = Row {
            number,
            segment,
            hetero: whole.starts_with(b"HETATM"),
            serial,
            line,
            chain: None,
        };
        let tab = memchr(b'\t', line).is_some();
        if !tab && is_in_columns(serial, line) {
            if let Some(realigned) = realign_from_left(whole)
                && let Some(position) = in_place(&realigned.line)
            {
                return Ok(self.realigned(&row, &realigned, position));
            }
            if let Some(position) = within_columns(line) {
                return Ok(self.in_columns(&row, position, &Tail::in_columns(line)));
            }
            // An empty field is a missing number: reading by order would use the next field
            // instead.
            if !has_empty_coordinate(line)
                && let Some((position, end)) = after_residue_number(line)
            {
                self.warnings.shifted.note(number, || {
                    "the coordinates are not in columns 31-54".to_owned()
                });
                return Ok(self.in_columns(&row, position, &Tail::by_order(&line[end..])));
            }
            return Err(no_coordinates(file, number, line));
        }
        if !tab
            && let Some(realigned) = realign(whole)
            && let Some(position) = in_place(&realigned.line)
        {
            return Ok(self.realigned(&row, &realigned, position));
        }
        if let Some(atom) = self.read_free(number, whole, segment) {
            if !self.is_pqr {
                self.warnings.free.note(number, || {
                    "the fields are not in the columns of the format".to_owned()
                });
            }
            return Ok(atom);
        }
        match within_columns(line).filter(|_| !tab) {
            Some(position) => Ok(self.in_columns(&row, position, &Tail::in_columns(line))),
            None => Err(no_coordinates_in_order(file, number, whole)),
        }
    }

    /// Creates the atom of a line whose fields were moved into their columns.
    fn realigned(&mut self, row: &Row<'_>, realigned: &Realigned, position: [f32; 3]) -> RawAtom {
        self.residues.wide_chains |= realigned.chain.is_some();
        self.warnings.realigned.note(row.number, || match realigned.chain {
            Some(chain) => format!(
                "the chain {} has two letters, and all fields behind it are one column to the right",
                text(&chain)
            ),
            None => "the fields are beside the columns of the format".to_owned(),
        });
        let row = Row {
            serial: columns(&realigned.line, 6, 11),
            line: &realigned.line,
            chain: realigned.chain.as_ref().map(<[u8; 2]>::as_slice),
            ..*row
        };
        self.in_columns(&row, position, &Tail::in_columns(row.line))
    }

    /// Creates the atom of a line whose fields before the coordinates are in their columns.
    fn in_columns(
        &mut self,
        row: &Row<'_>,
        position_angstrom: [f32; 3],
        tail: &Tail<'_>,
    ) -> RawAtom {
        let &Row {
            number,
            segment,
            serial,
            line,
            ..
        } = row;
        let (mut occupancy, mut b_factor) = (1.0, 0.0);
        if !self.is_pqr {
            let warnings = &mut self.warnings;
            occupancy = optional(
                tail.occupancy,
                1.0,
                number,
                &mut warnings.occupancy,
                tail.places[0],
            );
            b_factor = optional(
                tail.b_factor,
                0.0,
                number,
                &mut warnings.b_factor,
                tail.places[1],
            );
        }
        if tail.is_docking_water {
            self.note_docking_water(number);
        }
        if let Some(start) = tail.displaced {
            self.note_displaced_element(number, line, tail, start);
        }
        let serial = self.serial(number, serial);
        let (residue_name, chain_id) = residue_and_chain(line);
        if column(line, 20) != b' ' && column(line, 21) == b' ' && has_chain_in_front(line) {
            self.warnings.chain_in_front.note(number, || {
                format!(
                    "columns 18-22 hold \"{}\": a residue name of three letters, and the chain in \
                     column 21 instead of 22",
                    text(columns(line, 17, 22))
                )
            });
        }
        set(&mut self.residue_name, residue_name);
        let (residue_number, insertion_code) = self.chain_and_number(row, chain_id);
        self.residues.last_number = residue_number;
        let mut element = tail.element;
        let symbol = [column(line, 76), column(line, 77)];
        if symbol[1] != b' ' && (symbol[0] != b' ' || symbol[1] == column(line, 12)) {
            self.compare_with_name(number, line, &mut element);
        }
        RawAtom {
            line: number,
            serial,
            name: text(columns(line, 12, 16)),
            element,
            name_is_indented: column(line, 12) == b' ' && column(line, 13) != b' ',
            altloc: code(column(line, 16)),
            residue_name: self.residue_name.clone(),
            residue_number,
            insertion_code,
            chain_id: self.chain_id.clone(),
            label_chain_id: self.chain_id.clone(),
            label_number: None,
            hetero: row.hetero,
            segment,
            position_angstrom,
            occupancy,
            b_factor,
            formal_charge: tail.formal_charge,
        }
    }

    /// Sets the chain, and returns residue number and insertion code. `chain_id` is the field of
    /// the chain.
    fn chain_and_number(&mut self, row: &Row<'_>, chain_id: &[u8]) -> (i32, u8) {
        let &Row {
            number,
            line,
            chain,
            ..
        } = row;
        if column(line, 26).is_ascii_digit()
            && let Some((chain, value)) = chain_into_number(line, self.residues.wide_chains)
        {
            self.residues.wide_chains = true;
            set(&mut self.chain_id, chain);
            self.warnings.wide_chain.note(number, || {
                format!(
                    "columns 22-27 hold \"{}\": a chain of two letters and a residue number",
                    text(columns(line, 21, 27))
                )
            });
            (value, b' ')
        } else if column(line, 21).is_ascii_digit()
            && column(line, 22).is_ascii_digit()
            && chain.is_none()
            && let Some(value) = number_from_chain(
                line,
                self.chain_id
                    .is_empty()
                    .then_some(self.residues.last_number),
            )
        {
            set(&mut self.chain_id, b"");
            self.warnings.number_from_chain.note(number, || {
                format!(
                    "columns 22-26 hold \"{value}\", a residue number of five digits that begins in \
                     the column of the chain"
                )
            });
            (value, code(column(line, 26)))
        } else {
            set(&mut self.chain_id, chain.unwrap_or(chain_id));
            residue_number(line).unwrap_or_else(|| self.no_residue_number(number, line))
        }
    }

    #[cold]
    fn no_residue_number(&mut self, number: u32, line: &[u8]) -> (i32, u8) {
        self.warnings.residue_number.note(number, || {
            format!(
                "columns 23-26 hold \"{}\", which is not a residue number",
                text(columns(line, 22, 26))
            )
        });
        (0, code(column(line, 26)))
    }

    #[cold]
    fn note_displaced_element(&mut self, number: u32, line: &[u8], tail: &Tail<'_>, start: usize) {
        self.warnings.element.note(number, || {
            let symbol = tail.element.known().unwrap_or_default().symbol();
            format!(
                "columns 77-78 hold \"{}\", but atom {} has the element {symbol} from column {} on",
                text(columns(line, 76, 78)),
                text(columns(line, 12, 16)),
                start + 1
            )
        });
    }

    #[cold]
    pub(super) fn note_docking_water(&mut self, number: u32) {
        self.water_lines.push(number);
        self.warnings.waters.note(number, || {
            "the AutoDock type W is water of hydrated docking, not tungsten".to_owned()
        });
    }

    pub(super) fn serial(&mut self, number: u32, field: &[u8]) -> i32 {
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

/// Updates a name that is mostly equal from line to line, without a new allocation.
fn set(name: &mut SmolStr, field: &[u8]) {
    let field = field.trim_ascii();
    if name.as_bytes() != field {
        *name = text(field);
    }
}

/// Reads a number that may be missing.
fn optional(
    field: &[u8],
    default: f32,
    number: u32,
    warning: &mut RepeatedWarning,
    place: &str,
) -> f32 {
    if let Some(value) = decimal(field) {
        return value;
    }
    if !field.trim_ascii().is_empty() {
        warning.note(number, || {
            format!("{place} \"{}\", which is not a number", text(field))
        });
    }
    default
}
