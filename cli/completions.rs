//! `molshot completions` and `molshot man`

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::message::{Failure, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  molshot completions bash > ~/.local/share/bash-completion/completions/molshot"
)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "molshot", &mut script);
    output(&script)
}

pub(crate) fn man() -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    let mut root = Cli::command();
    root.build();
    for subcommand in root.get_subcommands() {
        clap_mangen::Man::new(subcommand.clone()).render(&mut page)?;
    }
    output(&page)
}
