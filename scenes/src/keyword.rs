//! Lists of the words that a value may be written as: one list per type, from which come parsing,
//! messages, shell completion, the schema and the documentation.

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
    /// [`ValueError`] that lists all words, with the nearest one if the word is a near miss.
    fn from_keyword(word: &str) -> Result<Self, ValueError> {
        let mut keywords = Self::KEYWORDS.iter();
        match keywords.find(|(known, _)| *known == word) {
            Some((_, value)) => Ok(*value),
            None => Err(ValueError {
                problem: format!(
                    "the value \"{}\" is not known",
                    crate::colors::shorten(word)
                ),
                remedy: give_one_of(word, &words::<Self>()),
            }),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::{Keyword, alternatives, words};
    use crate::request::ImageFormat;

    #[test]
    fn every_word_is_read_as_its_value_and_written_back() {
        for (word, format) in ImageFormat::KEYWORDS {
            assert_eq!(ImageFormat::from_keyword(word), Ok(*format));
            assert_eq!(format.keyword(), *word);
        }
        assert_eq!(words::<ImageFormat>().len(), 6);
        assert_eq!(
            alternatives::<ImageFormat>(),
            "one of png, jpeg, webp, tiff, bmp, qoi"
        );
    }

    #[test]
    fn an_unknown_word_is_refused_with_a_hint() {
        let error = ImageFormat::from_keyword("wepb").expect_err("a slip");
        assert!(error.problem.contains("\"wepb\""), "{error}");
        assert!(error.remedy.contains("did you mean webp?"), "{error}");
        assert!(ImageFormat::from_keyword("PNG").is_err());
    }
}
