//! What INPUT means on the command line: structure files, folders, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use molshot_molecule::read::{FolderOptions, read_bytes, read_input};
use molshot_molecule::{Format, MoleculeError, PartRole, ReadOptions, Structure};
use molshot_scenes::request::StructureSource;

use crate::Verbosity;
use crate::message::{Failure, note};
use crate::scene_file::is_scene_file;
use crate::words::Words;

/// Without `--verbose`, so many warnings of the readers are printed.
const WARNINGS_SHOWN: usize = 5;

/// Reads one opened input, with these options.
type Reading<'a> = Box<dyn Fn(&ReadOptions) -> Result<Structure, Failure> + 'a>;

/// How inputs are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReadArgs {
    /// Format of standard input, or of a file whose content leaves it open: pdb, mmcif, bcif, sdf,
    /// mol2, xyz.
    #[arg(long, value_name = "FORMAT", hide_possible_values = true,
          value_parser = Words::new(&["pdb", "mmcif", "bcif", "sdf", "mol2", "xyz"], parse_format))]
    input_format: Option<Format>,
    /// Model of a file of several (PDB and mmCIF: its number; SDF, MOL2, XYZ: the record, counted
    /// from 1). Without it the first. Of several inputs, those with a single model keep it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    model: Option<u32>,
    /// Read `ID_protein.pdb` of a folder, not `ID_pocket.pdb`.
    #[arg(long)]
    protein: bool,
}

fn parse_format(text: &str) -> Result<Format, String> {
    Format::from_name(text).ok_or_else(|| "give pdb, mmcif, bcif, sdf, mol2 or xyz".to_owned())
}

impl ReadArgs {
    fn options(&self) -> ReadOptions {
        ReadOptions {
            format: self.input_format,
            model: self.model,
            ..ReadOptions::default()
        }
    }

    /// Which model is read: `number 3`, or `the first`.
    pub(crate) fn model_name(&self) -> String {
        self.model.map_or_else(
            || "the first".to_owned(),
            |number| format!("number {number}"),
        )
    }

    fn read_input(&self, input: &Path, options: &ReadOptions) -> Result<Structure, Failure> {
        let folder = FolderOptions {
            protein: self.protein,
        };
        match read_input(input, folder, options) {
            Ok(structure) => Ok(structure),
            // A pipe or a device; its reader is not ours to wait for, but standard input is.
            Err(MoleculeError::Io { source, .. })
                if input
                    .metadata()
                    .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) =>
            {
                Err(Failure::in_file(
                    input,
                    format_args!(
                        "cannot be read: {source}; to read what another program prints, pipe it in and use - with --input-format pdb (or mmcif, bcif, sdf, mol2, xyz)"
                    ),
                ))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reads several inputs into one structure.
    pub(crate) fn read_all(&self, inputs: &[PathBuf]) -> Result<Arc<Structure>, Failure> {
        if inputs
            .iter()
            .filter(|input| *input == Path::new("-"))
            .count()
            > 1
        {
            return Err(Failure::usage(
                "- is given twice, but standard input can be read only once; give files for the others",
            ));
        }
        self.merged(inputs, |input| {
            if input != Path::new("-") {
                return Ok(Box::new(|options: &ReadOptions| {
                    self.read_input(input, options)
                }));
            }
            let bytes = self.standard_input()?;
            Ok(Box::new(move |options: &ReadOptions| {
                Ok(read_bytes(
                    "standard input",
                    &bytes,
                    PartRole::Whole,
                    options,
                )?)
            }))
        })
    }

    /// Reads all `items` and merges them. The model that is asked for is that of the items with
    /// several; one with a single model keeps it, if any other item has the model.
    fn merged<'a, T>(
        &self,
        items: &'a [T],
        opened: impl Fn(&'a T) -> Result<Reading<'a>, Failure>,
    ) -> Result<Arc<Structure>, Failure> {
        let first = ReadOptions {
            model: None,
            ..self.options()
        };
        let mut structures = Vec::with_capacity(items.len());
        let mut honoured = false;
        let mut refused = None;
        for item in items {
            let read = opened(item)?;
            let structure = match read(&self.options()) {
                Ok(structure) => {
                    honoured = true;
                    structure
                }
                Err(failure) if self.model.is_some() && items.len() > 1 => match read(&first) {
                    Ok(only) if only.parts().iter().all(|part| part.models == 1) => {
                        refused.get_or_insert(failure);
                        only
                    }
                    _ => return Err(failure),
                },
                Err(failure) => return Err(failure),
            };
            structures.push(structure);
        }
        match refused {
            Some(failure) if !honoured => Err(failure),
            _ => Ok(Arc::new(Structure::merge(structures))),
        }
    }

    /// Reads what a scene file says it draws.
    pub(crate) fn read_source(
        &self,
        source: &StructureSource,
        scene_file: &Path,
    ) -> Result<Arc<Structure>, Failure> {
        match source {
            StructureSource::Paths { paths } => {
                let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
                self.read_all(&paths)
            }
            StructureSource::Files { files } => self.merged(files, |file| {
                Ok(Box::new(|options: &ReadOptions| {
                    let role = PartRole::from_file_name(&file.name);
                    Ok(read_bytes(&file.name, file.text.as_bytes(), role, options)?)
                }))
            }),
            _ => Err(Failure::in_file(
                scene_file,
                "/structure/id: only a server knows ids; give {\"paths\": [...]} with files beside the scene file",
            )),
        }
    }

    /// Says where `--protein` has no folder to choose in. What scene files name is not looked at.
    pub(crate) fn warn_of_idle(&self, inputs: &[PathBuf], verbosity: Verbosity) {
        let may_matter = |input: &PathBuf| input.is_dir() || is_scene_file(input);
        if self.protein && !verbosity.quiet && !inputs.iter().any(may_matter) {
            note("warning: --protein does nothing: no INPUT is a folder");
        }
    }

    /// The flags given here that a scene file has no place for.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        [
            (self.input_format.is_some(), "--input-format"),
            (self.model.is_some(), "--model"),
            (self.protein, "--protein"),
        ]
        .into_iter()
        .filter_map(|(given, flag)| given.then_some(flag))
        .collect()
    }

    fn standard_input(&self) -> Result<Vec<u8>, Failure> {
        if self.input_format.is_none() {
            return Err(Failure::usage(
                "standard input has no file ending to tell its format; give --input-format pdb, mmcif, bcif, sdf, mol2 or xyz",
            ));
        }
        let options = self.options();
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(options.limits.max_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| anyhow::anyhow!("standard input cannot be read: {error}"))?;
        Ok(bytes)
    }
}

/// Prints what the readers found odd: all of it with `--verbose`, the first few otherwise, nothing
/// with `--quiet`.
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
