//! Prints the area and volume of both surfaces of each chain's polymer, with its atoms, as JSON:
//! for `scripts/surface-check`.
//!
//! `surface_report FILE [RESOLUTION]`
#![allow(clippy::print_stdout, reason = "the output of an example")]

use std::error::Error;
use std::path::Path;

use molshot_molecule::perception::vdw_radii_angstrom;
use molshot_molecule::surface::{SurfaceKind, SurfaceOptions, surface};
use molshot_molecule::{CancelToken, ReadOptions, Selection, read_file};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("give a file")?;
    let mut options = SurfaceOptions::default();
    if let Some(resolution) = arguments.next() {
        options = options.with_resolution(resolution.parse()?);
    }
    let structure = read_file(Path::new(&file), &ReadOptions::default())?;
    let polymer = Selection::parse("polymer")?.evaluate(&structure);
    let all_radii = vdw_radii_angstrom(&structure);
    let mut chains = Vec::new();
    for chain in 0..structure.chains().len() as u32 {
        let (mut positions, mut radii) = (Vec::new(), Vec::new());
        for atom in (0..polymer.len()).filter(|atom| polymer[*atom]) {
            if structure.residue_of(atom as u32).chain == chain {
                positions.push(structure.atoms().position_angstrom[atom]);
                radii.push(all_radii[atom]);
            }
        }
        if positions.is_empty() {
            continue;
        }
        let mut sizes = Vec::new();
        for kind in [SurfaceKind::Sas, SurfaceKind::Ses] {
            let options = options.clone().with_kind(kind);
            let mesh = surface(&positions, &radii, &options, &CancelToken::new())?;
            sizes.push([mesh.area_square_angstrom(), mesh.volume_cubic_angstrom()]);
        }
        chains.push(format!(
            "{{\"sas\": {:?}, \"ses\": {:?}, \"position_angstrom\": {positions:?}, \
             \"radius_angstrom\": {radii:?}}}",
            sizes[0], sizes[1]
        ));
    }
    println!("[{}]", chains.join(",\n"));
    Ok(())
}
