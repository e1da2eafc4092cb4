//! Readers: decompressed bytes to the rows of a file, one parser per format.

pub(crate) mod gzip;
pub(crate) mod options;
pub(crate) mod sniff;

mod bcif;
mod cif;
mod gro;
mod mmcif;
mod mol2;
mod pdb;
mod sdf;
mod text;
pub(crate) mod trajectory_format;
pub(crate) mod unnamed;
mod xyz;

use self::options::{Format, ReadOptions};
use crate::error::MoleculeError;
use crate::raw::RawModel;

/// Parses decompressed bytes of a known format. `file` is used only in messages.
pub(crate) fn parse(
    format: Format,
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    match format {
        Format::Pdb => pdb::parse(file, bytes, options),
        Format::Mmcif => mmcif::parse(file, bytes, options),
        Format::Bcif => bcif::parse(file, bytes, options),
        Format::Sdf => sdf::parse(file, bytes, options),
        Format::Mol2 => mol2::parse(file, bytes, options),
        Format::Xyz => xyz::parse(file, bytes, options),
        Format::Gro => gro::parse(file, bytes, options),
    }
}
