//! `molshot bench`

mod drive;
pub(crate) mod process;
mod report;
mod subject;

use std::path::PathBuf;

use clap::Args;
use molshot_renderer::AdapterChoice;
use molshot_renderer::pool::PoolOptions;

use crate::Verbosity;
use crate::input::ReadArgs;
use crate::interrupt;
use crate::message::{Failure, note, output};
use crate::render::request::{self, RequestArgs};
use drive::{Crew, Folder, Repeat};
use report::{Contender, Report};
use subject::Subject;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_override_self = true)]
pub(crate) struct BenchArgs {
    /// What to draw, as an INPUT of `molshot render`; give it several times for pocket and ligand.
    /// Without it a pocket with its ligand that is built in.
    #[arg(long, value_name = "INPUT")]
    structure: Vec<PathBuf>,
    /// Pictures a repeat, each from another side.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000_000), allow_negative_numbers = true)]
    views: u32,
    /// So many times; the median counts.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), allow_negative_numbers = true)]
    repeats: u32,
    /// What to draw with: auto, gpu, software, or vulkan-software.
    #[arg(
        long,
        visible_alias = "backend",
        value_name = "ADAPTER",
        default_value = "auto",
        value_parser = crate::words::adapter(),
        hide_possible_values = true
    )]
    adapter: AdapterChoice,
    /// Threads; each draws, encodes and writes whole pictures, unless --latency is given [default:
    /// as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024), allow_negative_numbers = true)]
    threads: Option<u32>,
    /// Draw one picture after another, each with all threads, as for one large picture; else each
    /// thread draws its own.
    #[arg(long)]
    latency: bool,
    /// Draw with the built-in software backend and with wgpu (a GPU where there is one, else
    /// software Vulkan) in turns, and compare.
    #[arg(long, conflicts_with = "adapter")]
    compare: bool,
    /// Keep the pictures in this folder, which is made if need be; of a comparison the last ones.
    /// Without it they are written to a temporary folder and removed.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Copies of the scene along x, y and z, side by side: large scenes from small files.
    #[arg(long, value_name = "NX,NY,NZ", value_parser = parse_copies, default_value = "1,1,1", allow_hyphen_values = true)]
    copies: [u32; 3],
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    read: ReadArgs,
}

const EXAMPLES: &str = "\
Examples:
  molshot bench
  molshot bench --structure 5ey0/ --size 512x512 --views 1000 --samples 4
  molshot bench --structure 1aon.cif.gz --style spacefill --copies 3,3,2 --views 5 --threads 1
  molshot bench --structure 1aon.cif.gz --style spacefill --latency
  molshot bench --compare --json > bench.json

A picture's time is that of one thread, by stage: job (camera and checks), upload, draw, read back, labels, encode, write. Images a second count everything from
the camera to the renamed file. Where others use the machine, too, the time of processors says more than the clock does. Pictures before the first repeat warm up and are not counted.";

/// Most copies of a scene.
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
            "give three numbers from 1 on, such as 3,3,2, and at most {MAX_COPIES} copies in all"
        )),
    }
}

pub(crate) fn run(args: &BenchArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let named = if args.structure.is_empty() {
        vec![PathBuf::from(subject::BUILT_IN)]
    } else {
        args.structure.clone()
    };
    let request = request::of_inputs(&named, &args.request, None)?;
    let subject =
        Subject::open(&args.structure, &args.read, &request, args.copies).map_err(|failure| {
            match failure {
                subject::Fault::Scene(error) => args.request.blame(error, &named[0]),
                subject::Fault::Other(failure) => failure,
            }
        })?;
    let threads = args
        .threads
        .map_or_else(PoolOptions::available_threads, |threads| threads as usize);
    interrupt::listen(|| {
        note(
            "interrupted: ending with the pictures that are begun; press Ctrl-C again to quit at once",
        );
    });
    let folder = Folder::open(args.out.as_deref())?;
    let choices: &[AdapterChoice] = if args.compare {
        &[AdapterChoice::Software, AdapterChoice::Gpu]
    } else {
        &[args.adapter]
    };
    let mut contenders = Vec::new();
    for choice in choices {
        let crew = match Crew::open(*choice, threads, args.latency) {
            // A comparison takes what wgpu there is.
            Err(_) if args.compare && *choice == AdapterChoice::Gpu => {
                Crew::open(AdapterChoice::VulkanSoftware, threads, args.latency)
            }
            crew => crew,
        }?;
        contenders.push((crew, Vec::<Repeat>::new()));
    }
    let mut first_pictures = Vec::new();
    for (crew, _) in &contenders {
        first_pictures.push(crew.warm_up(&subject, &folder)?);
    }
    for repeat in 0..args.repeats {
        for (crew, repeats) in &mut contenders {
            repeats.push(crew.repeat(&subject, &folder, args.views)?);
            if verbosity.verbose {
                note(format_args!(
                    "repeat {} of {}: {}",
                    repeat + 1,
                    args.repeats,
                    crew.adapter()
                ));
            }
        }
    }
    let report = Report {
        subject: &subject,
        threads,
        latency: args.latency,
        views: args.views,
        contenders: std::iter::zip(contenders, first_pictures)
            .map(|((crew, repeats), first)| Contender::new(crew.adapter(), first, repeats))
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
