//! A deserializer around another one that keeps track of the place, and carries a [`FormError`]
//! past the other's own error type, which holds nothing but a text.
//!
//! Values are read as what they are in the document (`deserialize_any`), not as what they should
//! be, so that a value of the wrong kind is refused by its visitor, with this module's error, and
//! not by the reader below.

use std::cell::Cell;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use super::form_error::{FormError, FormProblem, Step};

/// Where a problem is kept while the error of the reader below passes through that reader.
type Slot = Cell<Option<Box<FormProblem>>>;

/// Reads a value with errors that name its place.
pub(super) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, FormError<D::Error>> {
    T::deserialize(Tracked {
        inner: deserializer,
        slot: &Slot::default(),
    })
}

/// Keeps the problem of an error, and gives the error of the reader below.
fn to_reader<E: Error>(slot: &Slot, error: FormError<E>) -> E {
    let (form, reader) = error.into_parts();
    slot.set(Some(form));
    reader.unwrap_or_else(|| E::custom("the form is wrong"))
}

/// The error of the reader below with its problem, if that is kept.
fn from_reader<E>(slot: &Slot, error: E) -> FormError<E> {
    FormError::from_reader(error, slot.take())
}

struct Tracked<'s, D> {
    inner: D,
    slot: &'s Slot,
}

impl<D> Tracked<'_, D> {
    /// `length` is that of the array which is read, where only one length is right.
    fn read_any<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        length: Option<usize>,
    ) -> Result<V::Value, FormError<D::Error>>
    where
        D: Deserializer<'de>,
    {
        let Self { inner, slot } = self;
        let visitor = TrackedVisitor {
            visitor,
            slot,
            length,
        };
        let value = inner.deserialize_any(visitor);
        value.map_err(|error| from_reader(slot, error))
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = FormError<D::Error>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.read_any(visitor, None)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.read_any(visitor, Some(length))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let Self { inner, slot } = self;
        let visitor = TrackedVisitor {
            visitor,
            slot,
            length: None,
        };
        let value = inner.deserialize_option(visitor);
        value.map_err(|error| from_reader(slot, error))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple_struct map struct enum identifier ignored_any
    }
}

struct TrackedVisitor<'s, V> {
    visitor: V,
    slot: &'s Slot,
    length: Option<usize>,
}

/// Visits a value that holds no others.
macro_rules! visit {
    ($($method:ident($($value:ident: $type:ty)?))+) => {$(
        fn $method<E: Error>(self $(, $value: $type)?) -> Result<V::Value, E> {
            let value = self.visitor.$method($($value)?);
            value.map_err(|error| to_reader(self.slot, error))
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for TrackedVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool(value: bool)
        visit_i64(value: i64)
        visit_u64(value: u64)
        visit_f64(value: f64)
        visit_str(value: &str)
        visit_borrowed_str(value: &'de str)
        visit_string(value: String)
        visit_unit()
        visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let slot = self.slot;
        let value = self.visitor.visit_some(Tracked { inner, slot });
        value.map_err(|error| to_reader(slot, error))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let slot = self.slot;
        let mut items = TrackedItems {
            inner,
            slot,
            count: 0,
        };
        let value = self.visitor.visit_seq(&mut items);
        let value = value.map_err(|error| to_reader(slot, error))?;
        if let Some(length) = self.length {
            while items.inner.next_element::<IgnoredAny>()?.is_some() {
                items.count += 1;
            }
            if items.count > length {
                let expected = format!("an array of length {length}");
                let error = FormError::invalid_length(items.count, &expected.as_str());
                return Err(to_reader(slot, error));
            }
        }
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let slot = self.slot;
        let key = None;
        let value = self.visitor.visit_map(TrackedMembers { inner, slot, key });
        value.map_err(|error| to_reader(slot, error))
    }
}

struct TrackedItems<'s, A> {
    inner: A,
    slot: &'s Slot,
    count: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for TrackedItems<'_, A> {
    type Error = FormError<A::Error>;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        let slot = self.slot;
        let index = self.count;
        let item = self.inner.next_element_seed(TrackedSeed { seed, slot });
        let item = item.map_err(|error| from_reader(slot, error).within(Step::Index(index)))?;
        self.count += usize::from(item.is_some());
        Ok(item)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct TrackedMembers<'s, A> {
    inner: A,
    slot: &'s Slot,
    /// The key that was read last.
    key: Option<String>,
}

impl<A> TrackedMembers<'_, A> {
    /// An error at the key that was read last.
    fn error<E>(&mut self, error: E) -> FormError<E> {
        let error = from_reader(self.slot, error);
        match self.key.take() {
            Some(key) => error.within(Step::Key(key)),
            None => error,
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for TrackedMembers<'_, A> {
    type Error = FormError<A::Error>;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Self::Error> {
        self.key = None;
        let seed = KeySeed {
            seed,
            slot: self.slot,
            key: &mut self.key,
        };
        let key = self.inner.next_key_seed(seed);
        key.map_err(|error| self.error(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Self::Error> {
        let slot = self.slot;
        let value = self.inner.next_value_seed(TrackedSeed { seed, slot });
        value.map_err(|error| self.error(error))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// Reads a value within an array or object.
struct TrackedSeed<'s, S> {
    seed: S,
    slot: &'s Slot,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for TrackedSeed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let slot = self.slot;
        let value = self.seed.deserialize(Tracked { inner, slot });
        value.map_err(|error| to_reader(slot, error))
    }
}

/// Reads a key, and keeps it.
struct KeySeed<'s, 'k, S> {
    seed: S,
    slot: &'s Slot,
    key: &'k mut Option<String>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, '_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let key = self.key.insert(String::deserialize(deserializer)?);
        let key: StrDeserializer<'_, FormError<D::Error>> = key.as_str().into_deserializer();
        let value = self.seed.deserialize(key);
        value.map_err(|error| to_reader(self.slot, error))
    }
}
