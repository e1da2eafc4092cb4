//! Why a request draws nothing.

use molshot_molecule::{Element, ResidueClass, Structure};

use crate::error::SceneError;
use crate::request::{Preset, RenderRequest, StyleRequest};

/// The style draws nothing of the structure: says why.
pub(super) fn why_empty(
    structure: &Structure,
    style: &StyleRequest,
    styled: &[bool],
) -> SceneError {
    let atoms = structure.atoms();
    if styled.is_empty() {
        return SceneError::Empty {
            pointer: "/structure".into(),
            problem: "the structure has no atoms".into(),
            remedy: "give a file with atoms".into(),
        };
    }
    let water = (0..styled.len())
        .filter(|i| structure.residue_of(*i as u32).class == ResidueClass::Water)
        .count();
    let hydrogens = atoms.element.iter().filter(|e| **e == Element::H).count();
    let mut remedies = Vec::new();
    if !style.solvent && water > 0 {
        remedies.push("solvent");
    }
    if !style.ligands {
        remedies.push("ligands");
    }
    if !style.hydrogens && hydrogens > 0 && (style.solvent || water < styled.len()) {
        remedies.push("hydrogens");
    }
    SceneError::Empty {
        pointer: "/style".into(),
        problem: format!(
            "all {} atoms are hidden, being water{} or hydrogen ({water} of water, {hydrogens} hydrogens)",
            styled.len(),
            if style.ligands { "" } else { ", ligands" }
        ),
        remedy: format!("turn on the option {}", remedies.join(" or ")),
    }
}

/// The structure has no part that the picture type is about.
pub(super) fn no_subject(preset: Preset) -> SceneError {
    let part = if preset == Preset::MisiPocket {
        "pocket"
    } else {
        "ligand"
    };
    SceneError::Empty {
        pointer: "/style/preset".into(),
        problem: format!("the structure has no {part}"),
        remedy: "give a pocket and its ligand, or use the preset misi".into(),
    }
}

/// The preset draws no atoms, and nothing else is asked for.
pub(super) fn nothing_beside_atoms() -> SceneError {
    SceneError::Empty {
        pointer: "/style/preset".into(),
        problem: "the style none draws no atoms".into(),
        remedy: "add the option surface or cartoon, or use another style".into(),
    }
}

/// The preset draws no atoms, and `select` leaves no triangle.
pub(super) fn no_mesh_selected(request: &RenderRequest) -> SceneError {
    SceneError::Empty {
        pointer: "/select".into(),
        problem: format!(
            "no surface or ribbon belongs to atoms of the selection \"{}\"",
            crate::colors::shorten(request.select.as_str())
        ),
        remedy: "select atoms that have one, or use a style with atoms".into(),
    }
}

/// `select` leaves nothing: says why.
pub(super) fn why_not_selected(
    request: &RenderRequest,
    styled: &[bool],
    selected: &[bool],
) -> SceneError {
    let count = selected.iter().filter(|selected| **selected).count();
    let expression = crate::colors::shorten(request.select.as_str());
    if count == 0 {
        SceneError::Empty {
            pointer: "/select".into(),
            problem: format!("the selection \"{expression}\" matches no atom"),
            remedy: "select atoms that the structure has".into(),
        }
    } else if std::iter::zip(styled, selected).any(|(styled, selected)| *styled && *selected) {
        // Neither water nor hydrogens: the picture type is about something else.
        let (name, subject) = match request.style.preset {
            Preset::MisiPocket => ("misi-pocket", "the pocket"),
            Preset::MisiLigand => ("misi-ligand", "the ligand"),
            _ => ("misi-residue", "one residue and the ligand"),
        };
        SceneError::Empty {
            pointer: "/select".into(),
            problem: format!(
                "the style {name} hides all {count} atoms of the selection \"{expression}\": it draws {subject} alone"
            ),
            remedy: "select atoms of that, or use the preset misi".into(),
        }
    } else {
        SceneError::Empty {
            pointer: "/select".into(),
            problem: format!(
                "all {count} atoms of the selection \"{expression}\" are hidden, being water{} or hydrogen",
                if request.style.ligands {
                    ""
                } else {
                    ", ligands"
                }
            ),
            remedy: "turn on the option solvent or hydrogens".into(),
        }
    }
}
