//! The list of what the served folder offers, and what of it not.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use molshot_molecule::Format;

use super::folder::is_structure_file;
use super::names::is_id;

/// Names that one message of the log lists.
const MAX_LOGGED_NAMES: usize = 5;

/// Why a file or folder is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WhyLeftOut {
    /// A structure file whose name begins with a dot, as the `._` files of macOS do.
    Hidden,
    /// A structure whose name cannot be an id.
    Name,
    /// A symbolic link to a structure file that does not exist.
    Link,
}

impl WhyLeftOut {
    /// The reason as the end of a sentence that begins with names.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Hidden => "hidden, because the name begins with a dot",
            Self::Name => {
                "named with characters that no structure id has, or in more than 255 bytes; rename"
            }
            Self::Link => "a symbolic link to a file that cannot be found",
        }
    }
}

/// What the folder offers, and what not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Ids of all structures, sorted.
    pub(super) ids: Vec<String>,
    /// Names that are not offered, sorted.
    pub(super) left_out: Vec<(WhyLeftOut, String)>,
    /// Number of entries that were looked at.
    pub(super) entries: usize,
}

/// Folders with at most this many entries are listed anew each time.
const MAX_SMALL_ENTRIES: usize = 1000;
/// A listing is used at most this many times as long as it took to make it, so that listing takes
/// at most a twentieth of one processor.
const MAX_AGE_PER_SECOND: u32 = 20;
/// Longest time for which a listing is used.
const MAX_AGE: Duration = Duration::from_mins(1);
/// A folder that changed this shortly before it was listed may have changed again since, without
/// another time of modification.
const SETTLING_TIME: Duration = Duration::from_secs(1);

/// A listing is not made again for this many times the time that it took, even if the folder has
/// changed: at most a sixth of the time goes into listing.
const MIN_AGE_PER_SECOND: u32 = 5;
/// Longest time for which a change of the folder is not seen for that reason.
const MAX_UNSEEN: Duration = Duration::from_secs(1);

/// A listing and when it was made.
#[derive(Debug)]
struct Made {
    listing: Arc<Listing>,
    start: Instant,
    took: Duration,
    /// Time of modification of the folder before it was listed; `None` if it had just changed.
    modified: Option<SystemTime>,
}

/// The last listing of the served folder.
///
/// A large folder is listed again when it has changed: within a second if an entry was added,
/// removed or renamed, which its time of modification shows, and after a while if something
/// changed in a folder within it or behind a link.
#[derive(Debug, Default)]
pub(super) struct ListingCache {
    last: Mutex<Option<Made>>,
}

impl ListingCache {
    /// Lists the folder, or returns the last listing if it is still true. Only one thread lists at
    /// a time.
    pub(super) fn list(&self, root: &Path) -> io::Result<Arc<Listing>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let modified = fs::metadata(root)?.modified()?;
        if let Some(made) = &*last
            && made.listing.entries > MAX_SMALL_ENTRIES
        {
            let age = made.start.elapsed();
            // A folder that changes all the time is not listed all the time.
            let is_new = age < (made.took * MIN_AGE_PER_SECOND).min(MAX_UNSEEN);
            let is_true = made.modified == Some(modified)
                && age < (made.took * MAX_AGE_PER_SECOND).min(MAX_AGE);
            if is_new || is_true {
                return Ok(Arc::clone(&made.listing));
            }
        }
        let start = Instant::now();
        let is_settled = SystemTime::now()
            .duration_since(modified)
            .is_ok_and(|age| age > SETTLING_TIME);
        let listing = Arc::new(list(root)?);
        *last = Some(Made {
            listing: Arc::clone(&listing),
            start,
            took: start.elapsed(),
            modified: is_settled.then_some(modified),
        });
        Ok(listing)
    }
}

/// Logs what of the served folder is not offered.
#[derive(Debug, Default)]
pub(super) struct LeftOutLog {
    /// What was not offered when the folder was listed last.
    last: Mutex<Vec<(WhyLeftOut, String)>>,
}

impl LeftOutLog {
    /// Logs what is not offered, if that changed: once per reason, with the first names.
    pub(super) fn note(&self, left_out: &[(WhyLeftOut, String)]) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == left_out {
            return;
        }
        for of_reason in left_out.chunk_by(|a, b| a.0 == b.0) {
            tracing::warn!("not offered from the served folder: {}", text(of_reason));
        }
        left_out.clone_into(&mut last);
    }
}

/// Describes names that are left out for one reason.
fn text(of_reason: &[(WhyLeftOut, String)]) -> String {
    let first = of_reason.iter().take(MAX_LOGGED_NAMES);
    let names: Vec<&str> = first.map(|(_, name)| name.as_str()).collect();
    let more = match of_reason.len().saturating_sub(MAX_LOGGED_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = of_reason.first().map_or("", |(why, _)| why.text());
    format!("{}{more} ({why})", names.join(", "))
}

/// Lists the folder.
fn list(root: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        listing.entries += 1;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        let has_extension = Format::from_path(Path::new(&*shown)).is_some();
        // Symbolic links are followed, and only they need another system call.
        let (is_folder, is_file) = match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => (kind.is_dir(), kind.is_file()),
            _ => fs::metadata(entry.path()).map_or((false, false), |metadata| {
                (metadata.is_dir(), metadata.is_file())
            }),
        };
        let mut leave_out = |why| {
            // Names may hold control characters, which must not reach a log.
            let name = shown.escape_debug().to_string();
            listing.left_out.push((why, name));
        };
        if shown.starts_with('.') {
            // Other hidden files and folders were not meant.
            if is_file && has_extension {
                leave_out(WhyLeftOut::Hidden);
            }
            continue;
        }
        if !is_folder && !is_file {
            if has_extension && entry.path().is_symlink() {
                leave_out(WhyLeftOut::Link);
            }
            continue;
        }
        if !(is_file && has_extension || is_folder && holds_structures(&entry.path())) {
            continue;
        }
        match name.to_str().filter(|name| is_id(name)) {
            Some(id) => listing.ids.push(id.to_owned()),
            None => leave_out(WhyLeftOut::Name),
        }
    }
    listing.ids.sort_unstable();
    listing.left_out.sort_unstable();
    Ok(listing)
}

/// Whether a folder contains a structure file. The search ends at the first one.
fn holds_structures(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| is_structure_file(&entry)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::super::folder::structure_files;
    use super::*;

    #[test]
    fn names_of_all_scripts_are_offered_and_others_are_listed() {
        let root = std::env::temp_dir().join(format!("molshot-{}-offered", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("my complex")).unwrap();
        fs::create_dir_all(root.join("x.pdb")).unwrap();
        for name in [
            "my complex/a_pocket.pdb",
            "my ligand é.sdf",
            "水.cif",
            "10gs.bio1",
            "1ABC.PDB",
            "._1ABC.PDB",
            ".DS_Store",
            "50%.pdb",
            "notes.txt",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", root.join("link.cif")).unwrap();
        let listing = list(&root).unwrap();
        assert_eq!(
            listing.ids,
            [
                "10gs.bio1",
                "1ABC.PDB",
                "my complex",
                "my ligand é.sdf",
                "水.cif"
            ]
        );
        let mut wanted = vec![
            (WhyLeftOut::Hidden, "._1ABC.PDB".to_owned()),
            (WhyLeftOut::Name, "50%.pdb".to_owned()),
        ];
        if cfg!(unix) {
            wanted.push((WhyLeftOut::Link, "link.cif".to_owned()));
        }
        assert_eq!(listing.left_out, wanted);
        assert_eq!(
            text(&wanted[..1]),
            "._1ABC.PDB (hidden, because the name begins with a dot)"
        );
        // Hidden files and folders do not count as files of a structure.
        fs::write(root.join("my complex/._a_pocket.pdb"), "").unwrap();
        fs::create_dir(root.join("my complex/old.pdb")).unwrap();
        assert_eq!(
            structure_files(&root.join("my complex")).unwrap(),
            [root.join("my complex/a_pocket.pdb")]
        );
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn a_large_folder_is_listed_again_when_it_has_changed() {
        let root = std::env::temp_dir().join(format!("molshot-{}-listed", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("later")).unwrap();
        for number in 0..=MAX_SMALL_ENTRIES {
            fs::write(root.join(format!("{number}.pdb")), "").unwrap();
        }
        let cache = ListingCache::default();
        let set_modified = |seconds_ago| {
            let time = SystemTime::now() - Duration::from_secs(seconds_ago);
            fs::File::open(&root).unwrap().set_modified(time).unwrap();
        };
        let age = |age: Duration| {
            let mut last = cache.last.lock().unwrap();
            last.as_mut().unwrap().took = age;
        };
        // It has just changed, so that another change may have the same time.
        let first = cache.list(&root).unwrap();
        assert_eq!(first.ids.len(), MAX_SMALL_ENTRIES + 1);
        age(Duration::from_mins(1));
        assert!(Arc::ptr_eq(&first, &cache.list(&root).unwrap()));
        age(Duration::ZERO);
        assert!(!Arc::ptr_eq(&first, &cache.list(&root).unwrap()));
        set_modified(100);
        age(Duration::ZERO);
        let first = cache.list(&root).unwrap();
        age(Duration::from_mins(1));
        assert!(Arc::ptr_eq(&first, &cache.list(&root).unwrap()));
        // A change within a folder is seen after a while, one of the folder itself at once.
        fs::write(root.join("later/later_pocket.pdb"), "").unwrap();
        assert!(Arc::ptr_eq(&first, &cache.list(&root).unwrap()));
        age(Duration::ZERO);
        let second = cache.list(&root).unwrap();
        assert!(second.ids.contains(&"later".to_owned()));
        age(Duration::from_mins(1));
        fs::write(root.join("new.pdb"), "").unwrap();
        // Not within the time that listing is bounded to.
        cache.last.lock().unwrap().as_mut().unwrap().start -= Duration::from_secs(2);
        assert!(
            cache
                .list(&root)
                .unwrap()
                .ids
                .contains(&"new.pdb".to_owned())
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
