//! Writes one shard: renders its pictures in order in the pool, then writes its questions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use molshot_molecule::Structure;
use molshot_renderer::pool::{Pool, Sequence, WorkerScratch};
use molshot_renderer::{Encoding, Frame, RenderError};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{Camera, Plane, PreparedScene, RenderJob};

use super::picture_annotations::{self, PictureAnnotations};
use super::{FileEntry, Manifest, complexes_table};
use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::files::{hash_file, write_json};
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

/// Returns the columns of the questions of a task.
#[must_use]
pub fn question_columns() -> Vec<Column> {
    vec![
        ("id", ColumnKind::Text),
        ("item", ColumnKind::Text),
        ("language", ColumnKind::Text),
        ("task", ColumnKind::Text),
        ("split", ColumnKind::Text),
        ("complex", ColumnKind::Text),
        ("question", ColumnKind::Text),
        ("answer", ColumnKind::Text),
        ("options", ColumnKind::Texts),
        ("images", ColumnKind::Texts),
        ("captions", ColumnKind::Texts),
    ]
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
        let entry = self.write_pictures(&name, &lines)?;
        files.insert(Layout::pictures_path(&name), entry);
        let entry = self.write_complexes(&name, &lines)?;
        files.insert(Layout::complexes_path(&name), entry);
        for task in shard.questions.keys() {
            let entry = self.write_questions(&name, &lines, *task)?;
            files.insert(Layout::questions_path(*task, &name), entry);
        }
        let manifest = Manifest {
            adapter: self.pool.adapter().to_owned(),
            plan_sha256: hash_file(&self.layout.plan_file())?.sha256,
            files,
        };
        write_json(&self.layout.shard_file(&name), &manifest)?;
        Ok(())
    }

    /// Renders the pictures and writes their table.
    fn write_pictures(
        &mut self,
        name: &str,
        lines: &[ComplexPlan],
    ) -> Result<FileEntry, DatasetError> {
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
        let mut builder = JobBuilder {
            plan: self.plan,
            source: self.source,
            current: None,
            structures: VecDeque::new(),
            failed: None,
        };
        let stopped = self.monitor.stopped;
        let jobs = pictures.iter().map_while(|(line, _, picture)| {
            if stopped() {
                return None;
            }
            let job = builder.job(line, picture, annotations)?;
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
        if let Some(error) = builder.failed {
            return Err(error);
        }
        if stopped() {
            return Err(DatasetError::Interrupted(format!(
                "interrupted: {} of {} pictures are rendered; run the same command with --resume to make the remaining shards",
                self.done, self.total
            )));
        }
        Ok(FileEntry::from(table.finish()?))
    }

    /// Writes the table of questions of one task.
    fn write_questions(
        &self,
        name: &str,
        lines: &[ComplexPlan],
        task: Task,
    ) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::questions_path(task, name));
        let mut table = TableWriter::create(&path, &question_columns())?;
        for line in lines {
            let items = line.items.iter().filter(|item| item.task == task);
            let rows =
                items.flat_map(|item| self.catalogues.rows(item).map(move |row| (item, row)));
            for (item, (id, catalogue)) in rows {
                table.push(vec![
                    Cell::Text(id),
                    Cell::Text(item.id.clone()),
                    Cell::Text(catalogue.language.clone()),
                    Cell::Text(task.name().to_owned()),
                    Cell::Text(line.split.name().to_owned()),
                    Cell::Text(line.id.clone()),
                    Cell::Text(catalogue.question(item)?),
                    Cell::Text(item.answer.clone()),
                    Cell::Texts(item.options.clone()),
                    Cell::Texts(item.images.clone()),
                    Cell::Texts(catalogue.captions(task).to_vec()),
                ])?;
            }
        }
        Ok(FileEntry::from(table.finish()?))
    }
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

/// A prepared scene with the picture that it was prepared for.
struct CurrentScene {
    picture: PictureSpec,
    prepared: PreparedScene,
    fitted_camera: Camera,
}

/// Builds the render jobs of consecutive pictures; pictures of one scene share it.
struct JobBuilder<'a> {
    plan: &'a Plan,
    source: &'a ComplexSource,
    current: Option<CurrentScene>,
    /// The complexes that were read last: id, hash of the files, structure.
    structures: VecDeque<(String, String, Arc<Structure>)>,
    failed: Option<DatasetError>,
}

/// Number of cached structures: a complex and those that its questions combine it with.
const MAX_STRUCTURES: usize = 8;

impl JobBuilder<'_> {
    /// Builds the job of a picture; on failure returns `None` and stores the error in `failed`.
    fn job(
        &mut self,
        line: &ComplexPlan,
        picture: &PictureSpec,
        annotations: bool,
    ) -> Option<RenderJob> {
        let job = self.try_job(line, picture).and_then(|job| {
            if !annotations {
                return Ok(job);
            }
            job.with_plane(Plane::AtomId)
                .map_err(|source| DatasetError::Scene {
                    complex: picture.complex.clone(),
                    source: Box::new(source),
                })
        });
        match job {
            Ok(job) => Some(job),
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn try_job(
        &mut self,
        line: &ComplexPlan,
        picture: &PictureSpec,
    ) -> Result<RenderJob, DatasetError> {
        let scene_error = |source| DatasetError::Scene {
            complex: picture.complex.clone(),
            source: Box::new(source),
        };
        let current = self
            .current
            .take()
            .filter(|scene| scene.picture.same_scene(picture));
        let scene = if let Some(scene) = current {
            scene
        } else {
            let structure = self.structure(line, &picture.complex)?;
            let mut request = picture.request(self.plan.size);
            request.commands.clear();
            let prepared = PreparedScene::new(structure, &request).map_err(scene_error)?;
            let fitted_camera = prepared.camera().map_err(scene_error)?;
            CurrentScene {
                picture: picture.clone(),
                prepared,
                fitted_camera,
            }
        };
        let request = picture.request(self.plan.size);
        let commands = request.view_commands().map_err(scene_error)?;
        let mut camera = scene.fitted_camera.clone();
        camera
            .apply(commands, &scene.prepared.scene().structure)
            .map_err(scene_error)?;
        let job = scene.prepared.job_from(&camera).map_err(scene_error)?;
        self.current = Some(scene);
        Ok(job)
    }

    /// Reads a complex; the files of the complex of the line must be those that were planned.
    fn structure(&mut self, line: &ComplexPlan, id: &str) -> Result<Arc<Structure>, DatasetError> {
        let cached = self.structures.iter().find(|(other, ..)| other == id);
        let (hash, structure) = if let Some((_, hash, structure)) = cached {
            (hash.clone(), Arc::clone(structure))
        } else {
            let hash = self.source.hash(id)?;
            let complex = self
                .source
                .read(id)
                .map_err(|error| DatasetError::content(&self.source.path(id), error.message))?;
            if self.structures.len() == MAX_STRUCTURES {
                self.structures.pop_front();
            }
            let structure = complex.structure;
            let entry = (id.to_owned(), hash.clone(), Arc::clone(&structure));
            self.structures.push_back(entry);
            (hash, structure)
        };
        if id == line.id && hash != line.input_sha256 {
            return Err(DatasetError::content(
                &self.source.path(id),
                "its files have changed since the set was planned; restore them, or plan again",
            ));
        }
        Ok(structure)
    }
}
