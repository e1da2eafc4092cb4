//! Around every request: its id, who asks and whether they may, the security headers, the log, the
//! counts.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::admission::Client;
use crate::app::App;
use crate::error::{CODE, Problem, known_code};

/// Name of the request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from a client.
const MAX_ID_BYTES: usize = 64;

/// Allowed tokens, as hashes: comparing hashes in constant time tells nothing about a token, its
/// length included.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Vec<[u8; 32]>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

impl Tokens {
    /// These tokens; surrounding space is no part of them, empty ones are none.
    pub(crate) fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hashes: Vec<[u8; 32]> = tokens
            .into_iter()
            .map(str::trim)
            .filter(|token| !token.is_empty())
            .map(|token| Sha256::digest(token).into())
            .collect();
        hashes.dedup();
        Self(hashes)
    }

    /// Whether none is needed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of a token; none where it is not allowed. Every allowed one is looked at.
    fn find(&self, token: &str) -> Option<usize> {
        let hash: [u8; 32] = Sha256::digest(token).into();
        let mut found = None;
        for (number, known) in self.0.iter().enumerate() {
            if bool::from(known.ct_eq(&hash)) {
                found = Some(number);
            }
        }
        found
    }
}

/// Makes ids that differ from process to process and from request to request.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self {
            // The standard library's hash keys are random; that is enough to tell processes apart.
            process: RandomState::new().hash_one(std::process::id()),
            next: AtomicU64::new(1),
        }
    }
}

impl RequestIds {
    fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{number:06x}", self.process as u32)
    }
}

/// The client's own id, if it is harmless.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!text.is_empty() && text.len() <= MAX_ID_BYTES && text.bytes().all(plain))
        .then(|| text.to_owned())
}

/// What is open to all: health, and what is the same everywhere.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/" | "/livez" | "/readyz" | "/docs" | "/openapi.json" | "/v1/schema" | "/v1/options"
    ) || path.starts_with("/assets/")
}

/// Who asks, if they may.
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
            "the request has no Host; HTTP/1.1 needs one, such as Host: localhost:8000",
        ));
    }
    check_host(app, headers)?;
    // A page of another site may send simple requests without asking; what changes or costs
    // something is not for it.
    let cross_site = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site");
    if cross_site
        && request.method() != Method::GET
        && request.method() != Method::OPTIONS
        && app.config.cors_origins.is_empty()
    {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "pages of other sites may not call; allow theirs by cors-origins",
        ));
    }
    if app.tokens.is_empty() || is_open(request.uri().path()) || request.method() == Method::OPTIONS
    {
        return Ok(Client::of_address(address));
    }
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
    token
        .and_then(|token| app.tokens.find(token))
        .map(Client::Token)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "token_missing",
                "a token is needed; send Authorization: Bearer TOKEN",
            )
        })
}

/// A server without tokens is for this machine alone. A page that made its own name point here
/// would be this machine, too: so only names are answered that no such page can have.
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
        "the server is not known by this name; allow it by allowed-hosts, or set tokens",
    ))
}

/// The middleware.
pub(crate) async fn guard(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let id = given_id(request.headers()).unwrap_or_else(|| app.request_ids.next());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let asked = client(&app, &request);
    let who = asked.as_ref().map_or("?".into(), |client| match client {
        Client::Token(number) => format!("token {number}"),
        Client::Address(address) => address.to_string(),
    });
    let mut response = match asked {
        Ok(client) => {
            request.extensions_mut().insert(client);
            // A fault of ours ends one request, with an answer.
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
        response = as_problem(&response, &method);
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
        // Anything else would let a client make up counters.
        _ => "other",
    };
    app.studio
        .metrics
        .request(method_name, &route, status.as_u16(), took);
    if matches!(status.as_u16(), 401 | 403 | 413 | 429 | 503 | 504) {
        app.studio.metrics.rejection(code);
    }
    secure(headers);
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // The route, not the path: no ids, commands or file names of clients in the log.
    macro_rules! tell {
        ($level:ident) => {
            tracing::$level!(
                request_id = id,
                method = method_name,
                route,
                status = status.as_u16(),
                ms = took.as_secs_f64() * 1e3,
                client = who,
                code,
                "request"
            )
        };
    }
    // Those who watch ask every few seconds, and would be most of the log.
    if status.is_success() && matches!(route.as_str(), "/livez" | "/readyz" | "/metrics") {
        tell!(debug);
    } else {
        tell!(info);
    }
    response
}

/// The framework's own refusals (a method, an address that is no UTF-8) in our form.
fn as_problem(response: &Response, method: &Method) -> Response {
    let status = response.status();
    if status != StatusCode::METHOD_NOT_ALLOWED {
        return Problem::new(
            status,
            "not_understood",
            "the request cannot be understood; see /openapi.json",
        )
        .into_response();
    }
    let detail = format!("{method} is not offered here; see /openapi.json");
    let mut problem = Problem::new(status, "method_unsupported", detail).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow.clone());
    }
    problem
}

/// Headers that keep a browser from making more of an answer than it is.
fn secure(headers: &mut HeaderMap) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_whole() {
        let tokens = Tokens::new(["alpha", " beta \n", ""]);
        assert_eq!(tokens.find("alpha"), Some(0));
        assert_eq!(tokens.find("beta"), Some(1));
        for wrong in ["", "alph", "alphaa", "ALPHA", "gamma"] {
            assert_eq!(tokens.find(wrong), None, "{wrong}");
        }
        assert!(!format!("{tokens:?}").contains("alpha"));
    }

    #[test]
    fn only_harmless_ids_are_taken_over() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(text));
            given_id(&headers)
        };
        assert_eq!(of("abc-1.2_3").as_deref(), Some("abc-1.2_3"));
        assert_eq!(of("a b"), None);
        assert_eq!(of("\"quoted\""), None);
        let ids = RequestIds::default();
        assert_ne!(ids.next(), ids.next());
    }
}
