//! The catalogues of the languages of a set.

use std::fs;
use std::path::Path;

use molshot_renderer::Advice;

use super::{Catalogue, builtin, is_language_tag};
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::mode::Mode;
use crate::record::{Item, Plan};

/// The catalogues of a set, in the order of [`Plan::languages`], and its input modes.
#[derive(Debug, Clone)]
pub struct Catalogues {
    all: Vec<Catalogue>,
    modes: Vec<Mode>,
}

/// A row of a table of questions: an item in one language and mode.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QuestionRow<'a> {
    /// The id of the question: `ITEM[-LANG][-MODE]`.
    pub id: String,
    /// The catalogue of its language.
    pub catalogue: &'a Catalogue,
    /// Its mode.
    pub mode: Mode,
}

impl Catalogues {
    /// Reads the catalogues of a plan: `plan/messages/LANG.toml`.
    ///
    /// # Errors
    /// When one is missing or invalid, or is in another language than its name says.
    pub fn read(layout: &Layout, plan: &Plan) -> Result<Self, DatasetError> {
        let read = |language: &String| {
            let path = layout.messages_file(language);
            let text = fs::read_to_string(&path).map_err(DatasetError::file(&path))?;
            let catalogue = Catalogue::parse(&path, &text)?;
            if catalogue.language != *language {
                let problem = format!("is in {}, not in {language}", catalogue.language);
                return Err(DatasetError::content(&path, problem));
            }
            Ok(catalogue)
        };
        let all = plan.languages.iter().map(read);
        Ok(Self {
            all: all.collect::<Result<_, _>>()?,
            modes: plan.modes.clone(),
        })
    }

    /// Returns the catalogues in the order of the plan.
    #[must_use]
    pub fn all(&self) -> &[Catalogue] {
        &self.all
    }

    /// Returns the number of languages.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Returns the catalogue of a language.
    ///
    /// # Errors
    /// When the set does not have it.
    pub fn get(&self, language: &str) -> Result<&Catalogue, DatasetError> {
        let found = self.all.iter().find(|other| other.language == language);
        found.ok_or_else(|| {
            DatasetError::Request(format!("the set has no questions in \"{language}\""))
        })
    }

    /// Returns the rows of an item: of each language, one per mode.
    ///
    /// The id has the language if there are several, and the mode if there are several.
    pub fn rows<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = QuestionRow<'a>> + 'a {
        let (languages, modes) = (self.all.len(), self.modes.len());
        self.all.iter().flat_map(move |catalogue| {
            self.modes.iter().map(move |mode| {
                // Items end with a number, tags have no digits and are not modes: no two rows have
                // the same id.
                let mut id = item.id.clone();
                if languages > 1 {
                    id = format!("{id}-{}", catalogue.language);
                }
                if modes > 1 {
                    id = format!("{id}-{mode}");
                }
                QuestionRow {
                    id,
                    catalogue,
                    mode: *mode,
                }
            })
        })
    }
}

/// A catalogue and the text that it was read from.
#[derive(Debug, Clone)]
pub struct CatalogueText {
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Its TOML text.
    pub text: String,
}

/// Parses a list of languages, separated by commas; `all` stands for those that are built in.
///
/// # Errors
/// When a tag is invalid or named twice.
pub fn parse_languages(text: &str) -> Result<Vec<String>, DatasetError> {
    let mut languages: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim) {
        if tag == "all" {
            let all = builtin::languages().into_iter().map(str::to_owned);
            languages.extend(all);
        } else if is_language_tag(tag) {
            languages.push(tag.to_owned());
        } else {
            return Err(DatasetError::Request(format!(
                "\"{tag}\" is not the tag of a language; give all, or some of {}, separated by commas",
                builtin::languages().join(", ")
            )));
        }
    }
    let is_twice = |tag: &String| languages.iter().filter(|other| *other == tag).count() > 1;
    if let Some(tag) = languages.iter().find(|tag| is_twice(tag)) {
        let problem = format!("\"{tag}\" is named twice; name each language once");
        return Err(DatasetError::Request(problem));
    }
    Ok(languages)
}

/// Returns the catalogue of each language of a set.
///
/// `own` are the texts of catalogues that replace or extend those that are built in. Without
/// `languages`, the languages are those of `own`, or English.
///
/// # Errors
/// When a language has no catalogue, or a catalogue is invalid, of a language that is not asked
/// for, or of the same language as another one.
pub fn choose(languages: &[String], own: &[String]) -> Result<Vec<CatalogueText>, DatasetError> {
    let parse = |text: &String| {
        let catalogue = Catalogue::parse(Path::new("the catalogue of messages"), text)?;
        let text = text.clone();
        Ok::<_, DatasetError>(CatalogueText { catalogue, text })
    };
    let own: Vec<CatalogueText> = own.iter().map(parse).collect::<Result<_, _>>()?;
    for (number, one) in own.iter().enumerate() {
        let language = &one.catalogue.language;
        let is_same = |other: &CatalogueText| other.catalogue.language == *language;
        if own[..number].iter().any(is_same) {
            let text = format!("two catalogues are in \"{language}\"; give one per language");
            return Err(DatasetError::Request(text).advise(&[Advice::other("messages")]));
        }
        if !languages.is_empty() && !languages.contains(language) {
            const ADVICE: &[Advice] = &[Advice::other("languages"), Advice::other("messages")];
            let text = format!(
                "a catalogue is in \"{language}\", which is not among the languages; name it there, or leave the file out"
            );
            return Err(DatasetError::Request(text).advise(ADVICE));
        }
    }
    if languages.is_empty() && !own.is_empty() {
        return Ok(own);
    }
    let english = ["en".to_owned()];
    let languages = if languages.is_empty() {
        &english
    } else {
        languages
    };
    let chosen = languages.iter().map(|language| {
        let found = own.iter().find(|one| one.catalogue.language == *language);
        found.map_or_else(
            || {
                let catalogue = builtin::catalogue(language)?;
                let text = builtin::text(language).unwrap_or_default().to_owned();
                Ok(CatalogueText { catalogue, text })
            },
            |one| Ok(one.clone()),
        )
    });
    chosen.collect()
}
