//! URLs of `MolViewSpec` documents to files: of the disk, or of an archive.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::archive::Problem;

/// Where a URL of a document leads.
#[derive(Debug, PartialEq, Eq)]
enum Url<'a> {
    /// A path relative to the document.
    Relative(&'a str),
    /// The path of a `file:` URL.
    File(&'a str),
}

fn parse(url: &str) -> Result<Url<'_>, Problem> {
    let scheme = url.split_once(':').filter(|(scheme, _)| {
        // One letter is a drive of Windows.
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    });
    match scheme {
        None if url.trim().is_empty() => {
            Err(("the URL is empty".into(), "give the path of a file".into()))
        }
        None if url.starts_with("//") => Err(address(url)),
        None => Ok(Url::Relative(url)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            Ok(Url::File(rest.strip_prefix("localhost").unwrap_or(rest)))
        }
        Some(_) => Err(address(url)),
    }
}

/// The problem of a URL that leads elsewhere.
fn address(url: &str) -> Problem {
    let shown: String = url.chars().take(200).collect();
    (
        format!("{shown} is not a file, and molshot opens no network connections"),
        "download it, and name the file by its path relative to the document".into(),
    )
}

/// The text without percent encoding, where that is text.
fn decoded(text: &str) -> String {
    percent_decode_str(text)
        .decode_utf8()
        .map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// The file on the disk that a URL of a document in `folder` names.
pub(super) fn on_disk(url: &str, folder: &Path) -> Result<PathBuf, Problem> {
    match parse(url)? {
        Url::Relative(path) => {
            let as_written = folder.join(path);
            Ok(if path.contains('%') && !as_written.exists() {
                folder.join(decoded(path))
            } else {
                as_written
            })
        }
        Url::File(path) => Ok(folder.join(decoded(path))),
    }
}

/// The names of the member that a URL of an archive's document may mean: as it is written, and
/// without percent encoding.
pub(super) fn in_archive(url: &str) -> Result<[String; 2], Problem> {
    let Url::Relative(path) = parse(url)? else {
        return Err((
            format!("{url} is outside of the archive"),
            "name a member by its path in the archive".into(),
        ));
    };
    Ok([member(path)?, member(&decoded(path))?])
}

/// The name of a member without `.` in its path.
fn member(path: &str) -> Result<String, Problem> {
    let outside = || {
        (
            format!("{path} is outside of the archive"),
            "name a member by its path in the archive, without ..".to_owned(),
        )
    };
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') {
        return Err(outside());
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if parts.contains(&"..") {
        return Err(outside());
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_document() {
        let folder = Path::new("scenes");
        let path = |url: &str| on_disk(url, folder).expect("a file");
        assert_eq!(path("a.cif"), Path::new("scenes/a.cif"));
        assert_eq!(path("../a%20b.cif"), Path::new("scenes/../a b.cif"));
        assert_eq!(path("file:///srv/a%20b.cif"), Path::new("/srv/a b.cif"));
        assert_eq!(path("file://localhost/srv/a.cif"), Path::new("/srv/a.cif"));
    }

    #[test]
    fn addresses_are_refused_with_what_to_do() {
        for url in [
            "https://files.rcsb.org/1cbs.cif",
            "HTTP://x/y",
            "//host/x",
            "data:text/plain,x",
            "ftp://x/y",
        ] {
            let (problem, remedy) = on_disk(url, Path::new("")).expect_err(url);
            assert!(problem.contains("no network connections"), "{problem}");
            assert!(remedy.contains("download"), "{remedy}");
            assert!(in_archive(url).is_err());
        }
    }

    #[test]
    fn members_are_within_the_archive() {
        assert_eq!(in_archive("./a//b.cif").expect("a member")[0], "a/b.cif");
        assert_eq!(
            in_archive("a%20b.cif").expect("a member"),
            ["a%20b.cif", "a b.cif"]
        );
        for url in [
            "../a.cif",
            "a/../../b",
            "/etc/passwd",
            "file:///etc/passwd",
            "%2e%2e/a",
            "..\\a",
            "",
        ] {
            assert!(in_archive(url).is_err(), "{url}");
        }
    }
}
