//! Files that are looked at: whoever changes one is heard.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _watcher: RecommendedWatcher,
}

/// What is listened to for some files.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    /// Files and folders whose making, change or end counts.
    names: BTreeSet<PathBuf>,
    /// Folders within which everything counts.
    contents: BTreeSet<PathBuf>,
    /// Folders that the system watches.
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    /// Calls `changed` whenever one of the files, or one within a folder among them, is written,
    /// made, renamed or removed. Folders are watched instead of files, for editors write a new file
    /// and rename it.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn new(
        files: &[PathBuf],
        changed: impl Fn() + Send + 'static,
    ) -> notify::Result<Self> {
        let places = Places::of(files)?;
        let folders = places.folders.clone();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else {
                    return;
                };
                if changes(event.kind) && event.paths.iter().any(|path| places.concern(path)) {
                    changed();
                }
            })?;
        for folder in folders {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher })
    }
}

impl Places {
    fn of(files: &[PathBuf]) -> std::io::Result<Self> {
        let mut places = Self::default();
        for file in files {
            let file = std::path::absolute(file)?;
            // A link may come to point elsewhere, and what it points to may change.
            if let Ok(target) = file.canonicalize()
                && target != file
            {
                places.add(&target);
            }
            places.add(&file);
        }
        Ok(places)
    }

    fn add(&mut self, file: &Path) {
        if file.is_dir() {
            self.contents.insert(file.to_owned());
            self.folders.insert(file.to_owned());
        }
        // The folder that holds it may be removed and made again, too, so one more that exists is
        // watched.
        let mut existing = 0;
        for pair in file.ancestors().collect::<Vec<_>>().windows(2) {
            let [below, folder] = pair else {
                continue;
            };
            self.names.insert(below.to_path_buf());
            if folder.is_dir() {
                self.folders.insert(folder.to_path_buf());
                existing += 1;
            }
            if existing == 2 {
                break;
            }
        }
    }

    /// Whether a path is one that counts.
    fn concern(&self, path: &Path) -> bool {
        self.names.contains(path)
            || path
                .parent()
                .is_some_and(|folder| self.contents.contains(folder))
    }
}

/// Whether an event changes what a file holds; reading it is an event, too.
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

    /// No change may be heard within this.
    const SILENCE: Duration = Duration::from_millis(200);
    /// A change must be heard within this, on however slow a machine.
    const LONG: Duration = Duration::from_secs(20);

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("molshot-watch-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        folder.canonicalize().expect("a folder")
    }

    fn watch(file: &Path) -> (Watch, Receiver<()>) {
        let (tell, told) = channel();
        let watch = Watch::new(&[file.to_owned()], move || {
            let _ = tell.send(());
        });
        (watch.expect("a watch"), told)
    }

    /// Whether a change is heard; what follows it at once is swallowed.
    fn hears(told: &Receiver<()>) -> bool {
        let heard = told.recv_timeout(LONG).is_ok();
        while told.recv_timeout(SILENCE).is_ok() {}
        heard
    }

    #[test]
    fn a_file_is_heard_however_it_changes_and_its_neighbours_are_not() {
        let folder = folder("file");
        let file = folder.join("a.pdb");
        fs::write(&file, "1").expect("written");
        let (_watch, told) = watch(&file);
        fs::write(&file, "2").expect("written");
        assert!(hears(&told), "written");
        fs::read(&file).expect("read");
        fs::write(folder.join("b.png"), "1").expect("written");
        assert!(told.recv_timeout(SILENCE).is_err(), "read, or another one");
        fs::write(folder.join("part"), "3").expect("written");
        fs::rename(folder.join("part"), &file).expect("renamed");
        assert!(hears(&told), "renamed over");
        fs::remove_file(&file).expect("removed");
        assert!(hears(&told), "removed");
        fs::write(&file, "4").expect("written");
        assert!(hears(&told), "made again");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_heard_when_its_target_changes_and_when_it_is_turned_to_another() {
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
        let (_watch, told) = watch(&link);
        fs::write(a.join("x.pdb"), "2").expect("written");
        assert!(hears(&told), "the target is written");
        symlink(b.join("x.pdb"), folder.join("links/part")).expect("a link");
        fs::rename(folder.join("links/part"), &link).expect("renamed");
        assert!(hears(&told), "the link is turned");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_folder_that_is_removed_with_its_file_is_heard_when_it_is_made_again() {
        let outer = folder("holder");
        let inner = outer.join("inner");
        let file = inner.join("a.pdb");
        fs::create_dir(&inner).expect("a folder");
        fs::write(&file, "1").expect("written");
        let (first, told) = watch(&file);
        fs::remove_dir_all(&inner).expect("removed");
        assert!(hears(&told), "removed");
        // As the window does: a new watch before the file is read again.
        drop(first);
        let (second, told) = watch(&file);
        fs::create_dir(&inner).expect("a folder");
        assert!(hears(&told), "the folder is made again");
        drop(second);
        let (_third, told) = watch(&file);
        fs::write(&file, "2").expect("written");
        assert!(hears(&told), "and the file in it");
        fs::remove_dir_all(&outer).expect("removed");
    }
}
