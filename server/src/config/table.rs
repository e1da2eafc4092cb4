//! Every setting: its name, default, range and meaning, once. The table makes [`Config`], the
//! flags, the variables and the file's keys.

use std::net::SocketAddr;
use std::path::PathBuf;

use molshot_renderer::AdapterChoice;

use super::values::{List, LogFormat, Optional, Value};
use super::{ConfigError, Given, Origin};

/// One setting as it is named everywhere: flag `--NAME`, variable `MOLSHOT_NAME`, key `NAME` of the
/// file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Name, in kebab case.
    pub name: &'static str,
    /// What stands for its value in help; empty for a switch.
    pub value_name: &'static str,
    /// Its default, as text.
    pub default: &'static str,
    /// Smallest and largest value of a number.
    pub range: Option<(u64, u64)>,
    /// What it does.
    pub help: &'static str,
}

impl Setting {
    /// The environment variable's name.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("MOLSHOT_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// True for what is no flag and never printed: a command line is seen by all.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.name == "tokens"
    }

    /// True for a flag without a value.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        self.value_name.is_empty()
    }
}

macro_rules! settings {
    ($($field:ident $name:literal: $type:ty = $default:literal $value:literal $(in $low:literal..=$high:literal)?, $help:literal;)*) => {
        /// Every setting.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            value_name: $value,
            default: $default,
            range: settings!(@range $($low $high)?),
            help: $help,
        }),*];

        /// How the server runs: every value decided and within its range.
        #[derive(Debug, Clone)]
        pub struct Config {
            $(#[doc = $help] pub $field: $type,)*
        }

        impl Config {
            /// Reads every value. `given` names each setting once.
            pub(super) fn read(given: &[Given]) -> Result<Self, ConfigError> {
                Ok(Self { $($field: one::<$type>(given, $name)?,)* })
            }
        }
    };
    (@range) => { None };
    (@range $low:literal $high:literal) => { Some(($low, $high)) };
}

/// Finds and reads one setting.
fn one<T: Value>(given: &[Given], name: &str) -> Result<T, ConfigError> {
    let missing = || ConfigError {
        origin: Origin::Default,
        place: name.to_owned(),
        reason: "has no value (a fault of molshot)".into(),
    };
    let given = given
        .iter()
        .find(|given| given.setting.name == name)
        .ok_or_else(missing)?;
    T::read(&given.text, given.setting.range).map_err(|reason| given.fault(reason))
}

settings! {
    listen "listen": SocketAddr = "127.0.0.1:8000" "ADDRESS",
        "Address and port; port 0 takes a free one.";
    structures "structures": Optional<PathBuf> = "" "DIR",
        "Folder whose structures are served: files, and folders in PDBbind layout. It is never written to.";
    uploads "uploads": Optional<PathBuf> = "" "DIR",
        "Folder for uploads, `none` for no uploads [default: molshot/uploads in the user's state folder].";
    uploads_max_bytes "uploads-max-bytes": u64 = "1GiB" "BYTES" in 0..=1_099_511_627_776,
        "Size of all uploads together; those unused longest are removed.";
    upload_max_bytes "upload-max-bytes": u64 = "64MiB" "BYTES" in 1..=4_294_967_296,
        "Size of one upload.";
    upload_max_files "upload-max-files": u64 = "16" "COUNT" in 1..=100,
        "Files of one structure.";
    decompressed_max_bytes "decompressed-max-bytes": u64 = "256MiB" "BYTES" in 1024..=4_294_967_296,
        "Size of one file or body after decompression.";
    decompressed_ratio_max "decompressed-ratio-max": u64 = "32" "COUNT" in 2..=1000,
        "How many times larger a file or body may become by decompression; the first MiB is free. Structure files become 3 to 10 times larger.";
    body_max_bytes "body-max-bytes": u64 = "16MiB" "BYTES" in 1024..=1_073_741_824,
        "Size of a request's body, uploads excepted.";
    body_seconds "body-seconds": u64 = "60" "SECONDS" in 1..=3600,
        "Time for a request's body to arrive.";
    json_depth_max "json-depth-max": u64 = "32" "COUNT" in 8..=120,
        "Arrays and objects within each other in a request.";
    json_values_max "json-values-max": u64 = "20000" "COUNT" in 100..=1_000_000,
        "Values in a request, or in an item of a batch.";
    text_max_bytes "text-max-bytes": u64 = "4KiB" "BYTES" in 16..=1_048_576,
        "Length of one selection, command, label or id in a request.";
    atoms_max "atoms-max": u64 = "2000000" "COUNT" in 1..=20_000_000,
        "Atoms of a structure.";
    samples_max "samples-max": u64 = "67108864" "COUNT" in 1..=4_294_967_296,
        "Pixels times samples of a picture.";
    items_max "items-max": u64 = "100000" "COUNT" in 1..=1_000_000,
        "Items of a batch.";
    queue_max "queue-max": u64 = "256" "COUNT" in 1..=100_000,
        "Requests in hand; beyond, 503.";
    queue_max_bytes "queue-max-bytes": u64 = "1GiB" "BYTES" in 16_777_216..=1_099_511_627_776,
        "Memory estimated for requests in hand; beyond, 503.";
    client_queue_max "client-queue-max": u64 = "128" "COUNT" in 1..=100_000,
        "Requests in hand of one client (address, or token); beyond, 429.";
    batches_max "batches-max": u64 = "8" "COUNT" in 1..=1000,
        "Batches in hand; beyond, 503.";
    client_batches_max "client-batches-max": u64 = "4" "COUNT" in 1..=1000,
        "Batches in hand of one client; beyond, 429.";
    request_seconds "request-seconds": u64 = "30" "SECONDS" in 1..=3600,
        "Time for one picture, waiting included; beyond, 504.";
    connections_max "connections-max": u64 = "1024" "COUNT" in 1..=65_536,
        "Connections at a time; further ones wait to be accepted.";
    header_seconds "header-seconds": u64 = "10" "SECONDS" in 1..=600,
        "Time for a request's head to arrive.";
    stall_seconds "stall-seconds": u64 = "60" "SECONDS" in 1..=3600,
        "A client that takes nothing of its answer for so long is dropped.";
    shutdown_seconds "shutdown-seconds": u64 = "30" "SECONDS" in 0..=3600,
        "Time for work in hand after SIGTERM.";
    adapter "adapter": AdapterChoice = "auto" "ADAPTER",
        "What draws: auto, gpu, software or vulkan-software.";
    threads "threads": u64 = "0" "COUNT" in 0..=1024,
        "Threads that draw and encode; 0 takes as many as the machine runs at a time.";
    structure_cache_bytes "structure-cache-bytes": u64 = "256MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for parsed structures.";
    scene_cache_bytes "scene-cache-bytes": u64 = "128MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for scenes, ready to be drawn.";
    picture_cache_bytes "picture-cache-bytes": u64 = "64MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for encoded pictures; 0 for none.";
    cache_seconds "cache-seconds": u64 = "3600" "SECONDS" in 0..=31_536_000,
        "How long caches may keep a picture without asking again (Cache-Control: max-age).";
    tokens "tokens": List = "" "TOKENS",
        "Bearer tokens, separated by commas: only by the variable.";
    tokens_file "tokens-file": Optional<PathBuf> = "" "FILE",
        "File of bearer tokens, one a line; with tokens every request but health and the page needs one.";
    insecure_public "insecure-public": bool = "false" "",
        "Listen on other than loopback addresses without tokens.";
    allowed_hosts "allowed-hosts": List = "" "HOSTS",
        "Names under which the server is reached, for a loopback address without tokens: other Host headers are refused.";
    cors_origins "cors-origins": List = "" "ORIGINS",
        "Origins whose pages may call, separated by commas; * for all. Off by default.";
    log_format "log-format": LogFormat = "text" "FORMAT",
        "Form of the log on standard error: text or json.";
    log_level "log-level": tracing::Level = "info" "LEVEL",
        "Least level that is logged: error, warn, info, debug.";
}
