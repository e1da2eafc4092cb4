//! The options that errors advise to set.

/// An option that would mend an error.
///
/// The texts of errors say in words what to do, because libraries do not know how their users write
/// options: the command line adds `--adapter auto`, the Python package `adapter="auto"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// Name of the option, with hyphens between its words: `test-share`.
    pub option: &'static str,
    /// What to give for it.
    pub value: AdvisedValue,
}

/// A value of an advised option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdvisedValue {
    /// Another value than before, or one at all.
    Other,
    /// This word.
    Word(&'static str),
    /// The option is a switch, to be turned on.
    On,
}

impl Advice {
    /// Gives an option another value.
    #[must_use]
    pub const fn other(option: &'static str) -> Self {
        Self {
            option,
            value: AdvisedValue::Other,
        }
    }

    /// Gives an option this word.
    #[must_use]
    pub const fn word(option: &'static str, word: &'static str) -> Self {
        Self {
            option,
            value: AdvisedValue::Word(word),
        }
    }

    /// Turns a switch on.
    #[must_use]
    pub const fn on(option: &'static str) -> Self {
        Self {
            option,
            value: AdvisedValue::On,
        }
    }
}
