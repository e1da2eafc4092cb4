//! Accepts connections and shuts down gracefully.
//!
//! Connections have limits that `axum::serve` lacks: on their number, on the time until a request's
//! headers arrive, and on how slowly a client may read its response.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use crate::app::App;
use crate::client_places::ClientPlaces;
use crate::protocol_errors::ExplainedErrors;
use crate::watched_stream::WatchedStream;

/// Size of the send buffer that is asked for. Linux doubles it.
const SEND_BUFFER_BYTES: usize = 256 << 10;
/// How long connections may take to close after shutdown.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Pause after the operating system could not accept a connection.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);
/// File descriptors that are kept free for other things than connections, above all for structures
/// that are read and uploads that are written.
const RESERVED_FILES: usize = 128;

/// The number of simultaneous connections: the configured one, reduced to what the process's limit
/// on open files allows. Beyond the limit, accepting would fail again and again, and structures
/// could not be opened; so further connections wait in the listener's backlog.
fn connections_max(configured: u64) -> usize {
    let configured = usize::try_from(configured)
        .unwrap_or(usize::MAX)
        .min(Semaphore::MAX_PERMITS);
    // Linux shows the limit in a file; elsewhere it would need a call of the C library.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok());
    let max = files.map_or(usize::MAX, |files| {
        files.saturating_sub(RESERVED_FILES).max(16)
    });
    if max < configured {
        tracing::info!(
            configured,
            max,
            "connections are limited by the number of files that this process may open (ulimit -n)"
        );
    }
    configured.min(max)
}

/// Serves until `stop` completes, then until the requests in progress are finished. Meanwhile
/// health requests are still answered and new work is refused.
pub(crate) async fn serve(
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let max_connections = connections_max(app.config.connections_max);
    let connections = Arc::new(Semaphore::new(max_connections));
    let places = Arc::new(ClientPlaces::default());
    let client_max = usize::try_from(app.config.client_connections_max).unwrap_or(usize::MAX);
    let (closing, closed) = watch::channel(false);
    let accepting = async {
        loop {
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, address)) => {
                    let is_proxy = app.config.trusted_proxies.contains(address.ip());
                    let max = if is_proxy { usize::MAX } else { client_max };
                    let Some(place) = ClientPlaces::take(&places, address.ip(), max) else {
                        tracing::debug!(client = %address.ip(), "a connection is closed: its address has as many as one may have");
                        continue;
                    };
                    let connection =
                        connection(&app, router.clone(), stream, address, closed.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop((place, permit));
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
    };
    let stopping = async {
        stop.await;
        let start = Instant::now();
        tracing::info!("stopping: finishing the requests in progress, refusing new ones");
        app.service.admission.stop();
        let limit = Duration::from_secs(app.config.shutdown_seconds);
        if !app.service.admission.drained(limit).await {
            tracing::warn!(
                "requests were still in progress after {} s",
                limit.as_secs()
            );
        }
        tracing::debug!(
            ms = start.elapsed().as_millis(),
            "the requests in progress are finished"
        );
    };
    tokio::select! {
        () = accepting => {}
        () = stopping => {}
    }
    // Responses that slow clients still read get a little time.
    let _ = closing.send(true);
    let all = u32::try_from(max_connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, connections.acquire_many(all)).await;
}

/// Serves one connection until it ends.
fn connection(
    app: &App,
    router: Router,
    stream: TcpStream,
    address: SocketAddr,
    mut closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + use<> {
    // Responses are written in few pieces; waiting to fill a packet would only add latency.
    let _ = stream.set_nodelay(true);
    // The system would let the buffer grow to megabytes, which hide how slowly a client reads.
    if let Err(error) = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES) {
        tracing::debug!(%error, "the send buffer keeps its size");
    }
    let stream = WatchedStream::new(
        stream,
        Duration::from_secs(app.config.stall_seconds),
        app.config.read_rate_min_bytes,
    );
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(app.config.header_seconds))
        .max_buf_size(256 << 10);
    let service = router.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        request.map(axum::body::Body::new)
    });
    async move {
        let connection = builder.serve_connection(
            TokioIo::new(ExplainedErrors::new(stream)),
            TowerToHyperService::new(service),
        );
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            // A client that disconnects or stalls is not an error of the server.
            _ = connection.as_mut() => return,
            _ = closed.wait_for(|closed| *closed) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
