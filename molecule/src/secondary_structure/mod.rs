//! Secondary structure: helices and strands of proteins, from the file or assigned.
//!
//! A file names its helices and strands in `HELIX` and `SHEET` records, or in `_struct_conf` and
//! `_struct_sheet_range`. For parts of a structure without any, they are assigned from the hydrogen
//! bonds of the backbone, as DSSP does (Kabsch & Sander, Biopolymers 22 (1983) 2577; priorities and
//! distances of version 4, Hekkelman et al., Protein Sci. 34 (2025) e70208).

mod backbone;
mod bridges;
mod helices;
mod hydrogen_bonds;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::hydrogen_bonds::HydrogenBonds;
use crate::Structure;
use crate::cancel::{CancelToken, Cancelled};
use crate::structure::{ResidueClass, SecondaryStructureKind};

/// Which source of secondary structure to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SecondaryStructureChoice {
    /// The records of the file; assigned for parts whose file has none.
    #[default]
    Auto,
    /// The records of the file; all is coil without any.
    File,
    /// Assigned from hydrogen bonds, whatever the file says.
    Assigned,
}

/// Where the secondary structure of a part comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecondaryStructureSource {
    /// Records of the file.
    File,
    /// Hydrogen bonds of the backbone.
    Assigned,
}

impl SecondaryStructureSource {
    /// Returns `file` or `assigned`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Assigned => "assigned",
        }
    }
}

/// One helix or strand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondaryElement {
    /// Kind of all its residues.
    pub kind: SecondaryStructureKind,
    /// Its residues, which are in one chain and adjacent in [`Structure::residues`].
    pub residues: Range<u32>,
}

/// The secondary structure of all residues of a structure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondaryStructure {
    kinds: Vec<SecondaryStructureKind>,
    element_of_residue: Vec<Option<u32>>,
    elements: Vec<SecondaryElement>,
    sources: Vec<SecondaryStructureSource>,
}

impl SecondaryStructure {
    /// Finds the secondary structure.
    #[must_use]
    pub fn of(structure: &Structure, choice: SecondaryStructureChoice) -> Self {
        // Nothing cancels the token, so there is a result.
        Self::of_cancellable(structure, choice, &CancelToken::new()).unwrap_or(Self {
            kinds: Vec::new(),
            element_of_residue: Vec::new(),
            elements: Vec::new(),
            sources: Vec::new(),
        })
    }

    /// Finds the secondary structure as [`Self::of`]; looks at `cancel` again and again.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn of_cancellable(
        structure: &Structure,
        choice: SecondaryStructureChoice,
        cancel: &CancelToken,
    ) -> Result<Self, Cancelled> {
        let count = structure.residues().len();
        let mut kinds = vec![SecondaryStructureKind::Coil; count];
        // Different for helices or strands that are adjacent.
        let mut records = vec![0_u32; count];
        let mut sources = Vec::with_capacity(structure.parts().len());
        for part in structure.parts() {
            let source = match choice {
                SecondaryStructureChoice::File => SecondaryStructureSource::File,
                SecondaryStructureChoice::Auto if part.has_secondary_structure => {
                    SecondaryStructureSource::File
                }
                _ => SecondaryStructureSource::Assigned,
            };
            sources.push(source);
            let range = part.residues.start as usize..part.residues.end as usize;
            let (kinds, records) = (&mut kinds[range.clone()], &mut records[range.clone()]);
            match source {
                SecondaryStructureSource::File => {
                    for ((kind, record), residue) in kinds
                        .iter_mut()
                        .zip(records)
                        .zip(&structure.residues()[range])
                    {
                        if let Some(stated) = residue.secondary_structure {
                            (*kind, *record) = (stated.kind, stated.record);
                        }
                    }
                }
                SecondaryStructureSource::Assigned => {
                    assign(structure, range, kinds, records, cancel)?;
                }
            }
        }
        let mut found = Self {
            kinds,
            element_of_residue: vec![None; count],
            elements: Vec::new(),
            sources,
        };
        found.find_elements(structure, &records);
        Ok(found)
    }

    /// Groups adjacent residues of the same kind, record and chain.
    fn find_elements(&mut self, structure: &Structure, records: &[u32]) {
        let residues = structure.residues();
        let mut last = None;
        for (index, residue) in residues.iter().enumerate() {
            let kind = self.kinds[index];
            let is_element = residue.class == ResidueClass::AminoAcid
                && (kind.is_helix()
                    || kind.is_strand()
                    || kind == SecondaryStructureKind::PolyprolineHelix);
            let key = is_element.then_some((kind, records[index], residue.chain));
            if key.is_some() {
                match self.elements.last_mut() {
                    Some(element) if last == key => element.residues.end = index as u32 + 1,
                    _ => self.elements.push(SecondaryElement {
                        kind,
                        residues: index as u32..index as u32 + 1,
                    }),
                }
                self.element_of_residue[index] = Some(self.elements.len() as u32 - 1);
            }
            last = key;
        }
    }

    /// Returns the kind of each residue, in the order of [`Structure::residues`]; coil for what is
    /// not an amino acid.
    #[must_use]
    pub fn kinds(&self) -> &[SecondaryStructureKind] {
        &self.kinds
    }

    /// Returns all helices and strands, in the order of the residues.
    #[must_use]
    pub fn elements(&self) -> &[SecondaryElement] {
        &self.elements
    }

    /// Returns the index into [`Self::elements`] for each residue; `None` outside of helices and
    /// strands.
    #[must_use]
    pub fn element_of_residue(&self) -> &[Option<u32>] {
        &self.element_of_residue
    }

    /// Returns where the secondary structure of each part comes from, in the order of
    /// [`Structure::parts`].
    #[must_use]
    pub fn sources(&self) -> &[SecondaryStructureSource] {
        &self.sources
    }

    /// Returns the number of helices.
    #[must_use]
    pub fn helix_count(&self) -> usize {
        let elements = self.elements.iter();
        elements.filter(|element| element.kind.is_helix()).count()
    }

    /// Returns the number of strands.
    #[must_use]
    pub fn strand_count(&self) -> usize {
        let elements = self.elements.iter();
        elements.filter(|element| element.kind.is_strand()).count()
    }
}

/// Assigns the residues of one part. `kinds` and `records` are those of the part.
fn assign(
    structure: &Structure,
    range: Range<usize>,
    kinds: &mut [SecondaryStructureKind],
    records: &mut [u32],
    cancel: &CancelToken,
) -> Result<(), Cancelled> {
    let first = range.start as u32;
    let backbone = backbone::backbone(structure, &structure.residues()[range], first);
    let bonds = HydrogenBonds::find(&backbone, cancel)?;
    let mut assigned = vec![SecondaryStructureKind::Coil; backbone.len()];
    let mut begins = vec![false; backbone.len()];
    bridges::mark(&backbone, &bonds, &mut assigned);
    helices::mark(&backbone, &bonds, &mut assigned, &mut begins);
    let mut record = 0;
    let mut last_piece = None;
    for ((residue, kind), begins) in backbone.iter().zip(assigned).zip(begins) {
        // A strand or helix ends where the chain breaks.
        record += u32::from(begins || last_piece != Some(residue.piece));
        last_piece = Some(residue.piece);
        let place = (residue.index - first) as usize;
        kinds[place] = kind;
        records[place] = record;
    }
    Ok(())
}
