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

impl Watch {
    /// Calls `changed` whenever one of the files, or one within a folder among them, is written, made, renamed or removed. Folders are watched instead of files, for
    /// editors write a new file and rename it.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn new(
        files: &[PathBuf],
        changed: impl Fn() + Send + 'static,
    ) -> notify::Result<Self> {
        let mut names = BTreeSet::new();
        let mut folders = BTreeSet::new();
        for file in files {
            let file = std::path::absolute(file)?;
            if file.is_dir() {
                folders.insert(file.clone());
            } else if let Some(folder) = file.parent() {
                folders.insert(folder.to_owned());
            }
            names.insert(file);
        }
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else {
                    return;
                };
                if changes(event.kind) && event.paths.iter().any(|path| concerns(&names, path)) {
                    changed();
                }
            })?;
        for folder in folders {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { _watcher: watcher })
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

/// Whether a path is one of the files, or lies in one of the folders.
fn concerns(names: &BTreeSet<PathBuf>, path: &Path) -> bool {
    names.contains(path) || path.parent().is_some_and(|folder| names.contains(folder))
}
