//! Numbers in CIF, with an optional standard uncertainty in parentheses, and without `nan` and
//! `inf`.

use super::NotANumber;

/// Powers of ten that `f64` holds exactly.
const EXACT_POWERS_OF_TEN: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Longest number in bytes. The limit bounds the time for BinaryCIF, which may repeat one text in
/// every row.
const MAX_LENGTH_BYTES: usize = 255;

/// Parses a real number (`1.234(5)` is 1.234). The result is finite and rounded correctly.
///
/// Up to 15 digits without an exponent have a fast path: mantissa and power of ten are both exact
/// in `f64`, so one division rounds correctly (W. D. Clinger, "How to read floating point numbers
/// accurately", 1990).
pub(crate) fn parse_real(value: &[u8]) -> Result<f64, NotANumber> {
    let value = without_uncertainty(value)?;
    let (negative, digits) = match value {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, value),
    };
    let mut mantissa = 0_u64;
    let mut decimals = None;
    let mut count = 0_usize;
    for &byte in digits {
        match byte {
            b'0'..=b'9' if count < 15 => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                count += 1;
                decimals = decimals.map(|d| d + 1);
            }
            b'.' if decimals.is_none() => decimals = Some(0_usize),
            _ => return parse_long_real(value),
        }
    }
    if count == 0 {
        return Err(NotANumber);
    }
    let magnitude = mantissa as f64 / EXACT_POWERS_OF_TEN[decimals.unwrap_or(0)];
    Ok(if negative { -magnitude } else { magnitude })
}

/// Parses numbers with many digits or an exponent.
fn parse_long_real(value: &[u8]) -> Result<f64, NotANumber> {
    let numeric = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    if !value.iter().all(numeric) {
        return Err(NotANumber);
    }
    let text = std::str::from_utf8(value).map_err(|_| NotANumber)?;
    let number: f64 = text.parse().map_err(|_| NotANumber)?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err(NotANumber)
    }
}

/// Parses an integer with an optional sign and an optional standard uncertainty.
pub(crate) fn parse_integer(value: &[u8]) -> Result<i64, NotANumber> {
    let value = without_uncertainty(value)?;
    let text = std::str::from_utf8(value).map_err(|_| NotANumber)?;
    text.parse().map_err(|_| NotANumber)
}

/// Removes a standard uncertainty such as `(5)`.
fn without_uncertainty(value: &[u8]) -> Result<&[u8], NotANumber> {
    if value.len() > MAX_LENGTH_BYTES {
        return Err(NotANumber);
    }
    let Some(inner) = value.strip_suffix(b")") else {
        return Ok(value);
    };
    let open = inner
        .iter()
        .rposition(|&byte| byte == b'(')
        .ok_or(NotANumber)?;
    let digits = &inner[open + 1..];
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NotANumber);
    }
    Ok(&inner[..open])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uncertainties_and_exponents_are_read() {
        let cases: [(&[u8], f64); 12] = [
            (b"1.234(5)", 1.234),
            (b"-0.001", -0.001),
            (b"+3.250", 3.25),
            (b".75", 0.75),
            (b"85.", 85.0),
            (b".7e+3", 700.0),
            (b"3.e08", 3e8),
            (b"-003.1", -3.1),
            (b"2.1E12", 2.1e12),
            (b"0.123456789012345678", 0.123_456_789_012_345_68),
            (b"123.456(12)", 123.456),
            (b"7", 7.0),
        ];
        for (text, number) in cases {
            assert_eq!(
                parse_real(text),
                Ok(number),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
    }

    #[test]
    fn invalid_numbers_are_rejected() {
        let bad: [&[u8]; 16] = [
            b"", b".", b"-", b"+.", b"nan", b"inf", b"1e999", b"1-0", b"1.2.3", b"1.2()",
            b"1.2(x)", b"(5)", b"1,2", b"1 2", b"0x10", b"5)",
        ];
        for text in bad {
            assert_eq!(
                parse_real(text),
                Err(NotANumber),
                "{}",
                String::from_utf8_lossy(text)
            );
        }
        assert_eq!(parse_integer(b"12"), Ok(12));
        assert_eq!(parse_integer(b"+5"), Ok(5));
        assert_eq!(parse_integer(b"-3(1)"), Ok(-3));
        for text in [b"12A".as_slice(), b"1.0", b"", b"99999999999999999999"] {
            assert_eq!(parse_integer(text), Err(NotANumber));
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_rounds_like_the_standard_library(text in "[+-]?[0-9]{0,16}(\\.[0-9]{0,16})?") {
            let standard = text.parse::<f64>().map_err(|_| NotANumber);
            prop_assert_eq!(parse_real(text.as_bytes()), standard);
        }
    }
}
