//! Bodies of requests: bounded in bytes, in time, and in what they become when decompressed.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;

use crate::admission::Pass;
use crate::error::Problem;
use crate::structures::{ALWAYS_PLAUSIBLE_BYTES, blocking};

/// Bodies up to this size are read on the threads that serve: it takes less than handing them over.
const INLINE_BYTES: usize = 1 << 16;
/// Decompressed at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// Bounds of bodies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// As sent.
    pub(crate) bytes: u64,
    /// After decompression.
    pub(crate) decompressed: u64,
    /// How many times larger it may become by decompression.
    pub(crate) ratio: u64,
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
pub(crate) fn check_length(headers: &HeaderMap, limit: u64) -> Result<(), Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > limit => Err(too_large(limit)),
        _ => Ok(()),
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

/// A body as it comes: bounded, and each piece counted as memory of the request. What was refused
/// is kept, for a reader in between may know only that the body broke off.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    pass: Arc<Pass>,
    left: Arc<Mutex<u64>>,
    limit: u64,
    refused: Arc<Mutex<Option<Problem>>>,
}

impl Intake {
    /// At most so many bytes.
    pub(crate) fn new(pass: &Arc<Pass>, limit: u64) -> Self {
        Self {
            pass: Arc::clone(pass),
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
        self.pass.take(bytes)
    }

    /// The body, with an error in its stream where it is refused.
    pub(crate) fn watch(&self, body: Body) -> Body {
        let own = self.clone();
        let counted = body.into_data_stream().map(move |piece| {
            let piece = piece.map_err(|_| broken_off());
            let piece = piece.and_then(|piece| own.count(piece.len() as u64).map(|()| piece));
            if let Err(problem) = &piece {
                let mut refused = own.refused.lock().unwrap_or_else(PoisonError::into_inner);
                *refused = Some(problem.clone());
            }
            piece
        });
        Body::from_stream(counted)
    }

    /// Why the body was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<Problem> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Reads a JSON body, decompressing it where it says so.
pub(crate) async fn json(
    headers: &HeaderMap,
    body: Body,
    limits: BodyLimits,
    pass: &Arc<Pass>,
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
    if !matches!(encoding.as_str(), "identity" | "gzip" | "x-gzip") {
        return Err(unsupported(
            "this Content-Encoding is not read; send gzip or none",
        ));
    }
    check_length(headers, limits.bytes)?;
    let intake = Intake::new(pass, limits.bytes);
    let mut pieces = intake.watch(body).into_data_stream();
    let reading = async {
        let mut text = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| intake.refusal().unwrap_or_else(broken_off))?;
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
    let pass = Arc::clone(pass);
    offload(bytes.len() * 8, move || decompress(&bytes, limits, &pass)).await?
}

/// Runs what takes longer the more bytes there are: here if they are few, else off the threads that
/// serve.
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

/// 400 of a body that did not come whole.
pub(crate) fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        "the body broke off; send all of it",
    )
}

fn decompress(bytes: &[u8], limits: BodyLimits, pass: &Pass) -> Result<Bytes, Problem> {
    let plausible = (bytes.len() as u64)
        .saturating_mul(limits.ratio)
        .max(ALWAYS_PLAUSIBLE_BYTES);
    let most = limits.decompressed.min(plausible);
    let mut reader = MultiGzDecoder::new(bytes).take(most + 1);
    let mut text = Vec::new();
    loop {
        // In pieces, so that memory is counted before there is much of it.
        let piece = (&mut reader).take(PIECE_BYTES).read_to_end(&mut text);
        let piece = piece.map_err(|error| {
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
        if piece == 0 {
            return Ok(text.into());
        }
        pass.take(piece as u64)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::admission::tests::pass;

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
    fn bombs_are_refused() {
        let pass = pass(|_| ());
        let decompress = |bytes: &[u8], most| decompress(bytes, limits(most), &pass);
        let zeros = gzip(&vec![0; 8 << 20]);
        let refused = decompress(&zeros, 1 << 30).expect_err("a bomb");
        assert_eq!(refused.status, 413);
        let text = gzip(&vec![b'a'; 5000]);
        assert_eq!(decompress(&text, 5000).expect("sound").len(), 5000);
        assert_eq!(decompress(&text, 4999).expect_err("large").status, 413);
        assert_eq!(decompress(&text[..20], 5000).expect_err("cut").status, 400);
    }

    #[test]
    fn what_is_decompressed_counts_as_memory() {
        let pass = pass(|config| config.queue_max_bytes = 4 << 20);
        // Another request has its share of the two MiB for single requests.
        let other = pass.beside();
        other.take(1 << 20).expect("room");
        let mut large = vec![0_u8; 5 << 20];
        large
            .iter_mut()
            .enumerate()
            .for_each(|(i, byte)| *byte = ((i * i) >> 7) as u8);
        // It is memory that is short here, not the ratio that is high.
        let limits = BodyLimits {
            ratio: 1000,
            ..limits(1 << 30)
        };
        let refused = decompress(&gzip(&large), limits, &pass).expect_err("no room");
        assert_eq!(
            (refused.status.as_u16(), refused.retry_after),
            (503, Some(1))
        );
    }
}
