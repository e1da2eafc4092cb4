//! The tool `view`: a picture of a question, drawn again from another side.
//!
//! Structure, style and fitted camera are those of the question's picture, with the ligand moved
//! as there, and the view commands of a call follow the picture's own. These are never shown to
//! the model: they are what many questions ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use molshot_renderer::Advice;
use molshot_renderer::pool::{Pool, PoolError, PoolOptions, Sequence, WorkerScratch};
use molshot_renderer::{AdapterChoice, Encoding, Frame};
use molshot_scenes::RenderJob;
use molshot_scenes::commands::{Command, parse_list};
use molshot_scenes::options::{RENDER_OPTIONS, parse_size};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::suggest::nearest;
use serde_json::{Map, Value, json};

use super::ToolOptions;
use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::picture::{PictureSize, PictureSpec};
use crate::picture_jobs::{PictureJobs, PlannedFiles};
use crate::plan::read_lines;
use crate::reader::Question;
use crate::record::Plan;
use crate::score::ViewedPicture;

/// Name of the tool.
pub(super) const NAME: &str = "view";
/// The arguments of the tool.
const ARGUMENTS: [&str; 3] = ["picture", "commands", "size"];
/// Smallest edge of a picture, in pixels.
const MIN_EDGE_PX: u32 = 16;
/// Longest text of all commands of a call, in bytes.
const MAX_COMMAND_BYTES: usize = 4096;
/// Characters of invalid arguments that an error quotes.
const MAX_QUOTED_CHARS: usize = 60;
/// Memory limit of the pictures that are drawn at the same time.
const MAX_PICTURE_BYTES: u64 = 1 << 30;

/// A picture of a question that waits for an answer.
struct PlannedPicture {
    /// Id of the complex whose questions show it, and the hash of its files.
    owner: Arc<(String, String)>,
    spec: PictureSpec,
}

/// Draws the pictures of one split's questions from other sides, for several threads.
pub(super) struct ViewTool<'a> {
    pub(super) max_views: usize,
    size: PictureSize,
    /// The pictures of all questions, by path in the set.
    pictures: BTreeMap<String, PlannedPicture>,
    scenes: Mutex<PictureJobs<'a>>,
    pool: Pool,
}

/// The valid arguments of a call.
#[derive(Debug)]
pub(super) struct ViewCall {
    /// Number of the picture, counted from 1.
    picture: usize,
    commands: Vec<Command>,
    size: PictureSize,
}

impl<'a> ViewTool<'a> {
    /// Opens the tool for questions of a set.
    ///
    /// # Errors
    /// When a complex that the questions show is not there, or the plan cannot be read.
    pub(super) fn open(
        layout: &Layout,
        plan: &Plan,
        source: &'a ComplexSource,
        options: &ToolOptions,
        questions: &[Question],
    ) -> Result<Self, DatasetError> {
        let complexes: BTreeSet<&str> = questions.iter().map(|q| q.complex.as_str()).collect();
        let shown: BTreeSet<&String> = questions.iter().flat_map(|q| &q.images).collect();
        let mut pictures = BTreeMap::new();
        let mut there = BTreeSet::new();
        for line in read_lines(&layout.complexes_file())? {
            let line = line?;
            if !complexes.contains(line.id.as_str()) {
                continue;
            }
            let owner = Arc::new((line.id, line.input_sha256));
            for (path, spec) in line.pictures {
                if shown.contains(&path) {
                    if there.insert(spec.complex.clone()) {
                        check_complex(source, &spec.complex)?;
                    }
                    let owner = Arc::clone(&owner);
                    pictures.insert(path, PlannedPicture { owner, spec });
                }
            }
        }
        let picture_bytes = u64::from(plan.size.width_px) * u64::from(plan.size.height_px) * 4 * 3;
        let pool = Pool::open(AdapterChoice::Software, |kind| {
            PoolOptions::throughput(kind, options.threads)
                .within_memory(picture_bytes, MAX_PICTURE_BYTES)
        })?;
        Ok(Self {
            max_views: options.max_views.max(1),
            size: plan.size,
            pictures,
            scenes: Mutex::new(PictureJobs::new(source)),
            pool,
        })
    }

    /// Returns the definition of the tool for a question.
    pub(super) fn definitions(&self, question: &Question) -> Value {
        let PictureSize {
            width_px,
            height_px,
            ..
        } = self.size;
        let option = RENDER_OPTIONS
            .iter()
            .find(|option| option.name == "commands");
        let help = option.map_or("View commands.", |option| option.help);
        json!([{
            "type": "function",
            "function": {
                "name": NAME,
                "description": format!(
                    "Draws a picture of this question again: the same structure, style and camera, \
                     then your view commands from there. Each call starts from the picture as it \
                     is shown. At most {} calls.",
                    self.max_views
                ),
                "parameters": {
                    "type": "object",
                    "properties": {
                        "picture": {
                            "type": "integer", "minimum": 1, "maximum": question.images.len(),
                            "description": "number of the picture in the question",
                        },
                        "commands": {
                            "type": "array", "items": {"type": "string"},
                            "description": format!("{help} The axes are those of the screen."),
                        },
                        "size": {
                            "type": "string", "default": format!("{width_px}x{height_px}"),
                            "description": format!("width and height in pixels, at most {width_px}x{height_px}"),
                        },
                    },
                    "required": ["picture"],
                    "additionalProperties": false,
                },
            },
        }])
    }

    /// Reads the arguments of a call.
    ///
    /// Returns what to record, and the call or the error text for the model, which the record has.
    pub(super) fn read(
        &self,
        question: &Question,
        name: &str,
        arguments: &Result<Map<String, Value>, String>,
    ) -> (ViewedPicture, Result<ViewCall, String>) {
        let mut record = ViewedPicture::default();
        let call = self.try_read(question, name, arguments, &mut record);
        record.error = call.as_ref().err().cloned();
        (record, call)
    }

    fn try_read(
        &self,
        question: &Question,
        name: &str,
        arguments: &Result<Map<String, Value>, String>,
        record: &mut ViewedPicture,
    ) -> Result<ViewCall, String> {
        if name != NAME {
            return Err(format!(
                "there is no tool \"{}\"; there is {NAME}",
                shortened(name)
            ));
        }
        let arguments = arguments.as_ref().map_err(Clone::clone)?;
        if let Some(other) = arguments
            .keys()
            .find(|key| !ARGUMENTS.contains(&key.as_str()))
        {
            let hint = nearest(other, &ARGUMENTS)
                .map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
            return Err(format!(
                "{NAME} has no argument \"{}\"{hint}; it has {}",
                shortened(other),
                ARGUMENTS.join(", ")
            ));
        }
        let count = question.images.len();
        let number = match arguments.get("picture") {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok()),
            None => None,
        };
        record.picture = number;
        let picture = number
            .filter(|number| (1..=count).contains(number))
            .ok_or_else(|| {
                let given = arguments.get("picture");
                let given = given.map_or_else(
                    || "is missing".to_owned(),
                    |value| format!("is {}", shortened(&value.to_string())),
                );
                format!(
                    "picture {given}; give the number of a picture of the question, 1 to {count}"
                )
            })?;
        let texts = texts_of(arguments.get("commands"))?;
        record.commands.clone_from(&texts);
        let commands =
            parse_list(texts.iter().map(String::as_str)).map_err(|error| error.to_string())?;
        if let Some(command) = commands.iter().find(|command| measures_distances(command)) {
            return Err(format!(
                "\"{}\" measures distances, which questions ask for; center residues or atoms by their names",
                shortened(&command.to_string())
            ));
        }
        let size = match arguments.get("size") {
            None | Some(Value::Null) => self.size,
            Some(Value::String(text)) => self.size_of(text)?,
            Some(value) => {
                return Err(format!(
                    "size is {}; give a text such as 512x512",
                    shortened(&value.to_string())
                ));
            }
        };
        if size != self.size {
            record.size = Some(format!("{}x{}", size.width_px, size.height_px));
        }
        Ok(ViewCall {
            picture,
            commands,
            size,
        })
    }

    /// Reads the size of a picture, which is at most that of the set.
    fn size_of(&self, text: &str) -> Result<PictureSize, String> {
        let (most_x, most_y) = (self.size.width_px, self.size.height_px);
        // A set may have smaller pictures than the smallest size.
        let least = MIN_EDGE_PX.min(most_x).min(most_y);
        parse_size(text)
            .ok()
            .filter(|(x, y)| (least..=most_x).contains(x) && (least..=most_y).contains(y))
            .map(|(width_px, height_px)| PictureSize {
                width_px,
                height_px,
                ..self.size
            })
            .ok_or_else(|| {
                format!(
                    "size is \"{}\"; give {least}x{least} to {most_x}x{most_y} pixels",
                    shortened(text)
                )
            })
    }

    /// Draws the picture of a call; returns a PNG, or the error text for the model.
    ///
    /// # Errors
    /// When the complex cannot be read or drawn.
    pub(super) fn draw(
        &self,
        question: &Question,
        call: &ViewCall,
    ) -> Result<Result<Vec<u8>, String>, DatasetError> {
        let path = &question.images[call.picture - 1];
        let planned = self.pictures.get(path).ok_or_else(|| {
            DatasetError::Request(format!(
                "{}: {path} is in no line of the plan; make the set again",
                question.id
            ))
        })?;
        let (id, sha256) = &*planned.owner;
        let job = {
            let mut scenes = self.scenes.lock().unwrap_or_else(PoisonError::into_inner);
            let owner = PlannedFiles { id, sha256 };
            let (scene, mut camera) = scenes.scene(owner, &planned.spec, call.size)?;
            camera
                .apply(&call.commands, &scene.scene().structure)
                .and_then(|()| scene.job_from(&camera))
        };
        let job = match job {
            Ok(job) => job,
            Err(error) => return Ok(Err(error.to_string())),
        };
        self.encoded(job)
            .map(Ok)
            .map_err(|source| DatasetError::Picture {
                path: planned.spec.complex.clone(),
                picture: path.clone(),
                source,
            })
    }

    /// Draws and encodes a picture in the pool.
    fn encoded(&self, job: RenderJob) -> Result<Vec<u8>, PoolError> {
        let work = |frame: &Frame, scratch: &mut WorkerScratch| {
            let WorkerScratch { encoder, bytes, .. } = scratch;
            encoder.encode(frame, Encoding::from(&OutputRequest::default()), bytes)?;
            Ok(bytes.clone())
        };
        let mut results = self.pool.map([(job, work)], Sequence::InOrder, 1);
        results
            .next()
            .map_or(Err(PoolError::Stopped), |(_, result)| result)
    }
}

/// Refuses a source without a complex whose pictures the tool draws.
fn check_complex(source: &ComplexSource, id: &str) -> Result<(), DatasetError> {
    if source.folder_of(id).is_dir() {
        return Ok(());
    }
    let problem = if source.folder.is_dir() {
        format!("has no complex {id}, which the tool draws")
    } else {
        "is missing; the tool draws pictures of its complexes".to_owned()
    };
    let problem = format!("{problem}; give the folder that the set was planned from");
    Err(DatasetError::content(&source.folder, problem).advise(&[Advice::other("complexes")]))
}

/// Returns whether a command asks which atoms are near others: whether it matches any would answer
/// questions about hydrogen bonds without a look at them.
fn measures_distances(command: &Command) -> bool {
    matches!(command, Command::Center(_))
        && command
            .to_string()
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("within"))
}

/// Reads the argument `commands`: a text or a list of texts.
fn texts_of(value: Option<&Value>) -> Result<Vec<String>, String> {
    let texts = match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect(),
        Some(_) => None,
    };
    let texts = texts.ok_or("commands is not a list of texts; give such as [\"roll y 30\"]")?;
    let bytes: usize = texts.iter().map(String::len).sum();
    if bytes > MAX_COMMAND_BYTES {
        return Err(format!(
            "commands have {bytes} bytes; give at most {MAX_COMMAND_BYTES}"
        ));
    }
    Ok(texts)
}

/// Returns the first characters of what a model wrote, for an error.
pub(super) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED_CHARS).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}
