//! Residues by the words that people use for them.

use crate::Structure;
use crate::structure::Residue;

/// Names a residue: `ARG 45 A`, `HIS 57A B` (with insertion code), `HIS 57A ?` (of the blank chain), `LYS 44` (of any chain).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResidueKey {
    /// Residue name, compared without regard to case.
    pub name: String,
    /// Author's number.
    pub number: i32,
    /// Insertion code; `b' '` for none.
    pub insertion_code: u8,
    /// Chain id; `None` for any chain.
    pub chain: Option<String>,
}

impl ResidueKey {
    /// Reads `NAME NUMBER [CHAIN]`; the chain may be `?` for a blank id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let name = words.next()?.to_owned();
        let number = words.next()?;
        let chain = words
            .next()
            .map(|chain| if chain == "?" { "" } else { chain }.to_owned());
        if words.next().is_some() {
            return None;
        }
        let (digits, insertion_code) = match number.as_bytes() {
            [.., last] if last.is_ascii_alphabetic() => (number.get(..number.len() - 1)?, *last),
            _ => (number, b' '),
        };
        Some(Self {
            name,
            number: digits.parse().ok()?,
            insertion_code,
            chain,
        })
    }

    /// Whether a residue of a structure has this name.
    #[must_use]
    pub fn fits(&self, structure: &Structure, residue: &Residue) -> bool {
        self.name.eq_ignore_ascii_case(&residue.name)
            && self.number == residue.number
            && self.insertion_code == residue.insertion_code
            && self
                .chain
                .as_deref()
                .is_none_or(|chain| chain == structure.chains()[residue.chain as usize].id)
    }
}
