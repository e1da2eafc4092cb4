//! Ids of complexes: the names of their folders or files.

use super::{ComplexError, complex_error};

/// Limit of bytes of an id. File names, which contain it, have at most 255 bytes.
const MAX_ID_BYTES: usize = 200;

/// Checks that tables, paths and messages can have an id as it is.
pub(super) fn check_id(id: &str) -> Result<(), ComplexError> {
    let problem = if id.len() > MAX_ID_BYTES {
        format!(
            "its name has {} bytes; rename it to at most {MAX_ID_BYTES}",
            id.len()
        )
    } else if id.chars().any(char::is_control) {
        "its name has a control character, such as a line feed; rename it".to_owned()
    } else {
        return Ok(());
    };
    Err(complex_error("unusable_name", problem))
}
