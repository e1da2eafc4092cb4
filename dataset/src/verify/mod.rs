//! Checks a set against its plan.
//!
//! It checks counts, ids, hashes and references, renders a sample of the pictures again and
//! compares their bytes, and derives every answer again from the stored requests (`rederive`).

mod cuts;
mod descriptions;
mod exports;
mod families;
mod frames;
mod questions;
mod rederive;
mod tables;
mod unknown_files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use molshot_renderer::{AdapterChoice, Annotator, Backend, Encoder, Encoding, open};
use molshot_scenes::{Plane, PreparedScene, RenderRequest, SceneDocument};

use families::Families;

use crate::complexes::ComplexSource;
use crate::coordinates::{PictureTables, add_tables};
use crate::error::DatasetError;
use crate::files::{hash_file, read_json};
use crate::generate::complexes_table;
use crate::generate::picture_annotations::PictureAnnotations;
use crate::jobs::JobBuilder;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::monitor::{Monitor, Progress};
use crate::plan::read_lines;
use crate::plan::report::Report;
use crate::random::Random;
use crate::record::{ComplexPlan, Plan, ShardPlan};
use crate::rules::Decoys;
use crate::tables::read_rows;
use crate::task::Task;

/// Limit of the list of problems.
const MAX_PROBLEMS: usize = 100;

/// The options of [`verify()`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Folder of the complexes; `None` for the one that the plan recorded.
    pub complexes: Option<PathBuf>,
    /// Number of pictures that are rendered again, chosen at random.
    pub sample: usize,
    /// The adapter that renders; it must be the one that rendered the set.
    pub adapter: AdapterChoice,
}

impl Default for VerifyOptions {
    /// A sample of 200 pictures, rendered by the built-in rasteriser.
    fn default() -> Self {
        Self {
            complexes: None,
            sample: 200,
            adapter: AdapterChoice::Software,
        }
    }
}

/// The result of [`verify()`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Number of tables with the recorded size and hash.
    pub files: usize,
    /// Number of tables with other bytes and the recorded rows: another tool compressed them.
    pub recompressed: usize,
    /// Number of files of exports with the recorded size and hash.
    pub exported: usize,
    /// Number of checked questions.
    pub questions: usize,
    /// Number of answers that were derived again and are the same.
    pub derived: usize,
    /// Number of pictures.
    pub pictures: usize,
    /// Number of pictures that were rendered again with the same bytes and annotations.
    pub rendered_again: usize,
    /// Number of complexes that were cut again with the same bytes.
    pub cut: usize,
    /// Number of complexes that were not cut again, because their whole entries are missing.
    pub uncut: usize,
    /// The problems that were found, at most a hundred.
    pub problems: Vec<String>,
}

impl VerifyReport {
    fn add_problem(&mut self, text: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(text.into());
        }
    }
}

/// Checks a set and lists its problems.
///
/// # Errors
/// When the plan or the folder of complexes cannot be read, or the work is cancelled. All other
/// problems are listed in the result.
pub fn verify(
    layout: &Layout,
    options: &VerifyOptions,
    monitor: Monitor<'_>,
) -> Result<VerifyReport, DatasetError> {
    let plan = layout.plan()?;
    let mut found = VerifyReport::default();
    if hash_file(&layout.complexes_file())?.sha256 != plan.complexes_sha256 {
        found.add_problem("plan/complexes.jsonl is not the one that plan.json was made with");
    }
    let paths = tables::check(layout, &plan, &mut found)?;
    unknown_files::check(layout, &plan, &mut found)?;
    exports::check(layout, &mut found);
    let checker = Checker {
        layout,
        plan: &plan,
        catalogues: Catalogues::read(layout, &plan)?,
        source: layout.source(options.complexes.as_deref())?,
        paths: &paths,
        sampled: select_sample(&paths, plan.seed, options.sample),
    };
    let mut lines = read_lines(&layout.complexes_file())?;
    let mut report = Report::default();
    let mut ids = BTreeSet::new();
    let mut families = Families::default();
    let mut backend = open(options.adapter)?;
    for (number, shard) in plan.shards.iter().enumerate() {
        let complexes: Vec<ComplexPlan> = lines
            .by_ref()
            .take(shard.complexes)
            .collect::<Result<_, _>>()?;
        for complex in &complexes {
            report.add(complex);
            cuts::check(&checker.source, &layout.cuts(), complex, &mut found);
            for item in &complex.items {
                if !ids.insert(item.id.clone()) {
                    found.add_problem(format!("the id {} is used twice", item.id));
                }
            }
        }
        if let Err(error) =
            checker.check_shard(shard, &complexes, &mut *backend, &mut families, &mut found)
        {
            found.add_problem(error.to_string());
        }
        (monitor.progress)(Progress {
            done: number + 1,
            total: plan.shards.len(),
        });
        if (monitor.stopped)() {
            return Err(DatasetError::Interrupted(
                "interrupted: the check is incomplete".into(),
            ));
        }
    }
    let stored: Report = read_json(&layout.report_file())?;
    if stored.questions != report.questions || stored.pictures != report.pictures {
        found.add_problem("report.json has other counts of questions or pictures than the plan");
    }
    descriptions::check(layout, &plan, &stored, &checker.catalogues, &mut found);
    families.check(&plan, &mut found);
    Ok(found)
}

/// Selects the pictures to render again: those with the lowest random numbers.
fn select_sample(paths: &BTreeSet<String>, seed: u64, sample: usize) -> BTreeSet<String> {
    let mut numbered: Vec<(u64, &String)> = paths
        .iter()
        .map(|path| (Random::new(seed, &["verify", path]).next_u64(), path))
        .collect();
    numbered.sort();
    numbered
        .into_iter()
        .take(sample)
        .map(|(_, path)| path.clone())
        .collect()
}

/// What the checks of all shards share.
struct Checker<'a> {
    layout: &'a Layout,
    plan: &'a Plan,
    catalogues: Catalogues,
    source: ComplexSource,
    paths: &'a BTreeSet<String>,
    sampled: BTreeSet<String>,
}

impl Checker<'_> {
    /// Checks the tables of a shard and derives its answers.
    fn check_shard(
        &self,
        shard: &ShardPlan,
        complexes: &[ComplexPlan],
        backend: &mut dyn Backend,
        families: &mut Families,
        found: &mut VerifyReport,
    ) -> Result<(), DatasetError> {
        let name = shard.name();
        let requests = self.check_pictures(&name, complexes, backend, found)?;
        self.check_complexes(&name, complexes, found)?;
        let tables = self.coordinates(complexes)?;
        for task in Task::ALL {
            let items = complexes.iter().flat_map(|complex| {
                let items = complex.items.iter().filter(move |item| item.task == task);
                items.map(move |item| (complex, item))
            });
            questions::check(self, &name, task, items.collect(), &tables, found)?;
        }
        for complex in complexes {
            self.check_counts(complex, found);
            match rederive::AnswerChecker::read(&self.source, &complex.id, self.plan.decoys) {
                Ok(read) => {
                    families.add(complex, read.structure(), found);
                    for item in &complex.items {
                        match read.check(item, &requests, &self.source) {
                            Ok(()) => found.derived += 1,
                            Err(problem) => found.add_problem(format!("{}: {problem}", item.id)),
                        }
                    }
                }
                Err(problem) => found.add_problem(format!("{}: {problem}", complex.id)),
            }
        }
        Ok(())
    }

    /// Makes the tables of coordinates of all pictures again, if the plan has a mode with them.
    fn coordinates(&self, complexes: &[ComplexPlan]) -> Result<PictureTables, DatasetError> {
        let mut tables = PictureTables::new();
        if self.plan.has_tables() {
            let mut builder = JobBuilder::new(&self.source, self.plan.size);
            for complex in complexes {
                add_tables(&mut builder, complex, self.plan.seed, &mut tables)?;
            }
        }
        Ok(tables)
    }

    /// Checks the table that annotations refer to.
    fn check_complexes(
        &self,
        name: &str,
        complexes: &[ComplexPlan],
        found: &mut VerifyReport,
    ) -> Result<(), DatasetError> {
        let table = self.layout.file(&Layout::complexes_path(name));
        let mut table_rows = read_rows(&table)?;
        for complex in complexes {
            let Some(row) = table_rows.next().transpose()? else {
                found.add_problem(format!("{} ends before {}", table.display(), complex.id));
                return Ok(());
            };
            // A complex that cannot be read is reported elsewhere.
            let Ok(read) = self.source.read(&complex.id) else {
                continue;
            };
            if read.renamed != complex.renamed
                || !complexes_table::matches(complex, &read.structure, &row)?
            {
                found.add_problem(format!(
                    "{} is stored in {} otherwise than its files say",
                    complex.id,
                    table.display()
                ));
            }
        }
        Ok(())
    }

    /// Checks the table of pictures, and returns all requests by path.
    ///
    /// The sampled pictures are rendered again and compared.
    fn check_pictures(
        &self,
        name: &str,
        complexes: &[ComplexPlan],
        backend: &mut dyn Backend,
        found: &mut VerifyReport,
    ) -> Result<BTreeMap<String, RenderRequest>, DatasetError> {
        let table = self.layout.file(&Layout::pictures_path(name));
        let planned = complexes.iter().flat_map(|complex| {
            let pictures = complex.pictures.iter();
            pictures.map(move |(path, picture)| (complex, path, picture))
        });
        let mut requests = BTreeMap::new();
        let mut table_rows = read_rows(&table)?;
        for (complex, path, picture) in planned {
            let Some(row) = table_rows.next() else {
                found.add_problem(format!("{} ends before {path}", table.display()));
                break;
            };
            let row = row?;
            let document = row.text("request")?;
            let request = SceneDocument::from_json(document.as_bytes())
                .map_err(|error| DatasetError::content(&table, format!("{path}: {error}")))?;
            let same = row.text("path")? == *path
                && picture.path(&complex.id, self.plan.seed) == *path
                && row.text("complex")? == picture.complex
                && row.text("split")? == complex.split.name()
                && request == picture.document(self.plan.size);
            let request = request.request;
            if !same {
                found.add_problem(format!("{path} is stored otherwise than planned"));
            }
            if self.sampled.contains(path) {
                let image = row.image("image")?;
                match self.render_again(&picture.complex, &request, backend) {
                    Ok((bytes, _)) if bytes != image.bytes => {
                        found.add_problem(format!("{path} rendered again has other bytes"));
                    }
                    Ok((_, Some(annotations))) if !annotations.equal_row(&row)? => {
                        found.add_problem(format!("{path} rendered again has other annotations"));
                    }
                    Ok(_) => found.rendered_again += 1,
                    Err(error) => found.add_problem(format!("{path}: {error}")),
                }
            }
            requests.insert(path.clone(), request);
        }
        if table_rows.next().is_some() {
            found.add_problem(format!(
                "{} has more pictures than planned",
                table.display()
            ));
        }
        Ok(requests)
    }

    /// Renders a picture, and annotates it if the plan says so.
    fn render_again(
        &self,
        complex: &str,
        request: &RenderRequest,
        backend: &mut dyn Backend,
    ) -> Result<(Vec<u8>, Option<PictureAnnotations>), DatasetError> {
        let read = self
            .source
            .read(complex)
            .map_err(|error| DatasetError::Request(error.message))?;
        let job = PreparedScene::new(read.structure, request)
            .and_then(|prepared| {
                let job = prepared.job()?;
                if self.plan.annotations {
                    job.with_plane(Plane::AtomId)
                } else {
                    Ok(job)
                }
            })
            .map_err(|source| DatasetError::Scene {
                complex: complex.to_owned(),
                source: Box::new(source),
            })?;
        let frame = backend.draw(&job)?;
        let mut bytes = Vec::new();
        Encoder::new().encode(&frame, Encoding::from(&request.output), &mut bytes)?;
        let annotations = self
            .plan
            .annotations
            .then(|| PictureAnnotations::of(&job, &frame, &mut Annotator::default()));
        Ok((bytes, annotations.transpose()?))
    }

    /// Checks that made and dropped questions are as many as the paper's formulae say, and that
    /// each residue of T4 with a bond has a partner without.
    fn check_counts(&self, complex: &ComplexPlan, found: &mut VerifyReport) {
        if self.plan.tiny {
            return;
        }
        let of_column = |column: &str| {
            complex
                .items
                .iter()
                .filter(|item| item.column() == column)
                .count()
        };
        let (with, without) = (of_column("T4+"), of_column("T4-"));
        if self.plan.decoys == Decoys::Square && with != without {
            found.add_problem(format!(
                "{} has {with} questions of T4 with a bond and {without} without, not as many of both",
                complex.id
            ));
        }
        for task in &self.plan.tasks {
            let Some(wanted) = task.items_per_complex(complex.split) else {
                continue;
            };
            let made = complex
                .items
                .iter()
                .filter(|item| item.task == *task)
                .count();
            let dropped = complex
                .dropped
                .iter()
                .filter(|dropped| dropped.task == *task)
                .count();
            if made + dropped != wanted as usize {
                found.add_problem(format!(
                    "{} has {made} questions of {task} and {dropped} dropped ones, not {wanted} in all",
                    complex.id
                ));
            }
        }
    }
}
