//! The server from outside: the program is started on a free port, asked until it is ready, and
//! judged by its answers and its log.

mod batches;
mod bounds;
pub(crate) mod client;
mod connections;
mod documents;
mod endings;
mod faults;
mod hostile;
mod mishaps;
mod options;
mod routes;
mod settings;
mod storage;
mod uploads;
