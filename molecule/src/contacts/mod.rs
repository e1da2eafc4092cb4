//! Contacts between the ligand and the rest: salt bridges, pi-stacking, pi-cation, halogen bonds,
//! hydrophobic contacts, water bridges and coordination of metals, by the criteria of PLIP
//! (Salentin et al., Nucleic Acids Res. 43 (2015) W443; Adasme et al., Nucleic Acids Res. 49 (2021)
//! W530), and the hydrogen bonds of [`crate::hbonds`].
//!
//! Data flow: [`crate::perception::idatm`] (atom types, rings) -> `site` (the ligand and the rest)
//! with `charges` and `rings` (groups) -> one module for each kind, with the limits in `criteria`
//! -> [`Contacts`] -> `report` (tab-separated text and JSON).
//!
//! The ligand is that of the hydrogen bonds: the parts of role ligand; without such parts, the
//! residues of class ligand. All else is the rest; water takes part in hydrogen bonds, water
//! bridges and the coordination of metals.

mod charges;
mod contact;
mod criteria;
mod halogen;
mod hydrogen;
mod hydrophobic;
mod ionic;
mod kind;
mod metal;
mod options;
mod pi;
mod report;
mod rings;
mod site;
#[cfg(test)]
mod tests;
mod water;

use std::collections::HashSet;

use crate::cancel::{CancelToken, Cancelled};
use crate::hbonds::{FindError, HydrogenBondOptions, HydrogenBonds, find_typed};
use crate::perception::idatm::{AtomType, TypedMolecule};
use crate::{Element, Location, Structure, Warning};
use site::{Pairs, Site};

pub use contact::{Contact, ContactSide, Contacts};
pub use kind::{ContactKind, ContactRole, Stacking};
pub use options::ContactOptions;
pub use report::{ContactEntry, ContactReport, KindCount, SideReport};

/// Finds the contacts of a structure, in linear time.
///
/// ```
/// use molshot_molecule::contacts::{self, ContactKind, ContactOptions};
/// use molshot_molecule::{PartRole, ReadOptions, read_bytes};
/// let pdb = b"\
/// HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\n\
/// HETATM    2  C2  LIG A   1       1.540   0.000   0.000  1.00  0.00           C\n\
/// ATOM      3  CB  ALA A   2      -3.700   0.000   0.000  1.00  0.00           C\n";
/// let structure = read_bytes("ethane.pdb", pdb, PartRole::Whole, &ReadOptions::default())?;
/// let found = contacts::find(&structure, &ContactOptions::default());
/// assert_eq!(found.count(ContactKind::HydrophobicContacts), 1);
/// assert_eq!(found.contacts[0].distance_angstrom, 3.7);
/// # Ok::<(), molshot_molecule::MoleculeError>(())
/// ```
#[must_use]
pub fn find(structure: &Structure, options: &ContactOptions) -> Contacts {
    match find_cancellable(structure, options, &CancelToken::new()) {
        Ok(found) => found,
        Err(Cancelled) => unreachable!("nothing cancels the token"),
    }
}

/// As [`find`]; looks at `cancel` between the steps and before each atom or group.
///
/// # Errors
/// [`Cancelled`].
pub fn find_cancellable(
    structure: &Structure,
    options: &ContactOptions,
    cancel: &CancelToken,
) -> Result<Contacts, Cancelled> {
    cancel.check()?;
    let typed = TypedMolecule::new(structure);
    cancel.check()?;
    let site = Site::new(&typed);
    let mut warnings = Vec::new();
    let mut contacts = Vec::new();
    let mut hydrogen_bonds = None;
    let wants = |kind: ContactKind| options.kinds.contains(&kind);
    // Contacts are between the two sides, so that a structure without one of them has none.
    let is_complete = site.has(true) && site.has(false);
    if is_complete && (wants(ContactKind::HydrogenBonds) || wants(ContactKind::WaterBridges)) {
        let found = bonds_of(&typed, cancel)?;
        warnings.extend_from_slice(&found.warnings);
        hydrogen_bonds = Some(found);
    } else {
        warnings.extend_from_slice(&typed.warnings);
        warn(&site, &mut warnings);
    }
    if is_complete {
        let mut pairs = Pairs {
            cancel,
            crowded: 0,
            is_cut: false,
        };
        contacts = search(&site, options, hydrogen_bonds.as_ref(), &mut pairs)?;
        if pairs.crowded > 0 {
            warnings.push(Warning {
                location: location(structure),
                message: format!(
                    "{} atoms or groups are too crowded to be real; they are ignored",
                    pairs.crowded
                ),
            });
        }
        if pairs.is_cut {
            warnings.push(Warning {
                location: location(structure),
                message: "there are more contacts of one kind than any molecule has; the others are left out"
                    .to_owned(),
            });
        }
    }
    contacts.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Contacts { contacts, warnings })
}

/// The hydrogen bonds between the ligand and the rest.
fn bonds_of(typed: &TypedMolecule<'_>, cancel: &CancelToken) -> Result<HydrogenBonds, Cancelled> {
    let options = HydrogenBondOptions::default();
    find_typed(typed, &options, cancel).map_err(|error| match error {
        FindError::Cancelled(cancelled) => cancelled,
        FindError::Options(_) => unreachable!("the default tolerances are within their limits"),
    })
}

fn order(contact: &Contact) -> (ContactKind, &[u32], &[u32], Option<u32>, &'static str) {
    let (ligand, rest) = (&contact.ligand, &contact.rest);
    (
        contact.kind,
        &ligand.atoms,
        &rest.atoms,
        contact.water,
        ligand.role.name(),
    )
}

/// Finds the contacts of the wanted kinds. Some kinds need others for their rules.
fn search(
    site: &Site<'_>,
    options: &ContactOptions,
    bonds: Option<&HydrogenBonds>,
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    use ContactKind as Kind;
    let wants = |kinds: &[Kind]| kinds.iter().any(|kind| options.kinds.contains(kind));
    let mut all = Vec::new();
    let mut add = |kind: Kind, found: Vec<Contact>| {
        if options.kinds.contains(&kind) {
            all.extend(found);
        }
    };
    let charges = if wants(&[
        Kind::HydrogenBonds,
        Kind::SaltBridges,
        Kind::PiCation,
        Kind::WaterBridges,
    ]) {
        site.divide(charges::find(site.typed), |group| group.atoms[0])
    } else {
        [Vec::new(), Vec::new()]
    };
    let salt_bridges = ionic::salt_bridges(&charges, pairs)?;
    if let Some(found) = bonds {
        let bonds = hydrogen::hydrogen_bonds(site, &found.bonds, &salt_bridges);
        if wants(&[Kind::WaterBridges]) {
            let bonded = donors_of(site, &bonds);
            add(
                Kind::WaterBridges,
                water::water_bridges(site, &bonded, pairs)?,
            );
        }
        add(Kind::HydrogenBonds, bonds);
    }
    add(Kind::SaltBridges, salt_bridges);
    if wants(&[Kind::PiStacking, Kind::PiCation, Kind::HydrophobicContacts]) {
        let rings = site.divide(rings::find(site.typed), |ring| ring.atoms[0]);
        let stacked = pi::stacking(&rings, pairs)?;
        if wants(&[Kind::PiCation]) {
            let cations = pi::cations(&site.typed.molecule, &rings, &charges, &stacked, pairs)?;
            add(Kind::PiCation, cations);
        }
        if wants(&[Kind::HydrophobicContacts]) {
            let found = hydrophobic::hydrophobic_contacts(site, &rings, &stacked, pairs)?;
            add(Kind::HydrophobicContacts, found);
        }
        add(Kind::PiStacking, stacked);
    }
    if wants(&[Kind::HalogenBonds]) {
        add(Kind::HalogenBonds, halogen::halogen_bonds(site, pairs)?);
    }
    if wants(&[Kind::MetalCoordination]) {
        add(
            Kind::MetalCoordination,
            metal::metal_coordination(site, pairs)?,
        );
    }
    Ok(all)
}

/// The donors of hydrogen bonds between the ligand and the rest without water, but those within
/// salt bridges.
fn donors_of(site: &Site<'_>, bonds: &[Contact]) -> HashSet<u32> {
    let sides = bonds
        .iter()
        .filter(|bond| !bond.within_salt_bridge)
        .filter(|bond| !site.is_water(bond.rest.atoms[0]) && !site.is_water(bond.ligand.atoms[0]))
        .flat_map(|bond| [&bond.ligand, &bond.rest]);
    let donors = sides.filter(|side| side.role == ContactRole::Donor);
    donors.map(|side| side.atoms[0]).collect()
}

fn location(structure: &Structure) -> Location {
    let names: Vec<&str> = structure
        .parts()
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    Location::file(names.join(" + "))
}

/// Adds warnings about what may make the list incomplete. The search for hydrogen bonds has these
/// warnings of its own.
fn warn(site: &Site<'_>, warnings: &mut Vec<Warning>) {
    let molecule = &site.typed.molecule;
    let mut warn = |message: String| {
        warnings.push(Warning {
            location: location(molecule.structure),
            message,
        });
    };
    for (is_ligand, name, remedy) in [
        (false, "pocket", "give the file of the protein, too"),
        (
            true,
            "ligand",
            "give the file of the ligand, too, with a name such as x_ligand.sdf",
        ),
    ] {
        if !site.has(is_ligand) {
            warn(format!(
                "the structure has no {name}: contacts are between pocket and ligand; {remedy}"
            ));
        }
    }
    let untyped = (0..molecule.len())
        .filter(|&i| {
            matches!(
                molecule.element(i),
                Element::C | Element::N | Element::O | Element::S
            ) && matches!(molecule.kind(i), AtomType::Untyped(_))
                && molecule.degree(i) > 0
        })
        .count()
        + molecule.overbonded;
    if untyped > 0 {
        warn(format!(
            "{untyped} atoms have more bonds than their element allows, so they have no atom type; the types of their neighbours may be wrong"
        ));
    }
}
