//! `molshot completions` and `molshot man`

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::message::{CliError, output};

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

/// Prints the manual: one page with a section for each subcommand, and for each of its subcommands.
pub(crate) fn man(mut root: Command) -> Result<(), CliError> {
    root.build();
    let page = Man::new(root.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    add_subcommands(&mut text, &root, "MOLSHOT")?;
    let mut examples = Vec::new();
    page.render_extra_section(&mut examples)?;
    for line in String::from_utf8_lossy(&examples).lines() {
        let line = examples_heading(line);
        text.extend(format!("{line}\n").bytes());
    }
    output(&text)
}

/// Appends a section for each visible subcommand of `parent`, and recursively for theirs.
fn add_subcommands(text: &mut Vec<u8>, parent: &Command, prefix: &str) -> std::io::Result<()> {
    for subcommand in parent.get_subcommands().filter(|one| !one.is_hide_set()) {
        let man = Man::new(subcommand.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        man.render_extra_section(&mut section)?;
        let name = format!("{prefix} {}", subcommand.get_name().to_uppercase());
        text.extend(format!(".SH \"{name}\"\n").bytes());
        // The sections of the subcommand's own page become subsections.
        for line in String::from_utf8_lossy(&section).lines() {
            let line = examples_heading(line);
            match line.strip_prefix(".SH ") {
                Some(heading) => text.extend(format!(".SS {heading}\n").bytes()),
                None => text.extend(format!("{line}\n").bytes()),
            }
        }
        add_subcommands(text, subcommand, &name)?;
    }
    Ok(())
}

/// Replaces clap's heading of the text after the options, which is examples here.
fn examples_heading(line: &str) -> &str {
    if line == ".SH EXTRA" {
        ".SH EXAMPLES"
    } else {
        line
    }
}
