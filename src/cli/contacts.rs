//! `molshot contacts`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use molshot_molecule::contacts::{ContactKind, ContactOptions, Contacts, find};

use crate::cli::input::{ReadArgs, print_warnings};
use crate::cli::message::{CliError, Verbosity, note, output};

const EXAMPLES: &str = "\
Examples:
  molshot contacts 5ey0/
  molshot contacts 5ey0_pocket.pdb 5ey0_ligand.mol2 --format json
  molshot contacts 4dst.pdb --kinds salt-bridges,water-bridges
  molshot render 5ey0/ -o 5ey0.png --pseudobonds salt-bridges,pi-stacking

The text has one contact per line, with tabs between the columns; their names are in the first line. The criteria are described in
docs/contacts.md.";

/// The word for all kinds.
const ALL: &str = "all";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ContactsArgs {
    /// Structure files, folders in PDBbind layout, one scene file (.json), or `-`, as for
    /// `molshot info`.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    #[arg(long, value_name = "KINDS", default_value = ALL, value_parser = parse_kinds,
          help = format!("Kinds of contacts to list, separated by commas: {ALL}, {}", kind_names()))]
    kinds: Kinds,
    /// Format of the output.
    #[arg(long, value_enum, default_value_t = Format::Tsv)]
    format: Format,
    #[command(flatten)]
    read: ReadArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One contact per line, with tabs between the columns.
    Tsv,
    /// Each contact with the atoms, centres, distances and angles of both sides.
    Json,
}

/// The kinds of a list of names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kinds(BTreeSet<ContactKind>);

fn kind_names() -> String {
    let names: Vec<&str> = ContactKind::ALL.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

fn parse_kinds(text: &str) -> Result<Kinds, String> {
    let mut kinds = BTreeSet::new();
    for name in text.split(',').map(str::trim) {
        if name == ALL {
            kinds.extend(ContactKind::ALL.iter().copied());
        } else {
            let kind = ContactKind::from_name(name);
            kinds.insert(kind.ok_or_else(|| format!("give {ALL}, or some of {}", kind_names()))?);
        }
    }
    Ok(Kinds(kinds))
}

pub(crate) fn run(args: &ContactsArgs, verbosity: Verbosity) -> Result<(), CliError> {
    let structure = args.read.read_all(&args.inputs)?;
    let options = ContactOptions::default().with_kinds(args.kinds.0.iter().copied());
    let found = find(&structure, &options);
    let text = match args.format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&found.report(&structure))?;
            text.push('\n');
            text
        }
        Format::Tsv => found.tsv(&structure),
    };
    output(text.as_bytes())?;
    print_warnings(&structure, verbosity);
    if !verbosity.quiet {
        for warning in &found.warnings {
            note(format_args!("warning: {warning}"));
        }
        note(summary(&found));
    }
    Ok(())
}

/// `12 contacts: 3 salt-bridges, 9 hydrophobic-contacts`.
fn summary(found: &Contacts) -> String {
    let counts: Vec<String> = found
        .counts()
        .map(|of| format!("{} {}", of.count, of.kind))
        .collect();
    match found.contacts.len() {
        0 => "no contacts between the ligand and the rest".to_owned(),
        1 => format!("1 contact: {}", counts.join(", ")),
        count => format!("{count} contacts: {}", counts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_from_lists() {
        let kinds = |text| parse_kinds(text).map(|kinds| kinds.0.len());
        assert_eq!(kinds("all"), Ok(ContactKind::ALL.len()));
        assert_eq!(kinds("salt-bridges, pi-cation,salt-bridges"), Ok(2));
        for text in ["", "salt", "all,,", "Salt-bridges"] {
            let error = kinds(text).expect_err(text);
            assert!(error.contains("metal-coordination"), "{error}");
        }
    }
}
