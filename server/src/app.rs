//! The state that all handlers share.

use std::sync::Arc;
use std::time::Duration;

use crate::admission::{Client, Kind, Permit};
use crate::auth::Tokens;
use crate::body::BodyLimits;
use crate::config::Config;
use crate::error::Problem;
use crate::json_limits::JsonLimits;
use crate::logins::Logins;
use crate::render_service::RenderService;
use crate::request_id::RequestIds;
use crate::signed_urls::SigningKeys;

/// The server's state. When the configuration is read again, a new state takes its place and shares
/// what is behind an `Arc`; requests in progress keep the old one.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) service: Arc<RenderService>,
    pub(crate) tokens: Tokens,
    pub(crate) signing_keys: SigningKeys,
    pub(crate) logins: Arc<Logins>,
    pub(crate) request_ids: Arc<RequestIds>,
    /// Whether only clients on this machine are expected.
    pub(crate) only_local: bool,
}

impl App {
    /// Limits of a JSON body.
    pub(crate) fn body_limits(&self) -> BodyLimits {
        BodyLimits {
            bytes: self.config.body_max_bytes,
            decompressed: self
                .config
                .decompressed_max_bytes
                .min(self.config.body_max_bytes * 16),
            ratio: self.config.decompressed_ratio_max,
            seconds: self.config.body_seconds,
        }
    }

    /// Limits of the JSON of one render request.
    pub(crate) fn json_limits(&self) -> JsonLimits {
        JsonLimits {
            depth: usize::try_from(self.config.json_depth_max).unwrap_or(usize::MAX),
            values: self.config.json_values_max,
            items: None,
        }
    }

    /// Time limit of one answer.
    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.config.request_seconds)
    }

    /// Admits a single request, or refuses it at once.
    pub(crate) fn admit(&self, client: Client) -> Result<Arc<Permit>, Problem> {
        self.service.admission.admit(client, Kind::Single)
    }

    /// `Cache-Control` of a response that may be stored under its entity tag.
    pub(crate) fn cache_control(&self) -> String {
        let scope = self.cache_scope();
        match self.config.cache_seconds {
            0 => format!("{scope}, no-cache"),
            seconds => format!("{scope}, max-age={seconds}"),
        }
    }

    /// `Cache-Control` of a response that must be revalidated before each use.
    pub(crate) fn revalidate(&self) -> String {
        format!("{}, no-cache", self.cache_scope())
    }

    /// Whether caches may share responses between clients.
    fn cache_scope(&self) -> &'static str {
        if self.tokens.is_empty() {
            "public"
        } else {
            "private"
        }
    }
}
