//! The forms that serde's derived readers are too lenient about: a struct is read from an object
//! only (not from an array of its values), a set without repetitions.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keyword::{self, Keyword};

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

/// A keyword of a type that does not implement serde's traits itself.
#[derive(Deserialize)]
#[serde(transparent, bound = "T: Keyword")]
struct Word<T>(#[serde(with = "keyword")] T);

/// For `deserialize_with`: a keyword, or null for none.
pub(super) fn optional_keyword<'de, D: Deserializer<'de>, T: Keyword>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Word<T>>::deserialize(deserializer)?.map(|Word(value)| value))
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

/// For `deserialize_with`: keywords, each named once.
pub(super) fn set<'de, D: Deserializer<'de>, T: Keyword + Ord>(
    deserializer: D,
) -> Result<BTreeSet<T>, D::Error> {
    /// Reads one keyword into the set, so that the error about a repetition is found, and located,
    /// at the repetition.
    struct OneMore<'a, T>(&'a mut BTreeSet<T>);

    impl<'de, T: Keyword + Ord> DeserializeSeed<'de> for OneMore<'_, T> {
        type Value = ();

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            let value: T = keyword::deserialize(deserializer)?;
            if self.0.insert(value) {
                return Ok(());
            }
            Err(D::Error::custom(format!(
                "{} is named twice; name each one once",
                value.keyword()
            )))
        }
    }

    struct Keywords<T>(PhantomData<T>);

    impl<'de, T: Keyword + Ord> Visitor<'de> for Keywords<T> {
        type Value = BTreeSet<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array of words, such as [\"color\"]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut set = BTreeSet::new();
            while items.next_element_seed(OneMore(&mut set))?.is_some() {}
            Ok(set)
        }
    }

    deserializer.deserialize_seq(Keywords(PhantomData))
}
