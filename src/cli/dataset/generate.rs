//! `molshot dataset generate`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::{GenerateOptions, Layout, Monitor, generate};

use super::progress::Meter;
use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::adapter::ReproducibleAdapterArgs;
use crate::cli::bench::process::processor_time;
use crate::cli::interrupt;
use crate::cli::message::{CliError, note};
use crate::cli::whole;

const EXAMPLES: &str = "\
Examples:
  molshot dataset generate --out misi/
  molshot dataset generate --out misi/ --resume
  molshot dataset generate --out misi/ --shard 0/8        (the first of eight jobs; each makes every eighth shard)
  sbatch --array=0-7 --wrap 'molshot dataset generate --out misi/'

In a Slurm array, a job takes its part from SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT; in an array with gaps and in an indexed Kubernetes job,
give --shard auto/N, which takes it from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX. Jobs may share OUT. If they have separate folders, merge these and run
`molshot dataset generate --out OUT --resume` once more to write the data card.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct GenerateArgs {
    /// Folder of the set, which has its plan.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Make part I of N, counted from 0 (N/N is 0/N); auto/N takes I from `SLURM_ARRAY_TASK_ID` or
    /// `JOB_COMPLETION_INDEX`, modulo N.
    #[arg(long, value_name = "I/N")]
    shard: Option<String>,
    /// Continue an earlier run: keep complete shards and make the others.
    #[arg(long)]
    resume: bool,
    /// Folder of the complexes [default: as planned].
    #[arg(long, value_name = "DIR")]
    complexes: Option<PathBuf>,
    /// Number of threads [default: number of processors].
    #[arg(long, value_name = "N", value_parser = whole(1_u16..=u16::MAX), allow_negative_numbers = true)]
    threads: Option<u16>,
    #[command(flatten)]
    adapter: ReproducibleAdapterArgs,
}

impl GenerateArgs {
    pub(super) fn draws(&self) -> bool {
        self.adapter.is_other()
    }
}

/// Environment variables with the index of a job, the number of jobs, and the first index.
const JOBS: [(&str, Option<&str>, Option<&str>); 2] = [
    (
        "SLURM_ARRAY_TASK_ID",
        Some("SLURM_ARRAY_TASK_COUNT"),
        Some("SLURM_ARRAY_TASK_MIN"),
    ),
    ("JOB_COMPLETION_INDEX", None, None),
];

/// Returns the part of this process as index and number of parts; `None` for all shards.
fn part(
    shard: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<(usize, usize)>, CliError> {
    let number = |name: &str| {
        variable(name).map(|value| {
            value.trim().parse::<usize>().map_err(|_| {
                CliError::usage(format!(
                    "{name} is \"{value}\", which is not a number; unset it, or give --shard I/N"
                ))
            })
        })
    };
    let own = || -> Result<Option<(usize, usize, Option<usize>)>, CliError> {
        for (name, count, first) in JOBS {
            if let Some(index) = number(name).transpose()? {
                let first = first.and_then(number).transpose()?.unwrap_or(0);
                let count = count.and_then(number).transpose()?;
                return Ok(Some((index, first, count)));
            }
        }
        Ok(None)
    };
    let wrong = || {
        CliError::flag(
            "--shard",
            "give I/N, such as 0/8 for the first of eight parts, or auto/N",
        )
    };
    let Some(text) = shard else {
        return match own()? {
            Some((index, first, Some(count))) if index >= first && index - first < count => {
                Ok(Some((index - first, count)))
            }
            Some((_, _, Some(_))) => Err(CliError::usage(
                "the task ids of this array have gaps; give --shard auto/N",
            )),
            Some((_, _, None)) => {
                let is_set = |(name, ..): &(&'static str, _, _)| variable(name).is_some();
                let name = JOBS
                    .iter()
                    .find(|job| is_set(job))
                    .map_or("", |(name, ..)| name);
                Err(CliError::usage(format!(
                    "{name} is set, but the number of jobs is unknown; give --shard auto/N"
                )))
            }
            None => Ok(None),
        };
    };
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let of: usize = of.trim().parse().map_err(|_| wrong())?;
    let index = if index.trim() == "auto" {
        // The id itself: an array may have gaps, such as the shards of `status --ranges`.
        let index = own()?.map(|(index, _, _)| index % of.max(1));
        index.ok_or_else(|| {
            CliError::flag(
                "--shard",
                "auto finds neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX; give I/N",
            )
        })?
    } else {
        index.trim().parse().map_err(|_| wrong())?
    };
    if of == 0 || index > of {
        return Err(wrong());
    }
    Ok(Some((index % of, of)))
}

pub(super) fn run(args: &GenerateArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    if let Some(complexes) = &args.complexes {
        check_folder("--complexes", complexes, "give the folder of the complexes")?;
    }
    let part = part(args.shard.as_deref(), &|name| std::env::var(name).ok())?;
    if let (Some((index, of)), false) = (part, verbosity.quiet) {
        note(format_args!("part {index} of {of}, counted from 0"));
    }
    let mut options = GenerateOptions::default();
    options.complexes.clone_from(&args.complexes);
    options.part = part;
    options.resume = args.resume;
    options.adapter = args.adapter.choice()?;
    if let Some(threads) = args.threads {
        options.threads = usize::from(threads);
    }
    let meter = Meter::new("pictures", verbosity);
    interrupt::listen(|| {
        note("interrupted: complete shards are kept; press Ctrl-C again to quit at once");
    });
    let monitor = Monitor {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
        ..Monitor::NONE
    };
    let summary = generate(&Layout::new(&args.out), &options, monitor).map_err(failure)?;
    meter.finish();
    if verbosity.quiet {
        return Ok(());
    }
    let seconds = meter.elapsed().as_secs_f64();
    if summary.pictures > 0 {
        let share = |us: u64| us as f64 * 1e-4 / (seconds * options.threads as f64);
        let processors = processor_time().map_or_else(String::new, |time| {
            format!(" ({:.1} s of processor time)", time.as_secs_f64())
        });
        note(format_args!(
            "{} pictures in {seconds:.1} s{processors}, {:.0} pictures/s with {}; of the threads' time, {:.0} % was rendering and encoding, {:.0} % annotating",
            summary.pictures,
            summary.pictures as f64 / seconds.max(1e-9),
            summary.adapter,
            share(summary.rendering_us),
            share(summary.annotating_us)
        ));
    }
    note(format_args!(
        "shards: {} made, {} complete before, {} left to other jobs{}",
        summary.shards_made,
        summary.shards_found,
        summary.shards_left,
        if summary.shards_left == 0 {
            "; the set is complete"
        } else {
            ""
        }
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::option_option, reason = "an error, no part, or a part")]
    fn of(shard: Option<&str>, variables: &[(&str, &str)]) -> Option<Option<(usize, usize)>> {
        part(shard, &|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
        .ok()
    }

    #[test]
    fn parts_come_from_the_flag_or_the_scheduler() {
        assert_eq!(of(None, &[]), Some(None));
        assert_eq!(of(Some("1/4"), &[]), Some(Some((1, 4))));
        assert_eq!(of(Some("4/4"), &[]), Some(Some((0, 4))));
        assert_eq!(of(Some("5/4"), &[]), None);
        assert_eq!(of(Some("1/0"), &[]), None);
        assert_eq!(of(Some("one"), &[]), None);
        let slurm = [
            ("SLURM_ARRAY_TASK_ID", "12"),
            ("SLURM_ARRAY_TASK_MIN", "10"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        assert_eq!(of(None, &slurm), Some(Some((2, 4))));
        assert_eq!(of(Some("0/2"), &slurm), Some(Some((0, 2))));
        // Of the outstanding shards of 20, such as --array=3,12-14: the id is the shard.
        assert_eq!(of(Some("auto/20"), &slurm), Some(Some((12, 20))));
        let gaps = [
            ("SLURM_ARRAY_TASK_ID", "12"),
            ("SLURM_ARRAY_TASK_MIN", "3"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        assert_eq!(of(None, &gaps), None);
        // An array from 1 to N makes every part once.
        let parts: std::collections::BTreeSet<_> = (1..=8)
            .map(|id: u32| {
                let id = id.to_string();
                of(Some("auto/8"), &[("SLURM_ARRAY_TASK_ID", id.as_str())])
            })
            .collect();
        assert_eq!(parts, (0..8).map(|part| Some(Some((part, 8)))).collect());
        let indexed = [("JOB_COMPLETION_INDEX", "3")];
        assert_eq!(of(None, &indexed), None);
        assert_eq!(of(Some("auto/8"), &indexed), Some(Some((3, 8))));
        assert_eq!(of(Some("auto/8"), &[]), None);
    }
}
