//! The table of `molshot info --surfaces`: one row per chain.

use std::fmt::Write;

use molshot_molecule::perception::vdw_radii_angstrom;
use molshot_molecule::surface::{SurfaceKind, SurfaceMesh, SurfaceOptions, resolution_for_atoms};
use molshot_molecule::{CancelToken, Structure};
use serde::Serialize;

use super::table_file::{TableFile, field};
use crate::cli::message::CliError;

/// A row.
#[derive(Debug, Serialize)]
struct Row<'a> {
    chain: &'a str,
    /// Number of the copy by symmetry, from 1.
    copy: u32,
    /// Enclosed atoms: those of the polymer.
    atoms: usize,
    ses_area_square_angstrom: f64,
    ses_volume_cubic_angstrom: f64,
    sas_area_square_angstrom: f64,
    sas_volume_cubic_angstrom: f64,
}

/// The JSON form.
#[derive(Debug, Serialize)]
struct Table<'a> {
    probe_radius_angstrom: f64,
    resolution_angstrom: f64,
    chains: Vec<Row<'a>>,
}

/// Writes the table of the surfaces of all chains with polymers.
pub(super) fn write(file: &TableFile, structure: &Structure) -> Result<(), CliError> {
    let mut atoms_of_chain = vec![Vec::new(); structure.chains().len()];
    for atom in 0..structure.atoms().len() as u32 {
        let residue = structure.residue_of(atom);
        if residue.class.is_polymer() {
            atoms_of_chain[residue.chain as usize].push(atom);
        }
    }
    let count = atoms_of_chain.iter().map(Vec::len).sum();
    let options = SurfaceOptions::default().with_resolution(resolution_for_atoms(count));
    let all_radii = vdw_radii_angstrom(structure);
    let mut rows = Vec::new();
    for (chain, atoms) in structure.chains().iter().zip(&atoms_of_chain) {
        if atoms.is_empty() {
            continue;
        }
        let positions = &structure.atoms().position_angstrom;
        let positions: Vec<_> = atoms.iter().map(|a| positions[*a as usize]).collect();
        let radii: Vec<_> = atoms.iter().map(|a| all_radii[*a as usize]).collect();
        let surface = |kind| -> Result<SurfaceMesh, CliError> {
            let options = options.clone().with_kind(kind);
            let never = CancelToken::new();
            molshot_molecule::surface::surface(&positions, &radii, &options, &never)
                .map_err(|error| CliError::flag("--surfaces", error))
        };
        let (excluded, accessible) = (surface(SurfaceKind::Ses)?, surface(SurfaceKind::Sas)?);
        rows.push(Row {
            chain: chain.id.as_str(),
            copy: chain.copy,
            atoms: atoms.len(),
            ses_area_square_angstrom: excluded.area_square_angstrom(),
            ses_volume_cubic_angstrom: excluded.volume_cubic_angstrom(),
            sas_area_square_angstrom: accessible.area_square_angstrom(),
            sas_volume_cubic_angstrom: accessible.volume_cubic_angstrom(),
        });
    }
    let table = Table {
        probe_radius_angstrom: options.probe_radius_angstrom,
        resolution_angstrom: options.resolution_angstrom,
        chains: rows,
    };
    file.write(&table, || tsv(&table.chains))
}

/// Formats rows as tab-separated values with a heading.
fn tsv(rows: &[Row<'_>]) -> String {
    let mut text = String::from(
        "chain\tcopy\tatoms\tses_area_square_angstrom\tses_volume_cubic_angstrom\tsas_area_square_angstrom\tsas_volume_cubic_angstrom\n",
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{:.1}\t{:.1}\t{:.1}\t{:.1}",
            field(row.chain),
            row.copy,
            row.atoms,
            row.ses_area_square_angstrom,
            row.ses_volume_cubic_angstrom,
            row.sas_area_square_angstrom,
            row.sas_volume_cubic_angstrom,
        );
    }
    text
}
