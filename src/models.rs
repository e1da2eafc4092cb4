//! The numbers of the models of a file.

use std::ops::RangeInclusive;

use molshot_molecule::Structure;

/// A warning about models of a range that a file with these does not have; `all` asks for none.
pub(crate) fn lacking_models(
    structure: &Structure,
    numbers: &[u32],
    range: &RangeInclusive<u32>,
) -> Option<String> {
    let (lowest, highest) = (numbers.iter().min()?, numbers.iter().max()?);
    let is_all = *range.end() == u32::MAX;
    if is_all || (range.start() >= lowest && range.end() <= highest) {
        return None;
    }
    let name = structure.parts().first().map_or("", |part| &part.name);
    Some(format!(
        "{name} has the models {lowest} to {highest}; the others from {} to {} are left out",
        range.start(),
        range.end()
    ))
}

/// Returns the numbers of the models among which a number chooses: those of the first input that
/// has several, else the number of the only one.
#[must_use]
pub fn model_numbers(structure: &Structure) -> &[u32] {
    let mut parts = structure.parts().iter();
    let several = parts.clone().find(|part| part.models > 1);
    several
        .or_else(|| parts.next())
        .map_or(&[], |part| &part.model_numbers)
}
