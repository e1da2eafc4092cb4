//! Images of molecules over HTTP: render requests in, encoded images out.
//!
//! A request passes these modules, in this order: `listen` (connections) -> `middleware` (log and
//! metrics) -> `access` (host, origin, token) -> `routes` (handlers) -> `admission` (limits on
//! requests and memory) -> `body` -> `render_service` (structure, scene, job, fair queue, worker
//! pool, encoder, with caches for structures, scenes and images) -> `response`. [`error`] maps
//! every failure to an HTTP status.
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
mod access;
mod admission;
mod app;
mod auth;
mod body;
mod client_places;
mod compression;
pub mod config;
pub mod error;
mod etag;
mod json_limits;
mod lingering;
mod listen;
mod local_site;
mod logins;
#[cfg(feature = "mcp")]
mod mcp;
mod media_types;
mod metrics;
mod middleware;
mod openapi;
mod peer;
mod process_metrics;
mod protocol_errors;
mod reload;
mod render_service;
mod request_id;
mod response;
mod routes;
mod shared_cache;
mod signals;
mod signed_urls;
mod structures;
mod telemetry;
mod watched_stream;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_renderer::RenderError;

pub use config::{Config, ConfigError, Layers, LogFormat, Origin, SETTINGS, Setting};
pub use local_site::{LocalRequest, LocalResponse, LocalSite};
pub use reload::ReadLayers;
pub use telemetry::init_logging;

use app::App;
use auth::Tokens;
use logins::Logins;
use reload::Current;
use render_service::RenderService;
use request_id::RequestIds;
use signals::{Signal, Signals};
use signed_urls::SigningKeys;
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
    /// A key of signed URLs cannot be used.
    #[error("--signing-keys: {reason}")]
    SigningKey {
        /// What is wrong, and what would be accepted instead.
        reason: String,
    },
    /// No rendering backend is available, or its test image is wrong.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The Model Context Protocol is asked for, but the program was built without it.
    #[error(
        "--mcp: this program was built without the feature mcp; leave it out, or build with it"
    )]
    NoMcp,
    /// The server's threads cannot be started.
    #[error("the server's threads cannot be started: {0}")]
    Runtime(io::Error),
}

impl ServerError {
    /// Returns true when the configuration, rather than the machine, has to be changed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Public { .. } | Self::Path { .. } | Self::SigningKey { .. } | Self::NoMcp
        )
    }
}

/// A server whose address is bound and whose renderer has been tested.
#[derive(Debug)]
pub struct Server {
    current: Arc<Current>,
    runtime: tokio::runtime::Runtime,
    listener: std::net::TcpListener,
    /// The handlers of signals; `None` until they are needed.
    signals: Option<Signals>,
}

fn path_error(setting: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ServerError {
    let path = path.display().to_string();
    move |source| ServerError::Path {
        setting,
        path,
        source,
    }
}

/// Reads a file with one secret per line; without a path there is none.
fn read_secrets(setting: &'static str, path: Option<&Path>) -> Result<String, ServerError> {
    let Some(path) = path else {
        return Ok(String::new());
    };
    let text = std::fs::read_to_string(path).map_err(path_error(setting, path))?;
    if text.trim().is_empty() {
        return Err(path_error(setting, path)(io::Error::other(
            "the file is empty",
        )));
    }
    Ok(text)
}

/// Reads all tokens of a configuration.
fn tokens(config: &Config) -> Result<Tokens, ServerError> {
    let file = read_secrets("tokens-file", config.tokens_file.as_deref())?;
    let tokens = config.tokens.iter().map(String::as_str);
    Ok(Tokens::new(file.lines().chain(tokens)))
}

/// Reads all keys of signed URLs of a configuration.
fn signing_keys(config: &Config) -> Result<SigningKeys, ServerError> {
    let file = read_secrets("signing-keys-file", config.signing_keys_file.as_deref())?;
    let keys = config.signing_keys.iter().map(String::as_str);
    SigningKeys::new(file.lines().chain(keys)).map_err(|reason| ServerError::SigningKey { reason })
}

/// What stays the same when the configuration is read again.
#[derive(Debug)]
struct Lasting {
    service: Arc<RenderService>,
    logins: Arc<Logins>,
    request_ids: Arc<RequestIds>,
    /// Whether only this machine can reach the bound address.
    is_loopback: bool,
}

/// Builds the state of a server from a configuration.
fn build_app(config: Config, lasting: &Lasting) -> Result<App, ServerError> {
    let tokens = tokens(&config)?;
    if !lasting.is_loopback && tokens.is_empty() && !config.insecure_public {
        return Err(ServerError::Public {
            address: config.listen,
        });
    }
    Ok(App {
        only_local: lasting.is_loopback && tokens.is_empty() && !config.insecure_public,
        signing_keys: signing_keys(&config)?,
        config,
        service: Arc::clone(&lasting.service),
        tokens,
        logins: Arc::clone(&lasting.logins),
        request_ids: Arc::clone(&lasting.request_ids),
    })
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
        let address = config.listen;
        let is_loopback = address.ip().to_canonical().is_loopback();
        if config.mcp && !cfg!(feature = "mcp") {
            return Err(ServerError::NoMcp);
        }
        // Before anything is opened; the state is built from them below.
        let has_tokens = !tokens(&config)?.is_empty();
        signing_keys(&config)?;
        if !is_loopback && !has_tokens && !config.insecure_public {
            return Err(ServerError::Public { address });
        }
        if let Some(folder) = &config.structures {
            std::fs::read_dir(folder).map_err(path_error("structures", folder))?;
        }
        let uploads = open_uploads(&config)?;
        let service = RenderService::open(&config, uploads)?;
        service.library.log_left_out_of_folder();
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
        let lasting = Lasting {
            service: Arc::new(service),
            logins: Arc::default(),
            request_ids: Arc::default(),
            is_loopback,
        };
        let app = build_app(config, &lasting)?;
        let rebuild = move |config| build_app(config, &lasting).map_err(|error| error.to_string());
        Ok(Self {
            current: Arc::new(Current::new(app, Box::new(rebuild))),
            runtime,
            listener,
            signals: None,
        })
    }

    /// Handles SIGTERM, Ctrl-C and SIGHUP from now on, as [`Server::run`] does: one that arrives
    /// before `run` counts. For a program that reports its address first.
    ///
    /// # Errors
    /// When the operating system refuses the handlers.
    pub fn with_signals(mut self) -> io::Result<Self> {
        let context = self.runtime.enter();
        self.signals = Some(Signals::new()?);
        drop(context);
        Ok(self)
    }

    /// Lets SIGHUP read the configuration again. `layers` is the one that this server was opened
    /// with; `read` reads it again from the same places.
    #[must_use]
    pub fn with_reload(self, layers: Layers, read: ReadLayers) -> Self {
        self.current.set_source(layers, read);
        self
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
        Current::router(&self.current)
    }

    /// Returns a description of the adapter that draws.
    #[must_use]
    pub fn adapter(&self) -> String {
        self.current.app().service.queue.adapter().to_owned()
    }

    /// Serves the Model Context Protocol to one client over standard input and output, instead of
    /// listening, until the client closes them, or SIGTERM or Ctrl-C.
    ///
    /// # Errors
    /// When signals cannot be handled, or the client does not speak the protocol.
    #[cfg(feature = "mcp")]
    pub fn run_on_standard_streams(self) -> io::Result<()> {
        let Self {
            current,
            runtime,
            listener,
            signals,
        } = self;
        drop(listener);
        let served = runtime.block_on(async {
            let mut signals = begin(&current, signals)?;
            let mut serving =
                std::pin::pin!(mcp::serve_standard_streams(Current::router(&current)));
            loop {
                tokio::select! {
                    served = &mut serving => return served,
                    signal = signals.next() => if signal == Signal::Stop {
                        return Ok(());
                    }
                }
            }
        });
        // The thread that reads standard input may wait for ever.
        end(runtime);
        served
    }

    /// Serves until SIGTERM or Ctrl-C, then finishes the requests that are in progress. A second
    /// signal stops the server at once. SIGHUP reads tokens and configuration again.
    ///
    /// # Errors
    /// When signals or the bound address cannot be used.
    pub fn run(self) -> io::Result<()> {
        let Self {
            current,
            runtime,
            listener,
            signals,
        } = self;
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let mut signals = begin(&current, signals)?;
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let serving =
                listen::serve(current.app(), Current::router(&current), listener, async {
                    // The sender lives until the signal, so this cannot fail before it.
                    let _ = stopped.await;
                });
            let mut serving = std::pin::pin!(serving);
            loop {
                tokio::select! {
                    () = &mut serving => return Ok(()),
                    signal = signals.next() => match signal {
                        // Apart from serving: a file that is read may block for ever.
                        Signal::Reload => drop(tokio::spawn(Current::reload(Arc::clone(&current)))),
                        Signal::Stop => break,
                    }
                }
            }
            let _ = stop.send(());
            loop {
                tokio::select! {
                    () = &mut serving => break,
                    signal = signals.next() => if signal == Signal::Stop {
                        tracing::warn!("stopped by a second signal");
                        break;
                    }
                }
            }
            tracing::info!("stopped");
            Ok(())
        });
        // Blocking readers that still run would produce results that no request waits for.
        end(runtime);
        served
    }
}

/// What serving begins with: the watch over the renderer, which ends with the runtime, and the
/// handlers of signals.
fn begin(current: &Current, signals: Option<Signals>) -> io::Result<Signals> {
    let app = current.app();
    tokio::spawn(async move { app.service.monitor_health().await });
    signals.map_or_else(Signals::new, Ok)
}

/// Ends serving without waiting for threads that block.
fn end(runtime: tokio::runtime::Runtime) {
    runtime.shutdown_background();
    telemetry::flush();
}
