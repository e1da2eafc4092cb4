//! The flags that say how INPUT is read, and the warnings of the readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use molshot_molecule::copies::{AssemblyChoice, MOST_CELLS, MOST_MATE_ANGSTROM, cells_from_name};
use molshot_molecule::reading::ModelChoice;
use molshot_molecule::{AlternateLocation, Format, MoleculeError, Structure};
use molshot_scenes::request::{ReadingRequest, StructureSource};

use crate::cli::message::{CliError, Verbosity, note};
use crate::cli::words::KeywordParser;
use crate::cli::{FORMAT_NAMES, number, parse_format};
use crate::input::{self, InputError, InputOptions, is_scene_file, read_scene_file};
use crate::molviewspec::{MolViewSpecFile, is_molviewspec_file};

/// Number of the readers' warnings that are printed without `--verbose`.
const WARNINGS_SHOWN: usize = 5;

/// The structure of a request, and what is read of it.
#[derive(Debug, Clone)]
pub(crate) struct RequestedStructure {
    pub(crate) structure: StructureSource,
    pub(crate) reading: ReadingRequest,
}

/// How inputs are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct ReadArgs {
    #[arg(long, value_name = "FORMAT", hide_possible_values = true,
          help = format!("Format of standard input, or of a file whose content does not tell it: {}",
                         Format::names_text()),
          value_parser = KeywordParser::new(FORMAT_NAMES, parse_format))]
    input_format: Option<Format>,
    /// Model to read of a file with several models: the model's number in PDB and mmCIF, the
    /// record counted from 1 in SDF, MOL2, XYZ and GRO [default: the first]. A range (2-5) or `all`
    /// reads several, which one picture shows together, or, with {model} in OUT, a picture each.
    /// With several inputs, those that have a single model keep it.
    #[arg(long, value_name = "N|A-B|all", value_parser = parse_model, allow_negative_numbers = true)]
    model: Option<ModelChoice>,
    /// Alternate location to read of disordered atoms: an identifier such as B, `highest` for the
    /// one with the highest mean occupancy in each group of bonded residues (then the lowest
    /// B-factor, then the first letter), or `all-highest` for a single one in the whole file
    /// [default: highest].
    #[arg(long, value_name = "ID|highest|all-highest", value_parser = parse_altloc)]
    altloc: Option<AlternateLocation>,
    /// Read `ID_protein.pdb` of a folder instead of `ID_pocket.pdb`.
    #[arg(long)]
    protein: bool,
    /// Biological assembly to make: the file's id of it, such as 1, `all` for every chain at each
    /// place that any assembly gives it, or `none`. Chains of further copies are named
    /// [default: none].
    #[arg(long, value_name = "ID|all|none", value_parser = parse_assembly)]
    assembly: Option<AssemblyChoice>,
    /// Fill the unit cell of the crystal, and draw its edges.
    #[arg(long, conflicts_with_all = ["supercell", "symmetry_mates"])]
    unit_cell: bool,
    /// Fill several unit cells, along the edges a, b and c, such as 2x2x1.
    #[arg(long, value_name = "AxBxC", value_parser = parse_supercell,
          conflicts_with = "symmetry_mates")]
    supercell: Option<[u32; 3]>,
    /// Add the copies of the crystal that have an atom within this distance, in angstrom.
    #[arg(long, value_name = "ANGSTROM", value_parser = number(0.0_f64..=MOST_MATE_ANGSTROM),
          allow_negative_numbers = true)]
    symmetry_mates: Option<f64>,
}

impl ReadArgs {
    pub(crate) fn options(&self) -> Result<InputOptions, CliError> {
        self.options_with(&ReadingRequest::default())
    }

    /// The options with what a scene file says about models and copies, where no flag says
    /// otherwise.
    fn options_with(&self, reading: &ReadingRequest) -> Result<InputOptions, CliError> {
        let mut reading = reading.clone();
        self.override_reading(&mut reading)?;
        let mut options = InputOptions::default().with_reading(&reading.to_reading()?);
        options.read.format = self.input_format;
        options.folder.protein = self.protein;
        Ok(options)
    }

    /// Overrides what a scene file says about models and copies by the flags that are given. A flag
    /// about copies replaces all that the file says about them.
    pub(crate) fn override_reading(&self, reading: &mut ReadingRequest) -> Result<(), CliError> {
        if let Some(models) = &self.model {
            reading.model = Some(models.to_string());
        }
        if let Some(altloc) = self.altloc {
            reading.altloc = Some(altloc.to_string());
        }
        let crystal_flag = [
            (self.unit_cell, "--unit-cell"),
            (self.supercell.is_some(), "--supercell"),
            (self.symmetry_mates.is_some(), "--symmetry-mates"),
        ];
        let crystal_flag = crystal_flag.into_iter().find(|(is_given, _)| *is_given);
        if let (Some(id), Some((_, flag))) = (self.chosen_assembly(), crystal_flag) {
            return Err(CliError::flag(
                flag,
                format_args!(
                    "a crystal is not made of an assembly (--assembly {id}); leave out one of the two flags"
                ),
            ));
        }
        if self.assembly.is_some() || crystal_flag.is_some() {
            reading.assembly = self.chosen_assembly().map(str::to_owned);
            reading.unit_cell = self.unit_cell;
            let cells = self.supercell.map(|[a, b, c]| format!("{a}x{b}x{c}"));
            reading.supercell = cells;
            reading.symmetry_mates_angstrom = self.symmetry_mates;
        }
        Ok(())
    }

    /// The assembly that the flag asks for.
    fn chosen_assembly(&self) -> Option<&str> {
        match self.assembly.as_ref()? {
            AssemblyChoice::Id(id) => Some(id),
            AssemblyChoice::All => Some("all"),
            _ => None,
        }
    }

    /// Which model is read: `number 3`, or `the first`.
    pub(crate) fn model_name(&self) -> String {
        match &self.model {
            None => "the first".to_owned(),
            Some(ModelChoice::One(number)) => format!("number {number}"),
            Some(_) => "one".to_owned(),
        }
    }

    /// Whether `--model` was given.
    pub(crate) fn chooses_models(&self) -> bool {
        self.model.is_some()
    }

    /// The same flags for the model with a number alone.
    pub(crate) fn of_model(&self, number: u32) -> Self {
        Self {
            model: Some(ModelChoice::One(number)),
            ..self.clone()
        }
    }

    /// The numbers of the models that `--model` chooses of the inputs, in the order of the file.
    pub(crate) fn model_numbers(&self, inputs: &[PathBuf]) -> Result<Vec<u32>, CliError> {
        let first = Self {
            model: None,
            ..self.clone()
        };
        let first = first.read_all(inputs)?;
        let numbers = input::model_numbers(&first);
        let range = self.model.as_ref().map_or(0..=u32::MAX, ModelChoice::range);
        let chosen: Vec<u32> = (numbers.iter().copied())
            .filter(|number| range.contains(number))
            .collect();
        if chosen.is_empty() {
            return Err(MoleculeError::no_model(&first, &range).into());
        }
        Ok(chosen)
    }

    /// Reads one structure from inputs, as [`input::read_inputs`] does, or those of a single
    /// `MolViewSpec` file's first snapshot.
    pub(crate) fn read_all(&self, inputs: &[PathBuf]) -> Result<Arc<Structure>, CliError> {
        if let [input] = inputs
            && is_molviewspec_file(input)
        {
            let file = MolViewSpecFile::read(input)?;
            let structures = file.structures(&file.snapshots()[0], &self.options()?)?;
            let owned = structures.into_iter().map(Arc::unwrap_or_clone);
            return Ok(Arc::new(Structure::merge(owned.collect())));
        }
        if let [input] = inputs
            && is_scene_file(input)
        {
            let document = read_scene_file(input)?;
            let source = RequestedStructure {
                structure: document.structure,
                reading: document.reading,
            };
            return self.read_requested(&source, inputs);
        }
        finish(input::read_inputs(inputs, &self.options()?))
    }

    /// Reads the structure that `source` names: that of the request which `inputs` gave.
    pub(crate) fn read_requested(
        &self,
        source: &RequestedStructure,
        inputs: &[PathBuf],
    ) -> Result<Arc<Structure>, CliError> {
        let options = self.options_with(&source.reading)?;
        finish(match inputs {
            [input] if is_scene_file(input) => {
                input::read_source(&source.structure, input, &options)
            }
            [input] if is_molviewspec_file(input) => {
                return Err(CliError::in_file(
                    input,
                    "a MolViewSpec file has scenes of its own, which only molshot render draws; give its structure files",
                ));
            }
            inputs => input::read_structures(inputs, &options),
        })
    }

    /// Warns when `--protein` has no effect because no input is a folder, and of flags that have
    /// none on `MolViewSpec` files. Scene files may name folders.
    pub(crate) fn warn_of_unused(&self, inputs: &[PathBuf], verbosity: Verbosity) {
        let may_matter = |input: &PathBuf| input.is_dir() || is_scene_file(input);
        if self.protein && !verbosity.quiet && !inputs.iter().any(may_matter) {
            note("warning: --protein does nothing: no INPUT is a folder");
        }
        let of_file = [
            (self.input_format.is_some(), "--input-format"),
            (self.model.is_some(), "--model"),
            (self.assembly.is_some(), "--assembly"),
            (self.unit_cell, "--unit-cell"),
            (self.supercell.is_some(), "--supercell"),
            (self.symmetry_mates.is_some(), "--symmetry-mates"),
        ];
        if inputs.iter().any(|input| is_molviewspec_file(input)) && !verbosity.quiet {
            for (_, flag) in of_file.into_iter().filter(|(given, _)| *given) {
                note(format_args!(
                    "warning: {flag} does nothing for MolViewSpec files, which say it themselves"
                ));
            }
        }
    }

    /// The flag that makes copies by symmetry, if one is given.
    pub(crate) fn copies_flag(&self) -> Option<&'static str> {
        let flags = [
            (self.chosen_assembly().is_some(), "--assembly"),
            (self.unit_cell, "--unit-cell"),
            (self.supercell.is_some(), "--supercell"),
            (self.symmetry_mates.is_some(), "--symmetry-mates"),
        ];
        flags
            .into_iter()
            .find_map(|(given, flag)| given.then_some(flag))
    }

    /// The flags given here that scene files cannot express.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        [
            (self.input_format.is_some(), "--input-format"),
            (self.protein, "--protein"),
        ]
        .into_iter()
        .filter_map(|(given, flag)| given.then_some(flag))
        .collect()
    }
}

fn parse_altloc(text: &str) -> Result<AlternateLocation, String> {
    AlternateLocation::from_name(text).ok_or_else(|| {
        let words = AlternateLocation::WORDS.join(", ");
        format!("give one character as the file has it, such as A, or {words}")
    })
}

fn parse_assembly(text: &str) -> Result<AssemblyChoice, String> {
    AssemblyChoice::from_name(text)
        .ok_or_else(|| "give the id of an assembly such as 1, all, or none".to_owned())
}

fn parse_model(text: &str) -> Result<ModelChoice, String> {
    ModelChoice::from_name(text).ok_or_else(|| ModelChoice::REMEDY.to_owned())
}

fn parse_supercell(text: &str) -> Result<[u32; 3], String> {
    cells_from_name(text)
        .ok_or_else(|| format!("give three numbers from 1 to {MOST_CELLS}, such as 2x2x1"))
}

fn finish(read: Result<Structure, InputError>) -> Result<Arc<Structure>, CliError> {
    match read {
        Ok(structure) => Ok(Arc::new(structure)),
        // Opening a pipe or a device could wait forever for its writer; standard input is read.
        Err(InputError::Structure(MoleculeError::Io { file, source }))
            if Path::new(&file)
                .metadata()
                .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) =>
        {
            Err(CliError::in_file(
                Path::new(&file),
                format_args!(
                    "cannot be read: {source}; to read what another program prints, pipe it in and use - with --input-format {}",
                    Format::names_text()
                ),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Prints the readers' warnings: all of them with `--verbose`, the first few otherwise, none with
/// `--quiet`.
pub(crate) fn print_warnings(structure: &Structure, verbosity: Verbosity) {
    if verbosity.quiet {
        return;
    }
    let warnings = structure.warnings();
    let shown = if verbosity.verbose {
        warnings.len()
    } else {
        WARNINGS_SHOWN
    };
    for warning in warnings.iter().take(shown) {
        let several = warning.message.contains("choose another by its number");
        let flag = if several { " (--model)" } else { "" };
        note(format_args!("warning: {warning}{flag}"));
    }
    if warnings.len() > shown {
        note(format_args!(
            "warning: {} more; --verbose prints them",
            warnings.len() - shown
        ));
    }
}
