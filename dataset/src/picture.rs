//! One picture of a set: what it shows, its path, and the request that renders it.

use molshot_scenes::job::Samples;
use molshot_scenes::request::{ImageFormat, LabelContent, Preset, StructureSource};
use molshot_scenes::transforms::TransformRequest;
use molshot_scenes::{RenderRequest, SceneDocument};
use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Which part of a complex a picture shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PictureKind {
    /// Pocket and ligand.
    Complex,
    /// The pocket alone, with the camera of the whole complex.
    Pocket,
    /// The ligand alone, with the camera of the whole complex.
    Ligand,
    /// One residue (`ARG 45 A`) and the ligand, with a camera fitted to them.
    Residue(String),
}

/// What one picture shows, and from where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureSpec {
    /// Id of the complex.
    pub complex: String,
    /// Which part of it is shown.
    #[serde(rename = "look", alias = "kind")]
    pub kind: PictureKind,
    /// Whether residue labels include the chain, as they do where the pocket has several chains.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chains: bool,
    /// Commands that moved the ligand beforehand.
    ///
    /// They are about its own centre, in the screen axes of the front view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ligand_moved: Vec<String>,
    /// View commands; the first one names the view.
    pub commands: Vec<String>,
}

/// Size and quality of all pictures of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureSize {
    /// Width, pixels.
    pub width_px: u32,
    /// Height, pixels.
    pub height_px: u32,
    /// Colour samples per pixel: 1, 4, 9 or 16.
    pub samples: u32,
}

impl Default for PictureSize {
    fn default() -> Self {
        Self {
            width_px: 1024,
            height_px: 1024,
            samples: 4,
        }
    }
}

impl PictureSpec {
    /// Describes a picture of a complex from a view, with further commands.
    #[must_use]
    pub fn new(complex: &str, kind: PictureKind, view: &str, further: &[String]) -> Self {
        let mut commands = vec![format!("view {view}")];
        commands.extend_from_slice(further);
        Self {
            complex: complex.to_owned(),
            kind,
            chains: false,
            ligand_moved: Vec::new(),
            commands,
        }
    }

    /// Returns the same picture with the ligand moved.
    #[must_use]
    pub fn with_ligand_moved(self, ligand_moved: &[String]) -> Self {
        Self {
            ligand_moved: ligand_moved.to_vec(),
            ..self
        }
    }

    /// Returns the same picture with or without chains in residue labels.
    ///
    /// Pictures without residue labels stay unchanged.
    #[must_use]
    pub fn with_chains(self, chains: bool) -> Self {
        let labels_residues = matches!(self.kind, PictureKind::Complex | PictureKind::Pocket);
        Self {
            chains: chains && labels_residues,
            ..self
        }
    }

    /// Returns the path of the picture in the set: `OWNER/HASH.png`.
    ///
    /// The owner is the complex whose questions show the picture. The name must not reveal the
    /// answer, so it is a hash: 16 hexadecimal digits of the SHA-256 of the seed and of all fields.
    /// Different pictures of one owner have different paths.
    #[must_use]
    pub fn path(&self, owner: &str, seed: u64) -> String {
        let (kind, residue) = match &self.kind {
            PictureKind::Complex => ("complex", ""),
            PictureKind::Pocket => ("pocket", ""),
            PictureKind::Ligand => ("ligand", ""),
            PictureKind::Residue(name) => ("residue", name.as_str()),
        };
        let mut words = vec!["picture", owner, &self.complex, kind, residue];
        if self.chains {
            words.push("chains");
        }
        words.extend(self.ligand_moved.iter().map(String::as_str));
        words.push("commands");
        words.extend(self.commands.iter().map(String::as_str));
        let number = Random::new(seed, &words).next_u64();
        format!("{}/{number:016x}.png", path_component(owner))
    }

    /// Returns the request document that renders it; the structure is referred to by its id.
    #[must_use]
    pub fn document(&self, size: PictureSize) -> SceneDocument {
        let id = self.complex.clone();
        SceneDocument::new(StructureSource::Id { id }, self.request(size))
    }

    /// Returns the request that renders it.
    #[must_use]
    pub fn request(&self, size: PictureSize) -> RenderRequest {
        let mut request = RenderRequest::default();
        request.style.preset = match &self.kind {
            PictureKind::Complex => Preset::Misi,
            PictureKind::Pocket => Preset::MisiPocket,
            PictureKind::Ligand => Preset::MisiLigand,
            PictureKind::Residue(name) => {
                request.style.residue = Some(name.clone().into());
                Preset::MisiResidue
            }
        };
        // Explicit, because the default depends on the number of residues, and the questions refer
        // to the labels.
        request.style.labels = match self.kind {
            PictureKind::Residue(_) => LabelContent::Atoms,
            _ => LabelContent::ResiduesAndLigandAtoms,
        };
        request.style.label_style.chains = self.chains;
        request.commands = self.commands.clone().into();
        if !self.ligand_moved.is_empty() {
            request.transforms = vec![TransformRequest::new("ligand", self.ligand_moved.clone())];
        }
        request.output.width_px = size.width_px;
        request.output.height_px = size.height_px;
        request.output.samples = Samples::from_count(size.samples).unwrap_or_default();
        request.output.format = Some(ImageFormat::Png);
        request
    }

    /// Returns whether another picture has the same scene, so that one upload serves both.
    #[must_use]
    pub fn same_scene(&self, other: &Self) -> bool {
        self.complex == other.complex
            && self.kind == other.kind
            && self.chains == other.chains
            && self.ligand_moved == other.ligand_moved
    }
}

/// Longest name of a folder or key that is made from an id, in bytes.
const MAX_COMPONENT_BYTES: usize = 64;

/// Escapes a text for use as one component of a path, of at most 64 bytes.
///
/// Letters, digits, `.`, `_` and `-` stay, a space becomes `_`, and every other byte becomes `%`
/// and two hexadecimal digits. What would be longer is cut and ends in a hash of the text. Texts
/// that differ by more than spaces and `_` stay different.
#[must_use]
pub fn path_component(text: &str) -> String {
    use std::fmt::Write;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('_'),
            // Writing to a string does not fail.
            _ => drop(write!(escaped, "%{byte:02X}")),
        }
    }
    if escaped.len() > MAX_COMPONENT_BYTES {
        let hash = digest(text);
        escaped.truncate(MAX_COMPONENT_BYTES - hash.len() - 1);
        escaped = format!("{escaped}-{hash}");
    }
    escaped
}

/// Returns 16 hexadecimal digits of the SHA-256 of a text.
pub(crate) fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = crate::files::hex(&Sha256::digest(text.as_bytes()));
    digest.truncate(16);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_differ_and_do_not_reveal_what_is_shown() {
        let path = |picture: &PictureSpec| picture.path("5ey0", 7);
        let of_kind = |kind: PictureKind| PictureSpec::new("5ey0", kind, "front", &[]);
        let mut pictures = vec![
            of_kind(PictureKind::Complex),
            of_kind(PictureKind::Pocket),
            of_kind(PictureKind::Ligand),
            of_kind(PictureKind::Residue("HIS 57 ?".into())),
            PictureSpec::new("1abc", PictureKind::Complex, "front", &[]),
            of_kind(PictureKind::Complex).with_chains(true),
        ];
        for amount in -4..=4 {
            let command = format!("move x {amount}");
            pictures.push(PictureSpec::new(
                "5ey0",
                PictureKind::Complex,
                "front",
                std::slice::from_ref(&command),
            ));
            pictures.push(of_kind(PictureKind::Complex).with_ligand_moved(&[command]));
        }
        let paths: std::collections::BTreeSet<String> = pictures.iter().map(path).collect();
        assert_eq!(paths.len(), pictures.len());
        for path in &paths {
            let name = path
                .strip_prefix("5ey0/")
                .and_then(|name| name.strip_suffix(".png"));
            assert!(name.is_some_and(|name| name.len() == 16), "{path}");
            assert!(!path.contains("move") && !path.contains("front"), "{path}");
        }
        // Paths are the same on every machine; another seed gives other names, another owner
        // another folder.
        assert_eq!(path(&pictures[0]), pictures[0].path("5ey0", 7));
        assert_ne!(path(&pictures[0]), pictures[0].path("5ey0", 8));
        assert!(pictures[0].path("1 b", 7).starts_with("1_b/"));
        assert!(!pictures[0].same_scene(&pictures[1]));
    }

    #[test]
    fn components_of_paths_are_short_and_differ() {
        assert_eq!(path_component("5ey0"), "5ey0");
        assert_eq!(path_component("a b/c"), "a_b%2Fc");
        let long = [
            "x".repeat(64),
            "x".repeat(65),
            "x".repeat(120),
            "名".repeat(40),
        ];
        let components = long.clone().map(|id| path_component(&id));
        assert_eq!(components[0], long[0]);
        for (index, component) in components.iter().enumerate() {
            assert!(component.len() == 64 && component.is_ascii(), "{component}");
            assert!(!components[..index].contains(component), "{component}");
        }
    }

    #[test]
    fn labels_are_explicit_and_have_chains_only_where_residues_are_labelled() {
        let request = |kind: PictureKind| {
            let picture = PictureSpec::new("x", kind, "front", &[]).with_chains(true);
            picture.request(PictureSize::default()).style
        };
        for kind in [PictureKind::Complex, PictureKind::Pocket] {
            let style = request(kind);
            assert_eq!(style.labels, LabelContent::ResiduesAndLigandAtoms);
            assert!(style.label_style.chains);
        }
        let residue = request(PictureKind::Residue("ARG 45 A".into()));
        assert_eq!(residue.labels, LabelContent::Atoms);
        assert!(!residue.label_style.chains);
        assert!(!request(PictureKind::Ligand).label_style.chains);
    }

    #[test]
    fn requests_are_valid_documents() {
        let picture =
            PictureSpec::new("5ey0", PictureKind::Residue("ARG 45 A".into()), "back", &[])
                .with_ligand_moved(&["roll x 30".into()]);
        let document = picture.document(PictureSize::default());
        document.validate().expect("a valid request");
        let text = serde_json::to_vec(&document).expect("JSON");
        assert_eq!(
            SceneDocument::from_json(&text).expect("a document"),
            document
        );
    }
}
