//! `molshot bench`

mod drive;
mod losses;
pub(crate) mod process;
mod report;
mod workload;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use molshot_renderer::AdapterChoice;
use molshot_renderer::pool::PoolOptions;

use crate::cli::adapter::AdapterArgs;
use crate::cli::input::ReadArgs;
use crate::cli::interrupt;
use crate::cli::message::{CliError, Verbosity, note, output};
use crate::cli::render::request::{self, RequestArgs};
use crate::cli::whole;
use drive::{BenchPool, Destination, Repeat};
use report::{BenchEntry, Report};
use workload::{Workload, WorkloadError};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_override_self = true)]
pub(crate) struct BenchArgs {
    /// Structure to draw, as an INPUT of `molshot render`; may be given several times, for example
    /// for pocket and ligand [default: a built-in pocket with its ligand].
    #[arg(long, value_name = "INPUT")]
    structure: Vec<PathBuf>,
    /// Number of pictures per repeat, each from another direction.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = whole(1_u32..=10_000_000), allow_negative_numbers = true)]
    views: u32,
    /// Number of repeats; the median is reported.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole(1_u32..=1000), allow_negative_numbers = true)]
    repeats: u32,
    #[command(flatten)]
    adapter: AdapterArgs,
    /// Number of threads; each draws, encodes and writes whole pictures unless --latency is given
    /// [default: number of processors].
    #[arg(long, value_name = "N", value_parser = whole(1_u32..=1024), allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Draw one picture after another, each with all threads, instead of one picture per thread.
    #[arg(long)]
    latency: bool,
    /// Compare the built-in software backend with wgpu (a GPU if there is one, otherwise software
    /// Vulkan), drawing with them in turns.
    #[arg(long, conflicts_with = "adapter")]
    compare: bool,
    /// Where encoded pictures go: `files` writes them to a folder; `memory` drops them, so that the
    /// speed of a disk does not matter.
    #[arg(long, value_name = "WORD", value_enum, default_value_t = OutputKind::Files,
          hide_possible_values = true, conflicts_with = "out")]
    output: OutputKind,
    /// Keep the pictures in this folder, which is created if it does not exist; a comparison keeps
    /// the last ones [default: a temporary folder, which is removed].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Repeat the scene this many times along x, y and z, to make large scenes from small files.
    #[arg(long, value_name = "NX,NY,NZ", value_parser = parse_copies, default_value = "1,1,1", allow_hyphen_values = true)]
    copies: [u32; 3],
    /// End the graphics device this many times meanwhile, to check the recovery from it.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide = true,
        value_parser = whole(0_u32..=10_000)
    )]
    inject_losses: u32,
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// Where encoded pictures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputKind {
    /// To files in a folder.
    Files,
    /// Nowhere.
    Memory,
}

const EXAMPLES: &str = "\
Examples:
  molshot bench
  molshot bench --structure 5ey0/ --size 512x512 --views 1000 --samples 4
  molshot bench --structure 1aon.cif.gz --style spacefill --copies 3,3,2 --views 5 --threads 1
  molshot bench --structure 1aon.cif.gz --style spacefill --latency
  molshot bench --style ball-and-stick --labels none --output memory
  molshot bench --compare --json > bench.json

The time per picture is that of one thread, by stage: job (camera and validation), upload, draw, read back, labels, encode, write. Images per second count everything
from the camera to the renamed file or, with --output memory, to its encoded bytes. On a machine that other programs use, processor time is more reliable than elapsed time. Pictures drawn before the first repeat are a
warm-up and are not counted.";

/// Maximum number of copies of a scene.
const MAX_COPIES: u32 = 100_000;

fn parse_copies(text: &str) -> Result<[u32; 3], String> {
    let numbers: Vec<u32> = text
        .split(',')
        .map_while(|part| part.trim().parse().ok())
        .collect();
    match numbers.as_slice() {
        &[x, y, z]
            if text.split(',').count() == 3
                && numbers.iter().all(|n| (1..=MAX_COPIES).contains(n))
                && u64::from(x) * u64::from(y) * u64::from(z) <= u64::from(MAX_COPIES) =>
        {
            Ok([x, y, z])
        }
        _ => Err(format!(
            "give three numbers of at least 1, such as 3,3,2, for at most {MAX_COPIES} copies in total"
        )),
    }
}

pub(crate) fn run(args: &BenchArgs, verbosity: Verbosity) -> Result<(), CliError> {
    let named = if args.structure.is_empty() {
        vec![PathBuf::from(workload::BUILT_IN)]
    } else {
        args.structure.clone()
    };
    let request = request::of_inputs(&named, &args.request, None)?;
    let workload =
        Workload::open(&args.structure, &args.read, &request, args.copies).map_err(|error| {
            match error {
                WorkloadError::Scene(error) => args.request.attribute(error, &named[0]),
                WorkloadError::Other(error) => error,
            }
        })?;
    let threads = args
        .threads
        .map_or_else(PoolOptions::available_threads, |threads| threads as usize);
    interrupt::listen(|| {
        note("interrupted: finishing the pictures in progress; press Ctrl-C again to quit at once");
    });
    let destination = match args.output {
        OutputKind::Files => Destination::folder(args.out.as_deref())?,
        OutputKind::Memory => Destination::Memory,
    };
    let choices = if args.compare {
        vec![AdapterChoice::Software, AdapterChoice::Gpu]
    } else {
        vec![args.adapter.choice()?]
    };
    let mut entries = Vec::new();
    for choice in choices {
        let pool = match BenchPool::open(choice, threads, args.latency, args.inject_losses) {
            // Without a GPU the comparison uses software Vulkan.
            Err(_) if args.compare && choice == AdapterChoice::Gpu => BenchPool::open(
                AdapterChoice::VulkanSoftware,
                threads,
                args.latency,
                args.inject_losses,
            ),
            pool => pool,
        }?;
        entries.push((pool, Vec::<Repeat>::new()));
    }
    let mut first_pictures = Vec::new();
    for (pool, _) in &entries {
        first_pictures.push(pool.warm_up(&workload, &destination)?);
    }
    for repeat in 0..args.repeats {
        for (pool, repeats) in &mut entries {
            repeats.push(pool.repeat(&workload, &destination, args.views)?);
            if verbosity.verbose {
                note(format_args!(
                    "repeat {} of {}: {}",
                    repeat + 1,
                    args.repeats,
                    pool.adapter()
                ));
            }
        }
    }
    let report = Report {
        workload: &workload,
        threads,
        latency: args.latency,
        writes_files: destination != Destination::Memory,
        views: args.views,
        entries: std::iter::zip(entries, first_pictures)
            .map(|((pool, repeats), first)| {
                BenchEntry::new(pool.adapter(), first, repeats, pool.health())
            })
            .collect(),
        peak_memory_bytes: process::peak_bytes(),
    };
    let text = if args.json {
        format!("{:#}\n", report.json())
    } else {
        report.text()
    };
    output(text.as_bytes())
}
