//! Pictures over HTTP: a render request comes in, a picture goes out.
//!
//! The road of a request, forward only: `listen` (a connection) -> `guard` (who asks) -> `routes`
//! (what is asked) -> `admission` (is there room) -> `body` -> `studio` (structure, scene, job,
//! fair queue, pool, encoder; caches on the way) -> `answer`. [`error`] is the one place that knows
//! HTTP statuses of failures.
#![forbid(unsafe_code)]

mod accept;
mod admission;
mod answer;
mod app;
mod body;
pub mod config;
pub mod error;
mod guard;
mod listen;
mod metrics;
mod openapi;
mod routes;
mod scan;
mod structures;
mod studio;
mod tar;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_renderer::RenderError;

pub use config::{Config, ConfigError, Layers, LogFormat, Origin, SETTINGS, Setting};

use app::App;
use guard::{RequestIds, Tokens};
use structures::Uploads;
use studio::Studio;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Its address is open to others, and nothing says that this is meant.
    #[error(
        "--listen: {address} can be reached by others; give tokens (MOLSHOT_TOKENS or --tokens-file), or say --insecure-public"
    )]
    Public {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be taken.
    #[error("--listen: {address} cannot be listened on: {source}; give another address or port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder or file of the configuration cannot be used.
    #[error("--{setting}: {path}: {source}; give one that can be used")]
    Path {
        /// The setting that names it.
        setting: &'static str,
        /// The path.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// Nothing can be drawn with.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The threads that serve cannot be started.
    #[error("the server's threads cannot be started: {0}")]
    Runtime(io::Error),
}

impl ServerError {
    /// True when the command line, rather than the machine, is to blame.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Public { .. } | Self::Path { .. })
    }
}

/// A server that is ready to serve.
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

/// All tokens of a configuration.
fn tokens(config: &Config) -> Result<Tokens, ServerError> {
    let file = match &config.tokens_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(path_error("tokens-file", path))?;
            if text.trim().is_empty() {
                return Err(path_error("tokens-file", path)(io::Error::other(
                    "it holds no token",
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

/// Opens the folder of uploads; without one that was named, that of the user's state, if that can
/// be used.
fn open_uploads(config: &Config) -> Result<Option<Uploads>, ServerError> {
    let most = config.uploads_max_bytes;
    if let Some(path) = &config.uploads {
        if path == Path::new("none") {
            return Ok(None);
        }
        return Uploads::open(path, most)
            .map(Some)
            .map_err(path_error("uploads", path));
    }
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // systemd names a folder of the service's own.
    let state = variable("STATE_DIRECTORY")
        .or_else(|| Some(variable("XDG_STATE_HOME")?.join("molshot")))
        .or_else(|| Some(variable("HOME")?.join(".local/state/molshot")));
    let Some(state) = state else {
        tracing::warn!("there is no folder for uploads; name one with --uploads");
        return Ok(None);
    };
    match Uploads::open(&state.join("uploads"), most) {
        Ok(uploads) => Ok(Some(uploads)),
        Err(error) => {
            tracing::warn!(%error, "uploads are not taken: their folder cannot be used; name one with --uploads");
            Ok(None)
        }
    }
}

impl Server {
    /// Opens everything: the address, the folders, what draws. The test picture was drawn right
    /// when this returns.
    ///
    /// # Errors
    /// [`ServerError`], of which nothing is left open.
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
        let studio = Studio::open(&config, uploads)?;
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
                studio,
                tokens,
                request_ids: RequestIds::default(),
                only_local,
            }),
            runtime,
            listener,
        })
    }

    /// The address that is listened on, with the port that was taken.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What draws, for people.
    #[must_use]
    pub fn adapter(&self) -> &str {
        self.app.studio.schedule.adapter()
    }

    /// Serves until SIGTERM or Ctrl-C, and then until the work in hand is done. A second signal
    /// ends it at once.
    ///
    /// # Errors
    /// When the system gives no signals or takes the address away.
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
            let (tell, told) = tokio::sync::oneshot::channel::<()>();
            let watched = Arc::clone(&app);
            // It ends with the runtime.
            tokio::spawn(async move { watched.studio.watch().await });
            let serving = listen::serve(app, router, listener, async {
                // Who tells outlives this.
                let _ = told.await;
            });
            let mut serving = std::pin::pin!(serving);
            tokio::select! {
                () = &mut serving => return Ok(()),
                () = signals.next() => {}
            }
            let _ = tell.send(());
            tokio::select! {
                () = serving => {}
                () = signals.next() => tracing::warn!("ended by a second signal"),
            }
            tracing::info!("stopped");
            Ok(())
        });
        // Readers that still run have nobody to tell.
        runtime.shutdown_background();
        served
    }
}

/// What asks the server to end.
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
        // Without Ctrl-C nothing asks.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Sends the log to standard error in the form that a configuration says. The first call of a
/// process counts.
pub fn start_log(config: &Config) {
    let builder = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_max_level(config.log_level)
        .with_target(false);
    // A second log of the same process would say everything twice.
    let _ = match config.log_format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}
