//! CONECT records: bonds by serial number.

use super::fields::{columns, hexadecimal, hybrid36, integer};
use crate::diagnostics::RepeatedWarning;
use crate::raw::{BondSource, RawAtom, RawBond};
use crate::structure::BondOrder;
use crate::{Location, MoleculeError, Warning};

/// One bond of a record.
struct Pair {
    line: u32,
    /// Range of the atoms that the serial numbers refer to, as numbers of atoms read: a
    /// concatenated file has several blocks of CONECT records, each for the atoms above it.
    block: (u32, u32),
    from: i32,
    to: i32,
    /// How often the record names `to`.
    times: u8,
}

/// Collects CONECT records until all atoms are known.
#[derive(Default)]
pub(super) struct Conect {
    pairs: Vec<Pair>,
    /// Largest number of pairs.
    max_pairs: usize,
    /// Line of the first record beyond it.
    line_beyond: Option<u32>,
    block: (u32, u32),
    unreadable: RepeatedWarning,
}

impl Conect {
    /// Collects at most `max_pairs` pairs of atoms.
    pub(super) fn new(max_pairs: usize) -> Self {
        Self {
            max_pairs,
            ..Self::default()
        }
    }

    /// Reads one record. `atoms_before` is the number of atoms read so far; `wide` is true if
    /// serial numbers of six digits occurred, whose fields may be six columns wide.
    pub(super) fn read(&mut self, number: u32, line: &[u8], atoms_before: u32, wide: bool) {
        if atoms_before > self.block.1 {
            self.block = (self.block.1, atoms_before);
        }
        let mut serials = [0_i32; 5];
        let Some(count) = read_serials(line, wide, &mut serials) else {
            self.unreadable.note(number, || {
                "the CONECT record holds something other than serial numbers".to_owned()
            });
            return;
        };
        let Some((&from, partners)) = serials[..count].split_first() else {
            return;
        };
        for (i, &to) in partners.iter().enumerate() {
            if to == from || partners[..i].contains(&to) {
                continue;
            }
            if self.pairs.len() >= self.max_pairs {
                self.line_beyond.get_or_insert(number);
                return;
            }
            let times = partners[i..].iter().filter(|p| **p == to).count() as u8;
            self.pairs.push(Pair {
                line: number,
                block: self.block,
                from,
                to,
                times,
            });
        }
    }

    /// Finds the atoms of the serial numbers, in O(n log n) of atoms and bonds.
    ///
    /// A serial number of several atoms (wrapped after 99999) is ambiguous: its bonds are left to
    /// the distance rule.
    pub(super) fn resolve(
        self,
        file: &str,
        atoms: &[RawAtom],
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<RawBond>, MoleculeError> {
        if let Some(line) = self.line_beyond {
            return Err(MoleculeError::Limit {
                location: Location::line(file, line.into()),
                problem: format!(
                    "the CONECT records join more than {} pairs of atoms",
                    self.max_pairs
                ),
                remedy: "give each bond once, or raise the limit on atoms".to_owned(),
            });
        }
        let mut by_serial: Vec<(i32, u32)> = atoms
            .iter()
            .enumerate()
            .map(|(i, a)| (a.serial, i as u32))
            .collect();
        if self.pairs.is_empty() {
            by_serial.clear();
        }
        by_serial.sort_unstable();
        let mut missing = RepeatedWarning::default();
        let mut ambiguous = RepeatedWarning::default();
        let mut bonds: Vec<RawBond> = Vec::new();
        for pair in &self.pairs {
            let mut ends = [0_u32; 2];
            let mut found = true;
            for (end, serial) in ends.iter_mut().zip([pair.from, pair.to]) {
                match lookup(&by_serial, serial, pair.block) {
                    Lookup::One(atom) => *end = atom,
                    Lookup::None => {
                        missing.note(pair.line, || {
                            format!("CONECT names serial {serial}, which no atom has")
                        });
                        found = false;
                        break;
                    }
                    Lookup::Several => {
                        ambiguous.note(pair.line, || {
                            format!("CONECT names serial {serial}, which several atoms have")
                        });
                        found = false;
                        break;
                    }
                }
            }
            if found && ends[0] != ends[1] {
                bonds.push(RawBond {
                    a: ends[0].min(ends[1]),
                    b: ends[0].max(ends[1]),
                    order: match pair.times {
                        2 => BondOrder::Double,
                        3 => BondOrder::Triple,
                        _ => BondOrder::Unknown,
                    },
                    source: BondSource::Extra,
                });
            }
        }
        // Each bond is listed from both ends; the higher order is used.
        bonds.sort_by_key(|bond| (bond.a, bond.b, std::cmp::Reverse(rank(bond.order))));
        bonds.dedup_by_key(|bond| (bond.a, bond.b));
        self.unreadable
            .report(file, "the record is ignored", warnings);
        missing.report(file, "the bond is ignored", warnings);
        ambiguous.report(
            file,
            "the bond is left to the distance between atoms",
            warnings,
        );
        Ok(bonds)
    }
}

fn rank(order: BondOrder) -> u8 {
    match order {
        BondOrder::Triple => 2,
        BondOrder::Double => 1,
        _ => 0,
    }
}

/// Reads the serial numbers of columns 7-31 (five columns each), or separated by white space if
/// they are not in these columns. Returns their number; `None` if a field is not a serial number.
fn read_serials(line: &[u8], wide: bool, serials: &mut [i32; 5]) -> Option<usize> {
    let mut count = 0;
    let mut sound = true;
    let body = columns(line, 6, line.len()).trim_ascii();
    if wide && body.len().is_multiple_of(6) && body.iter().all(u8::is_ascii_digit) {
        for (serial, field) in serials.iter_mut().zip(body.chunks(6)) {
            *serial = integer(field)?;
            count += 1;
        }
        return Some(count);
    }
    for i in 0..5 {
        let field = columns(line, 6 + 5 * i, 11 + 5 * i);
        if field.trim_ascii().is_empty() {
            continue;
        }
        match hybrid36(field, 5).or_else(|| hexadecimal(field)) {
            Some(serial) => {
                serials[count] = serial;
                count += 1;
            }
            None => sound = false,
        }
    }
    // The first field is the atom that the others are bonded to; it is required.
    if sound && (count == 0 || !columns(line, 6, 11).trim_ascii().is_empty()) {
        return Some(count);
    }
    count = 0;
    for token in columns(line, 6, line.len())
        .split(u8::is_ascii_whitespace)
        .filter(|t| !t.is_empty())
        .take(5)
    {
        serials[count] = integer(token)?;
        count += 1;
    }
    Some(count)
}

enum Lookup {
    None,
    One(u32),
    Several,
}

/// Finds the atom of a serial number: the only one in `block`, else the only one in the file.
fn lookup(by_serial: &[(i32, u32)], serial: i32, block: (u32, u32)) -> Lookup {
    let start = by_serial.partition_point(|entry| *entry < (serial, block.0));
    let within = |i: usize| {
        by_serial
            .get(i)
            .filter(|(s, atom)| *s == serial && *atom < block.1)
    };
    match (within(start), within(start + 1)) {
        (Some((_, atom)), None) => return Lookup::One(*atom),
        (Some(_), Some(_)) => return Lookup::Several,
        (None, _) => {}
    }
    let start = by_serial.partition_point(|entry| entry.0 < serial);
    let any = |i: usize| by_serial.get(i).filter(|(s, _)| *s == serial);
    match (any(start), any(start + 1)) {
        (Some((_, atom)), None) => Lookup::One(*atom),
        (Some(_), Some(_)) => Lookup::Several,
        (None, _) => Lookup::None,
    }
}
