//! Which pictures of one scene are drawn, and where each is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use molshot_renderer::check_destination;
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
    index: String,
    /// Name of its view; empty when it was not asked for by name.
    view: &'static str,
    /// Before the request's own commands.
    before: Vec<Command>,
    /// After the request's own commands.
    after: Vec<Command>,
    /// `FILE:LINE` of the commands in `after`; empty when they are our own.
    place: String,
}

impl PictureArgs {
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

    /// `out` with its placeholders filled in.
    pub(crate) fn path(&self, out: &Path, name: &str) -> PathBuf {
        let view = if self.view.is_empty() {
            &self.index
        } else {
            self.view
        };
        PathBuf::from(
            out.to_string_lossy()
                .replace("{view}", view)
                .replace("{index}", &self.index)
                .replace("{name}", name),
        )
    }
}

/// Refuses an output name under which several pictures would overwrite each other, and places that cannot be written, before any
/// work is done.
pub(crate) fn check_output(
    out: &Path,
    groups: &[&[PathBuf]],
    pictures: &[Picture],
) -> Result<(), Failure> {
    let text = out.to_string_lossy();
    if groups.len() > 1 && !text.contains("{name}") {
        return Err(Failure::flag(
            "--output",
            "--each would write all inputs to one file; put {name} into OUT, as in 'out/{name}.png'",
        ));
    }
    if pictures.len() > 1 && !text.contains("{view}") && !text.contains("{index}") {
        return Err(Failure::flag(
            "--output",
            "many pictures would be written to one file; put {view} or {index} into OUT, as in 'turn_{index}.png'",
        ));
    }
    if out == Path::new("-") {
        return Ok(());
    }
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for inputs in groups {
        let name = name_of(&inputs[0]);
        for picture in pictures {
            let path = picture.path(out, &name);
            if let Some(input) = inputs.iter().find(|input| same_file(input, &path)) {
                return Err(Failure::flag(
                    "--output",
                    format_args!(
                        "the picture would replace the input {}; give another name",
                        input.display()
                    ),
                ));
            }
            check_destination(&path)?;
            if let Some(other) = taken.insert(path.clone(), &inputs[0]) {
                return Err(Failure::flag(
                    "--output",
                    format_args!(
                        "a picture of {} and one of {} would both be written to {}; name every view once, and draw inputs of one name by separate commands",
                        other.display(),
                        inputs[0].display(),
                        path.display()
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// What `{name}` stands for: the input's name without folders and endings.
pub(crate) fn name_of(input: &Path) -> String {
    let name = input
        .file_name()
        .map_or_else(|| "input".into(), |name| name.to_string_lossy());
    if input.is_dir() {
        return name.into_owned();
    }
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}
