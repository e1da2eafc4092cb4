//! Options of the search.

use std::collections::BTreeSet;

use super::kind::ContactKind;

/// Options of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactOptions {
    /// Kinds to find; all by default. The contacts of a kind do not depend on the other kinds.
    pub kinds: BTreeSet<ContactKind>,
}

impl Default for ContactOptions {
    fn default() -> Self {
        Self {
            kinds: ContactKind::ALL.iter().copied().collect(),
        }
    }
}

impl ContactOptions {
    /// Sets the kinds to find.
    #[must_use]
    pub fn with_kinds(mut self, kinds: impl IntoIterator<Item = ContactKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }
}
