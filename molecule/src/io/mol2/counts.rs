//! Declared and actual numbers of rows.

use crate::io::text::{counted, number_are, syntax, warning};
use crate::{MoleculeError, Warning};

/// Compares a declared count with the actual one: an error if rows are missing, a warning if there
/// are more.
pub(super) fn check_count(
    file: &str,
    last_line: u64,
    declared: Option<u64>,
    found: usize,
    section_seen: bool,
    what: &str,
) -> Result<Option<Warning>, MoleculeError> {
    let Some(declared) = declared else {
        return Ok(None);
    };
    let found = found as u64;
    if found < declared {
        let section = what.to_ascii_uppercase();
        let problem = if section_seen {
            format!(
                "the molecule declares {}, but its {section} section holds {found}",
                counted(declared, what)
            )
        } else {
            format!(
                "the molecule declares {}, but has no {section} section",
                counted(declared, what)
            )
        };
        return Err(syntax(
            file,
            last_line,
            problem,
            "give the whole file; it may have been cut off",
        ));
    }
    Ok((found > declared).then(|| {
        warning(
            file,
            0,
            format!(
                "the molecule declares {}, but {} there; all are read",
                counted(declared, what),
                number_are(found)
            ),
        )
    }))
}
