//! MessagePack to a borrowed tree, with limits of depth and number of values.
//!
//! Format: <https://github.com/msgpack/msgpack/blob/master/spec.md>. Extension types are rejected:
//! BinaryCIF does not use them.

/// Deepest nesting; BinaryCIF needs about a dozen levels.
const MAX_DEPTH: usize = 32;
/// Largest number of values in one file; an entry has some tens of thousands. Bulk data are single
/// byte strings.
const MAX_VALUES: usize = 4_000_000;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// `nil`.
    Nil,
    /// True or false.
    Bool(bool),
    /// Any integer type.
    Int(i64),
    /// Any float type.
    Float(f64),
    /// Text, valid UTF-8.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
    /// List.
    Array(Vec<Value<'a>>),
    /// Pairs in file order.
    Map(Vec<(Value<'a>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// Returns the value of a text key in a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        pairs
            .iter()
            .find_map(|(name, value)| (*name == Value::Text(key)).then_some(value))
    }

    /// Returns a text.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes.
    pub(super) fn as_binary(&self) -> Option<&'a [u8]> {
        match self {
            Self::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns an integer; a float without fraction is accepted, since JavaScript encoders do not
    /// distinguish them.
    pub(super) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Some(*number as i64)
            }
            _ => None,
        }
    }

    /// Returns a number.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// List.
    pub(super) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }
}

/// A decoding error and its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DecodeError {
    /// Offset in bytes.
    pub(super) offset: usize,
    /// The problem.
    pub(super) problem: &'static str,
}

/// Decodes one value and ignores the bytes after it.
pub(super) fn decode(bytes: &[u8]) -> Result<Value<'_>, DecodeError> {
    Decoder {
        bytes,
        offset: 0,
        values: 0,
    }
    .value(0)
}

struct Decoder<'a> {
    bytes: &'a [u8],
    offset: usize,
    values: usize,
}

impl<'a> Decoder<'a> {
    fn fail<T>(&self, problem: &'static str) -> Result<T, DecodeError> {
        Err(DecodeError {
            offset: self.offset,
            problem,
        })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        match self.bytes[self.offset..].split_at_checked(length) {
            Some((head, _)) => {
                self.offset += length;
                Ok(head)
            }
            None => self.fail("the file ends inside a value"),
        }
    }

    /// Reads big-endian bytes.
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Reads a length of 1, 2 or 4 bytes.
    fn length(&mut self, size: u8) -> Result<usize, DecodeError> {
        Ok(match size {
            1 => usize::from(self.fixed::<1>()?[0]),
            2 => usize::from(u16::from_be_bytes(self.fixed()?)),
            _ => u32::from_be_bytes(self.fixed()?) as usize,
        })
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, DecodeError> {
        if depth > MAX_DEPTH {
            return self.fail("the values are nested too deeply");
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return self.fail("there are too many values");
        }
        let [mark] = self.fixed()?;
        Ok(match mark {
            0x00..=0x7f => Value::Int(i64::from(mark)),
            0x80..=0x8f => self.map(usize::from(mark & 0x0f), depth)?,
            0x90..=0x9f => self.array(usize::from(mark & 0x0f), depth)?,
            0xa0..=0xbf => self.text(usize::from(mark & 0x1f))?,
            0xc0 => Value::Nil,
            0xc2 => Value::Bool(false),
            0xc3 => Value::Bool(true),
            0xc4..=0xc6 => {
                let length = self.length(1 << (mark - 0xc4))?;
                Value::Binary(self.take(length)?)
            }
            0xca => Value::Float(f64::from(f32::from_be_bytes(self.fixed()?))),
            0xcb => Value::Float(f64::from_be_bytes(self.fixed()?)),
            0xcc => Value::Int(i64::from(self.fixed::<1>()?[0])),
            0xcd => Value::Int(i64::from(u16::from_be_bytes(self.fixed()?))),
            0xce => Value::Int(i64::from(u32::from_be_bytes(self.fixed()?))),
            0xcf => match i64::try_from(u64::from_be_bytes(self.fixed()?)) {
                Ok(number) => Value::Int(number),
                Err(_) => return self.fail("an integer needs more than 63 bits"),
            },
            0xd0 => Value::Int(i64::from(i8::from_be_bytes(self.fixed()?))),
            0xd1 => Value::Int(i64::from(i16::from_be_bytes(self.fixed()?))),
            0xd2 => Value::Int(i64::from(i32::from_be_bytes(self.fixed()?))),
            0xd3 => Value::Int(i64::from_be_bytes(self.fixed()?)),
            0xd9..=0xdb => {
                let length = self.length(1 << (mark - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => {
                let length = self.length(2 << (mark - 0xdc))?;
                self.array(length, depth)?
            }
            0xde | 0xdf => {
                let length = self.length(2 << (mark - 0xde))?;
                self.map(length, depth)?
            }
            0xe0..=0xff => Value::Int(i64::from(mark.cast_signed())),
            0xc1 | 0xc7..=0xc9 | 0xd4..=0xd8 => {
                return self.fail("there is a value of an extension type");
            }
        })
    }

    fn text(&mut self, length: usize) -> Result<Value<'a>, DecodeError> {
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text)),
            Err(_) => self.fail("a text is not UTF-8"),
        }
    }

    // Lists grow with the content: a declared length does not reserve memory.
    fn array(&mut self, length: usize, depth: usize) -> Result<Value<'a>, DecodeError> {
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    fn map(&mut self, length: usize, depth: usize) -> Result<Value<'a>, DecodeError> {
        let mut pairs = Vec::new();
        for _ in 0..length {
            pairs.push((self.value(depth + 1)?, self.value(depth + 1)?));
        }
        Ok(Value::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        // Examples worked out by hand from the specification's tables.
        let cases: Vec<(Vec<u8>, Value<'_>)> = vec![
            (vec![0x7f], Value::Int(127)),
            (vec![0xff], Value::Int(-1)),
            (vec![0xe0], Value::Int(-32)),
            (vec![0xc0], Value::Nil),
            (vec![0xc3], Value::Bool(true)),
            (vec![0xcd, 0x01, 0x00], Value::Int(256)),
            (
                vec![0xce, 0xff, 0xff, 0xff, 0xff],
                Value::Int(4_294_967_295),
            ),
            (vec![0xd0, 0x80], Value::Int(-128)),
            (vec![0xd1, 0xff, 0x00], Value::Int(-256)),
            (
                vec![0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
                Value::Int(-2),
            ),
            (vec![0xca, 0x3f, 0x80, 0, 0], Value::Float(1.0)),
            (vec![0xcb, 0xc0, 0, 0, 0, 0, 0, 0, 0], Value::Float(-2.0)),
            (vec![0xa2, b'h', b'i'], Value::Text("hi")),
            (vec![0xd9, 1, b'x'], Value::Text("x")),
            (vec![0xda, 0, 1, b'x'], Value::Text("x")),
            (vec![0xc4, 2, 9, 8], Value::Binary(&[9, 8])),
            (vec![0xc6, 0, 0, 0, 1, 7], Value::Binary(&[7])),
            (
                vec![0x92, 1, 2],
                Value::Array(vec![Value::Int(1), Value::Int(2)]),
            ),
            (
                vec![0xdc, 0, 1, 0xc2],
                Value::Array(vec![Value::Bool(false)]),
            ),
            (vec![0xdf, 0, 0, 0, 0], Value::Map(vec![])),
            (
                vec![0x81, 0xa1, b'k', 5],
                Value::Map(vec![(Value::Text("k"), Value::Int(5))]),
            ),
        ];
        for (bytes, value) in cases {
            assert_eq!(decode(&bytes), Ok(value), "{bytes:02x?}");
        }
    }

    #[test]
    fn declared_lengths_do_not_reserve_memory() {
        for bytes in [
            vec![0xdd, 0xff, 0xff, 0xff, 0xff, 1],
            vec![0xdf, 0xff, 0xff, 0xff, 0xff, 1],
            vec![0xc6, 0xff, 0xff, 0xff, 0xff, 1],
            vec![0xdb, 0xff, 0xff, 0xff, 0xff, b'a'],
            vec![],
        ] {
            let error = decode(&bytes).expect_err("the bytes are cut off");
            assert_eq!(error.problem, "the file ends inside a value");
        }
    }

    #[test]
    fn nesting_and_foreign_types_are_refused() {
        let error = decode(&vec![0x91; 100_000]).expect_err("too deep");
        assert_eq!(error.problem, "the values are nested too deeply");
        assert!(decode(&[0xd4, 0, 0]).is_err());
        assert!(decode(&[0xa1, 0xff]).is_err());
        assert!(decode(&[0xcf, 0xff, 0, 0, 0, 0, 0, 0, 0]).is_err());
    }
}
