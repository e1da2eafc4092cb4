//! `molshot completions` and `molshot man`

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::message::{CliError, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  molshot completions bash > ~/.local/share/bash-completion/completions/molshot"
)]
pub(crate) struct CompletionsArgs {
    /// The shell that the script is for.
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, mut program: Command) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "molshot", &mut script);
    output(&script)
}

/// Prints the manual: one page with a section for each subcommand.
pub(crate) fn man(mut root: Command) -> Result<(), CliError> {
    root.build();
    let page = Man::new(root.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    for subcommand in root.get_subcommands() {
        let man = Man::new(subcommand.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        let name = subcommand.get_name().to_uppercase();
        text.extend(format!(".SH \"MOLSHOT {name}\"\n").bytes());
        // The sections of the subcommand's own page become subsections.
        for line in String::from_utf8_lossy(&section).lines() {
            match line.strip_prefix(".SH ") {
                Some(heading) => text.extend(format!(".SS {heading}\n").bytes()),
                None => text.extend(format!("{line}\n").bytes()),
            }
        }
    }
    page.render_extra_section(&mut text)?;
    output(&text)
}
