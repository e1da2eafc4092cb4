//! Protein Data Bank format, wwPDB version 3.3 (<https://www.wwpdb.org/documentation/file-format>),
//! older versions, the variants of molecular dynamics programs, and PDBQT of `AutoDock`.
//!
//! The file is read in one pass; only the records ATOM, HETATM, TER, MODEL, ENDMDL, END, CONECT,
//! LINK, LINKR, SSBOND, HELIX, SHEET, CRYST1, REMARK 290 and REMARK 350 are used.

mod atom;
mod conect;
mod coordinates;
mod cut;
mod cut_symbols;
mod fields;
mod free;
mod free_fields;
mod identity;
mod link;
mod models;
mod numbers;
mod pdbqt;
mod residue_names;
mod secondary;
mod symmetry;
mod tail;
#[cfg(test)]
mod tests;

use memchr::memchr2;

use self::atom::AtomReader;
use self::conect::Conect;
use self::fields::{columns, integer};
use self::link::Links;
use self::models::{Before, Models};
use self::secondary::SecondaryRecords;
use self::symmetry::SymmetryRecords;
use super::options::ReadOptions;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{RawAtom, RawModel};
use crate::{MoleculeError, Warning};

/// Parses one model: the one with the MODEL number `options.model`, or the first with atoms.
///
/// A file without MODEL records is model 1. Atoms before the first MODEL record are read with every
/// model, such as a receptor before its poses. Other atoms outside of MODEL and ENDMDL, and atoms
/// after an END that repeat the first atom of the file (frames of a trajectory), are models with
/// the next free number. Other atoms after END belong to the model before it, as in files that were
/// concatenated.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let mut models = Models::new(options.model);
    let mut reader = AtomReader::new(is_pqr(file));
    let mut conect = Conect::new(options.limits.max_conect_pairs());
    let mut links = Links::default();
    let mut symmetry = SymmetryRecords::default();
    let mut secondary = SecondaryRecords::default();
    // An atom line has 54 to 81 bytes: capacity for a file of this length; unused memory is never
    // touched.
    let mut atoms: Vec<RawAtom> = Vec::with_capacity(bytes.len() / 81);
    let mut segment = 0;
    let mut notes = Notes::default();
    let mut first_atom: &[u8] = &[];
    let mut first_line = 0;
    let mut ended = false;

    for (number, line) in Lines::new(bytes) {
        // Most lines are ATOM, so they are tested first.
        if is_atom(line) {
            if first_atom.is_empty() {
                first_atom = identity(line);
                first_line = number;
            }
            if std::mem::take(&mut ended) && models.open {
                if identity(line) == first_atom {
                    if models.end() {
                        discard(&mut atoms, &mut reader);
                    }
                } else {
                    notes
                        .after_end
                        .note(number, || "an atom follows an END record".to_owned());
                }
            }
            let repeats = || identity(line) == first_atom;
            let decide = |before| match before {
                Before::Nothing => {}
                Before::OtherModel => discard(&mut atoms, &mut reader),
                Before::AllModels => {
                    segment += 1;
                    notes.common.note(first_line, || {
                        format!(
                            "{} atoms stand before the first MODEL record, in no model",
                            atoms.len()
                        )
                    });
                }
            };
            if models.atom(repeats, decide) {
                reader.push(&mut atoms, options, file, number, line, segment)?;
            }
        } else if line.starts_with(b"TER") && column_is_blank(line, 3) {
            segment += u32::from(models.reading());
        } else if line.starts_with(b"CONECT") {
            conect.read(number, line, atoms.len() as u32, reader.wide);
        } else if line.starts_with(b"LINK") || line.starts_with(b"SSBOND") {
            links.read(number, line);
        } else if line.starts_with(b"REMARK") || line.starts_with(b"CRYST1") {
            symmetry.read(number, line);
        } else if line.starts_with(b"HELIX ") || line.starts_with(b"SHEET ") {
            secondary.read(number, line);
        } else if line.starts_with(b"MODEL") && column_is_blank(line, 5) {
            ended = false;
            models.start(notes.model_number(number, line));
        } else if line.starts_with(b"ENDMDL") {
            if models.end() {
                discard(&mut atoms, &mut reader);
            }
            ended = false;
        } else if line.starts_with(b"END") && column_is_blank(line, 3) {
            ended = true;
        } else if matches!(line.first(), Some(b' ' | b'\t' | b'a' | b'h' | b'A' | b'H'))
            && is_misplaced_atom(line)
        {
            notes.left_out.note(number, || {
                "the record name of an atom is not in capitals from column 1 on".to_owned()
            });
        }
    }
    models.end();
    if atoms.is_empty() || !models.found {
        return Err(models.no_atoms(file));
    }

    pdbqt::separate_waters(&mut atoms, &reader.water_lines);
    let count = models.seen.len();
    let mut warnings = Vec::from_iter(super::text::warn_of_several(file, count, "model", options));
    notes.report(file, &mut warnings);
    let wide_chains = reader.residues.wide_chains;
    reader.finish(&mut atoms);
    reader.warnings.report(file, &mut warnings);
    let mut bonds = conect.resolve(file, &atoms, &mut warnings)?;
    links.resolve(file, &atoms, wide_chains, &mut bonds, &mut warnings);
    let symmetry = symmetry.finish(file, &mut warnings);
    let secondary_structure = secondary.finish(file, &mut warnings);
    Ok(RawModel {
        atoms,
        bonds,
        bonds_complete: false,
        models: count,
        symmetry,
        secondary_structure,
        model_numbers: models.distinct(),
        warnings,
    })
}

/// Warnings about records and models, each reported once.
#[derive(Default)]
struct Notes {
    invalid_model: RepeatedWarning,
    after_end: RepeatedWarning,
    left_out: RepeatedWarning,
    /// Atoms before the first MODEL record.
    common: RepeatedWarning,
}

impl Notes {
    /// Returns the number of a MODEL record, and notes one that cannot be read.
    fn model_number(&mut self, number: u32, line: &[u8]) -> Option<u32> {
        let name = columns(line, 6, line.len()).trim_ascii();
        let count = name
            .split(u8::is_ascii_whitespace)
            .next()
            .and_then(integer)
            .and_then(|n| u32::try_from(n).ok());
        if count.is_none() && !name.is_empty() {
            self.invalid_model.note(number, || {
                format!("MODEL is followed by \"{}\"", fields::text(name))
            });
        }
        count
    }

    fn report(self, file: &str, warnings: &mut Vec<Warning>) {
        self.invalid_model
            .report(file, "the model gets the next number", warnings);
        self.common.report(
            file,
            "they are read together with the chosen model",
            warnings,
        );
        self.after_end
            .report(file, "it is read with the atoms before", warnings);
        self.left_out.report(file, "the line is left out", warnings);
    }
}

/// Forgets the atoms of a model that is not the selected one, and the warnings about them.
#[cold]
fn discard(atoms: &mut Vec<RawAtom>, reader: &mut AtomReader) {
    atoms.clear();
    *reader = AtomReader::new(reader.is_pqr);
}

/// Tests for the file extension of PQR files, which are PDB files with a charge and a radius.
fn is_pqr(file: &str) -> bool {
    let name = file.as_bytes();
    let name = match name {
        [head @ .., b'.', b'g' | b'G', b'z' | b'Z'] => head,
        all => all,
    };
    name.last_chunk::<4>()
        .is_some_and(|end| end.eq_ignore_ascii_case(b".pqr"))
}

/// Returns true for ATOM and HETATM records; the two columns after `ATOM` may be blank or part of a
/// wide serial.
fn is_atom(line: &[u8]) -> bool {
    if line.starts_with(b"ATOM") {
        columns(line, 4, 6)
            .iter()
            .all(|b| b.is_ascii_whitespace() || b.is_ascii_digit())
            || is_atom_without_serial(line)
    } else {
        line.starts_with(b"HETATM")
    }
}

/// Tests for an atom whose serial number is missing: a word follows the record name, and later
/// there are coordinates. It must not be left out as an unknown record.
#[cold]
fn is_atom_without_serial(line: &[u8]) -> bool {
    let words = line.split(u8::is_ascii_whitespace);
    let is_coordinate = |word: &&[u8]| word.contains(&b'.') && fields::decimal(word).is_some();
    column_is_blank(line, 4) && words.filter(is_coordinate).count() >= 3
}

/// Tests for an atom that is not read because its record name is in small letters or behind blanks.
#[cold]
fn is_misplaced_atom(line: &[u8]) -> bool {
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    words.next().is_some_and(|word| {
        word.eq_ignore_ascii_case(b"ATOM") || word.eq_ignore_ascii_case(b"HETATM")
    }) && words
        .filter(|word| word.contains(&b'.') && fields::decimal(word).is_some())
        .count()
        >= 3
}

fn column_is_blank(line: &[u8], index: usize) -> bool {
    fields::column(line, index).is_ascii_whitespace()
}

/// Returns serial, name, residue and chain of an atom line, which are equal at the beginning of
/// each frame.
fn identity(line: &[u8]) -> &[u8] {
    columns(line, 6, 27)
}

/// Lines, numbered from 1, that end with LF, CR LF or CR. A byte order mark is skipped.
struct Lines<'a> {
    rest: &'a [u8],
    number: u32,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
            number: 0,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let Some(end) = memchr2(b'\n', b'\r', self.rest) else {
            return Some((self.number, std::mem::take(&mut self.rest)));
        };
        let line = &self.rest[..end];
        let line_end = if self.rest[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        self.rest = &self.rest[end + line_end..];
        Some((self.number, line))
    }
}
