//! The server from outside: each test starts the program on a free port, waits until it is ready,
//! and checks its answers and its log.

mod access;
mod batches;
pub(crate) mod client;
mod connections;
mod error_locations;
mod errors;
mod failures;
mod fairness;
mod folder;
mod hostile;
mod limits;
#[cfg(feature = "mcp")]
mod mcp;
mod memory;
mod names;
mod options;
mod readings;
mod reload;
mod routes;
mod settings;
mod shutdown;
mod storage;
#[cfg(feature = "otlp")]
mod traces;
mod uploads;
