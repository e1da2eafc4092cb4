//! Structures in the scene, and the references to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use molshot_molecule::Structure;

use super::tree::Node;

/// Structures where they stand, and which of them references name.
#[derive(Debug, Default)]
pub(super) struct Places {
    list: Vec<Place>,
    references: BTreeMap<String, usize>,
}

/// A structure in the scene, or a component of it.
#[derive(Debug)]
struct Place {
    structure: Arc<Structure>,
    /// The component's atoms.
    within: Option<Vec<bool>>,
}

impl Places {
    pub(super) fn add(
        &mut self,
        node: &Node,
        structure: Arc<Structure>,
        within: Option<Vec<bool>>,
    ) -> usize {
        let index = self.list.len();
        if let Some(reference) = &node.reference {
            self.references.entry(reference.clone()).or_insert(index);
        }
        self.list.push(Place { structure, within });
        index
    }

    /// The place with a reference.
    pub(super) fn find(&self, reference: &str) -> Option<usize> {
        self.references.get(reference).copied()
    }

    /// The structure at a place, and which of its atoms belong to the place.
    pub(super) fn at(&self, index: usize) -> (&Structure, Option<&[bool]>) {
        let place = &self.list[index];
        (&place.structure, place.within.as_deref())
    }
}
