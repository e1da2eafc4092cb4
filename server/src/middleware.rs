//! What happens around every request: its id, authentication, security headers, the log entry and
//! the metrics.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::admission::Client;
use crate::app::App;
use crate::error::{CODE, Problem, known_code};
use crate::request_id::REQUEST_ID;

/// Whether a path needs no token: health, and whatever is the same on every server.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/" | "/livez" | "/readyz" | "/docs" | "/openapi.json" | "/v1/schema" | "/v1/options"
    ) || path.starts_with("/assets/")
}

/// Identifies the client of a request, or refuses the request.
fn client(app: &App, request: &Request) -> Result<Client, Problem> {
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    let headers = request.headers();
    // RFC 9112, section 3.2.
    if request.version() == Version::HTTP_11 && !headers.contains_key(header::HOST) {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "not_understood",
            "the request has no Host header; HTTP/1.1 requires one, such as Host: localhost:8000",
        ));
    }
    check_host(app, headers)?;
    // A page of another site may send simple requests without a CORS preflight. Requests that
    // change something or cost much are refused to such pages.
    let is_cross_site = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site");
    if is_cross_site
        && request.method() != Method::GET
        && request.method() != Method::OPTIONS
        && app.config.cors_origins.is_empty()
    {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "pages of other sites may not send this request; allow their origin with cors-origins",
        ));
    }
    if app.tokens.is_empty() || is_open(request.uri().path()) || request.method() == Method::OPTIONS
    {
        return Ok(Client::of_address(address));
    }
    let token = app.tokens.authenticate(headers);
    token.map(Client::Token).ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "token_missing",
            "a token is required; send Authorization: Bearer TOKEN",
        )
    })
}

/// Refuses host names that another site's page could have.
///
/// A server without tokens serves its own machine only. A page whose DNS name resolves to this
/// machine (DNS rebinding) would count as local, so only host names are accepted that such a page
/// cannot have.
fn check_host(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    if !app.only_local {
        return Ok(());
    }
    let Some(host) = headers.get(header::HOST) else {
        return Ok(());
    };
    let host = host.to_str().unwrap_or("?");
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let allowed = name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || app
            .config
            .allowed_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(name));
    if allowed {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "host_unknown",
        "this host name is not accepted; add it to allowed-hosts, or set tokens",
    ))
}

/// The middleware around every route: identifies the client, runs the handler, completes the
/// response, and counts and logs the request.
pub(crate) async fn request_layer(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let id = app.request_ids.of_request(request.headers());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let client = client(&app, &request);
    let client_name = client.as_ref().map_or("?".into(), |client| match client {
        Client::Token(number) => format!("token {number}"),
        Client::Address(address) => address.to_string(),
    });
    let mut response = match client {
        Ok(client) => {
            request.extensions_mut().insert(client);
            // A bug in a handler fails one request, and that request still gets a response.
            AssertUnwindSafe(next.run(request))
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Problem::internal(&"a handler panicked").into_response())
        }
        Err(problem) => problem.into_response(),
    };
    if response.status().as_u16() >= 400
        && !response.headers().contains_key(&CODE)
        && route != "/readyz"
    {
        response = to_problem(&response, &method);
    }
    let took = start.elapsed();
    let status = response.status();
    let headers = response.headers_mut();
    let code = headers
        .remove(CODE)
        .and_then(|code| known_code(code.to_str().ok()?))
        .unwrap_or("");
    let method_name = match method {
        Method::GET | Method::HEAD | Method::POST | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        // Arbitrary methods as labels would let a client create any number of time series.
        _ => "other",
    };
    app.service
        .metrics
        .request(method_name, &route, status.as_u16(), took);
    if matches!(status.as_u16(), 401 | 403 | 413 | 429 | 503 | 504) {
        app.service.metrics.rejection(code);
    }
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

/// Turns an error of the framework (wrong method, a path that is not UTF-8) into a problem.
fn to_problem(response: &Response, method: &Method) -> Response {
    let status = response.status();
    if status != StatusCode::METHOD_NOT_ALLOWED {
        return Problem::new(
            status,
            "not_understood",
            "the request cannot be understood; see /openapi.json",
        )
        .into_response();
    }
    let detail = format!("{method} is not supported at this address; see /openapi.json");
    let mut problem = Problem::new(status, "method_unsupported", detail).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow.clone());
    }
    problem
}

/// Adds headers that restrict what a browser may do with a response.
fn add_security_headers(headers: &mut HeaderMap) {
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
