//! Valid ids and file names. An id has no path separator and no leading dot, so it cannot name a
//! file outside its folder.

use axum::http::StatusCode;

use crate::error::Problem;

/// Longest id.
const MAX_ID_BYTES: usize = 128;
/// Longest name of an uploaded file; longer ones lose their beginning.
const MAX_NAME_BYTES: usize = 100;

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+')
}

/// Whether a name is a valid id: letters, digits, `.`, `_`, `-` and `+`, beginning with a letter or
/// a digit.
pub(crate) fn is_id(name: &str) -> bool {
    name.len() <= MAX_ID_BYTES
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.chars().all(is_plain)
}

/// Refuses invalid ids.
pub(crate) fn check_id(id: &str) -> Result<(), Problem> {
    if is_id(id) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        "structure_id_invalid",
        format!(
            "the structure id is invalid; give letters, digits, '.', '_', '-' and '+', at most {MAX_ID_BYTES}, beginning with a letter or a digit"
        ),
    )
    .at("/structure/id"))
}

/// The name under which an uploaded file is stored: its last component, with unusual characters
/// replaced.
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let plain: String = last
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect();
    let start = plain.len().saturating_sub(MAX_NAME_BYTES);
    match plain[start..].trim_start_matches('.') {
        "" => "structure".into(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_in_their_folder() {
        for good in ["5ey0", "1ubi.pdb", "sample-dna", "a_b+c.cif.gz"] {
            assert!(is_id(good), "{good}");
        }
        let long = "a".repeat(129);
        for bad in [
            "", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\0b", "%2e%2e", "a b", "é", "-a",
            &long,
        ] {
            assert!(!is_id(bad), "{bad}");
            assert!(check_id(bad).is_err());
        }
    }

    #[test]
    fn file_names_are_made_plain() {
        assert_eq!(file_name("../../etc/x_pocket.pdb"), "x_pocket.pdb");
        assert_eq!(file_name("C:\\x y.pdb"), "x_y.pdb");
        assert_eq!(file_name("..."), "structure");
        assert_eq!(file_name("é.pdb"), "_.pdb");
        assert_eq!(file_name(&format!("{}.pdb", "a".repeat(300))).len(), 100);
    }
}
