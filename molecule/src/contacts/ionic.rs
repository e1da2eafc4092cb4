//! Salt bridges.

use super::charges::ChargedGroup;
use super::contact::Contact;
use super::criteria::SALT_BRIDGE_ANGSTROM;
use super::kind::ContactKind;
use super::site::Pairs;
use crate::cancel::Cancelled;

/// Finds pairs of groups of opposite charge, one of the ligand and one of the rest.
pub(crate) fn salt_bridges(
    [ligand, rest]: &[Vec<ChargedGroup>; 2],
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let mut found = Vec::new();
    let centers = |groups: &[ChargedGroup]| groups.iter().map(|group| group.center).collect();
    let first: Vec<_> = centers(ligand);
    pairs.visit(&first, centers(rest), SALT_BRIDGE_ANGSTROM, |i, j, d| {
        let is_bridge = ligand[i].is_positive != rest[j].is_positive;
        if is_bridge {
            let sides = (ligand[i].side(), rest[j].side());
            found.push(Contact::new(ContactKind::SaltBridges, sides.0, sides.1, d));
        }
        is_bridge
    })?;
    Ok(found)
}
