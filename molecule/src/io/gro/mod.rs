//! GRO of GROMACS: a title, the number of atoms, a row of fixed columns for each atom, the box; a
//! file may have several frames. Coordinates are in nanometres.
//!
//! The number of decimals is that of the distance between two decimal points (GROMACS reference
//! manual, file format gro). Velocities and the box are not read.

use super::options::ReadOptions;
use super::text::{self, Lines, columns, counted, integer, quote, syntax};
use crate::MoleculeError;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom, RawModel};

/// Columns before the coordinates: residue number and name, atom name and number, of 5 each.
const FIRST_COORDINATE: usize = 20;

/// Angstrom per nanometre.
const ANGSTROM_PER_NM: f64 = 10.0;

/// Reads one frame: `options.model`, counted from 1, or the first. The format has no elements,
/// which are derived from the names, no chains and no bonds.
///
/// Where the residue number descends a new molecule begins, so residues of two molecules are not
/// joined. An atom that is alone in its residue is taken as a hetero atom, as an ion is.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = frame_starts(bytes);
    let chosen = text::select_record(file, bytes, &starts, "frame", options)?;
    let mut model = RawModel {
        models: chosen.count,
        ..RawModel::default()
    };
    model
        .warnings
        .extend(text::warn_of_several(file, chosen.count, "frame", options));
    let mut lines = Lines::new(chosen.text, chosen.first_line).skip(1);
    let (counts_line, counts) = lines.next().unwrap_or((chosen.first_line, b""));
    let Some(declared) = integer::<u64>(counts.trim_ascii()) else {
        return Err(syntax(
            file,
            counts_line,
            format!("the second line reads {}", quote(counts)),
            "the second line of a GRO file is the number of atoms, alone",
        ));
    };
    if declared == 0 {
        return Err(syntax(
            file,
            counts_line,
            "the frame has no atoms",
            "give a frame with at least one atom",
        ));
    }
    let mut rows = Rows::default();
    let mut last_line = counts_line;
    for row in 0..declared {
        let Some((line, text)) = lines
            .next()
            .filter(|(_, text)| text.len() > FIRST_COORDINATE)
        else {
            return Err(syntax(
                file,
                last_line + 1,
                format!(
                    "the frame declares {}, but holds {row}",
                    counted(declared, "atom")
                ),
                "give the whole file; it may have been cut off",
            ));
        };
        last_line = line;
        text::check_atom_limit(file, line, model.atoms.len(), options)?;
        let atom = rows.read(line, text).ok_or_else(|| {
            syntax(
                file,
                line,
                format!("the atom row reads {}", quote(text)),
                "give residue number and name, atom name and number in columns 1 to 20, then x, y \
                 and z in nanometres in columns of equal width",
            )
        })?;
        model.atoms.push(atom);
    }
    if lines
        .next()
        .is_none_or(|(_, text)| text::fields(text).count() < 3)
    {
        model.warnings.push(text::warning(
            file,
            last_line + 1,
            "the line of the box is missing; it is not needed here",
        ));
    }
    mark_single_atoms(&mut model.atoms);
    rows.bad_serials
        .report(file, "the number of the row is taken", &mut model.warnings);
    Ok(model)
}

/// Returns the offsets of the frames: each is a title, a number, as many rows, and the box. Blank
/// lines between frames are skipped.
fn frame_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    let next_line = |at: usize| match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => (&bytes[at..at + length], at + length + 1),
        None => (&bytes[at..], bytes.len()),
    };
    while at < bytes.len() {
        let (_, behind_title) = next_line(at);
        let (count, mut end) = next_line(behind_title.min(bytes.len()));
        let count = integer::<u64>(count.trim_ascii());
        if count.is_none() && !starts.is_empty() {
            break;
        }
        starts.push(at);
        for _ in 0..count.unwrap_or(0).saturating_add(1) {
            if end >= bytes.len() {
                break;
            }
            end = next_line(end).1;
        }
        at = end;
    }
    starts
}

/// Reads atom rows one after the other.
#[derive(Default)]
struct Rows {
    count: i32,
    last_number: i32,
    segment: u32,
    bad_serials: RepeatedWarning,
}

impl Rows {
    fn read(&mut self, line: u64, text: &[u8]) -> Option<RawAtom> {
        let residue_number = integer::<i32>(columns(text, 0, 5))?;
        let name = text::name(columns(text, 10, 15));
        if name.is_empty() {
            return None;
        }
        let position_angstrom = position(text)?;
        self.count = self.count.saturating_add(1);
        let serial = integer(columns(text, 15, 20)).unwrap_or_else(|| {
            self.bad_serials.note(text::line_u32(line), || {
                format!("the atom number reads {}", quote(columns(text, 15, 20)))
            });
            self.count
        });
        if residue_number < self.last_number {
            self.segment += 1;
        }
        self.last_number = residue_number;
        Some(RawAtom {
            line: text::line_u32(line),
            serial,
            name,
            element: ElementField::Absent,
            name_is_indented: false,
            altloc: b' ',
            residue_name: text::name(columns(text, 5, 10)),
            residue_number,
            insertion_code: b' ',
            chain_id: smol_str::SmolStr::default(),
            label_chain_id: smol_str::SmolStr::default(),
            label_number: None,
            hetero: false,
            segment: self.segment,
            position_angstrom,
            occupancy: 1.0,
            b_factor: 0.0,
            formal_charge: 0,
        })
    }
}

/// Reads x, y and z of a row, in angstrom.
fn position(text: &[u8]) -> Option<[f32; 3]> {
    let points = memchr::memchr_iter(b'.', text.get(FIRST_COORDINATE..)?);
    let mut points = points.take(2).map(|at| FIRST_COORDINATE + at);
    let width = points.next().zip(points.next())?;
    let width = width.1 - width.0;
    let mut position = [0.0; 3];
    for (axis, value) in position.iter_mut().enumerate() {
        let start = FIRST_COORDINATE + axis * width;
        let field = std::str::from_utf8(columns(text, start, start + width)).ok()?;
        *value = (field.parse::<f64>().ok()? * ANGSTROM_PER_NM) as f32;
    }
    Some(position)
}

/// Marks atoms that are alone in their residue as hetero atoms.
fn mark_single_atoms(atoms: &mut [RawAtom]) {
    let same = |a: &RawAtom, b: &RawAtom| {
        a.residue_number == b.residue_number
            && a.residue_name == b.residue_name
            && a.segment == b.segment
    };
    for residue in atoms.chunk_by_mut(same) {
        if let [atom] = residue {
            atom.hetero = true;
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "coordinates are read exactly")]
mod tests;
