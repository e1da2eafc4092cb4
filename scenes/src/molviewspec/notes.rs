//! What of a document is not drawn: one note for each reason, however many nodes it has.

/// More reasons than these are only counted.
const MAX_REASONS: usize = 40;

/// Notes about nodes, in the order of their first node.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    reasons: Vec<Reason>,
    further: usize,
}

#[derive(Debug, Clone)]
struct Reason {
    text: String,
    nodes: usize,
    /// JSON pointer to the first node.
    first: String,
}

impl Notes {
    /// Notes that something about a node is not drawn.
    pub(super) fn add(&mut self, text: impl Into<String>, pointer: &str) {
        let text = text.into();
        if let Some(reason) = self.reasons.iter_mut().find(|reason| reason.text == text) {
            reason.nodes += 1;
        } else if self.reasons.len() < MAX_REASONS {
            self.reasons.push(Reason {
                text,
                nodes: 1,
                first: pointer.to_owned(),
            });
        } else {
            self.further += 1;
        }
    }

    /// One sentence for each reason.
    pub(super) fn into_sentences(self) -> Vec<String> {
        let sentences = self.reasons.into_iter().map(|reason| match reason.nodes {
            1 => format!("{}: {}", reason.first, reason.text),
            nodes => format!(
                "{}: {} ({nodes} nodes; this is the first)",
                reason.first, reason.text
            ),
        });
        let mut sentences: Vec<String> = sentences.collect();
        if self.further > 0 {
            sentences.push(format!(
                "{} further nodes are not drawn for other reasons",
                self.further
            ));
        }
        sentences
    }
}
