//! Which residues a style draws as ribbons, and their triangles.

use molshot_molecule::{CancelToken, Residue, ResidueClass, SecondaryStructure, Structure};

use crate::cartoon::{Cartoon, divisions_for};
use crate::error::SceneError;
use crate::mesh::Mesh;
use crate::request::{Preset, StyleRequest};

/// The ribbons of a style, before `select` hides any of them.
pub(super) struct Ribbons {
    secondary_structure: SecondaryStructure,
    cartoon: Cartoon,
    /// One flag per residue: the style draws its ribbon.
    styled: Vec<bool>,
    /// True if atoms of residues with ribbons are not drawn.
    hides_atoms: bool,
    divisions: u8,
}

impl Ribbons {
    /// Decides which residues have ribbons; `None` if the style draws none. `styled` says which
    /// atoms the style draws: a residue without any, such as one of hydrogens, has no ribbon.
    ///
    /// # Errors
    /// [`SceneError::Selection`], [`SceneError::Empty`] if the selection matches no residue of a
    /// polymer, and [`SceneError::Cancelled`].
    pub(super) fn new(
        structure: &Structure,
        style: &StyleRequest,
        styled: &[bool],
        cancel: &CancelToken,
    ) -> Result<Option<Self>, SceneError> {
        let selected = match style.cartoon_selection()? {
            Some(selection) => Some(selection.evaluate_cancellable(structure, cancel)?),
            None if style.preset == Preset::Cartoon => None,
            None => return Ok(None),
        };
        let choice = style.secondary_structure.choice();
        let secondary_structure = SecondaryStructure::of_cancellable(structure, choice, cancel)?;
        let cartoon = Cartoon::new(structure, &secondary_structure);
        let has = |residue: &Residue, flags: &[bool]| {
            flags[residue.atoms.start as usize..residue.atoms.end as usize].contains(&true)
        };
        let styled: Vec<bool> = std::iter::zip(structure.residues(), cartoon.guide_atoms())
            .map(|(residue, guide)| {
                guide.is_some()
                    && has(residue, styled)
                    && selected.as_ref().is_none_or(|flags| has(residue, flags))
            })
            .collect();
        if let (Some(text), false) = (&style.cartoon, styled.contains(&true)) {
            return Err(SceneError::Empty {
                pointer: "/style/cartoon".into(),
                problem: format!(
                    "the selection \"{}\" matches no residue that can be drawn as a cartoon",
                    crate::colors::shorten(text.as_str())
                ),
                remedy: "select amino acids or nucleotides of a chain of at least two".into(),
            });
        }
        let count = styled.iter().filter(|styled| **styled).count();
        Ok(Some(Self {
            secondary_structure,
            cartoon,
            styled,
            hides_atoms: style.preset == Preset::Cartoon,
            divisions: style
                .cartoon_divisions
                .unwrap_or_else(|| divisions_for(count)),
        }))
    }

    /// Hides the atoms of residues with ribbons, if the style does.
    fn without_hidden(&self, structure: &Structure, mut atoms: Vec<bool>) -> Vec<bool> {
        if self.hides_atoms {
            for (residue, _) in self.residues(structure) {
                let range = residue.atoms.start as usize..residue.atoms.end as usize;
                atoms[range].fill(false);
            }
        }
        atoms
    }

    /// The residues with ribbons, and their guide atoms.
    fn residues<'a>(
        &'a self,
        structure: &'a Structure,
    ) -> impl Iterator<Item = (&'a Residue, u32)> + 'a {
        let residues = structure.residues().iter().zip(&self.styled);
        residues
            .zip(self.cartoon.guide_atoms())
            .filter_map(|((residue, styled), guide)| Some((residue, guide.filter(|_| *styled)?)))
    }

    /// The triangles of all ribbons.
    ///
    /// # Errors
    /// As [`Cartoon::mesh`].
    pub(super) fn all(&self, colors: &[[u8; 4]], cancel: &CancelToken) -> Result<Mesh, SceneError> {
        self.cartoon
            .mesh(&self.styled, colors, self.divisions, cancel)
    }

    /// One flag per residue: its ribbon is drawn if `shown` says so for any of its atoms. `None` if
    /// that is true of all ribbons.
    pub(super) fn drawn(&self, structure: &Structure, shown: &[bool]) -> Option<Vec<bool>> {
        let residues = structure.residues().iter().zip(&self.styled);
        let drawn: Vec<bool> = residues
            .map(|(residue, styled)| {
                let range = residue.atoms.start as usize..residue.atoms.end as usize;
                *styled && shown[range].contains(&true)
            })
            .collect();
        (drawn != self.styled).then_some(drawn)
    }

    /// The triangles of some residues.
    ///
    /// # Errors
    /// As [`Cartoon::mesh`].
    pub(super) fn some(
        &self,
        drawn: &[bool],
        colors: &[[u8; 4]],
        cancel: &CancelToken,
    ) -> Result<Mesh, SceneError> {
        self.cartoon.mesh(drawn, colors, self.divisions, cancel)
    }

    /// The same ribbons of a structure whose atoms have moved.
    pub(super) fn moved(self, structure: &Structure) -> Self {
        Self {
            cartoon: Cartoon::new(structure, &self.secondary_structure),
            ..self
        }
    }

    /// The atoms that labels can be at: of `atoms`, and the guide atoms of drawn ribbons.
    pub(super) fn labelled(
        &self,
        structure: &Structure,
        atoms: &[bool],
        shown: &[bool],
    ) -> Vec<bool> {
        let mut labelled = atoms.to_vec();
        for (_, guide) in self.residues(structure) {
            labelled[guide as usize] |= shown[guide as usize];
        }
        labelled
    }
}

/// Atoms that are drawn as balls and sticks, of those whose flag is true.
pub(super) fn without_hidden(
    ribbons: Option<&Ribbons>,
    structure: &Structure,
    atoms: [&Vec<bool>; 2],
) -> [Vec<bool>; 2] {
    atoms.map(|atoms| match ribbons {
        Some(ribbons) => ribbons.without_hidden(structure, atoms.clone()),
        None => atoms.clone(),
    })
}

/// Tests for residues that are of neither polymers nor water.
pub(super) fn is_ligand(class: ResidueClass) -> bool {
    !class.is_polymer() && class != ResidueClass::Water
}
