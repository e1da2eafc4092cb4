//! Parts of an answer to an HTTP response: tags, timings, one body or `multipart/mixed`.

use std::fmt::Write;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;

use crate::studio::{Answer, Part, Times};

/// Name of the timings' header.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Whether the client has what a tag names (RFC 9110, section 13.1.2: weak comparison).
pub(crate) fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // All of our values are visible ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// 304.
pub(crate) fn not_modified(etag: &str, cache_control: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    put(response.headers_mut(), header::ETAG, etag);
    put(response.headers_mut(), header::CACHE_CONTROL, cache_control);
    response
}

/// A body of a type, with its tag.
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

/// JSON without a tag.
pub(crate) fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    // What is written here is made of strings and numbers.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    put(
        response.headers_mut(),
        header::CONTENT_TYPE,
        crate::studio::JSON,
    );
    put(response.headers_mut(), header::CACHE_CONTROL, "no-cache");
    response
}

fn timing(times: &Times) -> String {
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

/// The answer to a single request: its one part, or all of them as `multipart/mixed`.
pub(crate) fn picture(
    answer: &Answer,
    etag: &str,
    cache_control: &str,
    as_parts: bool,
) -> Response {
    let mut response = match answer.parts.as_slice() {
        [part] if !as_parts => tagged(part.media_type, part.bytes.clone(), etag, cache_control),
        parts => {
            let boundary = boundary(etag);
            let pieces: Vec<Result<Bytes, std::convert::Infallible>> = parts
                .iter()
                .flat_map(|part| part_pieces(&boundary, part, &name_of(part)))
                .chain([end_of_parts(&boundary)])
                .map(Ok)
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
        &timing(&answer.times),
    );
    response
}

/// A line that stands in no part: what it is made of is a hash, or random.
pub(crate) fn boundary(tag: &str) -> String {
    let letters: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("molshot-{letters}")
}

/// File name of a part of a single answer: `depth.png`, and `color.png` of the picture.
fn name_of(part: &Part) -> String {
    if part.suffix.contains('.') {
        part.suffix.clone()
    } else {
        format!("color.{}", part.suffix)
    }
}

/// A part of a `multipart/mixed` body, under a file name.
pub(crate) fn part_pieces(boundary: &str, part: &Part, name: &str) -> [Bytes; 3] {
    let head = format!(
        "--{boundary}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n",
        part.media_type,
        part.bytes.len(),
    );
    [head.into(), part.bytes.clone(), Bytes::from_static(b"\r\n")]
}

/// What follows the last part.
pub(crate) fn end_of_parts(boundary: &str) -> Bytes {
    format!("--{boundary}--\r\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared() {
        let has = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(text));
            has_already(&headers, "\"abc\"")
        };
        assert!(has("\"abc\"") && has("W/\"abc\"") && has("\"x\", \"abc\"") && has("*"));
        assert!(!has("abc") && !has("\"abcd\"") && !has(""));
    }
}
