//! Flags made from the table of render options.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use molshot_scenes::options::{GivenOption, OptionKind, RENDER_OPTIONS, RenderOption};

/// What the picture looks like: a flag for every row of [`RENDER_OPTIONS`]. Every flag has its
/// counterpart in the scene file.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestArgs {
    pub(super) given: Vec<GivenOption>,
}

impl RequestArgs {
    /// Whether the option of this name was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// The option of this name, if it was given.
    fn given(&self, name: &str) -> Option<&GivenOption> {
        self.given.iter().find(|given| given.option.name == name)
    }

    /// The file format that `--format` gives.
    pub(crate) fn format(&self) -> Option<&str> {
        self.given("format")?.values.first().map(String::as_str)
    }
}

impl Args for RequestArgs {
    fn augment_args(command: Command) -> Command {
        command.args(RENDER_OPTIONS.iter().map(flag_of))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RequestArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let typed = |option: &&RenderOption| {
            matches.value_source(option.name) == Some(ValueSource::CommandLine)
        };
        let given = RENDER_OPTIONS.iter().filter(typed).map(|option| {
            let values = if option.is_switch() {
                vec!["true".to_owned()]
            } else {
                let values = matches.get_many::<String>(option.name);
                let values: Vec<String> = values.into_iter().flatten().cloned().collect();
                match option.kind {
                    OptionKind::Keywords(_) => vec![values.join(",")],
                    _ => values,
                }
            };
            GivenOption { option, values }
        });
        Ok(Self {
            given: given.collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The flag of an option.
fn flag_of(option: &'static RenderOption) -> Arg {
    let flag = Arg::new(option.name)
        .long(option.name)
        .help(option.full_help())
        .help_heading(option.group.title());
    if option.is_switch() {
        // Of a switch and its opposite the last one on the command line counts.
        let opposites = RENDER_OPTIONS.iter().filter(|other| {
            let is_other = other.name != option.name && other.pointer == option.pointer;
            is_other && is_boolean(other) && is_boolean(option)
        });
        return flag
            .action(ArgAction::SetTrue)
            .overrides_with_all(opposites.map(|other| other.name));
    }
    let flag = flag
        .value_names(option.value_names())
        .value_parser(OptionValue(option))
        .hide_possible_values(true)
        .action(if option.is_repeatable() {
            ArgAction::Append
        } else {
            ArgAction::Set
        });
    let flag = match option.kind {
        OptionKind::Commands | OptionKind::Size | OptionKind::Offset => {
            flag.allow_hyphen_values(true)
        }
        OptionKind::Texts => flag.allow_hyphen_values(true).num_args(2),
        OptionKind::Keywords(_) => flag.value_delimiter(',').action(ArgAction::Append),
        OptionKind::Number { .. }
        | OptionKind::Integer { .. }
        | OptionKind::OneOf(_)
        | OptionKind::LabelSize => flag.allow_negative_numbers(true),
        _ => flag,
    };
    match option.value_if_bare {
        Some(value) => flag
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value(value),
        None => flag,
    }
}

/// Whether the option sets a boolean.
fn is_boolean(option: &RenderOption) -> bool {
    matches!(option.kind, OptionKind::Switch | OptionKind::InvertedSwitch)
}

/// Checks a flag's value by its option, and knows the words that shells complete.
#[derive(Debug, Clone)]
struct OptionValue(&'static RenderOption);

impl TypedValueParser for OptionValue {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        flag: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        let Some(text) = value.to_str() else {
            let message = format!("--{}: the value is not valid UTF-8\n", self.0.name);
            return Err(Error::raw(ErrorKind::InvalidUtf8, message).with_cmd(command));
        };
        let option = self.0;
        (move |text: &str| option.check(text).map(|()| text.to_owned())).parse_ref(
            command,
            flag,
            OsStr::new(text),
        )
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let words = self.0.keywords();
        (!words.is_empty()).then(|| {
            let values: Box<dyn Iterator<Item = PossibleValue>> =
                Box::new(words.into_iter().map(PossibleValue::new));
            values
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::RequestArgs;

    #[test]
    fn of_a_switch_and_its_opposite_the_last_one_counts() {
        for flags in [
            ["--depth-cue", "--no-depth-cue"],
            ["--no-depth-cue", "--depth-cue"],
        ] {
            let command = RequestArgs::augment_args(Command::new("render"));
            let matches = command.get_matches_from([&["render"], &flags[..]].concat());
            let args = RequestArgs::from_arg_matches(&matches).expect("valid flags");
            let given: Vec<_> = args.given.iter().map(|given| given.option.name).collect();
            assert_eq!(given, [flags[1].trim_start_matches("--")]);
        }
    }
}
