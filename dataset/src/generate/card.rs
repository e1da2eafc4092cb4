//! The data card: `README.md` with the metadata block that the Hugging Face Hub reads.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Manifest, columns_of, configurations};
use crate::card::{
    Configuration, FrontMatter, License, SplitFiles, features, write_license_and_citation,
};
use crate::error::DatasetError;
use crate::messages::{Catalogues, pictures_per_question};
use crate::plan::report::Report;
use crate::record::Plan;
use crate::rules::Decoys;
use crate::task::{Split, Task};

/// Returns the text of the data card.
pub(super) fn card(
    plan: &Plan,
    report: &Report,
    catalogues: &Catalogues,
    manifests: &[Manifest],
) -> Result<String, DatasetError> {
    let mut text = String::new();
    write_card(&mut text, plan, report, catalogues, manifests)
        .map_err(|error| DatasetError::Request(error.to_string()))?;
    Ok(text)
}

fn write_card(
    out: &mut String,
    plan: &Plan,
    report: &Report,
    catalogues: &Catalogues,
    manifests: &[Manifest],
) -> std::fmt::Result {
    let license = License::of(&plan.license);
    FrontMatter {
        languages: &plan.languages,
        license: &license,
        questions: report.question_count() * plan.rows_per_item(),
        configurations: &card_configurations(plan, manifests),
    }
    .write(out)?;
    writeln!(out, "# Microscopic spatial intelligence\n")?;
    writeln!(
        out,
        "Questions about pictures of protein-ligand complexes: the nine tasks of MiSI-Bench (arXiv 2512.10867). The pictures and texts are not those of \
         the paper: they were made by {} from structures of the same kind, with seed {}. Pictures have {} x {} pixels and {} per pixel.\n",
        plan.generator,
        plan.seed,
        plan.size.width_px,
        plan.size.height_px,
        match plan.size.samples {
            1 => "1 sample".to_owned(),
            count => format!("{count} samples"),
        }
    )?;
    write_counts(out, plan, report)?;
    write_languages(out, plan, report, catalogues)?;
    write_columns(out, plan)?;
    let configurations = configurations(plan, manifests);
    let is_task = |entry: &&(String, Vec<Split>)| entry.0.starts_with('T');
    let first = configurations.iter().find(is_task);
    let name = first.map_or("pictures", |(name, _)| name);
    // The test split is the one to try a model with, if there is one.
    let split = first.and_then(|(_, splits)| splits.last());
    let split = split.map_or("test", |split| split.name());
    writeln!(
        out,
        "```python\nfrom datasets import load_dataset\nquestions = load_dataset(\"PATH\", \"{name}\", split=\"{split}\")\n\
         pictures = load_dataset(\"PATH\", \"pictures\", split=\"{split}\")\nby_path = {{path: row for row, path in enumerate(pictures[\"path\"])}}\n\
         shown = [pictures[by_path[path]][\"image\"] for path in questions[0][\"images\"]]\n```\n"
    )?;
    writeln!(
        out,
        "## How it was made\n\n{} planned and rendered the set without any network or random source but the seed: `plan/plan.json` has all options, `plan/complexes.jsonl` every picture and question, \
         and `molshot dataset generate` makes the same bytes from them and the structures.\n",
        plan.generator
    )?;
    write_decoys(out, plan.decoys)?;
    writeln!(
        out,
        "Every question was checked to be answerable from its pictures: before and after differ, no two options look alike, neighbouring answers give different \
         pictures, and the subject of the question is in frame and visible. Questions that failed were replaced or left out; `report.json` counts them. A complex is in \
         one split only, and `report.json` lists the complexes that are alike. `molshot dataset verify` checks the set, `molshot dataset score` scores answers by the paper's rules.\n"
    )?;
    if !report.complexes.cut.is_empty() {
        writeln!(
            out,
            "Complexes that were cut out of whole entries are in `structures/`; `report.json` says how they were cut.\n"
        )?;
    }
    write_limits(out, plan)?;
    write_license_and_citation(out, &license)
}

/// Says what scores on the set do not show.
fn write_limits(out: &mut String, plan: &Plan) -> std::fmt::Result {
    let like = if plan.split_listed {
        "The split was given by a file; `report.json` lists like complexes that it puts on both sides."
    } else {
        "Complexes are compared within the set only: a model may have seen the same structures elsewhere, and labels name residues and atoms."
    };
    let order = if plan.tasks.contains(&Task::T6) {
        "- In T6, the right option is often the one that is turned furthest from picture 1 (59 % on 57 complexes of PDBbind), which is part of the task as the paper defines it.\n"
    } else {
        ""
    };
    writeln!(
        out,
        "## Limits\n\n\
         - The pictures have one style and come from one program; scores on other pictures of molecules may differ.\n\
         - Hydrogen bonds are derived from the coordinates by the geometric rules of ChimeraX, not measured. Whether structures and protonation are right was not checked.\n\
         - {like}\n\
         {order}\
         - Translated questions can be harder because of their wording; see above which texts a speaker has checked.\n"
    )
}

/// Says how wrong options and residues without a bond were chosen.
fn write_decoys(out: &mut String, decoys: Decoys) -> std::fmt::Result {
    let text = match decoys {
        Decoys::Square => {
            "In T5 and T6 the four options of a question are a square: both motions right, the first one changed, the second one changed, both changed. So they do \
             not reveal the right one without the reference. In T4 each residue with a hydrogen bond has a partner without one that is about as far from the ligand, \
             if possible of the same name; residues that bond and have no partner are left out."
        }
        Decoys::Paper => {
            "In T5 and T6 the three wrong options of a question are derived from the right one (both sizes changed; the first sign flipped and the second size changed; \
             the first axis and the second size changed), as in the paper. So a model that recognises the motions of all four options can find the right one without \
             the reference. In T4 the residues without a hydrogen bond are drawn at random, so most of them are further away from the ligand than those with one."
        }
    };
    writeln!(
        out,
        "{text} The four options of T8 are made so that none of them stands out.\n"
    )
}

/// Returns the configurations with their files and columns.
fn card_configurations(plan: &Plan, manifests: &[Manifest]) -> Vec<Configuration> {
    let files = |name: &str, split: Split| {
        let start = format!("data/{name}/{}-", split.name());
        let tables = manifests.iter().flat_map(|manifest| &manifest.files);
        let (mut rows, mut bytes) = (0, 0);
        for (_, entry) in tables.filter(|(path, _)| path.starts_with(&start)) {
            rows += entry.rows;
            bytes += entry.bytes;
        }
        SplitFiles {
            split,
            path: format!("{start}*.parquet"),
            rows,
            bytes,
        }
    };
    configurations(plan, manifests)
        .into_iter()
        .map(|(name, splits)| Configuration {
            splits: splits
                .into_iter()
                .map(|split| files(&name, split))
                .collect(),
            features: features::of_columns(&columns_of(&name, plan)),
            name,
        })
        .collect()
}

/// Writes the table of the numbers of questions, pictures and complexes.
fn write_counts(out: &mut String, plan: &Plan, report: &Report) -> std::fmt::Result {
    writeln!(
        out,
        "| configuration | pictures per question | train | test |\n|---|---|---|---|"
    )?;
    let count = |split: Split, task: Task| {
        let counts = report
            .questions
            .get(&split)
            .and_then(|tasks| tasks.get(&task));
        counts.map_or(0, |counts| counts.made)
    };
    for task in &plan.tasks {
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            task.configuration(),
            pictures_per_question(*task),
            count(Split::Train, *task),
            count(Split::Test, *task)
        )?;
    }
    let of =
        |counts: &BTreeMap<Split, usize>, split: Split| counts.get(&split).copied().unwrap_or(0);
    writeln!(
        out,
        "| pictures | | {} | {} |\n| complexes | | {} | {} |\n",
        of(&report.pictures, Split::Train),
        of(&report.pictures, Split::Test),
        of(&report.complexes.used, Split::Train),
        of(&report.complexes.used, Split::Test)
    )
}

/// Says in which languages and input modes the questions are, and which texts were checked.
fn write_languages(
    out: &mut String,
    plan: &Plan,
    report: &Report,
    catalogues: &Catalogues,
) -> std::fmt::Result {
    let (items, count, rows) = (
        report.question_count(),
        catalogues.count(),
        plan.rows_per_item(),
    );
    if rows > 1 {
        let languages = if count > 1 {
            format!("in {count} languages with the same pictures")
        } else {
            "in several input modes".to_owned()
        };
        writeln!(
            out,
            "Each question is asked {languages}. The counts above are of items ({items} in all); the tables have {rows} rows per \
             item, {} in all, whose `id` is that of the `item`{}{}.\n",
            items * rows,
            if count > 1 { " and the `language`" } else { "" },
            if rows > count { " and the `mode`" } else { "" },
        )?;
    }
    if plan.has_tables() {
        let modes: Vec<&str> = plan.modes.iter().map(|mode| mode.name()).collect();
        writeln!(
            out,
            "Input modes: {}. In `text`, a table of coordinates and bonds stands for each picture; in `both`, each picture has one. A table lists what its \
             picture shows and nothing else: the drawn atoms within the picture, their labels and the bonds between them. The axes are those of the screen \
             (x to the right, y up, z towards the viewer), in angstrom.\n",
            modes.join(", ")
        )?;
    }
    let checked = catalogues.all().iter().map(|catalogue| {
        let by = match catalogue.checked_by.as_slice() {
            [] => "not checked by a speaker yet".to_owned(),
            names => format!("checked by {}", names.join(", ")),
        };
        format!("{} ({by})", catalogue.language)
    });
    writeln!(
        out,
        "Texts of the questions, by language: {}.\n",
        checked.collect::<Vec<_>>().join("; ")
    )
}

/// Describes the columns of the tables.
fn write_columns(out: &mut String, plan: &Plan) -> std::fmt::Result {
    writeln!(
        out,
        "`load_dataset` without a name loads `examples`: up to two questions per column of the paper's table with their pictures in the row (`images`), for a first look. They are among the questions of the tasks, too.\n\n\
         **Columns of questions**: `id`, `item` (what the rows of all languages and input modes have in common), `language`, `mode`, `task`, `split`, `complex`, `question`, `answer`, `options` (A to D, in order; the paths if the \
         options are pictures; empty for open questions), `images` (paths of the pictures, in order; empty in mode `text`), `captions` (what each picture shows), `tables` (a table of coordinates of each picture; empty in mode `picture`). **Columns of `pictures`**: `path`, \
         `image`, `complex`, `split`, `request` (the document from which `molshot` renders the same bytes; the structure is referred to by its id, and has the names of `renamed` in `complexes`){}. The names of \
         pictures do not reveal what was done to the molecules, but `request` and `answer` do: show a model neither. A picture of several questions is stored \
         once: join `images` with `path`, or make self-contained tables with `molshot dataset export --format parquet`.\n",
        if plan.annotations {
            "; for each drawn atom `atom` (its index), `x_px`, `y_px` (from the top left corner; NaN behind the camera), `depth_angstrom` and \
             `visible_fraction` (of the pixels that it would cover alone); for each residue with a drawn atom `residue` (its index), the bounding box of its \
             visible pixels (`residue_left_px`, `residue_top_px`, `residue_width_px`, `residue_height_px`, all 0 if none is visible) and \
             `residue_visible_fraction`"
        } else {
            ""
        }
    )?;
    writeln!(
        out,
        "**Columns of `complexes`**: `complex`, `split`, `input_sha256` (of its files), `cut_from` (the whole entry and the ligand, if it was cut out of one), \
         the names that the indices of annotations refer to (`atom_name`, `atom_element`, `atom_residue`; `residue_name`, `residue_role`), `hydrogen_bonds` \
         between pocket and ligand, and `renamed` (residues and atoms that shared a name with another one in the files and got a unique one: index, old and new name).\n"
    )
}
