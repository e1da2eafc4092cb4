//! Contacts as tab-separated text and as data for JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::contact::{Contact, ContactSide, Contacts};
use super::kind::{ContactKind, ContactRole, Stacking};
use crate::hbonds::{AtomReport, atom_report};
use crate::{Structure, Warning};

/// One side of a contact with names, for JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SideReport {
    /// What it is.
    pub role: ContactRole,
    /// Residue name.
    pub residue: String,
    /// Residue number.
    pub number: i32,
    /// Insertion code; empty if it has none.
    pub insertion_code: String,
    /// Chain id; empty if it is blank.
    pub chain: String,
    /// Name of the input file without folder and extension; of several models with the model's
    /// number.
    pub part: String,
    /// Number of the copy by symmetry; 1 for atoms as they are in a file.
    pub copy: u32,
    /// Atom names.
    pub atoms: Vec<String>,
    /// Indices of the atoms in the structure, in the same order.
    pub indices: Vec<u32>,
    /// The atom, or the centre of the ring or charge.
    pub center_angstrom: [f32; 3],
}

/// One contact with names, for JSON. Values that the kind does not have are `null`; they are
/// described at [`Contact`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContactEntry {
    /// Kind of the contact.
    pub kind: ContactKind,
    /// How two rings are stacked.
    pub stacking: Option<Stacking>,
    /// Side of the ligand.
    pub ligand: SideReport,
    /// Side of the rest.
    pub rest: SideReport,
    /// Oxygen of the water molecule of a water bridge.
    pub water: Option<AtomReport>,
    /// Distance between the centres of both sides.
    pub distance_angstrom: f32,
    /// Distance of the ligand's atom to the oxygen of a bridging water.
    pub ligand_water_angstrom: Option<f32>,
    /// Distance of the other atom to the oxygen of a bridging water.
    pub rest_water_angstrom: Option<f32>,
    /// Angle of the kind.
    pub angle_degrees: Option<f32>,
    /// Second angle of the kind.
    pub second_angle_degrees: Option<f32>,
    /// Offset between ring and the other centre.
    pub offset_angstrom: Option<f32>,
    /// True for a hydrogen bond between the groups of a salt bridge.
    pub within_salt_bridge: bool,
}

/// Number of contacts of one kind, for JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KindCount {
    /// The kind.
    pub kind: ContactKind,
    /// Number of its contacts.
    pub count: usize,
}

/// All contacts, for JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ContactReport {
    /// The contacts in the order of [`Contacts::contacts`].
    pub contacts: Vec<ContactEntry>,
    /// Number of contacts of each kind that has some.
    pub counts: Vec<KindCount>,
    /// Warnings of the search.
    pub warnings: Vec<String>,
}

/// The columns of the text.
const COLUMNS: [&str; 22] = [
    "kind",
    "stacking",
    "ligand_role",
    "ligand_residue",
    "ligand_chain",
    "ligand_atoms",
    "rest_role",
    "rest_residue",
    "rest_chain",
    "rest_atoms",
    "water",
    "distance_angstrom",
    "ligand_water_angstrom",
    "rest_water_angstrom",
    "angle_degrees",
    "second_angle_degrees",
    "offset_angstrom",
    "within_salt_bridge",
    "ligand_part",
    "ligand_copy",
    "rest_part",
    "rest_copy",
];

impl Contacts {
    /// Returns all contacts with names.
    #[must_use]
    pub fn report(&self, structure: &Structure) -> ContactReport {
        let entries = self.contacts.iter();
        ContactReport {
            contacts: entries.map(|contact| entry(structure, contact)).collect(),
            counts: self.counts().collect(),
            warnings: self.warnings.iter().map(Warning::to_string).collect(),
        }
    }

    /// Returns the number of contacts of each kind that has some.
    pub fn counts(&self) -> impl Iterator<Item = KindCount> + '_ {
        ContactKind::ALL.iter().filter_map(|&kind| {
            let count = self.count(kind);
            (count > 0).then_some(KindCount { kind, count })
        })
    }

    /// Formats one contact per line, with tabs between the columns and their names in the first
    /// line. Distances have three decimals, angles one; a value that the kind does not have is
    /// empty, and a blank chain id is `?`.
    #[must_use]
    pub fn tsv(&self, structure: &Structure) -> String {
        let mut text = COLUMNS.join("\t");
        text.push('\n');
        for contact in &self.contacts {
            line(&mut text, &entry(structure, contact));
        }
        text
    }
}

fn side_report(structure: &Structure, side: &ContactSide) -> SideReport {
    let first = atom_report(structure, side.atoms[0]);
    let names = side.atoms.iter();
    SideReport {
        role: side.role,
        residue: first.residue,
        number: first.number,
        insertion_code: first.insertion_code,
        chain: first.chain,
        part: first.part,
        copy: first.copy,
        atoms: names
            .map(|&atom| structure.atoms().name[atom as usize].to_string())
            .collect(),
        indices: side.atoms.clone(),
        center_angstrom: side.center_angstrom,
    }
}

fn entry(structure: &Structure, contact: &Contact) -> ContactEntry {
    ContactEntry {
        kind: contact.kind,
        stacking: contact.stacking,
        ligand: side_report(structure, &contact.ligand),
        rest: side_report(structure, &contact.rest),
        water: contact.water.map(|water| atom_report(structure, water)),
        distance_angstrom: contact.distance_angstrom,
        ligand_water_angstrom: contact.water_distances_angstrom.map(|[ligand, _]| ligand),
        rest_water_angstrom: contact.water_distances_angstrom.map(|[_, rest]| rest),
        angle_degrees: contact.angle_degrees,
        second_angle_degrees: contact.second_angle_degrees,
        offset_angstrom: contact.offset_angstrom,
        within_salt_bridge: contact.within_salt_bridge,
    }
}

/// Appends one line.
fn line(text: &mut String, entry: &ContactEntry) {
    let number = |value: Option<f32>, decimals: usize| {
        value.map_or_else(String::new, |value| format!("{value:.decimals$}"))
    };
    let stacking = entry.stacking.map_or("", Stacking::name);
    text.push_str(entry.kind.name());
    let _ = write!(text, "\t{stacking}");
    for side in [&entry.ligand, &entry.rest] {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\t{}\t{} {}{}\t{}\t{}",
            side.role,
            plain(&side.residue),
            side.number,
            side.insertion_code,
            chain(&side.chain),
            plain(&side.atoms.join(" "))
        );
    }
    let water = entry.water.as_ref().map_or_else(String::new, |water| {
        let (name, number) = (plain(&water.residue), water.number);
        format!(
            "{name} {number}{} {}",
            water.insertion_code,
            chain(&water.chain)
        )
    });
    let _ = write!(text, "\t{water}");
    for (value, decimals) in [
        (Some(entry.distance_angstrom), 3),
        (entry.ligand_water_angstrom, 3),
        (entry.rest_water_angstrom, 3),
        (entry.angle_degrees, 1),
        (entry.second_angle_degrees, 1),
        (entry.offset_angstrom, 3),
    ] {
        let _ = write!(text, "\t{}", number(value, decimals));
    }
    let _ = write!(text, "\t{}", entry.within_salt_bridge);
    for side in [&entry.ligand, &entry.rest] {
        let _ = write!(text, "\t{}\t{}", plain(&side.part), side.copy);
    }
    text.push('\n');
}

fn chain(id: &str) -> String {
    if id.is_empty() {
        "?".to_owned()
    } else {
        plain(id)
    }
}

/// Replaces control characters, which would break the columns.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}
