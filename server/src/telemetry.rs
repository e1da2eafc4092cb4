//! The log, and with the feature `otlp` traces of requests.
//!
//! Traces are sent by OTLP over HTTP if `OTEL_EXPORTER_OTLP_ENDPOINT` or
//! `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set; the other variables of the OpenTelemetry
//! specification count, too. A request with a `traceparent` header continues the caller's trace.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::config::{Config, LogFormat};

/// Sends the log to standard error in the configured format. Only the first call in a process has
/// an effect.
pub fn init_logging(config: &Config) {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(false);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match config.log_format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Text => layer.with_ansi(false).boxed(),
    };
    // Spans are for traces only; the log has an entry of its own for each request.
    let level = config.log_level;
    let events = filter_fn(move |metadata| metadata.is_event() && *metadata.level() <= level)
        .with_max_level_hint(LevelFilter::from_level(level));
    let layer = layer.with_filter(events);
    let registry = tracing_subscriber::registry().with(layer);
    #[cfg(feature = "otlp")]
    let registry = registry.with(traces::layer());
    // An error means that a log exists already; a second one would duplicate every line.
    let _ = registry.try_init();
}

/// Sends the traces that are still kept.
pub(crate) fn flush() {
    #[cfg(feature = "otlp")]
    traces::flush();
}

/// The span of a request; without the feature `otlp` there is none.
#[cfg(not(feature = "otlp"))]
pub(crate) fn request_span(_: &str, _: &str, _: &str, _: &axum::http::HeaderMap) -> tracing::Span {
    tracing::Span::none()
}

/// Completes the span of a request.
#[cfg(not(feature = "otlp"))]
pub(crate) fn end_request_span(_: &tracing::Span, _: &axum::http::HeaderMap, _: u16) {}

#[cfg(feature = "otlp")]
pub(crate) use traces::{end_request_span, request_span};

#[cfg(feature = "otlp")]
mod traces {
    use std::sync::OnceLock;

    use axum::http::HeaderMap;
    use opentelemetry::propagation::{Extractor, TextMapPropagator};
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing::field::Empty;
    use tracing_opentelemetry::OpenTelemetrySpanExt;
    use tracing_subscriber::Layer;
    use tracing_subscriber::filter::filter_fn;
    use tracing_subscriber::registry::LookupSpan;

    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    /// The layer that sends spans; `None` if no collector is configured.
    pub(super) fn layer<S>() -> Option<impl Layer<S>>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !is_set("OTEL_EXPORTER_OTLP_ENDPOINT") && !is_set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            return None;
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .build();
        let exporter = match exporter {
            Ok(exporter) => exporter,
            Err(error) => {
                // The log does not exist yet.
                eprintln!("molshot: warning: traces are not sent: {error}");
                return None;
            }
        };
        let mut resource = Resource::builder();
        if !is_set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name("molshot");
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        let tracer = PROVIDER.get_or_init(|| provider).tracer("molshot");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        #[allow(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is not general enough in its lifetimes"
        )]
        let spans = filter_fn(|metadata| metadata.is_span());
        Some(layer.with_filter(spans))
    }

    pub(super) fn flush() {
        if let Some(Err(error)) = PROVIDER.get().map(SdkTracerProvider::shutdown) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }

    struct Headers<'a>(&'a HeaderMap);

    impl Extractor for Headers<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            self.0.get(key)?.to_str().ok()
        }

        fn keys(&self) -> Vec<&str> {
            self.0.keys().map(axum::http::HeaderName::as_str).collect()
        }
    }

    /// The span of a request, which continues the caller's trace.
    pub(crate) fn request_span(
        method: &str,
        route: &str,
        request_id: &str,
        headers: &HeaderMap,
    ) -> tracing::Span {
        let span = tracing::info_span!(
            "request",
            otel.name = format!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            molshot.request_id = request_id,
            molshot.server_timing = Empty,
        );
        let parent = TraceContextPropagator::new().extract(&Headers(headers));
        // It fails only for a span that is not sent.
        let _ = span.set_parent(parent);
        span
    }

    /// Completes the span of a request.
    pub(crate) fn end_request_span(span: &tracing::Span, headers: &HeaderMap, status: u16) {
        span.record("http.response.status_code", status);
        if status >= 500 {
            span.record("otel.status_code", "ERROR");
        }
        if let Some(timing) = headers
            .get("server-timing")
            .and_then(|text| text.to_str().ok())
        {
            span.record("molshot.server_timing", timing);
        }
    }
}
