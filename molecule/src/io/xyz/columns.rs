//! Columns of the atom rows: those of plain XYZ, or those that the comment of extended XYZ names.
//!
//! Source: the description of extended XYZ in the documentation of ASE
//! (<https://ase-lib.org/ase/io/formatoptions.html#extxyz>). The comment holds `key=value` pairs;
//! the value of `Properties` lists the columns as `name:type:count`, separated by `:`.

use super::super::text::{fields, float, quote};

/// Field numbers, counted from 0, of what is read of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    /// Symbol or atomic number.
    pub(super) symbol: usize,
    /// The x coordinate, before y and z.
    position: usize,
    /// Number of fields that `Properties` declares; `None` in plain XYZ, where any further fields
    /// may follow.
    pub(super) declared: Option<usize>,
}

/// A `Properties` value that cannot be used: the problem, and what would be right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadProperties {
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

const EXAMPLE: &str = "list the columns as in Properties=species:S:1:pos:R:3: name, type (S, R, I or L) and \
                       number of fields of each";

/// Names of the column of the element, in order of preference. The first three hold symbols, the
/// others atomic numbers.
const ELEMENT_NAMES: [&str; 9] = [
    "species",
    "element",
    "symbol",
    "elements",
    "symbols",
    "z",
    "numbers",
    "atomic_number",
    "atomic_numbers",
];

const POSITION_NAMES: [&str; 3] = ["pos", "position", "positions"];

impl Columns {
    /// Symbol, x, y, z.
    const PLAIN: Self = Self {
        symbol: 0,
        position: 1,
        declared: None,
    };

    /// Returns the columns that the comment of a frame names, or those of plain XYZ.
    pub(super) fn from_comment(comment: &[u8]) -> Result<Self, BadProperties> {
        let comment = String::from_utf8_lossy(comment);
        match properties(&comment) {
            Some(text) => Self::from_properties(text),
            None => Ok(Self::PLAIN),
        }
    }

    fn from_properties(text: &str) -> Result<Self, BadProperties> {
        let bad = |what: String, remedy| BadProperties {
            problem: format!("Properties={} {what}", quote(text.as_bytes())),
            remedy,
        };
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let mut start = 0_usize;
        let mut position = None;
        let mut symbol: Option<(usize, usize)> = None;
        for part in parts.chunks(3) {
            let &[name, kind, count] = part else {
                return Err(bad("is not a list of name:type:count".to_owned(), EXAMPLE));
            };
            let Ok(count @ 1..=1000) = count.parse::<usize>() else {
                let what = format!(
                    "gives column {} the number of fields {}",
                    quote(name.as_bytes()),
                    quote(count.as_bytes())
                );
                return Err(bad(what, EXAMPLE));
            };
            let kind = kind.to_ascii_uppercase();
            if !["S", "R", "I", "L"].contains(&kind.as_str()) {
                return Err(bad(
                    format!(
                        "gives column {} the type {}",
                        quote(name.as_bytes()),
                        quote(kind.as_bytes())
                    ),
                    EXAMPLE,
                ));
            }
            let name = name.to_ascii_lowercase();
            if POSITION_NAMES.contains(&name.as_str()) && count == 3 && position.is_none() {
                position = Some(start);
            }
            let rank = ELEMENT_NAMES.iter().position(|known| *known == name);
            if let Some(rank) = rank
                && count == 1
                && matches!(kind.as_str(), "S" | "I")
                && symbol.is_none_or(|(best, _)| rank < best)
            {
                symbol = Some((rank, start));
            }
            start += count;
        }
        let Some(position) = position else {
            return Err(bad(
                "names no column of positions".to_owned(),
                "name the coordinates in angstrom pos:R:3",
            ));
        };
        let Some((_, symbol)) = symbol else {
            return Err(bad(
                "names no column of elements".to_owned(),
                "name the symbols species:S:1, or the atomic numbers Z:I:1",
            ));
        };
        Ok(Self {
            symbol,
            position,
            declared: Some(start),
        })
    }

    /// Returns symbol and position in angstrom of a row; `None` if a field is missing or not a
    /// number.
    pub(super) fn read<'t>(&self, row: &'t [u8]) -> Option<(&'t [u8], [f32; 3])> {
        let mut symbol = None;
        let mut position = [0.0; 3];
        let last = self.symbol.max(self.position + 2);
        let mut next = 0;
        for (at, field) in fields(row).take(last + 1).enumerate() {
            next = at + 1;
            if at == self.symbol {
                symbol = Some(field);
            } else if let Some(axis) = at.checked_sub(self.position)
                && let Some(value) = position.get_mut(axis)
            {
                *value = float(field)?;
            }
        }
        (next == last + 1).then_some((symbol?, position))
    }
}

/// Returns the value of the key `Properties`, in any case: up to the next white space, or in
/// quotes or braces. The key begins after white space outside of quotes.
fn properties(comment: &str) -> Option<&str> {
    const KEY: &str = "properties";
    let bytes = comment.as_bytes();
    let mut quoted = false;
    for at in 0..bytes.len() {
        if bytes[at] == b'"' {
            quoted = !quoted;
        }
        let begins_word = at == 0 || bytes[at - 1].is_ascii_whitespace();
        if quoted || !begins_word {
            continue;
        }
        let rest = &bytes[at..];
        let is_key = rest
            .get(..KEY.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(KEY.as_bytes()));
        if !is_key {
            continue;
        }
        let Some(value) = comment[at + KEY.len()..].trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let close: &[char] = match value.chars().next() {
            Some('"') => &['"'],
            Some('\'') => &['\''],
            Some('{') => &['}'],
            _ => return Some(value.split_whitespace().next().unwrap_or_default()),
        };
        return Some(value[1..].split(close).next().unwrap_or_default());
    }
    None
}
