//! The request for what is seen, in the forms in which it is handed on.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};
use molshot_scenes::options::url_query;
use molshot_scenes::request::{StructureSource, file_extension};
use molshot_scenes::{RenderRequest, SceneDocument};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A form of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// View commands alone.
    Commands,
    /// The whole document: a scene file.
    Json,
    /// A server's URL of the picture.
    Url,
    /// The document posted to a server.
    Curl,
}

/// Where a server is asked when none is named.
pub(crate) const SERVER: &str = "http://127.0.0.1:8000";

/// A request as text, and what the form has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) text: String,
    /// JSON pointers.
    pub(crate) left_out: Vec<String>,
    /// The text names a structure that no server can know by this name.
    pub(crate) is_nameless: bool,
}

/// The request in a form. `name` is what the structure is called where a server has no name for it.
///
/// # Errors
/// For a form that holds the whole structure where there is no text of it.
pub(crate) fn copy(
    document: &SceneDocument,
    form: Form,
    name: &str,
    server: &str,
) -> Result<Copied> {
    let request = &document.request;
    if let StructureSource::Files { files } = &document.structure
        && matches!(form, Form::Json | Form::Curl)
        && files.iter().any(|file| file.text.is_empty())
    {
        bail!(
            "cannot be copied: a request holds text, and this standard input is binary; save it as a file and open that"
        );
    }
    let whole = |text| Copied {
        text,
        left_out: Vec::new(),
        is_nameless: false,
    };
    let server = server.trim_end_matches('/');
    Ok(match form {
        Form::Commands => whole(request.commands.entries().join("; ")),
        Form::Json => whole(serde_json::to_string_pretty(document)?),
        Form::Url => {
            let id = served_id(&document.structure);
            Copied {
                is_nameless: id.is_none(),
                ..url(request, id.as_deref().unwrap_or(name), server)
            }
        }
        Form::Curl => whole(curl(document, name, server)?),
    })
}

/// What a server calls a structure that its folder holds: the name of the file, with its ending, or
/// of the folder. It has none for several files.
fn served_id(structure: &StructureSource) -> Option<String> {
    match structure {
        StructureSource::Id { id } => Some(id.clone()),
        StructureSource::Paths { paths } => match paths.as_slice() {
            [path] => Some(Path::new(path).file_name()?.to_string_lossy().into_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// The request posted to a server. Several files are uploaded before; those within the request stay
/// there, and then curl reads it from its input, for what systems take as arguments has its limits.
fn curl(document: &SceneDocument, name: &str, server: &str) -> serde_json::Result<String> {
    const CURL: &str = "curl -sS --fail-with-body";
    let mut document = document.clone();
    let mut upload = String::new();
    if let StructureSource::Paths { paths } = &document.structure {
        let id = if let Some(id) = served_id(&document.structure) {
            id
        } else {
            upload = format!("id=$({CURL}");
            for path in paths {
                // Within its quotes curl takes a backslash before these two alone.
                let path = path.replace('\\', r"\\").replace('"', "\\\"");
                let _ = write!(upload, " -F {}", quoted(&format!("file=@\"{path}\"")));
            }
            let only_id = quoted(r#"s/.*"id": *"\([0-9a-f]\{32,\}\)".*/\1/p"#);
            let address = quoted(&format!("{server}/v1/structures"));
            let _ = writeln!(upload, " {address} | sed -n {only_id}) &&");
            UPLOADED.into()
        };
        document.structure = StructureSource::Id { id };
    }
    let json = serde_json::to_string(&document)?;
    let (body, input) = if matches!(document.structure, StructureSource::Files { .. }) {
        // JSON is one line here, which is not the last one's.
        ("@-".into(), format!(" <<'{END}'\n{json}\n{END}"))
    } else {
        // The shell's variable stands outside of the quotes.
        let body = quoted(&json).replace(UPLOADED, "'\"$id\"'");
        (body, String::new())
    };
    let extension = file_extension(document.request.output.image_format());
    Ok(format!(
        "{upload}{CURL} -o {} -H 'content-type: application/json' --data-binary {body} {}{input}",
        quoted(&format!("{name}.{extension}")),
        quoted(&format!("{server}/v1/render"))
    ))
}

/// Stands for the id of an upload in a request; no id can be this.
const UPLOADED: &str = "//uploaded//";

/// Line after a request that a shell hands to curl.
const END: &str = "END_OF_REQUEST";

fn url(request: &RenderRequest, id: &str, server: &str) -> Copied {
    let query = url_query(request);
    let parameters: Vec<String> = query
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    Copied {
        text: format!(
            "{server}/v1/structures/{}/image.{}?{}",
            encoded(id),
            file_extension(request.output.image_format()),
            parameters.join("&")
        ),
        left_out: query.left_out,
        is_nameless: false,
    }
}

/// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3).
fn encoded(text: &str) -> impl std::fmt::Display {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, RESERVED)
}

/// A word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use molshot_scenes::request::{InlineFile, Preset};
    use molshot_scenes::transforms::TransformRequest;

    fn request() -> SceneDocument {
        let paths = vec!["/data/5ey0".into()];
        let mut request = RenderRequest::default();
        request.commands = vec!["center name \"O5'\"".into(), "roll y 15.5".into()].into();
        request.style.preset = Preset::BallAndStick;
        request.output.width_px = 640;
        SceneDocument::new(StructureSource::Paths { paths }, request)
    }

    fn text(form: Form) -> String {
        copy(&request(), form, "5ey0", SERVER).expect("text").text
    }

    #[test]
    fn commands_and_json_say_the_request_itself() {
        assert_eq!(text(Form::Commands), "center name \"O5'\"; roll y 15.5");
        let again = SceneDocument::from_json(text(Form::Json).as_bytes());
        assert_eq!(again.expect("a scene file"), request());
    }

    #[test]
    fn a_url_says_what_differs_and_what_it_cannot_say() {
        assert_eq!(
            text(Form::Url),
            "http://127.0.0.1:8000/v1/structures/5ey0/image.png?size=640x1024\
             &commands=center%20name%20%22O5%27%22%3Broll%20y%2015.5&style=ball-and-stick"
        );
        let mut request = request();
        request
            .request
            .transforms
            .push(TransformRequest::new("ligand", "move x 1"));
        let copied = copy(&request, Form::Url, "5ey0", SERVER).expect("text");
        assert_eq!(copied.left_out, ["/transforms"]);
    }

    #[test]
    fn a_server_knows_what_its_folder_holds_by_the_names_there() {
        let named = |paths: &[&str]| {
            let mut request = request();
            let paths = paths.iter().map(|path| (*path).to_owned()).collect();
            request.structure = StructureSource::Paths { paths };
            let copied = copy(&request, Form::Url, "scene", "http://x/").expect("text");
            let id = copied.text.strip_prefix("http://x/v1/structures/");
            let id = id.and_then(|rest| rest.split_once("/image.png?"));
            (id.expect("a URL").0.to_owned(), copied.is_nameless)
        };
        assert_eq!(named(&["/data/5ey0"]), ("5ey0".into(), false));
        assert_eq!(named(&["/data/5ey0/"]), ("5ey0".into(), false));
        assert_eq!(named(&["/d/1ubi.pdb.gz"]), ("1ubi.pdb.gz".into(), false));
        assert_eq!(named(&["/d/a.pdb", "/d/b.mol2"]), ("scene".into(), true));
    }

    #[test]
    fn several_files_are_uploaded_before_they_are_drawn() {
        let mut request = request();
        let paths = vec![r"/d/it's.pdb".into(), r#"/d/a "b\.mol2"#.into()];
        request.structure = StructureSource::Paths { paths };
        let text = copy(&request, Form::Curl, "scene", SERVER).expect("text");
        let (upload, draw) = text.text.split_once(" &&\n").expect("two commands");
        assert!(upload.starts_with("id=$(curl "), "{upload}");
        assert!(
            upload.contains(r#"-F 'file=@"/d/it'\''s.pdb"'"#),
            "{upload}"
        );
        assert!(
            upload.contains(r#"-F 'file=@"/d/a \"b\\.mol2"'"#),
            "{upload}"
        );
        assert!(draw.contains(r#""structure":{"id":"'"$id"'"}"#), "{draw}");
    }

    fn inline(text: &str) -> SceneDocument {
        let file = InlineFile::new("molecule.pdb", text);
        let mut request = request();
        request.structure = StructureSource::Files { files: vec![file] };
        request
    }

    #[cfg(unix)]
    #[test]
    fn a_request_with_its_files_in_it_passes_a_shell_whatever_its_size() {
        let lines = "REMARK it's `$HOME` \\ \"\nEND_OF_REQUEST\n".repeat(100_000);
        let request = inline(&lines);
        let text = copy(&request, Form::Curl, "molecule", SERVER).expect("text");
        // A curl that answers with what it is sent.
        let script = format!("curl() {{ cat; }}\n{}\n", text.text);
        let folder = std::env::temp_dir().join(format!("molshot-copy-{}", std::process::id()));
        std::fs::write(&folder, script).expect("written");
        let output = std::process::Command::new("sh").arg(&folder).output();
        std::fs::remove_file(&folder).expect("removed");
        let sent = SceneDocument::from_json(&output.expect("a shell").stdout);
        assert_eq!(sent.expect("a request"), request);
    }

    #[test]
    fn what_is_no_text_is_not_copied_as_if_it_were() {
        let copied = |form| copy(&inline(""), form, "molecule", SERVER);
        for form in [Form::Json, Form::Curl] {
            let error = copied(form).expect_err("binary");
            assert!(error.to_string().starts_with("cannot be copied"), "{error}");
        }
        assert!(copied(Form::Commands).is_ok());
        assert!(copied(Form::Url).expect("a URL").is_nameless);
    }

    #[test]
    fn the_words_of_a_curl_command_are_quoted() {
        let text = text(Form::Curl);
        assert!(text.contains(r"O5'\''"), "{text}");
        assert!(text.contains(r#""structure":{"id":"5ey0"}"#), "{text}");
        assert!(
            text.ends_with("'http://127.0.0.1:8000/v1/render'"),
            "{text}"
        );
    }
}
