//! Signed URLs: a GET request whose URL is signed with a key of the server needs no token.
//!
//! The last parameter of the URL is `signature`: the HMAC-SHA-256 of everything before it (path,
//! `?` and the other parameters, exactly as sent), in URL-safe base64 without padding. The
//! parameter `expires` limits its time: seconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{StatusCode, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::Problem;

/// Shortest key.
pub(crate) const MIN_KEY_BYTES: usize = 16;

/// The keys of signed URLs.
#[derive(Clone, Default)]
pub(crate) struct SigningKeys(Vec<Hmac<Sha256>>);

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

impl SigningKeys {
    /// Reads keys. Surrounding white space is ignored, and so are empty keys.
    ///
    /// # Errors
    /// When a key is too short.
    pub(crate) fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let keys = keys
            .into_iter()
            .map(str::trim)
            .filter(|key| !key.is_empty());
        let keys = keys.map(|key| {
            if key.len() < MIN_KEY_BYTES {
                return Err(format!(
                    "a signing key has {} bytes; give at least {MIN_KEY_BYTES} random ones",
                    key.len()
                ));
            }
            Hmac::new_from_slice(key.as_bytes()).map_err(|error| error.to_string())
        });
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }

    /// Checks the signature of a URL, and returns the URL without `signature` and `expires`.
    /// Without keys or without the parameter `signature` there is nothing to check: `None`.
    ///
    /// # Errors
    /// A 403 problem if the signature is wrong or has expired.
    pub(crate) fn check(&self, uri: &Uri) -> Result<Option<Uri>, Problem> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        self.check_at(now.map_or(0, |now| now.as_secs()), uri)
    }

    fn check_at(&self, now: u64, uri: &Uri) -> Result<Option<Uri>, Problem> {
        let query = uri.query().unwrap_or("");
        let is_signed = |part: &str| part.starts_with("signature=");
        if self.0.is_empty() || !query.split('&').any(is_signed) {
            return Ok(None);
        }
        let (parameters, last) = query.rsplit_once('&').unwrap_or(("", query));
        let Some(signature) = last.strip_prefix("signature=") else {
            return Err(invalid("signature must be the last parameter"));
        };
        let signature = URL_SAFE_NO_PAD
            .decode(signature.trim_end_matches('='))
            .map_err(|_| invalid("signature is not URL-safe base64"))?;
        let mut signed = uri.path().to_owned();
        if !parameters.is_empty() {
            signed.push('?');
            signed.push_str(parameters);
        }
        let matches = |key: &Hmac<Sha256>| {
            let mac = key.clone().chain_update(signed.as_bytes());
            mac.verify_slice(&signature).is_ok()
        };
        if !self.0.iter().any(matches) {
            return Err(invalid("the signature does not match the URL"));
        }
        // A URL that is signed with two of these means the earlier time.
        let mut rest = Vec::new();
        for part in parameters.split('&').filter(|part| !part.is_empty()) {
            let Some(expires) = part.strip_prefix("expires=") else {
                rest.push(part);
                continue;
            };
            let expires: u64 = expires
                .parse()
                .map_err(|_| invalid("expires is not a whole number of seconds since 1970"))?;
            if now >= expires {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "signature_expired",
                    "the signed URL has expired; ask for a new one where you got it",
                )
                .of_parameter("expires"));
            }
        }
        let path = uri.path();
        let plain = match rest.as_slice() {
            [] => path.to_owned(),
            rest => format!("{path}?{}", rest.join("&")),
        };
        plain
            .parse()
            .map(Some)
            .map_err(|error| Problem::internal(&error))
    }
}

fn invalid(reason: &str) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "signature_invalid",
        format!("{reason}; sign path and parameters exactly as they are sent, with signature last"),
    )
    .of_parameter("signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef";

    fn keys() -> SigningKeys {
        SigningKeys::new(["another key, not in use", KEY]).expect("valid keys")
    }

    fn check(url: &str) -> Result<Option<String>, &'static str> {
        let uri = url.parse().expect("a URL");
        let checked = keys().check_at(1_800_000_000, &uri);
        checked
            .map(|uri| uri.map(|uri| uri.to_string()))
            .map_err(|problem| problem.code)
    }

    #[test]
    fn a_signature_is_that_of_other_implementations() {
        // Computed with Python's hmac module.
        for (url, signature, plain) in [
            (
                "/v1/structures/5ey0/image.png?size=512x512",
                "lMdYhkHWPaTPLzE0dtRIysd0PfxDcMbbnkR3532BQH8",
                "/v1/structures/5ey0/image.png?size=512x512",
            ),
            (
                "/v1/structures/5ey0/image.png",
                "7ESdhHAWcYmoFx720GLCcVjbXjB0p38NgOWWlt3WD1c",
                "/v1/structures/5ey0/image.png",
            ),
            (
                "/v1/structures/a%20b/image.png?size=9x9&expires=1800000001",
                "pZsn3_wezLIeE2ROwC1g76UuBRmG_pMqdX9RUgG6mTY",
                "/v1/structures/a%20b/image.png?size=9x9",
            ),
        ] {
            let join = if url.contains('?') { '&' } else { '?' };
            let signed = format!("{url}{join}signature={signature}");
            assert_eq!(check(&signed), Ok(Some(plain.into())), "{signed}");
            assert_eq!(check(&format!("{signed}=")), Ok(Some(plain.into())));
            let other_path = signed.replace("image", "imaje");
            assert_eq!(check(&other_path), Err("signature_invalid"));
            assert_eq!(check(&format!("{signed}x")), Err("signature_invalid"));
            assert_eq!(
                check(&format!("{signed}&size=4096x4096")),
                Err("signature_invalid")
            );
        }
    }

    #[test]
    fn signed_urls_expire() {
        let signed = "/v1/structures/5ey0/image.png?expires=1800000000&signature=wAJ0dbZO_ebWOBZm_Ty9uAfQMZFmT8oBWq11g8BOwh4";
        assert_eq!(check(signed), Err("signature_expired"));
        let later = signed.replace("1800000000", "1900000000");
        assert_eq!(check(&later), Err("signature_invalid"));
    }

    #[test]
    fn urls_without_a_signature_are_left_alone() {
        assert_eq!(check("/v1/structures?limit=3"), Ok(None));
        let none = SigningKeys::default();
        let uri = "/v1/structures?signature=x".parse().expect("a URL");
        assert_eq!(none.check(&uri).expect("nothing to check"), None);
        assert!(SigningKeys::new(["short"]).is_err());
        assert!(!format!("{:?}", keys()).contains(KEY));
    }
}
