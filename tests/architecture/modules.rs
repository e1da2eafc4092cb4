//! Modules of one crate form no circle.
//!
//! The graph is one of files: file A uses file B if A names a path into the module of B. Names that
//! a module only re-exports count as those of the module that they come from. What a module takes
//! from a module around it is left out, so that a parent and its child may use each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use super::source::{Import, Source, read};

/// A file's module, as the path from the crate's root: `["software", "tile"]`; the root's is empty.
type Module = Vec<String>;
/// The modules that a file uses, each with a path by which it does.
type Uses = BTreeMap<Module, String>;

/// The files of one crate, parsed.
pub(crate) struct Crate {
    sources: BTreeMap<Module, Source>,
}

impl Crate {
    /// Reads a crate from its root file and the files that it declares.
    pub(crate) fn read(root: &Path) -> Self {
        let mut sources = BTreeMap::new();
        let folder = root.parent().expect("a file in a folder").to_owned();
        let mut open = vec![(Module::new(), root.to_owned(), folder)];
        while let Some((module, file, folder)) = open.pop() {
            let text = std::fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let source = read(&text);
            for child in &source.children {
                let (file, folder) = file_of(&folder, child);
                open.push(([module.clone(), child.clone()].concat(), file, folder));
            }
            sources.insert(module, source);
        }
        Self { sources }
    }

    /// A crate that a test makes up: modules, such as `a::b`, with their texts.
    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        Self {
            sources: files
                .iter()
                .map(|(name, text)| {
                    let parts = name.split("::").filter(|part| !part.is_empty());
                    (parts.map(str::to_owned).collect(), read(text))
                })
                .collect(),
        }
    }

    /// Number of files.
    pub(crate) fn len(&self) -> usize {
        self.sources.len()
    }

    /// Circles, shortest first, each as `a -(what a names)-> b -(...)-> a`. Of circles that share
    /// a step only the shortest is given.
    pub(crate) fn circles(&self) -> Vec<String> {
        let uses: BTreeMap<&Module, Uses> = self
            .sources
            .keys()
            .map(|module| (module, self.used_by(module)))
            .collect();
        let mut circles: Vec<Vec<Module>> = self
            .sources
            .keys()
            .filter_map(|start| shortest_circle(start, &uses))
            .collect();
        circles.sort_by_key(Vec::len);
        let mut seen = BTreeSet::new();
        let mut texts = Vec::new();
        for circle in &circles {
            let steps: Vec<_> = circle.iter().zip(circle.iter().cycle().skip(1)).collect();
            if steps.iter().any(|step| seen.contains(step)) {
                continue;
            }
            let mut parts: Vec<String> = steps
                .iter()
                .map(|(from, to)| format!("{} -({})-> ", name_of(from), uses[from][*to]))
                .collect();
            parts.push(name_of(&circle[0]));
            texts.push(parts.concat());
            seen.extend(steps);
        }
        texts
    }

    /// The modules that a file names, without those around it, and one path by which it does.
    fn used_by(&self, module: &Module) -> Uses {
        let source = &self.sources[module];
        let imports = source
            .imports
            .iter()
            .map(|import| (&import.scope, &import.path));
        let paths = source.paths.iter().map(|(scope, path)| (scope, path));
        imports
            .chain(paths)
            .filter_map(|(scope, path)| {
                let used = self.resolve(module, scope, path, 0)?;
                (!module.starts_with(&used)).then(|| (used, path.join("::")))
            })
            .collect()
    }

    /// The file that defines what a path names; `None` for names of other crates and local names.
    fn resolve(
        &self,
        module: &Module,
        scope: &[String],
        path: &[String],
        depth: usize,
    ) -> Option<Module> {
        let mut place = [module.as_slice(), scope].concat();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                place.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    place.pop()?;
                    rest = &rest[1..];
                }
            }
            first => {
                let child = [place.as_slice(), &[first.to_owned()]].concat();
                if !self.is_module(&child) {
                    return None;
                }
            }
        }
        while let Some((part, after)) = rest.split_first() {
            let child = [place.as_slice(), std::slice::from_ref(part)].concat();
            if self.is_module(&child) {
                (place, rest) = (child, after);
                continue;
            }
            let (file, inside) = self.file_of(&place);
            for import in &self.sources[&file].imports {
                if import.scope == inside && depth < 8 && import.name == *part {
                    return self.follow(&file, import, after, depth);
                }
            }
            break;
        }
        Some(self.file_of(&place).0)
    }

    /// What a re-exported name stands for.
    fn follow(
        &self,
        file: &Module,
        import: &Import,
        after: &[String],
        depth: usize,
    ) -> Option<Module> {
        let path = [import.path.as_slice(), after].concat();
        self.resolve(file, &import.scope, &path, depth + 1)
    }

    fn is_module(&self, path: &[String]) -> bool {
        if self.sources.contains_key(path) {
            return true;
        }
        let (file, inside) = self.file_of(path);
        self.sources[&file].inline.contains(&inside)
    }

    /// The innermost file around a module, and the inline modules within it.
    fn file_of(&self, path: &[String]) -> (Module, Vec<String>) {
        let length = (0..=path.len())
            .rev()
            .find(|&length| self.sources.contains_key(&path[..length]))
            .expect("the root has a file");
        (path[..length].to_vec(), path[length..].to_vec())
    }
}

/// Where `mod child;` is: `child.rs` or `child/mod.rs`; and the folder of its own children.
fn file_of(folder: &Path, child: &[String]) -> (PathBuf, PathBuf) {
    let stem = child
        .iter()
        .fold(folder.to_owned(), |path, part| path.join(part));
    let own_folder = stem.join("mod.rs");
    if own_folder.is_file() {
        (own_folder, stem)
    } else {
        (stem.with_extension("rs"), stem)
    }
}

fn name_of(module: &Module) -> String {
    if module.is_empty() {
        "(root)".to_owned()
    } else {
        module.join("::")
    }
}

/// The shortest way from a module back to itself.
fn shortest_circle(start: &Module, uses: &BTreeMap<&Module, Uses>) -> Option<Vec<Module>> {
    let mut from: BTreeMap<Module, Module> = BTreeMap::new();
    let mut open = VecDeque::from([start.clone()]);
    while let Some(module) = open.pop_front() {
        for next in uses[&module].keys() {
            if next == start {
                let mut circle = vec![module.clone()];
                while let Some(before) = circle.last().and_then(|module| from.get(module)) {
                    circle.push(before.clone());
                }
                circle.reverse();
                return Some(circle);
            }
            if !from.contains_key(next) {
                from.insert(next.clone(), module.clone());
                open.push_back(next.clone());
            }
        }
    }
    None
}

#[test]
fn a_circle_is_found() {
    let made_up = Crate::of(&[
        ("", "mod a; mod b; mod c;"),
        ("a", "use crate::b::B; pub struct A;"),
        ("b", "pub struct B; fn f() { super::c::g() }"),
        ("c", "use super::a::A;"),
    ]);
    assert_eq!(
        made_up.circles(),
        ["a -(crate::b::B)-> b -(super::c::g)-> c -(super::a::A)-> a"]
    );
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let made_up = Crate::of(&[
        ("", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("a", "use crate::B; pub struct A;"),
        ("b", "pub struct B; impl B { fn f(_: crate::A) {} }"),
    ]);
    assert_eq!(made_up.circles(), ["a -(crate::B)-> b -(crate::A)-> a"]);
}

#[test]
fn a_circle_between_nested_files_is_found() {
    let made_up = Crate::of(&[
        ("", "mod a; mod b;"),
        ("a", "mod x; use x::X; pub struct A;"),
        ("a::x", "use crate::b::B; pub struct X;"),
        ("b", "use crate::a::A; pub struct B;"),
    ]);
    assert_eq!(
        made_up.circles(),
        ["a -(x::X)-> a::x -(crate::b::B)-> b -(crate::a::A)-> a"]
    );
}

#[test]
fn a_parent_and_its_child_may_use_each_other() {
    let made_up = Crate::of(&[
        ("", "mod a; pub use a::A;"),
        ("a", "mod x; mod y; use x::X; pub struct A;"),
        ("a::x", "use super::A; use super::y::Y; pub struct X;"),
        ("a::y", "use crate::A; pub struct Y;"),
    ]);
    assert!(made_up.circles().is_empty());
}

#[test]
fn tests_comments_and_other_crates_are_not_part_of_the_graph() {
    let made_up = Crate::of(&[
        ("", "mod a; mod b;"),
        (
            "a",
            "use crate::b::B; mod inner { use super::f; } fn f() {}",
        ),
        (
            "b",
            "//! See [`crate::a`].\n use std::fmt; pub struct B;
             #[cfg(test)] mod tests { use crate::a::f; }",
        ),
    ]);
    assert!(made_up.circles().is_empty());
}
