//! Decides which bonds of an answer are the same as those of the reference.

use std::collections::BTreeSet;

use super::answer::{self, AnswerBond};
use crate::record::Item;
use crate::task::Task;

/// Returns the bonds of the reference answer.
pub(super) fn reference_bonds(item: &Item) -> Vec<AnswerBond> {
    answer::bonds(&item.answer).unwrap_or_default()
}

/// Takes the chain from the number: `ASP29A` is residue 29 of chain A if the pocket has it.
fn split_number(item: &Item, bond: &mut AnswerBond) {
    let (None, Some(given)) = (&bond.chain, &bond.number) else {
        return;
    };
    let digits = given
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .to_owned();
    let chain = given[digits.len()..].to_owned();
    let fact = item
        .facts
        .get("residue")
        .map(|name| name.to_ascii_uppercase());
    let is_fact = fact.is_some_and(|fact| fact == format!("{} {digits} {chain}", bond.residue));
    let is_reference = |other: &AnswerBond| {
        let is_same = |part: &Option<String>, text: &str| part.as_deref() == Some(text);
        is_same(&other.number, &digits) && is_same(&other.chain, &chain)
    };
    if !chain.is_empty() && (is_fact || reference_bonds(item).iter().any(is_reference)) {
        bond.number = Some(digits);
        bond.chain = Some(chain);
    }
}

/// Returns a bond with the reading of its names that fits the chains of the pocket.
///
/// In `ASP 29 O N, O2`, both `O` and `N` can be the atom. In a pocket whose chains have no names,
/// any given chain is left out.
fn with_known_chain(item: &Item, bond: &AnswerBond) -> AnswerBond {
    let mut bond = bond.clone();
    split_number(item, &mut bond);
    let Some(given) = bond.chain.clone().filter(|chain| chain != "?") else {
        return bond;
    };
    let reference = reference_bonds(item);
    let is_named = |other: &&AnswerBond| other.chain.as_deref().is_some_and(|chain| chain != "?");
    let chain_of = |other: &AnswerBond| other.chain.clone().filter(|chain| chain != "?");
    let is_same =
        |other: &&AnswerBond| other.residue == bond.residue && other.number == bond.number;
    let mut known: BTreeSet<String> = reference
        .iter()
        .filter(is_same)
        .filter_map(chain_of)
        .collect();
    if known.is_empty() {
        known = reference.iter().filter_map(chain_of).collect();
        known.extend(
            item.facts
                .get("chain")
                .filter(|chain| !chain.is_empty())
                .cloned(),
        );
        let residue = item.facts.get("residue");
        known.extend(
            residue
                .and_then(|name| name.split(' ').nth(2))
                .map(str::to_owned),
        );
    }
    let are_unnamed = item.task == Task::T9
        && item.facts.get("chain").is_none_or(String::is_empty)
        && !reference.iter().any(|other| is_named(&other));
    if are_unnamed && !reference.is_empty() {
        bond.chain = None;
    } else if answer::can_be_atom_or_chain(&given)
        && answer::can_be_atom_or_chain(&bond.atom)
        && !known.contains(&given)
        && known.contains(&bond.atom)
    {
        bond.chain = Some(std::mem::replace(&mut bond.atom, given));
    }
    bond
}

/// Returns the form in which bonds are compared, normalised so that optional parts do not matter.
///
/// T4 requires neither number nor chain, but if they are given, they must be those of the residue.
/// In T9 the chain may be omitted or `?` if name and number are unique in the pocket. If no chain
/// has a name, any may be given.
pub(super) fn as_compared(item: &Item, bond: &AnswerBond) -> AnswerBond {
    let mut bond = with_known_chain(item, bond);
    let named = |part: &Option<String>| part.clone().filter(|part| part != "?");
    bond.chain = named(&bond.chain);
    if item.task == Task::T4 {
        let fact = item
            .facts
            .get("residue")
            .map(|name| name.to_ascii_uppercase());
        if bond.residue.is_empty() {
            // `OD1, O3`: there is only one residue.
            let name = fact.as_deref().and_then(|fact| fact.split(' ').next());
            name.unwrap_or_default().clone_into(&mut bond.residue);
        }
        let mut own = fact.as_deref().unwrap_or("").split(' ').skip(1);
        let matches_own = |given: &Option<String>, own: Option<&str>| {
            given.is_none() || own.is_none() || given.as_deref() == own
        };
        if matches_own(&bond.number, own.next()) && matches_own(&bond.chain, own.next()) {
            (bond.number, bond.chain) = (None, None);
        }
    } else if bond.chain.is_none() {
        let residue = format!(
            "{} {}",
            bond.residue,
            bond.number.as_deref().unwrap_or_default()
        );
        let twins = item.facts.get("twins").map_or("", String::as_str);
        let is_unique = twins
            .split("; ")
            .all(|twin| !twin.eq_ignore_ascii_case(&residue));
        let same = reference_bonds(item)
            .into_iter()
            .find(|other| other.residue == bond.residue && other.number == bond.number);
        bond.chain = same
            .filter(|_| is_unique)
            .and_then(|reference| named(&reference.chain));
    }
    bond
}
