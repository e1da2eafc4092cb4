//! A site on this machine whose pages the program answers itself, one request at a time.
//!
//! It has the server's rules about foreign host names and pages, its security headers and its
//! style sheet, and none of its routes: [`LocalSite::run`] hands every request to a function on
//! the thread that calls it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::{mpsc, oneshot};

use crate::access::{host_name, is_local_name};
use crate::config::WebOrigin;
use crate::error::{CODE, Problem};
use crate::middleware::add_security_headers;
use crate::signals::{Signal, Signals};

/// Time limit of a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Requests that wait for their turn.
const MAX_WAITING: usize = 64;
/// How long responses in progress may take after the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Files that all pages may use, with their media types.
const ASSETS: [(&str, &str, &[u8]); 2] = [
    (
        "/assets/page.css",
        "text/css; charset=utf-8",
        include_bytes!("../page/page.css"),
    ),
    (
        "/assets/icon.svg",
        "image/svg+xml",
        include_bytes!("../page/icon.svg"),
    ),
];

/// A request to a [`LocalSite`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalRequest {
    /// Whether the method is POST; otherwise it is GET.
    pub is_post: bool,
    /// The path without query, as the client encoded it.
    pub path: String,
    /// The body.
    pub body: Vec<u8>,
}

/// The response to a [`LocalRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalResponse {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub media_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A site whose address is bound.
#[derive(Debug)]
pub struct LocalSite {
    runtime: tokio::runtime::Runtime,
    listener: std::net::TcpListener,
    signals: Signals,
    max_body_bytes: usize,
}

/// A request that waits for its response.
type Waiting = (LocalRequest, oneshot::Sender<LocalResponse>);

#[derive(Debug, Clone)]
struct SiteState {
    waiting: mpsc::Sender<Waiting>,
    max_body_bytes: usize,
}

impl LocalSite {
    /// Binds an address. From now on, SIGTERM and Ctrl-C end [`Self::run`].
    ///
    /// # Errors
    /// When the address cannot be bound, or the operating system refuses threads or signals.
    pub fn open(address: SocketAddr, max_body_bytes: usize) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("site")
            .enable_all()
            .build()?;
        let context = runtime.enter();
        let signals = Signals::new()?;
        drop(context);
        Ok(Self {
            runtime,
            listener,
            signals,
            max_body_bytes,
        })
    }

    /// Returns the bound address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// When the operating system does not report the address.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers requests with a function until SIGTERM or Ctrl-C. Requests that have arrived by then
    /// are still answered.
    ///
    /// # Errors
    /// When the bound address cannot be used.
    pub fn run(self, mut answer: impl FnMut(&LocalRequest) -> LocalResponse) -> io::Result<()> {
        let Self {
            runtime,
            listener,
            mut signals,
            max_body_bytes,
        } = self;
        let (waiting, mut requests) = mpsc::channel::<Waiting>(MAX_WAITING);
        let router = Router::new().fallback(respond).with_state(SiteState {
            waiting,
            max_body_bytes,
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let serving = axum::serve(listener, router).with_graceful_shutdown(async {
                // The sender lives until the signal, so this cannot fail before it.
                let _ = stopped.await;
            });
            let serving = tokio::spawn(serving.into_future());
            // A client that has disconnected needs no response.
            let mut handle = |(request, sender): Waiting| drop(sender.send(answer(&request)));
            loop {
                tokio::select! {
                    request = requests.recv() => match request {
                        Some(waiting) => handle(waiting),
                        None => break,
                    },
                    signal = signals.next() => if signal == Signal::Stop {
                        break;
                    }
                }
            }
            requests.close();
            while let Some(waiting) = requests.recv().await {
                handle(waiting);
            }
            drop(stop);
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, serving).await;
            Ok(())
        });
        runtime.shutdown_background();
        served
    }
}

/// Answers one request: checks it, and waits for its turn.
async fn respond(State(state): State<SiteState>, request: Request) -> Response {
    let mut response = match answered(&state, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.remove(CODE);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    add_security_headers(headers);
    response
}

async fn answered(state: &SiteState, request: Request) -> Result<Response, Problem> {
    let is_post = match *request.method() {
        Method::POST => true,
        Method::GET => false,
        _ => {
            return Err(Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_unsupported",
                "only GET and POST are supported",
            ));
        }
    };
    check_sender(request.headers(), is_post)?;
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if let Some((_, media_type, bytes)) = ASSETS.iter().find(|(name, ..)| *name == path) {
        return Ok(response(StatusCode::OK, media_type, bytes.to_vec()));
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, state.max_body_bytes)).await;
    let body = read
        .map_err(|_| {
            Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "the body did not arrive in time; send it again",
            )
        })?
        .map_err(|_| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!(
                    "the body has more than {} bytes, or did not arrive",
                    state.max_body_bytes
                ),
            )
        })?;
    let request = LocalRequest {
        is_post,
        path: path.to_owned(),
        body: body.to_vec(),
    };
    let stopping = || {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "the program is ending; start it again",
        )
    };
    let (sender, receiver) = oneshot::channel();
    let sent = state.waiting.send((request, sender)).await;
    sent.map_err(|_| stopping())?;
    let answer = receiver.await.map_err(|_| stopping())?;
    let status = StatusCode::from_u16(answer.status).map_err(|error| Problem::internal(&error))?;
    Ok(response(status, answer.media_type, answer.body))
}

fn response(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(media_type);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

/// Refuses requests to host names that a page of another site could have, and those that such a
/// page sends.
fn check_sender(headers: &HeaderMap, is_post: bool) -> Result<(), Problem> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.filter(|host| is_local_name(host_name(host)));
    let Some(host) = host else {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "host_unknown",
            "this host name is not accepted; open the address that the program printed",
        ));
    };
    let own = WebOrigin::of_host("http", host);
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let is_own = origins.all(|origin| {
        let origin = origin.to_str().ok().and_then(WebOrigin::parse);
        origin.is_some() && origin == own
    });
    let value = |name: &str| {
        headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or("?"))
    };
    // A link of another site may open the page.
    let opens_page = !is_post && value("sec-fetch-mode") == "navigate";
    let is_from_here = matches!(value("sec-fetch-site"), "" | "same-origin" | "none");
    if is_own && (is_from_here || opens_page) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site",
        "pages of another site may not send this request",
    ))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn checked(is_post: bool, list: &[(&'static str, &'static str)]) -> Result<(), u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        check_sender(&headers, is_post).map_err(|problem| problem.status.as_u16())
    }

    #[test]
    fn only_pages_of_this_site_send_requests() {
        for host in [
            "127.0.0.1:8001",
            "localhost:8001",
            "[::1]:8001",
            "quiz.localhost",
        ] {
            assert_eq!(checked(true, &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example:8001", "localhost.evil.example", ""] {
            assert_eq!(checked(false, &[("host", host)]), Err(403), "{host}");
        }
        assert_eq!(checked(false, &[]), Err(403));
        let own = ("host", "127.0.0.1:8001");
        assert_eq!(
            checked(true, &[own, ("origin", "http://127.0.0.1:8001")]),
            Ok(())
        );
        for origin in [
            "http://127.0.0.1:8002",
            "https://127.0.0.1:8001",
            "http://localhost:8001",
            "null",
        ] {
            assert_eq!(
                checked(true, &[own, ("origin", origin)]),
                Err(403),
                "{origin}"
            );
            assert_eq!(
                checked(false, &[own, ("origin", origin)]),
                Err(403),
                "{origin}"
            );
        }
        let (cross, navigate) = (
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        );
        assert_eq!(checked(false, &[own, cross]), Err(403));
        assert_eq!(checked(false, &[own, cross, navigate]), Ok(()));
        assert_eq!(checked(true, &[own, cross, navigate]), Err(403));
        assert_eq!(
            checked(true, &[own, ("sec-fetch-site", "same-origin")]),
            Ok(())
        );
    }
}
