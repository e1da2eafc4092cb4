//! Copies by symmetry of the inputs, as the options of reading ask for them.

use molshot_molecule::copies::{AssemblyChoice, CrystalChoice};
use molshot_molecule::structure::Part;
use molshot_molecule::{MoleculeError, Structure};

use crate::input::{InputError, InputOptions};

impl InputOptions {
    /// Makes the copies by symmetry that the options ask for. With several inputs, those whose file
    /// says nothing about copies stay as they are, with a warning, if at least one does.
    pub(crate) fn with_copies(
        &self,
        structures: Vec<Structure>,
    ) -> Result<Vec<Structure>, InputError> {
        let has_assembly = |part: &Part| !part.symmetry.assemblies.is_empty();
        let has_cell = |part: &Part| {
            part.symmetry
                .cell
                .is_some_and(|cell| !cell.is_placeholder())
        };
        let structures = if self.assembly == AssemblyChoice::None {
            structures
        } else {
            let make = |one: Structure, most| one.with_assembly(&self.assembly, most);
            self.copied(structures, "biological assembly", has_assembly, make)?
        };
        if self.crystal == CrystalChoice::None {
            return Ok(structures);
        }
        let make = |one: Structure, most| one.with_crystal(self.crystal, most);
        self.copied(structures, "unit cell", has_cell, make)
    }

    fn copied(
        &self,
        structures: Vec<Structure>,
        what: &str,
        has: impl Fn(&Part) -> bool,
        make: impl Fn(Structure, usize) -> Result<Structure, MoleculeError>,
    ) -> Result<Vec<Structure>, InputError> {
        let has = |one: &Structure| one.parts().iter().any(&has);
        let some_have = structures.iter().any(has);
        let most = self.read.limits.max_atoms;
        let copied = structures.into_iter().map(|structure| {
            if some_have && !has(&structure) {
                return Ok(structure.with_warning(format!(
                    "the file has no {what}; its atoms are drawn as they are"
                )));
            }
            Ok(make(structure, most)?)
        });
        copied.collect()
    }
}
