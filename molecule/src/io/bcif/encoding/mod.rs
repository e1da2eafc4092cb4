//! Decoding of the encodings of BinaryCIF.
//!
//! Specification: <https://github.com/molstar/BinaryCIF/blob/master/encoding.md>, version 0.3; D.
//! Sehnal et al., 2020,
//! <https://doi.org/10.1371/journal.pcbi.1008247>. Declared sizes (`srcSize`) are not used.

use smol_str::SmolStr;

use super::message_pack::Value;

/// Longest text of a column; names and codes are shorter. Every row may refer to the same text, so
/// the size of the file alone does not bound the time.
const MAX_TEXT_BYTES: usize = 255;
/// Longest chain of encodings; the tools of the format use up to four.
const MAX_ENCODINGS: usize = 16;

/// Decoded values of a column or a mask.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Array<'a> {
    /// Bytes before `ByteArray` is decoded.
    Bytes(&'a [u8]),
    /// Integers; all integer types of the format fit, except the upper half of `Uint32`.
    Int(Vec<i32>),
    /// Floats of either width.
    Float(Vec<f64>),
    /// Texts.
    Text(TextArray),
}

impl Array<'_> {
    /// Returns the number of values.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Text(texts) => texts.indices.len(),
        }
    }
}

/// Indices into a list of distinct texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextArray {
    texts: Vec<SmolStr>,
    indices: Vec<i32>,
}

impl TextArray {
    /// Returns the text of a row; `None` if the index is negative (no value).
    pub(super) fn get(&self, row: usize) -> Option<&SmolStr> {
        let index = usize::try_from(*self.indices.get(row)?).ok()?;
        self.texts.get(index)
    }
}

/// Limits of the number of decoded values.
#[derive(Debug)]
pub(super) struct Budget {
    /// Largest number of values of one array.
    per_array: usize,
    /// Remaining number of values for all arrays that `RunLength` expands; no other encoding
    /// expands data.
    expanded: usize,
}

impl Budget {
    /// Allows `per_array` values in every array, and 64 times as many in all arrays of `RunLength`.
    pub(super) fn new(per_array: usize) -> Self {
        Self {
            per_array,
            expanded: per_array.saturating_mul(64),
        }
    }

    /// Allows at most `values` in all arrays of `RunLength`.
    pub(super) fn limit_expanded(mut self, values: usize) -> Self {
        self.expanded = self.expanded.min(values);
        self
    }
}

/// Decodes an `EncodedData` map: all encodings, the last one first. Every intermediate array has to
/// be within the budget. The error is the problem as text.
pub(super) fn decode<'a>(data: &Value<'a>, budget: &mut Budget) -> Result<Array<'a>, String> {
    let bytes = data
        .get("data")
        .and_then(Value::as_binary)
        .ok_or("the encoded data have no bytes (data)")?;
    let encodings = data
        .get("encoding")
        .and_then(Value::as_array)
        .ok_or("the encoded data have no list of encodings (encoding)")?;
    decode_chain(bytes, encodings, budget)
}

/// Decodes a chain of encodings, the last one first.
fn decode_chain<'a>(
    bytes: &'a [u8],
    encodings: &[Value<'a>],
    budget: &mut Budget,
) -> Result<Array<'a>, String> {
    if encodings.len() > MAX_ENCODINGS {
        return Err(format!("it has more than {MAX_ENCODINGS} encodings"));
    }
    let mut array = Array::Bytes(bytes);
    for encoding in encodings.iter().rev() {
        let kind = encoding
            .get("kind")
            .and_then(Value::as_text)
            .ok_or("an encoding has no kind")?;
        array = match (kind, array) {
            ("ByteArray", Array::Bytes(bytes)) => byte_array(encoding, bytes)?,
            ("StringArray", Array::Bytes(bytes)) => string_array(encoding, bytes, budget)?,
            ("FixedPoint", Array::Int(values)) => fixed_point(encoding, &values)?,
            ("IntervalQuantization", Array::Int(values)) => {
                interval_quantization(encoding, &values)?
            }
            ("RunLength", Array::Int(values)) => Array::Int(run_length(&values, budget)?),
            ("Delta", Array::Int(values)) => Array::Int(delta(encoding, values)?),
            ("IntegerPacking", Array::Int(values)) => {
                Array::Int(integer_packing(encoding, &values)?)
            }
            (
                "ByteArray"
                | "StringArray"
                | "FixedPoint"
                | "IntervalQuantization"
                | "RunLength"
                | "Delta"
                | "IntegerPacking",
                _,
            ) => {
                return Err(format!(
                    "the encoding {kind} does not fit what it is applied to"
                ));
            }
            _ => {
                let kind: String = kind.chars().take(40).collect();
                return Err(format!("the encoding \"{kind}\" is not known"));
            }
        };
        if !matches!(array, Array::Bytes(_)) && array.len() > budget.per_array.max(bytes.len()) {
            return Err(too_long(budget.per_array));
        }
    }
    Ok(array)
}

fn too_long(limit: usize) -> String {
    format!("it decodes to more than {limit} values, which the size of the file rules out")
}

fn number(encoding: &Value<'_>, key: &str) -> Result<f64, String> {
    encoding
        .get(key)
        .and_then(Value::as_number)
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("an encoding has no number {key}"))
}

fn integer(encoding: &Value<'_>, key: &str) -> Result<i64, String> {
    encoding
        .get(key)
        .and_then(Value::as_integer)
        .ok_or_else(|| format!("an encoding has no integer {key}"))
}

/// Decodes little-endian numbers of the type in the encoding.
fn byte_array<'a>(encoding: &Value<'_>, bytes: &[u8]) -> Result<Array<'a>, String> {
    fn all<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Result<Vec<T>, String> {
        let (chunks, rest) = bytes.as_chunks::<N>();
        if !rest.is_empty() {
            return Err(format!("{} bytes are not a multiple of {N}", bytes.len()));
        }
        Ok(chunks.iter().map(|chunk| read(*chunk)).collect())
    }
    Ok(match integer(encoding, "type")? {
        1 => Array::Int(all(bytes, |b| i32::from(i8::from_le_bytes(b)))?),
        2 => Array::Int(all(bytes, |b| i32::from(i16::from_le_bytes(b)))?),
        3 => Array::Int(all(bytes, i32::from_le_bytes)?),
        4 => Array::Int(all(bytes, |b| i32::from(u8::from_le_bytes(b)))?),
        5 => Array::Int(all(bytes, |b| i32::from(u16::from_le_bytes(b)))?),
        6 => {
            let values = all(bytes, |b| i32::try_from(u32::from_le_bytes(b)))?;
            let values: Result<Vec<i32>, _> = values.into_iter().collect();
            Array::Int(values.map_err(|_| "a value of type Uint32 is above 2147483647")?)
        }
        32 => Array::Float(all(bytes, |b| f64::from(f32::from_le_bytes(b)))?),
        33 => Array::Float(all(bytes, f64::from_le_bytes)?),
        other => return Err(format!("ByteArray has no type {other}")),
    })
}

fn fixed_point<'a>(encoding: &Value<'_>, values: &[i32]) -> Result<Array<'a>, String> {
    let factor = number(encoding, "factor")?;
    if factor == 0.0 {
        return Err("FixedPoint has the factor 0".to_owned());
    }
    Ok(Array::Float(
        values
            .iter()
            .map(|value| f64::from(*value) / factor)
            .collect(),
    ))
}

fn interval_quantization<'a>(encoding: &Value<'_>, values: &[i32]) -> Result<Array<'a>, String> {
    let (min, max) = (number(encoding, "min")?, number(encoding, "max")?);
    let steps = integer(encoding, "numSteps")?;
    if steps < 2 {
        return Err("IntervalQuantization has fewer than 2 steps".to_owned());
    }
    let step = (max - min) / (steps - 1) as f64;
    Ok(Array::Float(
        values
            .iter()
            .map(|value| min + step * f64::from(*value))
            .collect(),
    ))
}

/// Decodes pairs of a value and its number of repetitions.
fn run_length(pairs: &[i32], budget: &mut Budget) -> Result<Vec<i32>, String> {
    let limit = budget.per_array.min(budget.expanded);
    let (pairs, rest) = pairs.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("RunLength has a value without a count".to_owned());
    }
    let mut values = Vec::new();
    for &[value, count] in pairs {
        let count =
            usize::try_from(count).map_err(|_| format!("RunLength has the count {count}"))?;
        if count > limit - values.len() {
            return Err(too_long(limit));
        }
        values.resize(values.len() + count, value);
    }
    budget.expanded -= values.len();
    Ok(values)
}

/// Decodes differences; sums wrap as in the 32-bit arrays of the tools of the format.
fn delta(encoding: &Value<'_>, mut values: Vec<i32>) -> Result<Vec<i32>, String> {
    let origin = integer(encoding, "origin")?;
    let mut sum = i32::try_from(origin).map_err(|_| format!("Delta has the origin {origin}"))?;
    for value in &mut values {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
    Ok(values)
}

/// Decodes small integers: a value at either end of the range is continued by the next one.
fn integer_packing(encoding: &Value<'_>, packed: &[i32]) -> Result<Vec<i32>, String> {
    let unsigned = match encoding.get("isUnsigned") {
        Some(Value::Bool(unsigned)) => *unsigned,
        _ => return Err("IntegerPacking does not say isUnsigned".to_owned()),
    };
    let (upper, lower) = match (integer(encoding, "byteCount")?, unsigned) {
        (1, true) => (0xff, None),
        (2, true) => (0xffff, None),
        (1, false) => (0x7f, Some(-0x80)),
        (2, false) => (0x7fff, Some(-0x8000)),
        (other, _) => return Err(format!("IntegerPacking has the byteCount {other}")),
    };
    let mut values = Vec::with_capacity(packed.len());
    let mut sum = 0_i32;
    let mut open = false;
    for &part in packed {
        sum = sum.wrapping_add(part);
        open = part == upper || Some(part) == lower;
        if !open {
            values.push(sum);
            sum = 0;
        }
    }
    if open {
        return Err("IntegerPacking ends inside a value".to_owned());
    }
    Ok(values)
}

fn string_array<'a>(
    encoding: &Value<'a>,
    bytes: &'a [u8],
    budget: &mut Budget,
) -> Result<Array<'a>, String> {
    let list = |key: &str| {
        encoding
            .get(key)
            .and_then(Value::as_array)
            .ok_or_else(|| format!("StringArray has no {key}"))
    };
    // A nested StringArray would allow deep recursion from a few bytes.
    let mut integers = |bytes: &'a [u8], encodings: &[Value<'a>], what: &str| {
        let nested = |e: &Value<'_>| e.get("kind").and_then(Value::as_text) == Some("StringArray");
        if encodings.iter().any(nested) {
            return Err(format!("StringArray has {what} that are texts"));
        }
        match decode_chain(bytes, encodings, budget)? {
            Array::Int(values) => Ok(values),
            _ => Err(format!("StringArray has {what} that are not integers")),
        }
    };
    let indices = integers(bytes, list("dataEncoding")?, "indices")?;
    let offset_bytes = encoding
        .get("offsets")
        .and_then(Value::as_binary)
        .ok_or("StringArray has no offsets")?;
    let offsets = integers(offset_bytes, list("offsetEncoding")?, "offsets")?;
    let string = encoding
        .get("stringData")
        .and_then(Value::as_text)
        .ok_or("StringArray has no stringData")?;
    let ascii = string.is_ascii();
    let mut texts = Vec::with_capacity(offsets.len().saturating_sub(1));
    // Offsets count UTF-16 units, since the format was designed in JavaScript; in ASCII these are
    // bytes.
    let wide: Vec<usize> = if ascii {
        Vec::new()
    } else {
        utf16_to_bytes(string)
    };
    let to_byte = |offset: i32| {
        let offset = usize::try_from(offset).ok()?;
        if ascii {
            Some(offset)
        } else {
            wide.get(offset).copied()
        }
    };
    for pair in offsets.windows(2) {
        let text = to_byte(pair[0])
            .zip(to_byte(pair[1]))
            .and_then(|(from, to)| string.get(from..to))
            .ok_or("StringArray has offsets outside of its stringData")?;
        if text.len() > MAX_TEXT_BYTES {
            return Err(format!(
                "it has a text of {} bytes, the longest allowed has {MAX_TEXT_BYTES}",
                text.len()
            ));
        }
        texts.push(SmolStr::new(text));
    }
    let known = |index: &i32| usize::try_from(*index).is_ok_and(|index| index < texts.len());
    if let Some(index) = indices.iter().find(|index| **index >= 0 && !known(index)) {
        return Err(format!(
            "StringArray has the index {index}, but only {} texts",
            texts.len()
        ));
    }
    Ok(Array::Text(TextArray { texts, indices }))
}

/// Returns the byte offset of every UTF-16 unit of a text, and of its end.
fn utf16_to_bytes(text: &str) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    for (offset, character) in text.char_indices() {
        offsets.extend(std::iter::repeat_n(offset, character.len_utf16()));
    }
    offsets.push(text.len());
    offsets
}

#[cfg(test)]
mod tests;
