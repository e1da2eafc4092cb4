//! Subcommands that this build lacks: they name the feature to build with.

use std::ffi::OsString;

use clap::Args;

use crate::cli::message::CliError;

/// Any arguments, which are not used.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct NotBuiltArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _arguments: Vec<OsString>,
}

/// The error of a subcommand whose feature has its name.
pub(crate) fn error(feature: &str) -> CliError {
    CliError::usage(format!(
        "{feature}: this molshot was built without the feature `{feature}`; build it with the \
         default features, or with --features {feature}"
    ))
}
