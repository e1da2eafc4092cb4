//! The forms that serde's derived readers are too lenient about: a struct is read from an object
//! only (not from an array of its values), a word of an enumeration from a string only (not from
//! `{"word": null}`), a set without repetitions.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{Error as ValueError, MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keyword::{Keyword, alternatives};

/// A `T` that is read from a JSON object.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer
            .deserialize_map(Members(PhantomData))
            .map(Object)
    }
}

/// A `T`, an enumeration of plain words, that is read from a JSON string.
struct Word<T>(T);

impl<'de, T: for<'w> Deserialize<'w>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Letters<T>(PhantomData<T>);

        impl<T: for<'w> Deserialize<'w>> Visitor<'_> for Letters<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // The words are known to the derived reader alone, and it lists them when it meets
                // one that is none.
                let none: StrDeserializer<'_, ValueError> = "".into_deserializer();
                let complaint = T::deserialize(none).err().map(|error| error.to_string());
                match complaint.as_deref().and_then(|c| c.split_once("expected ")) {
                    Some((_, words)) => f.write_str(&words.replace('`', "")),
                    None => f.write_str("a string"),
                }
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
                T::deserialize(word.into_deserializer())
            }
        }

        deserializer.deserialize_str(Letters(PhantomData)).map(Word)
    }
}

/// For `deserialize_with`: a struct, from an object.
pub(super) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(value)| value)
}

/// For `deserialize_with`: as [`object`], or null for none.
pub(super) fn optional_object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(value)| value))
}

/// For `deserialize_with`: structs, each from an object.
pub(super) fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Object(value)| value).collect())
}

/// For `deserialize_with`: a word of an enumeration, from a string.
pub(super) fn word<'de, D: Deserializer<'de>, T: for<'w> Deserialize<'w>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Word::deserialize(deserializer).map(|Word(value)| value)
}

/// For `deserialize_with`: as [`word`], or null for none.
pub(super) fn optional_word<'de, D: Deserializer<'de>, T: for<'w> Deserialize<'w>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Word<T>>::deserialize(deserializer)?.map(|Word(value)| value))
}

/// A value of a list of keywords, read from a JSON string.
struct OfList<T>(T);

impl<'de, T: Keyword> Deserialize<'de> for OfList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name<T>(PhantomData<T>);

        impl<T: Keyword> Visitor<'_> for Name<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&alternatives::<T>())
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
                T::from_keyword(word).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name(PhantomData)).map(OfList)
    }
}

/// For `deserialize_with`: a keyword, or null for none.
pub(super) fn optional_keyword<'de, D: Deserializer<'de>, T: Keyword>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<OfList<T>>::deserialize(deserializer)?.map(|OfList(value)| value))
}

/// For `serialize_with`: a keyword, or null for none.
#[allow(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
pub(super) fn write_optional_keyword<S: Serializer, T: Keyword>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(Keyword::keyword).serialize(serializer)
}

/// For `deserialize_with`: a key that may be left out, but is not null.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// For `deserialize_with`: words of an enumeration, each named once.
pub(super) fn words<'de, D: Deserializer<'de>, T: for<'w> Deserialize<'w> + Serialize + Ord>(
    deserializer: D,
) -> Result<BTreeSet<T>, D::Error> {
    /// Reads one word into the set, so that the fault of a repetition is found, and located, at the
    /// repetition.
    struct OneMore<'a, T>(&'a mut BTreeSet<T>);

    impl<'de, T: for<'w> Deserialize<'w> + Serialize + Ord> DeserializeSeed<'de> for OneMore<'_, T> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            let Word(word) = Word::<T>::deserialize(deserializer)?;
            let name = serde_json::to_value(&word).unwrap_or_default();
            if self.0.insert(word) {
                return Ok(());
            }
            Err(D::Error::custom(format!(
                "{} is named twice; name each one once",
                name.as_str().unwrap_or_default()
            )))
        }
    }

    struct Words<T>(PhantomData<T>);

    impl<'de, T: for<'w> Deserialize<'w> + Serialize + Ord> Visitor<'de> for Words<T> {
        type Value = BTreeSet<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of words, such as [\"color\"]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut words = BTreeSet::new();
            while items.next_element_seed(OneMore(&mut words))?.is_some() {}
            Ok(words)
        }
    }

    deserializer.deserialize_seq(Words(PhantomData))
}
