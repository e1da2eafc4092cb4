//! The files of a folder in PDBbind layout: which are pocket, protein and ligand.

use std::collections::BTreeSet;
use std::path::Path;

use crate::io::gzip::without_gz;
use crate::io::options::Format;
use crate::{Location, MoleculeError, Warning};

/// Number of file names that a message lists.
const LISTED_NAMES: usize = 8;

/// What a file of the folder holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pocket,
    Protein,
    Ligand,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Pocket, Self::Protein, Self::Ligand];

    /// Returns the end of the file name before its extension.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Pocket => "_pocket",
            Self::Protein => "_protein",
            Self::Ligand => "_ligand",
        }
    }

    /// Returns the formats of its files, the preferred one first. A ligand needs bonds: MOL2 has
    /// also atom names, and an mmCIF file is what data sets write where MOL2 has no room for a
    /// name.
    const fn formats(self) -> &'static [Format] {
        match self {
            Self::Pocket | Self::Protein => &[Format::Pdb, Format::Mmcif, Format::Bcif],
            Self::Ligand => &[Format::Mol2, Format::Sdf, Format::Mmcif, Format::Bcif],
        }
    }
}

/// A file whose name says what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate<'a> {
    /// Position of its format in the list of the kind.
    rank: usize,
    is_gzipped: bool,
    name: &'a str,
    /// The name before the suffix: the id of the complex.
    prefix: &'a str,
}

/// The files that are read of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen<'a> {
    pub(super) pocket: &'a str,
    /// The files of the ligand, the preferred one first; at least one.
    pub(super) ligands: Vec<&'a str>,
}

/// The names in a folder.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) folder: String,
    /// Name of the folder, empty if it has none (`/`).
    id: String,
    /// Names of everything but folders.
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

/// Returns what a file holds by its name, with the name before the suffix and the rank of the
/// format. Upper-case names are those of other systems.
fn kind_of_name(name: &str) -> Option<(Kind, &str, usize)> {
    let (stem, extension) = without_gz(name).rsplit_once('.')?;
    let format = Format::from_name(extension)?;
    Kind::ALL.into_iter().find_map(|kind| {
        let at = stem.len().checked_sub(kind.suffix().len())?;
        let (prefix, suffix) = stem.split_at_checked(at)?;
        let rank = kind.formats().iter().position(|known| *known == format)?;
        suffix
            .eq_ignore_ascii_case(kind.suffix())
            .then_some((kind, prefix, rank))
    })
}

impl Listing {
    pub(super) fn of(path: &Path) -> Result<Self, MoleculeError> {
        let folder = path.display().to_string();
        let unreadable = |source| MoleculeError::Io {
            file: folder.clone(),
            source,
        };
        let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // Names that are not Unicode cannot match.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            // Only symbolic links need another system call.
            let is_folder = match entry.file_type() {
                Ok(kind) if !kind.is_symlink() => kind.is_dir(),
                _ => entry.path().is_dir(),
            };
            if is_folder {
                folders.insert(name);
            } else {
                files.insert(name);
            }
        }
        // `.` and `..` are not names.
        let id = match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => std::fs::canonicalize(path)
                .ok()
                .and_then(|full| {
                    full.file_name()
                        .map(|name| name.to_string_lossy().into_owned())
                })
                .unwrap_or_default(),
        };
        Ok(Self {
            folder,
            id,
            files,
            folders,
        })
    }

    /// Returns whether a name is hidden, as the `._` files are that macOS writes beside real ones.
    fn is_hidden(&self, name: &str) -> bool {
        name.starts_with('.') && !self.id.starts_with('.')
    }

    /// Returns the files of a kind, the preferred ones first.
    fn candidates(&self, kind: Kind) -> Vec<Candidate<'_>> {
        let mut found: Vec<Candidate<'_>> = self
            .files
            .iter()
            .filter(|name| !self.is_hidden(name))
            .filter_map(|name| {
                let (of_name, prefix, rank) = kind_of_name(name)?;
                (of_name == kind).then_some(Candidate {
                    rank,
                    is_gzipped: without_gz(name).len() < name.len(),
                    name,
                    prefix,
                })
            })
            .collect();
        // A spelling of the id in another case comes last.
        found.sort_by_key(|file| {
            let other_case = self.is_own(file) && file.prefix != self.id;
            (other_case, file.rank, file.is_gzipped, file.name)
        });
        found
    }

    fn is_own(&self, file: &Candidate<'_>) -> bool {
        file.prefix.eq_ignore_ascii_case(&self.id)
    }

    /// Returns the files of a kind that begin with the name of the folder; without any, and if
    /// `any_name` is true, those that begin with the only other name.
    fn find(&self, kind: Kind, any_name: bool) -> Vec<Candidate<'_>> {
        let all = self.candidates(kind);
        if all.iter().any(|file| self.is_own(file)) {
            return all.into_iter().filter(|file| self.is_own(file)).collect();
        }
        let is_one = all.iter().all(|file| file.prefix == all[0].prefix);
        if any_name && is_one { all } else { Vec::new() }
    }

    /// Selects pocket and ligand files; `protein` prefers the protein. The error lists what is
    /// missing and what the folder holds.
    pub(super) fn choose(
        &self,
        protein: bool,
        warnings: &mut Vec<Warning>,
    ) -> Result<Chosen<'_>, MoleculeError> {
        let (wanted, other) = if protein {
            (Kind::Protein, Kind::Pocket)
        } else {
            (Kind::Pocket, Kind::Protein)
        };
        let choices = [
            (wanted, false),
            (other, false),
            (wanted, true),
            (other, true),
        ];
        let pocket = choices.into_iter().find_map(|(kind, any_name)| {
            let file = *self.find(kind, any_name).first()?;
            Some((kind, file))
        });
        let ligands = self.find(Kind::Ligand, true);
        let (Some((kind, pocket)), false) = (pocket, ligands.is_empty()) else {
            return Err(self.missing(pocket.is_none(), ligands.is_empty(), wanted, other));
        };
        if kind != wanted {
            warnings.push(self.warning(format!(
                "has no {}{}.pdb; {} is read instead",
                self.id,
                wanted.suffix(),
                pocket.name
            )));
        }
        self.warn_of_others(kind, &pocket, &ligands[0], warnings);
        Ok(Chosen {
            pocket: pocket.name,
            ligands: ligands.iter().map(|file| file.name).collect(),
        })
    }

    pub(super) fn warning(&self, message: String) -> Warning {
        Warning {
            location: Location::file(&self.folder),
            message,
        }
    }

    /// Returns the structure files whose names say neither pocket, protein nor ligand, such as the
    /// whole entry or an assembly of it. The same ligand in a further format is not such a file.
    fn further_structures(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str).filter(|name| {
            let stem = without_gz(name)
                .rsplit_once('.')
                .map_or("", |(stem, _)| stem);
            let has_suffix = Kind::ALL.iter().any(|kind| {
                stem.len()
                    .checked_sub(kind.suffix().len())
                    .and_then(|at| stem.get(at..))
                    .is_some_and(|end| end.eq_ignore_ascii_case(kind.suffix()))
            });
            !has_suffix && !self.is_hidden(name) && Format::from_path(Path::new(name)).is_some()
        })
    }

    /// Warns of the files that a user may have meant: of other names or formats, and hidden ones.
    fn warn_of_others(
        &self,
        kind: Kind,
        pocket: &Candidate<'_>,
        ligand: &Candidate<'_>,
        warnings: &mut Vec<Warning>,
    ) {
        let mut others: Vec<&str> = Vec::new();
        for file in self.candidates(kind) {
            // A gzipped copy of the file that is read is not another file.
            if file.prefix != pocket.prefix || file.rank != pocket.rank {
                others.push(file.name);
            }
        }
        for file in self.candidates(Kind::Ligand) {
            if file.prefix != ligand.prefix {
                others.push(file.name);
            }
        }
        others.extend(self.further_structures());
        if !others.is_empty() {
            warnings.push(self.warning(format!(
                "one pocket and one ligand are read, {} and {}; {} {} left out",
                pocket.name,
                ligand.name,
                listed(others.iter().copied()),
                if others.len() == 1 { "is" } else { "are" },
            )));
        }
        let hidden: Vec<&str> = self
            .files
            .iter()
            .map(String::as_str)
            .filter(|name| self.is_hidden(name) && kind_of_name(name).is_some())
            .collect();
        if let Some(first) = hidden.first() {
            warnings.push(self.warning(match hidden.len() {
                1 => format!("{first} is a hidden file and is left out"),
                count => format!("{count} hidden files are left out, the first is {first}"),
            }));
        }
    }

    /// Describes what is missing, or that there are several.
    fn missing(
        &self,
        no_pocket: bool,
        no_ligand: bool,
        wanted: Kind,
        other: Kind,
    ) -> MoleculeError {
        let id = &self.id;
        let mut problems = Vec::new();
        let mut missing = Vec::new();
        let mut check = |kinds: &[Kind], names: String| {
            let several = kinds.iter().find_map(|kind| {
                let all = self.candidates(*kind);
                (all.len() > 1).then(|| listed(all.iter().map(|file| file.name)))
            });
            match several {
                Some(several) => problems.push(format!(
                    "the folder has {several}, and none of them begins with {id}"
                )),
                None => missing.push(names),
            }
        };
        if no_pocket {
            let names = format!(
                "{id}{}.pdb (or {id}{}.pdb)",
                wanted.suffix(),
                other.suffix()
            );
            check(&[wanted, other], names);
        }
        if no_ligand {
            check(
                &[Kind::Ligand],
                format!("{id}_ligand.mol2 (or {id}_ligand.sdf)"),
            );
        }
        if !missing.is_empty() {
            problems.push(format!(
                "the folder has no {}; it holds {}",
                missing.join(" and no "),
                self.all_listed()
            ));
        }
        MoleculeError::Format {
            file: self.folder.clone(),
            problem: problems.join("; "),
            remedy: "give a folder ID/ with ID_pocket.pdb and ID_ligand.mol2, or a single file"
                .to_owned(),
        }
    }

    /// Lists the first names and the number of further ones.
    fn all_listed(&self) -> String {
        let folders = self
            .folders
            .iter()
            .map(|name| format!("{name}/ (a folder)"));
        let mut names: Vec<String> = self.files.iter().cloned().chain(folders).collect();
        names.sort_unstable();
        if names.is_empty() {
            return "nothing".to_owned();
        }
        listed(names.iter().map(String::as_str))
    }
}

/// Joins the first names and the number of further ones.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let more = format!("{} more", names.len().saturating_sub(LISTED_NAMES));
    let mut text: Vec<&str> = names.iter().take(LISTED_NAMES).copied().collect();
    if names.len() > LISTED_NAMES {
        text.push(&more);
    }
    text.join(", ")
}
