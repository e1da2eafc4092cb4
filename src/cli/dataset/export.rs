//! `molshot dataset export`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::export::left_out_modes;
use molshot_dataset::{DatasetError, ExportFormat, Layout, Monitor, export};

use super::progress::Meter;
use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::interrupt;
use crate::cli::message::{CliError, note};
use crate::cli::words::KeywordParser;

const EXAMPLES: &str = "\
Examples:
  molshot dataset export --out misi/ --format llamafactory
  molshot dataset export --out misi/ --format webdataset

parquet: tables with the pictures of each question in its row. webdataset: tar files. imagefolder: pictures and metadata.jsonl.
llamafactory: conversations in the sharegpt form, and dataset_info.json. llava: conversations. vlmeval: tab-separated tables of VLMEvalKit.
evalscope: tables of EvalScope's general_vmcq, of T5, T6 and T8 only.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArgs {
    /// Folder of the set; the export goes to OUT/export/FORMAT.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// parquet, webdataset, imagefolder, llamafactory, llava, vlmeval or evalscope.
    #[arg(long, value_name = "FORMAT", hide_possible_values = true,
          value_parser = KeywordParser::new(&ExportFormat::NAMES, parse_format))]
    format: ExportFormat,
}

fn parse_format(text: &str) -> Result<ExportFormat, String> {
    text.parse()
        .map_err(|error: DatasetError| error.to_string())
}

pub(super) fn run(args: &ExportArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    let meter = Meter::new("questions", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let monitor = Monitor {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
        ..Monitor::NONE
    };
    let folder = export(&Layout::new(&args.out), args.format, monitor).map_err(failure)?;
    meter.finish();
    for mode in left_out_modes(&Layout::new(&args.out), args.format).map_err(failure)? {
        note(format_args!(
            "warning: the questions of mode {mode} are left out: {} has no room for questions without pictures; parquet, llamafactory and llava have",
            args.format.name()
        ));
    }
    if !verbosity.quiet {
        note(format_args!("written to {}", folder.display()));
    }
    Ok(())
}
