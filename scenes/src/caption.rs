//! Captions: what a scene shows, in words for people who do not see the picture.
//!
//! The JSON form has the fields of `PDBe`'s `pdb-images` (`filename`, `alt`, `description`,
//! `clean_description`); as there, names in `description` are in HTML elements
//! `<span class='highlight'>`, and `clean_description` is the same text without markup.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use molshot_molecule::{ResidueClass, Structure};
use serde::Serialize;

use crate::colors::Rgb;
use crate::keyword::Keyword;
use crate::request::{ColorScheme, Preset, RenderRequest, StyleRequest};
use crate::scene::Scene;

/// Most names of a list; the rest is counted.
const MOST_NAMES: usize = 10;

/// The caption of one picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Caption {
    /// Name of the picture's file, without folders and file extension.
    pub filename: String,
    /// Alternative text: one short sentence.
    pub alt: String,
    /// Description in HTML, with highlighted names.
    pub description: String,
    /// The description as plain text.
    pub clean_description: String,
}

/// The two forms of a text.
#[derive(Debug, Clone, Default)]
struct Text {
    html: String,
    plain: String,
}

impl Text {
    fn say(&mut self, text: &str) {
        self.plain.push_str(text);
        for letter in text.chars() {
            match letter {
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '&' => self.html.push_str("&amp;"),
                letter => self.html.push(letter),
            }
        }
    }

    fn name(&mut self, name: &str) {
        self.html.push_str("<span class='highlight'>");
        self.say(name);
        self.html.push_str("</span>");
    }

    /// `A, B and C`; of long lists the first names and the number of the others.
    fn names(&mut self, names: &[String]) {
        let shown = &names[..names.len().min(MOST_NAMES)];
        let more = names.len() - shown.len();
        for (index, name) in shown.iter().enumerate() {
            if index > 0 {
                let is_last = index + 1 == names.len();
                self.say(if is_last { " and " } else { ", " });
            }
            self.name(name);
        }
        if more > 0 {
            self.say(&format!(" and {more} more"));
        }
    }
}

impl Caption {
    /// Describes a scene that was built by a request. `filename` is that of the picture, `view` the
    /// name of its view where no commands changed it.
    #[must_use]
    pub fn of(scene: &Scene, request: &RenderRequest, filename: &str, view: Option<&str>) -> Self {
        let contents = Contents::of(scene);
        let style = &request.style;
        let names: Vec<String> = contents.parts.clone();
        let mut alt = Text::default();
        alt.names(&names);
        alt.say(&format!(" as {}", representation(style)));
        for phrase in &contents.states {
            alt.say(&format!(", {phrase}"));
        }
        if let Some(view) = view {
            alt.say(&format!(", {view} view"));
        }
        let mut text = Text::default();
        text.names(&names);
        text.say(&format!(
            ": {}, drawn as {}.",
            contents.counts(),
            representation(style)
        ));
        if !contents.states.is_empty() {
            text.say(&format!(" Shown: {}.", contents.states.join(", ")));
        }
        text.say(&colors_sentence(style));
        contents.chains_sentence(style, &mut text);
        if !contents.ligands.is_empty() {
            text.say(if contents.ligands.len() == 1 {
                " The ligand is "
            } else {
                " The ligands are "
            });
            text.names(&contents.ligands);
            text.say(".");
        }
        if !style.pseudobonds.is_empty() {
            let kinds: Vec<String> = style
                .pseudobonds
                .iter()
                .map(|kind| kind.keyword().replace('-', " "))
                .collect();
            text.say(&format!(" Dashes show {}.", kinds.join(" and ")));
        }
        if request.select.as_str() != "all" {
            let selection = request.select.as_str();
            text.say(&format!(" Only the selection \"{selection}\" is drawn."));
        }
        if let Some(view) = view {
            text.say(&format!(" This is the {view} view."));
        }
        Self {
            filename: filename.to_owned(),
            alt: alt.plain,
            description: text.html,
            clean_description: text.plain,
        }
    }
}

impl Caption {
    /// Adds that the picture shows a frame of a trajectory, counted from 0.
    #[must_use]
    pub fn with_frame(mut self, number: usize) -> Self {
        // A String takes all text.
        let _ = write!(self.alt, ", frame {number}");
        for text in [&mut self.description, &mut self.clean_description] {
            let _ = write!(text, " This is frame {number} of the trajectory.");
        }
        self
    }
}

/// Which model, assembly and part of the crystal a structure shows, in words; empty for files as
/// they are.
fn states(structure: &Structure) -> Vec<String> {
    let mut phrases = Vec::new();
    for part in structure.parts() {
        // Of several models, each is a part whose name has its number.
        if part.models > 1 && part.overlay_model.is_none() {
            phrases.push(format!("model {}", part.model));
        }
        match part.assembly.as_deref() {
            None => {}
            Some("all") => phrases.push("all biological assemblies".to_owned()),
            Some(id) => phrases.push(format!("biological assembly {id}")),
        }
        match part.cells {
            None => {}
            Some([1, 1, 1]) => phrases.push("one unit cell".to_owned()),
            Some([a, b, c]) => phrases.push(format!("{a} x {b} x {c} unit cells")),
        }
    }
    let copies = structure.chains().iter().map(|chain| chain.copy).max();
    if let Some(copies @ 2..) = copies {
        phrases.push(format!("{copies} copies by symmetry"));
    }
    // Several models of a file say the same.
    let mut seen = BTreeSet::new();
    phrases.retain(|phrase| seen.insert(phrase.clone()));
    phrases
}

/// What is drawn.
struct Contents {
    parts: Vec<String>,
    /// Chain ids with the index of the chain, in order.
    chains: Vec<(String, u32)>,
    ligands: Vec<String>,
    /// Drawn residues by class: amino acids, nucleotides, ions, water.
    residues: [usize; 4],
    atoms: usize,
    /// Model, assembly and part of the crystal, in words.
    states: Vec<String>,
}

impl Contents {
    fn of(scene: &Scene) -> Self {
        let structure: &Structure = &scene.structure;
        let column = &structure.atoms().residue;
        let drawn: BTreeSet<u32> = scene
            .spheres
            .iter()
            .map(|sphere| sphere.atom)
            .chain(scene.mesh.vertices.iter().map(|corner| corner.atom))
            .filter_map(|atom| column.get(atom as usize).copied())
            .collect();
        let mut found = Self {
            parts: structure.parts().iter().map(|p| p.name.clone()).collect(),
            chains: Vec::new(),
            ligands: Vec::new(),
            residues: [0; 4],
            atoms: scene.spheres.len(),
            states: states(structure),
        };
        let mut chains = BTreeSet::new();
        for index in drawn {
            let residue = &structure.residues()[index as usize];
            let chain = &structure.chains()[residue.chain as usize];
            let class = match residue.class {
                ResidueClass::AminoAcid => Some(0),
                ResidueClass::Nucleotide => Some(1),
                ResidueClass::Ion => Some(2),
                ResidueClass::Water => Some(3),
                _ => None,
            };
            if let Some(class) = class {
                found.residues[class] += 1;
            }
            if residue.class == ResidueClass::Ligand {
                let of_chain = match chain.id.as_str() {
                    "" => String::new(),
                    id => format!(" of chain {id}"),
                };
                let name = format!("{} {}{of_chain}", residue.name, residue.number);
                found.ligands.push(name);
            }
            if residue.class.is_polymer() && chains.insert(residue.chain) && !chain.id.is_empty() {
                found.chains.push((chain.id.to_string(), residue.chain));
            }
        }
        found
    }

    fn counts(&self) -> String {
        let words = [
            ["amino acid", "amino acids"],
            ["nucleotide", "nucleotides"],
            ["ion", "ions"],
            ["water molecule", "water molecules"],
        ];
        let counts = self.residues.into_iter().zip(words);
        let mut counts: Vec<String> = counts.filter_map(|(n, word)| counted(n, word)).collect();
        counts.extend(counted(self.ligands.len(), ["ligand", "ligands"]));
        counts.extend(counted(self.atoms, ["atom", "atoms"]));
        counts.join(", ")
    }

    /// Says which chains there are, and their colours if the scheme is by chain.
    fn chains_sentence(&self, style: &StyleRequest, text: &mut Text) {
        if self.chains.is_empty() {
            return;
        }
        text.say(if self.chains.len() == 1 {
            " The chain is "
        } else {
            " The chains are "
        });
        let by_chain = style.color_scheme() == ColorScheme::Chain;
        let name = |(id, index): &(String, u32)| {
            if by_chain {
                format!("{id} ({})", style.color_in_turn(*index))
            } else {
                id.clone()
            }
        };
        let names: Vec<String> = self.chains.iter().map(name).collect();
        text.names(&names);
        text.say(".");
    }
}

fn counted(number: usize, [one, many]: [&str; 2]) -> Option<String> {
    match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    }
}

fn representation(style: &StyleRequest) -> String {
    let mut words = match style.preset {
        Preset::BallAndStick => "balls and sticks",
        Preset::Spacefill => "spheres of van der Waals radius",
        Preset::Cartoon => "cartoons",
        Preset::None => {
            return match (&style.cartoon, &style.surface) {
                (Some(_), None) => "cartoons",
                (Some(_), Some(_)) => "cartoons and a molecular surface",
                (None, _) => "a molecular surface",
            }
            .to_owned();
        }
        _ => "sticks",
    }
    .to_owned();
    if style.bond_orders && style.preset != Preset::Spacefill {
        words.push_str(" with bond orders");
    }
    if style.cartoon.is_some() && style.preset != Preset::Cartoon {
        words.push_str(" and cartoons");
    }
    if style.surface.is_some() {
        words.push_str(" and a molecular surface");
    }
    words
}

fn colors_sentence(style: &StyleRequest) -> String {
    match style.color_scheme() {
        ColorScheme::Element => " Atoms are coloured by element.".to_owned(),
        ColorScheme::Chain => " Atoms are coloured by chain.".to_owned(),
        ColorScheme::Copy => " Atoms are coloured by copy of the symmetry.".to_owned(),
        ColorScheme::Residue => " Atoms are coloured by the name of their residue.".to_owned(),
        ColorScheme::BFactor => {
            " Atoms are coloured by temperature factor, from blue (lowest) over white to red \
             (highest)."
                .to_owned()
        }
        ColorScheme::Plddt => {
            " Atoms are coloured by confidence (pLDDT): above 90 dark blue, above 70 light blue, \
             above 50 yellow, the rest orange."
                .to_owned()
        }
        ColorScheme::Hydrophobicity => {
            " Amino acids are coloured by hydrophobicity (Kyte and Doolittle), from blue (polar) \
             over white to orange (hydrophobic)."
                .to_owned()
        }
        ColorScheme::SecondaryStructure => {
            " Residues are coloured by secondary structure: helices red or purple, strands yellow, \
             turns blue, the rest of proteins white, nucleic acids violet or crimson."
                .to_owned()
        }
        ColorScheme::Rainbow => {
            " Chains are coloured from blue (start) over green to red (end).".to_owned()
        }
        ColorScheme::Model => " Atoms are coloured by file.".to_owned(),
        ColorScheme::Uniform => {
            let color = style.color.unwrap_or(Rgb([255; 3]));
            format!(" All atoms have the colour {color}.")
        }
        ColorScheme::AlternatingResidues => {
            " Carbon atoms of neighbouring residues are purple and orange in turn, those of the \
             ligand gray; other atoms are coloured by element."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use molshot_molecule::copies::CrystalChoice;
    use molshot_molecule::{PartRole, ReadOptions, Structure, read_bytes};

    use super::Caption;
    use crate::build::build_scene;
    use crate::request::{ColorScheme, Preset, RenderRequest};

    const PDB: &str = "\
ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00 10.00           C
ATOM      2  CA  GLY B   1       9.000   0.000   0.000  1.00 10.00           C
HETATM    3  C1  A<B B 101       5.000   5.000   2.000  1.00 30.00           C
HETATM    4  O   HOH A 201      15.000   5.000   2.000  1.00 30.00           O
END
";

    fn structure() -> Arc<Structure> {
        let options = ReadOptions::default();
        Arc::new(read_bytes("1abc.pdb", PDB.as_bytes(), PartRole::Whole, &options).expect("atoms"))
    }

    fn caption(change: impl FnOnce(&mut RenderRequest), view: Option<&str>) -> Caption {
        let mut request = RenderRequest::default();
        change(&mut request);
        let scene = build_scene(structure(), &request).expect("a scene");
        Caption::of(&scene, &request, "picture", view)
    }

    #[test]
    fn a_caption_says_what_is_drawn_and_how() {
        let caption = caption(
            |request| request.style.colors = Some(ColorScheme::Chain),
            Some("front"),
        );
        assert_eq!(caption.filename, "picture");
        assert_eq!(caption.alt, "1abc as sticks, front view");
        assert_eq!(
            caption.clean_description,
            "1abc: 2 amino acids, 1 ligand, 3 atoms, drawn as sticks. Atoms are coloured by chain. \
             The chains are A (#56b4e9) and B (#e69f00). The ligand is A<B 101 of chain B. \
             This is the front view."
        );
    }

    #[test]
    fn the_description_has_highlighted_names_and_no_other_markup() {
        let found = caption(
            |request| request.style.preset = Preset::Spacefill,
            Some("left"),
        );
        let html = &found.description;
        assert!(
            html.contains("<span class='highlight'>1abc</span>"),
            "{html}"
        );
        assert!(
            html.contains("<span class='highlight'>A&lt;B 101 of chain B</span>"),
            "{html}"
        );
        let plain = html
            .replace("<span class='highlight'>", "")
            .replace("</span>", "")
            .replace("&lt;", "<");
        assert_eq!(plain, found.clean_description);
        assert_eq!(
            found.alt,
            "1abc as spheres of van der Waals radius, left view"
        );
    }

    #[test]
    fn model_assembly_cells_and_frame_are_named() {
        let text = format!(
            "CRYST1   20.000   20.000   20.000  90.00  90.00  90.00 P 1           1\n\
             MODEL        3\n{PDB}MODEL        4\n{PDB}"
        )
        .replace("END\n", "ENDMDL\n");
        let read = |model: u32| {
            let options = ReadOptions::default().with_model(model);
            read_bytes("1abc.pdb", text.as_bytes(), PartRole::Whole, &options).expect("atoms")
        };
        let caption = |structure: Structure| {
            let request = RenderRequest::default();
            let scene = build_scene(Arc::new(structure), &request).expect("a scene");
            Caption::of(&scene, &request, "picture", None)
        };
        let found = caption(read(4));
        assert_eq!(found.alt, "1abc as sticks, model 4");
        let shown = " drawn as sticks. Shown: model 4. Carbon";
        assert!(found.clean_description.contains(shown), "{found:?}");
        let cells = read(3).with_crystal(CrystalChoice::Cells([2, 1, 1]), 1000);
        let found = caption(cells.expect("cells")).with_frame(7);
        let alt = "1abc as sticks, model 3, 2 x 1 x 1 unit cells, 2 copies by symmetry, frame 7";
        assert_eq!(found.alt, alt);
        assert!(
            found
                .description
                .ends_with("This is frame 7 of the trajectory.")
        );
    }

    #[test]
    fn water_selections_and_orders_are_mentioned() {
        let found = caption(
            |request| {
                request.style.solvent = true;
                request.style.bond_orders = true;
                request.select = "chain A".into();
            },
            None,
        );
        let text = found.clean_description;
        for part in [
            "1 amino acid, 1 water molecule, 2 atoms",
            "sticks with bond orders",
            "Only the selection \"chain A\" is drawn",
            "The chain is A.",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
