//! Ids without regard to case: an id that exists only in another spelling is found if it is the
//! only one.

use axum::http::StatusCode;

use crate::error::Problem;

/// Ids that a message names.
const MAX_NAMED: usize = 5;

/// The only one of `ids` that differs from `id` by nothing but the case of letters; `None` if there
/// is none.
///
/// # Errors
/// A 404 problem that names the ids if there are several.
pub(super) fn in_other_case<'a>(
    ids: impl Iterator<Item = &'a str>,
    id: &str,
) -> Result<Option<&'a str>, Problem> {
    let lower = (!id.is_ascii()).then(|| id.to_lowercase());
    let is_same = |other: &str| match &lower {
        None => other.eq_ignore_ascii_case(id),
        Some(lower) => !other.is_ascii() && other.to_lowercase() == *lower,
    };
    let found: Vec<&str> = ids.filter(|other| is_same(other)).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "structure_unknown",
            format!(
                "the structure does not exist in this spelling, and several differ from it only in upper and lower case; give one of {}",
                several[..several.len().min(MAX_NAMED)].join(", ")
            ),
        )
        .at("/structure/id")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_case_is_found_if_it_is_the_only_one() {
        let ids = ["1UBI.pdb", "5ey0", "ABC", "abc", "Émile.cif"];
        let find = |id: &str| in_other_case(ids.into_iter(), id);
        assert_eq!(find("1ubi.PDB"), Ok(Some("1UBI.pdb")));
        assert_eq!(find("5EY0"), Ok(Some("5ey0")));
        assert_eq!(find("émile.CIF"), Ok(Some("Émile.cif")));
        assert_eq!(find("2ubi.pdb"), Ok(None));
        let several = find("aBc").expect_err("ambiguous");
        assert_eq!(several.status, StatusCode::NOT_FOUND);
        assert!(several.detail.contains("ABC, abc"), "{several}");
    }
}
