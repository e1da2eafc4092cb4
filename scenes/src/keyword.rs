//! Lists of the words that a value may be written as: one list per type, from which come parsing,
//! messages, shell completion, the schema and the documentation.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use crate::colors::shorten;
use crate::error::ValueError;
use crate::suggest::give_one_of;

/// A type whose values are written as single words, such as `ball-and-stick`.
pub trait Keyword: Sized + Copy + 'static {
    /// Every word with its value, in the order in which help and messages list them.
    const KEYWORDS: &'static [(&'static str, Self)];

    /// The word of this value; empty for a value that no request can name.
    fn keyword(self) -> &'static str;

    /// The value of a word, which is read exactly as it is listed.
    ///
    /// # Errors
    /// [`ValueError`] that lists all words, and the nearest one where the word looks like a typing
    /// mistake.
    fn from_keyword(word: &str) -> Result<Self, ValueError> {
        let mut keywords = Self::KEYWORDS.iter();
        match keywords.find(|(known, _)| *known == word) {
            Some((_, value)) => Ok(*value),
            None => Err(ValueError {
                problem: format!("\"{}\" is not known", shorten(word)),
                remedy: give_one_of(word, &words::<Self>()),
            }),
        }
    }
}

/// Lists the words of an enumeration's variants: implements [`Keyword`], `FromStr` and serde's
/// traits for it. A variant that is not listed does not compile.
macro_rules! keywords {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::keyword::Keyword for $type {
            const KEYWORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            fn keyword(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::error::ValueError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                <Self as $crate::keyword::Keyword>::from_keyword(word)
            }
        }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::keyword::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::keyword::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use keywords;

/// All words of a type, in the order of its list.
#[must_use]
pub fn words<T: Keyword>() -> Vec<&'static str> {
    T::KEYWORDS.iter().map(|(word, _)| *word).collect()
}

/// All words of a type as a phrase for messages: `a`, `a or b`, `one of a, b, c`.
#[must_use]
pub fn alternatives<T: Keyword>() -> String {
    match words::<T>().as_slice() {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        all => format!("one of {}", all.join(", ")),
    }
}

/// Writes a keyword as a string; with [`deserialize`] for serde's `with`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T: Keyword, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.keyword())
}

/// Reads a keyword from a string and from nothing else.
///
/// # Errors
/// Those of the deserializer, and its custom error with a [`ValueError`]'s text for a word that is
/// not known.
pub fn deserialize<'de, T: Keyword, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Word<T>(PhantomData<T>);

    impl<T: Keyword> Visitor<'_> for Word<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&alternatives::<T>())
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            T::from_keyword(word).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Word(PhantomData))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use schemars::JsonSchema;
    use serde_json::Value;

    use super::{Keyword, alternatives, words};
    use crate::commands::{Axis, ViewName};
    use crate::job::{Plane, Samples};
    use crate::pseudobonds::PseudobondName;
    use crate::request::{
        CameraFit, ColorScheme, Compression, ImageFormat, LabelAlignment, LabelContent, Preset,
        ProjectionKind, SecondaryStructureName, SurfaceKind,
    };

    fn every_word_round_trips<T: Keyword + PartialEq + Debug>() {
        for (word, value) in T::KEYWORDS {
            assert_eq!(T::from_keyword(word), Ok(*value));
            assert_eq!(value.keyword(), *word);
        }
        assert!(T::from_keyword("").is_err());
    }

    #[test]
    fn every_word_is_read_as_its_value_and_written_back() {
        every_word_round_trips::<Axis>();
        every_word_round_trips::<CameraFit>();
        every_word_round_trips::<ColorScheme>();
        every_word_round_trips::<Compression>();
        every_word_round_trips::<ImageFormat>();
        every_word_round_trips::<LabelAlignment>();
        every_word_round_trips::<LabelContent>();
        every_word_round_trips::<Plane>();
        every_word_round_trips::<Preset>();
        every_word_round_trips::<ProjectionKind>();
        every_word_round_trips::<PseudobondName>();
        every_word_round_trips::<Samples>();
        every_word_round_trips::<SecondaryStructureName>();
        every_word_round_trips::<SurfaceKind>();
        every_word_round_trips::<ViewName>();
    }

    /// The derived schema names each word with its description.
    fn schema_lists_the_words<T: Keyword + JsonSchema>() {
        let schema = schemars::schema_for!(T).to_value();
        let listed: Vec<&str> = schema["oneOf"]
            .as_array()
            .expect("a choice")
            .iter()
            .map(|one| {
                assert!(
                    one["description"]
                        .as_str()
                        .is_some_and(|text| text.len() > 3)
                );
                one["const"].as_str().expect("a word")
            })
            .collect();
        assert_eq!(listed, words::<T>());
    }

    #[test]
    fn schemas_list_the_same_words() {
        schema_lists_the_words::<CameraFit>();
        schema_lists_the_words::<ColorScheme>();
        schema_lists_the_words::<Compression>();
        schema_lists_the_words::<LabelAlignment>();
        schema_lists_the_words::<LabelContent>();
        schema_lists_the_words::<Plane>();
        schema_lists_the_words::<Preset>();
        schema_lists_the_words::<ProjectionKind>();
        schema_lists_the_words::<PseudobondName>();
        schema_lists_the_words::<SecondaryStructureName>();
        schema_lists_the_words::<SurfaceKind>();
    }

    #[test]
    fn a_keyword_is_read_from_a_string_only() {
        assert_eq!(
            serde_json::from_str::<Preset>("\"misi\"").ok(),
            Some(Preset::Misi)
        );
        for wrong in ["null", "{\"misi\": null}", "[\"misi\"]", "1", "\"MISI\""] {
            assert!(serde_json::from_str::<Preset>(wrong).is_err(), "{wrong}");
        }
        let written = serde_json::to_value(Preset::BallAndStick).expect("a word");
        assert_eq!(written, Value::from("ball-and-stick"));
    }

    #[test]
    fn messages_list_the_words() {
        assert_eq!(
            alternatives::<ProjectionKind>(),
            "perspective or orthographic"
        );
        assert_eq!(
            alternatives::<ImageFormat>(),
            "one of png, jpeg, webp, tiff, bmp, qoi"
        );
        let error = ImageFormat::from_keyword("wepb").expect_err("a typing mistake");
        assert_eq!(error.problem, "\"wepb\" is not known");
        assert!(error.remedy.contains("did you mean webp?"), "{error}");
    }
}
