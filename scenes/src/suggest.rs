//! "Did you mean": the nearest of a few known words.

/// The known word that is nearest to `word`, as [`molshot_molecule::suggest::nearest`] finds it, or
/// else the first one that begins with it.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let begins_with =
        |known: &&str| word.len() >= 3 && known.to_lowercase().starts_with(&word.to_lowercase());
    molshot_molecule::suggest::nearest(word, known.iter().copied())
        .or_else(|| known.iter().copied().find(begins_with))
}

/// `give one of a, b, c (did you mean b?)`.
pub(crate) fn give_one_of(word: &str, known: &[&str]) -> String {
    let hint = nearest(word, known).map_or_else(String::new, |k| format!(" (did you mean {k}?)"));
    format!("give one of {}{hint}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_mistake_is_corrected_and_another_word_is_not() {
        assert_eq!(
            nearest("widht_px", &["width_px", "height_px"]),
            Some("width_px")
        );
        assert_eq!(nearest("wepb", &["png", "webp"]), Some("webp"));
        assert_eq!(nearest("ROL", &["roll", "view"]), Some("roll"));
        assert_eq!(
            nearest("fov", &["projection", "fov_degrees"]),
            Some("fov_degrees")
        );
        assert_eq!(nearest("quaternion", &["roll", "view"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), &["x"]), None);
    }
}
