//! Positions of primitives: points, or atoms of a structure.

use glam::DVec3;
use serde_json::Value;

use super::measure::enclosing;
use super::primitive::Primitives;
use super::selector::Selector;
use super::tree::{Node, vector};
use crate::error::SceneError;

impl Primitives<'_> {
    /// The middle of a position.
    pub(super) fn needed(&mut self, node: &Node, key: &str) -> Result<Option<DVec3>, SceneError> {
        let extent = self.extent(node, key)?;
        Ok(extent.map(|(low, high)| (low + high) * 0.5))
    }

    /// The box around a position: a point, or atoms of a structure. `None` without atoms.
    pub(super) fn extent(
        &mut self,
        node: &Node,
        key: &str,
    ) -> Result<Option<(DVec3, DVec3)>, SceneError> {
        let value = node.required(key, node.param(key))?;
        if value.is_array() {
            let point = vector(value).ok_or_else(|| {
                node.wrong(
                    key,
                    "this is not a point",
                    "give three numbers, or conditions of atoms",
                )
            })?;
            return Ok(Some((point, point)));
        }
        let pointer = node.pointer_to(key);
        let (selector, place) = match value.get("expressions") {
            Some(list) => {
                let place = match value.get("structure_ref").and_then(Value::as_str) {
                    None => self.parent,
                    Some(reference) => Some(self.places.find(reference).ok_or_else(|| {
                        SceneError::invalid(
                            format!("{pointer}/structure_ref"),
                            "no structure has this reference".into(),
                            "give the \"ref\" of a structure node".into(),
                        )
                    })?),
                };
                (
                    Selector::read(Some(list), &format!("{pointer}/expressions"), self.notes)?,
                    place,
                )
            }
            None => (
                Selector::read(Some(value), &pointer, self.notes)?,
                self.parent,
            ),
        };
        let Some(place) = place else {
            return Err(SceneError::invalid(
                pointer,
                "the position does not say of which structure".into(),
                "put the primitives below a structure, or give structure_ref and expressions"
                    .into(),
            ));
        };
        let (structure, within) = self.places.at(place);
        let mut mask = selector.mask(structure, &pointer, self.budget)?;
        if let Some(within) = within {
            mask.iter_mut()
                .zip(within)
                .for_each(|(own, within)| *own &= *within);
        }
        let extent = enclosing(structure, &mask).map(|bounds| (bounds.min, bounds.max));
        if extent.is_none() {
            self.notes.add(
                "primitives at positions without atoms are not drawn",
                &pointer,
            );
        }
        Ok(extent)
    }
}
