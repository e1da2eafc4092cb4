//! Warnings that may repeat on every line of a file, told once.

use crate::{Location, Warning};

/// Counts one kind of oddity; only the first place is told, with the count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    first: Option<(u32, String)>,
    count: u64,
}

impl Tally {
    /// Notes one case on a line (counted from 1; 0 for no line). `detail` describes it and is built
    /// only for the first.
    pub(crate) fn note(&mut self, line: u32, detail: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((line, detail()));
        }
    }

    /// One warning for all cases, or none. The text is
    /// `DETAIL OF THE FIRST; DECISION (N such cases)`.
    pub(crate) fn report(self, file: &str, decision: &str, warnings: &mut Vec<Warning>) {
        let Some((line, detail)) = self.first else {
            return;
        };
        let count = match self.count {
            1 => String::new(),
            n => format!(" ({n} such cases, this is the first)"),
        };
        warnings.push(Warning {
            location: Location {
                file: file.to_owned(),
                line: (line > 0).then_some(u64::from(line)),
            },
            message: format!("{detail}; {decision}{count}"),
        });
    }
}
