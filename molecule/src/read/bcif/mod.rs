//! bcif
use super::ReadOptions;
use crate::MoleculeError;
use crate::parsed::ParsedModel;

pub(super) fn parse(
    _file: &str,
    _bytes: &[u8],
    _options: &ReadOptions,
) -> Result<ParsedModel, MoleculeError> {
    Ok(ParsedModel::default())
}
