//! Valid ids and file names. An id has no path separator and no leading dot, so it cannot name a
//! file outside its folder. It may have blanks and letters of any script, which clients write
//! percent-encoded in URLs.

use axum::http::StatusCode;

use crate::error::Problem;

/// Longest id: the longest file name of most systems.
const MAX_ID_BYTES: usize = 255;
/// Characters that no id has: those that separate folders on some system, that some system refuses
/// in file names, and the one of percent-encoding, which a proxy could decode a second time.
const EXCLUDED: &str = "/\\:*?\"<>|%";
/// Longest name of an uploaded file; longer ones lose their beginning.
const MAX_NAME_BYTES: usize = 100;

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+')
}

/// Whether a name is a valid id: no control or invisible characters, none of [`EXCLUDED`], not
/// beginning with a dot, and neither beginning nor ending with a blank.
pub(crate) fn is_id(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_ID_BYTES
        && !name.starts_with(['.', ' '])
        && !name.ends_with(' ')
        && name.chars().all(is_of_id)
}

fn is_of_id(letter: char) -> bool {
    // Invisible ones, and those that change the direction of writing, make names that look alike.
    let is_invisible = matches!(
        letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    let is_blank = letter == ' ' || !letter.is_whitespace();
    is_blank && !letter.is_control() && !is_invisible && !EXCLUDED.contains(letter)
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
            "the structure id is invalid; give a name of at most {MAX_ID_BYTES} bytes without control characters and {EXCLUDED}, not beginning with a dot or a blank"
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
        for good in [
            "5ey0",
            "1ubi.pdb",
            "sample-dna",
            "a_b+c.cif.gz",
            "a b.pdb",
            "é.pdb",
            "e\u{301}.pdb",
            "水 (1).cif",
            "-a",
            "_a",
            "O'Brien & #2.pdb",
        ] {
            assert!(is_id(good), "{good}");
        }
        let long = "a".repeat(256);
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            ".hidden",
            "a\0b",
            "a\nb",
            "%2e%2e",
            " a",
            "a ",
            "c:x",
            "<b>",
            "a\u{202e}b",
            "a\u{a0}b",
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
