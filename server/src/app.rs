//! What every handler has at hand.

use std::sync::Arc;

use crate::admission::{Client, Kind, Pass};
use crate::body::BodyLimits;
use crate::config::Config;
use crate::error::Problem;
use crate::guard::{RequestIds, Tokens};
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
            seconds: self.config.body_seconds,
        }
    }

    /// Lets a single request in.
    pub(crate) fn enter(self: &Arc<Self>, client: Client) -> Result<Pass, Problem> {
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
