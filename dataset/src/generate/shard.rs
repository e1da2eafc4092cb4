//! Writes one shard: renders its pictures in order in the pool, then writes its questions.

use std::collections::BTreeMap;
use std::time::Instant;

use molshot_renderer::Advice;
use molshot_renderer::pool::{Pool, Sequence, WorkerScratch};
use molshot_renderer::{Encoding, Frame, RenderError};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{Plane, RenderJob};

use super::picture_annotations::{self, PictureAnnotations};
use super::questions::{question_columns, question_row};
use super::{FileEntry, Manifest, complexes_table, examples};
use crate::complexes::ComplexSource;
use crate::coordinates::{PictureTable, PictureTables, add_foreign_tables};
use crate::error::DatasetError;
use crate::files::{hash_file, write_json};
use crate::jobs::{JobBuilder, PlannedJob};
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::monitor::{Monitor, Progress};
use crate::picture::PictureSpec;
use crate::plan::read_shard_lines;
use crate::record::{ComplexPlan, Plan, ShardPlan};
use crate::tables::{Cell, Column, ColumnKind, ImageFile, TableWriter};
use crate::task::Task;

/// Returns the columns of `data/pictures`, with or without those of [`PictureAnnotations`].
#[must_use]
pub fn picture_columns(annotations: bool) -> Vec<Column> {
    let mut columns = vec![
        ("path", ColumnKind::Text),
        ("image", ColumnKind::Image),
        ("complex", ColumnKind::Text),
        ("split", ColumnKind::Text),
        ("request", ColumnKind::Text),
    ];
    if annotations {
        columns.extend(picture_annotations::COLUMNS);
    }
    columns
}

/// A rendered and encoded picture.
struct RenderedPicture {
    bytes: Vec<u8>,
    annotations: Option<PictureAnnotations>,
    rendering_us: u64,
    annotating_us: u64,
}

/// Writes the shards of a run.
pub(super) struct ShardWriter<'a> {
    layout: &'a Layout,
    plan: &'a Plan,
    source: &'a ComplexSource,
    catalogues: &'a Catalogues,
    pool: &'a Pool,
    monitor: Monitor<'a>,
    /// Number of pictures of all shards.
    pub(super) total: usize,
    /// Number of rendered pictures.
    pub(super) done: usize,
    /// Limit of pictures in the pool at the same time.
    pub(super) window: usize,
    pub(super) rendering_us: u64,
    pub(super) annotating_us: u64,
}

impl<'a> ShardWriter<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        plan: &'a Plan,
        source: &'a ComplexSource,
        catalogues: &'a Catalogues,
        pool: &'a Pool,
        monitor: Monitor<'a>,
    ) -> Self {
        Self {
            layout,
            plan,
            source,
            catalogues,
            pool,
            monitor,
            total: 0,
            done: 0,
            window: 1,
            rendering_us: 0,
            annotating_us: 0,
        }
    }

    /// Writes the table that the indices of annotations refer to.
    fn write_complexes(
        &self,
        name: &str,
        lines: &[ComplexPlan],
    ) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::complexes_path(name));
        let mut table = TableWriter::create(&path, &complexes_table::COLUMNS)?;
        for line in lines {
            let read = self.source.read(&line.id).map_err(|error| {
                DatasetError::content(&self.source.path(&line.id), error.message)
            })?;
            table.push(complexes_table::row(line, &read.structure)?)?;
        }
        Ok(FileEntry::from(table.finish()?))
    }

    /// Makes a shard: its tables, then its manifest.
    pub(super) fn write(&mut self, shard: &ShardPlan) -> Result<(), DatasetError> {
        let name = shard.name();
        let lines = read_shard_lines(&self.layout.complexes_file(), shard)?;
        let mut files = BTreeMap::new();
        let (entry, tables) = self.write_pictures(&name, &lines)?;
        files.insert(Layout::pictures_path(&name), entry);
        let entry = self.write_complexes(&name, &lines)?;
        files.insert(Layout::complexes_path(&name), entry);
        for task in shard.questions.keys() {
            let entry = self.write_questions(&name, &lines, &tables, *task)?;
            files.insert(Layout::questions_path(*task, &name), entry);
        }
        files.extend(examples::write(
            self.layout,
            shard,
            &lines,
            &tables,
            self.catalogues,
        )?);
        let manifest = Manifest {
            adapter: self.pool.adapter().to_owned(),
            plan_sha256: hash_file(&self.layout.plan_file())?.sha256,
            files,
        };
        write_json(&self.layout.shard_file(&name), &manifest)?;
        Ok(())
    }

    /// Renders the pictures and writes their table.
    ///
    /// Also returns the tables of coordinates of the pictures, if the plan has a mode with them.
    fn write_pictures(
        &mut self,
        name: &str,
        lines: &[ComplexPlan],
    ) -> Result<(FileEntry, PictureTables), DatasetError> {
        let path = self.layout.file(&Layout::pictures_path(name));
        let annotations = self.plan.annotations;
        let mut table = TableWriter::create(&path, &picture_columns(annotations))?;
        let pictures: Vec<(&ComplexPlan, &String, &PictureSpec)> = lines
            .iter()
            .flat_map(|line| {
                let pictures = line.pictures.iter();
                pictures.map(move |(path, picture)| (line, path, picture))
            })
            .collect();
        let mut builder = JobBuilder::new(self.source, self.plan.size);
        let has_tables = self.plan.has_tables();
        let (mut coordinates, mut failed) = (PictureTables::new(), None);
        let stopped = self.monitor.stopped;
        let jobs = pictures.iter().map_while(|(line, path, picture)| {
            if stopped() {
                return None;
            }
            let planned = builder.build(line, picture);
            let planned = planned.and_then(|planned| {
                if has_tables {
                    let table = PictureTable::of(&planned, picture, self.plan.seed);
                    coordinates.insert((*path).clone(), table);
                }
                with_atom_ids(planned, picture, annotations)
            });
            let job = match planned {
                Ok(job) => job,
                Err(error) => {
                    failed = Some(error);
                    return None;
                }
            };
            let annotated = annotations.then(|| job.clone());
            let work = move |frame: &Frame, scratch: &mut WorkerScratch| {
                encode(frame, scratch, annotated.as_ref())
            };
            Some((job, work))
        });
        let mut results = self.pool.map(jobs, Sequence::InOrder, self.window);
        for ((line, picture_path, picture), (_, rendered)) in pictures.iter().zip(&mut results) {
            let rendered = rendered.map_err(|source| DatasetError::Picture {
                path: self.source.path(&line.id).display().to_string(),
                picture: (*picture_path).clone(),
                source,
            })?;
            let request = serde_json::to_string(&picture.document(self.plan.size))
                .map_err(|error| DatasetError::content(&path, error))?;
            let mut row = vec![
                Cell::Text((*picture_path).clone()),
                Cell::Image(ImageFile {
                    bytes: rendered.bytes,
                    path: (*picture_path).clone(),
                }),
                Cell::Text(picture.complex.clone()),
                Cell::Text(line.split.name().to_owned()),
                Cell::Text(request),
            ];
            row.extend(
                rendered
                    .annotations
                    .into_iter()
                    .flat_map(PictureAnnotations::cells),
            );
            table.push(row)?;
            self.rendering_us += rendered.rendering_us;
            self.annotating_us += rendered.annotating_us;
            self.done += 1;
            (self.monitor.progress)(Progress {
                done: self.done,
                total: self.total,
            });
        }
        drop(results);
        if let Some(error) = failed {
            return Err(error);
        }
        if stopped() {
            let text = format!(
                "interrupted: {} of {} pictures are rendered; resume the work to make the remaining shards",
                self.done, self.total
            );
            return Err(DatasetError::Interrupted(text).advise(&[Advice::on("resume")]));
        }
        if has_tables {
            for line in lines {
                add_foreign_tables(&mut builder, line, self.plan.seed, &mut coordinates)?;
            }
        }
        Ok((FileEntry::from(table.finish()?), coordinates))
    }

    /// Writes the table of questions of one task.
    fn write_questions(
        &self,
        name: &str,
        lines: &[ComplexPlan],
        tables: &PictureTables,
        task: Task,
    ) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::questions_path(task, name));
        let mut table = TableWriter::create(&path, &question_columns())?;
        for line in lines {
            let items = line.items.iter().filter(|item| item.task == task);
            let rows =
                items.flat_map(|item| self.catalogues.rows(item).map(move |row| (item, row)));
            for (item, question) in rows {
                table.push(question_row(line, item, question, tables)?)?;
            }
        }
        Ok(FileEntry::from(table.finish()?))
    }
}

/// Returns the job of a picture, with the plane that annotations are made from if it has some.
fn with_atom_ids(
    planned: PlannedJob,
    picture: &PictureSpec,
    annotations: bool,
) -> Result<RenderJob, DatasetError> {
    if !annotations {
        return Ok(planned.job);
    }
    let job = planned.job.with_plane(Plane::AtomId);
    job.map_err(|source| DatasetError::Scene {
        complex: picture.complex.clone(),
        source: Box::new(source),
    })
}

/// Encodes and annotates a picture on a worker thread.
///
/// `annotated` is the job of a picture with annotations.
fn encode(
    frame: &Frame,
    scratch: &mut WorkerScratch,
    annotated: Option<&RenderJob>,
) -> Result<RenderedPicture, RenderError> {
    let start = Instant::now();
    let WorkerScratch {
        encoder,
        bytes,
        annotator,
        ..
    } = scratch;
    encoder.encode(frame, Encoding::from(&OutputRequest::default()), bytes)?;
    let bytes = bytes.clone();
    let timings = frame.timings;
    let drawing = timings.upload + timings.draw + timings.read_back + timings.labels;
    let rendering = start.elapsed() + drawing;
    let start = Instant::now();
    let annotations = annotated
        .map(|job| PictureAnnotations::of(job, frame, annotator))
        .transpose()?;
    Ok(RenderedPicture {
        bytes,
        annotations,
        rendering_us: rendering.as_micros() as u64,
        annotating_us: start.elapsed().as_micros() as u64,
    })
}
