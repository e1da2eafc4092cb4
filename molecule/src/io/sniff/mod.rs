//! Which format do these bytes have? The content decides; where it leaves it open, the name's
//! ending does.
//!
//! Signatures of foreign files are those of the libmagic database.

use std::path::Path;

use super::options::Format;
use super::text::{Lines, columns, fields, float, integer};
use crate::MoleculeError;

/// How much of a text is looked at. A MOL2 or mmCIF file may begin with a long comment.
const HEAD_BYTES: usize = 1 << 16;

const READABLE: &str = "give a PDB, mmCIF, BinaryCIF, SDF, MOL2 or XYZ file, gzipped or not";

/// First bytes of files that are no molecular structure, what they are, and what to do.
const FOREIGN: [(&[u8], &str, &str); 16] = [
    (b"BZh", "is bzip2-compressed", "decompress it first"),
    (b"\xfd7zXZ\0", "is xz-compressed", "decompress it first"),
    (
        b"\x28\xb5\x2f\xfd",
        "is zstd-compressed",
        "decompress it first",
    ),
    (b"PK\x03\x04", "is a ZIP archive", "unpack it first"),
    (b"PK\x05\x06", "is an empty ZIP archive", READABLE),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive", "unpack it first"),
    (
        b"\x1f\x9d",
        "is compressed by Unix compress",
        "decompress it first",
    ),
    (b"\x89PNG\r\n\x1a\n", "is a PNG picture", READABLE),
    (b"\xff\xd8\xff", "is a JPEG picture", READABLE),
    (b"GIF8", "is a GIF picture", READABLE),
    (b"%PDF-", "is a PDF document", READABLE),
    (b"\x7fELF", "is an ELF program", READABLE),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file", READABLE),
    (b"\xff\xfe", "is UTF-16 text", "save it as UTF-8 or ASCII"),
    (b"\xfe\xff", "is UTF-16 text", "save it as UTF-8 or ASCII"),
    (b"$RXN", "is a reaction file, not a molecule", READABLE),
];

/// The content without a UTF-8 byte order mark.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Format of decompressed bytes without a byte order mark. `name` serves messages and, where the
/// content leaves it open, its ending counts.
pub(crate) fn detect(name: &str, bytes: &[u8]) -> Result<Format, MoleculeError> {
    let refuse = |problem: &str, remedy: &str| MoleculeError::Format {
        file: name.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    };
    refuse_empty(name, bytes)?;
    for (magic, problem, remedy) in FOREIGN {
        if bytes.starts_with(magic) {
            return Err(refuse(problem, remedy));
        }
    }
    // USTAR's mark stands at byte 257 of the first header.
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(refuse("is a tar archive", "unpack it first"));
    }
    if is_message_pack_map(bytes) {
        // Both have one map at the top; the order of its keys is free.
        if memchr::memmem::find(bytes, b"dataBlocks").is_some() {
            return Ok(Format::Bcif);
        }
        if memchr::memmem::find(bytes, b"mmtfVersion").is_some() {
            return Err(refuse(
                "is MMTF, which is not read (the format was retired by RCSB in 2024)",
                "give mmCIF or BinaryCIF",
            ));
        }
    }
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    if let Some(format) = detect_text(head) {
        return Ok(format);
    }
    let by_name = Format::from_path(Path::new(name));
    if by_name != Some(Format::Bcif) && memchr::memchr(0, head).is_some() {
        return Err(refuse(
            "is binary data of no format that is read here",
            READABLE,
        ));
    }
    if let Some(problem) = foreign_text(head) {
        return Err(refuse(problem, READABLE));
    }
    by_name.ok_or_else(|| {
        refuse(
            "neither the content nor the name's ending is that of a format that is read here",
            READABLE,
        )
    })
}

/// A file of nothing, or of nothing but white space, has an error of its own.
pub(crate) fn refuse_empty(name: &str, bytes: &[u8]) -> Result<(), MoleculeError> {
    if !bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    Err(MoleculeError::Format {
        file: name.to_owned(),
        problem: if bytes.is_empty() {
            "is empty (0 bytes)".to_owned()
        } else {
            "is empty (nothing but white space)".to_owned()
        },
        remedy: READABLE.to_owned(),
    })
}

/// A map of up to 15 entries, or one with a 16 or 32 bit length (MessagePack specification).
fn is_message_pack_map(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0x80..=0x8f | 0xde | 0xdf))
}

/// Text formats by their marks, the surest first: a mark of one may stand in another's title or
/// comment.
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

/// The fourth line ends with the version of the connection table.
fn is_sdf(head: &[u8]) -> bool {
    Lines::new(head, 1).nth(3).is_some_and(|(_, line)| {
        let line = line.trim_ascii_end();
        line.ends_with(b"V2000") || line.ends_with(b"V3000")
    })
}

/// The first word that is no comment begins a data block.
fn is_mmcif(head: &[u8]) -> bool {
    Lines::new(head, 1)
        .map(|(_, line)| line.trim_ascii())
        .find(|line| !line.is_empty() && !line.starts_with(b"#"))
        .is_some_and(|line| {
            line.get(..5)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"data_"))
        })
}

/// A number alone on the first line, coordinates on the third.
fn is_xyz(head: &[u8]) -> bool {
    let mut lines = Lines::new(head, 1);
    let count = lines
        .next()
        .and_then(|(_, line)| integer::<u64>(line.trim_ascii()));
    count.is_some()
        && lines.nth(1).is_some_and(|(_, row)| {
            let row: Vec<_> = fields(row).take(4).collect();
            row.len() == 4 && row[1..].iter().all(|field| float(field).is_some())
        })
}

/// A line that begins with one of the format's record names and is no prose.
fn is_pdb(head: &[u8]) -> bool {
    /// Records that stand before the atoms in entries and in the output of common programs.
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
                // Atom serials beyond 99999 run into the record name.
                || record.starts_with(b"ATOM ")
                || record.starts_with(b"HETATM"))
    })
}

/// What a text that is no structure looks like.
fn foreign_text(head: &[u8]) -> Option<&'static str> {
    let head = head.trim_ascii_start();
    let begins = |word: &[u8]| {
        head.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if begins(b"<!doctype html") || begins(b"<html") {
        // Commonly the page of a failed download.
        Some("is an HTML page")
    } else if begins(b"<?xml") {
        Some("is an XML document")
    } else if begins(b"{") || begins(b"[{") {
        Some("is a JSON document")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
