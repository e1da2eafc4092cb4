//! Limits of work and memory: a small document can name a large structure many times.

use crate::error::SceneError;

/// Most tests of a residue or an atom by a condition. A selector of a thousand expressions takes
/// ten million on a structure of ten thousand residues.
const MAX_TESTS: usize = 1 << 30;
/// Most spheres and cylinders of a scene.
const MAX_BODIES: usize = 20_000_000;
/// Most atoms of all copies of all structures.
const MAX_ATOMS: usize = 20_000_000;

/// What is left of the limits.
#[derive(Debug)]
pub(super) struct Budget {
    tests: usize,
    bodies: usize,
    atoms: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tests: MAX_TESTS,
            bodies: MAX_BODIES,
            atoms: MAX_ATOMS,
        }
    }
}

impl Budget {
    /// Takes tests for the node or selector at a pointer.
    pub(super) fn spend(&mut self, tests: usize, pointer: &str) -> Result<(), SceneError> {
        take(
            &mut self.tests,
            tests,
            pointer,
            "selections of this document are too much work",
            || {
                "give fewer expressions; a range such as beg_label_seq_id and end_label_seq_id is one".into()
            },
        )
    }

    /// Takes spheres and cylinders for the node at a pointer.
    pub(super) fn draw(&mut self, bodies: usize, pointer: &str) -> Result<(), SceneError> {
        take(
            &mut self.bodies,
            bodies,
            pointer,
            "the document draws too much",
            || format!("draw at most {MAX_BODIES} spheres and cylinders"),
        )
    }

    /// Takes atoms for a copy of a structure.
    pub(super) fn copy(&mut self, atoms: usize, pointer: &str) -> Result<(), SceneError> {
        take(
            &mut self.atoms,
            atoms,
            pointer,
            "the copies have too many atoms",
            || format!("give at most {MAX_ATOMS} atoms in all"),
        )
    }
}

fn take(
    left: &mut usize,
    amount: usize,
    pointer: &str,
    problem: &str,
    remedy: impl Fn() -> String,
) -> Result<(), SceneError> {
    *left = left
        .checked_sub(amount)
        .ok_or_else(|| SceneError::invalid(pointer, problem.to_owned(), remedy()))?;
    Ok(())
}
