//! The data card: `README.md` with the head that the Hugging Face Hub reads.

use std::fmt::Write;

use super::configurations;
use crate::error::DatasetError;
use crate::messages::{Catalogue, pictures_of};
use crate::plan::account::Report;
use crate::plan::record::Plan;
use crate::task::{Split, Task};

/// The text of the card.
pub(super) fn card(
    plan: &Plan,
    report: &Report,
    catalogue: &Catalogue,
) -> Result<String, DatasetError> {
    let mut text = String::new();
    write_card(&mut text, plan, report, catalogue)
        .map_err(|error| DatasetError::Request(error.to_string()))?;
    Ok(text)
}

fn size_category(questions: usize) -> &'static str {
    match questions {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        _ => "100K<n<1M",
    }
}

fn write_card(
    out: &mut String,
    plan: &Plan,
    report: &Report,
    catalogue: &Catalogue,
) -> std::fmt::Result {
    writeln!(out, "---")?;
    writeln!(out, "pretty_name: Microscopic spatial intelligence")?;
    writeln!(out, "language:\n- {}", catalogue.language)?;
    // The Hub knows identifiers in small letters, such as `cc-by-4.0`; of all else the text tells.
    let is_known = plan
        .license
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c));
    let license = if is_known { &plan.license } else { "other" };
    writeln!(out, "license: {license}")?;
    writeln!(out, "task_categories:\n- visual-question-answering")?;
    writeln!(
        out,
        "tags:\n- chemistry\n- biology\n- molecules\n- spatial-reasoning"
    )?;
    writeln!(
        out,
        "size_categories:\n- {}",
        size_category(report.question_count())
    )?;
    writeln!(out, "configs:")?;
    for (name, sides) in configurations(plan) {
        writeln!(out, "- config_name: {name}\n  data_files:")?;
        for side in sides {
            let side = side.name();
            writeln!(
                out,
                "  - split: {side}\n    path: data/{name}/{side}-*.parquet"
            )?;
        }
    }
    writeln!(out, "---\n\n# Microscopic spatial intelligence\n")?;
    writeln!(
        out,
        "Questions about pictures of protein-ligand complexes: the nine tasks of MiSI-Bench (arXiv 2512.10867). The pictures and texts are not the \
         original's: they were made by {} from the same kind of structures, with seed {}. Pictures have {} x {} pixels and {} samples a pixel.\n",
        plan.generator, plan.seed, plan.size.width_px, plan.size.height_px, plan.size.samples
    )?;
    writeln!(
        out,
        "| configuration | pictures a question | train | test |\n|---|---|---|---|"
    )?;
    let count = |side: Split, task: Task| {
        let counts = report
            .questions
            .get(&side)
            .and_then(|tasks| tasks.get(&task));
        counts.map_or(0, |counts| counts.made)
    };
    for task in &plan.tasks {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            task.configuration(),
            pictures_of(*task),
            count(Split::Train, *task),
            count(Split::Test, *task)
        )?;
    }
    let of = |counts: &std::collections::BTreeMap<Split, usize>, side: Split| {
        counts.get(&side).copied().unwrap_or(0)
    };
    writeln!(
        out,
        "| pictures | | {} | {} |\n| complexes | | {} | {} |\n",
        of(&report.pictures, Split::Train),
        of(&report.pictures, Split::Test),
        of(&report.complexes.used, Split::Train),
        of(&report.complexes.used, Split::Test)
    )?;
    write_columns(out, plan)?;
    writeln!(
        out,
        "```python\nfrom datasets import load_dataset\nquestions = load_dataset(\"PATH\", \"T1-translation\", split=\"test\")\n\
         pictures = load_dataset(\"PATH\", \"pictures\", split=\"test\")\nby_path = {{path: row for row, path in enumerate(pictures[\"path\"])}}\n\
         shown = [pictures[by_path[path]][\"image\"] for path in questions[0][\"images\"]]\n```\n"
    )?;
    writeln!(
        out,
        "In T5 and T6 the three wrong options of a question are made from the right one (both sizes changed; the first sign flipped and the second size changed; \
         the first axis and the second size changed), as in the paper: who reads off the motions of all four options can tell the right one without the \
         reference. T8's four options are made so that none of them stands out.\n"
    )?;
    writeln!(
        out,
        "Every question was checked to be answerable from its pictures: before and after differ, no two options look alike, neighbouring answers give other \
         pictures, what is asked about is in frame and visible. What failed was drawn anew or left out; `report.json` counts it. A complex is on one side only. \
         `molshot dataset verify` checks the set, `molshot dataset score` scores answers by the paper's rules.\n"
    )?;
    writeln!(
        out,
        "Licence: {}. The structures have their own terms (PDBbind, wwPDB): see where they came from.{}",
        plan.license,
        if report.complexes.cut.is_empty() {
            ""
        } else {
            " Those that were cut out of whole entries are in `structures/`; `report.json` says how."
        }
    )
}

/// What the columns of the tables are.
fn write_columns(out: &mut String, plan: &Plan) -> std::fmt::Result {
    writeln!(
        out,
        "**Columns of questions**: `id`, `task`, `split`, `complex`, `question`, `answer`, `options` (A to D, in order; of questions whose options are pictures \
         their paths; empty for open questions), `images` (paths of the pictures, in order), `captions` (what each shows). **Columns of `pictures`**: `path`, \
         `image`, `complex`, `split`, `request` (the document by which `molshot` draws the very same bytes; the structure is named by its id){}. The names of \
         pictures tell nothing of what was done to the molecules, but `request` and, of course, `answer` do: show a model neither. A picture that several \
         questions show is stored once: join `images` with `path`, or make self-contained tables with `molshot dataset export --format parquet`.\n",
        if plan.annotations {
            "; of each drawn atom `atom` (its index), `x_px`, `y_px` (from the top left corner; not a number behind the camera), `depth_angstrom` and \
             `visible_fraction` (of the pixels that it would cover alone); of each residue with a drawn atom `residue` (its index), the box of what is seen of \
             it (`residue_left_px`, `residue_top_px`, `residue_width_px`, `residue_height_px`, all 0 where nothing is) and `residue_visible_fraction`"
        } else {
            ""
        }
    )?;
    writeln!(
        out,
        "**Columns of `complexes`**: `complex`, `split`, `input_sha256` (of its files), `cut_from` (the whole entry and the ligand, where it was cut out of one), \
         what the indices of annotations mean (`atom_name`, `atom_element`, `atom_residue`; `residue_name`, `residue_role`), and `hydrogen_bonds` between pocket \
         and ligand.\n"
    )
}
