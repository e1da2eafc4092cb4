//! One shard: its pictures in order through the pool, then its questions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use molshot_molecule::Structure;
use molshot_renderer::pool::{Pool, Sequence, WorkerScratch};
use molshot_renderer::{Encoding, Frame, RenderError};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{Camera, Plane, PreparedScene, RenderJob};

use super::places::{self, Places};
use super::{FileEntry, Manifest, structures};
use crate::complexes::Source;
use crate::error::DatasetError;
use crate::files::write_json;
use crate::layout::Layout;
use crate::messages::Catalogue;
use crate::picture::Picture;
use crate::plan::read_lines_from;
use crate::plan::record::{ComplexPlan, Plan, ShardPlan};
use crate::tables::{Cell, Column, Kind, Picture as Image, TableWriter};
use crate::task::Task;
use crate::watch::{Progress, Watch};

/// Columns of `data/pictures`; those of [`Places`] only where they are asked for.
#[must_use]
pub fn picture_columns(annotations: bool) -> Vec<Column> {
    let mut columns = vec![
        ("path", Kind::Text),
        ("image", Kind::Image),
        ("complex", Kind::Text),
        ("split", Kind::Text),
        ("request", Kind::Text),
    ];
    if annotations {
        columns.extend(places::COLUMNS);
    }
    columns
}

/// Columns of a task's questions.
#[must_use]
pub fn question_columns() -> Vec<Column> {
    vec![
        ("id", Kind::Text),
        ("task", Kind::Text),
        ("split", Kind::Text),
        ("complex", Kind::Text),
        ("question", Kind::Text),
        ("answer", Kind::Text),
        ("options", Kind::Texts),
        ("images", Kind::Texts),
        ("captions", Kind::Texts),
    ]
}

/// A finished picture.
struct Drawn {
    bytes: Vec<u8>,
    places: Option<Places>,
    encoding_us: u64,
    annotating_us: u64,
}

/// What the shards of a run share.
pub(super) struct Work<'a> {
    layout: &'a Layout,
    plan: &'a Plan,
    source: &'a Source,
    catalogue: &'a Catalogue,
    pool: &'a Pool,
    watch: Watch<'a>,
    /// Pictures of all shards.
    pub(super) total: usize,
    /// Pictures that are drawn.
    pub(super) done: usize,
    /// Pictures on their way at a time.
    pub(super) window: usize,
    pub(super) drawing_us: u64,
    pub(super) annotating_us: u64,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        plan: &'a Plan,
        source: &'a Source,
        catalogue: &'a Catalogue,
        pool: &'a Pool,
        watch: Watch<'a>,
    ) -> Self {
        Self {
            layout,
            plan,
            source,
            catalogue,
            pool,
            watch,
            total: 0,
            done: 0,
            window: 1,
            drawing_us: 0,
            annotating_us: 0,
        }
    }

    /// Writes what the numbers of annotations mean.
    fn complexes(&self, name: &str, lines: &[ComplexPlan]) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::complexes_path(name));
        let mut table = TableWriter::create(&path, &structures::COLUMNS)?;
        for line in lines {
            let read = self.source.read(&line.id).map_err(|fault| {
                DatasetError::content(&self.source.path(&line.id), fault.message)
            })?;
            table.push(structures::row(line, &read.structure)?)?;
        }
        let finished = table.finish()?;
        Ok(FileEntry {
            bytes: finished.bytes,
            sha256: finished.sha256,
            rows: lines.len(),
        })
    }

    /// Makes a shard.
    pub(super) fn make(&mut self, shard: &ShardPlan) -> Result<(), DatasetError> {
        let name = shard.name();
        let lines = read_lines_from(&self.layout.complexes_file(), shard)?;
        let mut files = BTreeMap::new();
        let entry = self.pictures(&name, &lines)?;
        files.insert(Layout::pictures_path(&name), entry);
        let entry = self.complexes(&name, &lines)?;
        files.insert(Layout::complexes_path(&name), entry);
        for task in shard.questions.keys() {
            let entry = self.questions(&name, &lines, *task)?;
            files.insert(Layout::questions_path(*task, &name), entry);
        }
        let manifest = Manifest {
            adapter: self.pool.adapter().to_owned(),
            files,
        };
        write_json(&self.layout.shard_file(&name), &manifest)?;
        Ok(())
    }

    fn pictures(&mut self, name: &str, lines: &[ComplexPlan]) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::pictures_path(name));
        let annotations = self.plan.annotations;
        let mut table = TableWriter::create(&path, &picture_columns(annotations))?;
        let pictures: Vec<(&ComplexPlan, &String, &Picture)> = lines
            .iter()
            .flat_map(|line| {
                let pictures = line.pictures.iter();
                pictures.map(move |(path, picture)| (line, path, picture))
            })
            .collect();
        let mut setup = Setup {
            plan: self.plan,
            source: self.source,
            stage: None,
            checked: VecDeque::new(),
            failed: None,
        };
        let stopped = self.watch.stopped;
        let jobs = pictures.iter().map_while(|(line, _, picture)| {
            if stopped() {
                return None;
            }
            let job = setup.job(line, picture, annotations)?;
            let place = annotations.then(|| job.clone());
            let work =
                move |frame: &Frame, desk: &mut WorkerScratch| encode(frame, desk, place.as_ref());
            Some((job, work))
        });
        let mut results = self.pool.map(jobs, Sequence::InOrder, self.window);
        for ((line, picture_path, picture), (_, drawn)) in pictures.iter().zip(&mut results) {
            let drawn = drawn.map_err(|error| {
                let problem = format!("{picture_path} cannot be drawn: {error}");
                DatasetError::content(&self.source.path(&line.id), problem)
            })?;
            let request = serde_json::to_string(&picture.request(self.plan.size))
                .map_err(|error| DatasetError::content(&path, error))?;
            let mut row = vec![
                Cell::Text((*picture_path).clone()),
                Cell::Image(Image {
                    bytes: drawn.bytes,
                    path: (*picture_path).clone(),
                }),
                Cell::Text(picture.complex.clone()),
                Cell::Text(line.split.name().to_owned()),
                Cell::Text(request),
            ];
            row.extend(drawn.places.into_iter().flat_map(Places::cells));
            table.push(row)?;
            self.drawing_us += drawn.encoding_us;
            self.annotating_us += drawn.annotating_us;
            self.done += 1;
            (self.watch.progress)(Progress {
                done: self.done,
                total: self.total,
            });
        }
        drop(results);
        if let Some(error) = setup.failed {
            return Err(error);
        }
        if stopped() {
            return Err(DatasetError::Interrupted(format!(
                "interrupted: {} of {} pictures are drawn; the same command with --resume makes the shards that are not finished",
                self.done, self.total
            )));
        }
        let finished = table.finish()?;
        Ok(FileEntry {
            bytes: finished.bytes,
            sha256: finished.sha256,
            rows: pictures.len(),
        })
    }

    fn questions(
        &self,
        name: &str,
        lines: &[ComplexPlan],
        task: Task,
    ) -> Result<FileEntry, DatasetError> {
        let path = self.layout.file(&Layout::questions_path(task, name));
        let mut table = TableWriter::create(&path, &question_columns())?;
        let mut rows = 0;
        for line in lines {
            for item in line.items.iter().filter(|item| item.task == task) {
                table.push(vec![
                    Cell::Text(item.id.clone()),
                    Cell::Text(task.name().to_owned()),
                    Cell::Text(line.split.name().to_owned()),
                    Cell::Text(line.id.clone()),
                    Cell::Text(self.catalogue.question(item)?),
                    Cell::Text(item.answer.clone()),
                    Cell::Texts(item.options.clone()),
                    Cell::Texts(item.images.clone()),
                    Cell::Texts(self.catalogue.captions(task).to_vec()),
                ])?;
                rows += 1;
            }
        }
        let finished = table.finish()?;
        Ok(FileEntry {
            bytes: finished.bytes,
            sha256: finished.sha256,
            rows,
        })
    }
}

/// Encodes a picture on a worker's thread, and says where its atoms are.
fn encode(
    frame: &Frame,
    desk: &mut WorkerScratch,
    place: Option<&RenderJob>,
) -> Result<Drawn, RenderError> {
    let start = Instant::now();
    let WorkerScratch {
        encoder,
        bytes,
        annotator,
        ..
    } = desk;
    encoder.encode(frame, Encoding::from(&OutputRequest::default()), bytes)?;
    let bytes = bytes.clone();
    let timings = frame.timings;
    let drawing = timings.upload + timings.draw + timings.read_back + timings.labels;
    let encoding = start.elapsed() + drawing;
    let start = Instant::now();
    let places = place
        .map(|job| Places::of(job, frame, annotator))
        .transpose()?;
    Ok(Drawn {
        bytes,
        places,
        encoding_us: encoding.as_micros() as u64,
        annotating_us: start.elapsed().as_micros() as u64,
    })
}

/// The scene that is set up.
struct Stage {
    picture: Picture,
    prepared: PreparedScene,
    fitted: Camera,
}

/// Sets pictures up, one after the other: those of one scene share it.
struct Setup<'a> {
    plan: &'a Plan,
    source: &'a Source,
    stage: Option<Stage>,
    /// The complexes that were read last: name, hash of the files, structure.
    checked: VecDeque<(String, String, Arc<Structure>)>,
    failed: Option<DatasetError>,
}

/// So many structures are kept: the complex, and those of its questions about others.
const KEPT: usize = 8;

impl Setup<'_> {
    /// The job of a picture; `None` when there is none, and then `failed` says why.
    fn job(
        &mut self,
        line: &ComplexPlan,
        picture: &Picture,
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
        picture: &Picture,
    ) -> Result<RenderJob, DatasetError> {
        let scene_fault = |source| DatasetError::Scene {
            complex: picture.complex.clone(),
            source: Box::new(source),
        };
        let ready = self
            .stage
            .take()
            .filter(|stage| stage.picture.same_scene(picture));
        let stage = if let Some(stage) = ready {
            stage
        } else {
            let structure = self.structure(line, &picture.complex)?;
            let mut request = picture.request(self.plan.size);
            request.commands.clear();
            let prepared = PreparedScene::new(structure, &request).map_err(scene_fault)?;
            let fitted = prepared.camera().map_err(scene_fault)?;
            Stage {
                picture: picture.clone(),
                prepared,
                fitted,
            }
        };
        let commands = picture
            .request(self.plan.size)
            .view_commands()
            .map_err(scene_fault)?;
        let mut camera = stage.fitted.clone();
        camera
            .apply(&commands, &stage.prepared.scene().structure)
            .map_err(scene_fault)?;
        let job = stage.prepared.job_from(&camera).map_err(scene_fault)?;
        self.stage = Some(stage);
        Ok(job)
    }

    /// Reads a complex; the files of a line's own must be those that were planned.
    fn structure(&mut self, line: &ComplexPlan, id: &str) -> Result<Arc<Structure>, DatasetError> {
        let known = self.checked.iter().find(|(other, ..)| other == id);
        let (hash, structure) = if let Some((_, hash, structure)) = known {
            (hash.clone(), Arc::clone(structure))
        } else {
            let hash = self.source.hash(id)?;
            let complex = self
                .source
                .read(id)
                .map_err(|fault| DatasetError::content(&self.source.path(id), fault.message))?;
            if self.checked.len() == KEPT {
                self.checked.pop_front();
            }
            let structure = complex.structure;
            let entry = (id.to_owned(), hash.clone(), Arc::clone(&structure));
            self.checked.push_back(entry);
            (hash, structure)
        };
        if id == line.id && hash != line.input_sha256 {
            return Err(DatasetError::content(
                &self.source.path(id),
                "its files are others than when the set was planned; restore them, or plan anew",
            ));
        }
        Ok(structure)
    }
}
