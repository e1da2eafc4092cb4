//! Request bodies, with limits on size, time and decompressed size.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;

use crate::admission::Permit;
use crate::error::Problem;
use crate::structures::{ALWAYS_PLAUSIBLE_BYTES, blocking};

/// Bodies up to this size are processed on the async threads: that is faster than moving them to a
/// blocking thread.
const INLINE_BYTES: usize = 1 << 16;
/// Bytes that are decompressed between two memory reservations.
const PIECE_BYTES: u64 = 1 << 20;

/// Limits of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// Size as sent.
    pub(crate) bytes: u64,
    /// Size after decompression.
    pub(crate) decompressed: u64,
    /// Largest ratio of the decompressed size to the size as sent.
    pub(crate) ratio: u64,
    /// Time until the whole body has arrived.
    pub(crate) seconds: u64,
}

fn too_large(limit: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!("the body is too large; send at most {limit} bytes"),
    )
}

/// Refuses a body whose `Content-Length` is too large, before any of it is read.
pub(crate) fn check_length(headers: &HeaderMap, limit: u64) -> Result<(), Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > limit => Err(too_large(limit)),
        _ => Ok(()),
    }
}

/// A 408 problem.
pub(crate) fn too_slow(seconds: u64) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body_too_slow",
        format!("the body did not arrive within {seconds} s"),
    )
}

/// Limits a body while it arrives, and reserves memory for each piece.
///
/// It keeps the reason of a refusal, because a parser between the body and the handler reports only
/// that the body ended early.
#[derive(Debug, Clone)]
pub(crate) struct BodyLimiter {
    permit: Arc<Permit>,
    left: Arc<Mutex<u64>>,
    limit: u64,
    refused: Arc<Mutex<Option<Problem>>>,
}

impl BodyLimiter {
    /// Limits a body to `limit` bytes.
    pub(crate) fn new(permit: &Arc<Permit>, limit: u64) -> Self {
        Self {
            permit: Arc::clone(permit),
            left: Arc::new(Mutex::new(limit)),
            limit,
            refused: Arc::default(),
        }
    }

    fn count(&self, bytes: u64) -> Result<(), Problem> {
        {
            let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left
                .checked_sub(bytes)
                .ok_or_else(|| too_large(self.limit))?;
        }
        self.permit.reserve(bytes)
    }

    /// Wraps a body in a stream that fails where the body is refused.
    pub(crate) fn limit(&self, body: Body) -> Body {
        let limiter = self.clone();
        let counted = body.into_data_stream().map(move |piece| {
            let piece = piece.map_err(|_| incomplete());
            let piece = piece.and_then(|piece| limiter.count(piece.len() as u64).map(|()| piece));
            if let Err(problem) = &piece {
                let mut refused = limiter
                    .refused
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                *refused = Some(problem.clone());
            }
            piece
        });
        Body::from_stream(counted)
    }

    /// The reason of the refusal, if the body was refused.
    pub(crate) fn refusal(&self) -> Option<Problem> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Reads a JSON body, and decompresses it if its `Content-Encoding` is gzip.
pub(crate) async fn json(
    headers: &HeaderMap,
    body: Body,
    limits: BodyLimits,
    permit: &Arc<Permit>,
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
            "the Content-Type is not JSON; send Content-Type: application/json",
        ));
    }
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map_or("identity", |value| value.to_str().unwrap_or("?"))
        .trim()
        .to_ascii_lowercase();
    if !matches!(encoding.as_str(), "identity" | "gzip" | "x-gzip") {
        return Err(unsupported(
            "this Content-Encoding is not supported; send gzip or none",
        ));
    }
    check_length(headers, limits.bytes)?;
    let limiter = BodyLimiter::new(permit, limits.bytes);
    let mut pieces = limiter.limit(body).into_data_stream();
    let reading = async {
        let mut text = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| limiter.refusal().unwrap_or_else(incomplete))?;
            text.extend_from_slice(&piece);
        }
        Ok::<_, Problem>(Bytes::from(text))
    };
    let bytes = tokio::time::timeout(Duration::from_secs(limits.seconds), reading)
        .await
        .map_err(|_| too_slow(limits.seconds))??;
    if encoding == "identity" {
        return Ok(bytes);
    }
    let permit = Arc::clone(permit);
    offload(bytes.len() * 8, move || decompress(&bytes, limits, &permit)).await?
}

/// Runs work whose time grows with the number of bytes: on this thread if they are few, else on a
/// blocking thread.
pub(crate) async fn offload<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    if bytes <= INLINE_BYTES {
        Ok(work())
    } else {
        blocking(work).await
    }
}

/// A 400 problem: the body ended early.
pub(crate) fn incomplete() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "the body ended early; send all of it",
    )
}

fn decompress(bytes: &[u8], limits: BodyLimits, permit: &Permit) -> Result<Bytes, Problem> {
    let plausible = (bytes.len() as u64)
        .saturating_mul(limits.ratio)
        .max(ALWAYS_PLAUSIBLE_BYTES);
    let max = limits.decompressed.min(plausible);
    let mut reader = MultiGzDecoder::new(bytes).take(max + 1);
    let mut text = Vec::new();
    loop {
        // In pieces, so that memory is reserved before much of it is in use.
        let piece = (&mut reader).take(PIECE_BYTES).read_to_end(&mut text);
        let piece = piece.map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body_incomplete",
                format!("the body is not valid gzip data ({error}); compress it again"),
            )
        })?;
        if text.len() as u64 > max {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!(
                    "the body has more than {max} bytes after decompression; send less, or send it uncompressed"
                ),
            ));
        }
        if piece == 0 {
            return Ok(text.into());
        }
        permit.reserve(piece as u64)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::admission::tests::permit;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn limits(decompressed: u64) -> BodyLimits {
        BodyLimits {
            bytes: 1 << 30,
            decompressed,
            ratio: 32,
            seconds: 60,
        }
    }

    #[test]
    fn gzip_bombs_are_refused() {
        let permit = permit(|_| ());
        let decompress = |bytes: &[u8], max| decompress(bytes, limits(max), &permit);
        let zeros = gzip(&vec![0; 8 << 20]);
        let refused = decompress(&zeros, 1 << 30).expect_err("a bomb");
        assert_eq!(refused.status, 413);
        let text = gzip(&vec![b'a'; 5000]);
        assert_eq!(decompress(&text, 5000).expect("sound").len(), 5000);
        assert_eq!(decompress(&text, 4999).expect_err("large").status, 413);
        assert_eq!(decompress(&text[..20], 5000).expect_err("cut").status, 400);
    }

    #[test]
    fn decompressed_bytes_count_as_memory() {
        let permit = permit(|config| config.queue_max_bytes = 4 << 20);
        // Another request holds one of the two MiB that single requests may use.
        let other = permit.another();
        other.reserve(1 << 20).expect("free memory");
        let mut large = vec![0_u8; 5 << 20];
        large
            .iter_mut()
            .enumerate()
            .for_each(|(i, byte)| *byte = ((i * i) >> 7) as u8);
        // The memory is the limit here and not the ratio.
        let limits = BodyLimits {
            ratio: 1000,
            ..limits(1 << 30)
        };
        let refused = decompress(&gzip(&large), limits, &permit).expect_err("no free memory");
        assert_eq!(
            (refused.status.as_u16(), refused.retry_after),
            (503, Some(1))
        );
    }
}
