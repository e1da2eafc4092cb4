//! Where a request's structure comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::strict_serde::{Object, present};

/// What to draw: exactly one of the three forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields)]
#[non_exhaustive]
pub enum StructureSource {
    /// A structure the server holds: a file or folder of the served directory, or an upload.
    Id {
        /// Its id.
        id: String,
    },
    /// Files within the document; several make one scene.
    Files {
        /// The files; at least one.
        #[schemars(length(min = 1))]
        files: Vec<InlineFile>,
    },
    /// Files or PDBbind folders on the disk, relative to the scene file. In scene files only, not
    /// over HTTP.
    Paths {
        /// The paths; at least one.
        #[schemars(length(min = 1))]
        paths: Vec<String>,
    },
}

/// A file within the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InlineFile {
    /// File name; its extension helps to detect the format, and `x_pocket.pdb`, `x_ligand.mol2` say
    /// what the file stands for.
    pub name: String,
    /// Content of a text format.
    pub text: String,
}

impl InlineFile {
    /// A file of this name and content.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// All three forms at once. Serde's own untagged enum would say of every error only that no variant
/// matches.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyForm {
    #[serde(default, deserialize_with = "present")]
    id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    files: Option<Vec<Object<InlineFile>>>,
    #[serde(default, deserialize_with = "present")]
    paths: Option<Vec<String>>,
}

impl<'de> Deserialize<'de> for StructureSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const REMEDY: &str = concat!(
            "give exactly one of \"id\", \"files\" and \"paths\", such as ",
            "{\"paths\": [\"5ey0.cif\"]} in a scene file, or {\"id\": \"5ey0\"} in a request ",
            "to a server"
        );
        let wrong = |problem: &str| Err(serde::de::Error::custom(format!("{problem}; {REMEDY}")));
        let Object(form) = Object::<AnyForm>::deserialize(deserializer)?;
        match form {
            AnyForm {
                id: Some(id),
                files: None,
                paths: None,
            } => Ok(Self::Id { id }),
            AnyForm {
                id: None,
                files: Some(files),
                paths: None,
            } => Ok(Self::Files {
                files: files.into_iter().map(|Object(file)| file).collect(),
            }),
            AnyForm {
                id: None,
                files: None,
                paths: Some(paths),
            } => Ok(Self::Paths { paths }),
            AnyForm {
                id: None,
                files: None,
                paths: None,
            } => wrong("the structure is not named"),
            _ => wrong("the structure is given in several ways"),
        }
    }
}
