//! Time to read structures and find their hydrogen bonds: `hydrogen_bond_rate PATH...`, each a file
//! or a PDBbind folder.
//!
//! Prints one line for each input and the sums; whole structures are searched for all their bonds,
//! folders for those between pocket and ligand.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::path::Path;
use std::time::{Duration, Instant};

use molshot_molecule::hbonds::{HydrogenBondOptions, Scope, find};
use molshot_molecule::{FolderOptions, ReadOptions, read_input};

fn main() {
    let mut totals = [Duration::ZERO; 2];
    let mut count = 0;
    for path in std::env::args().skip(1) {
        let start = Instant::now();
        let structure = match read_input(
            Path::new(&path),
            FolderOptions::default(),
            &ReadOptions::default(),
        ) {
            Ok(structure) => structure,
            Err(error) => {
                println!("{error}");
                continue;
            }
        };
        let read = start.elapsed();
        let scope = if structure.parts().len() > 1 {
            Scope::PocketToLigand
        } else {
            Scope::All
        };
        let options = HydrogenBondOptions::default().with_scope(scope);
        let start = Instant::now();
        match find(&structure, &options) {
            Ok(found) => {
                let search = start.elapsed();
                totals[0] += read;
                totals[1] += search;
                count += 1;
                println!(
                    "{path}: {} atoms, {} bonds, read {:.2} ms, found {:.2} ms",
                    structure.atoms().len(),
                    found.bonds.len(),
                    read.as_secs_f64() * 1e3,
                    search.as_secs_f64() * 1e3
                );
                for warning in &found.warnings {
                    println!("  {warning}");
                }
            }
            Err(error) => println!("{error}"),
        }
    }
    println!(
        "{count} inputs: read {:.1} ms, found {:.1} ms",
        totals[0].as_secs_f64() * 1e3,
        totals[1].as_secs_f64() * 1e3
    );
}
