//! What the programs `molshot` and `molshot-view` share: exit statuses, the attribution of errors
//! to flags or files, and the values of flags. Not part of the library's stable interface.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::str::FromStr;

use molshot_molecule::{Format, MoleculeError};
use molshot_renderer::pool::PoolError;
use molshot_renderer::{Advice, AdvisedValue, RenderError, is_transient_io};
use molshot_scenes::SceneError;

use crate::input::InputError;

/// Exit status after a failure that a retry may mend: `EX_TEMPFAIL` of `sysexits.h`.
pub const TRANSIENT: u8 = 75;

/// Exit status after Ctrl-C, as shells report it: 128 plus the signal's number.
pub const INTERRUPTED: u8 = 130;

/// The names of structure formats, in the order in which help lists them.
pub const FORMAT_NAMES: &[&str] = &names_of(Format::ALL);

/// The names of `formats`, as a constant.
const fn names_of<const N: usize>(formats: [Format; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut at = 0;
    while at < N {
        names[at] = formats[at].name();
        at += 1;
    }
    names
}

/// Why a program ends without success.
#[derive(Debug)]
#[non_exhaustive]
pub enum CliError {
    /// The command line is wrong: exit status 2.
    Usage(String),
    /// The work failed, and would fail again: exit status 1.
    Work(anyhow::Error),
    /// The work failed, and a retry may mend it, here or on another machine (disk or memory is
    /// full, a device was lost): exit status 75.
    Transient(anyhow::Error),
    /// Ctrl-C ended the work early: exit status 130.
    Interrupted(String),
    /// The reader of standard output closed it (`molshot info x | head`), which is not an error:
    /// exit status 0 without a message.
    Silent,
}

impl CliError {
    /// A wrong command line: what is wrong, and what would be right.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// An invalid value of a flag: exit status 2, and the message begins with the flag.
    pub fn flag(flag: &str, text: impl fmt::Display) -> Self {
        Self::Usage(format!("{flag}: {text}"))
    }

    /// An error in a file: exit status 1, and the message begins with the file.
    pub fn in_file(path: &Path, text: impl fmt::Display) -> Self {
        Self::Work(anyhow::anyhow!("{}: {text}", path.display()))
    }

    /// Prefixes an error of the work with the input that it is about.
    #[must_use]
    pub fn of_input(self, input: &str) -> Self {
        match self {
            Self::Work(error) => Self::Work(anyhow::anyhow!("{input}: {error}")),
            Self::Transient(error) => Self::Transient(anyhow::anyhow!("{input}: {error}")),
            other => other,
        }
    }

    /// Attributes an error in a request to the flag that set the value, if one did: exit status 2;
    /// otherwise the error is one of the work.
    #[must_use]
    pub fn attribute(error: SceneError, flag: Option<&str>) -> Self {
        match (flag, error) {
            (
                Some(flag),
                SceneError::Invalid {
                    problem, remedy, ..
                },
            ) => Self::flag(flag, format_args!("{problem}; {remedy}")),
            (Some(flag), SceneError::Selection { source, .. }) => Self::flag(flag, source),
            (Some(flag), error) => Self::flag(flag, error),
            (None, error) => Self::Work(error.into()),
        }
    }

    /// The program's exit status.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Work(_) => 1,
            Self::Transient(_) => TRANSIENT,
            Self::Interrupted(_) => INTERRUPTED,
            Self::Silent => 0,
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for CliError {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast_ref() {
            Some(InputError::StandardInputTwice) => Self::Usage(error.to_string()),
            Some(InputError::StandardInputFormat) => Self::flag("--input-format", error),
            _ if is_transient(&error) => Self::Transient(advised(error)),
            _ => Self::Work(advised(error)),
        }
    }
}

/// Adds the flags that would mend an error to its text.
fn advised(error: anyhow::Error) -> anyhow::Error {
    if is_about_models(&error) {
        return anyhow::anyhow!("{error} (--model)");
    }
    match advice(&error) {
        [] => error,
        advice => anyhow::Error::msg(with_flags(&error, advice)),
    }
}

/// Whether a model was asked for that no input has.
fn is_about_models(error: &anyhow::Error) -> bool {
    let error = match error.downcast_ref() {
        Some(InputError::Structure(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    matches!(error, Some(MoleculeError::Model { .. }))
}

/// The text of an error, followed by the flags that would mend it: `(--adapter auto)`.
pub(crate) fn with_flags(error: &impl fmt::Display, advice: &[Advice]) -> String {
    let flag = |advice: &Advice| match advice.value {
        AdvisedValue::Word(word) => format!("--{} {word}", advice.option),
        _ => format!("--{}", advice.option),
    };
    let flags: Vec<String> = advice.iter().map(flag).collect();
    if flags.is_empty() {
        error.to_string()
    } else {
        format!("{error} ({})", flags.join(", "))
    }
}

/// The options that would mend an error.
fn advice(error: &anyhow::Error) -> &[Advice] {
    #[cfg(feature = "dataset")]
    if let Some(error) = error.downcast_ref::<molshot_dataset::DatasetError>() {
        return error.advice();
    }
    if let Some(crate::Error::Render(error) | crate::Error::Pool(PoolError::Render(error))) =
        error.downcast_ref()
    {
        return error.advice();
    }
    if let Some(PoolError::Render(error)) = error.downcast_ref() {
        return error.advice();
    }
    error.downcast_ref().map_or(&[], RenderError::advice)
}

/// Whether an error, or one that caused it, may not happen again.
fn is_transient(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let is_of_dataset = {
            #[cfg(feature = "dataset")]
            {
                cause
                    .downcast_ref()
                    .is_some_and(molshot_dataset::DatasetError::is_transient)
            }
            #[cfg(not(feature = "dataset"))]
            {
                false
            }
        };
        is_of_dataset
            || cause.downcast_ref().is_some_and(is_transient_io)
            || cause.downcast_ref().is_some_and(RenderError::is_transient)
            || cause.downcast_ref().is_some_and(PoolError::is_transient)
    })
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Interrupted(text) => f.write_str(text),
            // The libraries' errors include their causes: the chain would repeat them.
            Self::Work(error) | Self::Transient(error) => write!(f, "{error}"),
            Self::Silent => Ok(()),
        }
    }
}

/// Parses a picture's size, such as `1024x768`: width and height in pixels.
///
/// # Errors
/// The message for the user.
pub fn parse_size(text: &str) -> Result<[u32; 2], String> {
    molshot_scenes::options::parse_size(text).map(|(width, height)| [width, height])
}

/// Parses the name of a structure format.
///
/// # Errors
/// The message for the user.
pub fn parse_format(text: &str) -> Result<Format, String> {
    Format::from_name(text).ok_or_else(|| format!("give {}", Format::names_text()))
}

/// Returns a parser of whole numbers within `range`, for clap.
pub fn whole<T, R>(range: R) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + fmt::Display,
    R: RangeBounds<T> + Clone + Send + Sync + 'static,
{
    move |text| within(text, &range, "a whole number")
}

/// Returns a parser of numbers within `range`, for clap; infinities are accepted only by a range
/// without an end.
pub fn number<T, R>(range: R) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + fmt::Display,
    R: RangeBounds<T> + Clone + Send + Sync + 'static,
{
    move |text| within(text, &range, "a number")
}

/// Parses a value within a range; the message names both ends, as far as there are any.
fn within<T: FromStr + PartialOrd + fmt::Display>(
    text: &str,
    range: &impl RangeBounds<T>,
    what: &str,
) -> Result<T, String> {
    let parsed = text.parse().ok().filter(|value| range.contains(value));
    parsed.ok_or_else(|| match (range.start_bound(), range.end_bound()) {
        (Bound::Included(low), Bound::Included(high)) => {
            format!("give {what} from {low} to {high}")
        }
        (Bound::Included(low), _) => format!("give {what}, at least {low}"),
        _ => format!("give {what}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listed_names_are_those_of_the_formats() {
        for name in FORMAT_NAMES {
            assert_eq!(parse_format(name).map(Format::name), Ok(*name));
        }
    }

    #[test]
    fn flags_that_would_mend_an_error_follow_its_text() {
        let error = || RenderError::Device {
            adapter: "a".into(),
            reason: "b".into(),
        };
        let text = "the adapter a cannot be opened: b; try another one, or see `molshot doctor` (--adapter)";
        for error in [
            CliError::from(error()),
            CliError::from(PoolError::from(error())),
            CliError::from(crate::Error::from(error())),
        ] {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.exit_status(), 1);
        }
        let advice = [Advice::word("adapter", "auto"), Advice::on("resume")];
        assert_eq!(
            with_flags(&"wrong", &advice),
            "wrong (--adapter auto, --resume)"
        );
        assert_eq!(with_flags(&"wrong", &[]), "wrong");
    }

    #[test]
    fn an_error_is_attributed_to_the_flag_that_was_given_or_else_to_the_work() {
        let error = || SceneError::invalid("/output/width_px", "is 0".into(), "give more".into());
        match CliError::attribute(error(), Some("--size")) {
            CliError::Usage(text) => assert_eq!(text, "--size: is 0; give more"),
            other => panic!("{other:?}"),
        }
        let work = CliError::attribute(error(), None);
        assert!(matches!(work, CliError::Work(_)), "{work:?}");
        assert!(work.of_input("a.json").to_string().starts_with("a.json: "));
    }

    #[test]
    fn a_number_out_of_range_names_the_range() {
        assert_eq!(whole(1_u16..=1024)("7"), Ok(7));
        for wrong in ["0", "x", "1025", "-1", "1.5", ""] {
            let text = "give a whole number from 1 to 1024".to_owned();
            assert_eq!(whole(1_u16..=1024)(wrong), Err(text), "{wrong}");
        }
        assert_eq!(
            whole(1_u64..)("0"),
            Err("give a whole number, at least 1".to_owned())
        );
        for wrong in ["-1", "x", "NaN", "inf"] {
            let text = "give a number from 0 to 2".to_owned();
            assert_eq!(number(0.0_f32..=2.0)(wrong), Err(text), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(parse_size("20x10"), Ok([20, 10]));
        for wrong in ["", "20", "20x", "axb", "-1x2", "1x2x3"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
