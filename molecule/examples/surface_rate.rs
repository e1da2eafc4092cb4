//! Prints the time, size, area and volume of a molecular surface of each chain's polymer.
//!
//! `surface_rate FILE [ses|sas|gaussian] [RESOLUTION] [THREADS]`
#![allow(clippy::print_stdout, reason = "the output of an example")]

use std::error::Error;
use std::num::NonZero;
use std::path::Path;
use std::time::Instant;

use molshot_molecule::perception::vdw_radii_angstrom;
use molshot_molecule::surface::{SurfaceKind, SurfaceOptions, surface};
use molshot_molecule::{CancelToken, ReadOptions, Selection, read_file};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("give a file")?;
    let kind = match arguments.next().as_deref() {
        None | Some("ses") => SurfaceKind::Ses,
        Some("sas") => SurfaceKind::Sas,
        Some("gaussian") => SurfaceKind::Gaussian,
        Some(other) => {
            return Err(format!("{other} is not known; give ses, sas or gaussian").into());
        }
    };
    let mut options = SurfaceOptions::default().with_kind(kind);
    if let Some(resolution) = arguments.next() {
        options = options.with_resolution(resolution.parse()?);
    }
    if let Some(threads) = arguments.next() {
        options = options.with_threads(NonZero::new(threads.parse()?).ok_or("give 1 or more")?);
    }
    let structure = read_file(Path::new(&file), &ReadOptions::default())?;
    let polymer = Selection::parse("polymer")?.evaluate(&structure);
    let radii = vdw_radii_angstrom(&structure);
    let mut chains: Vec<Vec<usize>> = vec![Vec::new(); structure.chains().len()];
    for (atom, _) in polymer
        .iter()
        .enumerate()
        .filter(|(_, is_polymer)| **is_polymer)
    {
        chains[structure.residue_of(atom as u32).chain as usize].push(atom);
    }
    let start = Instant::now();
    let (mut atoms, mut triangles, mut area, mut volume) = (0, 0, 0.0, 0.0);
    let mut bounds = [[f32::INFINITY; 3], [f32::NEG_INFINITY; 3]];
    for chain in chains {
        let positions: Vec<[f32; 3]> = chain
            .iter()
            .map(|atom| structure.atoms().position_angstrom[*atom])
            .collect();
        let radii: Vec<f32> = chain.iter().map(|atom| radii[*atom]).collect();
        let mesh = surface(&positions, &radii, &options, &CancelToken::new())?;
        atoms += positions.len();
        triangles += mesh.triangles.len();
        area += mesh.area_square_angstrom();
        volume += mesh.volume_cubic_angstrom();
        if let Some([low, high]) = mesh.bounds_angstrom() {
            for k in 0..3 {
                bounds[0][k] = bounds[0][k].min(low[k]);
                bounds[1][k] = bounds[1][k].max(high[k]);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{{\"atoms\": {atoms}, \"triangles\": {triangles}, \"area_square_angstrom\": {area:.2}, \
         \"volume_cubic_angstrom\": {volume:.2}, \"bounds_angstrom\": {bounds:?}, \
         \"seconds\": {seconds:.3}}}"
    );
    Ok(())
}
