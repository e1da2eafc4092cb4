//! The pictures of one scene: their views, numbers and cameras.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::{Axis, ViewName};
use molshot_scenes::{Camera, Command, RenderJob, RenderRequest, SceneError, parse_commands};

use crate::cli::message::CliError;
use crate::cli::whole;
use crate::cli::words::KeywordParser;
use crate::input::read_text_file;

/// Flags that ask for several pictures of one scene.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many pictures")]
pub(crate) struct PictureArgs {
    /// Draw one picture from each of these views, separated by commas: front, left, top, back,
    /// right, bottom. The view is applied before --commands.
    #[arg(long, value_delimiter = ',', value_name = "VIEWS", value_parser = KeywordParser::new(VIEWS, parse_view),
          hide_possible_values = true,
          conflicts_with_all = ["turntable", "commands_file"])]
    views: Vec<ViewName>,
    /// Draw N pictures in a full turn about the vertical screen axis, which is applied after
    /// --commands.
    #[arg(long, value_name = "N", value_parser = whole(1_u32..=100_000), conflicts_with = "commands_file",
          allow_negative_numbers = true)]
    turntable: Option<u32>,
    /// Draw one picture for each line of view commands in this file, which are applied after
    /// --commands. Empty lines and lines that begin with # are skipped.
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

/// One picture of a scene that is to be drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct PictureSpec {
    /// Number among the pictures of its scene, counted from 0, padded to the last one's digits.
    pub(super) index: String,
    /// Name of its view; empty unless --views names it.
    pub(super) view: &'static str,
    /// Number of its frame or model, padded to the digits of the highest; empty without any.
    pub(super) state_number: String,
    /// Commands before those of the request.
    before: Vec<Command>,
    /// Commands after those of the request.
    after: Vec<Command>,
    /// `FILE:LINE` of the commands in `after`; empty unless they come from a file.
    place: String,
}

impl PictureArgs {
    /// Whether pictures have the names of views.
    pub(super) fn names_views(&self) -> bool {
        !self.views.is_empty()
    }

    /// The file with view commands.
    pub(super) fn commands_file(&self) -> Option<&Path> {
        self.commands_file.as_deref()
    }

    /// The requested pictures; a single one without any flag.
    pub(crate) fn list(&self) -> Result<Pictures, CliError> {
        let kind = if let Some(file) = &self.commands_file {
            Kind::Lines(file.clone(), commands_of_file(file)?)
        } else if let Some(count) = self.turntable {
            Kind::Turntable(count)
        } else if self.views.is_empty() {
            Kind::Single
        } else {
            Kind::Views(self.views.clone())
        };
        Ok(Pictures {
            kind,
            states: States::One,
        })
    }
}

/// The pictures of one scene, which are computed one by one because there may be many.
#[derive(Debug)]
pub(crate) struct Pictures {
    kind: Kind,
    states: States,
}

/// What is drawn from the same views: frames of a trajectory, or models of a file, by their
/// numbers; or as many snapshots of a `MolViewSpec` file.
#[derive(Debug, Clone)]
pub(crate) enum States {
    One,
    Frames(Vec<usize>),
    Models(Vec<u32>),
    Snapshots(usize),
}

impl States {
    fn len(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Frames(numbers) => numbers.len(),
            Self::Models(numbers) => numbers.len(),
            Self::Snapshots(count) => *count,
        }
    }

    /// The number of a state, padded to the digits of the highest.
    fn number(&self, state: usize) -> String {
        let padded = |number: Option<u64>, highest: Option<u64>| {
            let digits = highest.unwrap_or(0).to_string().len();
            number.map_or(String::new(), |number| format!("{number:0digits$}"))
        };
        match self {
            Self::One | Self::Snapshots(_) => String::new(),
            Self::Frames(numbers) => padded(
                numbers.get(state).map(|number| *number as u64),
                numbers.iter().max().map(|number| *number as u64),
            ),
            Self::Models(numbers) => padded(
                numbers.get(state).copied().map(u64::from),
                numbers.iter().max().copied().map(u64::from),
            ),
        }
    }
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
    /// The same pictures of several states.
    pub(super) fn of_states(mut self, states: States) -> Self {
        self.states = states;
        self
    }

    /// The frames, models or snapshots that are drawn.
    pub(super) fn states(&self) -> &States {
        &self.states
    }

    /// The number of frames, models or snapshots; at least one.
    pub(super) fn state_count(&self) -> usize {
        self.states.len()
    }

    /// The number of pictures; at least one.
    pub(crate) fn len(&self) -> usize {
        self.states.len() * self.per_state()
    }

    /// The pictures of one state, in order.
    pub(super) fn of_state(&self, state: usize) -> impl Iterator<Item = PictureSpec> {
        let count = self.per_state();
        (state * count..(state + 1) * count).map(|index| self.get(index))
    }

    /// The number of pictures of each state.
    pub(super) fn per_state(&self) -> usize {
        match &self.kind {
            Kind::Single => 1,
            Kind::Views(views) => views.len(),
            Kind::Turntable(count) => *count as usize,
            Kind::Lines(_, lines) => lines.len(),
        }
    }

    /// All pictures, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PictureSpec> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The picture with this number.
    fn get(&self, index: usize) -> PictureSpec {
        let digits = (self.len() - 1).to_string().len();
        let state = index / self.per_state();
        let mut picture = PictureSpec {
            index: format!("{index:0digits$}"),
            state_number: self.states.number(state),
            ..PictureSpec::default()
        };
        let index = index % self.per_state();
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

fn commands_of_file(file: &Path) -> Result<Vec<(usize, Vec<Command>)>, CliError> {
    let bytes = read_text_file(file, "text file with view commands")?;
    let mut pictures = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let place = format!("{}:{}", file.display(), index + 1);
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(CliError::Work(anyhow::anyhow!(
                "{place}: the line is not UTF-8 text; give the view commands of one picture per line"
            )));
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let after = parse_commands(line)
            .map_err(|error| CliError::Work(anyhow::anyhow!("{place}: {error}")))?;
        pictures.push((index + 1, after));
    }
    if pictures.is_empty() {
        return Err(CliError::in_file(
            file,
            "contains no view commands; give the commands of one picture per line",
        ));
    }
    Ok(pictures)
}

/// The camera that the pictures of one scene start from: fitted to the scene and moved by the
/// request's commands, unless a picture has commands that come before them.
#[derive(Debug)]
pub(crate) struct BaseCamera<'a> {
    prepared: &'a PreparedScene,
    input: &'a Path,
    /// Whether the request's commands come from the flag.
    from_flag: bool,
    /// The request's commands.
    commands: Vec<Command>,
    fitted: Camera,
    moved: Result<Camera, SceneError>,
}

impl<'a> BaseCamera<'a> {
    /// `input` is where the request comes from, `from_flag` whether its commands come from a flag.
    pub(crate) fn new(
        prepared: &'a PreparedScene,
        request: &RenderRequest,
        input: &'a Path,
        from_flag: bool,
    ) -> Result<Self, CliError> {
        let in_file = |error: SceneError| CliError::in_file(input, error);
        let commands = request.view_commands().map_err(in_file)?.to_vec();
        let fitted = prepared.camera().map_err(in_file)?;
        let mut moved = fitted.clone();
        let applied = moved.apply(&commands, &prepared.scene().structure);
        Ok(Self {
            prepared,
            input,
            from_flag,
            commands,
            fitted,
            moved: applied.map(|()| moved),
        })
    }
}

impl PictureSpec {
    /// The view of the picture, `front` where none is named; `None` if commands change it:
    /// `has_commands` says whether the request has some.
    pub(super) fn plain_view(&self, has_commands: bool) -> Option<&'static str> {
        let is_plain = !has_commands && self.after.is_empty();
        let name = if self.view.is_empty() {
            ViewName::Front.name()
        } else {
            self.view
        };
        is_plain.then_some(name)
    }

    /// Builds the job of this picture: a state of the scene that the camera was fitted to.
    pub(super) fn job(
        &self,
        base: &BaseCamera<'_>,
        prepared: &PreparedScene,
    ) -> Result<RenderJob, CliError> {
        let structure = &base.prepared.scene().structure;
        let camera = match &base.moved {
            Ok(moved) if self.before.is_empty() => {
                let mut camera = moved.clone();
                camera.apply(&self.after, structure).map_err(|error| {
                    self.attribute(renumbered(error, base.commands.len()), base)
                })?;
                camera
            }
            _ => {
                let commands = [self.before.as_slice(), &base.commands, &self.after].concat();
                let mut camera = base.fitted.clone();
                camera
                    .apply(&commands, structure)
                    .map_err(|error| self.attribute(error, base))?;
                camera
            }
        };
        prepared
            .job_from(&camera.clipping_behind(prepared.scene()))
            .map_err(|error| CliError::in_file(base.input, error))
    }

    /// Attributes an error to where the command stands: the commands file, the flag, or the scene
    /// file. An invalid command of the flag makes the command line wrong; a `center` whose atoms
    /// this structure does not have does not.
    fn attribute(&self, error: SceneError, base: &BaseCamera<'_>) -> CliError {
        let (own, input, from_flag) = (&base.commands, base.input, base.from_flag);
        let SceneError::Command {
            number,
            pointer,
            command,
            problem,
            remedy,
        } = error
        else {
            return CliError::in_file(input, error);
        };
        let own_number = number.saturating_sub(self.before.len());
        let after_number = own_number.saturating_sub(own.len());
        let error = SceneError::Command {
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
            return CliError::Work(anyhow::anyhow!("{}: {error}", self.place));
        }
        let depends_on_structure = own_number
            .checked_sub(1)
            .and_then(|index| own.get(index))
            .is_some_and(|command| matches!(command, Command::Center(_)));
        if from_flag && !depends_on_structure {
            return CliError::flag("--commands", error);
        }
        CliError::in_file(input, error)
    }
}

/// Adds the number of preceding `commands` to the command number of an error.
fn renumbered(mut error: SceneError, commands: usize) -> SceneError {
    if let SceneError::Command { number, .. } = &mut error {
        *number += commands;
    }
    error
}
