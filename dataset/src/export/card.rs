//! The data card of an export: its configurations, columns, licence and citation.

use std::fmt::Write;

use super::question_texts::tab_columns;
use super::writers::{COLUMNS, WrittenSplit};
use super::{ExportFormat, tools};
use crate::card::features::{self, Feature, NamedFeature};
use crate::card::{Configuration, FrontMatter, License, SplitFiles, write_license_and_citation};
use crate::messages::pictures_per_question;
use crate::mode::Mode;
use crate::record::Plan;
use crate::tables::ColumnKind;
use crate::task::{Split, Task};

/// Returns the text of the data card.
pub(super) fn card(format: ExportFormat, plan: &Plan, written: &[WrittenSplit]) -> String {
    let license = License::of(&plan.license);
    let configurations = configurations(format, written);
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    let _ = FrontMatter {
        languages: &plan.languages,
        license: &license,
        questions: written.iter().map(|split| split.rows).sum(),
        configurations: &configurations,
    }
    .write(&mut text);
    let _ = write_text(&mut text, format, plan, written);
    let _ = write_license_and_citation(&mut text, &license);
    text
}

fn write_text(
    out: &mut String,
    format: ExportFormat,
    plan: &Plan,
    written: &[WrittenSplit],
) -> std::fmt::Result {
    writeln!(
        out,
        "# Microscopic spatial intelligence\n\nQuestions about pictures of protein-ligand complexes: the nine tasks of MiSI-Bench (arXiv 2512.10867), made by {} with seed {}. \
         The pictures and texts are not those of the paper. This is an export {}. Pictures have {} x {} pixels.\n",
        plan.generator,
        plan.seed,
        tools(format),
        plan.size.width_px,
        plan.size.height_px
    )?;
    writeln!(
        out,
        "| configuration | pictures per question | train | test |\n|---|---|---|---|"
    )?;
    let rows = |task: Task, split: Split| {
        let found = written
            .iter()
            .find(|written| (written.task, written.split) == (task, split));
        found.map_or(0, |written| written.rows)
    };
    for task in tasks(written) {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            task.configuration(),
            pictures_per_question(task),
            rows(task, Split::Train),
            rows(task, Split::Test)
        )?;
    }
    out.push('\n');
    write_modes(out, format, plan)?;
    let first = tasks(written).first().map_or(Task::T1, |task| *task);
    let split = written.iter().find(|written| written.task == first);
    writeln!(
        out,
        "```python\nfrom datasets import load_dataset\nquestions = load_dataset(\"PATH\", \"{}\", split=\"{}\")\n```\n\n\
         Without a name, `load_dataset` loads the first configuration.\n",
        first.configuration(),
        split.map_or(Split::Test, |written| written.split).name()
    )
}

/// Says which input modes the questions have, if it is not that of pictures alone.
fn write_modes(out: &mut String, format: ExportFormat, plan: &Plan) -> std::fmt::Result {
    if !plan.has_tables() {
        return Ok(());
    }
    let is_held = |mode: &&Mode| mode.has_pictures() || format.holds_text();
    let held: Vec<&str> = plan
        .modes
        .iter()
        .filter(is_held)
        .map(|mode| mode.name())
        .collect();
    write!(
        out,
        "Input modes: {}. In `text`, a table of coordinates and bonds stands for each picture; in `both`, each picture has one.",
        held.join(", ")
    )?;
    if held.len() < plan.modes.len() {
        write!(
            out,
            " The set also has the mode `text`, which this format has no room for."
        )?;
    }
    writeln!(out, "\n")
}

/// Returns the tasks that have questions.
fn tasks(written: &[WrittenSplit]) -> Vec<Task> {
    let has = |task: &Task| written.iter().any(|written| written.task == *task);
    Task::ALL.into_iter().filter(has).collect()
}

fn configurations(format: ExportFormat, written: &[WrittenSplit]) -> Vec<Configuration> {
    let files = |task: Task| {
        let of_task = written.iter().filter(move |written| written.task == task);
        of_task.map(move |written| {
            let (name, split) = (task.configuration(), written.split);
            let split_name = split.name();
            SplitFiles {
                split,
                path: match format {
                    ExportFormat::Parquet => format!("{name}/{split_name}-*.parquet"),
                    ExportFormat::Webdataset => format!("{name}-{split_name}-*.tar"),
                    ExportFormat::Imagefolder => format!("{name}/{split_name}/**"),
                    ExportFormat::Llamafactory | ExportFormat::Llava => {
                        format!("{name}-{split_name}.json")
                    }
                    ExportFormat::Vlmeval => format!("{name}-{split_name}.tsv"),
                    ExportFormat::Evalscope => format!("{name}_{split_name}.parquet"),
                },
                rows: written.rows,
                bytes: written.bytes,
            }
        })
    };
    tasks(written)
        .into_iter()
        .map(|task| Configuration {
            name: task.configuration(),
            splits: files(task).collect(),
            features: columns(format, task),
        })
        .collect()
}

/// Returns the columns as the library `datasets` reads them.
fn columns(format: ExportFormat, task: Task) -> Vec<NamedFeature> {
    const TEXT: Feature = Feature::Kind(ColumnKind::Text);
    const TEXTS: Feature = Feature::Kind(ColumnKind::Texts);
    const MESSAGES: [&str; 2] = ["role", "content"];
    const CONVERSATIONS: [&str; 2] = ["from", "value"];
    let groups =
        |names: [&'static str; 2]| Feature::Groups(names.map(|name| (name, TEXT)).to_vec());
    let named = |features: Vec<(&str, Feature)>| {
        let owned = |(name, feature): (&str, Feature)| (name.to_owned(), feature);
        features.into_iter().map(owned).collect()
    };
    match format {
        ExportFormat::Parquet | ExportFormat::Imagefolder | ExportFormat::Evalscope => {
            features::of_columns(&COLUMNS)
        }
        ExportFormat::Webdataset => {
            let picture = |number| {
                let name = format!("{number:02}.png");
                (name, Feature::Kind(ColumnKind::Image))
            };
            let mut columns: Vec<NamedFeature> =
                (0..pictures_per_question(task)).map(picture).collect();
            let members = COLUMNS.iter().filter(|(name, _)| *name != "images");
            let members = members.map(|(name, kind)| (*name, Feature::Kind(*kind)));
            columns.push(("json".to_owned(), Feature::Group(members.collect())));
            columns.push(("__key__".to_owned(), TEXT));
            columns.push(("__url__".to_owned(), TEXT));
            columns
        }
        ExportFormat::Llamafactory => {
            named(vec![("messages", groups(MESSAGES)), ("images", TEXTS)])
        }
        ExportFormat::Llava => named(vec![
            ("id", TEXT),
            ("image", TEXTS),
            ("conversations", groups(CONVERSATIONS)),
        ]),
        ExportFormat::Vlmeval => {
            let mut columns = vec![("index", Feature::Integer)];
            let texts = tab_columns(task)
                .into_iter()
                .filter(|name| *name != "index");
            columns.extend(texts.map(|name| (name, TEXT)));
            named(columns)
        }
    }
}
