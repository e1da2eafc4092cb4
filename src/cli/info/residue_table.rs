//! The table of `molshot info --residues`: one row per residue.

use std::fmt::Write;

use molshot_molecule::{Residue, ResidueClass, SecondaryStructure, Structure};
use molshot_renderer::annotations::ResidueName;
use serde::Serialize;

use super::table_file::{TableFile, field, residue_name, residue_text};
use crate::cli::message::CliError;

/// A row.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// Index of the residue in the structure, counted from 0.
    index: usize,
    residue: ResidueName,
    /// Author's chain id; empty if it is blank.
    chain: &'a str,
    class: &'static str,
    /// Letter of DSSP; `C` for coil. `None` for what is not an amino acid.
    secondary_structure: Option<char>,
    /// Number of the helix or strand, counted from 1.
    element: Option<u32>,
    /// `file` or `assigned`.
    source: Option<&'static str>,
}

/// The JSON form.
#[derive(Debug, Serialize)]
struct Table<'a> {
    residues: Vec<Row<'a>>,
}

/// Writes the table of all residues.
pub(super) fn write(
    file: &TableFile,
    structure: &Structure,
    secondary: &SecondaryStructure,
) -> Result<(), CliError> {
    let residues = structure.residues().iter().enumerate();
    let table = Table {
        residues: residues
            .filter(|(_, residue)| !residue.atoms.is_empty())
            .map(|(index, residue)| row(structure, secondary, index, residue))
            .collect(),
    };
    file.write(&table, || tsv(&table.residues))
}

fn row<'a>(
    structure: &'a Structure,
    secondary: &SecondaryStructure,
    index: usize,
    residue: &Residue,
) -> Row<'a> {
    let chain = &structure.chains()[residue.chain as usize];
    let is_amino_acid = residue.class == ResidueClass::AminoAcid;
    let source = secondary.sources()[chain.part as usize].name();
    Row {
        index,
        residue: residue_name(structure, residue.atoms.start),
        chain: &chain.id,
        class: class_name(residue.class),
        secondary_structure: is_amino_acid.then(|| secondary.kinds()[index].letter()),
        element: secondary.element_of_residue()[index].map(|element| element + 1),
        source: is_amino_acid.then_some(source),
    }
}

fn class_name(class: ResidueClass) -> &'static str {
    match class {
        ResidueClass::AminoAcid => "amino acid",
        ResidueClass::Nucleotide => "nucleotide",
        ResidueClass::Water => "water",
        ResidueClass::Ion => "ion",
        ResidueClass::Ligand => "ligand",
        _ => "marker",
    }
}

/// Formats rows as tab-separated values with a heading.
fn tsv(rows: &[Row<'_>]) -> String {
    let mut text =
        String::from("index\tresidue\tchain\tclass\tsecondary_structure\telement\tsource\n");
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            row.index,
            residue_text(&row.residue),
            field(row.chain),
            row.class,
            row.secondary_structure
                .map(String::from)
                .unwrap_or_default(),
            row.element
                .map(|element| element.to_string())
                .unwrap_or_default(),
            row.source.unwrap_or_default(),
        );
    }
    text
}
