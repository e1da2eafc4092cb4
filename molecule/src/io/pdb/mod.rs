//! Protein Data Bank format, wwPDB version 3.3 (<https://www.wwpdb.org/documentation/file-format>),
//! older files, what molecular dynamics programs write, and PDBQT of `AutoDock`.
//!
//! One pass over the lines; of all records only ATOM, HETATM, TER, MODEL, ENDMDL, END and CONECT
//! matter.

mod atom;
mod conect;
mod coordinates;
mod fields;
#[cfg(test)]
mod tests;

use memchr::memchr2;

use self::atom::AtomReader;
use self::conect::Conect;
use self::fields::{columns, integer};
use super::options::ReadOptions;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{RawAtom, RawModel};
use crate::{Location, MoleculeError};

/// Parses one model: the first that has atoms, or the one `options.model` names by its MODEL
/// number.
///
/// A file without MODEL records holds model 1. Atoms outside of MODEL and ENDMDL, and atoms after
/// an END that repeat the first atom of the file (frames of a trajectory), count as models with the
/// next free number. Other atoms after END belong to what stands before it: files put together by
/// hand look like that.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let mut models = Models::new(options.model);
    let mut reader = AtomReader::default();
    let mut conect = Conect::default();
    // A line of an atom has 54 to 81 bytes: room for what a file of that length can hold, touched
    // only when used.
    let mut atoms: Vec<RawAtom> = Vec::with_capacity(bytes.len() / 81);
    let mut segment = 0;
    let mut odd_model = RepeatedWarning::default();
    let mut after_end = RepeatedWarning::default();
    let mut first_atom: &[u8] = &[];
    let mut ended = false;

    for (number, line) in Lines::new(bytes) {
        // Most lines are ATOM, tested first.
        if is_atom(line) {
            if first_atom.is_empty() {
                first_atom = identity(line);
            }
            if std::mem::take(&mut ended) && models.open {
                if identity(line) == first_atom {
                    models.close();
                } else {
                    after_end.note(number, || "an atom follows an END record".to_owned());
                }
            }
            if models.atom() {
                atoms.push(reader.read(file, number, line, segment)?);
            }
        } else if line.starts_with(b"TER") && column_is_blank(line, 3) {
            segment += u32::from(models.reading());
        } else if line.starts_with(b"CONECT") {
            conect.read(number, line, atoms.len() as u32, reader.wide);
        } else if line.starts_with(b"MODEL") && column_is_blank(line, 5) {
            ended = false;
            let name = columns(line, 6, line.len()).trim_ascii();
            let count = name
                .split(u8::is_ascii_whitespace)
                .next()
                .and_then(integer)
                .and_then(|n| u32::try_from(n).ok());
            if count.is_none() && !name.is_empty() {
                odd_model.note(number, || {
                    format!("MODEL is followed by \"{}\"", fields::text(name))
                });
            }
            models.start(count);
        } else if line.starts_with(b"ENDMDL") {
            models.close();
            ended = false;
        } else if line.starts_with(b"END") && column_is_blank(line, 3) {
            ended = true;
        }
    }
    if atoms.is_empty() {
        return Err(models.nothing(file));
    }

    let mut warnings = Vec::new();
    let count = models.seen.len();
    warnings.extend(super::text::several(file, count, "model", options));
    odd_model.report(
        file,
        "the model takes the number after the one before",
        &mut warnings,
    );
    after_end.report(file, "it belongs to the atoms before", &mut warnings);
    reader.oddities.report(file, &mut warnings);
    let bonds = conect.resolve(file, &atoms, &mut warnings);
    Ok(RawModel {
        atoms,
        bonds,
        bonds_complete: false,
        models: count,
        warnings,
    })
}

/// True for ATOM and HETATM records; the two columns after `ATOM` may be blank or part of a wide
/// serial.
fn is_atom(line: &[u8]) -> bool {
    if line.starts_with(b"ATOM") {
        columns(line, 4, 6)
            .iter()
            .all(|b| b.is_ascii_whitespace() || b.is_ascii_digit())
    } else {
        line.starts_with(b"HETATM")
    }
}

fn column_is_blank(line: &[u8], index: usize) -> bool {
    fields::column(line, index).is_ascii_whitespace()
}

/// Serial, name, residue and chain of an atom line: equal where a frame begins anew.
fn identity(line: &[u8]) -> &[u8] {
    columns(line, 6, 27)
}

/// Which model the lines belong to, and whether it is the wanted one.
struct Models {
    wanted: Option<u32>,
    /// Number of the current or last model.
    number: u32,
    /// True between the first line of a model and its end.
    open: bool,
    /// True while the current model is the one to keep.
    taken: bool,
    /// True once the wanted model has begun: no other is taken.
    found: bool,
    /// Numbers of all models with atoms, to say what there is.
    seen: Vec<u32>,
}

impl Models {
    fn new(wanted: Option<u32>) -> Self {
        Self {
            wanted,
            number: 0,
            open: false,
            taken: false,
            found: false,
            seen: Vec::new(),
        }
    }

    /// A MODEL record, with its number where it has a sound one. Ends a model left open.
    fn start(&mut self, number: Option<u32>) {
        self.close();
        self.number = number.unwrap_or_else(|| self.number.saturating_add(1));
        self.open = true;
    }

    fn close(&mut self) {
        self.open = false;
        self.taken = false;
    }

    /// True while the atoms of the wanted model are being read.
    fn reading(&self) -> bool {
        self.taken
    }

    /// An atom: true when it is to be kept.
    fn atom(&mut self) -> bool {
        if !self.open {
            self.start(None);
        }
        if self.taken {
            return true;
        }
        if self.seen.last() != Some(&self.number) {
            self.seen.push(self.number);
        }
        if !self.found && self.wanted.is_none_or(|wanted| wanted == self.number) {
            self.found = true;
            self.taken = true;
        }
        self.taken
    }

    /// Why no atom was kept.
    fn nothing(&self, file: &str) -> MoleculeError {
        let (problem, remedy) = match (self.wanted, &*self.seen) {
            (Some(wanted), [only]) => (
                format!("there is no model {wanted}"),
                format!("ask for model {only}, the only one"),
            ),
            (Some(wanted), [first, .., last]) => {
                let consecutive = self
                    .seen
                    .windows(2)
                    .all(|w| w[0].checked_add(1) == Some(w[1]));
                let there = if consecutive {
                    format!("{first} to {last}")
                } else if self.seen.len() <= 20 {
                    let numbers: Vec<String> = self.seen.iter().map(u32::to_string).collect();
                    numbers.join(", ")
                } else {
                    format!("{first} ... {last} ({} models)", self.seen.len())
                };
                (
                    format!("there is no model {wanted}"),
                    format!("ask for one of the models {there}"),
                )
            }
            _ => (
                "there is no ATOM or HETATM record".to_owned(),
                "give a file in PDB format whose records are named in capitals, from column 1 on"
                    .to_owned(),
            ),
        };
        MoleculeError::Syntax {
            location: Location::file(file),
            problem,
            remedy,
        }
    }
}

/// Lines with their numbers from 1 on; they end with LF, CR LF or CR alone. A byte order mark is
/// passed over.
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
        let ending = if self.rest[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        self.rest = &self.rest[end + ending..];
        Some((self.number, line))
    }
}
