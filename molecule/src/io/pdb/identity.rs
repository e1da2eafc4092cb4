//! Residue name, chain and residue number of an atom line, and whether they are in their columns.

use super::coordinates::in_place;
use super::fields::{code, column, columns, hexadecimal, hybrid36, integer};
use super::residue_names::is_standard;

/// Returns residue name (columns 18-20, and 21 for names of four letters) and chain (column 22, and
/// 21 for ids of two letters).
///
/// Column 21 is unused in the format. Molecular dynamics programs write the fourth letter of a
/// residue name there, others the first of two letters of a chain id. The latter is assumed if
/// columns 18-20 hold a complete standard name, or a right-aligned one.
pub(super) fn residue_and_chain(line: &[u8]) -> (&[u8], &[u8]) {
    let extra = column(line, 20);
    if extra == b' ' {
        return (columns(line, 17, 20), columns(line, 21, 22));
    }
    let two_letters = column(line, 21) != b' '
        && extra.is_ascii_alphanumeric()
        && (column(line, 17) == b' '
            || (is_standard(columns(line, 17, 20))
                && !FOUR_LETTERS.contains(&columns(line, 17, 21))));
    if two_letters {
        (columns(line, 17, 20), columns(line, 20, 22))
    } else if has_chain_in_front(line) {
        (columns(line, 17, 20), columns(line, 20, 21))
    } else {
        (columns(line, 17, 21), columns(line, 21, 22))
    }
}

/// Returns true if the chain is in column 21 instead of 22, behind a standard residue name.
pub(super) fn has_chain_in_front(line: &[u8]) -> bool {
    let name = columns(line, 17, 21);
    column(line, 21) == b' '
        && column(line, 20).is_ascii_alphanumeric()
        && is_standard(columns(line, 17, 20))
        && !FOUR_LETTERS.contains(&name)
        && !MORE_FOUR_LETTERS.contains(&name)
}

/// Reads residue number and insertion code from columns 23-27.
pub(super) fn residue_number(line: &[u8]) -> Option<(i32, u8)> {
    let field = columns(line, 22, 26);
    let insertion = column(line, 26);
    if insertion.is_ascii_digit()
        && field.len() == 4
        && !field[3].is_ascii_whitespace()
        && let Some(value) = integer(columns(line, 22, 27))
    {
        // Five columns wide, as molecular dynamics programs write it: insertion codes are never
        // digits.
        return Some((value, b' '));
    }
    if let Some(value) = hybrid36(field, 4) {
        return Some((value, code(insertion)));
    }
    let trimmed = field.trim_ascii();
    if let [digits @ .., letter] = trimmed
        && letter.is_ascii_alphabetic()
        && trimmed.len() < 4
        && insertion.is_ascii_whitespace()
        && let Some(value) = integer(digits)
    {
        return Some((value, *letter));
    }
    hexadecimal(field).map(|value| (value, code(insertion)))
}

/// Reads a chain of two letters in columns 22-23 with the residue number in columns 24-27, if the
/// coordinates after it are in their columns.
///
/// A number of four digits touches the chain. After a digit (`B11000`) this may also be a chain of
/// one letter with a number of five digits, unless the file has chains of two letters: `known`.
#[cold]
pub(super) fn chain_into_number(line: &[u8], known: bool) -> Option<(&[u8], i32)> {
    let chain = columns(line, 21, 23);
    let field = columns(line, 23, 27);
    let number = integer(field)?;
    let touches =
        field.iter().all(u8::is_ascii_digit) && (known || column(line, 22).is_ascii_alphabetic());
    (column(line, 20) == b' '
        && chain.iter().all(u8::is_ascii_alphanumeric)
        && (column(line, 23) == b' ' || touches))
        .then_some((chain, number))
}

/// Reads a residue number of five digits that ends in column 26, and so begins in the column of a
/// chain. `before` is the residue number before in a blank chain.
///
/// It is one if it continues the number before, or if the other digits are not written like a
/// number: with a zero in front (`10000`).
#[cold]
pub(super) fn number_from_chain(line: &[u8], before: Option<i32>) -> Option<i32> {
    let field = columns(line, 21, 26);
    let is_number = field.len() == 5 && field.iter().all(u8::is_ascii_digit);
    let value = integer(field).filter(|_| is_number && field[0] != b'0')?;
    let continues = before.is_some_and(|before| before >= 9999 && value >= before);
    (column(line, 20) == b' '
        && !column(line, 26).is_ascii_digit()
        && (continues || field[1] == b'0'))
        .then_some(value)
}

/// Returns true if serial number, name, residue and residue number are in their columns, so that
/// the coordinates begin after column 27. `serial` is the field of the serial number.
pub(super) fn is_in_columns(serial: &[u8], line: &[u8]) -> bool {
    let empty = |field: &[u8]| field.iter().all(|b| matches!(b, b' ' | b'*'));
    let one_word = |field: &[u8]| !field.trim_ascii().contains(&b' ');
    let serial_fits = empty(serial)
        || integer(serial).is_some()
        || hybrid36(serial, 5).is_some()
        || hexadecimal(serial).is_some();
    let number = columns(line, 22, 26);
    let insertion = column(line, 26);
    // Columns 28-30 are blank; a wide x leaves one of them. Without a pair of blanks here, the
    // fields may be separated by single ones.
    let gap = column(line, 27) == b' ' && (column(line, 28) == b' ' || insertion == b' ');
    let number_fits = if insertion.is_ascii_digit() {
        !number.contains(&b' ') && residue_number(line).is_some()
    } else {
        !matches!(insertion, b'.' | b'-') && (empty(number) || residue_number(line).is_some())
    };
    serial_fits
        && number_fits
        && gap
        && column(line, 11) == b' '
        && one_word(columns(line, 12, 16))
        && one_word(columns(line, 17, 20))
}

/// A line with its fields moved into their columns.
pub(super) struct Realigned {
    pub(super) line: Vec<u8>,
    /// A chain of two letters that had shifted the rest of the line.
    pub(super) chain: Option<[u8; 2]>,
}

/// Moves the fields of a line into their columns, if the line is shifted as a whole, behind the
/// serial number, or behind a chain of two letters. The result has every field in its place, or
/// there is none.
pub(super) fn realign(line: &[u8]) -> Option<Realigned> {
    let chain = [column(line, 21), column(line, 22)];
    if column(line, 20) == b' ' && chain.iter().all(u8::is_ascii_alphanumeric) {
        let mut moved = line.to_vec();
        moved.remove(22);
        if is_aligned(&moved) {
            return Some(Realigned {
                line: moved,
                chain: Some(chain),
            });
        }
    }
    let (head, body) = line.split_at_checked(6)?;
    for added in 1..=4 {
        let moved = shifted_right(line, added);
        if moved.is_some() {
            return moved;
        }
        let removed = body.get(..added)?;
        let moved = [head, &body[added..]].concat();
        if removed.iter().all(|b| *b == b' ') && is_aligned(&moved) {
            return Some(Realigned {
                line: moved,
                chain: None,
            });
        }
    }
    None
}

fn is_aligned(line: &[u8]) -> bool {
    in_place(line).is_some()
        && column(line, 10).is_ascii_digit()
        && !columns(line, 22, 26).trim_ascii().is_empty()
        && is_in_columns(columns(line, 6, 11), line)
}

/// Puts blanks before or behind the serial number, if all fields then are in their columns.
fn shifted_right(line: &[u8], added: usize) -> Option<Realigned> {
    // A serial number of five digits may begin in column 6, behind `ATOM`.
    let before_serial = if column(line, 5).is_ascii_digit() {
        5
    } else {
        6
    };
    [before_serial, 11].into_iter().find_map(|at| {
        let (head, body) = line.split_at_checked(at)?;
        let moved = [head, b"    ".get(..added)?, body].concat();
        is_aligned(&moved).then_some(Realigned {
            line: moved,
            chain: None,
        })
    })
}

/// Moves the fields of a line that is one column to the left, although its fields could be read
/// from their columns: blanks hide the shift from names and numbers, but not the decimal points.
///
/// The residue number gives it away, too: it ends in column 25 then, and the residue name in 19.
pub(super) fn realign_from_left(line: &[u8]) -> Option<Realigned> {
    let points = [33, 41, 49].iter().all(|i| column(line, *i) == b'.');
    if !points || column(line, 25).is_ascii_digit() {
        return None;
    }
    shifted_right(line, 1).filter(|moved| {
        let moved = moved.line.as_slice();
        column(moved, 25).is_ascii_digit()
            && column(moved, 20) == b' '
            && (column(moved, 17) != b' ' || column(moved, 19) != b' ')
    })
}

/// Names of four letters that begin with a standard one: protonation states in GROMOS and OPLS
/// force fields.
const FOUR_LETTERS: [&[u8]; 16] = [
    b"HISA", b"HISB", b"HISD", b"HISE", b"HISH", b"HISP", b"HIS1", b"HIS2", b"CYSH", b"CYS1",
    b"CYS2", b"LYSH", b"LYSN", b"ARGN", b"ASPH", b"GLUH",
];

/// More of them, of the CHARMM force field and of modified residues, which only the
/// blank behind them distinguishes from a chain.
const MORE_FOUR_LETTERS: [&[u8]; 8] = [
    b"ASPP", b"GLUP", b"LYSP", b"CYSM", b"CYSP", b"CYSG", b"CYSF", b"ALAD",
];
