//! Which pictures of one scene are drawn, and where each is written.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::{Axis, ViewName};
use molshot_scenes::{Camera, Command, RenderJob, RenderRequest, SceneError, parse_commands};

use crate::message::Failure;
use crate::scene_file::read_text;
use crate::words::Words;

/// Many pictures of one scene.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many pictures")]
pub(crate) struct PictureArgs {
    /// One picture from each of these views, separated by commas: front, left, top, back, right,
    /// bottom. The view comes first, then --commands.
    #[arg(long, value_delimiter = ',', value_name = "VIEWS", value_parser = Words::new(VIEWS, parse_view),
          hide_possible_values = true,
          conflicts_with_all = ["turntable", "commands_file"])]
    views: Vec<ViewName>,
    /// N pictures around the vertical screen axis, after --commands.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), conflicts_with = "commands_file",
          allow_negative_numbers = true)]
    turntable: Option<u32>,
    /// One picture for each line of view commands in this file, after --commands. Empty lines and
    /// lines that begin with # are skipped.
    #[arg(long, value_name = "FILE")]
    commands_file: Option<PathBuf>,
}

/// Names of the views.
const VIEWS: &[&str] = &["front", "left", "top", "back", "right", "bottom"];

fn parse_view(text: &str) -> Result<ViewName, String> {
    ViewName::ALL
        .into_iter()
        .find(|view| view.name().eq_ignore_ascii_case(text.trim()))
        .ok_or_else(|| "give front, left, top, back, right or bottom".to_owned())
}

/// One picture of a scene.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    /// Number among the pictures of its scene, counted from 0, with as many digits as the last one.
    pub(super) index: String,
    /// Name of its view; empty when it was not asked for by name.
    pub(super) view: &'static str,
    /// Before the request's own commands.
    before: Vec<Command>,
    /// After the request's own commands.
    after: Vec<Command>,
    /// `FILE:LINE` of the commands in `after`; empty when they are our own.
    place: String,
}

impl PictureArgs {
    /// Whether pictures have names of views.
    pub(super) fn names_views(&self) -> bool {
        !self.views.is_empty()
    }

    /// The file with view commands.
    pub(super) fn commands_file(&self) -> Option<&Path> {
        self.commands_file.as_deref()
    }

    /// The pictures that the flags ask for; a single one without any flag.
    pub(crate) fn list(&self) -> Result<Pictures, Failure> {
        let kind = if let Some(file) = &self.commands_file {
            Kind::Lines(file.clone(), commands_of_file(file)?)
        } else if let Some(count) = self.turntable {
            Kind::Turntable(count)
        } else if self.views.is_empty() {
            Kind::Single
        } else {
            Kind::Views(self.views.clone())
        };
        Ok(Pictures { kind })
    }
}

/// The pictures of one scene; each is made when it is asked for, for there may be many.
#[derive(Debug)]
pub(crate) struct Pictures {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Single,
    Views(Vec<ViewName>),
    Turntable(u32),
    /// Lines of a file, each with its number.
    Lines(PathBuf, Vec<(usize, Vec<Command>)>),
}

impl Pictures {
    /// How many there are; at least one.
    pub(crate) fn len(&self) -> usize {
        match &self.kind {
            Kind::Single => 1,
            Kind::Views(views) => views.len(),
            Kind::Turntable(count) => *count as usize,
            Kind::Lines(_, lines) => lines.len(),
        }
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Picture> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// One of them, by its number; beyond the last it has no commands.
    fn get(&self, index: usize) -> Picture {
        let digits = (self.len() - 1).to_string().len();
        let mut picture = Picture {
            index: format!("{index:0digits$}"),
            ..Picture::default()
        };
        match &self.kind {
            Kind::Single => {}
            Kind::Views(views) => {
                if let Some(view) = views.get(index) {
                    picture.view = view.name();
                    picture.before = vec![Command::View(*view)];
                }
            }
            Kind::Turntable(count) => {
                picture.after = vec![Command::Turn {
                    axis: Axis::Y,
                    degrees: 360.0 * index as f64 / f64::from(*count),
                }];
            }
            Kind::Lines(file, lines) => {
                if let Some((line, commands)) = lines.get(index) {
                    picture.after.clone_from(commands);
                    picture.place = format!("{}:{line}", file.display());
                }
            }
        }
        picture
    }
}

fn commands_of_file(file: &Path) -> Result<Vec<(usize, Vec<Command>)>, Failure> {
    let bytes = read_text(file, "text file with view commands")?;
    let mut pictures = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let place = format!("{}:{}", file.display(), index + 1);
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(Failure::Work(anyhow::anyhow!(
                "{place}: this is no text in UTF-8; give one picture's view commands a line"
            )));
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let after = parse_commands(line)
            .map_err(|error| Failure::Work(anyhow::anyhow!("{place}: {error}")))?;
        pictures.push((index + 1, after));
    }
    if pictures.is_empty() {
        return Err(Failure::in_file(
            file,
            "holds no view commands; give one picture's commands a line",
        ));
    }
    Ok(pictures)
}

/// Where the pictures of one scene begin: its camera, moved by the request's own commands unless a
/// picture has some that come before.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    prepared: &'a PreparedScene,
    input: &'a Path,
    /// Whether the request's commands come from the flag.
    from_flag: bool,
    own: Vec<Command>,
    fitted: Camera,
    moved: Result<Camera, SceneError>,
}

impl<'a> Start<'a> {
    /// `input` and `from_flag` say where the request and its commands come from.
    pub(crate) fn new(
        prepared: &'a PreparedScene,
        request: &RenderRequest,
        input: &'a Path,
        from_flag: bool,
    ) -> Result<Self, Failure> {
        let blame_file = |error: SceneError| Failure::in_file(input, error);
        let own = request.view_commands().map_err(blame_file)?.to_vec();
        let fitted = prepared.camera().map_err(blame_file)?;
        let mut moved = fitted.clone();
        let applied = moved.apply(&own, &prepared.scene().structure);
        Ok(Self {
            prepared,
            input,
            from_flag,
            own,
            fitted,
            moved: applied.map(|()| moved),
        })
    }
}

impl Picture {
    /// The job of this picture.
    pub(crate) fn job(&self, start: &Start<'_>) -> Result<RenderJob, Failure> {
        let structure = &start.prepared.scene().structure;
        let camera = match &start.moved {
            Ok(moved) if self.before.is_empty() => {
                let mut camera = moved.clone();
                camera
                    .apply(&self.after, structure)
                    .map_err(|error| self.blame(later(error, start.own.len()), start))?;
                camera
            }
            _ => {
                let commands = [self.before.as_slice(), &start.own, &self.after].concat();
                let mut camera = start.fitted.clone();
                camera
                    .apply(&commands, structure)
                    .map_err(|error| self.blame(error, start))?;
                camera
            }
        };
        start
            .prepared
            .job_from(&camera)
            .map_err(|error| Failure::in_file(start.input, error))
    }

    /// Says where the command at fault stands: in the commands file, in the flag, or in the scene
    /// file. One that was typed and fits no structure makes the command line wrong; a `center`
    /// whose atoms this structure lacks does not.
    fn blame(&self, error: SceneError, start: &Start<'_>) -> Failure {
        let (own, input, from_flag) = (&start.own, start.input, start.from_flag);
        let SceneError::Command {
            number,
            pointer,
            command,
            problem,
            remedy,
        } = error
        else {
            return Failure::in_file(input, error);
        };
        let own_number = number.saturating_sub(self.before.len());
        let after_number = own_number.saturating_sub(own.len());
        let renumbered = SceneError::Command {
            number: if after_number > 0 {
                after_number
            } else {
                own_number
            },
            pointer,
            command,
            problem,
            remedy,
        };
        if after_number > 0 {
            return Failure::Work(anyhow::anyhow!("{}: {renumbered}", self.place));
        }
        let depends_on_structure = own_number
            .checked_sub(1)
            .and_then(|index| own.get(index))
            .is_some_and(|command| matches!(command, Command::Center(_)));
        if from_flag && !depends_on_structure {
            return Failure::flag("--commands", renumbered);
        }
        Failure::in_file(input, renumbered)
    }
}

/// The same fault, with so many commands before those that were counted.
fn later(mut error: SceneError, commands: usize) -> SceneError {
    if let SceneError::Command { number, .. } = &mut error {
        *number += commands;
    }
    error
}
