//! `molshot dataset verify`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::{Layout, Monitor, VerifyOptions, verify};

use super::progress::Meter;
use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::adapter::ReproducibleAdapterArgs;
use crate::cli::interrupt;
use crate::cli::message::{CliError, note, output};
use crate::cli::whole;

const EXAMPLES: &str = "\
Examples:
  molshot dataset verify --out misi/
  molshot dataset verify --out misi/ --sample 1000

Checks sizes and hashes of all files, counts, ids and references; renders a sample of the pictures again and compares their
bytes; derives every answer again from the stored requests of its pictures. The exit status is 1 if there is a problem.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Number of pictures to render again.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = whole(0..=usize::MAX), allow_negative_numbers = true)]
    sample: usize,
    /// Folder of the complexes [default: as planned].
    #[arg(long, value_name = "DIR")]
    complexes: Option<PathBuf>,
    #[command(flatten)]
    adapter: ReproducibleAdapterArgs,
}

impl VerifyArgs {
    pub(super) fn draws(&self) -> bool {
        self.adapter.is_other()
    }
}

pub(super) fn run(args: &VerifyArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    if let Some(complexes) = &args.complexes {
        check_folder("--complexes", complexes, "give the folder of the complexes")?;
    }
    let mut options = VerifyOptions::default();
    options.complexes.clone_from(&args.complexes);
    options.sample = args.sample;
    options.adapter = args.adapter.choice()?;
    let meter = Meter::new("shards", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let monitor = Monitor {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
        ..Monitor::NONE
    };
    let found = verify(&Layout::new(&args.out), &options, monitor).map_err(failure)?;
    meter.finish();
    output(
        format!(
            "{} files as written{}{}, {} questions as planned, {} answers derived again, {} pictures, {} of them rendered again with the same bytes{}; {}\n",
            found.files,
            match found.recompressed {
                0 => String::new(),
                count => format!(", {count} compressed by another tool with the same rows"),
            },
            match found.exported {
                0 => String::new(),
                count => format!(", {count} exported files as written"),
            },
            found.questions,
            found.derived,
            found.pictures,
            found.rendered_again,
            match (found.cut, found.uncut) {
                (0, 0) => String::new(),
                (cut, 0) => format!(", {cut} complexes cut again with the same bytes"),
                (cut, uncut) =>
                    format!(", {cut} complexes cut again with the same bytes, {uncut} without their entries"),
            },
            if found.problems.is_empty() { "no problems" } else { "with problems" }
        )
        .as_bytes(),
    )?;
    if found.problems.is_empty() {
        return Ok(());
    }
    for problem in &found.problems {
        note(problem);
    }
    Err(CliError::Work(anyhow::anyhow!(
        "{} problems in {}",
        found.problems.len(),
        args.out.display()
    )))
}
