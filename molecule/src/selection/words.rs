//! The keywords of the selection language.

use std::fmt;

use crate::suggest;

/// A keyword for a set of atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    All,
    None,
    Ligand,
    Pocket,
    Protein,
    Nucleic,
    Polymer,
    Water,
    Ion,
    Metal,
    Hetero,
    Hydrogen,
    Heavy,
    Backbone,
    Sidechain,
    Helix,
    Strand,
    Coil,
}

/// A keyword that values follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Chain,
    ResidueNumber,
    ResidueName,
    Name,
    Element,
    Index,
    Serial,
    Part,
}

/// A keyword that joins or changes terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    Within,
    Of,
    ByResidue,
}

/// Meaning of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Class(Class),
    Property(Property),
    Operator(Operator),
}

/// All keywords. The first one of a meaning is used in the text of a selection.
const WORDS: [(&str, Meaning); 53] = [
    ("all", Meaning::Class(Class::All)),
    ("none", Meaning::Class(Class::None)),
    ("ligand", Meaning::Class(Class::Ligand)),
    ("ligands", Meaning::Class(Class::Ligand)),
    ("pocket", Meaning::Class(Class::Pocket)),
    ("protein", Meaning::Class(Class::Protein)),
    ("nucleic", Meaning::Class(Class::Nucleic)),
    ("polymer", Meaning::Class(Class::Polymer)),
    ("water", Meaning::Class(Class::Water)),
    ("waters", Meaning::Class(Class::Water)),
    ("solvent", Meaning::Class(Class::Water)),
    ("ion", Meaning::Class(Class::Ion)),
    ("ions", Meaning::Class(Class::Ion)),
    ("metal", Meaning::Class(Class::Metal)),
    ("metals", Meaning::Class(Class::Metal)),
    ("hetero", Meaning::Class(Class::Hetero)),
    ("hetatm", Meaning::Class(Class::Hetero)),
    ("hydrogen", Meaning::Class(Class::Hydrogen)),
    ("hydrogens", Meaning::Class(Class::Hydrogen)),
    ("heavy", Meaning::Class(Class::Heavy)),
    ("backbone", Meaning::Class(Class::Backbone)),
    ("sidechain", Meaning::Class(Class::Sidechain)),
    ("helix", Meaning::Class(Class::Helix)),
    ("helices", Meaning::Class(Class::Helix)),
    ("strand", Meaning::Class(Class::Strand)),
    ("strands", Meaning::Class(Class::Strand)),
    ("sheet", Meaning::Class(Class::Strand)),
    ("coil", Meaning::Class(Class::Coil)),
    ("chain", Meaning::Property(Property::Chain)),
    ("chains", Meaning::Property(Property::Chain)),
    ("resi", Meaning::Property(Property::ResidueNumber)),
    ("resid", Meaning::Property(Property::ResidueNumber)),
    ("residue", Meaning::Property(Property::ResidueNumber)),
    ("residues", Meaning::Property(Property::ResidueNumber)),
    ("resn", Meaning::Property(Property::ResidueName)),
    ("resname", Meaning::Property(Property::ResidueName)),
    ("name", Meaning::Property(Property::Name)),
    ("names", Meaning::Property(Property::Name)),
    ("element", Meaning::Property(Property::Element)),
    ("elements", Meaning::Property(Property::Element)),
    ("elem", Meaning::Property(Property::Element)),
    ("index", Meaning::Property(Property::Index)),
    ("serial", Meaning::Property(Property::Serial)),
    ("part", Meaning::Property(Property::Part)),
    ("parts", Meaning::Property(Property::Part)),
    ("model", Meaning::Property(Property::Part)),
    ("and", Meaning::Operator(Operator::And)),
    ("or", Meaning::Operator(Operator::Or)),
    ("not", Meaning::Operator(Operator::Not)),
    ("within", Meaning::Operator(Operator::Within)),
    ("of", Meaning::Operator(Operator::Of)),
    ("byres", Meaning::Operator(Operator::ByResidue)),
    ("byresidue", Meaning::Operator(Operator::ByResidue)),
];

/// Returns the meaning of a keyword, in any case; `None` for other words.
pub(super) fn meaning(word: &str) -> Option<Meaning> {
    WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|&(_, meaning)| meaning)
}

/// Returns true for a keyword.
pub(super) fn is_word(word: &str) -> bool {
    meaning(word).is_some()
}

/// Returns the keyword of a meaning.
fn spelling(wanted: Meaning) -> &'static str {
    WORDS
        .iter()
        .find(|(_, meaning)| *meaning == wanted)
        .map_or("all", |&(word, _)| word)
}

impl Class {
    /// Returns its keyword.
    pub(super) fn word(self) -> &'static str {
        spelling(Meaning::Class(self))
    }
}

impl Property {
    /// Returns its keyword.
    pub(super) fn word(self) -> &'static str {
        spelling(Meaning::Property(self))
    }

    /// Describes its values, with examples, for messages.
    pub(super) fn values(self) -> &'static str {
        match self {
            Self::Chain => "chain ids, such as `chain A` or `chain A+B`",
            Self::ResidueNumber => {
                "residue numbers, such as `resi 45`, `resi 45A` or `resi 40-45+50`"
            }
            Self::ResidueName => "residue names, such as `resn ARG` or `resn ASP+GLU`",
            Self::Name => "atom names, such as `name CA` or `name O5'+C*`",
            Self::Element => "element symbols, such as `element N+O`",
            Self::Index => "atom indices counted from 0, such as `index 0-9`",
            Self::Serial => "serial numbers, such as `serial 1-10`",
            Self::Part => "numbers of input files counted from 1, such as `part 1`",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(spelling(Meaning::Operator(*self)))
    }
}

/// Finds the keyword that a mistyped one most resembles.
pub(super) fn nearest(typed: &str) -> Option<&'static str> {
    suggest::nearest(typed, WORDS.iter().map(|&(word, _)| word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("chian"), Some("chain"));
        assert_eq!(nearest("LIGNAD"), Some("ligand"));
        assert_eq!(nearest("nto"), Some("not"));
        assert_eq!(nearest("backbon"), Some("backbone"));
        assert_eq!(nearest("xyzzy"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest(&"ligand".repeat(1000)), None);
    }

    #[test]
    fn words_are_unique_and_lower_case() {
        let mut words: Vec<&str> = WORDS.iter().map(|&(word, _)| word).collect();
        assert!(
            words
                .iter()
                .all(|w| w.bytes().all(|b| b.is_ascii_lowercase()))
        );
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), WORDS.len());
    }
}
