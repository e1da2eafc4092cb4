//! Media types of the bodies that are read and written.

/// JSON.
pub(crate) const JSON: &str = "application/json";
/// A `NumPy` array. It has no registered type; this one is in common use.
pub(crate) const NPY: &str = "application/x-npy";
/// A tar archive.
pub(crate) const TAR: &str = "application/x-tar";
/// Several files in one body (RFC 2046).
pub(crate) const MIXED: &str = "multipart/mixed";
/// A problem document (RFC 9457).
pub(crate) const PROBLEM: &str = "application/problem+json";
/// Metrics (`OpenMetrics` 1.0, which Prometheus reads).
pub(crate) const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Metrics in the older text format of Prometheus.
pub(crate) const PLAIN_METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
