//! Accepting connections, and ending well.
//!
//! Connections have limits that a framework's default loop lacks: how many there are, how long a
//! head may take, how long a client may take nothing of its answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep};
use tower::ServiceExt;

use crate::app::App;

/// How long idle connections may take to close at the end.
const CLOSING: Duration = Duration::from_secs(2);
/// How long nothing is accepted after the system had no room for a connection.
const REST: Duration = Duration::from_millis(50);

/// Files that are open beside connections: structures being read and uploads being written, most of
/// all.
const OTHER_FILES: usize = 128;

/// A connection whose writes fail when nothing could be written for a while.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// Passes a write's outcome on, keeping the time while it waits.
    fn watch<T>(
        &mut self,
        poll: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let patience = self.patience;
        let sleep = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(sleep.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(poll, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(poll, context)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(poll, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(poll, context)
    }
}

/// Connections at a time: as many as are wished, as far as the system lets this process have files
/// open. One connection too many would be refused by the system again and again; so it waits, and
/// what reads structures still finds files.
fn connections_max(wished: u64) -> usize {
    let wished = usize::try_from(wished)
        .unwrap_or(usize::MAX)
        .min(Semaphore::MAX_PERMITS);
    // Only Linux says so without asking the C library.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok());
    let most = files.map_or(usize::MAX, |files| {
        files.saturating_sub(OTHER_FILES).max(16)
    });
    if most < wished {
        tracing::info!(
            wished,
            most,
            "fewer connections at a time, for this process may not have more files open (ulimit -n)"
        );
    }
    wished.min(most)
}

/// Serves until `stop` is done and the work in hand, too. While it waits for that work, health is
/// still told and new work refused.
pub(crate) async fn serve(
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let most = connections_max(app.config.connections_max);
    let connections = Arc::new(Semaphore::new(most));
    let (closing, closed) = watch::channel(false);
    let accepting = async {
        loop {
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, address)) => {
                    let connection =
                        connection(&app, router.clone(), stream, address, closed.clone());
                    tokio::spawn(async move {
                        connection.await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(REST).await;
                }
            }
        }
    };
    let stopping = async {
        stop.await;
        let start = Instant::now();
        tracing::info!("stopping: work in hand is finished, no more is taken");
        app.studio.admission.stop();
        let limit = Duration::from_secs(app.config.shutdown_seconds);
        if !app.studio.admission.drained(limit).await {
            tracing::warn!("work was still in hand after {} s", limit.as_secs());
        }
        tracing::debug!(ms = start.elapsed().as_millis(), "work in hand is finished");
    };
    tokio::select! {
        () = accepting => {}
        () = stopping => {}
    }
    // Answers that are still on their way to slow clients get a little time.
    let _ = closing.send(true);
    let all = u32::try_from(most).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(CLOSING, connections.acquire_many(all)).await;
}

/// One connection, until it ends.
fn connection(
    app: &App,
    router: Router,
    stream: TcpStream,
    address: SocketAddr,
    mut closed: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + use<> {
    // Answers are written in few pieces; waiting to fill a packet would only cost time.
    let _ = stream.set_nodelay(true);
    let stream = Patient {
        stream,
        patience: Duration::from_secs(app.config.stall_seconds),
        stalled: None,
    };
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
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            // Clients that leave or stall are no event of ours.
            _ = connection.as_mut() => return,
            _ = closed.wait_for(|closed| *closed) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
