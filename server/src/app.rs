//! What every handler has at hand.

use std::sync::Arc;
use std::time::Duration;

use crate::admission::{Client, Kind, Pass};
use crate::body::BodyLimits;
use crate::config::Config;
use crate::error::Problem;
use crate::guard::{RequestIds, Tokens};
use crate::scan::Shape;
use crate::studio::Studio;

/// The server's state.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) studio: Studio,
    pub(crate) tokens: Tokens,
    pub(crate) request_ids: RequestIds,
    /// Whether only this machine is meant to ask.
    pub(crate) only_local: bool,
}

impl App {
    /// Bounds of a JSON body.
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

    /// Bounds of a render request's text.
    pub(crate) fn shape(&self) -> Shape {
        Shape {
            depth: usize::try_from(self.config.json_depth_max).unwrap_or(usize::MAX),
            values: self.config.json_values_max,
            items: None,
        }
    }

    /// Time for one answer.
    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_secs(self.config.request_seconds)
    }

    /// Lets a single request in.
    pub(crate) fn enter(&self, client: Client) -> Result<Arc<Pass>, Problem> {
        self.studio.admission.enter(client, Kind::Single)
    }

    /// `Cache-Control` of what has an entity tag and may be kept.
    pub(crate) fn cache_control(&self) -> String {
        let scope = if self.tokens.is_empty() {
            "public"
        } else {
            "private"
        };
        match self.config.cache_seconds {
            0 => format!("{scope}, no-cache"),
            seconds => format!("{scope}, max-age={seconds}"),
        }
    }
}
