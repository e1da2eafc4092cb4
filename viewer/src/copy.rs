//! The request of the view, in the forms in which it is copied.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};
use molshot_scenes::SceneDocument;
use molshot_scenes::options::{reading_query, url_query};
use molshot_scenes::request::{StructureSource, file_extension};
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

/// The address of the server in copied text if `--server` gives none.
pub(crate) const SERVER: &str = "http://127.0.0.1:8000";

/// A request as text, and what this form cannot express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) text: String,
    /// JSON pointers of the values that the text does not have.
    pub(crate) left_out: Vec<String>,
    /// Whether the text names a structure that a server does not know by this name.
    pub(crate) is_nameless: bool,
}

/// The request in a form. `name` is the name of a structure for which a server has no name.
///
/// # Errors
/// For a form that contains the whole structure, if the structure is binary.
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
                ..url(document, id.as_deref().unwrap_or(name), server)
            }
        }
        Form::Curl => whole(curl(document, name, server)?),
    })
}

/// The id of a structure on a server of its folder: the name of the file, with its file extension,
/// or of the folder. Several files have no id.
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

/// A shell command that posts the request to a server. Several files are uploaded first. Inline
/// files stay in the request, and curl then reads it from standard input, because the size of
/// arguments is limited.
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
                // Within quotes, curl reads a backslash as an escape before these two characters
                // only.
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
        // The JSON is one line here, so that it cannot contain the delimiter as a line.
        ("@-".into(), format!(" <<'{END}'\n{json}\n{END}"))
    } else {
        // The shell variable has to be outside of the single quotes.
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

/// Placeholder of the id of an upload in a request; no id looks like this.
const UPLOADED: &str = "//uploaded//";

/// Delimiter of the here-document that contains a request.
const END: &str = "END_OF_REQUEST";

fn url(document: &SceneDocument, id: &str, server: &str) -> Copied {
    let request = &document.request;
    let query = url_query(request);
    let reading = reading_query(&document.reading);
    let parameters: Vec<String> = query
        .parameters
        .iter()
        .chain(&reading)
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
    use molshot_scenes::RenderRequest;
    use molshot_scenes::request::{InlineFile, Preset};
    use serde_json::json;

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
    fn commands_and_json_are_those_of_the_request() {
        assert_eq!(text(Form::Commands), "center name \"O5'\"; roll y 15.5");
        let again = SceneDocument::from_json(text(Form::Json).as_bytes());
        assert_eq!(again.expect("a scene file"), request());
    }

    #[test]
    fn a_url_has_the_values_that_differ_from_the_defaults() {
        assert_eq!(
            text(Form::Url),
            "http://127.0.0.1:8000/v1/structures/5ey0/image.png?size=640x1024\
             &commands=center%20name%20%22O5%27%22%3B%20roll%20y%2015.5&style=ball-and-stick"
        );
    }

    /// The parameters of the copied URL, decoded, and the pointers that it leaves out.
    fn url_of(render: serde_json::Value) -> (Vec<(String, String)>, Vec<String>) {
        let mut document = render;
        document["schema_version"] = 1.into();
        document["structure"] = json!({ "id": "5ey0" });
        let document = SceneDocument::from_value(document).expect("a request");
        let copied = copy(&document, Form::Url, "5ey0", SERVER).expect("a URL");
        let (_, query) = copied.text.split_once('?').expect("a query");
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text).decode_utf8();
            text.expect("UTF-8").into_owned()
        };
        let pairs = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').expect("a parameter");
            (decoded(name), decoded(value))
        });
        (pairs.collect(), copied.left_out)
    }

    #[test]
    fn a_url_has_effects_label_styling_transforms_and_texts() {
        for (request, expected) in [
            (
                json!({ "style": { "silhouettes": { "width_px": 2.0 } } }),
                vec![("silhouette-width", "2.0")],
            ),
            (
                json!({ "style": { "silhouettes": {} } }),
                vec![("silhouettes", "true")],
            ),
            (
                json!({ "style": { "shadows": true } }),
                vec![("shadows", "true")],
            ),
            (
                json!({ "style": { "ambient_occlusion": {
                    "strength": 2.0, "radius_angstrom": 3.0,
                } } }),
                vec![
                    ("ambient-occlusion-strength", "2.0"),
                    ("ambient-occlusion-radius", "3.0"),
                ],
            ),
            (
                json!({ "style": { "label_style": {
                    "size_px": 14.0, "color": "#ff0000", "outline_px": 1.5, "alignment": "center",
                    "offset_angstrom": [0.0, 0.5, -1.0], "chains": true, "on_top": false,
                    "declutter": true,
                } } }),
                vec![
                    ("label-size", "14px"),
                    ("label-color", "#ff0000"),
                    ("label-outline", "1.5"),
                    ("label-alignment", "center"),
                    ("label-offset", "0.0,0.5,-1.0"),
                    ("label-chains", "true"),
                    ("hide-labels-behind", "true"),
                    ("declutter-labels", "true"),
                ],
            ),
            (
                json!({ "transforms": [{ "select": "ligand", "commands": ["move x 1"] }] }),
                vec![("transform", "ligand: move x 1")],
            ),
            (
                json!({ "style": { "texts": [{ "text": "active site", "at": "resi 25" }] } }),
                vec![("text", "active site => resi 25")],
            ),
        ] {
            let (parameters, left_out) = url_of(request.clone());
            assert!(left_out.is_empty(), "{request}: {left_out:?}");
            for (name, value) in expected {
                let pair = (name.to_owned(), value.to_owned());
                assert!(parameters.contains(&pair), "{name}={value}: {parameters:?}");
            }
        }
    }

    #[test]
    fn values_that_have_no_parameter_are_reported() {
        let (_, left_out) = url_of(json!({ "output": { "planes": ["color", "depth"] } }));
        assert_eq!(left_out, ["/output/planes"]);
    }

    #[test]
    fn a_url_names_a_file_or_folder_as_the_server_of_its_folder_does() {
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
    fn a_request_with_inline_files_passes_a_shell_at_any_size() {
        let lines = "REMARK it's `$HOME` \\ \"\nEND_OF_REQUEST\n".repeat(100_000);
        let request = inline(&lines);
        let text = copy(&request, Form::Curl, "molecule", SERVER).expect("text");
        // A curl that prints what it is sent.
        let script = format!("curl() {{ cat; }}\n{}\n", text.text);
        let folder = std::env::temp_dir().join(format!("molshot-copy-{}", std::process::id()));
        std::fs::write(&folder, script).expect("written");
        let output = std::process::Command::new("sh").arg(&folder).output();
        std::fs::remove_file(&folder).expect("removed");
        let sent = SceneDocument::from_json(&output.expect("a shell").stdout);
        assert_eq!(sent.expect("a request"), request);
    }

    #[test]
    fn binary_input_cannot_be_copied_as_json_or_curl() {
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
