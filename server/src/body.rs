//! Bodies of requests: bounded in bytes, in time, and in what they become when decompressed.

use std::io::Read;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::error::Problem;

/// A compressed body may not grow to more than this many times its size; JSON of structures shrinks to a tenth.
const MAX_RATIO: u64 = 200;
/// The ratio is not looked at below this size: no harm is done.
const ALWAYS_PLAUSIBLE_BYTES: u64 = 1 << 20;

/// Bounds of bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// As sent.
    pub(crate) bytes: u64,
    /// After decompression.
    pub(crate) decompressed: u64,
    /// Until all of it is here.
    pub(crate) seconds: u64,
}

fn too_large(limit: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the body is too large; send at most {limit} bytes"),
    )
}

/// Refuses a body whose announced length is too much, before any of it is read.
pub(crate) fn check_length(headers: &HeaderMap, limit: u64) -> Result<u64, Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > limit => Err(too_large(limit)),
        length => Ok(length.unwrap_or(limit)),
    }
}

/// 408.
pub(crate) fn too_slow(seconds: u64) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_too_slow",
        format!("the body was not here within {seconds} s"),
    )
}

/// Reads a JSON body, decompressing it where it says so.
pub(crate) async fn json(
    headers: &HeaderMap,
    body: Body,
    limits: BodyLimits,
) -> Result<Bytes, Problem> {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| {
            value
                .split(';')
                .next()
                .unwrap_or("")
                .trim()
                .to_ascii_lowercase()
        });
    let is_json = essence
        .as_deref()
        .is_some_and(|essence| essence == "application/json" || essence.ends_with("+json"));
    let unsupported = |detail: &str| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_unsupported",
            detail,
        )
    };
    if !is_json {
        return Err(unsupported(
            "the body is not said to be JSON; send Content-Type: application/json",
        ));
    }
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map_or("identity", |value| value.to_str().unwrap_or("?"))
        .trim()
        .to_ascii_lowercase();
    if !matches!(encoding.as_str(), "identity" | "gzip") {
        return Err(unsupported(
            "this Content-Encoding is not read; send gzip or none",
        ));
    }
    check_length(headers, limits.bytes)?;
    let limit = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
    let reading = Limited::new(body, limit).collect();
    let bytes = tokio::time::timeout(Duration::from_secs(limits.seconds), reading)
        .await
        .map_err(|_| too_slow(limits.seconds))?
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large(limits.bytes)
            } else {
                broken_off()
            }
        })?
        .to_bytes();
    if encoding == "gzip" {
        decompress(&bytes, limits.decompressed)
    } else {
        Ok(bytes)
    }
}

/// 400 of a body that did not come whole.
pub(crate) fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "the body broke off; send all of it",
    )
}

fn decompress(bytes: &[u8], limit: u64) -> Result<Bytes, Problem> {
    let plausible = (bytes.len() as u64)
        .saturating_mul(MAX_RATIO)
        .max(ALWAYS_PLAUSIBLE_BYTES);
    let most = limit.min(plausible);
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(most + 1)
        .read_to_end(&mut text)
        .map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body_incomplete",
                format!("the body is no sound gzip ({error}); compress it again"),
            )
        })?;
    if text.len() as u64 > most {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!(
                "the body grows to more than {most} bytes when decompressed; send less, or send it plain"
            ),
        ));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = gzip(&vec![0; 8 << 20]);
        let refused = decompress(&zeros, 1 << 30).expect_err("a bomb");
        assert_eq!(refused.status, 413);
        let text = gzip(&vec![b'a'; 5000]);
        assert_eq!(decompress(&text, 5000).expect("sound").len(), 5000);
        assert_eq!(decompress(&text, 4999).expect_err("large").status, 413);
        assert_eq!(decompress(&text[..20], 5000).expect_err("cut").status, 400);
    }
}
