//! Bearer tokens: who may ask.

use axum::http::{HeaderMap, header};
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
            .map(|token| Sha256::digest(token).into())
            .collect();
        hashes.dedup();
        Self(hashes)
    }

    /// Whether requests need no token.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The index of the token in a request's `Authorization` header; `None` if the header is
    /// missing or its token is not accepted.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Option<usize> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        self.find(token.trim())
    }

    /// The index of a token. It is compared with every accepted token, so that the time taken does
    /// not depend on which one matches.
    fn find(&self, token: &str) -> Option<usize> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for (index, known) in self.0.iter().enumerate() {
            if bool::from(known.ct_eq(&hash)) {
                found = Some(index);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_whole_tokens_are_accepted() {
        let tokens = Tokens::new(["alpha", " beta \n", ""]);
        assert_eq!(tokens.find("alpha"), Some(0));
        assert_eq!(tokens.find("beta"), Some(1));
        for wrong in ["", "alph", "alphaa", "ALPHA", "gamma"] {
            assert_eq!(tokens.find(wrong), None, "{wrong}");
        }
        assert!(!format!("{tokens:?}").contains("alpha"));
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        let tokens = Tokens::new(["alpha"]);
        let authenticate = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            tokens.authenticate(&headers)
        };
        assert_eq!(authenticate("bEARER  alpha "), Some(0));
        assert_eq!(authenticate("Basic alpha"), None);
        assert_eq!(authenticate("alpha"), None);
        assert_eq!(tokens.authenticate(&HeaderMap::new()), None);
    }
}
