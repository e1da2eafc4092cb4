//! How a row of the table is written.

use super::{OptionGroup as G, OptionKind as K, RenderOption};
use crate::ranges::NumberRange;

/// An option without default, that URLs take, too.
pub(super) const fn option(
    name: &'static str,
    pointer: &'static str,
    kind: K,
    group: G,
    help: &'static str,
) -> RenderOption {
    RenderOption {
        name,
        pointer,
        kind,
        default: None,
        otherwise: None,
        value_if_bare: None,
        help,
        group,
        in_url: true,
    }
}

/// A number of this range.
pub(super) const fn number(range: NumberRange<f64>, unit: &'static str) -> K {
    K::Number {
        min: range.min,
        max: range.max,
        unit,
    }
}

/// A whole number of this range.
pub(super) const fn integer(range: NumberRange<u8>, unit: &'static str) -> K {
    K::Integer {
        min: range.min as u32,
        max: range.max as u32,
        unit,
    }
}

impl RenderOption {
    pub(super) const fn default_value(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) const fn otherwise(mut self, what: &'static str) -> Self {
        self.otherwise = Some(what);
        self
    }

    pub(super) const fn value_if_bare(mut self, value: &'static str) -> Self {
        self.value_if_bare = Some(value);
        self
    }

    /// A URL says it in another way: the format by its path, and it gives one plane.
    pub(super) const fn not_in_urls(mut self) -> Self {
        self.in_url = false;
        self
    }
}
