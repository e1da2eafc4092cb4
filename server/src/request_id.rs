//! Request ids (`X-Request-Id`): taken from the client or generated.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName};

/// Name of the header that carries a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is accepted from a client.
const MAX_ID_BYTES: usize = 64;

/// Generates ids that differ between processes and between requests.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self {
            // The keys of the standard library's hasher are random, which is enough to tell
            // processes apart.
            process: RandomState::new().hash_one(std::process::id()),
            next: AtomicU64::new(1),
        }
    }
}

impl RequestIds {
    /// The id of a request: the client's own if it is acceptable, else a new one.
    pub(crate) fn of_request(&self, headers: &HeaderMap) -> String {
        from_client(headers).unwrap_or_else(|| self.next())
    }

    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{number:06x}", self.process as u32)
    }
}

/// The client's own id, unless it is too long or contains characters that could harm a log.
fn from_client(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!text.is_empty() && text.len() <= MAX_ID_BYTES && text.bytes().all(is_safe))
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn unsafe_ids_of_clients_are_replaced() {
        let of_client = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(text));
            from_client(&headers)
        };
        assert_eq!(of_client("abc-1.2_3").as_deref(), Some("abc-1.2_3"));
        assert_eq!(of_client("a b"), None);
        assert_eq!(of_client("\"quoted\""), None);
        let ids = RequestIds::default();
        assert_ne!(ids.next(), ids.next());
    }
}
