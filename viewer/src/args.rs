//! The command line: what is typed goes into the request of each input, and a mistake in it is told
//! from a fault of a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use molshot_molecule::Format;
use molshot_renderer::AdapterChoice;
use molshot_scenes::request::{Preset, StyleRequest};
use molshot_scenes::{RenderRequest, SceneError};

use crate::present::PresentChoice;
use crate::{copy, words};

/// Why the program ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is wrong: exit status 2.
    Usage(String),
    /// The work failed: exit status 1.
    Work(anyhow::Error),
}

impl Failure {
    /// A value of a flag that cannot be; the message begins with the flag.
    fn flag(flag: &str, text: impl fmt::Display) -> Self {
        Self::Usage(format!("{flag}: {text}"))
    }

    /// A fault of an input, which is named.
    pub(crate) fn of(self, input: String) -> Self {
        match self {
            Self::Work(error) => Self::Work(error.context(input)),
            usage @ Self::Usage(_) => usage,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Work(_) => ExitCode::FAILURE,
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Work(error) => f.write_str(&words(error)),
        }
    }
}

/// Shows molecules in a window, exactly as `molshot render` and the server draw them.
#[derive(Debug, Parser)]
#[command(name = "molshot-view", version, after_help = KEYS_HINT)]
pub(crate) struct Args {
    /// Structure files, folders in PDBbind layout, scene files (.json), or `-`. Several structures
    /// make one scene.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Show each input by itself; n and N go from one to the next. Scene files always stand by
    /// themselves.
    #[arg(long)]
    pub(crate) each: bool,
    /// Size of the picture in pixels [default: the request's, or as much as the screen has].
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = parse_size, allow_hyphen_values = true)]
    pub(crate) size: Option<[u32; 2]>,
    /// Style to begin with: misi, misi-residue (with --residue), misi-pocket, misi-ligand,
    /// ball-and-stick, licorice or spacefill.
    #[arg(long, value_name = "STYLE", value_parser = parse_preset)]
    pub(crate) style: Option<Preset>,
    /// The residue that `--style misi-residue` shows with the ligand: name, number, and the chain
    /// where that is not enough: "ARG 45 A".
    #[arg(long, value_name = "RESIDUE")]
    pub(crate) residue: Option<String>,
    /// View commands to begin with.
    #[arg(long, value_name = "COMMANDS", allow_hyphen_values = true)]
    pub(crate) commands: Option<String>,
    /// What to draw with: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto", value_parser = |text: &str| text.parse::<AdapterChoice>())]
    pub(crate) adapter: AdapterChoice,
    /// What brings pictures into the window: auto, surface (of a graphics adapter), or software
    /// (the processor).
    #[arg(long, value_name = "PRESENT", default_value = "auto", value_parser = |text: &str| text.parse::<PresentChoice>())]
    pub(crate) present: PresentChoice,
    /// Threads for each picture [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Format of standard input: pdb, mmcif, bcif, sdf, mol2, xyz.
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) input_format: Option<Format>,
    /// Read `ID_protein.pdb` of a folder, not `ID_pocket.pdb`.
    #[arg(long)]
    pub(crate) protein: bool,
    /// The server of copied URLs.
    #[arg(long, value_name = "URL", default_value = copy::SERVER)]
    pub(crate) server: String,
    /// Print how long each picture took.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

const KEYS_HINT: &str = "\
Drag turns, right-drag or shift-drag moves, the wheel zooms, a double click centres on an atom; ? shows the keys.

Examples:
  molshot-view 5ey0/
  molshot-view scene.json
  molshot-view pocket.pdb ligand.mol2 --style ball-and-stick
  molshot-view pdbbind/*/ --each";

fn parse_size(text: &str) -> Result<[u32; 2], String> {
    let parse = |part: &str| part.trim().parse::<u32>().ok().filter(|edge| *edge > 0);
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some([parse(width)?, parse(height)?]))
        .ok_or_else(|| "give width and height in pixels, as 1024x768".to_owned())
}

fn parse_preset(text: &str) -> Result<Preset, String> {
    text.parse()
        .map_err(|error: molshot_scenes::ValueError| error.to_string())
}

fn parse_format(text: &str) -> Result<Format, String> {
    Format::from_name(text).ok_or_else(|| "give pdb, mmcif, bcif, sdf, mol2 or xyz".to_owned())
}

impl Args {
    /// Finds what is wrong with the command line whatever the inputs hold.
    ///
    /// # Errors
    /// [`Failure::Usage`].
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let standard = self.inputs.iter().any(|input| input == Path::new("-"));
        if standard && self.inputs.len() > 1 {
            return Err(Failure::Usage(
                "-: stands for standard input and is given alone; name the files".into(),
            ));
        }
        if standard && self.input_format.is_none() {
            return Err(Failure::flag(
                "--input-format",
                "standard input has no file ending to tell its format; give pdb, mmcif, bcif, sdf, mol2 or xyz",
            ));
        }
        let mut request = RenderRequest::default();
        self.apply(&mut request);
        // A scene file may say the half of a style that was not typed.
        let has_scene_file = self
            .inputs
            .iter()
            .any(|input| crate::input::is_scene_file(input));
        if has_scene_file && self.style.is_some() != self.residue.is_some() {
            request.style = StyleRequest::default();
        }
        request.validate().map_err(|error| self.blame(error))
    }

    /// Takes what was typed into the request of an input.
    pub(crate) fn apply(&self, request: &mut RenderRequest) {
        if let Some(preset) = self.style {
            request.style.preset = preset;
        }
        if self.residue.is_some() {
            request.style.residue.clone_from(&self.residue);
        }
        if let Some(commands) = &self.commands {
            request.commands = vec![commands.clone()];
        }
        if let Some([width, height]) = self.size {
            (request.output.width_px, request.output.height_px) = (width, height);
        }
    }

    /// Tells a flag's mistake from a file's: a value that was typed makes the command line wrong,
    /// and its flag is named.
    pub(crate) fn blame(&self, error: SceneError) -> Failure {
        let flag = match &error {
            SceneError::Command { .. } => self.commands.as_ref().map(|_| "--commands"),
            error => match error.pointer().unwrap_or_default() {
                "/output" | "/output/width_px" | "/output/height_px" => self.size.map(|_| "--size"),
                "/commands" => self.commands.as_ref().map(|_| "--commands"),
                "/style/residue" if self.residue.is_some() => Some("--residue"),
                "/style/residue" | "/style/preset" => self.style.map(|_| "--style"),
                _ => None,
            },
        };
        match (flag, error) {
            (
                Some(flag),
                SceneError::Invalid {
                    problem, remedy, ..
                },
            ) => Failure::flag(flag, format_args!("{problem}; {remedy}")),
            (Some(flag), SceneError::Selection { source, .. }) => Failure::flag(flag, source),
            (Some(flag), error) => Failure::flag(flag, error),
            (None, error) => Failure::Work(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(words: &[&str]) -> Result<(), Failure> {
        let words = ["molshot-view"].iter().chain(words);
        Args::try_parse_from(words).expect("known flags").check()
    }

    #[test]
    fn a_wrong_command_line_is_told_by_its_flag() {
        for (words, begins) in [
            (&["a.pdb", "--commands", "zorp"][..], "--commands: "),
            (&["a.pdb", "--size", "99999x99999"], "--size: "),
            (&["a.pdb", "--style", "misi-residue"], "--style: "),
            (&["a.pdb", "--residue", "ARG 45"], "--residue: "),
            (
                &["a.pdb", "--residue", "?", "--style", "misi-residue"],
                "--residue: ",
            ),
            (&["-"], "--input-format: "),
            (&["-", "a.pdb"], "-: "),
        ] {
            match checked(words) {
                Err(Failure::Usage(text)) => assert!(text.starts_with(begins), "{text}"),
                other => panic!("{words:?} is wrong, not {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_right_passes_and_what_a_scene_file_completes() {
        for words in [
            &["a.pdb", "--commands", "view left", "--size", "20x10"][..],
            &["a.pdb", "--style", "misi-residue", "--residue", "ARG 45 A"],
            &["scene.json", "--style", "misi-residue"],
            &["scene.json", "--residue", "ARG 45 A"],
            &["-", "--input-format", "pdb"],
        ] {
            assert!(checked(words).is_ok(), "{words:?}");
        }
    }

    #[test]
    fn what_a_file_says_is_not_blamed_on_the_command_line() {
        let args = Args::parse_from(["molshot-view", "scene.json", "--style", "licorice"]);
        let error = SceneError::invalid("/output/width_px", "is 0".into(), "give more".into());
        assert!(matches!(args.blame(error), Failure::Work(_)));
    }
}
