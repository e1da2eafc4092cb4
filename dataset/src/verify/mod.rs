//! Is a set what its plan says? Counts, ids, hashes, references; a sample of pictures drawn anew;
//! every answer derived anew from the stored requests (`derive`).

mod cuts;
mod derive;
mod stray;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use molshot_renderer::{AdapterChoice, Annotator, Encoder, Encoding, open};
use molshot_scenes::{Plane, PreparedScene, RenderRequest};

use crate::error::DatasetError;
use crate::files::{hash_file, read_json};
use crate::generate::places::Places;
use crate::generate::{catalogue, manifest, structures};
use crate::layout::Layout;
use crate::messages::Catalogue;
use crate::plan::account::Report;
use crate::plan::read_lines;
use crate::plan::record::{ComplexPlan, Plan, ShardPlan};
use crate::random::Random;
use crate::tables::{rows, rows_of};
use crate::task::Task;
use crate::watch::{Progress, Watch};

/// So many faults are told.
const MOST_FAULTS: usize = 100;

/// How a set is looked at.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Where the complexes are, where not as noted by the plan.
    pub complexes: Option<PathBuf>,
    /// Pictures that are drawn anew, chosen by their own numbers.
    pub sample: usize,
    /// What draws; it must be what drew the set.
    pub adapter: AdapterChoice,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Tables whose size and hash are right.
    pub files: usize,
    /// Questions that were looked at.
    pub questions: usize,
    /// Answers that were derived anew.
    pub derived: usize,
    /// Pictures that are there.
    pub pictures: usize,
    /// Pictures that were drawn anew and are the same, byte for byte; their annotations, too.
    pub redrawn: usize,
    /// Complexes that were cut anew out of their whole entries and are the same, byte for byte.
    pub cut: usize,
    /// Complexes whose whole entries are not there, so that they could not be cut anew.
    pub uncut: usize,
    /// What is wrong; the first hundred.
    pub faults: Vec<String>,
}

impl Verified {
    fn fault(&mut self, text: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(text.into());
        }
    }
}

/// Looks at all of a set.
///
/// # Errors
/// When the plan or the complexes cannot be read at all; all else is a fault in the result.
pub fn verify(
    layout: &Layout,
    options: &VerifyOptions,
    watch: Watch<'_>,
) -> Result<Verified, DatasetError> {
    let plan = layout.plan()?;
    let mut found = Verified::default();
    if hash_file(&layout.complexes_file())?.sha256 != plan.complexes_sha256 {
        found.fault("plan/complexes.jsonl is not the one that plan.json was made with");
    }
    let paths = all_paths(layout, &plan, &mut found)?;
    stray::check(layout, &plan, &mut found)?;
    let work = Work {
        layout,
        plan: &plan,
        catalogue: catalogue(layout)?,
        source: layout.source(options.complexes.as_deref())?,
        paths: &paths,
        sampled: sampled(&paths, plan.seed, options.sample),
    };
    let mut lines = read_lines(&layout.complexes_file())?;
    let mut report = Report::default();
    let mut ids = BTreeSet::new();
    let mut draw = open(options.adapter)?;
    for (number, shard) in plan.shards.iter().enumerate() {
        let complexes: Vec<ComplexPlan> = lines
            .by_ref()
            .take(shard.complexes)
            .collect::<Result<_, _>>()?;
        for complex in &complexes {
            report.add(complex);
            cuts::check(&work.source, &layout.cuts(), complex, &mut found);
            for item in &complex.items {
                if !ids.insert(item.id.clone()) {
                    found.fault(format!("the id {} is there twice", item.id));
                }
            }
        }
        if let Err(error) = work.shard(shard, &complexes, &mut *draw, &mut found) {
            found.fault(error.to_string());
        }
        (watch.progress)(Progress {
            done: number + 1,
            total: plan.shards.len(),
        });
        if (watch.stopped)() {
            return Err(DatasetError::Interrupted(
                "interrupted: not all was looked at".into(),
            ));
        }
    }
    let told: Report = read_json(&layout.report_file())?;
    if told.questions != report.questions || told.pictures != report.pictures {
        found.fault("report.json counts other questions or pictures than the plan has");
    }
    Ok(found)
}

/// Paths of all pictures of the tables.
fn all_paths(
    layout: &Layout,
    plan: &Plan,
    found: &mut Verified,
) -> Result<BTreeSet<String>, DatasetError> {
    let mut paths = BTreeSet::new();
    for shard in &plan.shards {
        let name = shard.name();
        let Some(manifest) = manifest(layout, shard)? else {
            found.fault(format!(
                "the shard {name} is not finished; run generate with --resume"
            ));
            continue;
        };
        for (path, entry) in &manifest.files {
            match hash_file(&layout.file(path)) {
                Ok(file) if (file.bytes, &file.sha256) == (entry.bytes, &entry.sha256) => {
                    found.files += 1;
                }
                Ok(_) => found.fault(format!("{path} is not the file that was written")),
                Err(error) => found.fault(error.to_string()),
            }
        }
        let table = rows_of(&layout.file(&Layout::pictures_path(&name)), &["path"]);
        match table {
            Ok(table) => {
                for row in table {
                    let path = row.and_then(|row| row.text("path"));
                    match path {
                        Ok(path) if paths.contains(&path) => {
                            found.fault(format!("the picture {path} is there twice"));
                        }
                        Ok(path) => drop(paths.insert(path)),
                        Err(error) => {
                            found.fault(error.to_string());
                            break;
                        }
                    }
                }
            }
            Err(error) => found.fault(error.to_string()),
        }
    }
    found.pictures = paths.len();
    Ok(paths)
}

/// Pictures to be drawn anew: those with the lowest numbers of their own.
fn sampled(paths: &BTreeSet<String>, seed: u64, sample: usize) -> BTreeSet<String> {
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

struct Work<'a> {
    layout: &'a Layout,
    plan: &'a Plan,
    catalogue: Catalogue,
    source: crate::complexes::Source,
    paths: &'a BTreeSet<String>,
    sampled: BTreeSet<String>,
}

impl Work<'_> {
    fn shard(
        &self,
        shard: &ShardPlan,
        complexes: &[ComplexPlan],
        draw: &mut dyn molshot_renderer::Backend,
        found: &mut Verified,
    ) -> Result<(), DatasetError> {
        let name = shard.name();
        let requests = self.pictures(&name, complexes, draw, found)?;
        self.complexes(&name, complexes, found)?;
        for task in Task::ALL {
            let items = complexes.iter().flat_map(|complex| {
                let items = complex.items.iter().filter(move |item| item.task == task);
                items.map(move |item| (complex, item))
            });
            let items: Vec<_> = items.collect();
            if items.is_empty() {
                continue;
            }
            let table = self.layout.file(&Layout::questions_path(task, &name));
            let mut count = 0;
            for (row, (complex, item)) in rows(&table)?.zip(&items) {
                let row = row?;
                count += 1;
                let same = row.text("id")? == item.id
                    && row.text("task")? == task.name()
                    && row.texts("captions")? == self.catalogue.captions(task)
                    && row.text("answer")? == item.answer
                    && row.texts("options")? == item.options
                    && row.texts("images")? == item.images
                    && row.text("complex")? == complex.id
                    && row.text("split")? == complex.split.name()
                    && row.text("question")? == self.catalogue.question(item)?;
                if !same {
                    found.fault(format!(
                        "{} is in the table otherwise than planned",
                        item.id
                    ));
                }
                for image in item
                    .images
                    .iter()
                    .filter(|image| !self.paths.contains(*image))
                {
                    found.fault(format!("{} shows {image}, which is not there", item.id));
                }
                found.questions += 1;
            }
            if count != items.len() {
                found.fault(format!(
                    "{} has {count} questions, not {}",
                    table.display(),
                    items.len()
                ));
            }
        }
        for complex in complexes {
            self.counts(complex, found);
            match derive::Complex::read(&self.source, &complex.id) {
                Ok(read) => {
                    for item in &complex.items {
                        match read.check(item, &requests, &self.source) {
                            Ok(()) => found.derived += 1,
                            Err(problem) => found.fault(format!("{}: {problem}", item.id)),
                        }
                    }
                }
                Err(problem) => found.fault(format!("{}: {problem}", complex.id)),
            }
        }
        Ok(())
    }

    /// The names that annotations refer to, and the bonds.
    fn complexes(
        &self,
        name: &str,
        complexes: &[ComplexPlan],
        found: &mut Verified,
    ) -> Result<(), DatasetError> {
        let table = self.layout.file(&Layout::complexes_path(name));
        let mut table_rows = rows(&table)?;
        for complex in complexes {
            let Some(row) = table_rows.next().transpose()? else {
                found.fault(format!("{} ends before {}", table.display(), complex.id));
                return Ok(());
            };
            // A complex that cannot be read is a fault of its own.
            let Ok(read) = self.source.read(&complex.id) else {
                continue;
            };
            if !structures::is_row(complex, &read.structure, &row)? {
                found.fault(format!(
                    "{} is in {} otherwise than its files say",
                    complex.id,
                    table.display()
                ));
            }
        }
        Ok(())
    }

    /// The tables' requests by path; the sampled pictures are drawn anew.
    fn pictures(
        &self,
        name: &str,
        complexes: &[ComplexPlan],
        draw: &mut dyn molshot_renderer::Backend,
        found: &mut Verified,
    ) -> Result<BTreeMap<String, RenderRequest>, DatasetError> {
        let table = self.layout.file(&Layout::pictures_path(name));
        let planned = complexes.iter().flat_map(|complex| {
            let pictures = complex.pictures.iter();
            pictures.map(move |(path, picture)| (complex, path, picture))
        });
        let mut requests = BTreeMap::new();
        let mut table_rows = rows(&table)?;
        for (complex, path, picture) in planned {
            let Some(row) = table_rows.next() else {
                found.fault(format!("{} ends before {path}", table.display()));
                break;
            };
            let row = row?;
            let document = row.text("request")?;
            let request = RenderRequest::from_json(document.as_bytes())
                .map_err(|error| DatasetError::content(&table, format!("{path}: {error}")))?;
            let same = row.text("path")? == *path
                && picture.path(&complex.id, self.plan.seed) == *path
                && row.text("complex")? == picture.complex
                && row.text("split")? == complex.split.name()
                && request == picture.request(self.plan.size);
            if !same {
                found.fault(format!("{path} is in the table otherwise than planned"));
            }
            if self.sampled.contains(path) {
                let image = row.image("image")?;
                match self.redraw(&picture.complex, &request, draw) {
                    Ok((bytes, _)) if bytes != image.bytes => {
                        found.fault(format!("{path} drawn anew is another picture"));
                    }
                    Ok((_, Some(places))) if !places.are_in(&row)? => {
                        found.fault(format!("{path} drawn anew has other annotations"));
                    }
                    Ok(_) => found.redrawn += 1,
                    Err(error) => found.fault(format!("{path}: {error}")),
                }
            }
            requests.insert(path.clone(), request);
        }
        if table_rows.next().is_some() {
            found.fault(format!(
                "{} has more pictures than planned",
                table.display()
            ));
        }
        Ok(requests)
    }

    fn redraw(
        &self,
        complex: &str,
        request: &RenderRequest,
        draw: &mut dyn molshot_renderer::Backend,
    ) -> Result<(Vec<u8>, Option<Places>), DatasetError> {
        let read = self
            .source
            .read(complex)
            .map_err(|fault| DatasetError::Request(fault.message))?;
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
        let frame = draw.draw(&job)?;
        let mut bytes = Vec::new();
        Encoder::new().encode(&frame, Encoding::from(&request.output), &mut bytes)?;
        let places = self
            .plan
            .annotations
            .then(|| Places::of(&job, &frame, &mut Annotator::default()));
        Ok((bytes, places.transpose()?))
    }

    /// As many questions as the paper's formulae say, less those that were dropped.
    fn counts(&self, complex: &ComplexPlan, found: &mut Verified) {
        if self.plan.tiny {
            return;
        }
        for task in &self.plan.tasks {
            let Some(wanted) = task.items(complex.split) else {
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
                found.fault(format!(
                    "{} has {made} questions of {task} and {dropped} dropped ones, not {wanted} in all",
                    complex.id
                ));
            }
        }
    }
}
