//! Compressed answers (`Content-Encoding`): JSON, text and scripts. Images and archives of images
//! are compressed already.

use axum::http::{HeaderMap, HeaderValue, header};
use tower_http::compression::{CompressionLayer, CompressionLevel, Predicate};

/// Answers below this size gain nothing.
const MIN_BYTES: u64 = 1024;

/// Decides which answers are compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compressible;

/// Whether bodies of a media type become much smaller.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or("").trim();
    essence.starts_with("text/")
        || essence.ends_with("json")
        || matches!(essence, "application/openmetrics-text" | "image/svg+xml")
}

impl Predicate for Compressible {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let is_text = content_type
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_text);
        is_text && response.body().size_hint().lower() >= MIN_BYTES
    }
}

/// Compresses answers by gzip or zstd, as the client prefers.
pub(crate) fn layer() -> CompressionLayer<Compressible> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(Compressible)
}

/// Gives a compressed answer an entity tag of its own, because its bytes differ from those of the
/// plain answer (RFC 9110, section 8.8.3). `etag` compares tags without this mark.
pub(crate) fn mark_compressed(headers: &mut HeaderMap) {
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else {
        return;
    };
    let tag = headers.get(header::ETAG).and_then(|tag| {
        let plain = tag.to_str().ok()?.strip_suffix('"')?;
        let marked = format!("{plain}-{}\"", encoding.to_str().ok()?);
        HeaderValue::from_str(&marked).ok()
    });
    if let Some(tag) = tag {
        headers.insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_not_compressed() {
        for text in [
            "application/json",
            "application/problem+json",
            "application/schema+json",
            "text/html; charset=utf-8",
            "application/openmetrics-text; version=1.0.0",
            "image/svg+xml",
        ] {
            assert!(is_text(text), "{text}");
        }
        for other in [
            "image/png",
            "image/jpeg",
            "application/x-tar",
            "multipart/mixed; boundary=text/html",
            "application/x-npy",
        ] {
            assert!(!is_text(other), "{other}");
        }
    }
}
