//! "Did you mean": the known word that a mistyped one most resembles.

/// Words longer than this are not compared: the time grows with the length.
const MAX_CHARACTERS: usize = 40;

/// Finds the known word that differs least from `typed`, in any case, if it is near enough to be a
/// typing mistake.
///
/// At most a third of the characters of the known word, and at least one, may be inserted, deleted,
/// replaced or swapped with their neighbour (optimal string alignment distance). Of several words
/// at the same distance the first is returned.
///
/// ```
/// use molshot_molecule::suggest::nearest;
/// assert_eq!(nearest("chian", ["name", "chain"]), Some("chain"));
/// assert_eq!(nearest("water", ["name", "chain"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if !(2..=MAX_CHARACTERS).contains(&typed.chars().count()) {
        return None;
    }
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&typed, &word.to_lowercase()), word))
        .filter(|(edits, word)| *edits <= (word.chars().count() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_mistakes_are_found_and_other_words_are_not() {
        for (typed, known, expected) in [
            ("widht_px", ["width_px", "height_px"], Some("width_px")),
            ("ROL", ["roll", "view"], Some("roll")),
            ("quaternion", ["roll", "view"], None),
            ("x", ["x", "y"], None),
            ("", ["x", "y"], None),
        ] {
            assert_eq!(nearest(typed, known), expected, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(10_000), ["x"]), None);
    }

    #[test]
    fn the_first_of_several_equally_near_words_is_taken() {
        assert_eq!(nearest("bat", ["cat", "hat"]), Some("cat"));
    }
}
