//! Rules about text: columns of comments and Markdown, words that are not used, links.

use std::path::Path;

use super::{inside, root, text_files};

/// Most columns of a comment's or a document's line.
const MAX_COLUMNS: usize = 100;
/// Most lines of the README.
const MAX_README_LINES: usize = 150;

/// Words that are not used, in pieces so that this file does not hold them.
const BANNED_WORDS: [&str; 9] = [
    concat!("stu", "dio"),
    concat!("art", "ist"),
    concat!("art", "ists"),
    concat!("mis", "hap"),
    concat!("mis", "haps"),
    concat!("no", "body"),
    concat!("who", "ever"),
    concat!("un", "truth"),
    concat!("de", "sk"),
];
/// Phrases that are not used, as words in a row.
const BANNED_PHRASES: [&[&str]; 7] = [
    &["called", concat!("of", "f")],
    &["in", concat!("ha", "nd")],
    &["at", concat!("ha", "nd")],
    &["of", concat!("ou", "rs")],
    &["of", "one", "s", concat!("ow", "n")],
    &["hands", concat!("ou", "t")],
    &["file", concat!("end", "ing")],
];

/// Where comments of a file begin; empty for a file without comments that people read.
fn comment_marks(name: &str) -> &'static [&'static str] {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" | "wgsl" | "js" => &["///", "//!", "//"],
        "toml" | "py" | "yml" => &["#"],
        "" if name.starts_with("scripts/") || name.starts_with(".ci/") => &["#"],
        _ => &[],
    }
}

/// The text of a comment line, behind its mark.
fn comment<'a>(name: &str, line: &'a str) -> Option<&'a str> {
    let line = line.trim_start();
    let mark = comment_marks(name)
        .iter()
        .find(|mark| line.starts_with(**mark) && !line.starts_with("#!"))?;
    Some(&line[mark.len()..])
}

/// Parts between blanks, where a line can be broken. Code within backticks is one part.
fn parts(text: &str) -> usize {
    let (mut count, mut code, mut part) = (0, false, false);
    for sign in text.chars() {
        code ^= sign == '`';
        let blank = sign.is_whitespace() && !code;
        count += usize::from(!blank && !part);
        part = !blank;
    }
    count
}

/// The numbers of the lines that are too long and could be broken.
fn long_lines(name: &str, text: &str) -> Vec<usize> {
    let is_document = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "md");
    let (mut fenced, mut found) = (false, Vec::new());
    for (number, line) in text.lines().enumerate() {
        let Some(body) = (if is_document {
            Some(line)
        } else {
            comment(name, line)
        }) else {
            fenced = false;
            continue;
        };
        let body = body.trim();
        if body.starts_with("```") || body.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        let exempt = fenced || body.starts_with(['|', '<', '#']);
        let bullet = body
            .strip_prefix(['-', '*', '+', '>'])
            .filter(|rest| rest.starts_with(' '));
        if !exempt && line.chars().count() > MAX_COLUMNS && parts(bullet.unwrap_or(body)) > 1 {
            found.push(number + 1);
        }
    }
    found
}

/// Every word of a text: its line, itself in lower case, and whether only blanks and comment signs
/// stand between it and the word before. Names are split: `SomeName` and `some_name` are two words.
fn words(text: &str) -> Vec<(usize, String, bool)> {
    let mut words: Vec<(usize, String, bool)> = Vec::new();
    let (mut line, mut lower, mut inside, mut joined) = (1, false, false, false);
    for sign in text.chars() {
        if sign.is_alphabetic() {
            let begins = !inside || (lower && sign.is_uppercase());
            if begins {
                words.push((line, String::new(), joined && !inside));
            }
            if let Some((_, word, _)) = words.last_mut() {
                word.extend(sign.to_lowercase());
            }
            joined = true;
        } else {
            joined &= sign.is_whitespace() || matches!(sign, '/' | '!' | '#' | '\'' | '’');
            line += usize::from(sign == '\n');
        }
        (inside, lower) = (sign.is_alphabetic(), sign.is_lowercase());
    }
    words
}

/// Every use of a word or phrase that is not used here: line and text.
fn banned(text: &str) -> Vec<(usize, String)> {
    let words = words(text);
    let mut found = Vec::new();
    for (at, (line, word, _)) in words.iter().enumerate() {
        if BANNED_WORDS.contains(&word.as_str()) {
            found.push((*line, word.clone()));
        }
        for phrase in BANNED_PHRASES {
            let rest = words[at..].iter().map(|(_, word, _)| word.as_str());
            let mut joined = words[at..].iter().skip(1).take(phrase.len() - 1);
            if rest.take(phrase.len()).eq(phrase.iter().copied())
                && joined.all(|(_, _, joined)| *joined)
            {
                found.push((*line, phrase.join(" ")));
            }
        }
        // Say "is not a number". "There is no GPU" and "is no longer" are allowed.
        let before = at.checked_sub(1).map_or("", |at| words[at].1.as_str());
        if let [(_, second, true), (_, third, true), ..] = &words[at + 1..]
            && matches!(word.as_str(), "is" | "are")
            && second == "no"
            && before != "there"
            && !matches!(third.as_str(), "longer" | "more")
        {
            found.push((*line, format!("{word} no {third}")));
        }
    }
    found
}

#[test]
fn comments_and_documents_keep_to_100_columns() {
    let mut wrong = Vec::new();
    for (path, text) in text_files() {
        let name = inside(&path);
        wrong.extend(
            long_lines(&name, &text)
                .iter()
                .map(|line| format!("{name}:{line}")),
        );
    }
    assert!(
        wrong.is_empty(),
        "more than {MAX_COLUMNS} columns: {wrong:#?}"
    );
}

#[test]
fn house_words_are_not_used() {
    let mut wrong = Vec::new();
    for (path, text) in text_files() {
        let name = inside(&path);
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        // Licences and structures are others' texts.
        if name.contains("LICENSE") || matches!(&*extension, "txt" | "lock" | "svg") {
            continue;
        }
        let found = banned(&text).into_iter();
        wrong.extend(found.map(|(line, word)| format!("{name}:{line}: {word}")));
    }
    assert!(wrong.is_empty(), "{} times: {wrong:#?}", wrong.len());
}

#[test]
fn the_readme_is_short_and_has_its_marked_commands() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("a README");
    let lines = text.lines().count();
    assert!(lines <= MAX_README_LINES, "README.md has {lines} lines");
    for mark in ["<!-- first command -->", "<!-- test command -->"] {
        assert!(
            text.contains(&format!("{mark}\n```sh\n")),
            "README.md lacks {mark}"
        );
    }
}

#[test]
fn links_in_documents_lead_to_files() {
    let mut wrong = Vec::new();
    for (path, text) in text_files() {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let folder = path.parent().expect("a file in a folder");
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            if !target.contains("://") && !file.is_empty() && !folder.join(file).exists() {
                wrong.push(format!("{}: {target}", inside(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Paths within the repository that a document names in backticks, as far as they are plain.
fn named_paths(text: &str) -> Vec<&str> {
    const FOLDERS: [&str; 14] = [
        "benches", "dataset", "deploy", "docs", "examples", "fuzz", "molecule", "python",
        "renderer", "scenes", "scripts", "server", "src", "tests",
    ];
    let code = text.split('`').skip(1).step_by(2);
    code.filter(|path| {
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "/._-".contains(sign);
        let folder = path.split_once('/').map(|(folder, _)| folder);
        folder.is_some_and(|folder| FOLDERS.contains(&folder)) && path.chars().all(plain)
    })
    .collect()
}

#[test]
fn documents_name_files_that_exist() {
    let mut wrong = Vec::new();
    for (path, text) in text_files() {
        // The CHANGELOG may name what was.
        let name = inside(&path);
        if path.extension().is_none_or(|extension| extension != "md") || name == "CHANGELOG.md" {
            continue;
        }
        let missing = named_paths(&text).into_iter();
        let missing = missing.filter(|path| !root().join(path).exists());
        wrong.extend(missing.map(|path| format!("{name}: {path}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn paths_are_found_in_documents() {
    let text = "`tests/a.rs`, `molecule/src/`, `server/NAME {x}`, tests/b.rs and `x/y.rs`";
    assert_eq!(named_paths(text), ["tests/a.rs", "molecule/src/"]);
}

#[test]
fn only_lines_that_can_be_broken_are_too_long() {
    let word = "x".repeat(120);
    let text = format!(
        "// {word}\n// a {word}\nlet a = 1; // a {word}\n// ```\n// a {word}\n// ```\n// | {word} |\n"
    );
    assert_eq!(long_lines("a.rs", &text), [2]);
    let text = format!("- `{}`\n- a {word}\n# a {word}\n", "x ".repeat(60));
    assert_eq!(long_lines("a.md", &text), [2]);
    assert_eq!(
        long_lines("scripts/a", &format!("#!/bin/sh {word}\n# a {word}\n")),
        [2]
    );
}

#[test]
fn banned_words_are_found_in_names_and_across_lines() {
    let name = format!(
        "let {}Pool = 1;\nfn the_{}() {{}}",
        concat!("Art", "ist"),
        concat!("de", "sk")
    );
    let found: Vec<usize> = banned(&name).iter().map(|(line, _)| *line).collect();
    assert_eq!(found, [1, 2]);
    let comment = concat!("// work that is in", "\n/// hand, x is no", "\n// number");
    assert_eq!(banned(comment).len(), 2);
    let allowed = "there is no GPU; it is no longer; a desktop; in_handy(hand); the handout";
    assert!(banned(allowed).is_empty(), "{:?}", banned(allowed));
}
