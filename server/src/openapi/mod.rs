//! The `OpenAPI` 3.1 description of the interface. Its schemas are generated from the types that
//! are read and written.

mod schemas;

use axum::http::StatusCode;
use molshot_molecule::contacts::ContactKind;
use molshot_renderer::Annotations;
use molshot_scenes::options::{READING_OPTIONS, RenderOption, url_options};
use molshot_scenes::request::ImageFormat;
use molshot_scenes::{Keyword, SceneDocument};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::media_types::{JSON, MIXED, NPY, TAR};

/// Builds the description.
pub(crate) fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    // This also defines the types of all members.
    generator.subschema_for::<SceneDocument>();
    generator.subschema_for::<Annotations>();
    let mut schemas = generator.take_definitions(true);
    schemas.extend(schemas::own_schemas());
    schemas.values_mut().for_each(constants_to_enum);
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "molshot",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "description": "Images of molecules on demand. Errors are problem documents (RFC 9457) with a stable `code` and a `pointer` to the value that is wrong.",
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "bearer": [] }],
        "tags": [
            { "name": "pictures" }, { "name": "structures" }, { "name": "description" }, { "name": "operation" },
        ],
        "paths": paths(),
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    })
}

/// Replaces choices between constants (`oneOf` with `const`) by `enum`, which generators of clients
/// understand. `x-enum-descriptions` keeps what each value means.
fn constants_to_enum(schema: &mut Value) {
    match schema {
        Value::Array(list) => list.iter_mut().for_each(constants_to_enum),
        Value::Object(members) => {
            members.values_mut().for_each(constants_to_enum);
            for choice in ["oneOf", "anyOf"] {
                if let Some(changed) = members.get(choice).and_then(enum_of) {
                    members.remove(choice);
                    members.extend(changed);
                }
            }
        }
        _ => {}
    }
}

/// The members of a schema with `enum` that means the same as these choices; `None` if a choice is
/// not a constant string.
fn enum_of(choices: &Value) -> Option<Map<String, Value>> {
    let mut values: Vec<Value> = Vec::new();
    let mut descriptions: Vec<Value> = Vec::new();
    for choice in choices.as_array()? {
        let description = choice.get("description").cloned();
        let description = description.unwrap_or_else(|| "".into());
        let of_choice = match (choice.get("const"), choice.get("enum")) {
            (Some(value), _) => vec![value.clone()],
            (None, Some(Value::Array(values))) => values.clone(),
            _ => return None,
        };
        for value in of_choice {
            value.as_str()?;
            values.push(value);
            descriptions.push(description.clone());
        }
    }
    let mut members = Map::new();
    members.insert("type".into(), "string".into());
    members.insert("enum".into(), values.into());
    if descriptions.iter().any(|text| text != "") {
        members.insert("x-enum-descriptions".into(), descriptions.into());
    }
    Some(members)
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A content of binary media types.
fn binary(media_types: &[&str]) -> Value {
    let content = media_types
        .iter()
        .map(|media_type| ((*media_type).to_owned(), json!({})));
    Value::Object(content.collect())
}

fn json_of(name: &str) -> Value {
    json!({ "application/json": { "schema": reference(name) } })
}

/// The responses of an operation: the successful ones, and problems with these statuses.
fn responses(successes: &[(u16, &str, Value)], problems: &[u16]) -> Value {
    let mut all = Map::new();
    for (status, description, content) in successes {
        let mut response = json!({ "description": description });
        if content
            .as_object()
            .is_some_and(|content| !content.is_empty())
        {
            response["content"] = content.clone();
        }
        if *status == 200 {
            response["headers"] = json!({
                "ETag": { "schema": { "type": "string" } },
                "Server-Timing": { "schema": { "type": "string" } },
                "X-Request-Id": { "schema": { "type": "string" } },
            });
        }
        all.insert(status.to_string(), response);
    }
    for status in problems {
        let reason = StatusCode::from_u16(*status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Error");
        let mut response = json!({
            "description": reason,
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        });
        if matches!(status, 429 | 503) {
            response["headers"] = json!({ "Retry-After": { "schema": { "type": "integer" } } });
        }
        all.insert(status.to_string(), response);
    }
    Value::Object(all)
}

/// Statuses of problems of operations that read a body and draw.
const OF_POST: &[u16] = &[400, 401, 403, 404, 406, 408, 413, 415, 422, 429, 503, 504];
/// Statuses of problems of operations that read a structure.
const OF_GET: &[u16] = &[400, 401, 403, 404, 413, 422, 429, 503, 504];

fn id() -> Value {
    json!({
        "name": "id", "in": "path", "required": true,
        "description": "Name of a sample, a file or folder of the served folder, or an upload; percent-encoded as UTF-8, at most 255 bytes.",
        "schema": { "type": "string", "maxLength": 255, "pattern": "^[^\\u0000-\\u0020\\u007f./\\\\:*?\"<>|%][^\\u0000-\\u001f\\u007f/\\\\:*?\"<>|%]*$" },
        "example": "sample-hiv-protease",
    })
}

fn query(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description })
}

fn picture_parameters() -> Vec<Value> {
    let mut all = request_parameters();
    let picture = json!({
        "name": "picture", "in": "path", "required": true,
        "schema": { "enum": picture_names() },
    });
    all.insert(1, picture);
    all
}

/// The last parts of image URLs: `image.` and every file extension of every format.
fn picture_names() -> Vec<String> {
    let formats = ImageFormat::KEYWORDS.iter();
    let extensions = formats.flat_map(|(_, format)| format.extensions_str());
    extensions.map(|name| format!("image.{name}")).collect()
}

/// The structure's id, and the render options.
fn request_parameters() -> Vec<Value> {
    let mut all = vec![id()];
    all.extend(url_options().map(option_parameter));
    all
}

fn option_parameter(option: &RenderOption) -> Value {
    query(option.name, &option.url_schema(), &option.full_help())
}

/// These parameters, and those that say which models and copies are read.
fn with_reading(mut own: Vec<Value>) -> Vec<Value> {
    own.extend(READING_OPTIONS.iter().map(option_parameter));
    own
}

fn body_of(name: &str) -> Value {
    json!({ "required": true, "content": json_of(name) })
}

fn plain(tag: &str, summary: &str, media_types: &[&str], problems: &[u16]) -> Value {
    let successes = [
        (200, "OK.", binary(media_types)),
        (304, "Not modified.", json!({})),
    ];
    json!({ "tags": [tag], "summary": summary, "security": [], "responses": responses(&successes, problems) })
}

#[allow(clippy::too_many_lines, reason = "a table, a row for each operation")]
fn paths() -> Value {
    let formats = ImageFormat::KEYWORDS.iter();
    let images: Vec<&str> = formats.map(|(_, format)| format.to_mime_type()).collect();
    let planes = [NPY, JSON, MIXED];
    let pictures = [&images[..], &planes].concat();
    let picture = responses(
        &[
            (200, "The image.", binary(&images)),
            (304, "Not modified.", json!({})),
        ],
        OF_GET,
    );
    let described = responses(
        &[
            (200, "The description.", json_of("StructureDescription")),
            (304, "Not modified.", json!({})),
        ],
        OF_GET,
    );
    let bonds = responses(
        &[
            (200, "The bonds.", json_of("HydrogenBonds")),
            (304, "Not modified.", json!({})),
        ],
        OF_GET,
    );
    let contacts = responses(
        &[
            (200, "The contacts.", json_of("Contacts")),
            (304, "Not modified.", json!({})),
        ],
        OF_GET,
    );
    let kinds: Vec<&str> = ContactKind::ALL.iter().map(|kind| kind.name()).collect();
    let ready = responses(
        &[
            (200, "Ready.", binary(&["application/json"])),
            (503, "Not ready.", binary(&["application/json"])),
        ],
        &[400],
    );
    let number = |high: u32| json!({ "type": "number", "minimum": 0, "maximum": high });
    let mut paths = json!({
        "/v1/render": { "post": {
            "tags": ["pictures"], "operationId": "render",
            "summary": "Render one image",
            "description": "The format of the image is `output.format`; without it, the one that `Accept` prefers. Several planes are sent as multipart/mixed.",
            "requestBody": body_of("RenderRequest"),
            "responses": responses(&[(200, "The image.", binary(&pictures))], OF_POST),
        } },
        "/v1/render/batch": { "post": {
            "tags": ["pictures"], "operationId": "renderBatch",
            "summary": "Render many images",
            "description": "A stream of files in the order of the items: KEY.png and KEY.json (annotations) of each item, further planes as KEY.PLANE.png and .npy, KEY.error.json of an item that failed. An archive that does not end with two empty blocks is incomplete.",
            "requestBody": body_of("BatchRequest"),
            "responses": responses(&[(200, "The stream.", binary(&[TAR, MIXED]))], OF_POST),
        } },
        "/v1/annotations": { "post": {
            "tags": ["pictures"], "operationId": "annotate",
            "summary": "Annotate an image: what it shows, and where",
            "parameters": [query("masks", &json!({ "type": "string", "pattern": "^((atom|residue|element|residue-name|chain|role)(,(atom|residue|element|residue-name|chain|role))*)?$" }), "Run-length masks to add, separated by commas: atom, residue, element, residue-name, chain, role.")],
            "requestBody": body_of("RenderRequest"),
            "responses": responses(&[(200, "The annotations.", json_of("Annotations"))], OF_POST),
        } },
        "/v1/structures": {
            "get": {
                "tags": ["structures"], "operationId": "listStructures", "summary": "List structures",
                "parameters": [
                    query("limit", &json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }), "Largest number of entries."),
                    query("after", &json!({ "type": "string" }), "The last id of the previous page."),
                    query("prefix", &json!({ "type": "string" }), "Only ids with this prefix."),
                    query("source", &json!({ "enum": ["sample", "folder", "upload"] }), "Only structures of this origin."),
                ],
                "responses": responses(&[(200, "A page.", json_of("StructureList"))], &[400, 401, 403, 429, 503]),
            },
            "post": {
                "tags": ["structures"], "operationId": "uploadStructure", "summary": "Upload a structure of one or more files",
                "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": {
                    "type": "object", "required": ["file"], "additionalProperties": false,
                    "properties": { "file": { "type": "array", "minItems": 1, "items": { "type": "string", "contentMediaType": "application/octet-stream" } } },
                } } } },
                "responses": responses(&[
                    (200, "The upload exists already.", json_of("StructureDescription")),
                    (201, "Created.", json_of("StructureDescription")),
                ], &[400, 401, 403, 408, 413, 415, 422, 429, 503, 507]),
            },
        },
        "/v1/structures/{id}": {
            "parameters": [id()],
            "get": { "tags": ["structures"], "operationId": "describeStructure", "summary": "Describe a structure", "parameters": with_reading(Vec::new()), "responses": described },
            "delete": {
                "tags": ["structures"], "operationId": "removeStructure", "summary": "Remove an upload",
                "responses": responses(&[(204, "Removed.", json!({}))], &[400, 401, 403, 404, 429, 503]),
            },
        },
        "/v1/structures/{id}/hbonds": { "parameters": [id()], "get": {
            "tags": ["structures"], "operationId": "hydrogenBonds", "summary": "Find hydrogen bonds",
            "parameters": with_reading(vec![
                query("scope", &json!({ "enum": ["ligand", "within", "all"], "default": "ligand" }), "`ligand`: between pocket and ligand; `within`: within each of them; `all`: both."),
                query("distance-slack", &number(2), "Tolerance of distances, angstrom."),
                query("angle-slack", &number(90), "Tolerance of angles, degrees."),
                query("water", &json!({ "type": "boolean", "default": true }), "Whether water is included."),
            ]),
            "responses": bonds,
        } },
        "/v1/structures/{id}/contacts": { "parameters": [id()], "get": {
            "tags": ["structures"], "operationId": "contacts", "summary": "Find contacts of the ligand",
            "parameters": with_reading(vec![
                query("kinds", &json!({ "type": "string", "default": "all" }), &format!("Which kinds: all, or some of {}, separated by commas.", kinds.join(", "))),
            ]),
            "responses": contacts,
        } },
        "/v1/captions": { "post": {
            "tags": ["pictures"], "operationId": "caption",
            "summary": "Describe an image in words",
            "description": "What `molshot render --captions` writes. The image is not drawn.",
            "parameters": [query("name", &json!({ "type": "string", "maxLength": 255 }), "Name of the image's file, for the caption's `filename`; without it the structure's id, or `image`.")],
            "requestBody": body_of("RenderRequest"),
            "responses": responses(&[(200, "The caption.", json_of("Caption"))], OF_POST),
        } },
        "/v1/structures/{id}/{picture}": { "get": {
            "tags": ["pictures"], "operationId": "picture", "summary": "Render one image by URL",
            "description": "If the server has signing keys, the parameters `expires` and `signature` replace a token.",
            "parameters": picture_parameters(), "responses": picture,
        } },
        "/livez": { "get": plain("operation", "Check that the process is alive", &["application/json"], &[400]) },
        "/readyz": { "get": { "tags": ["operation"], "summary": "Check that images can be drawn", "security": [], "responses": ready } },
        "/metrics": { "get": { "tags": ["operation"], "summary": "Metrics for Prometheus",
            "responses": responses(&[(200, "The metrics.", binary(&["application/openmetrics-text", "text/plain"]))], &[400, 401, 403, 406, 429]) } },
        "/openapi.json": { "get": plain("description", "This document", &["application/json"], &[400]) },
        "/docs": { "get": plain("description", "This document for people", &["text/html"], &[400]) },
        "/": { "get": plain("description", "An interactive page", &["text/html"], &[400]) },
        "/assets/{name}": { "get": plain("description", "Files of the web pages", &["text/css", "text/javascript", "image/svg+xml"], &[400, 404]) },
        "/v1/schema": { "get": plain("description", "JSON schema of render requests or of annotations", &["application/schema+json"], &[400]) },
        "/v1/options": { "get": plain("description", "The table of render options", &["application/json"], &[400]) },
        "/v1/structures/{id}/request.json": { "get": {
            "tags": ["description"], "operationId": "request", "summary": "The render request that the parameters of an image URL stand for",
            "parameters": request_parameters(), "responses": responses(&[(200, "The request.", json_of("RenderRequest"))], OF_GET),
        } },
    });
    let by_id = |operation: &str| json!({ "operationId": operation, "parameters": { "id": "$response.body#/id" } });
    for status in ["200", "201"] {
        paths["/v1/structures"]["post"]["responses"][status]["links"] = json!({
            "describe": by_id("describeStructure"),
            "hydrogenBonds": by_id("hydrogenBonds"),
            "contacts": by_id("contacts"),
            "remove": by_id("removeStructure"),
        });
    }
    paths["/v1/schema"]["get"]["parameters"] = json!([query(
        "of",
        &json!({ "enum": ["render", "annotations"], "default": "render" }),
        "Which schema."
    )]);
    paths["/assets/{name}"]["get"]["parameters"] = json!([{
        "name": "name", "in": "path", "required": true,
        "schema": { "enum": ["icon.svg", "page.css", "page.js", "options.js", "view.js", "docs.js"] },
    }]);
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_become_an_enum() {
        let mut schema = json!({ "anyOf": [
            { "oneOf": [
                { "const": "a", "type": "string", "description": "First." },
                { "type": "string", "enum": ["b", "c"] },
            ] },
            { "type": "null" },
        ] });
        constants_to_enum(&mut schema);
        let words = json!({
            "type": "string", "enum": ["a", "b", "c"], "x-enum-descriptions": ["First.", "", ""],
        });
        assert_eq!(schema, json!({ "anyOf": [words, { "type": "null" }] }));
        let text = document().to_string();
        assert_eq!(text.matches("\"const\"").count(), 0, "{text}");
    }

    #[test]
    fn every_reference_names_a_schema_of_the_document() {
        fn visit(value: &Value, document: &Value, count: &mut usize) {
            match value {
                Value::Object(values) => {
                    if let Some(Value::String(target)) = values.get("$ref") {
                        let pointer = target
                            .strip_prefix('#')
                            .expect("a reference within the document");
                        assert!(document.pointer(pointer).is_some(), "{target}");
                        *count += 1;
                    }
                    values
                        .values()
                        .for_each(|value| visit(value, document, count));
                }
                Value::Array(values) => values
                    .iter()
                    .for_each(|value| visit(value, document, count)),
                _ => {}
            }
        }
        let document = document();
        let mut count = 0;
        visit(&document, &document, &mut count);
        assert!(count > 50, "{count} references");
    }
}
