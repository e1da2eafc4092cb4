//! The description of the interface, `OpenAPI` 3.1. Its schemas are those of the types that are
//! read and written.

use axum::http::StatusCode;
use molshot_renderer::Annotations;
use molshot_scenes::SceneDocument;
use molshot_scenes::options::RENDER_OPTIONS;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::routes::BATCH_MEDIA_TYPES;

/// The document.
pub(crate) fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    // Asking for a type defines it and all that it holds.
    generator.subschema_for::<SceneDocument>();
    generator.subschema_for::<Annotations>();
    let mut schemas = generator.take_definitions(true);
    schemas.extend(own_schemas());
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "molshot",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "description": "Pictures of molecules on demand. Errors are problem documents (RFC 9457) with a stable `code` and a `pointer` to the field at fault.",
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

fn own_schemas() -> Map<String, Value> {
    let schemas = json!({
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457).",
            "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": { "type": "string", "description": "urn:molshot:problem: and the code." },
                "title": { "type": "string" },
                "status": { "type": "integer", "minimum": 400, "maximum": 599 },
                "code": { "type": "string", "description": "Stable name of the kind of failure." },
                "detail": { "type": "string", "description": "What is wrong; what would be right." },
                "pointer": { "type": "string", "description": "JSON pointer (RFC 6901) to the field at fault." },
                "parameter": { "type": "string", "description": "The query parameter at fault." },
                "retry_after": { "type": "integer", "description": "Seconds after which to try again." },
            },
        },
        "BatchRequest": {
            "type": "object",
            "additionalProperties": false,
            "required": ["items"],
            "properties": {
                "defaults": {
                    "type": "object",
                    "description": "Keys of a render request for every item. An item's own keys win; style, camera and output are merged key by key. `annotations` as at the top.",
                },
                "items": {
                    "type": "array",
                    // A bad item has an error in the answer and does not make the document bad, so
                    // nothing is demanded here.
                    "items": {
                        "description": "A render request's own keys, and `key`, which names the item's files in the answer: letters, digits, '_' and '-', beginning with a letter or a digit, at most 80. Each item has its own. `annotations` says of this item what it says of all at the top. An item that is none of this gets an error in its place.",
                        "examples": [{ "key": "a", "commands": ["view left"] }],
                    },
                },
                "annotations": { "type": "boolean", "default": true, "description": "Send KEY.json with the annotations of each picture." },
                "masks": {
                    "type": "array", "default": [],
                    "items": { "enum": ["atom", "residue", "element", "residue-name", "chain", "role"] },
                    "description": "Run-length masks to add to the annotations.",
                },
            },
        },
        "StructureList": {
            "type": "object",
            "required": ["structures", "total", "next"],
            "properties": {
                "structures": { "type": "array", "items": {
                    "type": "object",
                    "required": ["id", "source"],
                    "properties": {
                        "id": { "type": "string" },
                        "source": { "enum": ["sample", "folder", "upload"] },
                        "title": { "type": "string" },
                    },
                } },
                "total": { "type": "integer" },
                "next": { "type": ["string", "null"], "description": "Give it as `after` for the next page." },
            },
        },
        "StructureDescription": {
            "type": "object",
            "required": ["id", "source", "summary"],
            "properties": {
                "id": { "type": "string" },
                "source": { "enum": ["sample", "folder", "upload"] },
                "summary": { "type": "object", "description": "What was read: counts, chains, ligands, extent, warnings." },
            },
        },
        "HydrogenBonds": {
            "type": "object",
            "required": ["bonds", "donors", "acceptors", "warnings"],
            "properties": {
                "bonds": { "type": "array", "items": { "type": "object" } },
                "donors": { "type": "integer" },
                "acceptors": { "type": "integer" },
                "warnings": { "type": "array", "items": { "type": "string" } },
            },
        },
    });
    match schemas {
        Value::Object(schemas) => schemas,
        _ => Map::new(),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Bytes of these types.
fn binary(media_types: &[&str]) -> Value {
    let content = media_types
        .iter()
        .map(|media_type| ((*media_type).to_owned(), json!({})));
    Value::Object(content.collect())
}

fn json_of(name: &str) -> Value {
    json!({ "application/json": { "schema": reference(name) } })
}

/// The answers of an operation: the good one, and problems with these statuses.
fn responses(good: &[(u16, &str, Value)], problems: &[u16]) -> Value {
    let mut all = Map::new();
    for (status, description, content) in good {
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

/// Problems of whatever reads a body and draws.
const OF_POST: &[u16] = &[400, 401, 403, 404, 406, 408, 413, 415, 422, 429, 503, 504];
/// Problems of whatever looks at a structure.
const OF_GET: &[u16] = &[400, 401, 403, 404, 413, 422, 429, 503, 504];

fn id() -> Value {
    json!({
        "name": "id", "in": "path", "required": true,
        "schema": { "type": "string", "maxLength": 128, "pattern": "^[A-Za-z0-9][A-Za-z0-9._+-]*$" },
        "example": "sample-hiv-protease",
    })
}

fn query(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema, "description": description })
}

fn picture_parameters() -> Vec<Value> {
    let mut all = vec![
        id(),
        json!({
            "name": "picture", "in": "path", "required": true,
            "schema": { "enum": ["image.png", "image.jpg", "image.jpeg", "image.webp"] },
        }),
    ];
    for option in RENDER_OPTIONS.iter().filter(|option| option.in_url) {
        all.push(query(
            option.name,
            &option.url_schema(),
            &option.full_help(),
        ));
    }
    all
}

fn body_of(name: &str) -> Value {
    json!({ "required": true, "content": json_of(name) })
}

fn plain(tag: &str, summary: &str, media_types: &[&str], problems: &[u16]) -> Value {
    let good = [
        (200, "Here it is.", binary(media_types)),
        (304, "The client has it.", json!({})),
    ];
    json!({ "tags": [tag], "summary": summary, "security": [], "responses": responses(&good, problems) })
}

#[allow(clippy::too_many_lines, reason = "a table, a row for each operation")]
fn paths() -> Value {
    let pictures = [
        "image/png",
        "image/jpeg",
        "image/webp",
        "application/x-npy",
        "application/json",
        "multipart/mixed",
    ];
    let picture = responses(
        &[
            (200, "The picture.", binary(&pictures[..3])),
            (304, "The client has it.", json!({})),
        ],
        OF_GET,
    );
    let described = responses(
        &[
            (200, "What was read.", json_of("StructureDescription")),
            (304, "The client has it.", json!({})),
        ],
        OF_GET,
    );
    let bonds = responses(
        &[
            (200, "The bonds.", json_of("HydrogenBonds")),
            (304, "The client has it.", json!({})),
        ],
        OF_GET,
    );
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
            "summary": "Draw one picture",
            "description": "The form of the picture is output.format; without it, what Accept prefers. Several planes come as multipart/mixed.",
            "requestBody": body_of("RenderRequest"),
            "responses": responses(&[(200, "The picture.", binary(&pictures))], OF_POST),
        } },
        "/v1/render/batch": { "post": {
            "tags": ["pictures"], "operationId": "renderBatch",
            "summary": "Draw many pictures",
            "description": "A stream, in order: KEY.png and KEY.json (annotations) of each item, further planes as KEY.PLANE.png and .npy, KEY.error.json of an item that failed. An archive that ends without its two empty blocks is incomplete.",
            "requestBody": body_of("BatchRequest"),
            "responses": responses(&[(200, "The stream.", binary(&BATCH_MEDIA_TYPES[..2]))], OF_POST),
        } },
        "/v1/annotations": { "post": {
            "tags": ["pictures"], "operationId": "annotate",
            "summary": "Say what a picture shows, and where",
            "parameters": [query("masks", &json!({ "type": "string", "pattern": "^((atom|residue|element|residue-name|chain|role)(,(atom|residue|element|residue-name|chain|role))*)?$" }), "Run-length masks to add, separated by commas: atom, residue, element, residue-name, chain, role.")],
            "requestBody": body_of("RenderRequest"),
            "responses": responses(&[(200, "The annotations.", json_of("Annotations"))], OF_POST),
        } },
        "/v1/structures": {
            "get": {
                "tags": ["structures"], "operationId": "listStructures", "summary": "List structures",
                "parameters": [
                    query("limit", &json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }), "Most entries."),
                    query("after", &json!({ "type": "string" }), "The last id of the page before."),
                    query("prefix", &json!({ "type": "string" }), "Only ids that begin so."),
                    query("source", &json!({ "enum": ["sample", "folder", "upload"] }), "Only structures from there."),
                ],
                "responses": responses(&[(200, "A page.", json_of("StructureList"))], &[400, 401, 403, 429, 503]),
            },
            "post": {
                "tags": ["structures"], "operationId": "uploadStructure", "summary": "Upload a structure of one file or more",
                "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": {
                    "type": "object", "required": ["file"], "additionalProperties": false,
                    "properties": { "file": { "type": "array", "minItems": 1, "items": { "type": "string", "contentMediaType": "application/octet-stream" } } },
                } } } },
                "responses": responses(&[
                    (200, "It was here already.", json_of("StructureDescription")),
                    (201, "It is here now.", json_of("StructureDescription")),
                ], &[400, 401, 403, 408, 413, 415, 422, 429, 503, 507]),
            },
        },
        "/v1/structures/{id}": {
            "parameters": [id()],
            "get": { "tags": ["structures"], "operationId": "describeStructure", "summary": "What was read", "responses": described },
            "delete": {
                "tags": ["structures"], "operationId": "removeStructure", "summary": "Remove an upload",
                "responses": responses(&[(204, "It is gone.", json!({}))], &[400, 401, 403, 404, 429, 503]),
            },
        },
        "/v1/structures/{id}/hbonds": { "parameters": [id()], "get": {
            "tags": ["structures"], "operationId": "hydrogenBonds", "summary": "Hydrogen bonds",
            "parameters": [
                query("scope", &json!({ "enum": ["ligand", "within", "all"], "default": "ligand" }), "Between which atoms."),
                query("distance-slack", &number(2), "Tolerance of distances, angstrom."),
                query("angle-slack", &number(90), "Tolerance of angles, degrees."),
                query("water", &json!({ "type": "boolean", "default": true }), "Whether water takes part."),
            ],
            "responses": bonds,
        } },
        "/v1/structures/{id}/{picture}": { "get": {
            "tags": ["pictures"], "operationId": "picture", "summary": "Draw one picture, by its address",
            "parameters": picture_parameters(), "responses": picture,
        } },
        "/livez": { "get": plain("operation", "Whether the process lives", &["application/json"], &[400]) },
        "/readyz": { "get": { "tags": ["operation"], "summary": "Whether pictures can be drawn", "security": [], "responses": ready } },
        "/metrics": { "get": { "tags": ["operation"], "summary": "Counts and timings, for Prometheus",
            "responses": responses(&[(200, "The metrics.", binary(&["application/openmetrics-text"]))], &[400, 401, 403]) } },
        "/openapi.json": { "get": plain("description", "This document", &["application/json"], &[400]) },
        "/docs": { "get": plain("description", "This document, to look at", &["text/html"], &[400]) },
        "/": { "get": plain("description", "A page to try it", &["text/html"], &[400]) },
        "/assets/{name}": { "get": plain("description", "Files of the pages", &["text/css", "text/javascript", "image/svg+xml"], &[400, 404]) },
        "/v1/schema": { "get": plain("description", "JSON schema of render requests, or of annotations", &["application/schema+json"], &[400]) },
    });
    let by_id = |operation: &str| json!({ "operationId": operation, "parameters": { "id": "$response.body#/id" } });
    for status in ["200", "201"] {
        paths["/v1/structures"]["post"]["responses"][status]["links"] = json!({
            "describe": by_id("describeStructure"),
            "hydrogenBonds": by_id("hydrogenBonds"),
            "remove": by_id("removeStructure"),
        });
    }
    paths["/v1/schema"]["get"]["parameters"] = json!([query(
        "of",
        &json!({ "enum": ["render", "annotations"], "default": "render" }),
        "Of what."
    )]);
    paths["/assets/{name}"]["get"]["parameters"] = json!([{
        "name": "name", "in": "path", "required": true,
        "schema": { "enum": ["icon.svg", "page.css", "page.js", "view.js", "docs.js"] },
    }]);
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_no_other() {
        let document = document();
        let mut described: Vec<&str> = document["paths"]
            .as_object()
            .expect("paths")
            .keys()
            .map(String::as_str)
            .collect();
        described.sort_unstable();
        let mut routed = crate::routes::paths();
        routed.sort_unstable();
        assert_eq!(described, routed);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn visit(value: &Value, document: &Value, count: &mut usize) {
            match value {
                Value::Object(values) => {
                    if let Some(Value::String(target)) = values.get("$ref") {
                        let pointer = target.strip_prefix('#').expect("a local reference");
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
