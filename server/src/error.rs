//! Failures as HTTP responses. Every failure becomes a [`Problem`], which decides the status and
//! becomes an `application/problem+json` body (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use molshot_molecule::MoleculeError;
use molshot_renderer::RenderError;
use molshot_renderer::pool::PoolError;
use molshot_scenes::SceneError;
use serde::Serialize;

use crate::media_types::PROBLEM;

/// A failure as it is reported to the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{code}: {detail}")]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name of the kind of failure, one of [`TITLES`] or of a library's error codes.
    pub code: &'static str,
    /// What is wrong, and what would be accepted instead.
    pub detail: String,
    /// JSON pointer (RFC 6901) to the value of the request document that is wrong.
    pub pointer: Option<String>,
    /// Name of the query parameter that is wrong.
    pub parameter: Option<String>,
    /// Seconds after which to try again.
    pub retry_after: Option<u32>,
}

/// The JSON form of a problem.
#[derive(Serialize)]
struct ProblemDocument<'a> {
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

/// Every error code with its title, sorted by code.
pub const TITLES: &[(&str, &str)] = &[
    (
        "accept_unsatisfied",
        "No available media type is acceptable",
    ),
    ("body_incomplete", "The request's body is incomplete"),
    ("body_too_large", "The request's body is too large"),
    ("body_too_slow", "The request's body arrived too slowly"),
    ("busy", "The server is overloaded"),
    (
        "client_busy",
        "This client has too many requests in progress",
    ),
    ("command_invalid", "A view command is invalid"),
    (
        "content_type_unsupported",
        "The body's media type is not supported",
    ),
    (
        "cross_site",
        "The request was sent by a page of another site",
    ),
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
    ("document_invalid", "The document does not match its schema"),
    ("document_too_deep", "The document is nested too deeply"),
    ("encode_failed", "The image cannot be encoded"),
    ("host_unknown", "The request's host name is not accepted"),
    ("input_format_unknown", "The file's format is unknown"),
    ("input_malformed", "The file is malformed"),
    ("input_too_large", "The file is too large"),
    ("input_unreadable", "The file cannot be read"),
    ("internal", "Internal server error"),
    ("items_too_many", "The batch has too many items"),
    ("key_invalid", "The item's key is invalid"),
    (
        "logins_too_many",
        "Too many wrong tokens came from this address",
    ),
    ("method_unsupported", "The method is not supported"),
    ("model_unavailable", "The file has no such model"),
    ("no_adapter", "No graphics adapter is available"),
    ("not_found", "Not found"),
    ("not_understood", "The request is malformed"),
    ("out_of_memory", "The server is out of memory"),
    ("parameter_invalid", "A query parameter is invalid"),
    ("picture_too_costly", "The image takes too long to draw"),
    ("picture_too_large", "The image is too large"),
    ("scene_empty", "The scene is empty"),
    ("scene_too_large", "The scene is too large for the device"),
    ("selection_invalid", "A selection is invalid"),
    ("signature_expired", "The signed URL has expired"),
    ("signature_invalid", "The URL's signature is invalid"),
    ("stopping", "The server is shutting down"),
    ("storage_failed", "The disk failed"),
    ("storage_full", "The disk is full"),
    ("string_too_long", "A text is too long"),
    ("structure_id_invalid", "The structure id is invalid"),
    ("structure_read_only", "The structure cannot be removed"),
    ("structure_unknown", "The structure does not exist"),
    ("symmetry_unavailable", "The file does not have such copies"),
    ("token_missing", "A token is required"),
    ("upload_invalid", "The upload is invalid"),
    ("uploads_disabled", "Uploads are disabled"),
    ("value_invalid", "A value is invalid"),
    ("values_too_many", "The document has too many values"),
];

impl Problem {
    /// Creates a problem.
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

    /// Adds a pointer to the value that is wrong.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Adds the name of the query parameter that is wrong.
    #[must_use]
    pub fn of_parameter(mut self, name: impl Into<String>) -> Self {
        self.parameter = Some(name.into());
        self
    }

    /// Adds a hint when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A 400 problem of a query parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", detail).of_parameter(name)
    }

    /// A 404 problem of a structure.
    #[must_use]
    pub fn no_structure(id: &str) -> Self {
        let id: String = id.chars().take(80).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "structure_unknown",
            format!("the structure \"{id}\" does not exist; GET /v1/structures lists all structures, POST adds one"),
        )
        .at("/structure/id")
    }

    /// A 406 problem; `offers` names the media types that are available.
    #[must_use]
    pub fn not_acceptable(offers: &str) -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "accept_unsatisfied",
            format!("no available media type is acceptable; accept {offers}"),
        )
    }

    /// A 404 problem of an address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "this address does not exist; see /openapi.json",
        )
    }

    /// A 503 problem while the server shuts down.
    #[must_use]
    pub fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "the server is shutting down; use another server, or try again later",
        )
        .retry_after(5)
    }

    /// A 504 problem.
    #[must_use]
    pub fn deadline() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "deadline_passed",
            "the answer was not ready in time; request a smaller image, or try again",
        )
    }

    /// A 500 problem. The reason is logged but not sent to the client.
    pub fn internal(reason: &dyn std::fmt::Display) -> Self {
        tracing::error!(%reason, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "internal server error; please report it with the request's id",
        )
    }

    /// The title of a code.
    fn title(&self) -> &'static str {
        TITLES
            .iter()
            .find(|(code, _)| *code == self.code)
            .map_or("The request failed", |(_, title)| title)
    }

    /// The problem as JSON.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let document = ProblemDocument {
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
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
        // For the log and the metrics; the middleware removes it.
        headers.insert(CODE, HeaderValue::from_static(self.code));
        response
    }
}

/// The static code of a name.
pub(crate) fn known_code(name: &str) -> Option<&'static str> {
    let known = TITLES.iter().find(|(code, _)| *code == name);
    known.map(|(code, _)| *code)
}

/// Internal header that carries a problem's code to the middleware.
pub(crate) const CODE: HeaderName = HeaderName::from_static("x-molshot-code");

impl From<SceneError> for Problem {
    fn from(error: SceneError) -> Self {
        if matches!(error, SceneError::Cancelled(_)) {
            return Self::deadline();
        }
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
            // Paths on the server's disk are not sent to clients, and structure names are not
            // logged.
            MoleculeError::Io { source, file } => {
                // Errors of the operating system may name the path; others say what is wrong.
                let reason = match source.kind() {
                    std::io::ErrorKind::Other => source.to_string(),
                    kind => kind.to_string(),
                };
                tracing::warn!(error = reason, "a structure cannot be read");
                let name = std::path::Path::new(file).file_name().unwrap_or_default();
                let name = name.to_string_lossy();
                format!("the structure's file {name} cannot be read: {reason}")
            }
            _ => error.to_string(),
        };
        let pointer = match error {
            MoleculeError::Symmetry { .. } => "/reading",
            MoleculeError::Model { .. } => "/reading/model",
            _ => "/structure",
        };
        Self::new(status, error.code(), detail).at(pointer)
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Render(error) => error.into(),
            PoolError::Panicked { .. } => Self::internal(&error),
            // A request whose client is still connected sees this only during shutdown.
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
    fn the_document_has_a_pointer() {
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
    fn paths_on_the_disk_are_not_sent() {
        let error = MoleculeError::Io {
            file: "/secret/place.pdb".into(),
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        assert!(!Problem::from(error).detail.contains("secret"));
    }
}
