//! Format detection from the content and, if it is ambiguous, from the file extension.
//!
//! Signatures of unsupported files are those of the libmagic database.

use std::path::Path;

use super::options::{Format, alternatives};
use super::text::{Lines, columns, fields, float, integer};
use super::trajectory_format::TrajectoryFormat;
use crate::MoleculeError;

/// Number of bytes that are examined. A MOL2 or mmCIF file may begin with a long comment.
const HEAD_BYTES: usize = 1 << 16;

/// Signatures of other kinds of files: first bytes, kind, and remedy (`None`: another file).
const UNSUPPORTED: [(&[u8], &str, Option<&str>); 16] = [
    (b"BZh", "is bzip2-compressed", Some("decompress it first")),
    (
        b"\xfd7zXZ\0",
        "is xz-compressed",
        Some("decompress it first"),
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "is zstd-compressed",
        Some("decompress it first"),
    ),
    (b"PK\x03\x04", "is a ZIP archive", Some("unpack it first")),
    (b"PK\x05\x06", "is an empty ZIP archive", None),
    (
        b"7z\xbc\xaf\x27\x1c",
        "is a 7z archive",
        Some("unpack it first"),
    ),
    (
        b"\x1f\x9d",
        "is compressed by Unix compress",
        Some("decompress it first"),
    ),
    (b"\x89PNG\r\n\x1a\n", "is a PNG image", None),
    (b"\xff\xd8\xff", "is a JPEG image", None),
    (b"GIF8", "is a GIF image", None),
    (b"%PDF-", "is a PDF document", None),
    (b"\x7fELF", "is an ELF program", None),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", None),
    (
        b"\xff\xfe",
        "is UTF-16 text",
        Some("save it as UTF-8 or ASCII"),
    ),
    (
        b"\xfe\xff",
        "is UTF-16 text",
        Some("save it as UTF-8 or ASCII"),
    ),
    (b"$RXN", "is a reaction file, not a molecule", None),
];

/// Returns the remedy that names the supported formats.
fn readable() -> String {
    format!(
        "give a {} file, gzipped or not",
        alternatives(Format::title)
    )
}

/// Returns the content without a UTF-8 byte order mark.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Detects the format of decompressed bytes without a byte order mark. `name` is used in messages,
/// and its extension if the content is ambiguous.
pub(crate) fn detect(name: &str, bytes: &[u8]) -> Result<Format, MoleculeError> {
    let refuse = |problem: &str, remedy: &str| MoleculeError::Format {
        file: name.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    };
    refuse_empty(name, bytes)?;
    for (magic, problem, remedy) in UNSUPPORTED {
        if bytes.starts_with(magic) {
            let remedy = remedy.map_or_else(readable, str::to_owned);
            return Err(refuse(problem, &remedy));
        }
    }
    // The mark of USTAR is at byte 257 of the first header.
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(refuse("is a tar archive", "unpack it first"));
    }
    if is_message_pack_map(bytes) {
        // Both formats are one map, with keys in any order.
        if memchr::memmem::find(bytes, b"dataBlocks").is_some() {
            return Ok(Format::Bcif);
        }
        if memchr::memmem::find(bytes, b"mmtfVersion").is_some() {
            return Err(refuse(
                "is MMTF, which is not supported (RCSB retired the format in 2024)",
                "give mmCIF or BinaryCIF",
            ));
        }
    }
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    if is_gro(head) {
        return Ok(Format::Gro);
    }
    if let Some(format) = TrajectoryFormat::from_magic(bytes) {
        return Err(refuse(
            &format!(
                "is a trajectory ({}), which has positions alone",
                format.title()
            ),
            "give it beside the structure file of its atoms, to draw its frames",
        ));
    }
    if let Some(format) = detect_text(head) {
        return Ok(format);
    }
    let by_name = Format::from_path(Path::new(name));
    if by_name != Some(Format::Bcif) && memchr::memchr(0, head).is_some() {
        return Err(refuse(
            "is binary data of an unsupported format",
            &readable(),
        ));
    }
    if let Some(problem) = unsupported_text(head) {
        return Err(refuse(problem, &readable()));
    }
    by_name.ok_or_else(|| {
        refuse(
            "neither the content nor the file extension belongs to a supported format",
            &readable(),
        )
    })
}

/// Returns an error for an empty file, and for one of white space only.
pub(crate) fn refuse_empty(name: &str, bytes: &[u8]) -> Result<(), MoleculeError> {
    if !bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    Err(MoleculeError::Format {
        file: name.to_owned(),
        problem: if bytes.is_empty() {
            "is empty (0 bytes)".to_owned()
        } else {
            "is empty (only white space)".to_owned()
        },
        remedy: readable(),
    })
}

/// Tests for a map of up to 15 entries, or with a 16 or 32 bit length (MessagePack specification).
fn is_message_pack_map(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0x80..=0x8f | 0xde | 0xdf))
}

/// Detects text formats by their marks, the most reliable one first: the mark of one format may
/// occur in a title or comment of another.
fn detect_text(head: &[u8]) -> Option<Format> {
    if is_sdf(head) {
        return Some(Format::Sdf);
    }
    if !super::text::lines_beginning_with(head, b"@<TRIPOS>").is_empty() {
        return Some(Format::Mol2);
    }
    if is_mmcif(head) {
        return Some(Format::Mmcif);
    }
    if is_xyz(head) {
        return Some(Format::Xyz);
    }
    is_pdb(head).then_some(Format::Pdb)
}

/// Tests whether the fourth line ends with the version of the connection table.
fn is_sdf(head: &[u8]) -> bool {
    Lines::new(head, 1).nth(3).is_some_and(|(_, line)| {
        let line = line.trim_ascii_end();
        line.ends_with(b"V2000") || line.ends_with(b"V3000")
    })
}

/// Tests whether the first word outside of comments begins a data block, or the section `global_`
/// of older libraries before the data blocks.
fn is_mmcif(head: &[u8]) -> bool {
    Lines::new(head, 1)
        .map(|(_, line)| line.trim_ascii())
        .find(|line| !line.is_empty() && !line.starts_with(b"#"))
        .is_some_and(|line| {
            let begins_block = line
                .get(..5)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"data_"));
            let word = fields(line).next().unwrap_or_default();
            begins_block || word.eq_ignore_ascii_case(b"global_")
        })
}

/// Tests for a number on the first line and coordinates on the third, or, in extended XYZ, for
/// names of columns on the second.
fn is_xyz(head: &[u8]) -> bool {
    let mut lines = Lines::new(head, 1);
    let count = lines
        .next()
        .and_then(|(_, line)| integer::<u64>(line.trim_ascii()));
    let names_columns = lines.next().is_some_and(|(_, comment)| {
        const KEY: &[u8] = b"Properties=";
        comment
            .windows(KEY.len())
            .any(|part| part.eq_ignore_ascii_case(KEY))
    });
    count.is_some()
        && lines.next().is_some_and(|(_, row)| {
            let row: Vec<_> = fields(row).take(4).collect();
            row.len() == 4 && (names_columns || row[1..].iter().all(|field| float(field).is_some()))
        })
}

/// Tests for a number on the second line and, on the third, the columns of the format of GROMACS:
/// residue number and name, atom name and number (five columns each), and coordinates in nanometres
/// whose decimal points have equal distances.
fn is_gro(head: &[u8]) -> bool {
    let mut lines = Lines::new(head, 1).skip(1).map(|(_, line)| line);
    let (Some(count), Some(atom)) = (lines.next(), lines.next()) else {
        return false;
    };
    let is_number = |start| integer::<u32>(columns(atom, start, start + 5)).is_some();
    let points: Vec<usize> = memchr::memchr_iter(b'.', atom).take(3).collect();
    integer::<u32>(count.trim_ascii()).is_some()
        && is_number(0)
        && is_number(15)
        && !columns(atom, 5, 15).is_empty()
        && matches!(*points, [x, y, z] if x > 20 && y - x == z - y)
}

/// Tests for a line that begins with a record name of the format.
fn is_pdb(head: &[u8]) -> bool {
    /// Records before the atoms in entries and in the output of common programs.
    const RECORDS: [&[u8]; 34] = [
        b"ATOM", b"HETATM", b"HEADER", b"OBSLTE", b"TITLE", b"SPLIT", b"CAVEAT", b"COMPND",
        b"SOURCE", b"KEYWDS", b"EXPDTA", b"NUMMDL", b"MDLTYP", b"AUTHOR", b"REVDAT", b"SPRSDE",
        b"JRNL", b"REMARK", b"DBREF", b"SEQADV", b"SEQRES", b"MODRES", b"HET", b"HETNAM",
        b"FORMUL", b"HELIX", b"SHEET", b"SSBOND", b"LINK", b"CISPEP", b"CRYST1", b"MODEL", b"USER",
        b"CONECT",
    ];
    Lines::new(head, 1).any(|(_, line)| {
        let record = columns(line, 0, 6);
        line.first().is_some_and(|c| !c.is_ascii_whitespace())
            && (RECORDS.contains(&record)
                // Atom serials beyond 99999 extend into the record name.
                || record.starts_with(b"ATOM ")
                || record.starts_with(b"HETATM"))
    })
}

/// Recognises text of other formats.
fn unsupported_text(head: &[u8]) -> Option<&'static str> {
    let head = head.trim_ascii_start();
    let begins = |word: &[u8]| {
        head.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins(b"<!doctype html") || begins(b"<html") {
        // Often the error page of a failed download.
        Some("is an HTML page")
    } else if begins(b"<?xml") {
        Some("is an XML document")
    } else if begins(b"{") || begins(b"[{") {
        Some("is a JSON document")
    } else if begins(b"PSF ") {
        Some("is a PSF topology, which has no coordinates")
    } else if begins(b"%VERSION") {
        Some("is a topology of AMBER, which has no coordinates")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
