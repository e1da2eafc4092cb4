//! The residue of the preset `misi-residue`.

use molshot_molecule::ResidueKey;

use super::{Preset, StyleRequest};
use crate::colors::shorten;
use crate::error::SceneError;
use crate::texts::ResidueText;

/// Where a request names its residue.
pub(crate) const RESIDUE_POINTER: &str = "/style/residue";
const REMEDY: &str = "write name, number with insertion code, and the chain where that is not enough, such as \"ARG 45 A\"";

/// The residue that a request names.
pub(crate) fn residue_key(text: &ResidueText) -> Result<&ResidueKey, SceneError> {
    text.key().ok_or_else(|| {
        SceneError::invalid(
            RESIDUE_POINTER,
            format!("\"{}\" does not name a residue", shorten(text.as_str())),
            REMEDY.into(),
        )
    })
}

/// The residue of the preset `misi-residue`.
///
/// # Errors
/// [`SceneError::Invalid`] where none is given.
pub(crate) fn needed_residue(style: &StyleRequest) -> Result<&ResidueText, SceneError> {
    style.residue.as_ref().ok_or_else(|| {
        SceneError::invalid(
            RESIDUE_POINTER,
            "the preset misi-residue needs a residue".into(),
            format!("give the option residue: {REMEDY}"),
        )
    })
}

/// Checks that a residue is named where one is needed, and nowhere else.
pub(super) fn validate(style: &StyleRequest) -> Result<(), SceneError> {
    match (style.preset, &style.residue) {
        (Preset::MisiResidue, _) => residue_key(needed_residue(style)?).map(|_| ()),
        (_, Some(_)) => Err(SceneError::invalid(
            RESIDUE_POINTER,
            "this residue would not be used".into(),
            "set the style to misi-residue, or leave the residue out".into(),
        )),
        (_, None) => Ok(()),
    }
}
