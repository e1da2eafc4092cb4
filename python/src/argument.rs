//! Arguments from Python. A value of another type or out of range becomes an error that names the
//! argument and says what would be right.
//!
//! The type of an argument says what it takes: `threads: Given<Option<Whole<usize, 1, 1024>>>`.
//! [`given!`](crate::argument::given) takes the values out, under the names of the arguments.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;

use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use crate::failure::Failure;

/// Largest value of the integers of 32 bits, as a bound of [`Whole`].
pub(crate) const U32_MAX: u64 = u32::MAX as u64;
/// Longest text of a value in an error, in characters.
const SHOWN_CHARACTERS: usize = 60;

/// What Python gave for an argument: its value, or a value of another kind as an error shows it.
pub(crate) struct Given<T>(Result<T, String>);

impl<'py, T: Argument> FromPyObject<'_, 'py> for Given<T> {
    type Error = Infallible;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Self(T::take(&value).ok_or_else(|| shown(&value))))
    }
}

impl<T: Argument> Given<T> {
    /// The value.
    ///
    /// # Errors
    /// When Python gave something else; the error has the name of the argument.
    pub(crate) fn named(self, name: &str) -> Result<T, Failure> {
        self.0.map_err(|value| {
            Failure::argument(format!("{name} is {value}; give {}", T::described()))
        })
    }
}

/// Replaces variables of type [`Given`] by their values, and returns the error of the first one
/// that is wrong, which has the variable's name.
macro_rules! given {
    ($($name:ident),+ $(,)?) => {
        $(let $name = $name.named(stringify!($name))?;)+
    };
}
pub(crate) use given;

/// A value as an error shows it.
fn shown(value: &Bound<'_, PyAny>) -> String {
    let Ok(text) = value.repr() else {
        return "an object without a text".to_owned();
    };
    let text = text.to_string_lossy();
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}

/// A type of arguments.
pub(crate) trait Argument: Sized {
    /// The value of an object, or `None` if it is not of this type or out of range.
    fn take(value: &Bound<'_, PyAny>) -> Option<Self>;

    /// What is taken: "a text".
    fn described() -> String;

    /// Several of these: "texts".
    fn several() -> String;
}

/// A whole number from `LEAST` to `MOST`. Integers of NumPy are taken, booleans are not.
pub(crate) struct Whole<T, const LEAST: u64, const MOST: u64>(pub(crate) T);

impl<T: TryFrom<u64>, const LEAST: u64, const MOST: u64> Argument for Whole<T, LEAST, MOST> {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        if value.is_instance_of::<PyBool>() {
            return None;
        }
        let number: u64 = value.extract().ok()?;
        if !(LEAST..=MOST).contains(&number) {
            return None;
        }
        T::try_from(number).ok().map(Self)
    }

    fn described() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn several() -> String {
        format!("whole numbers from {LEAST} to {MOST}")
    }
}

/// A number from `LEAST` to `MOST`.
pub(crate) struct Real<T, const LEAST: i64, const MOST: i64>(pub(crate) T);

/// Makes the two types of [`Real`] arguments.
macro_rules! real {
    ($type:ty) => {
        impl<const LEAST: i64, const MOST: i64> Argument for Real<$type, LEAST, MOST> {
            fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
                if value.is_instance_of::<PyBool>() {
                    return None;
                }
                let number: $type = value.extract().ok()?;
                #[allow(clippy::cast_precision_loss, reason = "bounds are small")]
                let range = LEAST as $type..=MOST as $type;
                range.contains(&number).then_some(Self(number))
            }

            fn described() -> String {
                format!("a number from {LEAST} to {MOST}")
            }

            fn several() -> String {
                format!("numbers from {LEAST} to {MOST}")
            }
        }
    };
}

real!(f32);
real!(f64);

/// Makes types of Rust arguments with these descriptions.
macro_rules! plain {
    ($($type:ty: $described:literal, $several:literal;)+) => {
        $(impl Argument for $type {
            fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
                value.extract().ok()
            }

            fn described() -> String {
                $described.to_owned()
            }

            fn several() -> String {
                $several.to_owned()
            }
        })+
    };
}

plain! {
    bool: "True or False", "booleans";
    String: "a text", "texts";
    PathBuf: "a path (a text or an os.PathLike)", "paths (texts or os.PathLike)";
    BTreeMap<String, String>: "a dict of texts", "dicts of texts";
}

impl<T: Argument> Argument for Option<T> {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        if value.is_none() {
            Some(None)
        } else {
            T::take(value).map(Some)
        }
    }

    fn described() -> String {
        format!("{}, or None", T::described())
    }

    fn several() -> String {
        format!("{}, or None", T::several())
    }
}

impl<T: Argument> Argument for Vec<T> {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        if value.is_instance_of::<PyString>() {
            return None;
        }
        let values = value.try_iter().ok()?;
        values.map(|value| T::take(&value.ok()?)).collect()
    }

    fn described() -> String {
        format!("a list of {}", T::several())
    }

    fn several() -> String {
        format!("lists of {}", T::several())
    }
}

impl<T: Argument> Argument for (T, T) {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        let values: [T; 2] = Vec::take(value)?.try_into().ok()?;
        Some(values.into())
    }

    fn described() -> String {
        format!("a pair of {}", T::several())
    }

    fn several() -> String {
        format!("pairs of {}", T::several())
    }
}

impl<T: Argument> Argument for [T; 3] {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        Vec::take(value)?.try_into().ok()
    }

    fn described() -> String {
        format!("three {}", T::several())
    }

    fn several() -> String {
        format!("triples of {}", T::several())
    }
}
