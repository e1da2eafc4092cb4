//! `molshot dataset status`

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use indicatif::HumanDuration;
use molshot_dataset::{Layout, ShardState, Status, status};

use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::message::{CliError, output, output_json};

const EXAMPLES: &str = "\
Examples:
  molshot dataset status --out misi/
  molshot dataset status --out misi/ --ranges             (prints 3,7-9)
  sbatch --array=$(molshot dataset status --out misi/ --ranges) deploy/slurm/generate.sbatch misi/

A shard is running while a process writes one of its files. Finished shards are those that
`generate --resume` keeps; their hashes are checked by `molshot dataset verify`.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StatusArgs {
    /// Folder of the set, which has its plan.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Print only the numbers of the outstanding shards as ranges, which `sbatch --array=` takes;
    /// nothing if there are none.
    #[arg(long, conflicts_with = "json")]
    ranges: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &StatusArgs) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    let status = status(&Layout::new(&args.out)).map_err(failure)?;
    if args.json {
        return output_json(&status.json());
    }
    if args.ranges {
        let ranges = status.outstanding_ranges();
        let line = if ranges.is_empty() {
            ranges
        } else {
            format!("{ranges}\n")
        };
        return output(line.as_bytes());
    }
    output(text(&status).as_bytes())
}

fn text(status: &Status) -> String {
    let count = |state| status.count(state);
    let percent = 100.0 * status.pictures_finished as f64 / status.pictures.max(1) as f64;
    let mut text = format!(
        "shards     {} finished, {} running, {} outstanding, {} in all\npictures   {} of {} ({percent:.1} %)\n",
        count(ShardState::Finished),
        count(ShardState::Running),
        count(ShardState::Outstanding),
        status.shards.len(),
        status.pictures_finished,
        status.pictures,
    );
    if let Some(rate) = status.pictures_per_second {
        let _ = writeln!(text, "rate       {rate:.1} pictures/s");
    }
    match status.seconds_left {
        Some(0.0) => text += "left       nothing\n",
        Some(seconds) => {
            let time = HumanDuration(std::time::Duration::from_secs_f64(seconds));
            let _ = writeln!(text, "left       {time}");
        }
        None => {}
    }
    text
}
