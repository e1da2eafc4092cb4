//! Rendered files to HTTP responses: headers, timings, one body or `multipart/mixed`.

use std::fmt::Write;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;

use crate::admission::Permit;
use crate::media_types::JSON;
use crate::render_service::{OutputFile, Rendered, StageTimes};

/// Name of the header that reports how long each stage took.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // All values that are set here are visible ASCII, so this cannot fail.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A 304 response.
pub(crate) fn not_modified(etag: &str, cache_control: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    put(response.headers_mut(), header::ETAG, etag);
    put(response.headers_mut(), header::CACHE_CONTROL, cache_control);
    response
}

/// A 200 response with an entity tag.
pub(crate) fn tagged(
    media_type: &str,
    body: impl Into<Body>,
    etag: &str,
    cache_control: &str,
) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    put(headers, header::CONTENT_TYPE, media_type);
    put(headers, header::ETAG, etag);
    put(headers, header::CACHE_CONTROL, cache_control);
    response
}

/// A JSON response without an entity tag.
pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    // The values are built from strings and numbers, which always serialise.
    json_text(status, serde_json::to_vec(value).unwrap_or_default())
}

/// A JSON response with this text, without an entity tag.
pub(crate) fn json_text(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    put(response.headers_mut(), header::CONTENT_TYPE, JSON);
    put(response.headers_mut(), header::CACHE_CONTROL, "no-cache");
    response
}

/// The value of `Server-Timing`.
fn server_timing(times: &StageTimes) -> String {
    let mut text = String::new();
    for (name, took) in [
        ("queue", times.queue),
        ("parse", times.parse),
        ("draw", times.draw),
        ("encode", times.encode),
    ] {
        // Writing to a string does not fail.
        let _ = write!(text, "{name};dur={:.3}, ", took.as_secs_f64() * 1e3);
    }
    let cache = if times.cached { "hit" } else { "miss" };
    let _ = write!(text, "cache;desc={cache}");
    text
}

/// Bytes of an answer with what counts their memory.
struct HeldBytes<T> {
    bytes: Bytes,
    _held: T,
}

impl<T> AsRef<[u8]> for HeldBytes<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Bytes that keep `held` until they are sent to the client or the connection is closed, which is
/// longer than the body exists: the connection takes bytes from the body before it can send them.
pub(crate) fn until_sent<T: Send + Sync + 'static>(bytes: Bytes, held: T) -> Bytes {
    Bytes::from_owner(HeldBytes { bytes, _held: held })
}

/// The response to a single request: its only file as the body, or all files as
/// `multipart/mixed`. The permit is kept until it is sent.
pub(crate) fn rendered(
    rendered: &Rendered,
    permit: &Arc<Permit>,
    etag: &str,
    cache_control: &str,
    always_multipart: bool,
) -> Response {
    let mut response = match rendered.files.as_slice() {
        [file] if !always_multipart => {
            let body = until_sent(file.bytes.clone(), Arc::clone(permit));
            tagged(file.media_type, body, etag, cache_control)
        }
        files => {
            let boundary = boundary(etag);
            let pieces: Vec<Result<Bytes, std::convert::Infallible>> = files
                .iter()
                .flat_map(|file| multipart_pieces(&boundary, file, &file_name(file)))
                .chain([multipart_end(&boundary)])
                .map(|piece| Ok(until_sent(piece, Arc::clone(permit))))
                .collect();
            let media_type = format!("multipart/mixed; boundary={boundary}");
            tagged(
                &media_type,
                Body::from_stream(stream::iter(pieces)),
                etag,
                cache_control,
            )
        }
    };
    put(
        response.headers_mut(),
        SERVER_TIMING,
        &server_timing(&rendered.times),
    );
    response
}

/// A boundary that occurs in no file, because it is made of a hash of the request.
fn boundary(etag: &str) -> String {
    let letters: String = etag.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("molshot-{letters}")
}

/// The file name in a multipart response: `depth.png`, or `color.png` for the colour image.
fn file_name(file: &OutputFile) -> String {
    if file.suffix.contains('.') {
        file.suffix.clone()
    } else {
        format!("color.{}", file.suffix)
    }
}

/// A file as a part of a `multipart/mixed` body.
pub(crate) fn multipart_pieces(boundary: &str, file: &OutputFile, name: &str) -> [Bytes; 3] {
    let head = format!(
        "--{boundary}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n",
        file.media_type,
        file.bytes.len(),
    );
    [head.into(), file.bytes.clone(), Bytes::from_static(b"\r\n")]
}

/// The end of a `multipart/mixed` body.
pub(crate) fn multipart_end(boundary: &str) -> Bytes {
    format!("--{boundary}--\r\n").into()
}
