//! `molshot dataset verify`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::{Layout, VerifyOptions, Watch, verify};
use molshot_renderer::AdapterChoice;

use super::failure;
use super::progress::Meter;
use crate::Verbosity;
use crate::interrupt;
use crate::message::{Failure, note, output};

const EXAMPLES: &str = "\
Examples:
  molshot dataset verify --out misi/
  molshot dataset verify --out misi/ --sample 1000

Looks at sizes and hashes of all files, counts, ids and references; draws a sample of the pictures anew and compares their bytes; derives every
answer anew from the pictures' stored requests. Exit status 1 when anything is wrong.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Draw so many pictures anew.
    #[arg(long, value_name = "N", default_value_t = 200)]
    sample: usize,
    /// Where the complexes are [default: as planned].
    #[arg(long, value_name = "DIR")]
    complexes: Option<PathBuf>,
    /// What draws: what drew the set.
    #[arg(long, value_name = "ADAPTER", default_value = "software", hide_possible_values = true, value_parser = crate::words::adapter())]
    adapter: AdapterChoice,
}

impl VerifyArgs {
    pub(super) fn draws(&self) -> bool {
        self.adapter != AdapterChoice::Software
    }
}

pub(super) fn run(args: &VerifyArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let options = VerifyOptions {
        complexes: args.complexes.clone(),
        sample: args.sample,
        adapter: args.adapter,
    };
    let meter = Meter::new("shards", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let watch = Watch {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
    };
    let found = verify(&Layout::new(&args.out), &options, watch).map_err(failure)?;
    meter.finish();
    output(
        format!(
            "{} files as written, {} questions as planned, {} answers derived anew, {} pictures, {} of them drawn anew and the same{}; {}\n",
            found.files,
            found.questions,
            found.derived,
            found.pictures,
            found.redrawn,
            match (found.cut, found.uncut) {
                (0, 0) => String::new(),
                (cut, 0) => format!(", {cut} complexes cut anew and the same"),
                (cut, uncut) =>
                    format!(", {cut} complexes cut anew and the same, {uncut} whose entries are not there"),
            },
            if found.faults.is_empty() { "no fault" } else { "with faults" }
        )
        .as_bytes(),
    )?;
    if found.faults.is_empty() {
        return Ok(());
    }
    for fault in &found.faults {
        note(fault);
    }
    Err(Failure::Work(anyhow::anyhow!(
        "{} faults in {}",
        found.faults.len(),
        args.out.display()
    )))
}
