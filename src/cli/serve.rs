//! `molshot serve`: each setting of the server is a flag.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use molshot_server::{Config, Layers, Origin, SETTINGS, Server, Setting, init_logging};

use crate::cli::Process;
use crate::cli::allocator::give_freed_memory_back;
use crate::cli::message::{CliError, Verbosity, note, output};
use crate::input::read_text_file;

const EXAMPLES: &str = "\
Examples:
  molshot serve --structures complexes/
  molshot serve --listen 127.0.0.1:0 --log-format json
  molshot serve --config molshot.toml --print-config
  MOLSHOT_TOKENS=secret molshot serve --listen 0.0.0.0:8000
  curl -s http://127.0.0.1:8000/v1/structures/sample-dna/image.png -o dna.png

Every flag is also an environment variable (--queue-max: MOLSHOT_QUEUE_MAX) and a key of the configuration file (queue-max = 256). Flags
override variables, and variables override the file. Sizes may end in KiB, MiB or GiB. The web page is at /, the API reference at /docs.";

/// The flags that were given on the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServeArgs {
    settings: BTreeMap<&'static str, String>,
    config: Option<PathBuf>,
    pub(super) print_config: bool,
}

impl ServeArgs {
    /// Whether a flag gives a setting.
    #[cfg(feature = "mcp")]
    pub(super) fn gives(&self, setting: &str) -> bool {
        self.settings.contains_key(setting)
    }

    fn read(matches: &ArgMatches) -> Self {
        let settings = flags().filter_map(|setting| {
            let text = if setting.is_switch() {
                matches.get_flag(setting.name).then(|| "true".to_owned())
            } else {
                matches.get_one::<String>(setting.name).cloned()
            };
            Some((setting.name, text?))
        });
        Self {
            settings: settings.collect(),
            config: matches.get_one::<PathBuf>("config").cloned(),
            print_config: matches.get_flag("print-config"),
        }
    }
}

/// Settings that are flags.
fn flags() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| !setting.is_secret())
}

impl FromArgMatches for ServeArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::read(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::read(matches);
        Ok(())
    }
}

impl Args for ServeArgs {
    fn augment_args(command: Command) -> Command {
        let mut command = command.after_help(EXAMPLES);
        for setting in flags() {
            let default = match setting.default {
                "" => String::new(),
                _ if setting.is_switch() => String::new(),
                default => format!(" [default: {default}]"),
            };
            let range = setting
                .range
                .map(|(low, high)| match setting.value_name {
                    "BYTES" => format!(" [{} to {}]", size_text(low), size_text(high)),
                    _ => format!(" [{low} to {high}]"),
                })
                .unwrap_or_default();
            let arg = Arg::new(setting.name).long(setting.name).help(format!(
                "{}{default}{range}",
                setting.help.trim_end_matches('.')
            ));
            command = command.arg(if setting.is_switch() {
                arg.action(ArgAction::SetTrue)
            } else {
                arg.value_name(setting.value_name)
                    .allow_hyphen_values(setting.range.is_some())
            });
        }
        command
            .arg(
                Arg::new("config")
                    .long("config")
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .help(
                        "Configuration file in TOML [default: the file that MOLSHOT_CONFIG names]",
                    ),
            )
            .arg(
                Arg::new("print-config")
                    .long("print-config")
                    .action(ArgAction::SetTrue)
                    .help("Print all settings and their origins as a configuration file, and exit"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// A size in the largest unit that divides it, as defaults are written.
fn size_text(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units
        .into_iter()
        .find(|(_, bits)| bytes != 0 && bytes.is_multiple_of(1 << bits));
    unit.map_or_else(
        || bytes.to_string(),
        |(name, bits)| format!("{}{name}", bytes >> bits),
    )
}

/// Reads the settings from flags, variables and the configuration file. `fixed` has settings that
/// none of them decides.
pub(super) fn layers(
    args: &ServeArgs,
    verbosity: Verbosity,
    fixed: &[(&str, &str)],
) -> Result<Layers, CliError> {
    let variable = |name: &str| std::env::var(name).ok();
    let path = args
        .config
        .clone()
        .or_else(|| variable("MOLSHOT_CONFIG").map(PathBuf::from));
    let text = path.as_deref().map(config_text).transpose()?;
    let file = path.as_deref().zip(text.as_deref());
    let flag = |setting: &Setting| {
        if let Some((_, value)) = fixed.iter().find(|(name, _)| *name == setting.name) {
            return Some((*value).to_owned());
        }
        let given = args.settings.get(setting.name).cloned();
        match (setting.name, given) {
            ("log-level", None) if verbosity.quiet => Some("error".into()),
            ("log-level", None) if verbosity.verbose => Some("debug".into()),
            (_, given) => given,
        }
    };
    Layers::new(flag, variable, file).map_err(of_config)
}

pub(super) fn of_config(error: molshot_server::ConfigError) -> CliError {
    match error.origin {
        Origin::File(_) => CliError::Work(error.into()),
        _ => CliError::usage(error.to_string()),
    }
}

pub(crate) fn run(
    args: &ServeArgs,
    verbosity: Verbosity,
    process: Process,
) -> Result<(), CliError> {
    run_with(args, verbosity, process, &[])
}

/// Opens a server; a setting that cannot be used is an error of the command line.
pub(super) fn open(config: Config) -> Result<Server, CliError> {
    Server::open(config).map_err(|error| {
        if error.is_usage() {
            CliError::usage(error.to_string())
        } else {
            error.into()
        }
    })
}

/// Serves with some settings decided.
pub(super) fn run_with(
    args: &ServeArgs,
    verbosity: Verbosity,
    process: Process,
    fixed: &'static [(&'static str, &'static str)],
) -> Result<(), CliError> {
    if process == Process::Own && !args.print_config {
        // Before anything is read that cannot be read again.
        give_freed_memory_back();
    }
    let read = layers(args, verbosity, fixed)?;
    let config = read.config().map_err(of_config)?;
    if args.print_config {
        return output(read.to_string().as_bytes());
    }
    init_logging(&config);
    let insecure = config.insecure_public;
    let server = open(config)?;
    let again = args.clone();
    let server = server.with_reload(
        read,
        Box::new(move || layers(&again, verbosity, fixed).map_err(|error| error.to_string())),
    );
    // A program that reads the address may stop the server at once.
    let server = server.with_signals()?;
    let address = server.address()?;
    // Programs that start the server wait for this line.
    output(format!("listening on http://{address}\n").as_bytes())?;
    if !verbosity.quiet {
        note(format_args!("drawing with {}", server.adapter()));
        if insecure {
            note("warning: anyone who reaches this address may use the server (--insecure-public)");
        }
    }
    Ok(server.run()?)
}

fn config_text(path: &Path) -> Result<String, CliError> {
    String::from_utf8(read_text_file(path, "configuration file")?)
        .map_err(|_| CliError::in_file(path, "is not UTF-8 text; give a TOML file"))
}
