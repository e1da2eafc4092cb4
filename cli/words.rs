//! Values of flags that are words from a list: shells complete them, and a wrong one gets our own
//! message.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error};
use molshot_renderer::AdapterChoice;
use molshot_scenes::{Keyword, Samples};

/// A parser with the words that it knows.
#[derive(Clone)]
pub(crate) struct Words<T> {
    words: &'static [&'static str],
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Words<T> {
    /// `parse` takes each of `words`, and perhaps other spellings.
    pub(crate) const fn new(
        words: &'static [&'static str],
        parse: fn(&str) -> Result<T, String>,
    ) -> Self {
        Self { words, parse }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Words<T> {
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
        Some(Box::new(self.words.iter().map(PossibleValue::new)))
    }
}

/// The names of adapters.
pub(crate) fn adapter() -> Words<AdapterChoice> {
    Words::new(&["auto", "gpu", "software", "vulkan-software"], str::parse)
}

/// A word of a list of keywords; the error lists the others.
pub(crate) fn word<T: Keyword>(text: &str) -> Result<T, String> {
    T::from_keyword(text).map_err(|error| error.to_string())
}

/// A number of colour samples per pixel.
pub(crate) fn parse_samples(text: &str) -> Result<Samples, String> {
    word(text)
}
