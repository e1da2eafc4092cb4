//! The V2000 connection table: fixed columns, at most 999 atoms and bonds.

use super::super::text::{
    Lines, columns, counted, fields, float, integer, number_are, quote, warning,
};
use super::table::{Table, order_of};
use crate::MoleculeError;
use crate::structure::BondOrder;

/// Reads atoms, bonds and properties; `lines` is positioned after the counts line.
pub(super) fn read(
    table: &mut Table<'_>,
    counts_line: u64,
    counts: &[u8],
    lines: &mut Lines<'_>,
) -> Result<(), MoleculeError> {
    let Some((declared_atoms, declared_bonds)) = read_counts(counts) else {
        return Err(table.error(
            counts_line,
            format!("the counts line reads {}", quote(counts)),
            "the fourth line of a record holds the numbers of atoms and bonds in columns 1-3 and 4-6",
        ));
    };
    for read in 0..declared_atoms {
        let (line, text) = next_row(table, lines, read, declared_atoms, "atom")?;
        let Some(atom) = read_atom(text) else {
            if bond_numbers(text).is_some() {
                return Err(table.error(
                    line,
                    format!(
                        "the counts line declares {}, but a bond line follows after {read}: {}",
                        counted(declared_atoms, "atom"),
                        quote(text)
                    ),
                    "give as many atom lines as the counts line declares",
                ));
            }
            return Err(table.error(
                line,
                format!("the atom line reads {}", quote(text)),
                "an atom line holds x, y, z in angstrom in columns 1-10, 11-20, 21-30 and the symbol in columns 32-34",
            ));
        };
        table.add_atom(line, atom.symbol, atom.position_angstrom, atom.charge)?;
    }
    let atom_count = read_further_atoms(table, lines, declared_atoms)?;
    for read in 0..declared_bonds {
        let (line, text) = next_row(table, lines, read, declared_bonds, "bond")?;
        let (a, b, order) = read_bond(table, line, text, atom_count)?;
        if let Some(order) = order {
            table.add_bond(a - 1, b - 1, order);
        }
    }
    read_further_bonds(table, lines, counts, atom_count, declared_bonds)?;
    read_properties(table, lines)
}

/// Reads atom lines beyond the declared number, with a warning, and returns the number of atoms. An
/// atom line cannot be a bond line: it has a symbol after three numbers.
fn read_further_atoms(
    table: &mut Table<'_>,
    lines: &mut Lines<'_>,
    declared: u32,
) -> Result<u32, MoleculeError> {
    let mut first_line = None;
    let mut rest = lines.clone();
    while let Some((line, text)) = rest.next() {
        let Some(atom) = read_atom(text) else {
            break;
        };
        table.add_atom(line, atom.symbol, atom.position_angstrom, atom.charge)?;
        first_line.get_or_insert(line);
        *lines = rest.clone();
    }
    let count = table.model.atoms.len() as u32;
    warn_of_further_rows(table, first_line, declared, count, "atom");
    Ok(count)
}

/// Reads bond lines beyond the declared number, with a warning. They end at the first line that
/// begins with a letter, as all properties do, or with the `>` of a data item.
fn read_further_bonds(
    table: &mut Table<'_>,
    lines: &mut Lines<'_>,
    counts: &[u8],
    atom_count: u32,
    declared: u32,
) -> Result<(), MoleculeError> {
    // Two obsolete blocks may stand here: lists of elements for queries (`  2 F    2   7   8`), and
    // texts of two lines each.
    let is_list = |text| matches!(fields(text).nth(1), Some(b"T" | b"F"));
    let texts = integer::<u32>(columns(counts, 15, 18)).unwrap_or(0);
    let mut passed_over = texts.saturating_mul(2);
    let mut first_line = None;
    let mut count = declared;
    let mut rest = lines.clone();
    while let Some((line, text)) = rest.next() {
        let start = text.trim_ascii_start();
        if start.first().is_some_and(u8::is_ascii_alphabetic) || start.starts_with(b">") {
            break;
        }
        *lines = rest.clone();
        if start.is_empty() || is_list(text) {
            continue;
        }
        let Ok((a, b, order)) = read_bond(table, line, text, atom_count) else {
            if passed_over > 0 {
                passed_over -= 1;
                continue;
            }
            return Err(table.error(
                line,
                format!(
                    "a line after the bonds that the counts line declares ({declared}) is neither a bond \
                     nor a property: {}",
                    quote(text)
                ),
                "correct the counts line; after the bonds come lines such as \"M  CHG\" and \"M  END\"",
            ));
        };
        if let Some(order) = order {
            table.add_bond(a - 1, b - 1, order);
        }
        first_line.get_or_insert(line);
        count += 1;
    }
    warn_of_further_rows(table, first_line, declared, count, "bond");
    Ok(())
}

/// Warns of rows beyond the declared number, of which the first is at `first_line`.
fn warn_of_further_rows(
    table: &mut Table<'_>,
    first_line: Option<u64>,
    declared: u32,
    found: u32,
    what: &str,
) {
    if let Some(line) = first_line {
        let message = format!(
            "the counts line declares {}, but {} there; all are read",
            counted(declared, what),
            number_are(found)
        );
        table
            .model
            .warnings
            .push(warning(table.file, line, message));
    }
}

/// Returns the next line of a block, or an error at the end of the record.
fn next_row<'a>(
    table: &Table<'_>,
    lines: &mut Lines<'a>,
    read: u32,
    declared: u32,
    what: &str,
) -> Result<(u64, &'a [u8]), MoleculeError> {
    match lines.next() {
        Some((line, text)) if !text.starts_with(b"M  END") => Ok((line, text)),
        Some((line, _)) => Err((line, "M  END")),
        None => Err((lines.number(), "the end of the record")),
    }
    .map_err(|(line, end)| {
        table.error(
            line,
            format!(
                "the counts line declares {}, but only {read} {} {end}",
                counted(declared, what),
                if read == 1 { "precedes" } else { "precede" }
            ),
            "give the whole file; it may have been cut off",
        )
    })
}

/// Reads the numbers of atoms and bonds: columns 1-3 and 4-6, or the first two fields if the
/// columns do not hold numbers.
fn read_counts(line: &[u8]) -> Option<(u32, u32)> {
    let fixed = || {
        let atoms = integer(columns(line, 0, 3))?;
        let bonds = match columns(line, 3, 6) {
            b"" => 0,
            bonds => integer(bonds)?,
        };
        Some((atoms, bonds))
    };
    let split = || {
        let mut fields = fields(line);
        Some((integer(fields.next()?)?, integer(fields.next()?)?))
    };
    fixed().or_else(split)
}

struct Atom<'a> {
    symbol: &'a [u8],
    position_angstrom: [f32; 3],
    charge: i8,
}

/// Reads an atom line by fixed columns, which separate adjacent numbers without blanks, or else by
/// fields: writers that ignore the columns separate by blanks.
fn read_atom(line: &[u8]) -> Option<Atom<'_>> {
    let fixed = || {
        let symbol = columns(line, 31, 34);
        (line.get(30) == Some(&b' ') && is_symbol(symbol)).then_some(())?;
        Some(Atom {
            symbol,
            position_angstrom: [
                float(columns(line, 0, 10))?,
                float(columns(line, 10, 20))?,
                float(columns(line, 20, 30))?,
            ],
            charge: charge_of(columns(line, 36, 39)),
        })
    };
    let split = || {
        let mut fields = fields(line);
        let position_angstrom = [
            float(fields.next()?)?,
            float(fields.next()?)?,
            float(fields.next()?)?,
        ];
        let symbol = fields.next().filter(|symbol| is_symbol(symbol))?;
        let _mass_difference = fields.next();
        Some(Atom {
            symbol,
            position_angstrom,
            charge: fields.next().map_or(0, charge_of),
        })
    };
    fixed().or_else(split)
}

fn is_symbol(field: &[u8]) -> bool {
    matches!(field, [first, rest @ ..]
        if (first.is_ascii_alphabetic() || *first == b'*') && !rest.contains(&b' '))
}

/// Decodes the old charge column: 1, 2, 3 are +3, +2, +1; 5, 6, 7 are -1, -2, -3; 4 is a radical.
fn charge_of(field: &[u8]) -> i8 {
    match integer::<u8>(field) {
        Some(code @ (1..=3 | 5..=7)) => 4 - code as i8,
        _ => 0,
    }
}

/// Returns the first three fields of a bond line by its columns, which separate numbers without
/// blanks.
fn bond_in_columns(text: &[u8]) -> Option<(u32, u32, u32)> {
    Some((
        integer(columns(text, 0, 3))?,
        integer(columns(text, 3, 6))?,
        integer(columns(text, 6, 9))?,
    ))
}

/// Returns the first three fields of a bond line that are separated by blanks.
fn bond_numbers(text: &[u8]) -> Option<(u32, u32, u32)> {
    let mut fields = fields(text);
    Some((
        integer(fields.next()?)?,
        integer(fields.next()?)?,
        integer(fields.next()?)?,
    ))
}

/// Reads a bond line: two existing atoms, counted from 1, and the bond order (`None` for a hydrogen
/// bond).
fn read_bond(
    table: &Table<'_>,
    line: u64,
    text: &[u8],
    atom_count: u32,
) -> Result<(u32, u32, Option<BondOrder>), MoleculeError> {
    let sound = |&(a, b, _): &(u32, u32, u32)| {
        (1..=atom_count).contains(&a) && (1..=atom_count).contains(&b) && a != b
    };
    // Numbers in wider columns can be misread in the narrow ones: the valid interpretation is used.
    let (fixed, split) = (bond_in_columns(text), bond_numbers(text));
    let found = fixed
        .filter(sound)
        .or(split.filter(sound))
        .or(fixed)
        .or(split);
    match found {
        Some(bond) if sound(&bond) => Ok((bond.0, bond.1, order_of(bond.2))),
        Some((a, b, _)) => Err(table.error(
            line,
            format!("the bond joins atoms {a} and {b}, but the record has atoms 1 to {atom_count}"),
            "a bond line holds the numbers of two different atoms of the record",
        )),
        None => Err(table.error(
            line,
            format!("the bond line reads {}", quote(text)),
            "a bond line holds two atom numbers and the bond type in columns 1-3, 4-6, 7-9",
        )),
    }
}

/// Reads the properties block up to `M  END`. `M  CHG` and `M  RAD` override the charge column of
/// the atom lines.
fn read_properties(table: &mut Table<'_>, lines: &mut Lines<'_>) -> Result<(), MoleculeError> {
    let mut column_is_overridden = false;
    for (line, text) in lines.by_ref() {
        if text.starts_with(b"M  END") {
            return Ok(());
        }
        let charges = text.starts_with(b"M  CHG");
        if (charges || text.starts_with(b"M  RAD")) && !column_is_overridden {
            column_is_overridden = true;
            for atom in &mut table.model.atoms {
                atom.formal_charge = 0;
            }
        }
        if charges {
            read_charges(table, line, text)?;
        }
    }
    table.model.warnings.push(warning(
        table.file,
        lines.number(),
        "\"M  END\" is missing; all declared atoms and bonds were read, charges may be missing",
    ));
    Ok(())
}

/// Reads `M  CHG  n aaa vvv ...`: pairs of atom number and charge.
fn read_charges(table: &mut Table<'_>, line: u64, text: &[u8]) -> Result<(), MoleculeError> {
    let mut values = fields(&text[6..]).skip(1);
    while let Some(number) = values.next() {
        let pair = integer::<usize>(number)
            .and_then(|number| number.checked_sub(1))
            .zip(values.next().and_then(integer::<i8>));
        let atom = pair.and_then(|(row, charge)| Some((table.model.atoms.get_mut(row)?, charge)));
        let Some((atom, charge)) = atom else {
            let count = table.model.atoms.len();
            return Err(table.error(
                line,
                format!("the charge line reads {}", quote(text)),
                format!(
                    "after \"M  CHG\" and a count come pairs of an atom number, 1 to {count}, and a charge"
                ),
            ));
        };
        atom.formal_charge = charge;
    }
    Ok(())
}
