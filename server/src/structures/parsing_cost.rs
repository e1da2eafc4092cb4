//! How much memory reading a structure takes, estimated from the sizes of its files before they
//! are parsed.
//!
//! The figures are measured (peak of the resident memory, 1.9 million atoms of each format, and
//! files of nothing but bonds), with some room. Few bytes can stand for many atoms (run lengths,
//! rows of eight bytes, gzip), so the estimate has two levels: files are read with the limits that
//! usual files of their size need; a file that exceeds these is read again with the largest ones.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use molshot_molecule::{Format, ReadLimits};

/// The compression ratio is not limited below this decompressed size, which is harmless.
pub(crate) const ALWAYS_PLAUSIBLE_BYTES: u64 = 1 << 20;
/// Peak memory per atom, bytes: the row of the file, the columns, the search for bonds.
const BYTES_PER_ATOM: u64 = 360;
/// Shortest usual row of an atom, bytes.
const BYTES_PER_ROW: u64 = 40;
/// Shortest usual row of an atom in BinaryCIF, bytes.
const BYTES_PER_BINARY_ROW: u64 = 4;
/// Shortest possible row of an atom in a text, bytes.
const SHORTEST_ROW_BYTES: u64 = 6;
/// Atoms that every file may have.
const ATOMS_OF_SMALL_FILES: u64 = 2_000;
/// Values of decoded columns of BinaryCIF per atom, bytes.
const COLUMN_BYTES_PER_ATOM: u64 = 128;
/// Largest memory of bonds and definitions of components, bytes.
const BONDS_MAX_BYTES: u64 = 64 << 20;
/// Memory of bonds and definitions of components per byte of text.
const BONDS_PER_BYTE: u64 = 13;
/// Usual ratio of compression of structure files.
const USUAL_RATIO: u64 = 10;

/// What the size of a file says about the memory that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileShape {
    /// Size as it is.
    bytes: u64,
    is_gzipped: bool,
    /// Decompressed size that the end of a gzip file claims.
    claimed_bytes: Option<u64>,
    /// BinaryCIF.
    is_binary: bool,
}

impl FileShape {
    /// The shape of a file that has not been read.
    pub(super) fn of_path(path: &Path, bytes: u64) -> Self {
        let extension = path.extension().unwrap_or_default();
        Self {
            bytes,
            is_gzipped: extension.eq_ignore_ascii_case("gz"),
            claimed_bytes: None,
            is_binary: Format::from_path(path) == Some(Format::Bcif),
        }
    }

    /// The shape of a file with this content.
    pub(super) fn of_content(bytes: &[u8]) -> Self {
        let is_gzipped = bytes.starts_with(b"\x1f\x8b");
        let mut first = [0];
        let first = if is_gzipped {
            let read = MultiGzDecoder::new(bytes).read(&mut first).unwrap_or(0);
            first.get(..read).unwrap_or_default().first()
        } else {
            bytes.first()
        };
        Self {
            bytes: bytes.len() as u64,
            is_gzipped,
            claimed_bytes: bytes
                .last_chunk()
                .filter(|_| is_gzipped)
                .map(|size| u32::from_le_bytes(*size).into()),
            // A map of MessagePack.
            is_binary: matches!(first, Some(0x80..=0x8f | 0xde | 0xdf)),
        }
    }
}

/// Which limits files are read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Those that usual files of their size need.
    Usual,
    /// The configured ones.
    Largest,
}

/// Times the atoms of a file that copies by symmetry, or all its models, usually have at most.
const USUAL_COPIES: u64 = 16;

/// Limits of files.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileLimits {
    /// Whether copies or several models are read, so that the size of a file does not limit the
    /// atoms.
    pub(super) makes_copies: bool,
    /// Limits of the reader.
    pub(super) read: ReadLimits,
    /// Largest ratio of the decompressed to the compressed size.
    pub(super) ratio: u64,
}

impl FileLimits {
    /// Largest size of a file after decompression.
    fn text_bytes(self, file: FileShape, level: Level) -> u64 {
        if !file.is_gzipped {
            return file.bytes;
        }
        // A compressed file is not refused for its ratio below a size that is harmless.
        let plausible = file
            .bytes
            .saturating_mul(self.ratio)
            .max(ALWAYS_PLAUSIBLE_BYTES);
        let usual = file
            .claimed_bytes
            .unwrap_or(file.bytes.saturating_mul(USUAL_RATIO));
        let wanted = match level {
            Level::Usual => usual.max(ALWAYS_PLAUSIBLE_BYTES),
            Level::Largest => u64::MAX,
        };
        self.read.max_bytes.min(plausible).min(wanted)
    }

    /// The limits for one of several files, and the memory that reading all of them takes.
    pub(super) fn at(self, files: &[FileShape], level: Level) -> (LeveledLimits, u64) {
        // Atoms that are allowed, and those that can be there at most.
        let (mut memory, mut usual, mut possible) = (0_u64, 0_u64, 0_u64);
        let max_atoms = self.read.max_atoms as u64;
        for file in files {
            let text = self.text_bytes(*file, level);
            let (row, shortest, of_text) = if file.is_binary {
                // Run lengths make any number of rows from a few bytes; columns are decoded.
                (BYTES_PER_BINARY_ROW, 0, text * 5)
            } else {
                (BYTES_PER_ROW, SHORTEST_ROW_BYTES, text + text / 4)
            };
            usual = usual.saturating_add(text / row + ATOMS_OF_SMALL_FILES);
            let most = if self.makes_copies { 0 } else { shortest };
            possible = possible.saturating_add(text.checked_div(most).unwrap_or(max_atoms));
            let bonds = text.saturating_mul(BONDS_PER_BYTE).min(BONDS_MAX_BYTES);
            let compressed = if file.is_gzipped { file.bytes } else { 0 };
            memory = memory.saturating_add(of_text + bonds + compressed);
        }
        let allowed = match level {
            Level::Usual if self.makes_copies => usual.saturating_mul(USUAL_COPIES).min(max_atoms),
            Level::Usual => usual.min(max_atoms),
            Level::Largest => max_atoms,
        };
        let atoms = allowed.min(possible);
        let per_atom = if files.iter().any(|file| file.is_binary) {
            BYTES_PER_ATOM + COLUMN_BYTES_PER_ATOM
        } else {
            BYTES_PER_ATOM
        };
        let limits = LeveledLimits {
            all: self,
            level,
            has_binary: files.iter().any(|file| file.is_binary),
            max_atoms: usize::try_from(allowed).unwrap_or(usize::MAX),
        };
        (limits, memory.saturating_add(atoms * per_atom))
    }
}

/// The limits of one level.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeveledLimits {
    all: FileLimits,
    level: Level,
    has_binary: bool,
    /// Largest number of atoms of all files.
    pub(super) max_atoms: usize,
}

impl LeveledLimits {
    /// The limits of a file, after files with some atoms.
    pub(super) fn of_file(self, bytes: &[u8], atoms_before: usize) -> ReadLimits {
        let text = self
            .all
            .text_bytes(FileShape::of_content(bytes), self.level)
            .max(ALWAYS_PLAUSIBLE_BYTES)
            .min(self.all.read.max_bytes);
        ReadLimits::new(text, self.max_atoms.saturating_sub(atoms_before))
    }

    /// The limits of all files together.
    pub(super) fn of_all(self) -> ReadLimits {
        ReadLimits::new(self.all.read.max_bytes, self.max_atoms)
    }

    /// Whether files that cannot be read may be read with a higher level. `is_limit` says whether
    /// they exceed a limit.
    pub(super) fn may_grow_after(self, is_limit: bool) -> bool {
        // The reader of BinaryCIF reports too many decoded values as malformed data.
        self.level == Level::Usual && (self.has_binary || is_limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn limits() -> FileLimits {
        FileLimits {
            read: ReadLimits::new(256 * MIB, 2_000_000),
            ratio: 32,
            makes_copies: false,
        }
    }

    fn shape(name: &str, bytes: u64) -> FileShape {
        FileShape::of_path(Path::new(name), bytes)
    }

    #[test]
    fn small_files_are_cheap_and_the_largest_structures_fit_into_the_default_memory() {
        let bytes = |name, size, level| limits().at(&[shape(name, size)], level).1;
        // A protein of 3,000 atoms.
        assert!(bytes("x.pdb", 243_000, Level::Usual) < 8 * MIB);
        assert!(bytes("x.sdf", 3_000, Level::Usual) < MIB);
        // 1.9 million atoms, measured: 623, 586 and 565 MiB.
        for (name, size) in [
            ("x.pdb", 150_100_004),
            ("x.cif", 111_927_216),
            ("x.xyz", 24_849_159),
        ] {
            for level in [Level::Usual, Level::Largest] {
                let estimate = bytes(name, size, level);
                let range = if level == Level::Largest || !name.ends_with("xyz") {
                    600 * MIB..1024 * MIB
                } else {
                    200 * MIB..600 * MIB
                };
                assert!(range.contains(&estimate), "{name} {level:?}: {estimate}");
            }
        }
    }

    #[test]
    fn a_file_counts_with_its_decompressed_size_and_its_real_format() {
        let gzipped = shape("x.pdb.gz", MIB);
        assert_eq!(limits().text_bytes(gzipped, Level::Usual), 10 * MIB);
        assert_eq!(limits().text_bytes(gzipped, Level::Largest), 32 * MIB);
        assert_eq!(limits().text_bytes(shape("x.GZ", 100), Level::Usual), MIB);
        assert!(shape("x.bcif.gz", 1).is_binary && !shape("x.cif", 1).is_binary);
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &[0x83, 1, 2]).expect("memory");
        let shape = FileShape::of_content(&encoder.finish().expect("memory"));
        assert!(shape.is_gzipped && shape.is_binary);
        assert_eq!(shape.claimed_bytes, Some(3));
        let claiming = |bytes| FileShape {
            claimed_bytes: Some(bytes),
            ..gzipped
        };
        let text = |bytes, level| limits().text_bytes(claiming(bytes), level) / MIB;
        assert_eq!(text(20 * MIB, Level::Usual), 20);
        // It cannot claim more than the ratio allows, nor is it trusted in the end.
        assert_eq!(text(200 * MIB, Level::Usual), 32);
        assert_eq!(text(5, Level::Largest), 32);
        assert!(!FileShape::of_content(b"ATOM").is_binary);
        assert!(!FileShape::of_content(b"").is_gzipped);
    }

    #[test]
    fn copies_may_have_more_atoms_than_the_file_has_bytes() {
        let copies = FileLimits {
            makes_copies: true,
            ..limits()
        };
        let file = [shape("x.pdb", 81_000)];
        let (usual, bytes) = copies.at(&file, Level::Usual);
        assert_eq!(usual.max_atoms, 16 * (2_000 + 81_000 / 40));
        assert!(bytes < 32 * MIB, "{bytes}");
        let (largest, bytes) = copies.at(&file, Level::Largest);
        assert_eq!(largest.max_atoms, 2_000_000);
        assert!(bytes > 600 * MIB, "{bytes}");
    }

    #[test]
    fn the_atoms_of_several_files_share_one_limit() {
        let files = [shape("a.pdb", 4_000_000_000), shape("b.pdb", 100)];
        let (limits, _) = limits().at(&files, Level::Largest);
        assert_eq!(limits.of_file(b"", 0).max_atoms, 2_000_000);
        assert_eq!(limits.of_file(b"", 1_999_990).max_atoms, 10);
        assert!(!limits.may_grow_after(true));
    }
}
