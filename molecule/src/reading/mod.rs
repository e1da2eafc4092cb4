//! Which models are read of files with several, and which copies by symmetry are made of each:
//! the same for the command line, scene files and the HTTP service.

mod models;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use crate::copies::{AssemblyChoice, CrystalChoice};
use crate::structure::Part;
use crate::{AlternateLocation, MoleculeError, ReadOptions, Structure};

pub use models::{ModelChoice, model_numbers};

/// What is read of each file, and what is made of it.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Reading {
    /// The models.
    pub models: ModelChoice,
    /// Alternate location of disordered atoms.
    pub altloc: AlternateLocation,
    /// Biological assembly.
    pub assembly: AssemblyChoice,
    /// Part of the crystal; made after the assembly, if both are chosen.
    pub crystal: CrystalChoice,
}

impl Reading {
    /// True for the first model of each file, as it is there.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Reads `files` files with `read`, which is called with the number of the file from 0, and
    /// with `options` and its model set; for some files it is called several times.
    ///
    /// A number of a model applies to the files that have several; a file with a single model keeps
    /// that one, if any other file has the number. With several files, those that say nothing about
    /// copies stay as they are, with a warning, if at least one says something.
    ///
    /// # Errors
    /// Those of `read`; [`MoleculeError::Model`] if no file has a model of a range, or one of
    /// several files has none; [`MoleculeError::Limit`] if the models together have more atoms than
    /// a file may have; and those of [`Structure::with_assembly`] and [`Structure::with_crystal`].
    pub fn read<E: From<MoleculeError>>(
        &self,
        files: usize,
        options: ReadOptions,
        mut read: impl FnMut(usize, &ReadOptions) -> Result<Structure, E>,
    ) -> Result<Vec<Structure>, E> {
        let mut options = options.with_altloc(self.altloc);
        let number = match &self.models {
            ModelChoice::Range(range) => return self.read_range(files, options, range, read),
            ModelChoice::One(number) => Some(*number),
            ModelChoice::First => None,
        };
        let mut structures = Vec::with_capacity(files);
        let mut found_model = false;
        let mut refused = None;
        for file in 0..files {
            options.model = number;
            let structure = match read(file, &options) {
                Ok(structure) => {
                    found_model = true;
                    structure
                }
                Err(error) if number.is_some() && files > 1 => {
                    options.model = None;
                    match read(file, &options) {
                        Ok(only) if only.parts().iter().all(|part| part.models == 1) => {
                            refused.get_or_insert(error);
                            only
                        }
                        _ => return Err(error),
                    }
                }
                Err(error) => return Err(error),
            };
            structures.push(structure);
        }
        match refused {
            Some(error) if !found_model => Err(error),
            _ => Ok(self.with_copies(structures, options.limits.max_atoms)?),
        }
    }

    /// Reads all models within a range, each as a part of its own; a file with a single model keeps
    /// it, if any other has one in the range.
    fn read_range<E: From<MoleculeError>>(
        &self,
        files: usize,
        mut options: ReadOptions,
        range: &RangeInclusive<u32>,
        mut read: impl FnMut(usize, &ReadOptions) -> Result<Structure, E>,
    ) -> Result<Vec<Structure>, E> {
        let most = options.limits.max_atoms;
        let mut structures = Vec::with_capacity(files);
        let mut known = Vec::new();
        let mut names = Vec::new();
        let mut is_found = false;
        for file in 0..files {
            options.model = None;
            let first = read(file, &options)?;
            let numbers = model_numbers(&first).to_vec();
            let chosen: Vec<u32> = (numbers.iter().copied())
                .filter(|number| range.contains(number))
                .collect();
            let name = first.parts().first().map_or("", |part| &part.name);
            names.push(name.to_owned());
            is_found |= !chosen.is_empty();
            if numbers.len() < 2 {
                structures.extend(self.with_copies(vec![first], most)?);
            } else {
                let lacking = models::lacking_models(&first, &numbers, range);
                let mut models = Vec::new();
                let mut atoms = 0;
                for number in chosen {
                    options.model = Some(number);
                    let model = read(file, &options)?;
                    let copied = self.with_copies(vec![model], most)?;
                    atoms += copied.iter().map(|one| one.atoms().len()).sum::<usize>();
                    if atoms > most {
                        return Err(models::too_many_atoms(name, most).into());
                    }
                    models.extend(copied.into_iter().map(|model| (number, model)));
                }
                // Of a file without any of them, the rest says which.
                if !models.is_empty() {
                    let models = Structure::merge_models(models);
                    structures.push(match lacking {
                        Some(warning) => models.with_warning(warning),
                        None => models,
                    });
                } else if files > 1 {
                    return Err(models::no_model(name, range, &numbers).into());
                }
            }
            known.extend(numbers);
        }
        if is_found {
            return Ok(structures);
        }
        Err(models::no_model(&names.join(" + "), range, &known).into())
    }

    /// Makes the copies by symmetry.
    fn with_copies(
        &self,
        structures: Vec<Structure>,
        most: usize,
    ) -> Result<Vec<Structure>, MoleculeError> {
        let has_assembly = |part: &Part| !part.symmetry.assemblies.is_empty();
        let has_cell = |part: &Part| {
            part.symmetry
                .cell
                .is_some_and(|cell| !cell.is_placeholder())
        };
        let structures = if self.assembly == AssemblyChoice::None {
            structures
        } else {
            let make = |one: Structure| one.with_assembly(&self.assembly, most);
            copied(structures, "biological assembly", has_assembly, make)?
        };
        if self.crystal == CrystalChoice::None {
            return Ok(structures);
        }
        let make = |one: Structure| one.with_crystal(self.crystal, most);
        copied(structures, "unit cell", has_cell, make)
    }
}

fn copied(
    structures: Vec<Structure>,
    what: &str,
    has: impl Fn(&Part) -> bool,
    make: impl Fn(Structure) -> Result<Structure, MoleculeError>,
) -> Result<Vec<Structure>, MoleculeError> {
    let has = |one: &Structure| one.parts().iter().any(&has);
    let some_have = structures.iter().any(has);
    let copied = structures.into_iter().map(|structure| {
        if some_have && !has(&structure) {
            return Ok(structure.with_warning(format!(
                "the file has no {what}; its atoms are drawn as they are"
            )));
        }
        make(structure)
    });
    copied.collect()
}
