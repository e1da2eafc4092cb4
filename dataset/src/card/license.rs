//! The licence of a set, as the metadata of data cards name it.

use std::fmt::{self, Write};

/// Licences that the Hugging Face Hub knows: its identifier, the SPDX identifier, and where the
/// text is.
const KNOWN: [(&str, &str, &str); 22] = [
    (
        "apache-2.0",
        "Apache-2.0",
        "https://www.apache.org/licenses/LICENSE-2.0",
    ),
    ("mit", "MIT", "https://opensource.org/license/mit"),
    (
        "bsd-2-clause",
        "BSD-2-Clause",
        "https://opensource.org/license/bsd-2-clause",
    ),
    (
        "bsd-3-clause",
        "BSD-3-Clause",
        "https://opensource.org/license/bsd-3-clause",
    ),
    (
        "cc0-1.0",
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    (
        "cc-by-2.0",
        "CC-BY-2.0",
        "https://creativecommons.org/licenses/by/2.0/",
    ),
    (
        "cc-by-2.5",
        "CC-BY-2.5",
        "https://creativecommons.org/licenses/by/2.5/",
    ),
    (
        "cc-by-3.0",
        "CC-BY-3.0",
        "https://creativecommons.org/licenses/by/3.0/",
    ),
    (
        "cc-by-4.0",
        "CC-BY-4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    (
        "cc-by-sa-3.0",
        "CC-BY-SA-3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
    (
        "cc-by-sa-4.0",
        "CC-BY-SA-4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    (
        "cc-by-nc-3.0",
        "CC-BY-NC-3.0",
        "https://creativecommons.org/licenses/by-nc/3.0/",
    ),
    (
        "cc-by-nc-4.0",
        "CC-BY-NC-4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    (
        "cc-by-nd-4.0",
        "CC-BY-ND-4.0",
        "https://creativecommons.org/licenses/by-nd/4.0/",
    ),
    (
        "cc-by-nc-nd-4.0",
        "CC-BY-NC-ND-4.0",
        "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    ),
    (
        "cc-by-nc-sa-4.0",
        "CC-BY-NC-SA-4.0",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ),
    (
        "cdla-permissive-2.0",
        "CDLA-Permissive-2.0",
        "https://cdla.dev/permissive-2-0/",
    ),
    (
        "cdla-sharing-1.0",
        "CDLA-Sharing-1.0",
        "https://cdla.dev/sharing-1-0/",
    ),
    (
        "odc-by",
        "ODC-By-1.0",
        "https://opendatacommons.org/licenses/by/1-0/",
    ),
    (
        "odbl",
        "ODbL-1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
    ),
    (
        "pddl",
        "PDDL-1.0",
        "https://opendatacommons.org/licenses/pddl/1-0/",
    ),
    (
        "gpl-3.0",
        "GPL-3.0-only",
        "https://www.gnu.org/licenses/gpl-3.0.html",
    ),
];

/// The file beside the card that has the words of a licence without an address. The Hugging Face
/// Hub links to a file of this name.
pub(crate) const LICENSE_FILE: &str = "LICENSE";

/// The licence of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct License {
    /// Identifier of the Hugging Face Hub; `other` where it has none.
    id: &'static str,
    /// Its name.
    name: String,
    /// Where its text is.
    link: String,
    /// The words that the maker of the set gave.
    given: String,
}

impl License {
    /// Makes a licence from a URL, an SPDX identifier, or words.
    pub(crate) fn of(given: &str) -> Self {
        let given = given.trim().to_owned();
        let known = KNOWN.into_iter().find(|(id, spdx, link)| {
            [id, spdx]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&given))
                || address(link) == address(&given)
        });
        if let Some((id, name, link)) = known {
            return Self {
                id,
                name: name.to_owned(),
                link: link.to_owned(),
                given,
            };
        }
        let is_address = given.starts_with("https://") || given.starts_with("http://");
        let link = if is_address { &given } else { LICENSE_FILE };
        Self {
            id: "other",
            name: name_of(&given),
            link: link.to_owned(),
            given,
        }
    }

    /// Writes identifier, name and link as lines of the metadata block.
    pub(super) fn write_metadata(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "license: {}", self.id)?;
        writeln!(out, "license_name: {}", super::quoted(&self.name))?;
        writeln!(out, "license_link: {}", super::quoted(&self.link))
    }

    /// Returns the licence as a sentence in Markdown.
    pub(super) fn sentence(&self) -> String {
        if self.id == "other" {
            let full_stop = if self.given.ends_with('.') { "" } else { "." };
            return format!("Licence: {}{full_stop}", self.given);
        }
        format!("Licence: [{}]({}).", self.name, self.link)
    }

    /// Returns the content of [`LICENSE_FILE`]; `None` for a licence with an address.
    pub(crate) fn file(&self) -> Option<String> {
        (self.link == LICENSE_FILE).then(|| format!("{}\n", self.given))
    }

    /// Returns the address of the text, or the words that the maker of the set gave.
    pub(crate) fn address_or_words(&self) -> &str {
        match self.link.as_str() {
            LICENSE_FILE => &self.given,
            link => link,
        }
    }
}

/// Returns an address without its scheme and what does not matter at its end.
fn address(link: &str) -> &str {
    let link = link.trim_start_matches("https://");
    let link = link
        .trim_start_matches("http://")
        .trim_start_matches("www.");
    let link = link
        .trim_end_matches("legalcode")
        .trim_end_matches("deed.en");
    link.trim_end_matches("deed").trim_end_matches('/')
}

/// Returns words up to a semicolon as a name: lower-case letters, digits, dots and hyphens.
fn name_of(words: &str) -> String {
    const MAX_LENGTH: usize = 60;
    let words = words.split("://").last().unwrap_or(words);
    let words = words.split(';').next().unwrap_or(words);
    let mut name = String::new();
    for c in words.chars() {
        if c.is_ascii_alphanumeric() || (c == '.' && !name.is_empty()) {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == MAX_LENGTH {
            let whole_words = name.rfind('-').unwrap_or(MAX_LENGTH);
            name.truncate(whole_words);
            break;
        }
    }
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() {
        "other".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_have_a_name_and_a_link() {
        let metadata = |given: &str| {
            let mut text = String::new();
            let license = License::of(given);
            license.write_metadata(&mut text).expect("a text");
            let values: Vec<String> = text
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(_, value)| value.trim_matches('"').to_owned())
                .collect();
            values
        };
        let by = "https://creativecommons.org/licenses/by/4.0/";
        for given in [
            "CC-BY-4.0",
            "cc-by-4.0",
            by,
            "http://creativecommons.org/licenses/by/4.0/legalcode",
        ] {
            assert_eq!(metadata(given), ["cc-by-4.0", "CC-BY-4.0", by], "{given}");
        }
        let own = "https://example.org/Terms.html";
        assert_eq!(metadata(own), ["other", "example.org-terms.html", own]);
        assert_eq!(
            metadata("not stated: \"ask\" us; or not"),
            ["other", "not-stated-ask-us", LICENSE_FILE]
        );
        let words = "word ".repeat(30);
        assert_eq!(metadata(&words)[1], ["word"; 12].join("-"));
        assert_eq!(metadata("许可"), ["other", "other", LICENSE_FILE]);
        assert_eq!(License::of(own).sentence(), format!("Licence: {own}."));
        assert_eq!(
            License::of("mit").sentence(),
            "Licence: [MIT](https://opensource.org/license/mit)."
        );
        assert_eq!(License::of("ask us").address_or_words(), "ask us");
        assert_eq!(License::of("ask us").file().as_deref(), Some("ask us\n"));
        assert_eq!(License::of("MIT").file(), None);
        assert_eq!(
            License::of("MIT").address_or_words(),
            "https://opensource.org/license/mit"
        );
    }
}
