//! Words of the style: presets, colour schemes, sources of secondary structure.

use molshot_molecule::SecondaryStructureChoice;
use schemars::JsonSchema;

use crate::keyword::keywords;

/// A representation with its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// Sticks in the colours of MiSI-Bench: carbons of residues alternate between purple and
    /// orange, the ligand's are gray.
    #[default]
    Misi,
    /// As `misi`: one residue (`style.residue`) and the ligand alone. The camera is fitted to them
    /// and, unless labels are off, to their atoms' labels.
    MisiResidue,
    /// As `misi`: the pocket alone, through the camera of the complex.
    MisiPocket,
    /// As `misi`: the ligand alone, through the camera of the complex.
    MisiLigand,
    /// Small balls and thin sticks, coloured by element.
    BallAndStick,
    /// Sticks, coloured by element.
    Licorice,
    /// Balls of van der Waals radius, coloured by element.
    Spacefill,
    /// Proteins and nucleic acids as ribbons, everything else as sticks, coloured by chain.
    Cartoon,
    /// No atoms and bonds: ribbons and surfaces that are asked for alone.
    None,
}

keywords!(Preset { Misi = "misi", MisiResidue = "misi-residue", MisiPocket = "misi-pocket", MisiLigand = "misi-ligand", BallAndStick = "ball-and-stick", Licorice = "licorice", Spacefill = "spacefill", Cartoon = "cartoon", None = "none" });

impl Preset {
    /// True for the picture types of MiSI-Bench.
    #[must_use]
    pub fn is_misi(self) -> bool {
        matches!(
            self,
            Self::Misi | Self::MisiResidue | Self::MisiPocket | Self::MisiLigand
        )
    }
}

/// What decides an atom's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColorScheme {
    /// Its element.
    Element,
    /// Its chain: a colour-blind safe palette of seven, over and over.
    Chain,
    /// The copy by symmetry that it belongs to, in the colours of `chain`.
    Copy,
    /// The name of its residue.
    Residue,
    /// Its temperature factor: blue (lowest shown) over white to red (highest shown).
    BFactor,
    /// The confidence of a predicted structure (pLDDT, 0 to 100, in the column of temperature
    /// factors) in the four bands of the `AlphaFold` database: above 90 dark blue, above 70 light
    /// blue, above 50 yellow, else orange.
    Plddt,
    /// The hydrophobicity of its amino acid (Kyte and Doolittle): blue (polar) over white to orange
    /// (hydrophobic); other atoms by element.
    Hydrophobicity,
    /// The secondary structure of its residue, in the colours of Jmol: alpha helices red, 3-10
    /// helices purple, pi helices dark purple, strands yellow, turns blue, the rest of proteins
    /// white, DNA violet, RNA crimson; other atoms by element.
    SecondaryStructure,
    /// Its residue's place in the chain: blue at the start over cyan, green and yellow to red at
    /// the end; atoms that are not of polymers by element.
    Rainbow,
    /// The file that it is from, with the palette of `chain`.
    Model,
    /// One colour for all: `style.color`.
    Uniform,
    /// Carbons alternate from residue to residue between #BF99F2 and #F2B366, ligand carbons are
    /// gray, the rest by element.
    AlternatingResidues,
}

keywords!(ColorScheme { Element = "element", Chain = "chain", Copy = "copy", Residue = "residue", BFactor = "b-factor", Plddt = "plddt", Hydrophobicity = "hydrophobicity", SecondaryStructure = "secondary-structure", Rainbow = "rainbow", Model = "model", Uniform = "uniform", AlternatingResidues = "alternating-residues" });

/// Where helices and strands come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SecondaryStructureName {
    /// The records of the file, or, where it has none, the hydrogen bonds of the backbone.
    #[default]
    Auto,
    /// The records of the file alone.
    File,
    /// The hydrogen bonds of the backbone, by the rules of DSSP.
    Assigned,
}

keywords!(SecondaryStructureName { Auto = "auto", File = "file", Assigned = "assigned" });

impl SecondaryStructureName {
    /// What the structure is asked for.
    #[must_use]
    pub fn choice(self) -> SecondaryStructureChoice {
        match self {
            Self::Auto => SecondaryStructureChoice::Auto,
            Self::File => SecondaryStructureChoice::File,
            Self::Assigned => SecondaryStructureChoice::Assigned,
        }
    }
}
