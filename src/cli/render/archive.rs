//! One tar archive that holds all files of a command, in place of a file each.
//!
//! Small pictures take less time to draw than to make a file of their own. The archive is written
//! as `NAME.tar.part`, which gets its name at the end; after an interruption it is continued behind
//! its last complete file.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use molshot_archive::{END, MAX_NAME_BYTES, Member};
use molshot_renderer::{RenderError, check_destination, save_bytes};

use crate::cli::message::CliError;

/// File extension of archives.
const EXTENSION: &str = "tar";

/// An output name that leads into an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ArchiveName {
    pub(super) archive: PathBuf,
    /// The rest of the name; `None` for the archive alone.
    pub(super) member: Option<PathBuf>,
}

impl ArchiveName {
    /// Splits `sets/out.tar/{index}.png` behind the archive; `None` for a name without one. A
    /// folder may be called so, too.
    pub(super) fn of(out: &Path) -> Option<Self> {
        let archive = out.ancestors().filter(|path| is_archive(path)).last()?;
        let member = out.strip_prefix(archive).ok()?;
        Some(Self {
            archive: archive.to_owned(),
            member: (member != Path::new("")).then(|| member.to_owned()),
        })
    }
}

fn is_archive(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
        && !path.is_dir()
}

/// Refuses a name that a file of an archive cannot have. `flag` sets the name.
pub(super) fn check_member(flag: &str, member: &Path) -> Result<(), CliError> {
    let refuse = |problem: &str| {
        let member = member.display();
        Err(CliError::flag(flag, format_args!("{member} {problem}")))
    };
    if member.to_str().is_none() {
        return refuse("is not UTF-8, which names in an archive must be; give another name");
    }
    if !(member.components()).all(|part| matches!(part, Component::Normal(_))) {
        return refuse("leads out of the archive; give a name without `..`");
    }
    if name_in_archive(member).len() > MAX_NAME_BYTES {
        return refuse(&format!(
            "is too long for a tar archive; give at most {MAX_NAME_BYTES} bytes"
        ));
    }
    Ok(())
}

/// The name of a file in an archive: its parts with `/` between them, on every system.
fn name_in_archive(member: &Path) -> String {
    let parts: Vec<_> = member
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// An archive that is being written, by several threads.
#[derive(Debug)]
pub(super) struct ArchiveWriter {
    /// Its name when it is complete.
    path: PathBuf,
    /// Its name until then.
    part: PathBuf,
    state: Mutex<ArchiveState>,
    /// The files that were there at the start.
    found: BTreeSet<String>,
}

#[derive(Debug)]
struct ArchiveState {
    file: File,
    /// Where the next file begins.
    end_bytes: u64,
}

impl ArchiveWriter {
    /// Begins an archive, or continues one with `resume`. `pictures` lists the files of each
    /// picture that goes into it: of one that was cut off nothing is kept, and one that has only
    /// some of its files before the end was written by another command.
    pub(super) fn open<I: Iterator<Item = Vec<PathBuf>>>(
        path: &Path,
        resume: bool,
        pictures: impl Fn() -> I,
    ) -> Result<Self, CliError> {
        check_destination(path)?;
        // The target of a link is replaced, not the link.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let failed = |source| failure(&part, source);
        for place in [path, &part] {
            if fs::symlink_metadata(place).is_ok_and(|there| !there.is_file()) {
                return Err(CliError::in_file(
                    place,
                    "it is a pipe, a device or a link, and an archive gets its name at the end; \
                     give the name of a file",
                ));
            }
        }
        let exists = fs::symlink_metadata(&part).is_ok();
        let another = || {
            CliError::Transient(anyhow::anyhow!(
                "{}: another program is writing it; wait for that, or give another name",
                part.display()
            ))
        };
        if resume && !exists && path.is_file() {
            // Checked before it loses its name.
            let mut members = members_of(&mut File::open(path).map_err(failed)?, path)?;
            cut_incomplete(&mut members, pictures());
            check_whole(path, &names_of(members), pictures())?;
            match fs::rename(path, &part) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(another()),
                renamed => renamed.map_err(failed)?,
            }
        }
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&part)
            .map_err(failed)?;
        // Another program may have finished it between the two calls: then the file that is open
        // has its final name by now.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(another());
        }
        if !is_at(&file, &part) {
            return Err(another());
        }
        if !resume {
            file.set_len(0).map_err(failed)?;
        }
        let mut members = members_of(&mut file, &part)?;
        cut_incomplete(&mut members, pictures());
        let end_bytes = members.last().map_or(0, |member| member.end_bytes);
        let found = names_of(members);
        check_whole(path, &found, pictures())?;
        file.set_len(end_bytes).map_err(failed)?;
        file.seek(SeekFrom::Start(end_bytes)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            part,
            state: Mutex::new(ArchiveState { file, end_bytes }),
            found,
        })
    }

    /// Whether a file was in the archive at the start.
    pub(super) fn has(&self, member: &Path) -> bool {
        self.found.contains(&name_in_archive(member))
    }

    /// The path by which messages name a file of the archive.
    pub(super) fn place_of(&self, member: &Path) -> PathBuf {
        self.path.join(member)
    }

    /// Appends the files of one picture, all of them or none. A picture that was there at the start
    /// is not appended again: it was drawn anew for a file beside the archive.
    pub(super) fn append(&self, files: &[(PathBuf, Vec<u8>)]) -> Result<(), RenderError> {
        if files.iter().all(|(member, _)| self.has(member)) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        for (member, content) in files {
            molshot_archive::append(&mut bytes, &name_in_archive(member), content)
                .map_err(|source| failure(&self.place_of(member), source))?;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ArchiveState { file, end_bytes } = &mut *state;
        if let Err(source) = file.write_all(&bytes) {
            // What was written of it is cut off, here or when the archive is continued.
            let _ = file.set_len(*end_bytes);
            let _ = file.seek(SeekFrom::Start(*end_bytes));
            return Err(failure(&self.part, source));
        }
        *end_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Ends the archive and gives it its name, unless it is empty.
    pub(super) fn finish(&self) -> Result<(), CliError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.end_bytes == 0 {
            return Ok(());
        }
        let failed = |source| failure(&self.part, source);
        state.file.write_all(END).map_err(failed)?;
        Ok(fs::rename(&self.part, &self.path).map_err(failed)?)
    }
}

impl Drop for ArchiveWriter {
    /// Removes an archive that holds nothing.
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.end_bytes == 0 {
            // What cannot be removed is an empty file, which the next run takes over.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Takes away the files of a picture at the end of an archive if others of it are missing.
fn cut_incomplete(members: &mut Vec<Member>, mut pictures: impl Iterator<Item = Vec<PathBuf>>) {
    let Some(last) = members.last() else {
        return;
    };
    let has = |files: &[PathBuf], member: &Member| {
        (files.iter()).any(|file| name_in_archive(file) == member.name)
    };
    let Some(picture) = pictures.find(|files| has(files, last)) else {
        return;
    };
    let own = members.iter().rev();
    let first = members.len() - own.take_while(|member| has(&picture, member)).count();
    if members.len() - first < picture.len() {
        members.truncate(first);
    }
}

/// Refuses an archive in which a picture has some of its files and lacks others: a file that was
/// appended later would not stand beside them.
fn check_whole(
    path: &Path,
    found: &BTreeSet<String>,
    pictures: impl Iterator<Item = Vec<PathBuf>>,
) -> Result<(), CliError> {
    for picture in pictures {
        let names = || picture.iter().map(|file| name_in_archive(file));
        let (Some(there), Some(missing)) = (
            names().find(|name| found.contains(name)),
            names().find(|name| !found.contains(name)),
        ) else {
            continue;
        };
        return Err(CliError::in_file(
            path,
            format_args!(
                "it holds {there} without {missing}, so a command with other planes or annotations \
                 wrote it; give the options of that command, or leave out --resume to replace it"
            ),
        ));
    }
    Ok(())
}

fn names_of(members: Vec<Member>) -> BTreeSet<String> {
    members.into_iter().map(|member| member.name).collect()
}

/// Whether an open file is still the one that a path names.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

/// Elsewhere the standard library does not tell: a file that lost its name is noticed.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The complete files of an archive. A file that holds anything else is not taken for one, so that
/// it is not cut off.
fn members_of(file: &mut File, path: &Path) -> Result<Vec<Member>, CliError> {
    let members = molshot_archive::members(file).map_err(|source| failure(path, source))?;
    let length = file
        .metadata()
        .map_err(|source| failure(path, source))?
        .len();
    let is_own =
        molshot_archive::begins_with_member(file).map_err(|source| failure(path, source))?;
    if members.is_empty() && length > 0 && !is_own {
        return Err(CliError::in_file(
            path,
            "it is not an archive that molshot wrote; give another name, or leave out --resume to \
             replace it",
        ));
    }
    Ok(members)
}

fn failure(path: &Path, source: io::Error) -> RenderError {
    RenderError::Write {
        path: path.display().to_string(),
        source,
    }
}

/// Where the files of one picture go.
pub(super) struct PictureSink<'a> {
    /// The archive of the pictures; `None` where each file has its own place.
    archive: Option<&'a ArchiveWriter>,
    /// What is put into the archive when the picture is complete.
    members: Vec<(PathBuf, Vec<u8>)>,
    /// The paths of all files, as messages name them.
    written: Vec<PathBuf>,
}

impl<'a> PictureSink<'a> {
    pub(super) fn new(archive: Option<&'a ArchiveWriter>) -> Self {
        Self {
            archive,
            members: Vec::new(),
            written: Vec::new(),
        }
    }

    /// Writes a file of the picture, or keeps it for the archive.
    pub(super) fn put(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), RenderError> {
        match self.archive {
            None => self.put_apart(path, bytes),
            Some(archive) => {
                self.written.push(archive.place_of(&path));
                self.members.push((path, bytes.to_vec()));
                Ok(())
            }
        }
    }

    /// Writes a file that is not part of an archive.
    pub(super) fn put_apart(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), RenderError> {
        save_bytes(&path, bytes)?;
        self.written.push(path);
        Ok(())
    }

    /// Ends the picture. Returns the places of its files.
    pub(super) fn finish(self) -> Result<Vec<PathBuf>, RenderError> {
        if let Some(archive) = self.archive
            && !self.members.is_empty()
        {
            archive.append(&self.members)?;
        }
        Ok(self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_behind_the_archive() {
        let split = |name: &str| {
            ArchiveName::of(Path::new(name)).map(|name| {
                let member = name.member.map(|member| member.display().to_string());
                (name.archive.display().to_string(), member)
            })
        };
        let some = |archive: &str, member: Option<&str>| {
            Some((archive.to_owned(), member.map(str::to_owned)))
        };
        assert_eq!(split("out.tar"), some("out.tar", None));
        assert_eq!(split("sets/OUT.TAR"), some("sets/OUT.TAR", None));
        assert_eq!(split("out.tar/a.png"), some("out.tar", Some("a.png")));
        assert_eq!(split("out.tar/b/a.tar"), some("out.tar", Some("b/a.tar")));
        assert_eq!(split("a.png"), None);
        assert_eq!(split("out.tar.png"), None);
        assert_eq!(split("-"), None);
    }

    #[test]
    fn names_that_no_archive_holds_are_refused() {
        assert!(check_member("--output", Path::new("a/b.png")).is_ok());
        for (name, problem) in [
            ("../b.png".to_owned(), "leads out of the archive"),
            ("/b.png".to_owned(), "leads out of the archive"),
            (format!("{}.png", "a".repeat(97)), "too long for a tar"),
        ] {
            let refused = check_member("--output", Path::new(&name)).expect_err(&name);
            assert!(refused.to_string().contains(problem), "{refused}");
        }
    }
}
