//! `molshot hbonds`

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use molshot_molecule::hbonds::{
    HydrogenBondOptions, HydrogenBonds, OptionsError, Scope, find, is_of_ligand,
};
use molshot_molecule::{ResidueClass, ResidueKey, ResidueKeyError, Structure};

use crate::cli::input::{ReadArgs, print_warnings};
use crate::cli::message::{CliError, Verbosity, note, output};
use crate::cli::number;

const EXAMPLES: &str = "\
Examples:
  molshot hbonds 5ey0/
  molshot hbonds 5ey0/ --residue 'ARG 45 A'
  molshot hbonds 5ey0_pocket.pdb 5ey0_ligand.mol2 --format json
  molshot hbonds 1ubi.cif --scope all

The text for bonds between pocket and ligand is `ARG 45 NH2 A, O1B; ...` (pocket atom, ligand atom), without water; with --residue it is
`Yes: ARG NH2, O1B` or `No`. For other scopes it has one bond per line. The criteria are described in docs/hydrogen-bonds.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HbondsArgs {
    /// Structure files, folders in PDBbind layout, one scene file (.json), or `-`, as for
    /// `molshot info`.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List only the bonds between this residue and the ligand. Give its name, its number and, if
    /// these are ambiguous, its chain (? for a blank chain); `#2` at the end selects the second of
    /// several residues with equal names.
    #[arg(long, value_name = "RESIDUE", value_parser = parse_residue)]
    residue: Option<ResidueKey>,
    /// Atoms between which bonds are searched.
    #[arg(long, value_enum, default_value_t = ScopeName::Ligand, conflicts_with = "residue")]
    scope: ScopeName,
    /// Tolerance of distances in angstrom, 0 to 2.
    #[arg(long, value_name = "ANGSTROM", default_value_t = HydrogenBondOptions::default().distance_slack_angstrom,
          value_parser = number(0.0_f32..=2.0), allow_negative_numbers = true)]
    distance_slack: f32,
    /// Tolerance of angles in degrees, 0 to 90.
    #[arg(long, value_name = "DEGREES", default_value_t = HydrogenBondOptions::default().angle_slack_degrees,
          value_parser = number(0.0_f32..=90.0), allow_negative_numbers = true)]
    angle_slack: f32,
    /// Exclude water from JSON output and from the other scopes as well.
    #[arg(long)]
    no_water: bool,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The answer format of `MiSI-Bench`, or one bond per line.
    Text,
    /// Each bond with its distances, angle, atom classes, the donor's side, and whether it needs
    /// the tolerances.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScopeName {
    /// Between pocket and ligand.
    Ligand,
    /// Within each input file.
    Within,
    /// Between any two atoms.
    All,
}

fn parse_residue(text: &str) -> Result<ResidueKey, String> {
    ResidueKey::parse(text)
        .ok_or_else(|| "give name, number and chain, such as 'ARG 45 A'".to_owned())
}

pub(crate) fn run(args: &HbondsArgs, verbosity: Verbosity) -> Result<(), CliError> {
    let scope = match args.scope {
        ScopeName::Ligand => Scope::PocketToLigand,
        ScopeName::Within => Scope::WithinParts,
        ScopeName::All => Scope::All,
    };
    let options = HydrogenBondOptions::default()
        .with_scope(scope)
        .with_slack(args.distance_slack, args.angle_slack)
        .with_water(!args.no_water);
    let structure = args.read.read_all(&args.inputs)?;
    let residue = match &args.residue {
        Some(key) => Some(find_residue(&structure, key)?),
        None => None,
    };
    let mut found = find(&structure, &options)
        .map_err(|error: OptionsError| CliError::usage(error.to_string()))?;
    if let Some(residue) = residue {
        let is_of = |atom: u32| structure.atoms().residue[atom as usize] == residue;
        found
            .bonds
            .retain(|bond| is_of(bond.donor) || is_of(bond.acceptor));
    }
    let text = match args.format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&found.report(&structure))?;
            text.push('\n');
            text
        }
        Format::Text => match residue {
            Some(residue) => found.answer_for_residue(&structure, residue) + "\n",
            None if args.scope == ScopeName::Ligand => found.answer(&structure) + "\n",
            None => lines(&found, &structure),
        },
    };
    output(text.as_bytes())?;
    print_warnings(&structure, verbosity);
    if !verbosity.quiet {
        for warning in &found.warnings {
            note(format_args!("warning: {warning}"));
        }
        let is_water =
            |residue: u32| structure.residues()[residue as usize].class == ResidueClass::Water;
        if args.format == Format::Text && residue.is_some_and(is_water) {
            note("the text excludes water; --format json lists its bonds");
        }
        let names_no_copies =
            args.format == Format::Text && (residue.is_some() || args.scope == ScopeName::Ligand);
        if names_no_copies && has_copies(&structure) && !found.bonds.is_empty() {
            note(
                "the text does not say which copy or model a ligand atom belongs to; --format json does",
            );
        }
        // An empty result is valid; a note tells it apart from a failure.
        if text.trim().is_empty() || found.bonds.is_empty() && residue.is_none() {
            note(format_args!(
                "no hydrogen bonds among {} donors and {} acceptors{}",
                found.donors,
                found.acceptors,
                if found.bonds.is_empty() {
                    ""
                } else {
                    " other than those of water"
                }
            ));
        }
    }
    Ok(())
}

/// Whether the structure has several models of a file, or copies by symmetry.
fn has_copies(structure: &Structure) -> bool {
    let models = structure
        .parts()
        .iter()
        .filter_map(|part| part.overlay_model);
    models.count() > 1 || structure.chains().iter().any(|chain| chain.copy > 1)
}

/// Finds the residue that `key` names among those that are not part of the ligand.
fn find_residue(structure: &Structure, key: &ResidueKey) -> Result<u32, CliError> {
    key.find(structure, |residue| !is_of_ligand(structure, residue))
        .map_err(|error| {
            let is_ligand = error == ResidueKeyError::None
                && structure.residues().iter().any(|residue| {
                    key.fits(structure, residue) && is_of_ligand(structure, residue)
                });
            if is_ligand {
                return CliError::flag(
                    "--residue",
                    format_args!("{key} is the ligand; name a residue of the pocket"),
                );
            }
            let remedy = match error {
                ResidueKeyError::None => {
                    "; molshot hbonds INPUT --scope all --format json lists the residues with bonds"
                }
                _ => "",
            };
            CliError::flag("--residue", format_args!("{key} {error}{remedy}"))
        })
}

/// Formats one bond per line: donor, acceptor, distance, classes.
fn lines(found: &HydrogenBonds, structure: &Structure) -> String {
    let mut text = String::new();
    let names_parts = structure.parts().len() > 1;
    for bond in found.report(structure).bonds {
        let [donor, acceptor] = [&bond.donor, &bond.acceptor].map(|atom| {
            format!(
                "{} {}{} {} {}{}",
                atom.residue,
                atom.number,
                atom.insertion_code,
                atom.atom,
                if atom.chain.is_empty() {
                    "?"
                } else {
                    &atom.chain
                },
                if names_parts {
                    format!(" ({})", atom.part)
                } else {
                    String::new()
                }
            )
        });
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{donor} -> {acceptor}  {:.3} angstrom  {} -> {}{}",
            bond.distance_angstrom,
            bond.donor_class,
            bond.acceptor_class,
            if bond.strict {
                ""
            } else {
                "  (within the tolerances)"
            }
        );
    }
    text
}
