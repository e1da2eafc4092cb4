//! What the picture types of MiSI-Bench show beside the preset's look: the pocket, the ligand, or
//! one residue and the ligand.

use glam::DVec3;
use molshot_molecule::{
    CancelToken, PartRole, ResidueClass, ResidueKeyError, Selection, Structure,
};

use crate::colors::shorten;
use crate::error::SceneError;
use crate::labels::{ATOM_GAP_ANGSTROM, LABEL_SIZE_ANGSTROM};
use crate::request::{
    LabelContent, Preset, RESIDUE_POINTER, StyleRequest, needed_residue, residue_key,
};
use crate::scene::BoundingBox;
use crate::texts::ResidueText;

/// What `ChimeraX` counts as the height of a line of Arial, in units of its size, when it fits its
/// camera: chosen so that the box of the one picture that was compared is met to 0.02 angstrom.
/// Letters are drawn with another one (`LINE_EM` of the renderer's font).
const LINE_HEIGHT_EM: f64 = 1.165;

/// Index of the one residue that is meant; ligands are none.
fn find(structure: &Structure, text: &ResidueText) -> Result<usize, SceneError> {
    let key = residue_key(text)?;
    key.find(structure, |residue| {
        structure.part_of(residue).role != PartRole::Ligand
    })
    .map(|index| index as usize)
    .map_err(|error| {
        let remedy = match error {
            ResidueKeyError::None => "name one that it has; the annotations of a picture list them",
            _ => "of a structure with several models, draw one",
        };
        SceneError::invalid(
            RESIDUE_POINTER,
            format!("\"{}\" {error}", shorten(text.as_str())),
            remedy.into(),
        )
    })
}

/// Which atoms the picture type is about; `None` for all of them.
pub(crate) fn subject(
    structure: &Structure,
    style: &StyleRequest,
    cancel: &CancelToken,
) -> Result<Option<Vec<bool>>, SceneError> {
    let part = |word: &str| {
        let selection = Selection::parse(word).map_err(|source| SceneError::Selection {
            pointer: "/style/preset".into(),
            source,
        })?;
        Ok::<_, SceneError>(selection.evaluate_cancellable(structure, cancel)?)
    };
    match style.preset {
        Preset::MisiPocket => part("pocket").map(Some),
        Preset::MisiLigand => part("ligand").map(Some),
        Preset::MisiResidue => {
            let residue = find(structure, needed_residue(style)?)?;
            let mut atoms = part("ligand")?;
            let range = structure.residues()[residue].atoms.clone();
            atoms[range.start as usize..range.end as usize].fill(true);
            Ok(Some(atoms))
        }
        _ => Ok(None),
    }
}

/// Box of the labels of atoms, front view, without their lift towards the viewer: `ChimeraX` fits
/// its camera to this beside the atoms (its distance is that of the box without the lift, to 0.001
/// angstrom), and sets its clip planes to the box with it. `None` without any.
pub(crate) fn label_bounds(
    structure: &Structure,
    style: &StyleRequest,
    shown: &[bool],
    radius_angstrom: impl Fn(usize) -> f64,
) -> Option<BoundingBox> {
    if style.labels == LabelContent::None {
        return None;
    }
    let atoms = structure.atoms();
    (0..atoms.len())
        .filter(|atom| {
            shown[*atom] && structure.residue_of(*atom as u32).class != ResidueClass::Water
        })
        .map(|atom| {
            let anchor = DVec3::from_array(atoms.position_angstrom[atom].map(f64::from));
            let beside = f64::from(ATOM_GAP_ANGSTROM) + radius_angstrom(atom);
            let min = anchor + DVec3::new(beside, 0.0, 0.0);
            let width = width_em(&atoms.name[atom]) * LABEL_SIZE_ANGSTROM / LINE_HEIGHT_EM;
            BoundingBox {
                min,
                max: min + DVec3::new(width, LABEL_SIZE_ANGSTROM, 0.0),
            }
        })
        .reduce(|a, b| a.union(&b))
}

/// Width of an atom name in units of the font's size, with the advance widths of Helvetica, which
/// Arial shares (Adobe Font Metrics).
fn width_em(name: &str) -> f64 {
    name.chars()
        .map(|letter| match letter {
            '\'' => 0.191,
            'I' => 0.278,
            '*' => 0.389,
            'J' => 0.5,
            'F' | 'T' | 'Z' => 0.611,
            'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 0.667,
            'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 0.722,
            'G' | 'O' | 'Q' => 0.778,
            'M' => 0.833,
            'W' => 0.944,
            // Digits, and L.
            _ => 0.556,
        })
        .sum()
}
