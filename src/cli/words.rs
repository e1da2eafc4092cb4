//! Values of flags that are keywords from a list: shells complete them, and an unknown one gets our
//! own message.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use molshot_renderer::AdapterChoice;
use molshot_scenes::Keyword;

/// A parser of keywords that lists them for completion.
#[derive(Clone)]
pub(crate) struct KeywordParser<T> {
    keywords: &'static [&'static str],
    parse: fn(&str) -> Result<T, String>,
}

impl<T> KeywordParser<T> {
    /// `parse` accepts each of `keywords`, and perhaps other spellings.
    pub(crate) const fn new(
        keywords: &'static [&'static str],
        parse: fn(&str) -> Result<T, String>,
    ) -> Self {
        Self { keywords, parse }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for KeywordParser<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, Error> {
        let parse = self.parse;
        (move |text: &str| parse(text)).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.keywords.iter().map(PossibleValue::new)))
    }
}

/// The parser of adapter names.
pub(crate) fn adapter() -> KeywordParser<AdapterChoice> {
    KeywordParser::new(&["auto", "gpu", "software", "vulkan-software"], str::parse)
}

/// A word of a list of keywords; the error lists the others.
pub(crate) fn word<T: Keyword>(text: &str) -> Result<T, String> {
    T::from_keyword(text).map_err(|error| error.to_string())
}
