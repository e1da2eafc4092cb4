//! The lines of a plan, read.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::record::ComplexPlan;
use crate::error::DatasetError;

/// The lines of a plan, one after the other.
///
/// # Errors
/// When the file cannot be opened; each line, when it cannot be read.
pub fn read_lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<ComplexPlan, DatasetError>> + use<>, DatasetError> {
    let file = fs::File::open(path).map_err(DatasetError::file(path))?;
    let path = path.to_owned();
    Ok(BufReader::new(file)
        .lines()
        .enumerate()
        .map(move |(number, line)| {
            let line = line.map_err(DatasetError::file(&path))?;
            serde_json::from_str(&line)
                .map_err(|error| DatasetError::line(&path, number + 1, error))
        }))
}
