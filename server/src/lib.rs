//! Images of molecules over HTTP: render requests in, encoded images out.
//!
//! A request passes these modules, in this order: `listen` (connections) -> `middleware` (client
//! and token) -> `routes` (handlers) -> `admission` (limits on requests and memory) -> `body` ->
//! `render_service` (structure, scene, job, fair queue, worker pool, encoder, with caches for
//! structures, scenes and images) -> `response`. [`error`] maps every failure to an HTTP status.
//!
//! [`Server::run`] listens on a port, as `molshot serve` does. [`Server::router`] gives the same
//! service to a program that has its own listener, or that calls it within the process:
//!
//! ```
//! use axum::body::{Body, to_bytes};
//! use axum::http::Request;
//! use molshot_renderer::AdapterChoice;
//! use molshot_server::{Config, Server};
//! use tower::ServiceExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::defaults()?;
//! config.listen = "127.0.0.1:0".parse()?;
//! config.uploads = Some("none".into());
//! config.adapter = AdapterChoice::Software;
//! config.threads = 1;
//! let server = Server::open(config)?;
//!
//! let request = Request::get("/v1/structures/sample-dna/image.png?size=32x32")
//!     .header("host", "localhost")
//!     .body(Body::empty())?;
//! let png = tokio::runtime::Runtime::new()?.block_on(async {
//!     let response = server.router().oneshot(request).await?;
//!     assert_eq!(response.status(), 200);
//!     Ok::<_, Box<dyn std::error::Error>>(to_bytes(response.into_body(), 1 << 20).await?)
//! })?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod accept;
mod admission;
mod app;
mod auth;
mod body;
pub mod config;
pub mod error;
mod etag;
mod json_limits;
mod listen;
mod media_types;
mod metrics;
mod middleware;
mod openapi;
mod render_service;
mod request_id;
mod response;
mod routes;
mod shared_cache;
mod structures;
mod watched_stream;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_renderer::RenderError;

pub use config::{Config, ConfigError, Layers, LogFormat, Origin, SETTINGS, Setting};

use app::App;
use auth::Tokens;
use render_service::RenderService;
use request_id::RequestIds;
use structures::Uploads;

/// The reason why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Other machines can reach the address, but neither tokens nor `insecure-public` are set.
    #[error(
        "--listen: other machines can reach {address}; set tokens (MOLSHOT_TOKENS or --tokens-file), or give --insecure-public"
    )]
    Public {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be bound.
    #[error("--listen: cannot listen on {address}: {source}; give another address or port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The reason that the operating system gives.
        source: io::Error,
    },
    /// A folder or file that a setting names cannot be used.
    #[error("--{setting}: {path}: {source}; give a path that can be used")]
    Path {
        /// The name of the setting.
        setting: &'static str,
        /// The path.
        path: String,
        /// The reason that the operating system gives.
        source: io::Error,
    },
    /// No rendering backend is available, or its test image is wrong.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The server's threads cannot be started.
    #[error("the server's threads cannot be started: {0}")]
    Runtime(io::Error),
}

impl ServerError {
    /// Returns true when the configuration, rather than the machine, has to be changed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Public { .. } | Self::Path { .. })
    }
}

/// A server whose address is bound and whose renderer has been tested.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    runtime: tokio::runtime::Runtime,
    listener: std::net::TcpListener,
}

fn path_error(setting: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ServerError {
    let path = path.display().to_string();
    move |source| ServerError::Path {
        setting,
        path,
        source,
    }
}

/// Reads all tokens of a configuration.
fn tokens(config: &Config) -> Result<Tokens, ServerError> {
    let file = match &config.tokens_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(path_error("tokens-file", path))?;
            if text.trim().is_empty() {
                return Err(path_error("tokens-file", path)(io::Error::other(
                    "the file contains no token",
                )));
            }
            text
        }
        None => String::new(),
    };
    Ok(Tokens::new(
        file.lines().chain(config.tokens.iter().map(String::as_str)),
    ))
}

/// Opens the folder of uploads. If no folder is configured, a folder in the user's state directory
/// is used where that is possible.
fn open_uploads(config: &Config) -> Result<Option<Uploads>, ServerError> {
    let max_bytes = config.uploads_max_bytes;
    if let Some(path) = &config.uploads {
        if path == Path::new("none") {
            return Ok(None);
        }
        return Uploads::open(path, max_bytes)
            .map(Some)
            .map_err(path_error("uploads", path));
    }
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // systemd sets the first to the state directory of the service.
    let state = variable("STATE_DIRECTORY")
        .or_else(|| Some(variable("XDG_STATE_HOME")?.join("molshot")))
        .or_else(|| Some(variable("HOME")?.join(".local/state/molshot")));
    let Some(state) = state else {
        tracing::warn!("uploads are disabled: no state directory is known; set --uploads");
        return Ok(None);
    };
    match Uploads::open(&state.join("uploads"), max_bytes) {
        Ok(uploads) => Ok(Some(uploads)),
        Err(error) => {
            tracing::warn!(%error, "uploads are disabled: their folder cannot be used; set --uploads");
            Ok(None)
        }
    }
}

impl Server {
    /// Binds the address, opens the folders and the rendering backend, and draws the test image.
    ///
    /// # Errors
    /// [`ServerError`]; nothing stays open then.
    pub fn open(config: Config) -> Result<Self, ServerError> {
        let tokens = tokens(&config)?;
        let address = config.listen;
        let loopback = address.ip().to_canonical().is_loopback();
        if !loopback && tokens.is_empty() && !config.insecure_public {
            return Err(ServerError::Public { address });
        }
        if let Some(folder) = &config.structures {
            std::fs::read_dir(folder).map_err(path_error("structures", folder))?;
        }
        let uploads = open_uploads(&config)?;
        let service = RenderService::open(&config, uploads)?;
        service.library.log_left_out_of_folder();
        let only_local = loopback && tokens.is_empty() && !config.insecure_public;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(molshot_renderer::pool::PoolOptions::available_threads().clamp(2, 16))
            .thread_name("serve")
            .enable_all()
            .build()
            .map_err(ServerError::Runtime)?;
        let listener = std::net::TcpListener::bind(address)
            .and_then(|listener| {
                listener.set_nonblocking(true)?;
                Ok(listener)
            })
            .map_err(|source| ServerError::Listen { address, source })?;
        Ok(Self {
            app: Arc::new(App {
                config,
                service,
                tokens,
                request_ids: RequestIds::default(),
                only_local,
            }),
            runtime,
            listener,
        })
    }

    /// Returns the bound address, with the port that was chosen for port 0.
    ///
    /// # Errors
    /// When the operating system does not report the address.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns the service without a listener, for a program that serves or calls it itself.
    ///
    /// Limits on connections (their number, idle time and stalled clients) belong to
    /// [`Server::run`] and do not apply here; all other limits do. A caller that has no
    /// [`ConnectInfo`](axum::extract::ConnectInfo) counts as one client.
    pub fn router(&self) -> axum::Router {
        routes::router(Arc::clone(&self.app))
    }

    /// Returns a description of the adapter that draws.
    #[must_use]
    pub fn adapter(&self) -> &str {
        self.app.service.queue.adapter()
    }

    /// Serves until SIGTERM or Ctrl-C, then finishes the requests that are in progress. A second
    /// signal stops the server at once.
    ///
    /// # Errors
    /// When signals or the bound address cannot be used.
    pub fn run(self) -> io::Result<()> {
        let Self {
            app,
            runtime,
            listener,
        } = self;
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let mut signals = Signals::new()?;
            let router = routes::router(Arc::clone(&app));
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let monitored = Arc::clone(&app);
            // This task ends with the runtime.
            tokio::spawn(async move { monitored.service.monitor_health().await });
            let serving = listen::serve(app, router, listener, async {
                // The sender lives until the signal, so this cannot fail before it.
                let _ = stopped.await;
            });
            let mut serving = std::pin::pin!(serving);
            tokio::select! {
                () = &mut serving => return Ok(()),
                () = signals.next() => {}
            }
            let _ = stop.send(());
            tokio::select! {
                () = serving => {}
                () = signals.next() => tracing::warn!("stopped by a second signal"),
            }
            tracing::info!("stopped");
            Ok(())
        });
        // Blocking readers that still run would produce results that no request waits for.
        runtime.shutdown_background();
        served
    }
}

/// The signals that stop the server.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "as on unix")]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        // If Ctrl-C cannot be received, no signal ever comes.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Sends the log to standard error in the configured format. Only the first call in a process has
/// an effect.
pub fn init_logging(config: &Config) {
    let builder = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(config.log_level)
        .with_target(false);
    // An error means that a log exists already; a second one would duplicate every line.
    let _ = match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}
