//! The formats of trajectories, and how they are recognised. Their readers are in
//! [`crate::trajectory`].

use std::path::Path;

use super::gzip::without_gz;

/// A format of trajectories: coordinates of the same atoms at many times, without their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrajectoryFormat {
    /// Compressed coordinates of GROMACS.
    Xtc,
    /// Coordinates of GROMACS in full precision.
    Trr,
    /// Coordinates of CHARMM, NAMD, X-PLOR and LAMMPS.
    Dcd,
}

impl TrajectoryFormat {
    /// Every format, in the order in which help and messages list them.
    pub const ALL: [Self; 3] = [Self::Xtc, Self::Trr, Self::Dcd];

    /// Returns the file extension, in lower case and without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xtc => "xtc",
            Self::Trr => "trr",
            Self::Dcd => "dcd",
        }
    }

    /// Returns the name as it is written in prose: `XTC`.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Xtc => "XTC",
            Self::Trr => "TRR",
            Self::Dcd => "DCD",
        }
    }

    /// Returns the file extensions of all formats as help lists them: `.xtc .trr .dcd`.
    #[must_use]
    pub fn extensions_text() -> String {
        let dotted = Self::ALL.map(|format| format!(".{}", format.extension()));
        dotted.join(" ")
    }

    /// Returns the format of the extension of a path, in any case and without regard to `.gz`.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let (_, extension) = without_gz(&name).rsplit_once('.')?;
        let mut all = Self::ALL.into_iter();
        all.find(|format| extension.eq_ignore_ascii_case(format.extension()))
    }

    /// Returns the format of a file by its first bytes, of which 8 are enough.
    #[must_use]
    pub fn from_magic(bytes: &[u8]) -> Option<Self> {
        let first: [u8; 4] = *bytes.first_chunk()?;
        match i32::from_be_bytes(first) {
            1995 | 2023 => return Some(Self::Xtc),
            1993 => return Some(Self::Trr),
            _ => {}
        }
        // The header's record of 84 bytes begins with the word CORD, or VELD for velocities.
        let is_record = matches!(first, [84, 0, 0, 0] | [0, 0, 0, 84]);
        let word = bytes.get(4..8)?;
        // With record markers of 64 bits the word is farther behind.
        let is_word = matches!(word, b"CORD" | b"VELD" | [0, 0, 0, 0] | [0, 0, 0, 84]);
        (is_record && is_word).then_some(Self::Dcd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trajectories_are_recognised_by_extension_or_first_bytes() {
        let of = |name: &str| TrajectoryFormat::from_path(Path::new(name));
        assert_eq!(of("md/run.XTC"), Some(TrajectoryFormat::Xtc));
        assert_eq!(of("run.trr.gz"), Some(TrajectoryFormat::Trr));
        assert_eq!(of("run.dcd"), Some(TrajectoryFormat::Dcd));
        assert_eq!(of("run.pdb"), None);
        let magic = TrajectoryFormat::from_magic;
        assert_eq!(magic(b"\0\0\x07\xcb...."), Some(TrajectoryFormat::Xtc));
        assert_eq!(magic(b"\0\0\x07\xe7...."), Some(TrajectoryFormat::Xtc));
        assert_eq!(magic(b"\0\0\x07\xc9...."), Some(TrajectoryFormat::Trr));
        assert_eq!(magic(b"T\0\0\0CORD"), Some(TrajectoryFormat::Dcd));
        assert_eq!(magic(b"\0\0\0TCORD"), Some(TrajectoryFormat::Dcd));
        for other in [&b"ATOM    "[..], b"T\0\0\0ATOM", b"", b"T\0\0\0"] {
            assert_eq!(magic(other), None, "{other:?}");
        }
    }
}
