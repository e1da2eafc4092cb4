//! The command line, which overrides the request of each input.

use std::path::{Path, PathBuf};

use clap::Parser;
use molshot::cli::{CliError, parse_format, parse_size, whole};
use molshot::input::{InputError, InputOptions, STANDARD_INPUT, is_scene_file};
use molshot_molecule::Format;
use molshot_renderer::AdapterChoice;
use molshot_scenes::request::{Preset, StyleRequest};
use molshot_scenes::{RenderRequest, SceneError};

use crate::copy;
use crate::present::PresentChoice;

/// Shows molecules in a window, exactly as `molshot render` and the server draw them.
#[derive(Debug, Parser)]
#[command(name = "molshot-view", version, after_help = KEYS_HINT)]
pub(crate) struct Args {
    /// Structure files, folders in PDBbind layout, scene files (.json), or `-` for standard input.
    /// Several structures make one scene.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Show each input separately; the keys n and N go to the next and the previous one. Scene
    /// files are always shown separately.
    #[arg(long)]
    pub(crate) each: bool,
    /// Size of the picture in pixels [default: the request's, limited by the screen].
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = parse_size, allow_hyphen_values = true)]
    pub(crate) size: Option<[u32; 2]>,
    /// Initial style: misi, misi-residue (with --residue), misi-pocket, misi-ligand,
    /// ball-and-stick, licorice, spacefill or cartoon.
    #[arg(long, value_name = "STYLE", value_parser = parse_preset)]
    pub(crate) style: Option<Preset>,
    /// Residue that `--style misi-residue` shows with the ligand: its name, number and, if these
    /// are ambiguous, chain, as in "ARG 45 A".
    #[arg(long, value_name = "RESIDUE")]
    pub(crate) residue: Option<String>,
    /// Initial view commands, as for `molshot render`.
    #[arg(long, value_name = "COMMANDS", allow_hyphen_values = true)]
    pub(crate) commands: Option<String>,
    /// Adapter that draws: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto", value_parser = |text: &str| text.parse::<AdapterChoice>())]
    pub(crate) adapter: AdapterChoice,
    /// How pictures are presented in the window: auto, surface (by a graphics adapter), or software
    /// (by the CPU).
    #[arg(long, value_name = "PRESENT", default_value = "auto", value_parser = |text: &str| text.parse::<PresentChoice>())]
    pub(crate) present: PresentChoice,
    /// Number of threads that draw a picture [default: number of processors].
    #[arg(long, value_name = "N", value_parser = whole(1_u16..=1024), allow_negative_numbers = true)]
    pub(crate) threads: Option<u16>,
    #[arg(long, value_name = "FORMAT", value_parser = parse_format,
          help = format!("Format of standard input: {}", Format::names_text()))]
    pub(crate) input_format: Option<Format>,
    /// Read `ID_protein.pdb` of a folder instead of `ID_pocket.pdb`.
    #[arg(long)]
    pub(crate) protein: bool,
    /// Base URL of the server in copied URLs.
    #[arg(long, value_name = "URL", default_value = copy::SERVER)]
    pub(crate) server: String,
    /// Print the time of each picture.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

const KEYS_HINT: &str = "\
Drag to rotate, right-drag or shift-drag to move, turn the wheel to zoom, double-click an atom to centre on it; press ? for the keys.

Examples:
  molshot-view 5ey0/
  molshot-view scene.json
  molshot-view pocket.pdb ligand.mol2 --style ball-and-stick
  molshot-view pdbbind/*/ --each";

fn parse_preset(text: &str) -> Result<Preset, String> {
    text.parse()
        .map_err(|error: molshot_scenes::ValueError| error.to_string())
}

impl Args {
    /// How inputs are read.
    pub(crate) fn input_options(&self) -> InputOptions {
        let mut options = InputOptions::default();
        options.read.format = self.input_format;
        options.folder.protein = self.protein;
        options
    }

    /// Finds errors in the command line that do not depend on the inputs.
    ///
    /// # Errors
    /// [`CliError::Usage`].
    pub(crate) fn check(&self) -> Result<(), CliError> {
        let standard = self
            .inputs
            .iter()
            .any(|input| input == Path::new(STANDARD_INPUT));
        if standard && self.inputs.len() > 1 {
            return Err(CliError::usage(
                "-: standard input cannot be combined with other inputs; give files",
            ));
        }
        if standard && self.input_format.is_none() {
            return Err(InputError::StandardInputFormat.into());
        }
        let mut request = RenderRequest::default();
        self.apply(&mut request);
        // A scene file may complete a style of which only a part was given.
        let has_scene_file = self.inputs.iter().any(|input| is_scene_file(input));
        if has_scene_file && self.style.is_some() != self.residue.is_some() {
            request.style = StyleRequest::default();
        }
        request.validate().map_err(|error| self.attribute(error))
    }

    /// Overrides the request of an input by the given flags.
    pub(crate) fn apply(&self, request: &mut RenderRequest) {
        if let Some(preset) = self.style {
            request.style.preset = preset;
        }
        if let Some(residue) = &self.residue {
            request.style.residue = Some(residue.as_str().into());
        }
        if let Some(commands) = &self.commands {
            request.commands = vec![commands.clone()].into();
        }
        if let Some([width, height]) = self.size {
            (request.output.width_px, request.output.height_px) = (width, height);
        }
    }

    /// Attributes an error to the flag that set the value, which makes the command line wrong, or
    /// else to the input.
    pub(crate) fn attribute(&self, error: SceneError) -> CliError {
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
        CliError::attribute(error, flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(words: &[&str]) -> Result<(), CliError> {
        let words = ["molshot-view"].iter().chain(words);
        Args::try_parse_from(words).expect("known flags").check()
    }

    #[test]
    fn an_error_in_the_command_line_names_its_flag() {
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
                Err(CliError::Usage(text)) => assert!(text.starts_with(begins), "{text}"),
                other => panic!("{words:?} is wrong, not {other:?}"),
            }
        }
    }

    #[test]
    fn the_documentation_lists_every_key() {
        let page = include_str!("../../docs/viewer.md");
        for (key, does, _) in crate::keys::KEYS {
            assert!(page.contains(&format!("| `{key}` | {does} |")), "{key}");
        }
        for (gesture, does) in crate::keys::MOUSE {
            assert!(
                page.contains(&format!("| {gesture} | {does} |")),
                "{gesture}"
            );
        }
    }

    #[test]
    fn valid_command_lines_pass_and_a_scene_file_may_complete_them() {
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
    fn an_error_in_a_file_is_not_attributed_to_the_command_line() {
        let args = Args::parse_from(["molshot-view", "scene.json", "--style", "licorice"]);
        let error = SceneError::invalid("/output/width_px", "is 0".into(), "give more".into());
        assert!(matches!(args.attribute(error), CliError::Work(_)));
    }
}
