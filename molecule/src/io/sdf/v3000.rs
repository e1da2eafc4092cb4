//! The V3000 connection table: tagged lines (`M  V30 ...`) in blocks, any number of atoms.

use std::collections::HashMap;

use super::super::text::{Lines, counted, float, integer, number_are, quote, warning};
use super::table::{Table, order_of};
use crate::MoleculeError;

/// Reads the first `CTAB` block; `lines` is positioned after the counts line of the V2000 header.
pub(super) fn read(table: &mut Table<'_>, lines: &mut Lines<'_>) -> Result<(), MoleculeError> {
    let mut declared: Option<(u64, u64)> = None;
    // Names of the open blocks, outermost first.
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut rows: HashMap<u64, u32> = HashMap::new();
    let mut bonds_seen: u64 = 0;
    while let Some((line, text)) = next_entry(table, lines)? {
        let words = words(&text);
        let keyword = words.first().map_or(&b""[..], Vec::as_slice);
        let argument = words.get(1).map_or(&b""[..], Vec::as_slice);
        let block = open.last().map_or(&b""[..], Vec::as_slice);
        match (keyword, block) {
            (b"BEGIN", _) => open.push(argument.to_vec()),
            (b"END", _) => {
                if argument != block {
                    return Err(table.error(
                        line,
                        format!(
                            "\"END {}\" is found while block {} is open",
                            String::from_utf8_lossy(argument),
                            quote(block)
                        ),
                        "every BEGIN is closed by an END of the same name, innermost first",
                    ));
                }
                open.pop();
                if argument == b"CTAB" {
                    return check_counts(table, line, declared, bonds_seen);
                }
            }
            (b"COUNTS", b"CTAB") => {
                let counts = words
                    .get(1)
                    .and_then(|n| integer(n))
                    .zip(words.get(2).and_then(|n| integer(n)));
                if counts.is_none() {
                    return Err(table.error(
                        line,
                        format!("the counts line reads {}", quote(&text)),
                        "after COUNTS come the numbers of atoms and bonds",
                    ));
                }
                declared = counts;
            }
            (_, b"ATOM") if open.len() == 2 => read_atom(table, line, &text, &words, &mut rows)?,
            (_, b"BOND") if open.len() == 2 => {
                bonds_seen += 1;
                read_bond(table, line, &text, &words, &rows)?;
            }
            _ => {}
        }
    }
    Err(table.error(
        lines.number(),
        format!(
            "the record ends before \"M  V30 END CTAB\", after {} and {}",
            counted(table.model.atoms.len() as u64, "atom"),
            counted(bonds_seen, "bond"),
        ),
        "give the whole file; it may have been cut off",
    ))
}

/// Returns the next `M  V30` entry without its tag, with continued lines (ending in `-`) joined,
/// and the number of its first line. `None` at `M  END` or the end of the record.
fn next_entry(
    table: &Table<'_>,
    lines: &mut Lines<'_>,
) -> Result<Option<(u64, Vec<u8>)>, MoleculeError> {
    let mut entry: Option<(u64, Vec<u8>)> = None;
    for (line, text) in lines.by_ref() {
        let Some(content) = text.strip_prefix(b"M  V30 ") else {
            if entry.is_some() {
                return Err(table.error(
                    line,
                    format!("the line reads {}", quote(text)),
                    "a line after one that ends with \"-\" continues it and begins with \"M  V30 \"",
                ));
            }
            if text.starts_with(b"M  END") {
                return Ok(None);
            }
            continue;
        };
        let content = content.trim_ascii_end();
        let (first, joined) = entry.get_or_insert_with(|| (line, Vec::new()));
        let Some(head) = content.strip_suffix(b"-") else {
            joined.extend_from_slice(content);
            return Ok(Some((*first, std::mem::take(joined))));
        };
        joined.extend_from_slice(head);
    }
    // The continuation is missing: the caller reports the missing end.
    Ok(None)
}

/// Splits at blanks outside of `"..."` (with `""` for a quote), `(...)` and `[...]`.
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let (mut quoted, mut was_quoted) = (false, false);
    let mut depth = 0_usize;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&b'"') => {
                bytes.next();
                word.push(b'"');
            }
            b'"' => {
                quoted = !quoted;
                was_quoted = true;
            }
            b' ' | b'\t' if !quoted && depth == 0 => {
                if !word.is_empty() || was_quoted {
                    words.push(std::mem::take(&mut word));
                }
                was_quoted = false;
            }
            _ => {
                if !quoted {
                    match byte {
                        b'(' | b'[' => depth += 1,
                        b')' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                word.push(byte);
            }
        }
    }
    if !word.is_empty() || was_quoted {
        words.push(word);
    }
    words
}

/// Reads `index symbol x y z map [KEY=value ...]`.
fn read_atom(
    table: &mut Table<'_>,
    line: u64,
    text: &[u8],
    words: &[Vec<u8>],
    rows: &mut HashMap<u64, u32>,
) -> Result<(), MoleculeError> {
    // `NOT [N,O]` is one atom type of two words.
    let negated = words.get(1).is_some_and(|word| word == b"NOT");
    let after_symbol = if negated { 3 } else { 2 };
    let number = |i: usize| words.get(after_symbol + i).and_then(|word| float(word));
    let found = words
        .first()
        .and_then(|word| integer::<u64>(word))
        .zip(words.get(1))
        .zip(number(0).zip(number(1)).zip(number(2)));
    let Some(((index, symbol), ((x, y), z))) = found else {
        return Err(table.error(
            line,
            format!("the atom line reads {}", quote(text)),
            "an atom line holds: index, symbol, x, y, z in angstrom, atom map",
        ));
    };
    let mut charge = 0;
    for word in words {
        if let Some(value) = word.strip_prefix(b"CHG=") {
            charge = integer(value).ok_or_else(|| {
                table.error(
                    line,
                    format!("CHG is {}", quote(value)),
                    "give the formal charge as a whole number, -128 to 127",
                )
            })?;
        }
    }
    let row = table.model.atoms.len() as u32;
    // A list such as `[N,O]` is not a single element.
    let list = negated.then(|| words[1..3].join(&b' '));
    let symbol = list.as_ref().unwrap_or(symbol);
    table.add_atom(line, symbol, [x, y, z], charge)?;
    if rows.insert(index, row).is_some() {
        return Err(table.error(
            line,
            format!("atom index {index} is used twice"),
            "give every atom a different index",
        ));
    }
    Ok(())
}

/// Reads `index type atom1 atom2 [KEY=value ...]`.
fn read_bond(
    table: &mut Table<'_>,
    line: u64,
    text: &[u8],
    words: &[Vec<u8>],
    rows: &HashMap<u64, u32>,
) -> Result<(), MoleculeError> {
    let number = |i: usize| words.get(i).and_then(|word| integer::<u64>(word));
    let Some(((kind, a), b)) = number(1).zip(number(2)).zip(number(3)) else {
        return Err(table.error(
            line,
            format!("the bond line reads {}", quote(text)),
            "a bond line holds: index, bond type, index of one atom, index of the other",
        ));
    };
    match (rows.get(&a), rows.get(&b)) {
        (Some(&row_a), Some(&row_b)) if row_a != row_b => {
            if let Some(order) = order_of(u32::try_from(kind).unwrap_or(0)) {
                table.add_bond(row_a, row_b, order);
            }
            Ok(())
        }
        _ => Err(table.error(
            line,
            format!("the bond joins atoms {a} and {b}"),
            "a bond joins two different atoms of the record, which come before it",
        )),
    }
}

/// Returns an error if there are fewer rows than declared (a truncated file), and warns if there
/// are more.
fn check_counts(
    table: &mut Table<'_>,
    line: u64,
    declared: Option<(u64, u64)>,
    bonds_seen: u64,
) -> Result<(), MoleculeError> {
    let Some((atoms, bonds)) = declared else {
        return Ok(());
    };
    let atoms_seen = table.model.atoms.len() as u64;
    for (declared, seen, what) in [(atoms, atoms_seen, "atom"), (bonds, bonds_seen, "bond")] {
        if seen < declared {
            return Err(table.error(
                line,
                format!(
                    "COUNTS declares {}, but only {} there",
                    counted(declared, what),
                    number_are(seen)
                ),
                "give the whole file; it may have been cut off",
            ));
        }
        if seen > declared {
            table.model.warnings.push(warning(
                table.file,
                line,
                format!(
                    "COUNTS declares {}, but {} there; all are read",
                    counted(declared, what),
                    number_are(seen)
                ),
            ));
        }
    }
    Ok(())
}
