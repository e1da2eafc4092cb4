//! Operators of space groups as text: `-x,y+1/2,-z`.

use super::transform::Transform;

/// Longest text of an operator; real ones have less than 40 characters.
const MOST_BYTES: usize = 200;

/// Reads an operator in fractions of the cell's edges, such as `x+1/2, -y, z`, `1/2+X,-Y,Z` or
/// `x-y,x,z+0.5` (core CIF dictionary, `_space_group_symop.operation_xyz`). `None` for other texts.
pub(crate) fn parse_triplet(text: &str) -> Option<Transform> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut rows = [[0.0; 4]; 3];
    let mut parts = text.split(',');
    for row in &mut rows {
        *row = parse_row(parts.next()?)?;
    }
    let transform = Transform { rows };
    let is_whole = |part: &f64| part.fract() == 0.0;
    let linear_is_whole = rows.iter().all(|row| row[..3].iter().all(is_whole));
    (parts.next().is_none() && linear_is_whole && transform.is_sound()).then_some(transform)
}

/// Reads a sum of terms, each a letter x, y or z with a factor, or a number or fraction.
fn parse_row(text: &str) -> Option<[f64; 4]> {
    let mut row = [0.0; 4];
    let compact: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let mut rest = compact.as_slice();
    if rest.is_empty() {
        return None;
    }
    let mut is_first = true;
    while !rest.is_empty() {
        let sign = match rest[0] {
            b'+' | b'-' => {
                let sign = if rest[0] == b'-' { -1.0 } else { 1.0 };
                rest = &rest[1..];
                sign
            }
            _ if is_first => 1.0,
            _ => return None,
        };
        is_first = false;
        let (number, after) = parse_number(rest)?;
        rest = after.strip_prefix(b"*").unwrap_or(after);
        let axis = match rest.first() {
            Some(b'x') => Some(0),
            Some(b'y') => Some(1),
            Some(b'z') => Some(2),
            _ => None,
        };
        match (axis, number) {
            (Some(axis), number) => {
                row[axis] += sign * number.unwrap_or(1.0);
                rest = &rest[1..];
            }
            (None, Some(number)) => row[3] += sign * number,
            (None, None) => return None,
        }
    }
    Some(row)
}

/// Reads a decimal number or a fraction at the beginning, if there is one; `None` if it is
/// malformed.
fn parse_number(bytes: &[u8]) -> Option<(Option<f64>, &[u8])> {
    let digits = |bytes: &[u8]| {
        let is_part = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
        bytes.iter().take_while(is_part).count()
    };
    let length = digits(bytes);
    if length == 0 {
        return Some((None, bytes));
    }
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<f64>().ok();
    let value = number(&bytes[..length])?;
    let rest = &bytes[length..];
    let Some(below) = rest.strip_prefix(b"/") else {
        return Some((Some(value), rest));
    };
    let length = digits(below);
    let divisor = number(&below[..length]).filter(|divisor| *divisor != 0.0)?;
    Some((Some(value / divisor), &below[length..]))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the numbers are exact or rounded")]
mod tests {
    use super::parse_triplet;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn operators_are_read_in_every_spelling() {
        let image = |text: &str| {
            let operator = parse_triplet(text).unwrap_or_else(|| panic!("{text}"));
            operator
                .apply([0.1, 0.2, 0.3])
                .map(|x| (x * 1e9).round() / 1e9)
        };
        for (text, wanted) in [
            ("x,y,z", [0.1, 0.2, 0.3]),
            (" -X , Y+1/2 , -Z ", [-0.1, 0.7, -0.3]),
            ("1/2+x,1/2-y,-z", [0.6, 0.3, -0.3]),
            ("x-y,x,z+0.5", [-0.1, 0.1, 0.8]),
            (
                "-y+2/3,x-y+1/3,z+1/3",
                [0.466_666_667, 0.233_333_333, 0.633_333_333],
            ),
            ("+x,-y,1*z-1", [0.1, -0.2, -0.7]),
        ] {
            assert_eq!(image(text), wanted, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "x,y",
            "x,y,z,z",
            "x,y,w",
            "x y,z,x",
            "x,,z",
            "x,y,1/0",
            "x,y,--z",
            "x,y,1.2.3",
            "x,y,9x",
            "0.5x,y,z",
            "2x,y,z",
            "x,x,x",
            "0,0,0",
            "x,y,z+",
            "x+,y,z",
            "x,y,z/2",
        ] {
            assert_eq!(parse_triplet(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-+xyzXYZ0-9/., *]{0,40}") {
            if let Some(operator) = parse_triplet(&text) {
                prop_assert!(operator.is_sound());
            }
        }
    }
}
