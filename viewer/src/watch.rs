//! Watches the files of an input for changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Watches files until it is dropped.
#[derive(Debug)]
pub(crate) struct FileWatcher {
    _watcher: RecommendedWatcher,
}

/// The paths that are watched for some files.
#[derive(Debug, Default, PartialEq, Eq)]
struct WatchedPaths {
    /// Files and folders whose creation, change or removal counts.
    entries: BTreeSet<PathBuf>,
    /// Folders in which all changes count.
    folders_of_files: BTreeSet<PathBuf>,
    /// Folders that are registered with the operating system.
    folders: BTreeSet<PathBuf>,
}

impl FileWatcher {
    /// Calls `changed` whenever one of the files, or a file in one of the folders, is written,
    /// created, renamed or removed. Folders are watched instead of files, because editors write a
    /// new file and rename it.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn new(
        files: &[PathBuf],
        changed: impl Fn() + Send + 'static,
    ) -> notify::Result<Self> {
        let paths = WatchedPaths::of(files)?;
        let folders = paths.folders.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else {
                    return;
                };
                if changes(event.kind) && event.paths.iter().any(|path| paths.include(path)) {
                    changed();
                }
            })?;
        for folder in folders {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher })
    }
}

impl WatchedPaths {
    fn of(files: &[PathBuf]) -> std::io::Result<Self> {
        let mut paths = Self::default();
        for file in files {
            let file = std::path::absolute(file)?;
            // A link may be changed, and so may its target.
            if let Ok(target) = file.canonicalize()
                && target != file
            {
                paths.add(&target);
            }
            paths.add(&file);
        }
        Ok(paths)
    }

    fn add(&mut self, file: &Path) {
        if file.is_dir() {
            self.folders_of_files.insert(file.to_owned());
            self.folders.insert(file.to_owned());
        }
        // The containing folder may be removed and created again as well, so one more existing
        // ancestor is watched.
        let mut existing = 0;
        for pair in file.ancestors().collect::<Vec<_>>().windows(2) {
            let [below, folder] = pair else {
                continue;
            };
            self.entries.insert(below.to_path_buf());
            if folder.is_dir() {
                self.folders.insert(folder.to_path_buf());
                existing += 1;
            }
            if existing == 2 {
                break;
            }
        }
    }

    /// Whether a change of this path counts.
    fn include(&self, path: &Path) -> bool {
        self.entries.contains(path)
            || path
                .parent()
                .is_some_and(|folder| self.folders_of_files.contains(folder))
    }
}

/// Whether an event changes the content of a file; reading is an event, too.
fn changes(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(modify) => !matches!(modify, ModifyKind::Metadata(_)),
        EventKind::Any | EventKind::Create(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    /// No change may be reported within this time.
    const SILENCE: Duration = Duration::from_millis(200);
    /// A change must be reported within this time, on however slow a machine.
    const LONG: Duration = Duration::from_secs(20);

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("molshot-watch-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        folder.canonicalize().expect("a folder")
    }

    fn watch(file: &Path) -> (FileWatcher, Receiver<()>) {
        let (sender, changes) = channel();
        let watch = FileWatcher::new(&[file.to_owned()], move || {
            let _ = sender.send(());
        });
        (watch.expect("a watcher"), changes)
    }

    /// Whether a change is reported; those that follow at once are discarded.
    fn is_reported(changes: &Receiver<()>) -> bool {
        let reported = changes.recv_timeout(LONG).is_ok();
        while changes.recv_timeout(SILENCE).is_ok() {}
        reported
    }

    #[test]
    fn all_changes_of_a_file_are_reported_and_those_of_its_neighbours_are_not() {
        let folder = folder("file");
        let file = folder.join("a.pdb");
        fs::write(&file, "1").expect("written");
        let (_watch, changes) = watch(&file);
        fs::write(&file, "2").expect("written");
        assert!(is_reported(&changes), "written");
        fs::read(&file).expect("read");
        fs::write(folder.join("b.png"), "1").expect("written");
        assert!(
            changes.recv_timeout(SILENCE).is_err(),
            "read, or another file"
        );
        fs::write(folder.join("part"), "3").expect("written");
        fs::rename(folder.join("part"), &file).expect("renamed");
        assert!(is_reported(&changes), "renamed over");
        fs::remove_file(&file).expect("removed");
        assert!(is_reported(&changes), "removed");
        fs::write(&file, "4").expect("written");
        assert!(is_reported(&changes), "created again");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_reported_when_its_target_changes_and_when_it_is_replaced() {
        use std::os::unix::fs::symlink;
        let folder = folder("link");
        let (a, b) = (folder.join("a"), folder.join("b"));
        for target in [&a, &b] {
            fs::create_dir(target).expect("a folder");
            fs::write(target.join("x.pdb"), "1").expect("written");
        }
        let link = folder.join("links").join("x.pdb");
        fs::create_dir(folder.join("links")).expect("a folder");
        symlink(a.join("x.pdb"), &link).expect("a link");
        let (_watch, changes) = watch(&link);
        fs::write(a.join("x.pdb"), "2").expect("written");
        assert!(is_reported(&changes), "the target is written");
        symlink(b.join("x.pdb"), folder.join("links/part")).expect("a link");
        fs::rename(folder.join("links/part"), &link).expect("renamed");
        assert!(is_reported(&changes), "the link is replaced");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_folder_that_is_removed_with_its_file_is_reported_when_it_is_created_again() {
        let outer = folder("holder");
        let inner = outer.join("inner");
        let file = inner.join("a.pdb");
        fs::create_dir(&inner).expect("a folder");
        fs::write(&file, "1").expect("written");
        let (first, changes) = watch(&file);
        fs::remove_dir_all(&inner).expect("removed");
        assert!(is_reported(&changes), "removed");
        // As the window does: a new watcher before the file is reloaded.
        drop(first);
        let (second, changes) = watch(&file);
        fs::create_dir(&inner).expect("a folder");
        assert!(is_reported(&changes), "the folder is created again");
        drop(second);
        let (_third, changes) = watch(&file);
        fs::write(&file, "2").expect("written");
        assert!(is_reported(&changes), "and the file in it");
        fs::remove_dir_all(&outer).expect("removed");
    }
}
