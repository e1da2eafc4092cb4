//! One picture of a set: what it shows, its name, and the request that draws it.

use molshot_scenes::RenderRequest;
use molshot_scenes::job::Samples;
use molshot_scenes::request::{ImageFormat, LabelContent, Preset, StructureSource};
use molshot_scenes::transforms::TransformRequest;
use serde::{Deserialize, Serialize};

use crate::random::Random;

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// Pocket and ligand.
    Complex,
    /// The pocket alone, through the complex's camera.
    Pocket,
    /// The ligand alone, through the complex's camera.
    Ligand,
    /// One residue (`ARG 45 A`) and the ligand, through a camera of their own.
    Residue(String),
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Which complex.
    pub complex: String,
    /// What of it.
    pub look: Look,
    /// Whether the labels of residues name the chain, too: where the pocket has residues of several
    /// chains.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chains: bool,
    /// How the ligand was moved before: steps about its own centre, in screen axes of the front
    /// view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ligand_moved: Vec<String>,
    /// View commands; the first names the view.
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
    /// Samples a pixel: 1, 4, 9 or 16.
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

impl Picture {
    /// A picture of a complex from a view, with further commands.
    #[must_use]
    pub fn new(complex: &str, look: Look, view: &str, further: &[String]) -> Self {
        let mut commands = vec![format!("view {view}")];
        commands.extend_from_slice(further);
        Self {
            complex: complex.to_owned(),
            look,
            chains: false,
            ligand_moved: Vec::new(),
            commands,
        }
    }

    /// The same picture with the ligand moved.
    #[must_use]
    pub fn with_ligand_moved(self, ligand_moved: &[String]) -> Self {
        Self {
            ligand_moved: ligand_moved.to_vec(),
            ..self
        }
    }

    /// The same picture with the chain in the labels of residues; where no residue is labelled it
    /// stays as it is.
    #[must_use]
    pub fn with_chains(self, chains: bool) -> Self {
        let labels_residues = matches!(self.look, Look::Complex | Look::Pocket);
        Self {
            chains: chains && labels_residues,
            ..self
        }
    }

    /// Its path in the set: the folder of the complex whose questions show it, and a name that
    /// tells nothing to whoever sees it: 16 hexadecimal digits of SHA-256 of the seed and of what
    /// the picture shows. Two pictures of an owner have one path only if they are one picture.
    #[must_use]
    pub fn path(&self, owner: &str, seed: u64) -> String {
        let (look, residue) = match &self.look {
            Look::Complex => ("complex", ""),
            Look::Pocket => ("pocket", ""),
            Look::Ligand => ("ligand", ""),
            Look::Residue(name) => ("residue", name.as_str()),
        };
        let mut words = vec!["picture", owner, &self.complex, look, residue];
        if self.chains {
            words.push("chains");
        }
        words.extend(self.ligand_moved.iter().map(String::as_str));
        words.push("commands");
        words.extend(self.commands.iter().map(String::as_str));
        let number = Random::new(seed, &words).next_u64();
        format!("{}/{number:016x}.png", plain(owner))
    }

    /// The request document that draws it; the structure is named by its id.
    #[must_use]
    pub fn request(&self, size: PictureSize) -> RenderRequest {
        let mut request = RenderRequest::new(StructureSource::Id {
            id: self.complex.clone(),
        });
        request.style.preset = match &self.look {
            Look::Complex => Preset::Misi,
            Look::Pocket => Preset::MisiPocket,
            Look::Ligand => Preset::MisiLigand,
            Look::Residue(name) => {
                request.style.residue = Some(name.clone());
                Preset::MisiResidue
            }
        };
        // Said outright: what is labelled by itself depends on how many residues there are, and the
        // questions speak of labels.
        request.style.labels = match self.look {
            Look::Residue(_) => LabelContent::Atoms,
            _ => LabelContent::ResiduesAndLigandAtoms,
        };
        request.style.label_style.chains = self.chains;
        request.commands.clone_from(&self.commands);
        if !self.ligand_moved.is_empty() {
            request.transforms = vec![TransformRequest {
                select: "ligand".into(),
                commands: self.ligand_moved.clone(),
            }];
        }
        request.output.width_px = size.width_px;
        request.output.height_px = size.height_px;
        request.output.samples = Samples::from_count(size.samples).unwrap_or_default();
        request.output.format = Some(ImageFormat::Png);
        request
    }

    /// Whether another picture has the same scene, so that one upload serves both.
    #[must_use]
    pub fn same_scene(&self, other: &Self) -> bool {
        self.complex == other.complex
            && self.look == other.look
            && self.chains == other.chains
            && self.ligand_moved == other.ligand_moved
    }
}

/// A text as a part of a path: letters, digits, `.`, `_` and `-` stay, a space becomes `_`, all
/// else `%` and two hexadecimal digits a byte, so that different texts stay different but for
/// spaces and `_`.
#[must_use]
pub fn plain(text: &str) -> String {
    use std::fmt::Write;
    let mut plain = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                plain.push(char::from(byte));
            }
            b' ' => plain.push('_'),
            // Writing to a string does not fail.
            _ => drop(write!(plain, "%{byte:02X}")),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_differ_and_tell_nothing() {
        let path = |picture: &Picture| picture.path("5ey0", 7);
        let look = |look: Look| Picture::new("5ey0", look, "front", &[]);
        let mut pictures = vec![
            look(Look::Complex),
            look(Look::Pocket),
            look(Look::Ligand),
            look(Look::Residue("HIS 57 ?".into())),
            Picture::new("1abc", Look::Complex, "front", &[]),
            look(Look::Complex).with_chains(true),
        ];
        for amount in -4..=4 {
            let command = format!("move x {amount}");
            pictures.push(Picture::new(
                "5ey0",
                Look::Complex,
                "front",
                std::slice::from_ref(&command),
            ));
            pictures.push(look(Look::Complex).with_ligand_moved(&[command]));
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
        // The same on every machine; another seed gives other names, another owner another folder.
        assert_eq!(path(&pictures[0]), pictures[0].path("5ey0", 7));
        assert_ne!(path(&pictures[0]), pictures[0].path("5ey0", 8));
        assert!(pictures[0].path("1 b", 7).starts_with("1_b/"));
        assert!(!pictures[0].same_scene(&pictures[1]));
    }

    #[test]
    fn labels_are_said_outright_and_chains_only_where_residues_are_labelled() {
        let request = |look: Look| {
            let picture = Picture::new("x", look, "front", &[]).with_chains(true);
            picture.request(PictureSize::default()).style
        };
        for look in [Look::Complex, Look::Pocket] {
            let style = request(look);
            assert_eq!(style.labels, LabelContent::ResiduesAndLigandAtoms);
            assert!(style.label_style.chains);
        }
        let residue = request(Look::Residue("ARG 45 A".into()));
        assert_eq!(residue.labels, LabelContent::Atoms);
        assert!(!residue.label_style.chains);
        assert!(!request(Look::Ligand).label_style.chains);
    }

    #[test]
    fn requests_are_sound_documents() {
        let picture = Picture::new("5ey0", Look::Residue("ARG 45 A".into()), "back", &[])
            .with_ligand_moved(&["roll x 30".into()]);
        let request = picture.request(PictureSize::default());
        request.validate().expect("a sound request");
        let text = serde_json::to_vec(&request).expect("JSON");
        assert_eq!(
            RenderRequest::from_json(&text).expect("a document"),
            request
        );
    }
}
