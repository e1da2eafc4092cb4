//! The table of routes. The router is built from it, and a test compares the `OpenAPI`
//! description with it.

mod batch;
mod batch_document;
mod info;
mod interactions;
mod query;
mod render;
mod structures;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Method, header};
use axum::middleware;
use axum::routing::{MethodRouter, delete, get, post};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::access::{client_layer, site_layer};
use crate::app::App;
use crate::compression;
use crate::config::CorsOrigins;
#[cfg(feature = "mcp")]
use crate::mcp;
use crate::middleware::request_layer;

type Routes = MethodRouter<Arc<App>>;

/// Every path with its handlers.
fn table() -> Vec<(&'static str, Routes)> {
    vec![
        ("/", get(info::page)),
        ("/assets/{name}", get(info::asset)),
        ("/docs", get(info::docs)),
        ("/openapi.json", get(info::openapi)),
        ("/livez", get(info::live)),
        ("/readyz", get(info::ready)),
        ("/metrics", get(info::metrics)),
        ("/v1/schema", get(info::schema)),
        ("/v1/options", get(info::options)),
        ("/v1/render", post(render::render)),
        ("/v1/render/batch", post(batch::batch)),
        ("/v1/annotations", post(render::annotations)),
        ("/v1/captions", post(render::caption)),
        (
            "/v1/structures",
            get(structures::list).post(structures::upload),
        ),
        (
            "/v1/structures/{id}",
            delete(structures::remove).get(structures::describe_one),
        ),
        (
            "/v1/structures/{id}/hbonds",
            get(interactions::hydrogen_bonds),
        ),
        ("/v1/structures/{id}/contacts", get(interactions::contacts)),
        ("/v1/structures/{id}/request.json", get(structures::request)),
        ("/v1/structures/{id}/{picture}", get(structures::image)),
    ]
}

/// Builds the router of a server.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for (path, routes) in table() {
        router = router.route(path, routes);
    }
    let router = with_layers(router.fallback(structures::fallback), app);
    #[cfg(feature = "mcp")]
    if app.config.mcp {
        // Its tools send requests to the other routes.
        let endpoint = Router::new().route_service(mcp::PATH, mcp::endpoint(router.clone()));
        return router.merge(with_layers(endpoint, app));
    }
    router
}

/// Adds what happens around every request. The last layer is the outermost.
fn with_layers(router: Router<Arc<App>>, app: &Arc<App>) -> Router {
    let mut router = router
        // `body` has its own limits.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(
            Arc::clone(app),
            client_layer,
        ));
    if !app.config.cors_origins.is_empty() {
        router = router.layer(cors(app));
    }
    let router = router
        .layer(middleware::from_fn_with_state(Arc::clone(app), site_layer))
        .layer(compression::layer())
        .layer(middleware::from_fn_with_state(
            Arc::clone(app),
            request_layer,
        ));
    router.with_state(Arc::clone(app))
}

/// Tells browsers which pages may send requests and read the answers.
fn cors(app: &App) -> CorsLayer {
    let origins = app.config.cors_origins.clone();
    let allowed = match origins {
        CorsOrigins::Any => AllowOrigin::any(),
        origins => AllowOrigin::predicate(move |origin, _| {
            origin.to_str().is_ok_and(|origin| origins.allows(origin))
        }),
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([
            header::ETAG,
            header::RETRY_AFTER,
            HeaderName::from_static("server-timing"),
            HeaderName::from_static("x-request-id"),
        ])
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_is_described_and_no_other() {
        let document = crate::openapi::document();
        let mut described: Vec<&str> = document["paths"]
            .as_object()
            .expect("paths")
            .keys()
            .map(String::as_str)
            .collect();
        described.sort_unstable();
        let mut routed: Vec<&str> = super::table().into_iter().map(|(path, _)| path).collect();
        routed.sort_unstable();
        assert_eq!(described, routed);
    }
}
