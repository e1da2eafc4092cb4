//! Reads the lines of a plan.

use std::fs;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use crate::error::DatasetError;
use crate::record::{ComplexPlan, ShardPlan};

/// Reads the lines of a plan one by one.
///
/// # Errors
/// When the file cannot be opened; each item, when its line is invalid.
pub fn read_lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<ComplexPlan, DatasetError>> + use<>, DatasetError> {
    lines_from(path, 0, 0)
}

/// Reads the lines of a shard.
///
/// # Errors
/// As [`read_lines`].
pub fn read_shard_lines(path: &Path, shard: &ShardPlan) -> Result<Vec<ComplexPlan>, DatasetError> {
    lines_from(path, shard.first_byte, shard.first_line)?
        .take(shard.complexes)
        .collect()
}

fn lines_from(
    path: &Path,
    first_byte: u64,
    first_line: usize,
) -> Result<impl Iterator<Item = Result<ComplexPlan, DatasetError>> + use<>, DatasetError> {
    let mut file = fs::File::open(path).map_err(DatasetError::file(path))?;
    file.seek(SeekFrom::Start(first_byte))
        .map_err(DatasetError::file(path))?;
    let path = path.to_owned();
    Ok(BufReader::new(file)
        .lines()
        .enumerate()
        .map(move |(number, line)| {
            let line = line.map_err(DatasetError::file(&path))?;
            serde_json::from_str(&line)
                .map_err(|error| DatasetError::line(&path, first_line + number + 1, error))
        }))
}
