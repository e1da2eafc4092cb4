//! The one table of render options: what each is called, where its value is in the request,
//! which values it takes, and what it does.
//!
//! The command line's flags, the parameters of a picture's URL, their description in `OpenAPI`, the
//! form of the web page, the URL that the preview window copies, and the descriptions and ranges of
//! the JSON schema are all made from [`RENDER_OPTIONS`]. An option is added by a field of the
//! request, its meaning, and one row here.

mod json;
mod picture_rows;
mod query;
mod reading;
mod row;
mod schema;
mod surface;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use json::options_json;
pub use query::{UrlQuery, reading_query, url_query};
pub use reading::{READING_OPTIONS, url_options};
pub(crate) use schema::describe;
pub use table::RENDER_OPTIONS;
pub use value::{GivenOption, apply, contradiction, parse_size, split_text};

/// One option of a picture.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RenderOption {
    /// Name of the flag (behind `--`) and of the URL parameter; with `_` for `-` that of the Python
    /// keyword.
    pub name: &'static str,
    /// JSON pointer to its value in the render request. For kinds that set several values, to the
    /// object that holds them.
    pub pointer: &'static str,
    /// Which values it takes, and how they are written.
    pub kind: OptionKind,
    /// Its value without the option, as a user would write it; `None` where that is not one value.
    /// An option within an object such as `silhouettes` adds the object even with this value.
    pub default: Option<&'static str>,
    /// What happens without the option, where that is not one value.
    pub otherwise: Option<&'static str>,
    /// The value of the flag or parameter that is given without one.
    pub value_if_bare: Option<&'static str>,
    /// What it does, in sentences.
    pub help: &'static str,
    /// Heading that it stands under.
    pub group: OptionGroup,
    /// Whether a picture's URL takes it as a parameter.
    pub in_url: bool,
}

/// Which values an option takes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum OptionKind {
    /// Sets a boolean to true.
    Switch,
    /// Sets a boolean to false.
    InvertedSwitch,
    /// Adds an object with its default values, such as `silhouettes`.
    Object,
    /// Adds one keyword to a list: this one.
    ListedKeyword(&'static str),
    /// A finite number in a closed range.
    Number {
        /// Least value.
        min: f64,
        /// Largest value.
        max: f64,
        /// What it counts, in capitals, as help shows it: `ANGSTROM`.
        unit: &'static str,
    },
    /// A whole number in a closed range.
    Integer {
        /// Least value.
        min: u32,
        /// Largest value.
        max: u32,
        /// What it counts, in capitals, as help shows it.
        unit: &'static str,
    },
    /// One of a few whole numbers.
    OneOf(KeywordNames),
    /// One of a list of keywords.
    Keyword(KeywordNames),
    /// Keywords of a list, separated by commas, each at most once.
    Keywords(KeywordNames),
    /// A colour: `#RRGGBB`, `#RGB` or a basic CSS colour name.
    Color,
    /// Colours, separated by commas.
    Colors,
    /// A colour, or `transparent`.
    Background,
    /// A text that its own reader checks; what stands for it in help.
    Text(&'static str),
    /// A selection.
    Selection,
    /// A residue: name, number and, where that is not enough, chain, such as `ARG 45 A`.
    Residue,
    /// `WIDTHxHEIGHT` in pixels: sets `width_px` and `height_px`.
    Size,
    /// A height in angstrom (`0.7`) or pixels (`14px`): sets `size_angstrom` or `size_px`.
    LabelSize,
    /// Three numbers in angstrom, separated by commas.
    Offset,
    /// View commands, separated by `;`. May be given several times.
    Commands,
    /// `SELECTION: COMMANDS`. May be given several times.
    Transforms,
    /// `SELECTION=NUMBER` or `NUMBER`, from 0 to 1. May be given several times.
    Opacities,
    /// A text and the selection that it stands at: two values on the command line, `TEXT =>
    /// SELECTION` in a URL. May be given several times.
    Texts,
}

/// The words of a list of keywords.
pub type KeywordNames = fn() -> Vec<&'static str>;

/// A heading of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionGroup {
    /// From where, and how much of it.
    View,
    /// Representation and colours.
    Style,
    /// Labels and texts.
    Labels,
    /// Silhouettes, ambient occlusion and shadows.
    Effects,
    /// The file.
    Output,
    /// What is read of the structure's files.
    Input,
}

impl OptionGroup {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::View,
        Self::Style,
        Self::Labels,
        Self::Effects,
        Self::Output,
        Self::Input,
    ];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::View => "View",
            Self::Style => "Style",
            Self::Labels => "Labels",
            Self::Effects => "Effects",
            Self::Output => "Output",
            Self::Input => "Input",
        }
    }
}

/// Names that are accepted in URLs beside those of the table.
pub const URL_ALIASES: [(&str, &str); 1] = [("quality", "jpeg-quality")];

/// The option of this name.
#[must_use]
pub fn option(name: &str) -> Option<&'static RenderOption> {
    RENDER_OPTIONS.iter().find(|option| option.name == name)
}

/// The options that set the value which a JSON pointer leads to, or an object around it, the
/// closest first.
#[must_use]
pub fn options_at(pointer: &str) -> Vec<&'static RenderOption> {
    let all = RENDER_OPTIONS.iter().chain(READING_OPTIONS);
    let mut found: Vec<&RenderOption> = all.filter(|option| option.reaches(pointer)).collect();
    found.sort_by_key(|option| std::cmp::Reverse(option.pointer.len()));
    found
}

impl RenderOption {
    /// The words that it takes, where it takes words.
    #[must_use]
    pub fn keywords(&self) -> Vec<&'static str> {
        match self.kind {
            OptionKind::OneOf(names) | OptionKind::Keyword(names) | OptionKind::Keywords(names) => {
                names()
            }
            _ => Vec::new(),
        }
    }

    /// Whether its value is a boolean on the command line: a flag without a value.
    #[must_use]
    pub fn is_switch(&self) -> bool {
        matches!(
            self.kind,
            OptionKind::Switch
                | OptionKind::InvertedSwitch
                | OptionKind::Object
                | OptionKind::ListedKeyword(_)
        )
    }

    /// Whether it may be given several times, each adding to the value.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        matches!(
            self.kind,
            OptionKind::Commands
                | OptionKind::Transforms
                | OptionKind::Opacities
                | OptionKind::Texts
        )
    }

    /// What stands for its value in help: `WxH`, `ANGSTROM`.
    #[must_use]
    pub fn value_names(&self) -> Vec<&'static str> {
        match self.kind {
            OptionKind::Number { unit, .. } | OptionKind::Integer { unit, .. } => vec![unit],
            OptionKind::OneOf(_) => vec!["COUNT"],
            OptionKind::Keyword(_) => vec!["WORD"],
            OptionKind::Keywords(_) => vec!["WORDS"],
            OptionKind::Color | OptionKind::Background => vec!["COLOR"],
            OptionKind::Colors => vec!["COLORS"],
            OptionKind::Text(name) => vec![name],
            OptionKind::Selection => vec!["SELECTION"],
            OptionKind::Residue => vec!["RESIDUE"],
            OptionKind::Size => vec!["WxH"],
            OptionKind::LabelSize => vec!["SIZE"],
            OptionKind::Offset => vec!["X,Y,Z"],
            OptionKind::Commands => vec!["COMMANDS"],
            OptionKind::Transforms => vec!["SELECTION: COMMANDS"],
            OptionKind::Opacities => vec!["SELECTION=NUMBER"],
            OptionKind::Texts => vec!["TEXT", "SELECTION"],
            OptionKind::Switch
            | OptionKind::InvertedSwitch
            | OptionKind::Object
            | OptionKind::ListedKeyword(_) => Vec::new(),
        }
    }

    /// What it does, which values it takes, and what its default is: one paragraph of help.
    #[must_use]
    pub fn full_help(&self) -> String {
        let mut text = self.help.to_owned();
        if let Some(values) = self.values() {
            text.push(' ');
            text.push_str(&values);
        }
        let default = self.otherwise.or(self.default);
        if let Some(default) = default.filter(|_| !self.is_switch()) {
            text = format!("{text} [default: {default}]");
        }
        text
    }

    /// The values that it takes as a sentence, where its help does not explain them.
    #[must_use]
    pub fn values(&self) -> Option<String> {
        match self.kind {
            OptionKind::Number { min, max, .. } => Some(format!("{min} to {max}.")),
            OptionKind::Integer { min, max, .. } => Some(format!("{min} to {max}.")),
            OptionKind::OneOf(names) | OptionKind::Keyword(names) => {
                Some(format!("One of {}.", either(&names())))
            }
            OptionKind::Keywords(names) => {
                Some(format!("Separated by commas: {}.", names().join(", ")))
            }
            _ => None,
        }
    }

    /// Whether it sets the value that a pointer leads to, or an object around it.
    fn reaches(&self, pointer: &str) -> bool {
        let Some(rest) = pointer.strip_prefix(self.pointer) else {
            return false;
        };
        match self.kind {
            OptionKind::Size => matches!(rest, "" | "/width_px" | "/height_px"),
            // It adds a known word, which is never wrong.
            OptionKind::ListedKeyword(_) => false,
            OptionKind::LabelSize => matches!(rest, "/size_px" | "/size_angstrom"),
            _ => rest.is_empty() || rest.starts_with('/'),
        }
    }
}

/// `a, b or c`.
pub(crate) fn either(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.join(", "),
    }
}
