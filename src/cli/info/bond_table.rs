//! The table of `molshot info --bonds`: one row per bond.

use std::fmt::Write;

use molshot_molecule::perception::{BondOrders, bond_orders};
use molshot_molecule::{BondOrder, Structure};
use molshot_renderer::annotations::ResidueName;
use serde::Serialize;

use super::table_file::{TableFile, field, residue_name, residue_text};
use crate::cli::message::CliError;

/// A row.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// Indices of the atoms in the structure, counted from 0; `a` is lower.
    a: u32,
    b: u32,
    name_a: &'a str,
    name_b: &'a str,
    residue_a: ResidueName,
    residue_b: ResidueName,
    length_angstrom: f32,
    /// Order in the file; `unknown` if it gives none.
    order_in_file: &'static str,
    /// Order in the Kekulé structure.
    order: &'static str,
    /// Whether the bond is in an aromatic ring.
    aromatic: bool,
    /// Where the order comes from.
    source: &'static str,
}

/// The JSON form.
#[derive(Debug, Serialize)]
struct Table<'a> {
    bonds: Vec<Row<'a>>,
    warnings: Vec<String>,
}

/// Writes the table of all bonds; returns the warnings of bond orders.
pub(super) fn write(file: &TableFile, structure: &Structure) -> Result<Vec<String>, CliError> {
    let found = bond_orders(structure);
    let table = Table {
        bonds: rows(structure, &found).collect(),
        warnings: found.warnings.iter().map(ToString::to_string).collect(),
    };
    file.write(&table, || tsv(&table.bonds))?;
    Ok(table.warnings)
}

fn rows<'a>(structure: &'a Structure, found: &'a BondOrders) -> impl Iterator<Item = Row<'a>> + 'a {
    let atoms = structure.atoms();
    let bonds = structure.bonds().iter().zip(&found.bonds);
    bonds.map(move |(bond, assigned)| {
        let [name_a, name_b] = [bond.a, bond.b].map(|atom| atoms.name[atom as usize].as_str());
        let [from, to] = [bond.a, bond.b].map(|atom| atoms.position_angstrom[atom as usize]);
        let squares = std::iter::zip(from, to).map(|(from, to)| (from - to).powi(2));
        Row {
            a: bond.a,
            b: bond.b,
            name_a,
            name_b,
            residue_a: residue_name(structure, bond.a),
            residue_b: residue_name(structure, bond.b),
            length_angstrom: squares.sum::<f32>().sqrt(),
            order_in_file: name(bond.order),
            order: name(assigned.order),
            aromatic: assigned.is_aromatic,
            source: assigned.source.name(),
        }
    })
}

fn name(order: BondOrder) -> &'static str {
    match order {
        BondOrder::Single => "single",
        BondOrder::Double => "double",
        BondOrder::Triple => "triple",
        BondOrder::Aromatic => "aromatic",
        BondOrder::Amide => "amide",
        BondOrder::Dative => "dative",
        _ => "unknown",
    }
}

/// Formats rows as tab-separated values with a heading.
fn tsv(rows: &[Row<'_>]) -> String {
    let mut text = String::from(
        "a\tb\tname_a\tname_b\tresidue_a\tresidue_b\tlength_angstrom\torder_in_file\torder\taromatic\tsource\n",
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{:.3}\t{}\t{}\t{}\t{}",
            row.a,
            row.b,
            field(row.name_a),
            field(row.name_b),
            residue_text(&row.residue_a),
            residue_text(&row.residue_b),
            row.length_angstrom,
            row.order_in_file,
            row.order,
            row.aromatic,
            row.source,
        );
    }
    text
}
