//! Parses the texts of settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use molshot_renderer::{AdapterChoice, DeviceSelector};

/// A value that is absent if its text is empty.
pub(super) type Optional<T> = Option<T>;

/// Several words, separated by commas.
pub(super) type List = Vec<String>;

/// Format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// Plain text for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// A type that the text of a setting is parsed into.
pub(super) trait Value: Sized {
    /// Parses a text.
    ///
    /// # Errors
    /// A message about what is wrong and what would be accepted instead.
    fn read(text: &str, range: Option<(u64, u64)>) -> Result<Self, String>;
}

pub(super) fn refuse<T>(text: &str, remedy: &str) -> Result<T, String> {
    Err(format!("\"{text}\" is invalid; {remedy}"))
}

impl Value for u64 {
    fn read(text: &str, range: Option<(u64, u64)>) -> Result<Self, String> {
        const UNITS: [(&str, u64); 4] = [
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("", 1),
        ];
        let (low, high) = range.unwrap_or((0, Self::MAX));
        let number = UNITS.iter().find_map(|(unit, factor)| {
            let digits = text.trim().strip_suffix(unit)?.trim().replace('_', "");
            digits.parse::<Self>().ok()?.checked_mul(*factor)
        });
        match number {
            Some(number) if (low..=high).contains(&number) => Ok(number),
            _ => refuse(
                text,
                &format!(
                    "give a whole number from {low} to {high}; sizes may end in KiB, MiB or GiB"
                ),
            ),
        }
    }
}

impl Value for bool {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        match text.trim() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" | "" => Ok(false),
            _ => refuse(text, "give true or false"),
        }
    }
}

impl Value for SocketAddr {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        let text = text.trim();
        let text = text
            .strip_prefix("localhost:")
            .map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
        text.parse().or_else(|_| {
            refuse(
                &text,
                "give an address and a port, such as 127.0.0.1:8000 or [::1]:8000",
            )
        })
    }
}

impl Value for Optional<PathBuf> {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        Ok((!text.is_empty()).then(|| PathBuf::from(text)))
    }
}

impl Value for List {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        Ok(text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect())
    }
}

impl Value for AdapterChoice {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        text.trim()
            .parse()
            .or_else(|remedy: String| refuse(text, &remedy))
    }
}

impl Value for Optional<DeviceSelector> {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        text.trim()
            .parse()
            .map(Some)
            .or_else(|remedy: String| refuse(text, &remedy))
    }
}

impl Value for LogFormat {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        match text.trim() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => refuse(text, "give text or json"),
        }
    }
}

impl Value for tracing::Level {
    fn read(text: &str, _: Option<(u64, u64)>) -> Result<Self, String> {
        text.trim()
            .parse()
            .or_else(|_| refuse(text, "give error, warn, info or debug"))
    }
}
