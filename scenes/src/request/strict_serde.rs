//! The forms that serde's derived readers are too lenient about: a struct is read from an object
//! only (not from an array of its values), a set without repetitions, and a whole number with an
//! error that says which ones the document takes.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::keyword::{self, Keyword};
use crate::ranges::{self, NumberRange};

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

/// A whole number that fits `T`. Where there is none, the error says `expected`, which is what the
/// document takes here and not what the type holds.
pub(super) fn whole_number<'de, D: Deserializer<'de>, T: TryFrom<u64>>(
    deserializer: D,
    expected: String,
) -> Result<T, D::Error> {
    struct Whole<T> {
        expected: String,
        number: PhantomData<T>,
    }

    impl<T: TryFrom<u64>> Visitor<'_> for Whole<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.expected)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
            T::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }
    }

    deserializer.deserialize_u64(Whole {
        expected,
        number: PhantomData,
    })
}

/// A whole number whose error says this range. Numbers that fit `T` are not compared with it:
/// validation does that.
fn within<'de, D: Deserializer<'de>, T: TryFrom<u64> + Display>(
    deserializer: D,
    range: &NumberRange<T>,
) -> Result<T, D::Error> {
    let expected = format!("a whole number from {} to {}", range.min, range.max);
    whole_number(deserializer, expected)
}

/// For `deserialize_with`: width or height of a picture in pixels.
pub(super) fn edge_px<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, &ranges::EDGE_PX)
}

/// For `deserialize_with`: the quality of a JPEG.
pub(super) fn jpeg_quality<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, &ranges::JPEG_QUALITY)
}

/// For `deserialize_with`: decimals of distances, or null for no distances.
pub(super) fn distance_decimals<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u8>, D::Error> {
    struct Decimals(u8);

    impl<'de> Deserialize<'de> for Decimals {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            within(deserializer, &ranges::DISTANCE_DECIMALS).map(Self)
        }
    }

    Ok(Option::<Decimals>::deserialize(deserializer)?.map(|Decimals(count)| count))
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
            let example = T::KEYWORDS.first().map_or("", |(word, _)| word);
            write!(f, "an array of words, such as [\"{example}\"]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut set = BTreeSet::new();
            while items.next_element_seed(OneMore(&mut set))?.is_some() {}
            Ok(set)
        }
    }

    deserializer.deserialize_seq(Keywords(PhantomData))
}
