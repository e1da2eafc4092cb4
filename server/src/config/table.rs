//! The table of settings: name, default, range and help of each. [`Config`], the flags, the
//! environment variables and the keys of the configuration file all come from it.

use std::net::SocketAddr;
use std::path::PathBuf;

use molshot_renderer::{AdapterChoice, DeviceSelector};

use super::access::{CorsOrigins, TrustedProxies};
use super::values::{List, LogFormat, Optional, Value};
use super::{ConfigError, Origin, RawSetting};

/// A setting. It is the flag `--NAME`, the variable `MOLSHOT_NAME` and the key `NAME` of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Name in kebab case.
    pub name: &'static str,
    /// Placeholder of the value in help; empty for a switch.
    pub value_name: &'static str,
    /// Default value as text.
    pub default: &'static str,
    /// Smallest and largest value of a number.
    pub range: Option<(u64, u64)>,
    /// What the setting does.
    pub help: &'static str,
    /// Whether a change takes effect when the configuration is read again (SIGHUP). Other settings
    /// need a restart.
    pub is_reloadable: bool,
}

impl Setting {
    /// Returns the name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("MOLSHOT_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// Returns true for a setting that is not a flag and is never printed, because every user of
    /// the machine can see command lines.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self.name, "tokens" | "signing-keys")
    }

    /// Returns true for a flag without a value.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        self.value_name.is_empty()
    }
}

macro_rules! settings {
    ($($field:ident $name:literal: $type:ty = $default:literal $value:literal $(in $low:literal..=$high:literal)?, $help:literal $(, $reloadable:ident)?;)*) => {
        /// Every setting.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: $name,
            value_name: $value,
            default: $default,
            range: settings!(@range $($low $high)?),
            help: $help,
            is_reloadable: settings!(@reloadable $($reloadable)?),
        }),*];

        /// The configuration of a server: every value is decided and within its range.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub struct Config {
            $(#[doc = $help] pub $field: $type,)*
        }

        impl Config {
            /// Parses every value. `raw` contains each setting once.
            pub(super) fn read(raw: &[RawSetting]) -> Result<Self, ConfigError> {
                Ok(Self { $($field: read_one::<$type>(raw, $name)?,)* })
            }
        }
    };
    (@reloadable) => { false };
    (@reloadable reloadable) => { true };
    (@range) => { None };
    (@range $low:literal $high:literal) => { Some(($low, $high)) };
}

/// Finds and parses one setting.
fn read_one<T: Value>(raw: &[RawSetting], name: &str) -> Result<T, ConfigError> {
    let missing = || ConfigError {
        origin: Origin::Default,
        place: name.to_owned(),
        reason: "has no value (a bug in molshot)".into(),
    };
    let raw = raw
        .iter()
        .find(|raw| raw.setting.name == name)
        .ok_or_else(missing)?;
    T::read(&raw.text, raw.setting.range).map_err(|reason| raw.error(reason))
}

settings! {
    listen "listen": SocketAddr = "127.0.0.1:8000" "ADDRESS",
        "Address and port to listen on; port 0 chooses a free one.";
    mcp "mcp": bool = "false" "",
        "Offer the Model Context Protocol at /mcp: tools of language models.";
    structures "structures": Optional<PathBuf> = "" "DIR",
        "Folder whose structures are served: files, and folders in PDBbind layout. It is never written to.";
    uploads "uploads": Optional<PathBuf> = "" "DIR",
        "Folder for uploads; `none` disables uploads [default: molshot/uploads in the user's state directory].";
    uploads_max_bytes "uploads-max-bytes": u64 = "1GiB" "BYTES" in 0..=1_099_511_627_776,
        "Size of all uploads together; the least recently used ones are evicted.";
    upload_max_bytes "upload-max-bytes": u64 = "64MiB" "BYTES" in 1..=4_294_967_296,
        "Size of one upload.", reloadable;
    upload_max_files "upload-max-files": u64 = "16" "COUNT" in 1..=100,
        "Number of files of one structure.";
    decompressed_max_bytes "decompressed-max-bytes": u64 = "256MiB" "BYTES" in 1024..=4_294_967_296,
        "Size of one file or body after decompression.";
    decompressed_ratio_max "decompressed-ratio-max": u64 = "32" "COUNT" in 2..=1000,
        "Largest ratio of decompressed to compressed size, not applied below 1 MiB. Usual for structure files: 3 to 10.";
    body_max_bytes "body-max-bytes": u64 = "16MiB" "BYTES" in 1024..=1_073_741_824,
        "Size of a request's body, except uploads.", reloadable;
    body_seconds "body-seconds": u64 = "60" "SECONDS" in 1..=3600,
        "Time for a request's body to arrive.", reloadable;
    json_depth_max "json-depth-max": u64 = "32" "COUNT" in 8..=120,
        "Nesting depth of arrays and objects in a request.", reloadable;
    json_values_max "json-values-max": u64 = "20000" "COUNT" in 100..=1_000_000,
        "Number of values in a request, or in an item of a batch.", reloadable;
    text_max_bytes "text-max-bytes": u64 = "4KiB" "BYTES" in 16..=1_048_576,
        "Length of one selection, command, label or id in a request.";
    atoms_max "atoms-max": u64 = "2000000" "COUNT" in 1..=20_000_000,
        "Number of atoms of a structure.";
    samples_max "samples-max": u64 = "67108864" "COUNT" in 1..=4_294_967_296,
        "Pixels times samples per pixel of an image.";
    covered_samples_max "covered-samples-max": u64 = "17179869184" "COUNT" in 1_048_576..=1_000_000_000_000_000,
        "Estimated samples of an image that its atoms and bonds cover, summed over atoms and bonds. It bounds the time of drawing where many lie one over the other.";
    items_max "items-max": u64 = "100000" "COUNT" in 1..=1_000_000,
        "Number of items of a batch.", reloadable;
    queue_max "queue-max": u64 = "256" "COUNT" in 1..=100_000,
        "Requests in progress or waiting; further ones are refused with 503.";
    queue_max_bytes "queue-max-bytes": u64 = "1GiB" "BYTES" in 16_777_216..=1_099_511_627_776,
        "Estimated memory of all requests in progress or waiting; further ones are refused with 503.";
    client_queue_max "client-queue-max": u64 = "128" "COUNT" in 1..=100_000,
        "Requests in progress or waiting per client (address or token); further ones are refused with 429.";
    batches_max "batches-max": u64 = "8" "COUNT" in 1..=1000,
        "Batches in progress; further ones are refused with 503.";
    client_batches_max "client-batches-max": u64 = "4" "COUNT" in 1..=1000,
        "Batches in progress per client; further ones are refused with 429.";
    request_seconds "request-seconds": u64 = "30" "SECONDS" in 1..=3600,
        "Time for one image, including waiting; then it is refused with 504.", reloadable;
    connections_max "connections-max": u64 = "1024" "COUNT" in 1..=65_536,
        "Simultaneous connections; further ones wait to be accepted.";
    client_connections_max "client-connections-max": u64 = "256" "COUNT" in 1..=65_536,
        "Simultaneous connections of one address, except trusted proxies; further ones are closed.";
    header_seconds "header-seconds": u64 = "10" "SECONDS" in 1..=600,
        "Time for a request's headers to arrive.";
    stall_seconds "stall-seconds": u64 = "60" "SECONDS" in 1..=3600,
        "Time after which a client that reads nothing of its response is disconnected.";
    read_rate_min_bytes "read-rate-min-bytes": u64 = "4KiB" "BYTES" in 0..=1_073_741_824,
        "Bytes per second that a client must read of its response, on average over stall-seconds; slower ones are disconnected. 0 for no limit.";
    folder_seconds "folder-seconds": u64 = "10" "SECONDS" in 1..=3600,
        "Time for the disk of the served folder to answer; then the request is refused with 503.";
    shutdown_seconds "shutdown-seconds": u64 = "30" "SECONDS" in 0..=3600,
        "Time for requests in progress after SIGTERM.";
    adapter "adapter": AdapterChoice = "auto" "ADAPTER",
        "Rendering backend: auto, gpu, software or vulkan-software.";
    device "device": Optional<DeviceSelector> = "" "I|NAME",
        "Graphics devices: numbers or parts of names that `molshot doctor` lists, separated by commas; not used with adapter software.";
    threads "threads": u64 = "0" "COUNT" in 0..=1024,
        "Threads that draw and encode; 0 uses all processors.";
    structure_cache_bytes "structure-cache-bytes": u64 = "256MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for parsed structures.";
    scene_cache_bytes "scene-cache-bytes": u64 = "128MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for prepared scenes.";
    picture_cache_bytes "picture-cache-bytes": u64 = "64MiB" "BYTES" in 0..=1_099_511_627_776,
        "Memory for encoded images; 0 disables this cache.";
    cache_seconds "cache-seconds": u64 = "3600" "SECONDS" in 0..=31_536_000,
        "Time for which HTTP caches may use an image without revalidation (Cache-Control: max-age).", reloadable;
    tokens "tokens": List = "" "TOKENS",
        "Bearer tokens, separated by commas; only as an environment variable.", reloadable;
    tokens_file "tokens-file": Optional<PathBuf> = "" "FILE",
        "File of bearer tokens, one per line. With tokens, all requests except health and the page need one.", reloadable;
    insecure_public "insecure-public": bool = "false" "",
        "Allow listening on other than loopback addresses without tokens.", reloadable;
    allowed_hosts "allowed-hosts": List = "" "HOSTS",
        "Host names to accept besides those of this machine, for a loopback address without tokens.", reloadable;
    signing_keys "signing-keys": List = "" "KEYS",
        "Keys of signed URLs, separated by commas; only as an environment variable.", reloadable;
    signing_keys_file "signing-keys-file": Optional<PathBuf> = "" "FILE",
        "File of keys of signed URLs, one per line. A URL that is signed with one of them needs no token.", reloadable;
    login_failures_max "login-failures-max": u64 = "10" "COUNT" in 1..=10_000,
        "Requests with a wrong token per minute and address; further ones are refused with 429.", reloadable;
    cors_origins "cors-origins": CorsOrigins = "" "ORIGINS",
        "Origins whose pages may send requests (CORS), separated by commas; * for all. Off by default.", reloadable;
    trusted_proxies "trusted-proxies": TrustedProxies = "" "ADDRESSES",
        "Addresses and networks of reverse proxies whose X-Forwarded-For, -Host, -Proto and -Prefix headers are believed.", reloadable;
    log_format "log-format": LogFormat = "text" "FORMAT",
        "Format of the log on standard error: text or json.";
    log_level "log-level": tracing::Level = "info" "LEVEL",
        "Lowest level that is logged: error, warn, info or debug.";
}
