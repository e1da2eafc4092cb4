//! `molshot`: one file per subcommand; each reads its flags, calls the libraries, and prints.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    reason = "printing is what a command line program does"
)]

mod bench;
mod completions;
mod dataset;
mod doctor;
mod environment;
mod hbonds;
mod info;
mod input;
mod interrupt;
mod message;
mod render;
mod scene_file;
mod schema;
mod serve;
mod words;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Draws molecules: exact pictures, masks and depth from structure files.
#[derive(Debug, Parser)]
#[command(
    name = "molshot",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = EXAMPLES,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    verbosity: Verbosity,
}

const EXAMPLES: &str = "\
Examples:
  molshot render 5ey0/ -o 5ey0.png
  molshot render protein.cif.gz -o protein.png --style spacefill --size 1600x1200
  molshot render 5ey0/ -o '5ey0_{view}.png' --views front,left,top
  molshot info 5ey0/
  molshot bench
  molshot hbonds 5ey0/
  molshot serve --structures complexes/
  molshot dataset plan --complexes pdbbind/ --out misi/
  molshot doctor

Exit status: 0 done, 1 the work failed, 2 the command line is wrong, 130 ended by Ctrl-C.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Draw a structure or a scene file.
    Render(Box<render::RenderArgs>),
    /// Say what was read from an input: atoms, residues, chains, ligands, bonds, warnings.
    Info(info::InfoArgs),
    /// Measure images a second, end to end and by stage.
    Bench(Box<bench::BenchArgs>),
    /// Find hydrogen bonds, by default those between pocket and ligand.
    Hbonds(hbonds::HbondsArgs),
    /// Serve pictures over HTTP.
    Serve(serve::ServeArgs),
    /// Make training and examination sets of questions about pictures, check them, and score
    /// answers.
    #[command(subcommand)]
    Dataset(Box<dataset::DatasetCommand>),
    /// Check what this machine draws with, and draw a test picture.
    Doctor(doctor::DoctorArgs),
    /// Print the JSON schema of scene files and render requests, or of annotations.
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Print the manual page in roff.
    #[command(
        after_help = "Examples:\n  molshot man | man -l -\n  molshot man > ~/.local/share/man/man1/molshot.1"
    )]
    Man,
}

impl Command {
    /// Whether a graphics driver will be loaded.
    fn opens_an_adapter(&self) -> bool {
        match self {
            Self::Render(args) => args.draws(),
            Self::Dataset(command) => command.draws(),
            Self::Bench(_) | Self::Doctor(_) | Self::Serve(_) => true,
            Self::Info(_)
            | Self::Hbonds(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man => false,
        }
    }
}

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, Args)]
struct Verbosity {
    /// Say nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: every warning of a reader, the adapter, timings.
    #[arg(short, long, global = true)]
    verbose: bool,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return message::command_line(&error),
    };
    let verbosity = cli.verbosity;
    if cli.command.opens_an_adapter() {
        environment::prepare_for_drivers();
    }
    let outcome = match cli.command {
        Command::Render(args) => render::run(&args, verbosity),
        Command::Info(args) => info::run(&args, verbosity),
        Command::Bench(args) => bench::run(&args, verbosity),
        Command::Hbonds(args) => hbonds::run(&args, verbosity),
        Command::Serve(args) => serve::run(&args, verbosity),
        Command::Dataset(command) => dataset::run(&command, verbosity),
        Command::Doctor(args) => doctor::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man => completions::man(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            message::error(&failure);
            failure.exit_code()
        }
    }
}
