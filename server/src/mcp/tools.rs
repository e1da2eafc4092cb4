//! The tools: their descriptions, and the requests that they are.

use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use molshot_scenes::suggest::nearest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rmcp::model::{ContentBlock, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::schemas::{self, DEFAULT_SIZE};
use super::{Call, ToolError, Tools};
use crate::media_types::JSON;

/// Most structures that one call lists.
const LISTED_MAX: u64 = 200;
/// What stays unchanged in paths and queries.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// Boundary of uploads. A file that contains it is refused.
const BOUNDARY: &str = "molshot-mcp-7d1f0c6b2a9e4835";

type Arguments = Map<String, Value>;

/// The tools that there are.
pub(super) fn list() -> Vec<Tool> {
    let properties = |value: Value| match value {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let reads = || ToolAnnotations::new().read_only(true).open_world(false);
    let mut annotated = schemas::view();
    annotated.insert(
        "atoms".to_owned(),
        json!({"type": "boolean", "default": false, "description": "list visible atoms, too"}),
    );
    vec![
        Tool::new(
            "list_structures",
            "Lists the ids of structures: built-in samples, files of the served folder, uploads.",
            schemas::object(
                &properties(json!({
                    "prefix": {"type": "string", "description": "first letters of the ids"},
                    "after": {"type": "string", "description": "the last id of the list before, to continue it"},
                    "limit": {"type": "integer", "minimum": 1, "maximum": LISTED_MAX, "default": 50},
                })),
                &[],
            ),
        )
        .with_annotations(reads()),
        Tool::new(
            "load_structure",
            "Describes a structure: atoms, residues, chains, ligands, bonds, warnings. Give its id, or \
             files to upload (such as a pocket and a ligand), and use the id of the answer from then on.",
            schemas::object(
                &properties(json!({
                    "structure": schemas::structure(),
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "description": "files to upload as one structure, instead of an id",
                        "items": {
                            "type": "object",
                            "properties": {
                                "name": {"type": "string", "description": "file name whose extension says the format, such as pocket.pdb, ligand.mol2"},
                                "text": {"type": "string", "description": "content of the file"},
                            },
                            "required": ["name", "text"],
                            "additionalProperties": false,
                        },
                    },
                })),
                &[],
            ),
        )
        .with_annotations(ToolAnnotations::new().destructive(false).open_world(false)),
        Tool::new(
            "view",
            "Draws a picture of a structure. commands turn, move and zoom the view; they start from the \
             front view each time: view front|left|right|top|bottom|back; roll AXIS DEGREES; move AXIS \
             ANGSTROM; zoom FACTOR; center SELECTION. The axes are those of the screen.",
            schemas::object(&schemas::view(), &["structure"]),
        )
        .with_annotations(reads()),
        Tool::new(
            "annotate",
            "Says what a picture with the same arguments as view would show: visible residues with their \
             places in pixels and visible fractions, labels, and with atoms=true the visible atoms.",
            schemas::object(&annotated, &["structure"]),
        )
        .with_annotations(reads()),
        Tool::new(
            "hydrogen_bonds",
            "Lists the hydrogen bonds of a structure with donor, acceptor and distance in angstrom.",
            schemas::object(
                &properties(json!({
                    "structure": schemas::structure(),
                    "scope": {"type": "string", "enum": ["ligand", "within", "all"], "default": "ligand", "description": "between pocket and ligand, within each part, or all"},
                    "water": {"type": "boolean", "default": false, "description": "include bonds of water"},
                })),
                &["structure"],
            ),
        )
        .with_annotations(reads()),
    ]
}

/// Calls a tool by its name.
pub(super) async fn call(
    tools: &Tools,
    name: &str,
    arguments: Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let known = list();
    let Some(tool) = known.iter().find(|tool| tool.name == name) else {
        let names: Vec<&str> = known.iter().map(|tool| tool.name.as_ref()).collect();
        let short: String = name.chars().take(40).collect();
        return Err(ToolError(format!(
            "there is no tool \"{short}\"; there are {}",
            names.join(", ")
        )));
    };
    only_known(tool, &arguments)?;
    match name {
        "list_structures" => list_structures(tools, &arguments, sender).await,
        "load_structure" => load_structure(tools, &arguments, sender).await,
        "view" => view(tools, &arguments, sender).await,
        "annotate" => annotate(tools, &arguments, sender).await,
        _ => hydrogen_bonds(tools, &arguments, sender).await,
    }
}

/// Refuses arguments that the tool does not have.
fn only_known(tool: &Tool, arguments: &Arguments) -> Result<(), ToolError> {
    let known: Vec<&str> = tool
        .input_schema
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().map(String::as_str).collect())
        .unwrap_or_default();
    for name in arguments.keys() {
        if !known.contains(&name.as_str()) {
            let short: String = name.chars().take(40).collect();
            let hint = nearest(name, &known)
                .map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
            return Err(ToolError(format!(
                "{} has no argument \"{short}\"{hint}; it has {}",
                tool.name,
                known.join(", ")
            )));
        }
    }
    Ok(())
}

/// A text argument; `None` if it is not given.
fn text<'a>(arguments: &'a Arguments, name: &str) -> Result<Option<&'a str>, ToolError> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ToolError(format!("{name} is not a text; give a text"))),
    }
}

/// The id of the structure that a tool is about, for a path.
fn structure(arguments: &Arguments) -> Result<String, ToolError> {
    let id = text(arguments, "structure")?.filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| {
        ToolError("structure is missing; give an id, which list_structures names".to_owned())
    })?;
    Ok(encode(id))
}

fn encode(text: &str) -> String {
    // A segment of dots would mean another folder.
    if text.bytes().all(|byte| byte == b'.') {
        return text.replace('.', "%2E");
    }
    utf8_percent_encode(text, KEPT).to_string()
}

/// One value as a query writes it.
fn value_text(name: &str, value: &Value) -> Result<String, ToolError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(ToolError(format!(
            "{name} has a value that is neither a text, a number nor a boolean"
        ))),
    }
}

/// The query of a picture's URL from the arguments of a tool.
fn query(arguments: &Arguments) -> Result<String, ToolError> {
    let mut pairs = Vec::new();
    for option in schemas::options() {
        let name = option.name.replace('-', "_");
        let Some(value) = arguments.get(&name).filter(|value| !value.is_null()) else {
            if option.name == "size" {
                pairs.push(format!("size={DEFAULT_SIZE}"));
            }
            continue;
        };
        let texts = match value {
            Value::Array(values) => {
                let texts: Result<Vec<String>, ToolError> = values
                    .iter()
                    .map(|value| value_text(&name, value))
                    .collect();
                if option.is_repeatable() {
                    texts?
                } else {
                    vec![texts?.join(",")]
                }
            }
            value => vec![value_text(&name, value)?],
        };
        pairs.extend(
            texts
                .iter()
                .map(|text| format!("{}={}", option.name, encode(text))),
        );
    }
    Ok(pairs.join("&"))
}

async fn list_structures(
    tools: &Tools,
    arguments: &Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let limit = match arguments.get("limit") {
        None | Some(Value::Null) => 50,
        Some(value) => value
            .as_u64()
            .filter(|limit| (1..=LISTED_MAX).contains(limit))
            .ok_or_else(|| {
                ToolError(format!(
                    "limit is {value}; give a whole number from 1 to {LISTED_MAX}"
                ))
            })?,
    };
    let mut path = format!("/v1/structures?limit={limit}");
    for name in ["prefix", "after"] {
        if let Some(value) = text(arguments, name)? {
            path.extend(["&", name, "=", &encode(value)]);
        }
    }
    let listed = tools.send(Call::get(path), sender).await?.json()?;
    Ok(vec![ContentBlock::text(listed.to_string())])
}

async fn load_structure(
    tools: &Tools,
    arguments: &Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let call = match (arguments.get("files"), arguments.get("structure")) {
        (Some(Value::Array(files)), None) if !files.is_empty() => Call::post(
            "/v1/structures",
            &format!("multipart/form-data; boundary={BOUNDARY}"),
            form(files)?,
        ),
        (None, Some(_)) => Call::get(format!("/v1/structures/{}", structure(arguments)?)),
        _ => {
            return Err(ToolError(
                "give either structure, an id, or files, a list of {name, text}".to_owned(),
            ));
        }
    };
    let described = tools.send(call, sender).await?.json()?;
    Ok(vec![ContentBlock::text(described.to_string())])
}

/// The form (RFC 7578) of an upload.
fn form(files: &[Value]) -> Result<Vec<u8>, ToolError> {
    let mut body = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let field = |key: &str| {
            file[key].as_str().ok_or_else(|| {
                ToolError(format!(
                    "files[{number}].{key} is missing or not a text; give a text"
                ))
            })
        };
        let (name, text) = (field("name")?, field("text")?);
        if name.is_empty() || name.contains(['"', '\r', '\n', '/', '\\']) {
            return Err(ToolError(format!(
                "files[{number}].name is not a plain file name; give one such as ligand.mol2"
            )));
        }
        if text.contains(BOUNDARY) {
            return Err(ToolError(format!(
                "files[{number}].text contains {BOUNDARY}, which separates files"
            )));
        }
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Ok(body)
}

async fn view(
    tools: &Tools,
    arguments: &Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let (id, query) = (structure(arguments)?, query(arguments)?);
    let path = format!("/v1/structures/{id}/image.png?{query}");
    let picture = tools.send(Call::get(path), sender).await?;
    Ok(vec![ContentBlock::image(
        BASE64_STANDARD.encode(&picture.body),
        picture.content_type,
    )])
}

async fn annotate(
    tools: &Tools,
    arguments: &Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let with_atoms = match arguments.get("atoms") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(with_atoms)) => *with_atoms,
        Some(_) => {
            return Err(ToolError(
                "atoms is not a boolean; give true or false".to_owned(),
            ));
        }
    };
    let (id, query) = (structure(arguments)?, query(arguments)?);
    let path = format!("/v1/structures/{id}/request.json?{query}");
    let request = tools.send(Call::get(path), sender).await?;
    let call = Call::post("/v1/annotations", JSON, request.body.to_vec());
    let mut document = tools.send(call, sender).await?.json()?;
    let is_visible = |entry: &Value| entry["visible_fraction"].as_f64().unwrap_or(0.0) > 0.0;
    if let Some(document) = document.as_object_mut() {
        for list in ["residues", "atoms"] {
            if let Some(entries) = document.get_mut(list).and_then(Value::as_array_mut) {
                entries.retain(is_visible);
            }
        }
        if !with_atoms {
            document.remove("atoms");
        }
    }
    Ok(vec![ContentBlock::text(document.to_string())])
}

async fn hydrogen_bonds(
    tools: &Tools,
    arguments: &Arguments,
    sender: Option<&Parts>,
) -> Result<Vec<ContentBlock>, ToolError> {
    let mut pairs = Vec::new();
    for name in ["scope", "water"] {
        if let Some(value) = arguments.get(name).filter(|value| !value.is_null()) {
            pairs.push(format!("{name}={}", encode(&value_text(name, value)?)));
        }
    }
    let path = format!(
        "/v1/structures/{}/hbonds?{}",
        structure(arguments)?,
        pairs.join("&")
    );
    let bonds = tools.send(Call::get(path), sender).await?.json()?;
    Ok(vec![ContentBlock::text(bonds.to_string())])
}
