//! What happens around every request: its id, security headers, the log entry and the metrics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::admission::Client;
use crate::app::App;
use crate::compression::mark_compressed;
use crate::error::{CODE, Problem, known_code};
use crate::lingering::lingering;
use crate::peer::Peer;
use crate::request_id::REQUEST_ID;
use crate::telemetry::{end_request_span, request_span};

/// The outermost middleware: finds out who sends the request, runs the other layers and the
/// handler, completes the response, and counts and logs the request.
pub(crate) async fn request_layer(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let id = app.request_ids.of_request(request.headers());
    let method = request.method().clone();
    let method_name = match method {
        Method::GET | Method::HEAD | Method::POST | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        // Arbitrary methods as labels would let a client create any number of time series.
        _ => "other",
    };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let trusted = &app.config.trusted_proxies;
    let peer = Peer::of(request.headers(), request.extensions(), trusted);
    let address = peer.address;
    request.extensions_mut().insert(peer);
    let (parts, body) = request.into_parts();
    let body = lingering(&parts.headers, body);
    let request = Request::from_parts(parts, body);
    let span = request_span(method_name, &route, &id, request.headers());
    // A bug in a handler fails one request, and that request still gets a response.
    let mut response = AssertUnwindSafe(next.run(request).instrument(span.clone()))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Problem::internal(&"a handler panicked").into_response());
    let client_name = match response.extensions().get::<Client>() {
        Some(Client::Token(number)) => format!("token {number} at {address}"),
        _ => address.to_string(),
    };
    if response.status().as_u16() >= 400
        && !response.headers().contains_key(&CODE)
        && route != "/readyz"
    {
        response = to_problem(response, &method);
    }
    let took = start.elapsed();
    let status = response.status();
    let headers = response.headers_mut();
    let code = headers
        .remove(CODE)
        .and_then(|code| known_code(code.to_str().ok()?))
        .unwrap_or("");
    app.service
        .metrics
        .request(method_name, &route, status.as_u16(), took);
    if matches!(status.as_u16(), 401 | 403 | 413 | 429 | 503 | 504) {
        app.service.metrics.rejection(code);
    }
    end_request_span(&span, headers, status.as_u16());
    mark_compressed(headers);
    add_security_headers(headers);
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // The route and not the path: the log holds no ids, commands or file names of clients.
    macro_rules! log_request {
        ($level:ident) => {
            tracing::$level!(
                request_id = id,
                method = method_name,
                route,
                status = status.as_u16(),
                ms = took.as_secs_f64() * 1e3,
                client = client_name,
                code,
                "request"
            )
        };
    }
    // Monitoring asks every few seconds and would fill the log.
    if status.is_success() && matches!(route.as_str(), "/livez" | "/readyz" | "/metrics") {
        log_request!(debug);
    } else {
        log_request!(info);
    }
    response
}

/// Turns an error of the framework (wrong method, a path that is not UTF-8) into a problem. Headers
/// that other layers have added remain.
fn to_problem(response: Response, method: &Method) -> Response {
    let status = response.status();
    let problem = if status == StatusCode::METHOD_NOT_ALLOWED {
        let detail = format!("{method} is not supported at this address; see /openapi.json");
        Problem::new(status, "method_unsupported", detail)
    } else {
        let detail = "the request cannot be understood; see /openapi.json";
        Problem::new(status, "not_understood", detail)
    };
    let (parts, body) = problem.into_response().into_parts();
    let (mut kept, _) = response.into_parts();
    kept.headers.remove(header::CONTENT_LENGTH);
    kept.headers.extend(parts.headers);
    Response::from_parts(kept, body)
}

/// Adds headers that restrict what a browser may do with a response.
pub(crate) fn add_security_headers(headers: &mut HeaderMap) {
    const ALWAYS: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
