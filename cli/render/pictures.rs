//! Which pictures of one scene are drawn, and where each is written.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::build::Prepared;
use molshot_scenes::commands::ViewName;
use molshot_scenes::{Command, RenderJob, RenderRequest, SceneError, parse_commands};

use crate::message::Failure;

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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), conflicts_with = "commands_file")]
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
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    /// Number among the pictures of its scene, counted from 0, with as many digits as the last one.
    index: String,
    /// Name of its view; empty when it was not asked for by name.
    view: &'static str,
    /// Before the request's own commands.
    before: Vec<Command>,
    /// After the request's own commands.
    after: Vec<Command>,
}

impl PictureArgs {
    /// The pictures that the flags ask for; a single one without any flag.
    pub(crate) fn list(&self) -> Result<Vec<Picture>, Failure> {
        let mut pictures: Vec<Picture> = if let Some(file) = &self.commands_file {
            commands_of_file(file)?
                .into_iter()
                .map(|after| Picture::new("", Vec::new(), after))
                .collect()
        } else if let Some(count) = self.turntable {
            (0..count)
                .map(|i| {
                    let degrees = 360.0 * f64::from(i) / f64::from(count);
                    let turn = parse_commands(&format!("roll y {degrees}"))?;
                    Ok(Picture::new("", Vec::new(), turn))
                })
                .collect::<Result<_, SceneError>>()?
        } else if self.views.is_empty() {
            vec![Picture::new("", Vec::new(), Vec::new())]
        } else {
            self.views
                .iter()
                .map(|view| Picture::new(view.name(), vec![Command::View(*view)], Vec::new()))
                .collect()
        };
        let digits = (pictures.len() - 1).to_string().len();
        for (index, picture) in pictures.iter_mut().enumerate() {
            picture.index = format!("{index:0digits$}");
        }
        Ok(pictures)
    }
}

fn commands_of_file(file: &Path) -> Result<Vec<Vec<Command>>, Failure> {
    let named = |text: String| Failure::Work(anyhow::anyhow!("{}{text}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| {
        named(format!(
            ": cannot be read: {error}; give a text file with view commands"
        ))
    })?;
    let mut lists = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let commands =
            parse_commands(line).map_err(|error| named(format!(":{}: {error}", number + 1)))?;
        lists.push(commands);
    }
    if lists.is_empty() {
        return Err(named(
            ": holds no view commands; give one picture's commands a line".into(),
        ));
    }
    Ok(lists)
}

impl Picture {
    fn new(view: &'static str, before: Vec<Command>, after: Vec<Command>) -> Self {
        Self {
            index: String::new(),
            view,
            before,
            after,
        }
    }

    /// The job of this picture.
    pub(crate) fn job(
        &self,
        prepared: &Prepared,
        request: &RenderRequest,
    ) -> Result<RenderJob, SceneError> {
        let commands = [
            self.before.clone(),
            request.view_commands()?,
            self.after.clone(),
        ]
        .concat();
        let mut camera = prepared.camera()?;
        camera.apply(&commands, &prepared.scene().structure)?;
        prepared.job_from(&camera)
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

/// Refuses an output name under which several pictures would overwrite each other.
pub(crate) fn check_output(
    out: &Path,
    many_inputs: bool,
    pictures: &[Picture],
) -> Result<(), Failure> {
    let text = out.to_string_lossy();
    if many_inputs && !text.contains("{name}") {
        return Err(Failure::usage(
            "--each would write all inputs to one file; put {name} into OUT, as in 'out/{name}.png'",
        ));
    }
    if pictures.len() > 1 && !text.contains("{view}") && !text.contains("{index}") {
        return Err(Failure::usage(
            "many pictures would be written to one file; put {view} or {index} into OUT, as in 'turn_{index}.png'",
        ));
    }
    Ok(())
}

/// What `{name}` stands for: the input's name without folders and endings.
pub(crate) fn name_of(input: &Path) -> String {
    let name = input
        .file_name()
        .map_or_else(|| "input".into(), |name| name.to_string_lossy());
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}
