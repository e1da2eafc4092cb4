//! The one place that knows HTTP statuses: every failure becomes a [`Problem`], and that an
//! `application/problem+json` answer (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use molshot_molecule::MoleculeError;
use molshot_renderer::RenderError;
use molshot_renderer::pool::PoolError;
use molshot_scenes::SceneError;
use serde::Serialize;

/// Media type of an error's body.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A failure as its client is told of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name of the kind of failure.
    pub code: &'static str,
    /// What is wrong; what would be right.
    pub detail: String,
    /// JSON pointer (RFC 6901) into the request document.
    pub pointer: Option<String>,
    /// Name of the query parameter at fault.
    pub parameter: Option<String>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
}

/// The body, with `type` made from the code.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

/// Every code that is given out here, with its title; codes of the libraries beside them.
pub const TITLES: &[(&str, &str)] = &[
    ("accept_unsatisfied", "No form of the answer is acceptable"),
    ("atoms_too_many", "The structure has too many atoms"),
    ("body_incomplete", "The request's body broke off"),
    ("body_too_large", "The request's body is too large"),
    ("body_too_slow", "The request's body came too slowly"),
    ("busy", "The server has too much to do"),
    ("client_busy", "This client has too many requests in hand"),
    ("command_invalid", "A view command cannot be understood"),
    (
        "content_type_unsupported",
        "The body's type is not read here",
    ),
    ("cross_site", "The request comes from another site's page"),
    ("deadline_passed", "The request took too long"),
    ("device_lost", "The graphics device was lost"),
    (
        "device_out_of_memory",
        "The graphics device is out of memory",
    ),
    (
        "device_timeout",
        "The graphics device did not answer in time",
    ),
    ("device_unavailable", "The graphics device cannot be used"),
    ("document_invalid", "The document is not of its form"),
    ("document_too_deep", "The document is nested too deep"),
    ("encode_failed", "The picture cannot be encoded"),
    ("host_unknown", "The request names a host that this is not"),
    ("input_format_unknown", "The file's format is not known"),
    ("input_malformed", "The file is malformed"),
    ("input_too_large", "The file is too large"),
    ("input_unreadable", "The file cannot be read"),
    ("internal", "A fault of the server"),
    ("items_too_many", "The batch has too many items"),
    ("key_invalid", "The item's key cannot be used"),
    ("method_unsupported", "The method is not offered here"),
    ("no_adapter", "There is nothing to draw with"),
    ("not_found", "There is nothing here"),
    ("not_understood", "The request cannot be understood"),
    ("out_of_memory", "There is no memory left"),
    ("parameter_invalid", "A query parameter is wrong"),
    ("picture_too_large", "The picture is too large"),
    ("scene_empty", "Nothing would be drawn"),
    ("scene_too_large", "The scene is too large for the device"),
    ("selection_invalid", "A selection cannot be understood"),
    ("stopping", "The server is ending"),
    ("storage_failed", "The disk does not work"),
    ("storage_full", "The disk is full"),
    ("string_too_long", "A text is too long"),
    ("structure_id_invalid", "This is no id of a structure"),
    ("structure_read_only", "The structure cannot be removed"),
    ("structure_unknown", "The structure is not here"),
    ("token_missing", "A token is needed"),
    ("upload_invalid", "The upload cannot be used"),
    ("uploads_disabled", "Uploads are not taken here"),
    ("value_invalid", "A value is out of its range"),
    ("values_too_many", "The document holds too much"),
];

impl Problem {
    /// A problem of a kind.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            pointer: None,
            parameter: None,
            retry_after: None,
        }
    }

    /// The same with the place at fault.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same with the query parameter at fault.
    #[must_use]
    pub fn of_parameter(mut self, name: impl Into<String>) -> Self {
        self.parameter = Some(name.into());
        self
    }

    /// The same with a hint when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 400 of a query parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", detail).of_parameter(name)
    }

    /// 404 of a structure.
    #[must_use]
    pub fn no_structure(id: &str) -> Self {
        let id: String = id.chars().take(80).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "structure_unknown",
            format!("there is no structure \"{id}\"; GET /v1/structures lists those there are, POST adds one"),
        )
        .at("/structure/id")
    }

    /// 503 while the server ends.
    #[must_use]
    pub fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "the server is ending; ask another, or try again",
        )
        .retry_after(5)
    }

    /// 504.
    #[must_use]
    pub fn deadline() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "deadline_passed",
            "the answer was not ready in time; ask for a smaller picture, or try again",
        )
    }

    /// 500. What happened is logged, not told.
    pub fn internal(reason: &dyn std::fmt::Display) -> Self {
        tracing::error!(%reason, "a fault of the server");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "a fault of the server; please report it with the request's id",
        )
    }

    /// The title of a code.
    fn title(&self) -> &'static str {
        TITLES
            .iter()
            .find(|(code, _)| *code == self.code)
            .map_or("The request failed", |(_, title)| title)
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let document = Document {
            r#type: format!("urn:molshot:problem:{}", self.code),
            title: self.title(),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            pointer: self.pointer.as_deref(),
            parameter: self.parameter.as_deref(),
            retry_after: self.retry_after,
        };
        // Strings and numbers always serialise.
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.json()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"molshot\""),
            );
        }
        // For the log and the counters; it is taken off before the answer leaves.
        headers.insert(CODE, HeaderValue::from_static(self.code));
        response
    }
}

/// The code of this name.
pub(crate) fn known_code(name: &str) -> Option<&'static str> {
    let known = TITLES.iter().find(|(code, _)| *code == name);
    known.map(|(code, _)| *code)
}

/// Carries a problem's code to the middleware that counts.
pub(crate) const CODE: HeaderName = HeaderName::from_static("x-molshot-code");

impl From<SceneError> for Problem {
    fn from(error: SceneError) -> Self {
        let status = match error {
            SceneError::Document { .. } => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let problem = Self::new(status, error.code(), error.to_string());
        match error.pointer() {
            Some(pointer) => problem.at(pointer),
            None => problem,
        }
    }
}

impl From<MoleculeError> for Problem {
    fn from(error: MoleculeError) -> Self {
        let status = match error {
            MoleculeError::Limit { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            MoleculeError::Io { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let detail = match &error {
            // The path on the server's disk is nobody's business; and no names of structures in the
            // log.
            MoleculeError::Io { source, .. } => {
                tracing::warn!(error = %source.kind(), "a structure cannot be read");
                format!("the structure's files cannot be read: {}", source.kind())
            }
            _ => error.to_string(),
        };
        Self::new(status, error.code(), detail).at("/structure")
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Render(error) => error.into(),
            PoolError::Panicked { .. } => Self::internal(&error),
            // Seen only by a request that was not dropped by its client: the order waited beyond
            // its deadline, or the server ends.
            _ => Self::stopping(),
        }
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        let status = match error {
            RenderError::Encode { .. } | RenderError::TooLarge { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            RenderError::DeviceLost { .. }
            | RenderError::Timeout { .. }
            | RenderError::OutOfMemory { .. }
            | RenderError::OutOfHostMemory { .. }
            | RenderError::Device { .. }
            | RenderError::NoAdapter { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => return Self::internal(&error),
        };
        let problem = Self::new(status, error.code(), error.to_string());
        if status == StatusCode::SERVICE_UNAVAILABLE {
            problem.retry_after(2)
        } else {
            problem
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_sorted_and_unique() {
        assert!(TITLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn the_document_says_where() {
        let problem = Problem::from(SceneError::invalid(
            "/output/width_px",
            "a".into(),
            "b".into(),
        ));
        let json: serde_json::Value = serde_json::from_slice(&problem.json()).expect("JSON");
        assert_eq!(json["status"], 422);
        assert_eq!(json["pointer"], "/output/width_px");
        assert_eq!(json["type"], "urn:molshot:problem:value_invalid");
        assert_eq!(json["code"], "value_invalid");
    }

    #[test]
    fn a_path_of_the_disk_is_not_told() {
        let error = MoleculeError::Io {
            file: "/secret/place.pdb".into(),
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        assert!(!Problem::from(error).detail.contains("secret"));
    }
}
