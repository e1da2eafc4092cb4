//! The table as JSON, for programs that build a form of it.

use serde_json::{Value, json};

use super::{OptionKind, READING_OPTIONS, RENDER_OPTIONS, RenderOption};

/// The tables of render options and of reading options as one JSON array, one object per option:
/// `name`, `pointer`, `kind`, `group`, `help`, `default`, `in_url`, and where they apply `words`,
/// `minimum`, `maximum` and `unit`.
#[must_use]
pub fn options_json() -> Value {
    let all = RENDER_OPTIONS.iter().chain(READING_OPTIONS);
    all.map(RenderOption::json).collect()
}

impl RenderOption {
    fn json(&self) -> Value {
        let mut row = json!({
            "name": self.name,
            "pointer": self.pointer,
            "kind": self.kind_name(),
            "group": self.group.title(),
            "help": self.help,
            "default": self.default,
            "without": self.otherwise.or(self.default),
            "in_url": self.in_url,
        });
        match self.kind {
            OptionKind::Number { min, max, unit } => {
                row["minimum"] = min.into();
                row["maximum"] = max.into();
                row["unit"] = unit.to_lowercase().into();
            }
            OptionKind::Integer { min, max, unit } => {
                row["minimum"] = min.into();
                row["maximum"] = max.into();
                row["unit"] = unit.to_lowercase().into();
            }
            OptionKind::ListedKeyword(word) => row["words"] = json!([word]),
            OptionKind::OneOf(names) | OptionKind::Keyword(names) | OptionKind::Keywords(names) => {
                row["words"] = names().into();
            }
            _ => {}
        }
        row
    }

    /// The kind's name in [`options_json`].
    fn kind_name(&self) -> &'static str {
        match self.kind {
            OptionKind::Switch => "switch",
            OptionKind::InvertedSwitch => "inverted-switch",
            OptionKind::Object => "object",
            OptionKind::ListedKeyword(_) => "listed-keyword",
            OptionKind::Number { .. } => "number",
            OptionKind::Integer { .. } => "integer",
            OptionKind::OneOf(_) => "one-of",
            OptionKind::Keyword(_) => "keyword",
            OptionKind::Keywords(_) => "keywords",
            OptionKind::Color => "color",
            OptionKind::Colors => "colors",
            OptionKind::Background => "background",
            OptionKind::Text(_) => "text",
            OptionKind::Selection => "selection",
            OptionKind::Residue => "residue",
            OptionKind::Size => "size",
            OptionKind::LabelSize => "label-size",
            OptionKind::Offset => "offset",
            OptionKind::Commands => "commands",
            OptionKind::Transforms => "transforms",
            OptionKind::Opacities => "opacities",
            OptionKind::Texts => "texts",
        }
    }
}
