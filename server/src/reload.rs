//! The state in use, and its replacement when tokens and configuration are read again (SIGHUP).

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};

use axum::Router;
use axum::extract::Request;
use tower::{ServiceExt, service_fn};

use crate::app::App;
use crate::config::{Config, Layers};
use crate::routes;

/// Reads the configuration again from the places that the server was started with. An error is a
/// message for the log.
pub type ReadLayers = Box<dyn Fn() -> Result<Layers, String> + Send + Sync>;

/// Builds a state that shares what lasts with the earlier ones.
type Rebuild = Box<dyn Fn(Config) -> Result<App, String> + Send + Sync>;

/// The state and the router that answer new requests.
pub(crate) struct Current {
    in_use: RwLock<(Arc<App>, Router)>,
    rebuild: Rebuild,
    source: Mutex<Option<(Layers, ReadLayers)>>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current")
            .field("app", &self.app())
            .finish_non_exhaustive()
    }
}

impl Current {
    /// Begins with a state.
    pub(crate) fn new(app: App, rebuild: Rebuild) -> Self {
        let app = Arc::new(app);
        Self {
            in_use: RwLock::new((Arc::clone(&app), routes::router(&app))),
            rebuild,
            source: Mutex::new(None),
        }
    }

    /// Sets where the configuration comes from.
    pub(crate) fn set_source(&self, layers: Layers, read: ReadLayers) {
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = Some((layers, read));
    }

    /// The state in use.
    pub(crate) fn app(&self) -> Arc<App> {
        let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&in_use.0)
    }

    /// A router that passes each request to the router in use.
    pub(crate) fn router(this: &Arc<Self>) -> Router {
        let this = Arc::clone(this);
        Router::new().fallback_service(service_fn(move |request: Request| {
            let in_use = this.in_use.read().unwrap_or_else(PoisonError::into_inner);
            let router = in_use.1.clone();
            drop(in_use);
            async move {
                Ok::<_, Infallible>(
                    router
                        .oneshot(request)
                        .await
                        .unwrap_or_else(|never| match never {}),
                )
            }
        }))
    }

    /// Reads tokens and configuration again. What cannot be read or is invalid changes nothing. The
    /// log says what changed, and what needs a restart.
    pub(crate) async fn reload(this: Arc<Self>) {
        // Reading files blocks.
        let reloading = tokio::task::spawn_blocking(move || this.reload_now());
        if let Err(error) = reloading.await {
            tracing::error!(%error, "the configuration could not be read again");
        }
    }

    fn reload_now(&self) {
        let mut source = match self.source.try_lock() {
            Ok(source) => source,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                tracing::error!(
                    "SIGHUP is ignored: a file that an earlier one reads does not answer; is it a pipe, or on a disk that hangs?"
                );
                return;
            }
        };
        let Some((layers, read)) = source.as_mut() else {
            tracing::warn!("SIGHUP is ignored: this program does not read its configuration again");
            return;
        };
        let reloaded = read().and_then(|new| {
            // All new values are checked, also those that are not used before a restart.
            new.config().map_err(|error| error.to_string())?;
            let mut merged = layers.clone();
            let changes = merged.reload(&new);
            let config = merged.config().map_err(|error| error.to_string())?;
            let app = (self.rebuild)(config)?;
            if app.tokens.is_empty() && !self.app().tokens.is_empty() {
                return Err(
                    "it has no tokens; restart the server to open it to everyone who reaches it"
                        .to_owned(),
                );
            }
            Ok((merged, changes, app))
        });
        match reloaded {
            Ok((merged, changes, app)) => {
                *layers = merged;
                let tokens = format!("{:?}", app.tokens);
                let app = Arc::new(app);
                let router = routes::router(&app);
                *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = (app, router);
                tracing::info!(
                    changed = changes.applied.join(", "),
                    tokens,
                    "configuration and tokens were read again"
                );
                if !changes.need_restart.is_empty() {
                    tracing::warn!(
                        settings = changes.need_restart.join(", "),
                        "these settings were changed, too, and need a restart"
                    );
                }
            }
            Err(error) => {
                tracing::error!(
                    error,
                    "the configuration in use is kept: the new one is invalid"
                );
            }
        }
    }
}
