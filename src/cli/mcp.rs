//! `molshot mcp`: tools for language models over the Model Context Protocol.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use molshot_server::init_logging;

use super::serve::{self, ServeArgs};
use crate::cli::Process;
use crate::cli::message::{CliError, Verbosity, note};

const EXAMPLES: &str = "\
Examples:
  molshot mcp --structures complexes/                        (started by a program such as an assistant or an editor)
  molshot mcp --structures complexes/ --listen 127.0.0.1:8001    (streamable HTTP at http://127.0.0.1:8001/mcp)

Without --listen, one client is served over standard input and output. Settings are those of `molshot serve`, of which `molshot serve --mcp`
offers the same tools at /mcp. Tools: list_structures, load_structure, view, annotate, hydrogen_bonds. docs/mcp.md describes them.";

/// Settings for the standard streams: only the program that starts this one can reach it.
const STANDARD_STREAMS: &[(&str, &str)] = &[
    ("listen", "127.0.0.1:0"),
    ("tokens", ""),
    ("tokens-file", ""),
    ("signing-keys", ""),
    ("signing-keys-file", ""),
];

/// The flags of `molshot serve`.
#[derive(Debug, Clone, Default)]
pub(crate) struct McpArgs(ServeArgs);

impl FromArgMatches for McpArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        ServeArgs::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

impl Args for McpArgs {
    fn augment_args(command: Command) -> Command {
        ServeArgs::augment_args(command)
            .after_help(EXAMPLES)
            .mut_arg("listen", |arg| {
                arg.help("Serve streamable HTTP at this address and port, path /mcp [default: standard input and output]")
            })
            .mut_arg("mcp", |arg| arg.hide(true))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

pub(crate) fn run(args: &McpArgs, verbosity: Verbosity, process: Process) -> Result<(), CliError> {
    let McpArgs(args) = args;
    if args.gives("listen") || args.print_config {
        return serve::run_with(args, verbosity, process, &[("mcp", "true")]);
    }
    let mut fixed = STANDARD_STREAMS.to_vec();
    let is_given = args.gives("log-level") || std::env::var_os("MOLSHOT_LOG_LEVEL").is_some();
    if !is_given && !verbosity.verbose && !verbosity.quiet {
        // Programs that start this one show its standard error.
        fixed.push(("log-level", "warn"));
    }
    let config = serve::layers(args, verbosity, &fixed)?
        .config()
        .map_err(serve::of_config)?;
    init_logging(&config);
    let server = serve::open(config)?;
    if verbosity.verbose {
        note(format_args!("drawing with {}", server.adapter()));
    }
    server.run_on_standard_streams().map_err(|error| {
        CliError::from(error).of_input("the Model Context Protocol on standard input")
    })
}
