//! Health, metrics, schemas, the API documentation and the page.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use molshot_renderer::annotations;
use serde_json::json;

use super::query::Parameters;

use crate::accept::Accept;
use crate::app::App;
use crate::error::Problem;
use crate::etag::{self, entity_tag};
use crate::media_types::{METRICS, PLAIN_METRICS};
use crate::metrics::{Levels, to_plain_text};
use crate::openapi;
use crate::peer::Peer;
use crate::response;

/// `GET /livez`
pub(super) async fn live() -> Response {
    response::json(StatusCode::OK, &json!({ "status": "live" }))
}

/// `GET /readyz`
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let health = app.service.queue.health();
    let stopping = app.service.admission.is_stopping();
    let reason = if stopping {
        Some("the server shuts down".to_owned())
    } else {
        app.service.not_ready_reason(app.deadline())
    };
    let ready = reason.is_none();
    let document = json!({
        "status": if ready { "ready" } else if stopping { "stopping" } else { "down" },
        "reason": reason,
        "adapter": app.service.queue.adapter(),
        "threads": health.draw_threads,
        "threads_ready": health.ready,
        "devices_lost": health.lost,
        "devices_reopened": health.reopened,
        "panics": health.panics,
    });
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut response = response::json(status, &document);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !ready {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// `GET /metrics`
pub(super) async fn metrics(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let offers = [
        (METRICS, "application/openmetrics-text"),
        (PLAIN_METRICS, "text/plain"),
    ];
    let media_type = Accept::of(&headers)
        .best(&offers)
        .ok_or_else(|| Problem::not_acceptable("application/openmetrics-text or text/plain"))?;
    let (requests, batches, bytes) = app.service.admission.usage();
    let levels = Levels {
        requests,
        batches,
        bytes,
        waiting: app.service.queue.waiting(),
        upload_bytes: app
            .service
            .library
            .uploads()
            .map_or(0, |uploads| uploads.bytes()),
    };
    let metrics = &app.service.metrics;
    let mut text = metrics.text(levels, &app.service.queue.health());
    if media_type == PLAIN_METRICS {
        text = to_plain_text(&text);
    }
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// `GET /v1/schema`
pub(super) async fn schema(
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    parameters.only(&["of"])?;
    let schema = match parameters.get("of")? {
        None | Some("render") => molshot_scenes::schema::schema(),
        Some("annotations") => annotations::schema(),
        Some(_) => return Err(Problem::parameter("of", "give render or annotations")),
    };
    Ok(constant(
        &headers,
        "application/schema+json",
        schema.to_string().into_bytes(),
    ))
}

/// `GET /v1/options`
pub(super) async fn options(headers: HeaderMap) -> Response {
    let text = molshot_scenes::options::options_json().to_string();
    constant(&headers, "application/json", text.into_bytes())
}

/// `GET /openapi.json`
pub(super) async fn openapi(Extension(peer): Extension<Peer>, headers: HeaderMap) -> Response {
    let mut document = openapi::document();
    if !peer.prefix.is_empty() {
        document["servers"] = json!([{ "url": peer.prefix }]);
    }
    constant(
        &headers,
        "application/json",
        document.to_string().into_bytes(),
    )
}

/// A response that is the same in every request to this version of the program.
fn constant(headers: &HeaderMap, media_type: &str, body: Vec<u8>) -> Response {
    use sha2::{Digest, Sha256};
    let etag = entity_tag(&Sha256::digest(&body).into());
    let cache_control = "public, no-cache";
    if etag::matches(headers, &etag) {
        return response::not_modified(&etag, cache_control);
    }
    response::tagged(media_type, body, &etag, cache_control)
}

const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

macro_rules! page_file {
    ($name:literal) => {
        include_bytes!(concat!("../../page/", $name))
    };
}

/// `GET /`
pub(super) async fn page(headers: HeaderMap) -> Response {
    constant(&headers, HTML, page_file!("index.html").to_vec())
}

/// `GET /docs`
pub(super) async fn docs(headers: HeaderMap) -> Response {
    constant(&headers, HTML, page_file!("docs.html").to_vec())
}

/// `GET /assets/{name}`
pub(super) async fn asset(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (media_type, bytes): (_, &[u8]) = match name.as_str() {
        "icon.svg" => ("image/svg+xml", page_file!("icon.svg")),
        "page.css" => (CSS, page_file!("page.css")),
        "page.js" => (JAVASCRIPT, page_file!("page.js")),
        "options.js" => (JAVASCRIPT, page_file!("options.js")),
        "view.js" => (JAVASCRIPT, page_file!("view.js")),
        "docs.js" => (JAVASCRIPT, page_file!("docs.js")),
        _ => return Err(Problem::not_found()),
    };
    Ok(constant(&headers, media_type, bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use molshot_molecule::Format;

    #[test]
    fn the_page_accepts_every_structure_format() {
        let page = include_str!("../../page/index.html");
        let extensions = Format::extensions_text().replace(' ', ",");
        assert!(page.contains(&format!("accept=\"{extensions},.gz\"")));
    }
}
