//! The list of all structures, by page.

use std::sync::Arc;

use super::listing::Listing;
use super::origin::StructureOrigin;

/// All structures: those of the served folder, and the others.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// Samples and uploads, sorted by id. They hide structures of the folder with the same id.
    pub(super) others: Vec<(String, StructureOrigin)>,
    /// Ids of the served folder, sorted.
    pub(super) folder: Arc<Listing>,
}

/// Which structures a page lists.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PageRequest<'a> {
    /// Beginning of the ids.
    pub(crate) prefix: &'a str,
    /// The id before the first one.
    pub(crate) after: &'a str,
    /// Only structures of this origin.
    pub(crate) origin: Option<StructureOrigin>,
    /// Largest number of structures.
    pub(crate) limit: usize,
}

/// A page of the list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<'a> {
    /// The structures, sorted by id.
    pub(crate) structures: Vec<(&'a str, StructureOrigin)>,
    /// Number of structures on all pages.
    pub(crate) total: usize,
    /// Whether there are structures after this page.
    pub(crate) has_more: bool,
}

/// The part of sorted ids that begin with a prefix.
fn with_prefix<'a, T>(sorted: &'a [T], prefix: &str, id: impl Fn(&T) -> &str) -> &'a [T] {
    let start = sorted.partition_point(|entry| id(entry) < prefix);
    let rest = &sorted[start..];
    let count = rest.partition_point(|entry| id(entry).starts_with(prefix));
    &rest[..count]
}

impl Catalog {
    /// The ids of all structures, each once.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(|(id, _)| id.as_str());
        let folder = self.folder.ids.iter().map(String::as_str);
        others.chain(folder.filter(|id| !self.is_hidden(id)))
    }

    /// Whether a sample or an upload hides the structure of the folder with this id.
    fn is_hidden(&self, id: &str) -> bool {
        self.others
            .binary_search_by(|(other, _)| other.as_str().cmp(id))
            .is_ok()
    }

    /// Returns a page. The time grows with its length and with the number of uploads, but hardly
    /// with that of the structures of the folder.
    pub(crate) fn page(&self, request: PageRequest<'_>) -> Page<'_> {
        let is_wanted = |origin| request.origin.is_none_or(|wanted| wanted == origin);
        let all_others = with_prefix(&self.others, request.prefix, |(id, _)| id);
        let folder = if is_wanted(StructureOrigin::Folder) {
            with_prefix(&self.folder.ids, request.prefix, String::as_str)
        } else {
            &[]
        };
        let others = all_others.iter().filter(|(_, origin)| is_wanted(*origin));
        let hidden = all_others
            .iter()
            .filter(|(id, _)| folder.binary_search(id).is_ok());
        let total = others.clone().count() + folder.len() - hidden.count();
        let start = folder.partition_point(|id| id.as_str() <= request.after);
        let mut folder = folder[start..]
            .iter()
            .map(|id| (id.as_str(), StructureOrigin::Folder))
            .filter(|(id, _)| !self.is_hidden(id))
            .peekable();
        let mut others = others
            .map(|(id, origin)| (id.as_str(), *origin))
            .filter(|(id, _)| *id > request.after)
            .peekable();
        let mut structures = Vec::new();
        let mut has_more = false;
        while let Some(next) = match (folder.peek(), others.peek()) {
            (Some(a), Some(b)) if a.0 < b.0 => folder.next(),
            (Some(_), None) => folder.next(),
            _ => others.next(),
        } {
            if structures.len() == request.limit {
                has_more = true;
                break;
            }
            structures.push(next);
        }
        Page {
            structures,
            total,
            has_more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let others = [
            ("a1", StructureOrigin::Upload),
            ("b2", StructureOrigin::Sample),
            ("c3", StructureOrigin::Upload),
        ];
        let ids = ["a0", "a1", "a2", "b1", "b2", "b3", "d1"];
        Catalog {
            others: others.map(|(id, origin)| (id.to_owned(), origin)).into(),
            folder: Arc::new(Listing {
                ids: ids.map(str::to_owned).into(),
                ..Listing::default()
            }),
        }
    }

    fn ids(request: PageRequest<'_>) -> (String, usize, bool) {
        let catalog = catalog();
        let page = catalog.page(request);
        let ids: Vec<&str> = page.structures.iter().map(|(id, _)| *id).collect();
        (ids.join(" "), page.total, page.has_more)
    }

    #[test]
    fn pages_are_those_of_one_sorted_list_without_repetitions() {
        let all = PageRequest {
            limit: 100,
            ..PageRequest::default()
        };
        let wanted = "a0 a1 a2 b1 b2 b3 c3 d1";
        assert_eq!(ids(all), (wanted.to_owned(), 8, false));
        let (mut after, mut listed) = (String::new(), Vec::new());
        loop {
            let request = PageRequest {
                after: &after,
                limit: 3,
                ..all
            };
            let (page, total, has_more) = ids(request);
            assert_eq!(total, 8);
            listed.push(page.clone());
            if !has_more {
                break;
            }
            after = page.rsplit(' ').next().expect("an id").to_owned();
        }
        assert_eq!(listed, ["a0 a1 a2", "b1 b2 b3", "c3 d1"]);
        let of = |prefix, origin| {
            let (ids, total, _) = ids(PageRequest {
                prefix,
                origin: Some(origin),
                ..all
            });
            (ids, total)
        };
        assert_eq!(
            of("", StructureOrigin::Folder),
            ("a0 a2 b1 b3 d1".to_owned(), 5)
        );
        assert_eq!(of("", StructureOrigin::Upload), ("a1 c3".to_owned(), 2));
        assert_eq!(of("b", StructureOrigin::Sample), ("b2".to_owned(), 1));
        assert_eq!(of("z", StructureOrigin::Folder), (String::new(), 0));
        assert!(ids(PageRequest { limit: 7, ..all }).2);
    }
}
