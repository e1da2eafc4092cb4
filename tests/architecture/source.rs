//! A small reader of Rust source: tokens without comments and texts, then what modules a file
//! declares, what it imports and which paths it names. It leaves out code that is compiled for
//! tests only.

/// Words that an item or a statement begins with.
const ITEM_WORDS: [&str; 14] = [
    "pub",
    "fn",
    "mod",
    "use",
    "impl",
    "struct",
    "const",
    "static",
    "enum",
    "type",
    "trait",
    "let",
    "async",
    "macro_rules",
];

/// What one source file says about modules. Inline modules (`mod a { ... }`) count as their file,
/// but their names are kept so that `super` and `self` are understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// Modules in files of their own: `mod name;`, with the inline modules around.
    pub(crate) children: Vec<Vec<String>>,
    /// Inline modules, with those around.
    pub(crate) inline: Vec<Vec<String>>,
    /// One for each name that `use` brings into scope.
    pub(crate) imports: Vec<Import>,
    /// Paths in code, as they are written, and the inline modules around.
    pub(crate) paths: Vec<(Vec<String>, Vec<String>)>,
}

/// A name that `use` brings into scope; `*` for all names of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// The inline modules around.
    pub(crate) scope: Vec<String>,
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
}

/// Identifiers and `::` as they are, every other sign by itself. Comments, texts, characters and
/// lifetimes are left out.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&sign) = signs.get(at) {
        let next = signs.get(at + 1).copied().unwrap_or(' ');
        match sign {
            '/' if next == '/' => at = line_end(&signs, at),
            '/' if next == '*' => at = comment_end(&signs, at),
            '"' => at = text_end(&signs, at + 1),
            '\'' => at = character_end(&signs, at),
            ':' if next == ':' => {
                tokens.push("::".to_owned());
                at += 2;
            }
            _ if sign.is_alphabetic() || sign == '_' => {
                let end = (at..signs.len())
                    .find(|&end| !signs[end].is_alphanumeric() && signs[end] != '_')
                    .unwrap_or(signs.len());
                let word: String = signs[at..end].iter().collect();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                match signs.get(end) {
                    Some('"' | '#') if raw && raw_text_end(&signs, end).is_some() => {
                        at = raw_text_end(&signs, end).unwrap_or(end);
                    }
                    // b"bytes", c"text": the quotation mark is next.
                    Some('"' | '\'') if matches!(word.as_str(), "b" | "c") => at = end,
                    _ => {
                        tokens.push(word);
                        at = end;
                    }
                }
            }
            _ => {
                if !sign.is_whitespace() {
                    tokens.push(sign.to_string());
                }
                at += 1;
            }
        }
    }
    tokens
}

fn line_end(signs: &[char], from: usize) -> usize {
    (from..signs.len())
        .find(|&at| signs[at] == '\n')
        .unwrap_or(signs.len())
}

fn comment_end(signs: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < signs.len() {
        match (signs[at], signs.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

fn text_end(signs: &[char], mut at: usize) -> usize {
    while at < signs.len() && signs[at] != '"' {
        at += if signs[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Behind `r"..."` or `r#"..."#`; `None` for an identifier such as `r#type`.
fn raw_text_end(signs: &[char], from: usize) -> Option<usize> {
    let hashes = signs[from..].iter().take_while(|&&s| s == '#').count();
    if signs.get(from + hashes) != Some(&'"') {
        return None;
    }
    (from + hashes + 1..signs.len()).find_map(|at| {
        let closed = signs[at] == '"'
            && signs[at + 1..]
                .iter()
                .take(hashes)
                .filter(|&&s| s == '#')
                .count()
                == hashes;
        closed.then_some(at + 1 + hashes)
    })
}

/// Behind a character or a lifetime.
fn character_end(signs: &[char], at: usize) -> usize {
    if signs.get(at + 1) == Some(&'\\') {
        let from = at + 3;
        return (from..signs.len())
            .find(|&end| signs[end] == '\'')
            .map_or(signs.len(), |end| end + 1);
    }
    if signs.get(at + 2) == Some(&'\'') {
        return at + 3;
    }
    at + 1
        + signs[at + 1..]
            .iter()
            .take_while(|sign| sign.is_alphanumeric() || **sign == '_')
            .count()
}

/// Reads a source file.
pub(crate) fn read(text: &str) -> Source {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        source: Source::default(),
    };
    reader.items(&mut Vec::new());
    reader.source
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    source: Source,
}

impl Reader<'_> {
    fn token(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", String::as_str)
    }

    fn is_name(&self, ahead: usize) -> bool {
        let first = self.token(ahead).chars().next();
        first.is_some_and(|sign| sign.is_alphabetic() || sign == '_')
    }

    /// Everything up to the brace that closes this scope.
    fn items(&mut self, scope: &mut Vec<String>) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            match self.token(0) {
                "#" if self.token(1) == "[" || self.token(1) == "!" => {
                    if self.attribute_is_for_tests() {
                        self.skip_item();
                    }
                }
                "{" => (self.at, depth) = (self.at + 1, depth + 1),
                "}" if depth == 0 => {
                    self.at += 1;
                    return;
                }
                "}" => (self.at, depth) = (self.at + 1, depth - 1),
                "mod" if self.is_name(1) && matches!(self.token(2), ";" | "{") => {
                    let inline = self.token(2) == "{";
                    scope.push(self.token(1).to_owned());
                    self.at += 3;
                    if inline {
                        self.source.inline.push(scope.clone());
                        self.items(scope);
                    } else {
                        self.source.children.push(scope.clone());
                    }
                    scope.pop();
                }
                "use" if self.token(1) != "<" => {
                    self.at += 1;
                    self.use_tree(scope, &mut Vec::new());
                }
                _ if self.is_name(0) && self.token(1) == "::" => self.path(scope),
                _ => self.at += 1,
            }
        }
    }

    /// Passes over an attribute: whether it is `#[cfg(test)]`, or another `cfg` that needs `test`.
    fn attribute_is_for_tests(&mut self) -> bool {
        let start = self.at;
        self.at += if self.token(1) == "!" { 2 } else { 1 };
        let mut depth = 0;
        loop {
            match self.token(0) {
                "[" => depth += 1,
                "]" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 || self.at >= self.tokens.len() {
                break;
            }
        }
        let words = &self.tokens[start..self.at];
        words.get(2).is_some_and(|word| word == "cfg")
            && words.iter().any(|word| word == "test")
            && !words.iter().any(|word| word == "not" || word == "any")
    }

    /// Passes over what an attribute belongs to: an item, a statement or a field.
    fn skip_item(&mut self) {
        while self.token(0) == "#" {
            self.attribute_is_for_tests();
        }
        let is_item = ITEM_WORDS.contains(&self.token(0));
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.token(0) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" => depth -= 1,
                "}" if depth == 0 => return,
                "}" => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                ";" if depth == 0 => {
                    self.at += 1;
                    return;
                }
                "," if depth == 0 && !is_item => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// `a::{b, c::d as e, f::*}`; stops behind it.
    fn use_tree(&mut self, scope: &[String], path: &mut Vec<String>) {
        let length = path.len();
        loop {
            match self.token(0) {
                "{" => {
                    self.at += 1;
                    while !matches!(self.token(0), "}" | "") {
                        self.use_tree(scope, path);
                        if self.token(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                }
                "::" => {
                    self.at += 1;
                    continue;
                }
                "*" => {
                    self.at += 1;
                    self.import(scope, "*", path);
                }
                _ if self.is_name(0) => {
                    // `{self}` is the module itself.
                    if self.token(0) != "self" || path.is_empty() {
                        path.push(self.token(0).to_owned());
                    }
                    self.at += 1;
                    if self.token(0) == "::" {
                        continue;
                    }
                    let mut name = path.last().cloned().unwrap_or_default();
                    if self.token(0) == "as" {
                        name = self.token(1).to_owned();
                        self.at += 2;
                    }
                    self.import(scope, &name, path);
                }
                _ => self.at += 1,
            }
            break;
        }
        path.truncate(length);
    }

    fn import(&mut self, scope: &[String], name: &str, path: &[String]) {
        self.source.imports.push(Import {
            scope: scope.to_vec(),
            name: name.to_owned(),
            path: path.to_vec(),
        });
    }

    /// `a::b::c`, but not `$crate::a` or what follows `in` in `pub(in a::b)`.
    fn path(&mut self, scope: &[String]) {
        let before = self.at.checked_sub(1).map_or("", |at| &self.tokens[at]);
        let counts = !matches!(before, "$" | "in" | "::" | ".");
        let mut path = vec![self.token(0).to_owned()];
        self.at += 1;
        while self.token(0) == "::" && self.is_name(1) {
            path.push(self.token(1).to_owned());
            self.at += 2;
        }
        if self.token(0) == "::" {
            self.at += 1;
        }
        if counts {
            self.source.paths.push((scope.to_vec(), path));
        }
    }
}

#[test]
fn comments_texts_and_lifetimes_are_no_tokens_of_paths() {
    let text = r#"
        // use crate::a;
        /* crate::b /* crate::c */ */
        const T: &'static str = "crate::d"; let c = '"'; let q = '\''; let r = r"crate::e";
        fn f<'a>(x: &'a str) -> b::C { crate::g::h(x) }
    "#;
    let paths: Vec<String> = read(text)
        .paths
        .iter()
        .map(|(_, path)| path.join("::"))
        .collect();
    assert_eq!(paths, ["b::C", "crate::g::h"]);
}

#[test]
fn raw_texts_end_with_their_hashes() {
    let text = concat!("let r = r#", "\"a \" crate::b\"", "#; let c = crate::d;");
    assert_eq!(read(text).paths.len(), 1);
}

#[test]
fn trees_of_imports_are_spread() {
    let source = read("pub use crate::a::{self, b::{C as D, E}, f::*}; use super::g;");
    let imports: Vec<String> = source
        .imports
        .iter()
        .map(|import| format!("{}={}", import.name, import.path.join("::")))
        .collect();
    assert_eq!(
        imports,
        [
            "a=crate::a",
            "D=crate::a::b::C",
            "E=crate::a::b::E",
            "*=crate::a::f",
            "g=super::g"
        ]
    );
}

#[test]
fn code_for_tests_is_left_out() {
    let source = read(
        "mod a; #[cfg(test)] mod tests; #[cfg(test)] mod laws { use crate::x; }
         struct S { #[cfg(test)] count: crate::y::N, kept: crate::z::N }
         #[cfg(test)] fn f<A, B>() { crate::w::f() } #[cfg(not(test))] use crate::v; mod b { mod c; }",
    );
    assert_eq!(source.children, [vec!["a"], vec!["b", "c"]]);
    let paths: Vec<&str> = source
        .paths
        .iter()
        .map(|(_, path)| path[1].as_str())
        .collect();
    assert_eq!(paths, ["z"]);
    assert_eq!(source.imports.len(), 1);
}
