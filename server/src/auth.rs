//! Bearer tokens: who may ask.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The accepted tokens, kept as SHA-256 hashes. Comparing hashes in constant time reveals nothing
/// about a token, not even its length.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Vec<[u8; 32]>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

impl Tokens {
    /// Hashes tokens. Surrounding white space is ignored, and so are empty tokens.
    pub(crate) fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hashes: Vec<[u8; 32]> = tokens
            .into_iter()
            .map(str::trim)
            .filter(|token| !token.is_empty())
            .map(Self::hash)
            .collect();
        hashes.dedup();
        Self(hashes)
    }

    /// Whether requests need no token.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hash of a token.
    pub(crate) fn hash(token: &str) -> [u8; 32] {
        Sha256::digest(token).into()
    }

    /// The index of the token with a hash. It is compared with every accepted token, so that the
    /// time taken does not depend on which one matches.
    pub(crate) fn find(&self, hash: &[u8; 32]) -> Option<usize> {
        let mut found = None;
        for (index, known) in self.0.iter().enumerate() {
            if bool::from(known.ct_eq(hash)) {
                found = Some(index);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_tokens_are_accepted() {
        let tokens = Tokens::new(["alpha", " beta \n", ""]);
        let find = |token| tokens.find(&Tokens::hash(token));
        assert_eq!(find("alpha"), Some(0));
        assert_eq!(find("beta"), Some(1));
        for wrong in ["", "alph", "alphaa", "ALPHA", "gamma"] {
            assert_eq!(find(wrong), None, "{wrong}");
        }
        assert!(!format!("{tokens:?}").contains("alpha"));
    }
}
