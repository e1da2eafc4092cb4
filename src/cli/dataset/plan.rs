//! `molshot dataset plan`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use molshot_dataset::complexes::cut::{POCKET_CUTOFF_ANGSTROM, read_ligands};
use molshot_dataset::complexes::{ComplexSource, left_out_texts};
use molshot_dataset::messages::{Catalogue, choose, parse_languages};
use molshot_dataset::plan::report::Report;
use molshot_dataset::plan::split::SplitChoice;
use molshot_dataset::plan::{DEFAULT_SHARD_PICTURES, DEFAULT_TEST_SHARE, UNSTATED_LICENSE};
use molshot_dataset::record::Plan;
use molshot_dataset::{
    DatasetError, Decoys, Layout, Mode, Monitor, PictureSize, PlanOptions, Split, SplitBy, Task,
    parse_modes, parse_tasks, plan,
};
use molshot_scenes::Samples;
use molshot_scenes::options::parse_size;

use super::progress::Meter;
use super::{check_file, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::interrupt;
use crate::cli::message::{CliError, note, output};
use crate::cli::{number, whole};

const EXAMPLES: &str = "\
Examples:
  molshot dataset plan --complexes pdbbind/ --out misi/
  molshot dataset plan --complexes pdbbind/ --out misi/ --split split.json --seed 7
  molshot dataset plan --complexes pdbbind/ --out small/ --tasks T1,T7 --limit 100 --size 512x512
  molshot dataset plan --complexes pdbbind/ --out misi/ --languages en,sw,yo
  molshot dataset plan --complexes pdbbind/ --out misi/ --tiny --modes picture,text,both
  molshot dataset plan --complexes entries/ --out misi/ --ligands ligands.txt --pocket-cutoff 8

A plan is a function of the files of the complexes, the options and the seed: the same inputs give the same bytes. The split file is
{\"train\": [\"1a61\", ...], \"test\": [\"5ey0\", ...]}. The ligand of a whole entry (ID.cif, ID.pdb, ...; also .gz) is the largest residue that is neither
polymer, water, ion nor common additive, or the one in the list of ligands, whose lines are ID RESNAME [NUMBER [CHAIN]]
(* RESNAME for all others, as in \"* UNL\" for docked poses). The pocket is every residue
with a heavy atom within the cutoff of the ligand. report.json says what was chosen; the cuts are written to OUT/structures.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PlanArgs {
    /// Folder of complexes: folders `ID/` with `ID_pocket.pdb` (or `ID_protein.pdb`) and
    /// `ID_ligand.mol2` (or `.sdf`), and whole entries `ID.pdb`, `.ent`, `.pdb1`, `.bio1`, `.cif`,
    /// `.mmcif`, `.bcif`, each also `.gz`.
    #[arg(long, value_name = "DIR")]
    complexes: PathBuf,
    /// Folder of the set, which is created.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// File that assigns complexes to splits. Without it, --test-share and the seed decide.
    #[arg(long, value_name = "FILE.json")]
    split: Option<PathBuf>,
    /// Keep like complexes in one split: those with like pockets, those with the same ligand, both
    /// (pocket,ligand), or none.
    #[arg(long, value_name = "WHAT", default_value_t = SplitBy::default(), value_parser = split_by)]
    split_by: SplitBy,
    /// How wrong options (T5, T6) and residues without a bond (T4) are chosen: square (nothing but
    /// the pictures tells the answer) or paper (the schemes of the paper).
    #[arg(long, value_name = "SCHEME", default_value = "square", hide_possible_values = true, value_parser = decoys)]
    decoys: Decoys,
    /// Share of the complexes in the test split, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = DEFAULT_TEST_SHARE, value_parser = number(0.0_f64..=1.0), allow_negative_numbers = true, conflicts_with = "split")]
    test_share: f64,
    /// Tasks: all, or some of T1 to T9, separated by commas.
    #[arg(long, value_name = "TASKS", default_value = "all", value_parser = tasks)]
    tasks: TaskList,
    /// Seed of all random choices.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u64::MAX), allow_negative_numbers = true)]
    seed: u64,
    /// Size of the pictures in pixels.
    #[arg(long, value_name = "WxH", default_value = "1024x1024", value_parser = parse_size)]
    size: (u32, u32),
    /// Anti-aliasing: 1, 4, 9 or 16 samples per pixel.
    #[arg(long, value_name = "N", default_value = "4", value_parser = parse_samples)]
    samples: Samples,
    /// Limit of the number of complexes; the first by name are taken.
    #[arg(long, value_name = "N", value_parser = whole(1_u64..), allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Plan the small set: of the test split, 50 questions per task (T4: 50 with and 50 without a
    /// bond).
    #[arg(long)]
    tiny: bool,
    /// Languages of the questions, separated by commas: en, zh, fr, de, ja, ko, pt, es, sw, wo, yo
    /// and zu, or all of them (`all`). Each item is asked in each language [default: en, or those
    /// of --messages].
    #[arg(long, value_name = "LANGS", value_parser = languages)]
    languages: Option<LanguageList>,
    /// Input modes, separated by commas: picture, text (tables of coordinates and bonds in place of
    /// the pictures) and both, or all of them (`all`). Each item is asked in each mode.
    #[arg(long, value_name = "MODES", default_value = "picture", value_parser = modes)]
    modes: ModeList,
    /// Your own question texts: a catalogue in the form of dataset/messages/en.toml, which
    /// replaces the built-in one of its language; can be given several times.
    #[arg(long, value_name = "FILE.toml")]
    messages: Vec<PathBuf>,
    /// Licence of the set, for its data card and metadata: the URL of its text, an SPDX identifier,
    /// or words.
    #[arg(long, value_name = "LICENSE", default_value = UNSTATED_LICENSE, value_parser = parse_license)]
    license: String,
    /// Omit the annotations (positions and visibility of atoms and residues), which makes
    /// generation faster.
    #[arg(long)]
    no_annotations: bool,
    /// Whether residues and atoms that share their names get unique ones (`on`), or questions that
    /// need their names are left out (`off`). The plan and the table of complexes list the changes.
    #[arg(long, value_name = "on|off", default_value = "on", value_parser = ["on", "off"])]
    unique_names: String,
    /// Limit of pictures per shard; a complex is never divided.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SHARD_PICTURES as u32, value_parser = whole(1_u32..), allow_negative_numbers = true)]
    shard_pictures: u32,
    /// List of the ligands of whole entries, with lines `ID RESNAME [NUMBER [CHAIN]]`; the ID `*`
    /// stands for all entries without a line. In entries that are not listed, the largest candidate
    /// is the ligand.
    #[arg(long, value_name = "FILE")]
    ligands: Option<PathBuf>,
    /// Largest distance of a heavy atom of the pocket from the ligand, for complexes that are cut
    /// out of whole entries or proteins, in angstrom.
    #[arg(long, value_name = "ANGSTROM", default_value_t = POCKET_CUTOFF_ANGSTROM, value_parser = number(2.0_f32..=50.0), allow_negative_numbers = true)]
    pocket_cutoff: f32,
    /// Number of threads [default: number of processors].
    #[arg(long, value_name = "N", value_parser = whole(1_u16..=u16::MAX), allow_negative_numbers = true)]
    threads: Option<u16>,
}

/// A list of tasks; clap would treat a plain `Vec` as a flag with several values.
#[derive(Debug, Clone)]
pub(super) struct TaskList(pub(super) Vec<Task>);

pub(super) fn tasks(text: &str) -> Result<TaskList, DatasetError> {
    parse_tasks(text).map(TaskList)
}

/// A list of languages; clap would treat a plain `Vec` as a flag with several values.
#[derive(Debug, Clone)]
struct LanguageList(Vec<String>);

fn languages(text: &str) -> Result<LanguageList, DatasetError> {
    parse_languages(text).map(LanguageList)
}

/// A list of input modes; clap would treat a plain `Vec` as a flag with several values.
#[derive(Debug, Clone)]
struct ModeList(Vec<Mode>);

fn modes(text: &str) -> Result<ModeList, DatasetError> {
    parse_modes(text).map(ModeList)
}

fn split_by(text: &str) -> Result<SplitBy, DatasetError> {
    text.parse()
}

fn decoys(text: &str) -> Result<Decoys, DatasetError> {
    text.parse()
}

fn parse_license(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_line = !text.is_empty() && text.len() <= 500 && !text.chars().any(char::is_control);
    is_line
        .then(|| text.to_owned())
        .ok_or_else(|| "give one line of 1 to 500 bytes".to_owned())
}

/// Parses the number of samples. Its message has no suggestion, because numbers are not misspelt.
fn parse_samples(text: &str) -> Result<Samples, String> {
    let count = text.trim().parse().ok().and_then(Samples::from_count);
    count.ok_or_else(|| "give one of 1, 4, 9, 16".to_owned())
}

/// Refuses paths that do not exist; the messages name the flags.
fn check_inputs(args: &PlanArgs) -> Result<(), CliError> {
    check_folder(
        "--complexes",
        &args.complexes,
        "give the folder of the complexes",
    )?;
    for (flag, file) in [("--split", &args.split), ("--ligands", &args.ligands)] {
        if let Some(file) = file {
            check_file(flag, file)?;
        }
    }
    for file in &args.messages {
        check_file("--messages", file)?;
    }
    Ok(())
}

pub(super) fn run(args: &PlanArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_inputs(args)?;
    let split = match &args.split {
        Some(file) => SplitChoice::read(file).map_err(failure)?,
        None => SplitChoice::Share(args.test_share),
    };
    let mut messages = Vec::new();
    for file in &args.messages {
        let text = std::fs::read_to_string(file)
            .map_err(|error| CliError::from(error).of_input(&file.display().to_string()))?;
        // Parsed here so that an error names the file.
        Catalogue::parse(file, &text).map_err(failure)?;
        messages.push(text);
    }
    let languages = args.languages.clone().map_or_else(Vec::new, |list| list.0);
    choose(&languages, &messages).map_err(failure)?;
    let most = molshot_scenes::job::MAX_EDGE_PX;
    let (width_px, height_px) = args.size;
    if ![width_px, height_px]
        .iter()
        .all(|edge| (16..=most).contains(edge))
    {
        return Err(CliError::flag(
            "--size",
            format_args!("give 16 to {most} pixels per edge"),
        ));
    }
    let mut options = PlanOptions::default();
    options.seed = args.seed;
    options.size = PictureSize {
        width_px,
        height_px,
        samples: args.samples.count(),
    };
    options.tasks.clone_from(&args.tasks.0);
    options.split = split;
    options.split_by = args.split_by;
    options.decoys = args.decoys;
    options.limit = args.limit.map(|limit| limit as usize);
    options.tiny = args.tiny;
    options.shard_pictures = args.shard_pictures as usize;
    options.languages = languages;
    options.modes.clone_from(&args.modes.0);
    options.messages = messages;
    options.annotations = !args.no_annotations;
    options.unique_names = args.unique_names == "on";
    options.license.clone_from(&args.license);
    options.cut.pocket_cutoff_angstrom = args.pocket_cutoff;
    if let Some(file) = &args.ligands {
        options.cut.ligands = read_ligands(file).map_err(failure)?;
    }
    if let Some(threads) = args.threads {
        options.threads = usize::from(threads);
    }
    let source = ComplexSource::new(&args.complexes);
    let meter = Meter::new("complexes", verbosity);
    interrupt::listen(|| note("interrupted: stopping; press Ctrl-C again to quit at once"));
    let monitor = Monitor {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
        ..Monitor::NONE
    };
    let (plan, report) =
        plan(&source, &Layout::new(&args.out), &options, monitor).map_err(failure)?;
    meter.finish();
    if !verbosity.quiet {
        let by_share = args.split.is_none() && !args.tiny;
        print_report(&report, by_share.then_some(args.test_share))?;
        note_rows(&plan, &report);
        note(format_args!(
            "planned in {:.1} s: {} shards; next: molshot dataset generate --out {}",
            meter.elapsed().as_secs_f64(),
            plan.shards.len(),
            args.out.display()
        ));
    }
    Ok(())
}

/// Reports in how many languages and input modes each item is asked, if in several.
fn note_rows(plan: &Plan, report: &Report) {
    let mut kinds = Vec::new();
    if plan.languages.len() > 1 {
        let count = plan.languages.len();
        let names = plan.languages.join(", ");
        kinds.push(format!("in {count} languages ({names})"));
    }
    if plan.modes.len() > 1 {
        let names: Vec<&str> = plan.modes.iter().map(|mode| mode.name()).collect();
        let count = names.len();
        kinds.push(format!("in {count} input modes ({})", names.join(", ")));
    }
    if !kinds.is_empty() {
        note(format_args!(
            "each item is asked {}: {} items, {} questions",
            kinds.join(" and "),
            report.question_count(),
            report.question_count() * plan.rows_per_item()
        ));
    }
}

/// Prints the counts of a plan, and what a reader of it should know.
///
/// `wanted_share` is the share of the test split; `None` if a file or --tiny decides.
fn print_report(report: &Report, wanted_share: Option<f64>) -> Result<(), CliError> {
    output(summary(report).as_bytes())?;
    let skipped = report.complexes.skipped_by_reason();
    for reason in &skipped {
        note(format_args!("left out: {reason}"));
    }
    for files in left_out_texts(&report.complexes.left_out_files) {
        note(format_args!("left out: {files}"));
    }
    if report.complexes.skipped.len() > skipped.len() {
        note("report.json lists every complex that was left out");
    }
    let warnings = &report.complexes.warnings;
    if let Some((id, texts)) = warnings.first_key_value() {
        note(format_args!(
            "{} complexes were read with warnings, which report.json lists; the first: {id}: {}",
            warnings.len(),
            texts.join("; ")
        ));
    }
    note_groups(report);
    for split in Split::ALL {
        let used = report.complexes.used.get(&split).copied().unwrap_or(0);
        let wanted = match wanted_share {
            Some(share) if split == Split::Test => share,
            Some(share) => 1.0 - share,
            None => 0.0,
        };
        if used == 0 && wanted > 0.0 && !report.complexes.used.is_empty() {
            note(format_args!(
                "warning: the {} split is empty, because like complexes stay together; add others, or give --split or --split-by none",
                split.name()
            ));
        }
    }
    if report.question_count() == 0 {
        note("no question could be made; report.json says why, by task");
    }
    if !report.complexes.cut.is_empty() {
        note(format_args!(
            "{} complexes were cut out of whole entries; report.json names their ligands",
            report.complexes.cut.len()
        ));
    }
    if !report.complexes.renamed.is_empty() {
        note(format_args!(
            "{} complexes have residues or atoms that share a name and got unique ones; plan/complexes.jsonl lists them",
            report.complexes.renamed.len()
        ));
    }
    if report.complexes.unused_ligands > 0 {
        note(format_args!(
            "{} lines of the list of ligands name a complex that is not in the folder",
            report.complexes.unused_ligands
        ));
    }
    Ok(())
}

/// Groups that are named in a note.
const MAX_NAMED: usize = 5;

/// Reports like complexes, and warns of groups that the file of the split puts on both sides.
fn note_groups(report: &Report) {
    let groups = &report.complexes.groups;
    let members: usize = groups.iter().map(|group| group.members.len()).sum();
    if !groups.is_empty() {
        note(format_args!(
            "like pockets or ligands: {members} complexes in groups that stay together ({}); report.json lists them",
            groups.len()
        ));
    }
    let copies: Vec<String> = groups
        .iter()
        .flat_map(|group| &group.copies)
        .map(|same| shortened(same))
        .collect();
    if !copies.is_empty() {
        note(format_args!(
            "the same complex under several names: {}; remove all but one",
            copies.join("; ")
        ));
    }
    let torn = &report.complexes.torn_groups;
    if !torn.is_empty() {
        let names: Vec<String> = torn
            .iter()
            .take(MAX_NAMED)
            .map(|group| shortened(&group.members))
            .collect();
        note(format_args!(
            "warning: the file of --split puts like complexes on both sides, so the test split is partly known from training; groups: {}, such as {}",
            torn.len(),
            names.join("; ")
        ));
    }
}

/// Joins ids, and names the number of those left out.
fn shortened(ids: &[String]) -> String {
    let mut text = ids[..ids.len().min(MAX_NAMED)].join(", ");
    if ids.len() > MAX_NAMED {
        let _ = write!(text, " and {} more", ids.len() - MAX_NAMED);
    }
    text
}

/// Formats the counts of a plan as a table.
fn summary(report: &Report) -> String {
    let mut text = format!("{:<28}{:>10}{:>10}\n", "", "train", "test");
    let mut line = |name: &str, count: &dyn Fn(Split) -> usize| {
        let [train, test] = Split::ALL.map(count);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{name:<28}{train:>10}{test:>10}");
    };
    line("complexes", &|split| {
        report.complexes.used.get(&split).copied().unwrap_or(0)
    });
    for task in Task::ALL {
        let counts = |split: Split| report.questions.get(&split).and_then(|all| all.get(&task));
        if Split::ALL.into_iter().any(|split| counts(split).is_some()) {
            line(&task.configuration(), &|split| {
                counts(split).map_or(0, |c| c.made)
            });
        }
    }
    line("pictures", &|split| {
        report.pictures.get(&split).copied().unwrap_or(0)
    });
    text
}
