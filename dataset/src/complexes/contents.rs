//! What is in a folder of complexes, and in the folder of one complex.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use molshot_molecule::{Format, assembly_number};
use serde::{Deserialize, Serialize};

/// Formats of whole entries.
const ENTRY_FORMATS: [Format; 3] = [Format::Pdb, Format::Mmcif, Format::Bcif];

/// Names that a message lists at most.
const LISTED_NAMES: usize = 5;

/// A file of the folder of complexes that is not a complex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutFile {
    /// Name of the file.
    pub name: String,
    /// Why it is not a complex.
    pub why: WhyLeftOut,
}

/// Why a file of the folder is not a complex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyLeftOut {
    /// Its name begins with a dot, as the `._` files do that macOS writes beside real ones.
    Hidden,
    /// Its file extension is not one of whole entries.
    FileExtension,
    /// Its name is not Unicode text.
    NotUnicode,
    /// It is a further biological assembly (`.bio2` beside `.bio1`).
    FurtherAssembly,
}

impl WhyLeftOut {
    /// Returns the reason as the end of a sentence that begins with the files.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Hidden => "hidden, because the name begins with a dot",
            Self::FileExtension => {
                "of another file extension than whole entries have (.pdb .ent .pdb1 .bio1 .cif .mmcif .bcif, each also .gz)"
            }
            Self::NotUnicode => "named in bytes that are not Unicode text; rename",
            Self::FurtherAssembly => {
                "a further biological assembly; the one of the lowest number is read"
            }
        }
    }
}

/// What is in a folder of complexes.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Names of the files and folders of each complex, by id. There is more than one if several
    /// have the same name, which is an error of that complex.
    pub(super) complexes: BTreeMap<String, Vec<String>>,
    /// Files that are not complexes, sorted by name.
    pub(super) left_out: Vec<LeftOutFile>,
}

/// Returns the name of a whole entry without its extensions, and the number of the biological
/// assembly; `None` for other files.
fn entry_id(name: &str) -> Option<(&str, Option<u32>)> {
    let format = Format::from_path(Path::new(name))?;
    let stem = without_gz(name);
    let (id, extension) = stem.rsplit_once('.')?;
    (ENTRY_FORMATS.contains(&format) && !id.is_empty()).then_some((id, assembly_number(extension)))
}

fn without_gz(name: &str) -> &str {
    let stem = name.len().checked_sub(3);
    match stem.and_then(|at| name.split_at_checked(at)) {
        Some((stem, end)) if end.eq_ignore_ascii_case(".gz") => stem,
        _ => name,
    }
}

impl Contents {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut contents = Self::default();
        // Names of the assemblies of each entry, by number.
        let mut assemblies: BTreeMap<String, BTreeMap<u32, Vec<String>>> = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Tables hold text, so names must be Unicode.
            let name = match entry.file_name().into_string() {
                Ok(name) => name,
                Err(name) => {
                    let name = name.to_string_lossy().into_owned();
                    contents.leave_out(name, WhyLeftOut::NotUnicode);
                    continue;
                }
            };
            if let Some(shown) = name.strip_prefix('.') {
                // Other hidden files, such as `.DS_Store`, were not meant.
                if entry_id(shown.trim_start_matches('_')).is_some() {
                    contents.leave_out(name, WhyLeftOut::Hidden);
                }
                continue;
            }
            if entry.path().is_dir() {
                contents.add(name.clone(), name);
                continue;
            }
            match entry_id(&name) {
                Some((id, Some(assembly))) => assemblies
                    .entry(id.to_owned())
                    .or_default()
                    .entry(assembly)
                    .or_default()
                    .push(name),
                Some((id, None)) => contents.add(id.to_owned(), name),
                None => contents.leave_out(name, WhyLeftOut::FileExtension),
            }
        }
        for (id, numbers) in assemblies {
            for (rank, names) in numbers.into_values().enumerate() {
                for name in names {
                    if rank == 0 {
                        contents.add(id.clone(), name);
                    } else {
                        contents.leave_out(name, WhyLeftOut::FurtherAssembly);
                    }
                }
            }
        }
        contents
            .complexes
            .values_mut()
            .for_each(|names| names.sort_unstable());
        contents.left_out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(contents)
    }

    fn add(&mut self, id: String, name: String) {
        self.complexes.entry(id).or_default().push(name);
    }

    fn leave_out(&mut self, name: String, why: WhyLeftOut) {
        self.left_out.push(LeftOutFile { name, why });
    }

    /// Describes the files that were left out as the end of a sentence; empty without any.
    pub(super) fn left_out_text(&self) -> String {
        let texts: Vec<String> = left_out_texts(&self.left_out);
        if texts.is_empty() {
            return String::new();
        }
        format!(" (left out: {})", texts.join("; "))
    }
}

/// Describes files that were left out, one text per reason: the first names and the number.
#[must_use]
pub fn left_out_texts(files: &[LeftOutFile]) -> Vec<String> {
    let mut names: BTreeMap<WhyLeftOut, Vec<&str>> = BTreeMap::new();
    for file in files {
        names.entry(file.why).or_default().push(&file.name);
    }
    names
        .into_iter()
        .map(|(why, names)| {
            let count = names.len();
            let first = names[..count.min(LISTED_NAMES)].join(", ");
            let more = match count.saturating_sub(LISTED_NAMES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let verb = if count == 1 { "is" } else { "are" };
            format!("{first}{more} {verb} {}", why.text())
        })
        .collect()
}

/// What a file of a complex holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ComplexFile {
    Pocket,
    Protein,
    Ligand,
}

/// Returns the files that a complex may be read from, sorted by name. Hidden files and
/// folders are left out.
pub(super) fn parts_of(folder: &Path) -> io::Result<BTreeSet<(String, ComplexFile)>> {
    let mut parts = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') || Format::from_path(Path::new(&name)).is_none() {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let part = [
            ("_pocket.", ComplexFile::Pocket),
            ("_protein.", ComplexFile::Protein),
            ("_ligand.", ComplexFile::Ligand),
        ]
        .into_iter()
        .find(|(mark, _)| lower.contains(mark));
        if let Some((_, part)) = part
            && !entry.path().is_dir()
        {
            parts.insert((name, part));
        }
    }
    Ok(parts)
}
