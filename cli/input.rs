//! What INPUT means on the command line: structure files, folders, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use molshot_molecule::read::{FolderOptions, read_bytes, read_input};
use molshot_molecule::{Format, PartRole, ReadOptions, Structure};
use molshot_scenes::request::StructureSource;

use crate::Verbosity;
use crate::message::{Failure, note};

/// Without `--verbose`, so many warnings of the readers are printed.
const WARNINGS_SHOWN: usize = 5;

/// How inputs are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReadArgs {
    /// Format of standard input, or of a file whose content leaves it open: pdb, mmcif, bcif, sdf, mol2, xyz.
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    input_format: Option<Format>,
    /// Model of a file of several (PDB and mmCIF: its number; SDF, MOL2, XYZ: the record, counted from 1). Without it the first.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
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

    /// Reads one input: a file, a folder, or `-`.
    pub(crate) fn read_one(&self, input: &Path) -> Result<Structure, Failure> {
        if input == Path::new("-") {
            return self.read_standard_input();
        }
        let folder = FolderOptions {
            protein: self.protein,
        };
        Ok(read_input(input, folder, &self.options())?)
    }

    /// Reads several inputs into one structure.
    pub(crate) fn read_all(&self, inputs: &[PathBuf]) -> Result<Arc<Structure>, Failure> {
        let mut structures = Vec::with_capacity(inputs.len());
        for input in inputs {
            structures.push(self.read_one(input)?);
        }
        Ok(Arc::new(Structure::merge(structures)))
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
            StructureSource::Files { files } => {
                let mut structures = Vec::with_capacity(files.len());
                for file in files {
                    let role = PartRole::from_file_name(&file.name);
                    let text = file.text.as_bytes();
                    structures.push(read_bytes(&file.name, text, role, &self.options())?);
                }
                Ok(Arc::new(Structure::merge(structures)))
            }
            StructureSource::Id { .. } => Err(Failure::in_file(
                scene_file,
                "/structure/id: only a server knows ids; give {\"paths\": [...]} with files beside the scene file",
            )),
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

    fn read_standard_input(&self) -> Result<Structure, Failure> {
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
            .context("standard input cannot be read")?;
        Ok(read_bytes(
            "standard input",
            &bytes,
            PartRole::Whole,
            &options,
        )?)
    }
}

/// Prints what the readers found odd: all of it with `--verbose`, the first few otherwise, nothing with `--quiet`.
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
        note(format_args!("warning: {warning}"));
    }
    if warnings.len() > shown {
        note(format_args!(
            "warning: {} more; --verbose prints them",
            warnings.len() - shown
        ));
    }
}
