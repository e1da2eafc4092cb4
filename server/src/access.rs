//! Who may ask: host names, origins of web pages, tokens, signed URLs.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::admission::Client;
use crate::app::App;
use crate::auth::Tokens;
use crate::error::Problem;
use crate::logins::Login;
use crate::peer::Peer;

/// Refuses requests to foreign host names and unsafe requests of foreign web pages, before CORS
/// headers are added and before anything else of the request is looked at.
pub(crate) async fn site_layer(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let checked = match request.extensions().get::<Peer>() {
        Some(peer) => check_site(&app, &request, peer),
        None => Err(Problem::internal(&"a request without a peer")),
    };
    match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check_site(app: &App, request: &Request, peer: &Peer) -> Result<(), Problem> {
    let headers = request.headers();
    // RFC 9112, section 3.2.
    if request.version() == Version::HTTP_11 && !headers.contains_key(header::HOST) {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "not_understood",
            "the request has no Host header; HTTP/1.1 requires one, such as Host: localhost:8000",
        ));
    }
    if app.only_local {
        let host = headers.get(header::HOST);
        check_host(app, host.map(|host| host.to_str().unwrap_or("?")))?;
        // A page can reach the server as a proxy of this machine does, and can then send this
        // header. So it counts in addition to the real one and not instead of it.
        check_host(app, peer.forwarded_host.as_deref())?;
    }
    check_origin(app, request, peer)
}

/// Refuses host names that another site's page could have.
///
/// A server without tokens serves its own machine only. A page whose DNS name resolves to this
/// machine (DNS rebinding) would count as local, so only host names are accepted that such a page
/// cannot have.
fn check_host(app: &App, host: Option<&str>) -> Result<(), Problem> {
    let Some(host) = host else {
        return Ok(());
    };
    let name = host_name(host);
    let allowed = is_local_name(name)
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

/// The name or address in a `Host` header, without the port.
pub(crate) fn host_name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// Whether a page whose DNS name resolves to this machine cannot have this host name.
pub(crate) fn is_local_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
}

/// Refuses requests with an unsafe method, and the preflight requests for them, that a page of
/// another origin sends.
///
/// A page may send some such requests without a preflight, and the browser then hides only the
/// answer. `Origin` decides: every browser sends it with these methods, and pages cannot change it.
/// `Sec-Fetch-Site` is not sent to plain HTTP hosts. Programs send neither.
fn check_origin(app: &App, request: &Request, peer: &Peer) -> Result<(), Problem> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if is_safe && !is_preflight {
        return Ok(());
    }
    let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
    if origins.peek().is_none() {
        // Without `Origin` the request cannot come from an allowed page. A browser that says that
        // another site's page sends it is believed.
        let site = headers.get("sec-fetch-site");
        return match site.map_or("", |site| site.to_str().unwrap_or("?")) {
            "" | "same-origin" | "none" => Ok(()),
            _ => Err(cross_site("another site")),
        };
    }
    for origin in origins {
        let origin = origin.to_str().unwrap_or("?");
        let is_own =
            peer.own_origin.is_some() && crate::config::WebOrigin::parse(origin) == peer.own_origin;
        if !is_own && !app.config.cors_origins.allows(origin) {
            let shown: String = origin.chars().take(100).collect();
            return Err(cross_site(&format!("the origin \"{shown}\"")));
        }
    }
    Ok(())
}

fn cross_site(sender: &str) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        format!(
            "pages of {sender} may not send this request; the operator can allow an origin with cors-origins, or, if this is the server's own page behind a proxy, name the proxy in trusted-proxies"
        ),
    )
}

/// Identifies the client of a request by its token, its signed URL or its address, or refuses the
/// request.
pub(crate) async fn client_layer(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = match client(&app, &mut request) {
        Ok(client) => client,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(client);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(client);
    response
}

/// Whether a path needs no token: health, and whatever is the same on every server.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/" | "/livez" | "/readyz" | "/docs" | "/openapi.json" | "/v1/schema" | "/v1/options"
    ) || path.starts_with("/assets/")
}

fn client(app: &App, request: &mut Request) -> Result<Client, Problem> {
    let address = request
        .extensions()
        .get::<Peer>()
        .map(|peer| peer.address)
        .ok_or_else(|| Problem::internal(&"a request without a peer"))?;
    let of_address = Client::of_address(address);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read && let Some(plain) = app.signing_keys.check(request.uri())? {
        // Handlers know neither the signature nor its time.
        *request.uri_mut() = plain;
        return Ok(of_address);
    }
    let needs_token = !app.tokens.is_empty()
        && !is_open(request.uri().path())
        && request.method() != Method::OPTIONS;
    if !needs_token {
        return Ok(of_address);
    }
    let missing = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "token_missing",
            "a token is required; send Authorization: Bearer TOKEN",
        )
    };
    let token = bearer(request.headers()).ok_or_else(missing)?;
    let hash = Tokens::hash(token);
    let found = app.tokens.find(&hash);
    let max_failures = app.config.login_failures_max;
    match app.logins.check(address, max_failures, hash, found) {
        Login::Accepted(number) => Ok(Client::Token(number)),
        Login::Wrong => {
            tracing::warn!(%address, "login failed: wrong token");
            Err(missing())
        }
        Login::Limited(seconds) => Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "logins_too_many",
            "too many requests with a wrong token came from this address; try again later",
        )
        .retry_after(seconds)),
    }
}

/// The token in a request's `Authorization` header; `None` if there are several of them, which
/// two programs could read differently.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        let token = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("bEARER  alpha ").as_deref(), Some("alpha"));
        assert_eq!(token("Basic alpha"), None);
        assert_eq!(token("alpha"), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
        let mut two = HeaderMap::new();
        for value in ["Bearer alpha", "Bearer beta"] {
            two.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        assert_eq!(bearer(&two), None);
    }
}
