//! `molshot dataset plan`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use molshot_dataset::complexes::Source;
use molshot_dataset::complexes::cut::{CutRule, POCKET_CUTOFF_ANGSTROM, read_ligands};
use molshot_dataset::messages::Catalogue;
use molshot_dataset::plan::LICENSE;
use molshot_dataset::plan::account::Report;
use molshot_dataset::plan::split::SplitChoice;
use molshot_dataset::{Layout, PictureSize, PlanOptions, Split, Task, Watch, parse_tasks, plan};
use molshot_renderer::pool::PoolOptions;
use molshot_scenes::Samples;

use super::failure;
use super::progress::Meter;
use crate::Verbosity;
use crate::interrupt;
use crate::message::{Failure, note, output};
use crate::words::parse_samples;
use molshot_scenes::options::parse_size;

/// Complexes that were left out, told by name.
const NAMED: usize = 10;

const EXAMPLES: &str = "\
Examples:
  molshot dataset plan --complexes pdbbind/ --out misi/
  molshot dataset plan --complexes pdbbind/ --out misi/ --split split.json --seed 7
  molshot dataset plan --complexes pdbbind/ --out small/ --tasks T1,T7 --limit 100 --size 512x512
  molshot dataset plan --complexes entries/ --out misi/ --ligands ligands.txt --pocket-cutoff 8

A plan is a function of the complexes' files, the options and the seed: the same ones give the same bytes. The split file is
{\"train\": [\"1a61\", ...], \"test\": [\"5ey0\", ...]}. Of a whole entry (ID.cif, ID.pdb, ...; also .gz) the ligand is the largest residue that is no
polymer, water, ion or common additive, or what the list of ligands says: ID RESNAME [NUMBER [CHAIN]] a line; the pocket is what has a heavy atom within
the cutoff of it. report.json tells what was chosen; the cuts are written to OUT/structures.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PlanArgs {
    /// Folder of complexes: folders `ID/` with `ID_pocket.pdb` (or `ID_protein.pdb`) and
    /// `ID_ligand.mol2` (or `.sdf`), and whole entries `ID.pdb`, `.ent`, `.cif`, `.mmcif`, `.bcif`,
    /// each also `.gz`.
    #[arg(long, value_name = "DIR")]
    complexes: PathBuf,
    /// Folder of the set; it is made.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Which complex is on which side. Without it the seed decides, by --test-share.
    #[arg(long, value_name = "FILE.json")]
    split: Option<PathBuf>,
    /// Share of the complexes to test with, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1227, value_parser = parse_share, conflicts_with = "split")]
    test_share: f64,
    /// Tasks: all, or some of T1 to T9, separated by commas.
    #[arg(long, value_name = "TASKS", default_value = "all", value_parser = tasks)]
    tasks: TaskList,
    /// Every random choice comes from this number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Size of the pictures in pixels.
    #[arg(long, value_name = "WxH", default_value = "1024x1024", value_parser = parse_size)]
    size: (u32, u32),
    /// Colour samples a pixel: 1, 4, 9 or 16.
    #[arg(long, value_name = "N", default_value = "4", value_parser = parse_samples)]
    samples: Samples,
    /// Take at most so many complexes, the first by name.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Plan the small examination: of the test side, 50 questions a task (T4: 50 with and 50
    /// without a bond).
    #[arg(long)]
    tiny: bool,
    /// Question texts in another language: a catalogue of the form of dataset/messages/en.toml.
    #[arg(long, value_name = "FILE.toml")]
    messages: Option<PathBuf>,
    /// Licence of the set, for its card and metadata: the address of its text, an SPDX identifier,
    /// or words.
    #[arg(long, value_name = "LICENSE", default_value = LICENSE, value_parser = parse_license)]
    license: String,
    /// Leave out where each picture's atoms and residues are and how much of them is seen: pictures
    /// are made faster.
    #[arg(long)]
    no_annotations: bool,
    /// Most pictures of a file; a complex is never parted.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    shard_pictures: u32,
    /// Which residue of a whole entry is the ligand: lines `ID RESNAME [NUMBER [CHAIN]]`. Those of
    /// other entries are chosen by size.
    #[arg(long, value_name = "FILE")]
    ligands: Option<PathBuf>,
    /// A residue belongs to the pocket of a whole entry (or protein) when a heavy atom of it is so
    /// near to the ligand, angstrom.
    #[arg(long, value_name = "ANGSTROM", default_value_t = POCKET_CUTOFF_ANGSTROM, value_parser = parse_cutoff)]
    pocket_cutoff: f32,
    /// Threads [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// clap takes a bare `Vec` for many values.
#[derive(Debug, Clone)]
struct TaskList(Vec<Task>);

fn tasks(text: &str) -> Result<TaskList, String> {
    parse_tasks(text).map(TaskList)
}

fn parse_license(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_line = !text.is_empty() && text.len() <= 500 && !text.chars().any(char::is_control);
    is_line
        .then(|| text.to_owned())
        .ok_or_else(|| "give a line of 1 to 500 bytes".to_owned())
}

fn parse_share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "give a number from 0 to 1".to_owned())
}

fn parse_cutoff(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|cutoff| (2.0..=50.0).contains(cutoff))
        .ok_or_else(|| "give 2 to 50 angstrom".to_owned())
}

pub(super) fn run(args: &PlanArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let split = match &args.split {
        Some(file) => SplitChoice::read(file).map_err(failure)?,
        None => SplitChoice::Share(args.test_share),
    };
    let messages = match &args.messages {
        Some(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|error| Failure::in_file(file, error))?;
            // Here, so that what is wrong is told with the file's name.
            Catalogue::parse(file, &text).map_err(failure)?;
            Some(text)
        }
        None => None,
    };
    let most = molshot_scenes::job::MAX_EDGE_PX;
    let (width_px, height_px) = args.size;
    if ![width_px, height_px]
        .iter()
        .all(|edge| (16..=most).contains(edge))
    {
        return Err(Failure::flag(
            "--size",
            format_args!("give 16 to {most} pixels an edge"),
        ));
    }
    let options = PlanOptions {
        seed: args.seed,
        size: PictureSize {
            width_px,
            height_px,
            samples: args.samples.count(),
        },
        tasks: args.tasks.0.clone(),
        split,
        limit: args.limit.map(|limit| limit as usize),
        tiny: args.tiny,
        shard_pictures: args.shard_pictures as usize,
        messages,
        annotations: !args.no_annotations,
        license: args.license.clone(),
        cut: CutRule {
            pocket_cutoff_angstrom: args.pocket_cutoff,
            ligands: match &args.ligands {
                Some(file) => read_ligands(file).map_err(failure)?,
                None => std::collections::BTreeMap::new(),
            },
        },
        threads: args
            .threads
            .map_or_else(PoolOptions::available_threads, usize::from),
    };
    let source = Source::new(&args.complexes);
    let meter = Meter::new("complexes", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let watch = Watch {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
    };
    let (plan, report) =
        plan(&source, &Layout::new(&args.out), &options, watch).map_err(failure)?;
    meter.finish();
    if !verbosity.quiet {
        output(summary(&report).as_bytes())?;
        for skipped in report.complexes.skipped.iter().take(NAMED) {
            note(format_args!(
                "left out: {}: {} ({})",
                skipped.id, skipped.message, skipped.reason
            ));
        }
        if report.complexes.skipped.len() > NAMED {
            note(format_args!(
                "{} more are left out; report.json names them",
                report.complexes.skipped.len() - NAMED
            ));
        }
        if !report.complexes.cut.is_empty() {
            note(format_args!(
                "{} complexes were cut out of whole entries; report.json names their ligands",
                report.complexes.cut.len()
            ));
        }
        if report.complexes.unused_ligands > 0 {
            note(format_args!(
                "{} lines of the list of ligands name no complex of the folder",
                report.complexes.unused_ligands
            ));
        }
        note(format_args!(
            "planned in {:.1} s: {} files of pictures; next: molshot dataset generate --out {}",
            meter.elapsed().as_secs_f64(),
            plan.shards.len(),
            args.out.display()
        ));
    }
    Ok(())
}

/// A table of what the set has.
fn summary(report: &Report) -> String {
    let mut text = format!("{:<28}{:>10}{:>10}\n", "", "train", "test");
    let mut line = |name: &str, count: &dyn Fn(Split) -> usize| {
        let [train, test] = Split::ALL.map(count);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<28}{train:>10}{test:>10}");
    };
    line("complexes", &|side| {
        report.complexes.used.get(&side).copied().unwrap_or(0)
    });
    for task in Task::ALL {
        let counts = |side: Split| report.questions.get(&side).and_then(|all| all.get(&task));
        if Split::ALL.into_iter().any(|side| counts(side).is_some()) {
            line(&task.configuration(), &|side| {
                counts(side).map_or(0, |c| c.made)
            });
        }
    }
    line("pictures", &|side| {
        report.pictures.get(&side).copied().unwrap_or(0)
    });
    text
}
