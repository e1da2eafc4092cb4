//! Where a structure comes from.

/// Where a structure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StructureOrigin {
    /// Built into the program.
    Sample,
    /// The served folder.
    Folder,
    /// An upload.
    Upload,
}

impl StructureOrigin {
    /// The origin with a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Sample, Self::Folder, Self::Upload];
        all.into_iter().find(|origin| origin.name() == name)
    }

    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Folder => "folder",
            Self::Upload => "upload",
        }
    }
}
