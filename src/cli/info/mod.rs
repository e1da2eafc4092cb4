//! `molshot info`

mod atom_table;
mod bond_table;
mod residue_table;
mod surface_table;
mod table_file;

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use molshot_molecule::summary::Summary;
use molshot_molecule::{Format, SecondaryStructure};
use molshot_scenes::keyword::words;
use molshot_scenes::request::SecondaryStructureName;
use serde::Serialize;

use self::table_file::TableFile;
use crate::cli::input::{ReadArgs, print_warnings};
use crate::cli::message::{CliError, Verbosity, note, output, output_json};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot info 5ey0/\n  molshot info 1aon.cif.gz --json\n  molshot info 5ey0/ --atoms 5ey0.tsv\n  molshot info ligand.pdb --bonds bonds.tsv\n  molshot info 1ubi.pdb --residues helices.tsv\n  molshot info 1crn.cif --surfaces areas.json\n  zcat complex.pdb.gz | molshot info - --input-format pdb"
)]
pub(crate) struct InfoArgs {
    #[arg(required = true, value_name = "INPUT",
          help = format!("Structure files ({}, each also .gz), folders in PDBbind layout, \
                          one scene file (.json), or `-`", Format::extensions_text()))]
    inputs: Vec<PathBuf>,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
    /// Write a table of all atoms: index, name, element, residue, chain, role, atom type (IDATM),
    /// and classes as donor and acceptor of hydrogen bonds. The extension says the form: .tsv or
    /// .json.
    #[arg(long, value_name = "FILE")]
    atoms: Option<PathBuf>,
    /// Write a table of all bonds: atoms, residues, length, order in the file, order in the Kekulé
    /// structure, whether it is aromatic, and where the order comes from. The extension says the
    /// form: .tsv or .json.
    #[arg(long, value_name = "FILE")]
    bonds: Option<PathBuf>,
    /// Write a table of all residues: chain, residue, class, secondary structure with the number of
    /// the helix or strand, and where it comes from. The extension says the form: .tsv or .json.
    #[arg(long, value_name = "FILE")]
    residues: Option<PathBuf>,
    /// Where helices and strands come from: the records of the file, or its hydrogen bonds by the
    /// rules of DSSP. auto: the records, where the file has any.
    #[arg(long, value_name = "SOURCE", default_value = "auto",
          value_parser = PossibleValuesParser::new(words::<SecondaryStructureName>())
              .try_map(|word| word.parse::<SecondaryStructureName>()))]
    secondary_structure: SecondaryStructureName,
    /// Write a table of the solvent-excluded and solvent-accessible surfaces of each chain's
    /// polymer: areas and volumes. The extension says the form: .tsv or .json.
    #[arg(long, value_name = "FILE")]
    surfaces: Option<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
}

pub(crate) fn run(args: &InfoArgs, verbosity: Verbosity) -> Result<(), CliError> {
    let table = |flag: &str, path: &Option<PathBuf>| {
        let path = path.as_deref();
        path.map(|path| TableFile::new(flag, path)).transpose()
    };
    let atoms = table("--atoms", &args.atoms)?;
    let bonds = table("--bonds", &args.bonds)?;
    let surfaces = table("--surfaces", &args.surfaces)?;
    let files = [
        ("--atoms", &args.atoms),
        ("--bonds", &args.bonds),
        ("--surfaces", &args.surfaces),
        ("--residues", &args.residues),
    ];
    for (index, (flag, path)) in files.iter().enumerate() {
        let same = files[..index].iter().find(|(_, other)| other == path);
        if let (Some((other, _)), true) = (same, path.is_some()) {
            let text = format!("this is the file of {other}, too; give another name");
            return Err(CliError::flag(flag, text));
        }
    }
    let residues = table("--residues", &args.residues)?;
    let structure = args.read.read_all(&args.inputs)?;
    let summary = Summary::of(&structure);
    let secondary = SecondaryStructure::of(&structure, args.secondary_structure.choice());
    if let Some(file) = &residues {
        residue_table::write(file, &structure, &secondary)?;
    }
    let mut type_warnings = Vec::new();
    if let Some(file) = &atoms {
        type_warnings.extend(atom_table::write(file, &structure)?);
    }
    if let Some(file) = &bonds {
        type_warnings.extend(bond_table::write(file, &structure)?);
    }
    if let Some(file) = &surfaces {
        surface_table::write(file, &structure)?;
    }
    if args.json {
        return output_json(&WithSecondaryStructure::new(&summary, &secondary));
    }
    let model = args.read.model_name();
    output(text(&summary, &secondary, &model).as_bytes())?;
    print_warnings(&structure, verbosity);
    if !verbosity.quiet {
        for warning in &type_warnings {
            note(format_args!("warning: {warning}"));
        }
    }
    Ok(())
}

/// The JSON form.
#[derive(Debug, Serialize)]
struct WithSecondaryStructure<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    helices: usize,
    strands: usize,
    /// Where they come from, for each file: `file` or `assigned`.
    secondary_structure: Vec<&'static str>,
}

impl<'a> WithSecondaryStructure<'a> {
    fn new(summary: &'a Summary, secondary: &SecondaryStructure) -> Self {
        Self {
            summary,
            helices: secondary.helix_count(),
            strands: secondary.strand_count(),
            secondary_structure: secondary.sources().iter().map(|s| s.name()).collect(),
        }
    }
}

/// Formats the summary. `model` names the model that was read of files with several.
#[allow(clippy::too_many_lines, reason = "a line for each part of the summary")]
fn text(summary: &Summary, secondary: &SecondaryStructure, model: &str) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    for part in &summary.parts {
        line(
            "file",
            format!(
                "{} ({} atoms, {} residues{})",
                part.name,
                part.atoms,
                part.residues,
                if part.models > 1 {
                    format!("; {model} of {} models is read", part.models)
                } else {
                    String::new()
                }
            ),
        );
        if part.alternates_left_out > 0 {
            line(
                "",
                format!(
                    "{} atoms of other alternate locations are left out; --altloc chooses",
                    part.alternates_left_out
                ),
            );
        }
        if !part.assemblies.is_empty() {
            line("assemblies", shortened(&part.assemblies));
        }
        if let Some([a, b, c, alpha, beta, gamma]) = part.unit_cell {
            let group = part.space_group.as_deref().unwrap_or("no space group");
            line(
                "unit cell",
                format!("{a} x {b} x {c} angstrom, {alpha} {beta} {gamma} degrees, {group}"),
            );
        }
    }
    line(
        "atoms",
        format!("{} ({} hydrogen)", summary.atoms, summary.hydrogens),
    );
    line(
        "residues",
        format!(
            "{} ({} amino acids, {} nucleotides, {} water, {} ions, {} ligands{})",
            summary.residues,
            summary.amino_acids,
            summary.nucleotides,
            summary.waters,
            summary.ions,
            summary.ligands.len(),
            match markers(summary) {
                0 => String::new(),
                n => format!(", {n} markers"),
            }
        ),
    );
    if summary.amino_acids > 0 {
        line("secondary", secondary_text(secondary));
    }
    let chains: Vec<String> = summary
        .chains
        .iter()
        .map(|chain| {
            let id = if chain.id.is_empty() {
                "(blank)"
            } else {
                &chain.id
            };
            format!("{id} {}", chain.residues)
        })
        .collect();
    line(
        "chains",
        format!("{} (id and residues: {})", chains.len(), shortened(&chains)),
    );
    let ligands: Vec<String> = summary
        .ligands
        .iter()
        .map(|ligand| format!("{} {} ({} atoms)", ligand.name, ligand.number, ligand.atoms))
        .collect();
    if !ligands.is_empty() {
        line("ligands", shortened(&ligands));
    }
    line("bonds", summary.bonds.to_string());
    if summary.chain_gaps + summary.metal_contacts > 0 {
        line(
            "not bonds",
            format!(
                "{} chain gaps, {} metal contacts",
                summary.chain_gaps, summary.metal_contacts
            ),
        );
    }
    let [low, high] = [summary.box_min_angstrom, summary.box_max_angstrom]
        .map(|corner| corner.map(|x| format!("{x:.3}")).join(" "));
    line("box", format!("{low} to {high} angstrom"));
    line("warnings", summary.warnings.len().to_string());
    text
}

/// Counts of helices and strands, and where they come from.
fn secondary_text(secondary: &SecondaryStructure) -> String {
    let mut sources: Vec<&str> = secondary.sources().iter().map(|s| s.name()).collect();
    sources.dedup();
    format!(
        "{} helices, {} strands ({})",
        secondary.helix_count(),
        secondary.strand_count(),
        sources.join(", ")
    )
}

/// Returns the number of residues that belong to no other class: markers, such as those of the
/// surfaces of a membrane.
fn markers(summary: &Summary) -> usize {
    let molecules = summary.amino_acids
        + summary.nucleotides
        + summary.waters
        + summary.ions
        + summary.ligands.len();
    summary.residues.saturating_sub(molecules)
}

/// Joins the first items of a list and counts the rest.
fn shortened(items: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = items[..items.len().min(SHOWN)].join(", ");
    if items.len() > SHOWN {
        let _ = write!(text, ", {} more", items.len() - SHOWN);
    }
    text
}
