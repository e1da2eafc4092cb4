//! Which pictures of one scene are drawn, and where each is written.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::build::Prepared;
use molshot_scenes::commands::{Axis, ViewName};
use molshot_scenes::{Command, RenderJob, RenderRequest, SceneError, parse_commands};

use crate::message::Failure;
use crate::scene_file::read_text;

/// Many pictures of one scene.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Many pictures")]
pub(crate) struct PictureArgs {
    /// One picture from each of these views, separated by commas: front, left, top, back, right, bottom. The view comes first,
    /// then --commands.
    #[arg(long, value_delimiter = ',', value_name = "VIEWS", value_parser = parse_view,
          conflicts_with_all = ["turntable", "commands_file"])]
    views: Vec<ViewName>,
    /// N pictures around the vertical screen axis, after --commands.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), conflicts_with = "commands_file",
          allow_negative_numbers = true)]
    turntable: Option<u32>,
    /// One picture for each line of view commands in this file, after --commands. Empty lines and lines that begin with # are skipped.
    #[arg(long, value_name = "FILE")]
    commands_file: Option<PathBuf>,
}

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
    pub(crate) fn list(&self) -> Result<Vec<Picture>, Failure> {
        let mut pictures: Vec<Picture> = if let Some(file) = &self.commands_file {
            commands_of_file(file)?
        } else if let Some(count) = self.turntable {
            (0..count)
                .map(|i| Picture {
                    after: vec![Command::Turn {
                        axis: Axis::Y,
                        degrees: 360.0 * f64::from(i) / f64::from(count),
                    }],
                    ..Picture::default()
                })
                .collect()
        } else if self.views.is_empty() {
            vec![Picture::default()]
        } else {
            self.views
                .iter()
                .map(|view| Picture {
                    view: view.name(),
                    before: vec![Command::View(*view)],
                    ..Picture::default()
                })
                .collect()
        };
        let digits = (pictures.len() - 1).to_string().len();
        for (index, picture) in pictures.iter_mut().enumerate() {
            picture.index = format!("{index:0digits$}");
        }
        Ok(pictures)
    }
}

fn commands_of_file(file: &Path) -> Result<Vec<Picture>, Failure> {
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
        pictures.push(Picture {
            after,
            place,
            ..Picture::default()
        });
    }
    if pictures.is_empty() {
        return Err(Failure::in_file(
            file,
            "holds no view commands; give one picture's commands a line",
        ));
    }
    Ok(pictures)
}

impl Picture {
    /// The job of this picture. `input` and `from_flag` say where the request and its commands come from.
    pub(crate) fn job(
        &self,
        prepared: &Prepared,
        request: &RenderRequest,
        input: &Path,
        from_flag: bool,
    ) -> Result<RenderJob, Failure> {
        let blame_file = |error: SceneError| Failure::in_file(input, error);
        let own = request.view_commands().map_err(blame_file)?;
        let commands = [self.before.as_slice(), &own, &self.after].concat();
        let mut camera = prepared.camera().map_err(blame_file)?;
        camera
            .apply(&commands, &prepared.scene().structure)
            .map_err(|error| self.blame(error, &own, input, from_flag))?;
        prepared.job_from(&camera).map_err(blame_file)
    }

    /// Says where the command at fault stands: in the commands file, in the flag, or in the scene file. One that was typed and fits no
    /// structure makes the command line wrong; a `center` whose atoms this structure lacks does not.
    fn blame(&self, error: SceneError, own: &[Command], input: &Path, from_flag: bool) -> Failure {
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
