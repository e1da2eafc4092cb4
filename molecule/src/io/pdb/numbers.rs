//! Decimal numbers that touch: their number of decimals shows where each ends.

use super::fields::decimal;

/// Splits off the first decimal number of a text without white space. If another one follows
/// without a blank, the first has exactly `decimals` decimals. Returns the number and the rest;
/// `None` if the text does not begin with a number with a decimal point.
pub(super) fn split_number(text: &[u8], decimals: usize) -> Option<(&[u8], &[u8])> {
    let point = text.iter().position(|b| *b == b'.')?;
    let rest = &text[point + 1..];
    if !rest.contains(&b'.') {
        return decimal(text).map(|_| (text, &[][..]));
    }
    let digits = rest.get(..decimals)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (number, rest) = text.split_at(point + 1 + decimals);
    decimal(number).map(|_| (number, rest))
}

/// Returns the number of decimals of a number.
pub(super) fn decimals(number: &[u8]) -> usize {
    number
        .iter()
        .position(|b| *b == b'.')
        .map_or(0, |point| number.len() - point - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, decimals: usize) -> Option<(&str, &str)> {
        let (number, rest) = split_number(text.as_bytes(), decimals)?;
        Some((
            std::str::from_utf8(number).expect("ASCII"),
            std::str::from_utf8(rest).expect("ASCII"),
        ))
    }

    #[test]
    fn numbers_that_touch_are_parted_by_their_decimals() {
        let all = "31256.96532685.06460403.930";
        assert_eq!(split(all, 3), Some(("31256.965", "32685.06460403.930")));
        assert_eq!(split("-1.000-2.000", 3), Some(("-1.000", "-2.000")));
        assert_eq!(split("1.00999.99", 2), Some(("1.00", "999.99")));
        // A single number has any number of decimals.
        assert_eq!(split("0.0782", 2), Some(("0.0782", "")));
        assert_eq!(split("12.5", 3), Some(("12.5", "")));
        for text in ["", "12", "a.b", "1.0-2.000", "1.x.2", "..", "-.-."] {
            assert_eq!(split(text, 3), None, "{text}");
        }
        assert_eq!(decimals(b"-1.250"), 3);
        assert_eq!(decimals(b"7"), 0);
    }
}
