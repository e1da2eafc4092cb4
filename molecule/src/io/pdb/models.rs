//! The models of a file, and which of its atoms are read.

use crate::{Location, MoleculeError};

/// Atoms in front of the first MODEL record.
#[derive(PartialEq, Eq)]
enum Lead {
    /// None, or it is known what they are.
    Known,
    /// The current atoms.
    Open,
    /// A MODEL record came. Its first atom decides whether they are a model, too.
    Pending,
}

/// What the first atom of a model says about the atoms read so far.
pub(super) enum Before {
    Nothing,
    /// They belong to a model that is not selected: they are discarded.
    OtherModel,
    /// They stand before the first MODEL record and belong to all models.
    AllModels,
}

/// The model of the current line, and whether it is the selected one.
pub(super) struct Models {
    wanted: Option<u32>,
    /// Number of the current or last model.
    number: u32,
    /// True inside a model.
    pub(super) open: bool,
    /// True while the current model is the selected one.
    taken: bool,
    /// True once the selected model has begun: no other one is selected.
    pub(super) found: bool,
    /// Numbers of all models with atoms, for messages.
    pub(super) seen: Vec<u32>,
    lead: Lead,
}

impl Models {
    pub(super) fn new(wanted: Option<u32>) -> Self {
        Self {
            wanted,
            number: 0,
            open: false,
            taken: false,
            found: false,
            seen: Vec::new(),
            lead: Lead::Known,
        }
    }

    /// Begins a model, with its number if it has a valid one. Ends the current model.
    pub(super) fn start(&mut self, number: Option<u32>) {
        self.close();
        if self.lead == Lead::Open {
            self.lead = Lead::Pending;
            // The number of the first MODEL record, if it has none, is 1.
            self.number = 0;
        }
        self.number = number.unwrap_or_else(|| self.number.saturating_add(1));
        self.open = true;
    }

    fn close(&mut self) {
        self.open = false;
        self.taken = false;
    }

    /// Ends the current model. Returns true if the atoms read so far are not those of the selected
    /// one.
    pub(super) fn end(&mut self) -> bool {
        self.close();
        let lead = std::mem::replace(&mut self.lead, Lead::Known);
        lead != Lead::Known && !self.found
    }

    /// Returns true inside the selected model.
    pub(super) fn reading(&self) -> bool {
        self.taken
    }

    /// Counts an atom; returns true if it is to be read. `decide` gets what the atoms read so far
    /// are, if this atom decides it; `repeats` says if it is equal to the first atom of the file.
    pub(super) fn atom(
        &mut self,
        repeats: impl FnOnce() -> bool,
        decide: impl FnOnce(Before),
    ) -> bool {
        if self.taken {
            return true;
        }
        if !self.open {
            self.start(None);
            if self.number == 1 {
                self.lead = Lead::Open;
            }
        }
        let mut is_new = self.seen.last() != Some(&self.number);
        if self.lead == Lead::Pending {
            self.lead = Lead::Known;
            is_new = true;
            if !repeats() {
                self.seen.clear();
                self.found = false;
                decide(Before::AllModels);
            } else if !self.found {
                decide(Before::OtherModel);
            } else {
                decide(Before::Nothing);
            }
        }
        if is_new {
            self.seen.push(self.number);
        }
        if !self.found && self.wanted.is_none_or(|wanted| wanted == self.number) {
            self.found = true;
            self.taken = true;
        }
        // Until a MODEL record comes, it is not known that these atoms are not needed.
        self.taken |= self.lead == Lead::Open;
        self.taken
    }

    /// Returns the numbers of all models with atoms, each once, in the order of the file.
    pub(super) fn distinct(self) -> Vec<u32> {
        let mut found = std::collections::HashSet::new();
        let mut numbers = self.seen;
        numbers.retain(|number| found.insert(*number));
        numbers
    }

    /// Creates the error for a file without atoms in the selected model.
    pub(super) fn no_atoms(&self, file: &str) -> MoleculeError {
        let (problem, remedy) = match (self.wanted, &*self.seen) {
            (Some(wanted), [only]) => (
                format!("the file has no model {wanted}"),
                format!("choose model {only}, the only one"),
            ),
            (Some(wanted), [first, .., last]) => {
                let consecutive = self
                    .seen
                    .windows(2)
                    .all(|w| w[0].checked_add(1) == Some(w[1]));
                let there = if consecutive {
                    format!("{first} to {last}")
                } else if self.seen.len() <= 20 {
                    let numbers: Vec<String> = self.seen.iter().map(u32::to_string).collect();
                    numbers.join(", ")
                } else {
                    format!("{first} ... {last} ({} models)", self.seen.len())
                };
                (
                    format!("the file has no model {wanted}"),
                    format!("choose one of the models {there}"),
                )
            }
            _ => (
                "the file has no ATOM or HETATM record".to_owned(),
                "give a PDB file whose record names are in upper case and begin in column 1"
                    .to_owned(),
            ),
        };
        MoleculeError::Syntax {
            location: Location::file(file),
            problem,
            remedy,
        }
    }
}
