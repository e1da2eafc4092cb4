//! Evaluation of an expression to a mask.

use super::ast::{Expression, ResidueRange};
use super::classes;
use super::mask::{by_element, by_residue, whole_residues};
use super::near;
use super::text::{NameSet, RangeSet, caseless};
use crate::Structure;
use crate::cancel::{CancelToken, Cancelled};
use crate::structure::Chain;

/// Evaluates a node. The depth of recursion is the nesting of the expression, which the parser
/// limits.
///
/// # Errors
/// [`Cancelled`].
pub(super) fn evaluate(
    expression: &Expression,
    structure: &Structure,
    cancel: &CancelToken,
) -> Result<Vec<bool>, Cancelled> {
    cancel.check()?;
    let atoms = structure.atoms();
    Ok(match expression {
        Expression::Class(class) => classes::atoms_of(*class, structure, cancel)?,
        Expression::Chain(ids) => {
            let wanted = chains(ids, structure.chains());
            by_residue(structure, |residue| wanted[residue.chain as usize])
        }
        Expression::ResidueNumber(ranges) => {
            let wanted = RangeSet::new(ranges.iter().copied().map(ResidueRange::keys));
            by_residue(structure, |residue| {
                wanted.contains((residue.number, residue.insertion_code))
            })
        }
        Expression::ResidueName(patterns) => {
            let wanted = NameSet::new(patterns);
            by_residue(structure, |residue| wanted.contains(&residue.name))
        }
        Expression::Name(patterns) => {
            let wanted = NameSet::new(patterns);
            atoms
                .name
                .iter()
                .map(|name| wanted.contains(name))
                .collect()
        }
        Expression::Element(elements) => {
            by_element(structure, |element| elements.contains(&element))
        }
        Expression::Index(ranges) => {
            let wanted = RangeSet::of_numbers(ranges);
            (0_i64..)
                .take(atoms.len())
                .map(|index| wanted.contains(index))
                .collect()
        }
        Expression::Serial(ranges) => {
            let wanted = RangeSet::of_numbers(ranges);
            let serials = atoms.serial.iter();
            serials
                .map(|&serial| wanted.contains(i64::from(serial)))
                .collect()
        }
        Expression::Part(ranges) => {
            let wanted = RangeSet::of_numbers(ranges);
            let mut flags = vec![false; atoms.len()];
            for (number, part) in (1..).zip(structure.parts()) {
                if wanted.contains(number) {
                    flags[part.atoms.start as usize..part.atoms.end as usize].fill(true);
                }
            }
            flags
        }
        Expression::Not(operand) => {
            let mut flags = evaluate(operand, structure, cancel)?;
            for flag in &mut flags {
                *flag = !*flag;
            }
            flags
        }
        Expression::Within {
            distance_angstrom,
            of,
        } => near::within(
            &atoms.position_angstrom,
            &evaluate(of, structure, cancel)?,
            *distance_angstrom,
            |_| true,
            cancel,
        )?,
        Expression::ByResidue(operand) => {
            whole_residues(structure, &evaluate(operand, structure, cancel)?)
        }
        Expression::And(operands) => folded(operands, structure, cancel, true, |a, b| *a &= b)?,
        Expression::Or(operands) => folded(operands, structure, cancel, false, |a, b| *a |= b)?,
    })
}

fn folded(
    operands: &[Expression],
    structure: &Structure,
    cancel: &CancelToken,
    start: bool,
    join: fn(&mut bool, bool),
) -> Result<Vec<bool>, Cancelled> {
    let mut flags = vec![start; structure.atoms().len()];
    for operand in operands {
        let more = evaluate(operand, structure, cancel)?;
        flags
            .iter_mut()
            .zip(more)
            .for_each(|(flag, b)| join(flag, b));
    }
    Ok(flags)
}

/// Returns one flag per chain: its id is in the list exactly, or in another case if no chain has
/// exactly this id.
fn chains(ids: &[smol_str::SmolStr], chains: &[Chain]) -> Vec<bool> {
    let mut exact: Vec<(&str, bool)> = ids.iter().map(|id| (id.as_str(), false)).collect();
    exact.sort_unstable();
    exact.dedup();
    let mut wanted: Vec<bool> = chains
        .iter()
        .map(|chain| {
            let found = exact.binary_search_by_key(&chain.id.as_str(), |entry| entry.0);
            if let Ok(entry) = found {
                exact[entry].1 = true;
            }
            found.is_ok()
        })
        .collect();
    let mut others: Vec<&str> = exact
        .iter()
        .filter(|entry| !entry.1)
        .map(|entry| entry.0)
        .collect();
    others.sort_by(|a, b| caseless(a, b));
    for (flag, chain) in wanted.iter_mut().zip(chains) {
        *flag |= others
            .binary_search_by(|id| caseless(id, &chain.id))
            .is_ok();
    }
    wanted
}
