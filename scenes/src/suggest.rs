//! "Did you mean": the nearest of a few known words.

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1)
                .min(row[j] + 1)
                .min(diagonal + usize::from(ca != *cb));
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The known word that differs least from `word` (case does not count), if it is near enough to be
/// a slip of the keyboard: at most a third of its letters, and at least one, may differ. Else the
/// first that begins with `word`.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // A longer word is no slip of any known one, and its distance would cost time in proportion to
    // its length.
    if word.chars().count() > 40 {
        return None;
    }
    let word = word.to_lowercase();
    known
        .iter()
        .map(|k| (distance(&word, &k.to_lowercase()), *k))
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
    use super::{distance, nearest};

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        assert_eq!(
            nearest("widht_px", &["width_px", "height_px"]),
            Some("width_px")
        );
        assert_eq!(nearest("ROL", &["roll", "view"]), Some("roll"));
        assert_eq!(
            nearest("fov", &["projection", "fov_degrees"]),
            Some("fov_degrees")
        );
        assert_eq!(nearest("quaternion", &["roll", "view"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), &["x"]), None);
    }
}
