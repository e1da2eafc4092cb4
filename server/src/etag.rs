//! Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13.1.2).

use axum::http::{HeaderMap, header};

/// Bytes of a hash that an entity tag shows.
const TAG_BYTES: usize = 16;

/// The strong entity tag of something that is identified by a hash.
pub(crate) fn entity_tag(hash: &[u8; 32]) -> String {
    format!("\"{}\"", base16ct::lower::encode_string(&hash[..TAG_BYTES]))
}

/// Whether `If-None-Match` names an entity tag, so that the client needs no body. The comparison
/// is the weak one.
pub(crate) fn matches(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || without_encoding(tag) == etag)
}

/// An entity tag without the mark of a compressed answer.
fn without_encoding(tag: &str) -> String {
    for mark in ["-gzip\"", "-zstd\""] {
        if let Some(plain) = tag.strip_suffix(mark) {
            return format!("{plain}\"");
        }
    }
    tag.to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn tags_are_compared() {
        let has = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(text));
            matches(&headers, "\"abc\"")
        };
        assert!(has("\"abc\"") && has("W/\"abc\"") && has("\"x\", \"abc\"") && has("*"));
        assert!(has("\"abc-gzip\"") && has("W/\"abc-zstd\"") && !has("\"abc-br\""));
        assert!(!has("abc") && !has("\"abcd\"") && !has(""));
    }
}
