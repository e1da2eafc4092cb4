//! "Did you mean": the nearest of a few known words.

use strsim::osa_distance;

/// Longest word that is compared. A longer one is not a typing mistake of any known word, and
/// comparing takes time in proportion to its length.
const MAX_CHARACTERS: usize = 40;

/// The known word that differs least from `word` (case does not count), if it is near enough to be
/// a typing mistake: at most a third of its letters, and at least one, may differ. Else the first
/// that begins with `word`.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    if word.chars().count() > MAX_CHARACTERS {
        return None;
    }
    let word = word.to_lowercase();
    known
        .iter()
        .map(|k| (osa_distance(&word, &k.to_lowercase()), *k))
        .filter(|(d, k)| *d <= (k.chars().count() / 3).max(1))
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
        .or_else(|| {
            let shortened = |k: &&str| word.len() >= 3 && k.to_lowercase().starts_with(&word);
            known.iter().copied().find(shortened)
        })
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
