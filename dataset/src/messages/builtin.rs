//! The catalogues that are built in: those of the twelve languages of `GlobMed` (arXiv 2601.02186).

use std::path::Path;

use molshot_renderer::Advice;

use super::Catalogue;
use crate::error::DatasetError;

/// Languages of which there is much text on the web, in the order of the lists and tables.
pub const HIGH_RESOURCE: [&str; 8] = ["en", "zh", "fr", "de", "ja", "ko", "pt", "es"];
/// Languages of which there is little text on the web.
pub const LOW_RESOURCE: [&str; 4] = ["sw", "wo", "yo", "zu"];

/// The text of each built-in catalogue.
const TEXTS: [(&str, &str); 12] = [
    ("en", include_str!("../../messages/en.toml")),
    ("zh", include_str!("../../messages/zh.toml")),
    ("fr", include_str!("../../messages/fr.toml")),
    ("de", include_str!("../../messages/de.toml")),
    ("ja", include_str!("../../messages/ja.toml")),
    ("ko", include_str!("../../messages/ko.toml")),
    ("pt", include_str!("../../messages/pt.toml")),
    ("es", include_str!("../../messages/es.toml")),
    ("sw", include_str!("../../messages/sw.toml")),
    ("wo", include_str!("../../messages/wo.toml")),
    ("yo", include_str!("../../messages/yo.toml")),
    ("zu", include_str!("../../messages/zu.toml")),
];

/// Returns the tags of the languages with a built-in catalogue.
#[must_use]
pub fn languages() -> Vec<&'static str> {
    TEXTS.iter().map(|(language, _)| *language).collect()
}

/// Returns the TOML text of a built-in catalogue, as a base for translations and corrections.
#[must_use]
pub fn text(language: &str) -> Option<&'static str> {
    let found = TEXTS.iter().find(|(other, _)| *other == language);
    found.map(|(_, text)| *text)
}

/// Returns the built-in catalogue of a language.
///
/// # Errors
/// When there is none; the error lists the languages.
pub fn catalogue(language: &str) -> Result<Catalogue, DatasetError> {
    let text = text(language).ok_or_else(|| unknown(language))?;
    Catalogue::parse(Path::new(&format!("messages/{language}.toml")), text)
}

/// Returns the error for a language without a catalogue.
fn unknown(language: &str) -> DatasetError {
    let text = format!(
        "\"{language}\" is not a language with a built-in catalogue; give some of {}, or a catalogue of your own",
        languages().join(", ")
    );
    DatasetError::Request(text).advise(&[Advice::other("messages")])
}
