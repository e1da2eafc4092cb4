//! The Model Context Protocol (<https://modelcontextprotocol.io>): language models call tools that
//! show, turn and describe structures.
//!
//! Every tool is a request of the HTTP interface, sent to the router within this process. So it has
//! the same limits, queues, folders, tokens and errors, and is counted and logged alike.

mod schemas;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{QuitReason, RequestContext};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde_json::{Map, Value};
use tower::ServiceExt as _;

/// Path of the endpoint of the streamable HTTP transport.
pub(crate) const PATH: &str = "/mcp";
/// Longest answer of the router that a tool returns, in bytes: pictures and lists of atoms.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// Headers of a request to [`PATH`] that say who sends it.
const KEPT_HEADERS: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::FORWARDED,
    header::HOST,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-request-id"),
];
const INSTRUCTIONS: &str = "\
Look at molecules: protein-ligand complexes and other structures. list_structures names them, and \
load_structure describes one or uploads another. view draws a picture after view commands, such as \
\"view left\", \"roll y 30\" (degrees about the screen's y axis), \"move x 3\" (angstrom), \"zoom 2\"; \
commands start from the front view each time. annotate says what a picture shows and where; \
hydrogen_bonds lists the hydrogen bonds. x points right, y up, z out of the screen.";

/// Serves the tools to one client.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    router: Router,
}

/// What the router answered.
struct Answer {
    status: StatusCode,
    content_type: String,
    body: Bytes,
}

/// A request to the router.
struct Call {
    method: Method,
    path: String,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Call {
    fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: None,
            body: Vec::new(),
        }
    }

    fn post(path: &str, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            method: Method::POST,
            path: path.to_owned(),
            content_type: Some(content_type.to_owned()),
            body,
        }
    }
}

/// Longest path and query of a request; the library of HTTP accepts 65,534 bytes.
const MAX_PATH_BYTES: usize = 65_534;

/// Why a tool has no result; models read the text.
#[derive(Debug)]
struct ToolError(String);

impl Tools {
    pub(crate) fn new(router: Router) -> Self {
        Self { router }
    }

    /// Sends a request to the router in the name of the client.
    async fn send(&self, call: Call, sender: Option<&Parts>) -> Result<Answer, ToolError> {
        if call.path.len() > MAX_PATH_BYTES {
            return Err(ToolError(format!(
                "the arguments have {} bytes as a URL, and at most {MAX_PATH_BYTES} are allowed; give fewer or shorter commands, labels and selections",
                call.path.len()
            )));
        }
        let mut request = Request::builder()
            .method(call.method)
            .uri(&call.path)
            .body(Body::from(call.body))
            .map_err(|error| ToolError(format!("the request cannot be made: {error}")))?;
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        for name in &KEPT_HEADERS {
            if let Some(value) = sender.and_then(|sender| sender.headers.get(name)) {
                headers.insert(name, value.clone());
            }
        }
        if let Some(kind) = call.content_type
            && let Ok(kind) = HeaderValue::from_str(&kind)
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        let address = sender
            .and_then(|sender| sender.extensions.get::<ConnectInfo<std::net::SocketAddr>>())
            .copied();
        if let Some(address) = address {
            request.extensions_mut().insert(address);
        }
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        let status = response.status();
        let content_type = response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| ToolError(format!("the answer cannot be read: {error}")))?
            .to_bytes();
        let answer = Answer {
            status,
            content_type,
            body,
        };
        if status.is_success() {
            Ok(answer)
        } else {
            Err(answer.problem())
        }
    }
}

impl Answer {
    /// The problem (RFC 9457) as a text that says what is wrong, where, and what would be right.
    fn problem(&self) -> ToolError {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |key: &str| problem[key].as_str().map(str::to_owned);
        let detail = text("detail").unwrap_or_else(|| format!("status {}", self.status));
        let place = text("parameter").or_else(|| text("pointer"));
        let detail = match text("code").as_deref() {
            // The problem names the routes of the HTTP interface.
            Some("structure_unknown") => {
                let what = detail.split(';').next().unwrap_or_default();
                format!("{what}; list_structures lists all structures, load_structure uploads one")
            }
            _ => detail,
        };
        let code = text("code").map_or_else(String::new, |code| format!(" ({code})"));
        ToolError(match place {
            Some(place) if !place.is_empty() && !detail.contains(&place) => {
                format!("{place}: {detail}{code}")
            }
            _ => format!("{detail}{code}"),
        })
    }

    fn json(&self) -> Result<Value, ToolError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| ToolError(format!("the answer is not JSON: {error}")))
    }
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let mut info = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        info.server_info = Implementation::new("molshot", env!("CARGO_PKG_VERSION"));
        info.instructions = Some(INSTRUCTIONS.to_owned());
        info
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::list()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::list().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments: Map<String, Value> = request.arguments.unwrap_or_default();
        let sender = context.extensions.get::<Parts>();
        let called = tools::call(self, &request.name, arguments, sender);
        let result = tokio::select! {
            result = called => result,
            () = context.ct.cancelled() => Err(ToolError("cancelled".to_owned())),
        };
        Ok(match result {
            Ok(content) => CallToolResult::success(content),
            Err(ToolError(text)) => CallToolResult::error(vec![ContentBlock::text(text)]),
        }
        .into())
    }
}

/// The endpoint of the streamable HTTP transport. It keeps no sessions: every request stands for
/// itself, so that a client that goes away leaves nothing behind.
pub(crate) fn endpoint(router: Router) -> StreamableHttpService<Tools, NeverSessionManager> {
    let mut config = StreamableHttpServerConfig::default();
    config.legacy_session_mode = false;
    config.json_response = true;
    config.sse_keep_alive = None;
    // The layers around it check hosts and origins.
    config.allowed_hosts = Vec::new();
    StreamableHttpService::new(
        move || Ok(Tools::new(router.clone())),
        Arc::new(NeverSessionManager::default()),
        config,
    )
}

/// Serves one client over standard input and output until it closes them.
///
/// # Errors
/// When the client does not speak the protocol.
pub(crate) async fn serve_standard_streams(router: Router) -> std::io::Result<()> {
    let running = Tools::new(router)
        .serve(rmcp::transport::stdio())
        .await
        .map_err(std::io::Error::other)?;
    match running.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(std::io::Error::other(error)),
        Ok(_) => Ok(()),
    }
}
