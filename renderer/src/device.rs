//! Which devices of a machine to draw with: `--device` and `MOLSHOT_DEVICE`.

use std::fmt;
use std::str::FromStr;

use arrayvec::ArrayString;

/// The environment variable that selects devices where no option does.
pub const DEVICE_VARIABLE: &str = "MOLSHOT_DEVICE";

/// Longest selection, bytes.
const MAX_BYTES: usize = 96;

/// One or several devices, each by its number in the list of `molshot doctor` or by a part of its
/// name, separated by commas: `0`, `a100`, `0,1`.
///
/// The same device may be named twice; it is then opened twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceSelector {
    names: ArrayString<MAX_BYTES>,
    kind: DeviceKind,
}

/// What a selected device must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DeviceKind {
    /// Anything.
    #[default]
    Any,
    /// A GPU.
    Gpu,
    /// A software driver of Vulkan.
    Software,
}

/// One entry of a [`DeviceSelector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceName<'a> {
    /// Number in the list of devices, counted from 0.
    Index(usize),
    /// A part of the driver's name for it; letters match in either case.
    Part(&'a str),
}

impl DeviceSelector {
    /// What [`DEVICE_VARIABLE`] says; `None` where it is not set or empty.
    ///
    /// # Errors
    /// What is wrong with its value, and what would be right.
    pub fn from_environment() -> Result<Option<Self>, String> {
        match std::env::var_os(DEVICE_VARIABLE) {
            Some(value) if !value.is_empty() => {
                let text = value.to_string_lossy();
                text.parse()
                    .map(Some)
                    .map_err(|error| format!("{DEVICE_VARIABLE}={text}: {error}"))
            }
            _ => Ok(None),
        }
    }

    /// Whether the environment selects devices, whatever they are.
    #[must_use]
    pub fn is_in_environment() -> bool {
        std::env::var_os(DEVICE_VARIABLE).is_some_and(|value| !value.is_empty())
    }

    /// The same devices, which must be of a kind.
    #[must_use]
    pub fn of_kind(self, kind: DeviceKind) -> Self {
        Self { kind, ..self }
    }

    /// What the devices must be.
    #[must_use]
    pub fn kind(&self) -> DeviceKind {
        self.kind
    }

    /// The devices in order; at least one.
    pub fn names(&self) -> impl Iterator<Item = DeviceName<'_>> {
        self.names.split(',').map(|entry| {
            let entry = entry.trim();
            entry
                .parse()
                .map_or(DeviceName::Part(entry), DeviceName::Index)
        })
    }

    /// Number of devices.
    #[must_use]
    pub fn count(&self) -> usize {
        self.names.split(',').count()
    }

    /// The device for worker `worker`, counted from 0: the workers take the devices in turns.
    #[must_use]
    pub fn of_worker(&self, worker: usize) -> Self {
        let entry = self.names.split(',').nth(worker % self.count());
        // An entry is never longer than the whole selection.
        let names = entry.and_then(|entry| ArrayString::from(entry.trim()).ok());
        Self {
            names: names.unwrap_or(self.names),
            ..*self
        }
    }
}

impl FromStr for DeviceSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const REMEDY: &str = "give a number of the list of `molshot doctor`, a part of a device's name, or several with commas between";
        if text.split(',').any(|entry| entry.trim().is_empty()) {
            return Err(REMEDY.into());
        }
        ArrayString::from(text)
            .map(|names| Self {
                names,
                kind: DeviceKind::Any,
            })
            .map_err(|_| format!("it is longer than {MAX_BYTES} bytes; {REMEDY}"))
    }
}

impl fmt::Display for DeviceSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names)
    }
}

impl fmt::Display for DeviceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Part(part) => write!(f, "`{part}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_numbers_and_parts_of_names_in_order() {
        let selector: DeviceSelector = "1, H200,0".parse().expect("valid");
        let names: Vec<_> = selector.names().collect();
        assert_eq!(
            names,
            [
                DeviceName::Index(1),
                DeviceName::Part("H200"),
                DeviceName::Index(0)
            ]
        );
        assert_eq!(selector.count(), 3);
        assert_eq!(selector.of_worker(4).to_string(), "H200");
        assert_eq!(selector.of_worker(3).to_string(), "1");
    }

    #[test]
    fn empty_and_endless_selections_are_refused_with_what_is_right() {
        let endless = "x".repeat(MAX_BYTES + 1);
        for text in ["", " ", "0,", ",0", "0,,1", endless.as_str()] {
            let error = text.parse::<DeviceSelector>().expect_err(text);
            assert!(error.contains("molshot doctor"), "{error}");
        }
    }
}
