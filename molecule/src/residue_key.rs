//! Names of single residues, such as `ARG 45 A`.

use std::fmt;
use std::num::NonZeroUsize;

use crate::Structure;
use crate::structure::Residue;

/// Name of one residue: `ARG 45 A`, `HIS 57A B` (with insertion code), `HIS 57A ?` (in the blank
/// chain), `LYS 44` (in any chain).
///
/// If a file has several residues of one name, as pockets of homodimers without chain ids do,
/// `ASP 29 ? #2` is the second of them in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResidueKey {
    /// Residue name, compared without regard to case.
    pub name: String,
    /// Residue number given by the author of the file.
    pub number: i32,
    /// Insertion code; `b' '` if it has none.
    pub insertion_code: u8,
    /// Chain id; `None` for any chain.
    pub chain: Option<String>,
    /// Which of several residues of this name, counted from 1; `None` if there is one.
    pub occurrence: Option<NonZeroUsize>,
}

/// Error of finding the residue of a [`ResidueKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResidueKeyError {
    /// The structure does not have the residue.
    #[error("is not a residue of the structure")]
    None,
    /// Several residues have the name, in different chains.
    #[error("names {count} residues; add the chain: {}", chains.join(", "))]
    SeveralChains {
        /// Number of residues.
        count: usize,
        /// Ids of the chains, `?` for the blank one.
        chains: Vec<String>,
    },
    /// Several residues have the name, in chains with the same id.
    #[error(
        "names {count} residues in chains with the same id; add a number from #1 to #{count}, such as \"{example}\""
    )]
    Several {
        /// Number of residues.
        count: usize,
        /// The key of the second residue, as an example.
        example: String,
    },
}

impl ResidueKey {
    /// Parses `NAME NUMBER [CHAIN] [#N]`; the chain `?` is the blank one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let occurrence = match words.last()?.strip_prefix('#') {
            Some(digits) => {
                words.pop();
                Some(digits.parse().ok()?)
            }
            None => None,
        };
        let (name, number, chain) = match *words.as_slice() {
            [name, number] => (name, number, None),
            [name, number, "?"] => (name, number, Some("")),
            [name, number, chain] => (name, number, Some(chain)),
            _ => return None,
        };
        let (digits, insertion_code) = match number.as_bytes() {
            [.., last] if last.is_ascii_alphabetic() => (number.get(..number.len() - 1)?, *last),
            _ => (number, b' '),
        };
        Some(Self {
            name: name.to_owned(),
            number: digits.parse().ok()?,
            insertion_code,
            chain: chain.map(str::to_owned),
            occurrence,
        })
    }

    /// Finds the residue among those that `is_candidate` accepts: an index into
    /// [`Structure::residues`].
    ///
    /// # Errors
    /// Returns an error if the number of matching residues is not one.
    pub fn find(
        &self,
        structure: &Structure,
        is_candidate: impl Fn(&Residue) -> bool,
    ) -> Result<u32, ResidueKeyError> {
        let found: Vec<usize> = structure
            .residues()
            .iter()
            .enumerate()
            .filter(|(_, residue)| self.fits(structure, residue) && is_candidate(residue))
            .map(|(index, _)| index)
            .collect();
        match (found.as_slice(), self.occurrence) {
            (several, Some(occurrence)) => several
                .get(occurrence.get() - 1)
                .map(|&index| index as u32)
                .ok_or(ResidueKeyError::None),
            ([], None) => Err(ResidueKeyError::None),
            (&[only], None) => Ok(only as u32),
            (several, None) => {
                let count = several.len();
                let mut chains: Vec<String> = several
                    .iter()
                    .map(|&index| {
                        let chain = structure.residues()[index].chain as usize;
                        match structure.chains()[chain].id.as_str() {
                            "" => "?".to_owned(),
                            id => id.to_owned(),
                        }
                    })
                    .collect();
                chains.sort();
                chains.dedup();
                Err(if chains.len() > 1 {
                    ResidueKeyError::SeveralChains { count, chains }
                } else {
                    let second = NonZeroUsize::MIN.checked_add(1);
                    ResidueKeyError::Several {
                        count,
                        example: Self {
                            chain: chains.pop(),
                            occurrence: second,
                            ..self.clone()
                        }
                        .to_string(),
                    }
                })
            }
        }
    }

    /// Returns whether a residue of a structure has this name, number and chain.
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

impl fmt::Display for ResidueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.number)?;
        if self.insertion_code != b' ' {
            write!(f, "{}", char::from(self.insertion_code))?;
        }
        match self.chain.as_deref() {
            None => {}
            Some("") => f.write_str(" ?")?,
            Some(chain) => write!(f, " {chain}")?,
        }
        match self.occurrence {
            None => Ok(()),
            Some(occurrence) => write!(f, " #{occurrence}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::structure::PartRole;
    use crate::{ReadOptions, read_bytes};

    #[test]
    fn keys_are_read_and_written() {
        let key = ResidueKey::parse(" arg 45   A ").expect("a key");
        assert_eq!(
            (
                key.name.as_str(),
                key.number,
                key.insertion_code,
                key.chain.as_deref()
            ),
            ("arg", 45, b' ', Some("A"))
        );
        let key = ResidueKey::parse("HIS -5B ? #2").expect("a key");
        assert_eq!(
            (key.number, key.insertion_code, key.chain.as_deref()),
            (-5, b'B', Some(""))
        );
        for text in ["arg 45 A", "LYS 44", "LYS 44 #3", "HIS -5B ? #2"] {
            assert_eq!(ResidueKey::parse(text).expect("a key").to_string(), text);
        }
        for text in [
            "",
            "ARG",
            "ARG A",
            "ARG 45 A B",
            "ARG \u{e9}",
            "ARG 99999999999",
            "ARG 45 #0",
            "ARG 45 #",
            "#1",
            "ARG #1 45",
        ] {
            assert_eq!(ResidueKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn equal_names_are_told_apart_by_chain_or_by_number() {
        let mut pdb = String::new();
        for (serial, chain, number) in [(1, ' ', 29), (2, ' ', 30), (3, ' ', 29), (4, 'B', 30)] {
            let _ = writeln!(
                pdb,
                "ATOM  {serial:5}  CA  ASP {chain}{number:4}    {:8.3}   0.000   0.000  1.00  0.00           C",
                f64::from(serial) * 10.0
            );
            if serial == 2 {
                pdb.push_str("TER\n");
            }
        }
        let structure = read_bytes(
            "x.pdb",
            pdb.as_bytes(),
            PartRole::Whole,
            &ReadOptions::default(),
        )
        .expect("a structure");
        let find = |text: &str| {
            ResidueKey::parse(text)
                .expect("a key")
                .find(&structure, |_| true)
                .map_err(|error| error.to_string())
        };
        assert_eq!(find("ASP 29 ? #1"), Ok(0));
        assert_eq!(find("ASP 29 #2"), Ok(2));
        assert_eq!(find("ASP 30 B"), Ok(3));
        let error = find("ASP 29").expect_err("two");
        assert!(
            error.contains("2 residues") && error.contains("\"ASP 29 ? #2\""),
            "{error}"
        );
        let error = find("ASP 30").expect_err("two");
        assert!(error.ends_with("add the chain: ?, B"), "{error}");
        assert!(find("ASP 29 ? #3").is_err() && find("GLU 29").is_err());
        let key = ResidueKey::parse("ASP 29").expect("a key");
        assert_eq!(key.find(&structure, |_| false), Err(ResidueKeyError::None));
    }
}
