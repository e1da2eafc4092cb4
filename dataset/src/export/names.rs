//! Names of the samples of tar files.

use std::collections::BTreeMap;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::picture::{digest, path_component};
use crate::reader::Question;
use crate::record::Plan;
use crate::tables::read_columns;

/// The names of complexes in keys.
///
/// A key ends at the first point of a file name, and some file systems ignore upper and lower case.
/// So a point becomes `_`, and complexes whose names differ only in what is lost get a hash of
/// their ids. The column `complex` has the id itself.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Makes the names of all complexes of a set.
    pub(super) fn of(layout: &Layout, plan: &Plan) -> Result<Self, DatasetError> {
        let mut ids = Vec::new();
        for shard in &plan.shards {
            let path = layout.file(&Layout::complexes_path(&shard.name()));
            for row in read_columns(&path, &["complex"])? {
                ids.push(row?.text("complex")?);
            }
        }
        Ok(Self::of_ids(ids))
    }

    fn of_ids(ids: Vec<String>) -> Self {
        let plain = |id: &str| path_component(id).replace('.', "_");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for id in &ids {
            *counts.entry(plain(id).to_ascii_lowercase()).or_default() += 1;
        }
        let name = |id: String| {
            let name = plain(&id);
            let is_unique = counts.get(&name.to_ascii_lowercase()) == Some(&1);
            let name = if is_unique {
                name
            } else {
                format!("{name}-{}", digest(&id))
            };
            (id, name)
        };
        Self(ids.into_iter().map(name).collect())
    }

    /// Returns the key of a question: the name of its complex, and the rest of its id.
    pub(super) fn key(&self, question: &Question) -> String {
        let name = self.0.get(&question.complex);
        match (name, question.id.strip_prefix(question.complex.as_str())) {
            (Some(name), Some(rest)) => format!("{name}{rest}"),
            // Not in practice: ids of questions begin with the complex.
            _ => path_component(&question.id).replace('.', "_"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn keys_of_different_complexes_differ_even_without_case() {
        let long = "x".repeat(120);
        let ids = [
            "5ey0", "a.b", "a_b", "a b", "A_b", "a-b", "ä.b", "ä_b", &long, "名字",
        ];
        let question = |id: &str| Question {
            id: format!("{id}-T1-0"),
            item: format!("{id}-T1-0"),
            language: "en".to_owned(),
            mode: crate::mode::Mode::Picture,
            complex: id.to_owned(),
            question: String::new(),
            answer: String::new(),
            options: Vec::new(),
            images: Vec::new(),
            captions: Vec::new(),
            tables: Vec::new(),
        };
        let keys = Keys::of_ids(ids.map(str::to_owned).to_vec());
        let mut different = BTreeSet::new();
        for id in ids {
            let key = keys.key(&question(id));
            assert!(key.ends_with("-T1-0") && !key.contains('.'), "{key}");
            // A file name of a tar archive has at most 100 bytes.
            assert!(format!("{key}123.00.png").len() <= 100, "{key}");
            assert!(different.insert(key.to_ascii_lowercase()), "{key}");
        }
        assert_eq!(keys.key(&question("5ey0")), "5ey0-T1-0");
        assert_eq!(keys.key(&question("a-b")), "a-b-T1-0");
    }
}
