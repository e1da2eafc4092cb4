//! The command line `molshot`, for the program and for the script of the Python package: one file
//! per subcommand. Each parses its flags, calls the libraries and prints.
#![allow(
    clippy::print_stdout,
    reason = "printing is what a command line program does"
)]

mod adapter;
#[cfg(feature = "serve")]
mod allocator;
mod bench;
mod completions;
mod contacts;
#[cfg(feature = "dataset")]
mod dataset;
mod doctor;
mod environment;
mod hbonds;
mod info;
mod input;
mod interrupt;
#[cfg(feature = "mcp")]
mod mcp;
mod message;
#[cfg(not(all(feature = "mcp", feature = "serve", feature = "dataset")))]
mod not_built;
mod render;
mod schema;
#[cfg(feature = "serve")]
mod serve;
mod shared;
mod words;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

#[cfg(feature = "serve")]
pub use allocator::missing_variables as missing_allocator_variables;
use message::Verbosity;
pub use shared::{
    CliError, FORMAT_NAMES, INTERRUPTED, TRANSIENT, number, parse_format, parse_size, whole,
};

/// Renders molecules: pictures, depth, masks and annotations from structure files, exact to the
/// pixel.
#[derive(Debug, Parser)]
#[command(
    name = "molshot",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = examples(),
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    verbosity: Verbosity,
}

/// The examples of the subcommands that this build has, and the exit statuses.
fn examples() -> String {
    let mut lines = vec![
        "Examples:",
        "  molshot render 5ey0/ -o 5ey0.png",
        "  molshot render protein.cif.gz -o protein.png --style spacefill --size 1600x1200",
        "  molshot render 5ey0/ -o '5ey0_{view}.png' --views front,left,top",
        "  molshot info 5ey0/",
        "  molshot bench",
        "  molshot hbonds 5ey0/",
        "  molshot contacts 5ey0/",
    ];
    if cfg!(feature = "serve") {
        lines.push("  molshot serve --structures complexes/");
    }
    if cfg!(feature = "mcp") {
        lines.push("  molshot mcp --structures complexes/");
    }
    if cfg!(feature = "dataset") {
        lines.push("  molshot dataset plan --complexes pdbbind/ --out misi/");
    }
    lines.extend([
        "  molshot doctor",
        "",
        "Exit status: 0 on success, 1 when the work failed, 2 when the command line is wrong, \
         75 when the work failed and a retry may mend it (disk or memory full, a lost device), \
         130 after Ctrl-C.",
    ]);
    lines.join("\n")
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Render pictures of a structure or a scene file.
    Render(Box<render::RenderArgs>),
    /// Print a summary of an input: atoms, residues, chains, ligands, bonds, warnings.
    Info(info::InfoArgs),
    /// Measure images per second, end to end and by stage.
    Bench(Box<bench::BenchArgs>),
    /// List hydrogen bonds, by default those between pocket and ligand.
    Hbonds(hbonds::HbondsArgs),
    /// List contacts of the ligand: salt bridges, stacking, water bridges and others.
    Contacts(contacts::ContactsArgs),
    #[cfg(feature = "serve")]
    /// Serve pictures over HTTP, with a web page to try it.
    Serve(serve::ServeArgs),
    #[cfg(feature = "mcp")]
    /// Offer tools to language models over the Model Context Protocol: load, view, annotate.
    Mcp(mcp::McpArgs),
    #[cfg(feature = "dataset")]
    /// Generate, check and export sets of questions about pictures, and score answers to them.
    #[command(subcommand)]
    Dataset(Box<dataset::DatasetCommand>),
    /// Not part of this build.
    #[cfg(not(feature = "serve"))]
    #[command(hide = true)]
    Serve(not_built::NotBuiltArgs),
    /// Not part of this build.
    #[cfg(not(feature = "mcp"))]
    #[command(hide = true)]
    Mcp(not_built::NotBuiltArgs),
    /// Not part of this build.
    #[cfg(not(feature = "dataset"))]
    #[command(hide = true)]
    Dataset(not_built::NotBuiltArgs),
    /// List the graphics adapters of this machine and verify them with a test picture.
    Doctor(doctor::DoctorArgs),
    /// Print the JSON schema of scene files and render requests, or of annotations.
    Schema(schema::SchemaArgs),
    /// Print a shell's completion script.
    Completions(completions::CompletionsArgs),
    /// Print the manual page in the format of man (roff).
    #[command(
        after_help = "Examples:\n  molshot man | man -l -\n  molshot man > ~/.local/share/man/man1/molshot.1"
    )]
    Man,
}

impl Command {
    /// Whether the command loads a graphics driver.
    fn opens_an_adapter(&self) -> bool {
        match self {
            Self::Render(args) => args.draws(),
            #[cfg(feature = "dataset")]
            Self::Dataset(command) => command.draws(),
            #[cfg(feature = "serve")]
            Self::Serve(_) => true,
            #[cfg(feature = "mcp")]
            Self::Mcp(_) => true,
            Self::Bench(_) | Self::Doctor(_) => true,
            Self::Info(_)
            | Self::Hbonds(_)
            | Self::Contacts(_)
            | Self::Schema(_)
            | Self::Completions(_)
            | Self::Man => false,
            #[cfg(not(feature = "dataset"))]
            Self::Dataset(_) => false,
            #[cfg(not(feature = "mcp"))]
            Self::Mcp(_) => false,
            #[cfg(not(feature = "serve"))]
            Self::Serve(_) => false,
        }
    }
}

/// Whether the program may replace itself by itself with other environment variables, which
/// graphics drivers and the C library's allocator read when a process starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// The process is the program `molshot`.
    Own,
    /// The process is a Python interpreter, which sets the variables itself.
    Python,
}

/// Runs a command line. The first argument is the program's name.
///
/// Returns the exit status. It prints on standard output and standard error, handles Ctrl-C, and
/// may end the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>, process: Process) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return message::command_line(&error),
    };
    let verbosity = cli.verbosity;
    if process == Process::Own && cli.command.opens_an_adapter() {
        environment::prepare_for_drivers();
    }
    let outcome = match cli.command {
        Command::Render(args) => render::run(&args, verbosity),
        Command::Info(args) => info::run(&args, verbosity),
        Command::Bench(args) => bench::run(&args, verbosity),
        Command::Hbonds(args) => hbonds::run(&args, verbosity),
        Command::Contacts(args) => contacts::run(&args, verbosity),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args, verbosity, process),
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => mcp::run(&args, verbosity, process),
        #[cfg(not(feature = "mcp"))]
        Command::Mcp(_) => Err(not_built::error("mcp")),
        #[cfg(feature = "dataset")]
        Command::Dataset(command) => dataset::run(&command, verbosity),
        #[cfg(not(feature = "serve"))]
        Command::Serve(_) => Err(not_built::error("serve")),
        #[cfg(not(feature = "dataset"))]
        Command::Dataset(_) => Err(not_built::error("dataset")),
        Command::Doctor(args) => doctor::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Man => completions::man(Cli::command()),
    };
    match outcome {
        Ok(()) => 0,
        Err(error) => {
            message::error(&error);
            error.exit_status()
        }
    }
}
