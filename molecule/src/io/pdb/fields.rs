//! Fields of fixed columns: numbers, hybrid-36 numbers, names.

use smol_str::SmolStr;

/// Returns the bytes `start..end` of a line (counted from 0), up to the end of the line.
pub(super) fn columns(line: &[u8], start: usize, end: usize) -> &[u8] {
    let end = end.min(line.len());
    line.get(start..end).unwrap_or(&[])
}

/// Returns the byte of a column (counted from 0); blank beyond the end of the line.
pub(super) fn column(line: &[u8], index: usize) -> u8 {
    line.get(index).copied().unwrap_or(b' ')
}

/// Converts a field to text, without padding and with `?` for every byte that is not printable
/// ASCII.
pub(super) fn text(field: &[u8]) -> SmolStr {
    let field = field.trim_ascii();
    let mut buffer = [0_u8; 16];
    if let Some(head) = buffer.get_mut(..field.len()) {
        for (to, from) in head.iter_mut().zip(field) {
            *to = if (0x20..0x7f).contains(from) {
                *from
            } else {
                b'?'
            };
        }
        return SmolStr::new(std::str::from_utf8(head).unwrap_or("?"));
    }
    field
        .iter()
        .map(|b| {
            if (0x20..0x7f).contains(b) {
                *b as char
            } else {
                '?'
            }
        })
        .collect()
}

/// Parses a finite decimal number with optional padding.
///
/// Up to seven digits with up to ten decimals are exact integers in `f32` before one correctly
/// rounded division, hence equal to the standard library's result; anything longer, and exponents,
/// go through the standard library.
pub(super) fn decimal(field: &[u8]) -> Option<f32> {
    const POWERS: [f32; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];
    let field = field.trim_ascii();
    let (negative, digits) = match field {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    if digits.len() <= 8 {
        let mut mantissa = 0_u32;
        let mut point = None;
        let mut count = 0;
        for (i, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    mantissa = mantissa * 10 + u32::from(byte - b'0');
                    count += 1;
                }
                b'.' if point.is_none() => point = Some(i),
                _ => {
                    point = None;
                    count = 0;
                    break;
                }
            }
        }
        if (1..=7).contains(&count) {
            let decimals = point.map_or(0, |p| digits.len() - p - 1);
            let value = mantissa as f32 / POWERS[decimals];
            return Some(if negative { -value } else { value });
        }
    }
    let value: f32 = std::str::from_utf8(field).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Parses a decimal integer with optional padding and sign.
pub(super) fn integer(field: &[u8]) -> Option<i32> {
    let field = field.trim_ascii();
    let (negative, digits) = match field {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut value = 0_i32;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i32::from(byte - b'0');
    }
    Some(if negative { -value } else { value })
}

/// Parses a number in the hybrid-36 notation of R. W. Grosse-Kunstleve (cctbx,
/// `iotbx.pdb.hybrid_36`) in a field of `width` columns: decimal as long as it fits, then
/// `A000..ZZZZ` in base 36 with upper-case letters, then `a000..zzzz` with lower-case letters.
pub(super) fn hybrid36(field: &[u8], width: usize) -> Option<i32> {
    let trimmed = field.trim_ascii();
    match trimmed.first()? {
        b'A'..=b'Z' | b'a'..=b'z' if trimmed.len() == width => {}
        b'A'..=b'Z' | b'a'..=b'z' => return None,
        _ => return integer(trimmed),
    }
    let capitals = trimmed[0].is_ascii_uppercase();
    let mut value = 0_i64;
    for byte in trimmed {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' if capitals => byte - b'A' + 10,
            b'a'..=b'z' if !capitals => byte - b'a' + 10,
            _ => return None,
        };
        value = value * 36 + i64::from(digit);
    }
    let width = u32::try_from(width).ok()?;
    let block = 36_i64.pow(width - 1);
    let base = 10_i64.pow(width) - 10 * block + if capitals { 0 } else { 26 * block };
    i32::try_from(value + base).ok()
}

/// Parses a hexadecimal number that begins with a decimal digit and has at least one letter
/// (`186a0`), as VMD writes numbers above 99999. Hybrid-36 numbers never have this form.
pub(super) fn hexadecimal(field: &[u8]) -> Option<i32> {
    let field = field.trim_ascii();
    if !field.first()?.is_ascii_digit() || !field.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    i32::from_str_radix(std::str::from_utf8(field).ok()?, 16).ok()
}

/// Parses the formal charge of columns 79-80: `2+`, `+2`, `1-`, `-`, `0`; 0 for anything else.
pub(super) fn charge(field: &[u8]) -> i8 {
    match field.trim_ascii() {
        [d @ b'0'..=b'9', b'+'] | [b'+', d @ b'0'..=b'9'] => (d - b'0') as i8,
        [d @ b'0'..=b'9', b'-'] | [b'-', d @ b'0'..=b'9'] => -((d - b'0') as i8),
        b"+" => 1,
        b"-" => -1,
        _ => 0,
    }
}

/// Returns a one-letter code, or a blank for white space.
pub(super) fn code(byte: u8) -> u8 {
    if byte.is_ascii_graphic() { byte } else { b' ' }
}
