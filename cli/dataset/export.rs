//! `molshot dataset export`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::{Format, Layout, Watch, export};

use super::failure;
use super::progress::Meter;
use crate::Verbosity;
use crate::interrupt;
use crate::message::{Failure, note};
use crate::words::Words;

const EXAMPLES: &str = "\
Examples:
  molshot dataset export --out misi/ --format llamafactory
  molshot dataset export --out misi/ --format webdataset

parquet: tables with each question's pictures in its row. webdataset: tar files. imagefolder: pictures and metadata.jsonl. llamafactory: sharegpt with
images, and dataset_info.json. llava: conversations. vlmeval: VLMEvalKit's tab-separated tables.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArgs {
    /// Folder of the set; the export goes to OUT/export/FORMAT.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// parquet, webdataset, imagefolder, llamafactory, llava or vlmeval.
    #[arg(long, value_name = "FORMAT", hide_possible_values = true,
          value_parser = Words::new(&["parquet", "webdataset", "imagefolder", "llamafactory", "llava", "vlmeval"], str::parse::<Format>))]
    format: Format,
}

pub(super) fn run(args: &ExportArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let meter = Meter::new("questions", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let watch = Watch {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
    };
    let folder = export(&Layout::new(&args.out), args.format, watch).map_err(failure)?;
    meter.finish();
    if !verbosity.quiet {
        note(format_args!("written to {}", folder.display()));
    }
    Ok(())
}
