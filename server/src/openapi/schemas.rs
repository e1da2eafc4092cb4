//! Schemas of documents that are not made of Rust types.

use serde_json::{Map, Value, json};

/// The schemas by name.
#[allow(clippy::too_many_lines, reason = "one literal")]
pub(super) fn own_schemas() -> Map<String, Value> {
    let schemas = json!({
        "Problem": {
            "type": "object",
            "description": "The reason for an error (RFC 9457).",
            "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": { "type": "string", "description": "`urn:molshot:problem:` and the code." },
                "title": { "type": "string" },
                "status": { "type": "integer", "minimum": 400, "maximum": 599 },
                "code": { "type": "string", "description": "Stable name of the kind of failure." },
                "detail": { "type": "string", "description": "What is wrong, and what would be accepted instead." },
                "pointer": { "type": "string", "description": "JSON pointer (RFC 6901) to the value that is wrong." },
                "parameter": { "type": "string", "description": "The query parameter that is wrong." },
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
                    "description": "Members of a render request for every item. Members of an item override them; style, camera, output and reading are merged key by key. `annotations` has the same meaning as in the batch.",
                },
                "items": {
                    "type": "array",
                    // An invalid item causes an error in the answer and does not invalidate the
                    // document, so items have no required form.
                    "items": {
                        "description": "Members of a render request, and `key`, which names the item's files in the answer: letters, digits, '_' and '-', beginning with a letter or a digit, at most 80. Keys must be unique. `annotations` overrides the value of the batch for this item. An invalid item yields an error file in its place.",
                        "examples": [{ "key": "a", "commands": ["view left"] }],
                    },
                },
                "annotations": { "type": "boolean", "default": true, "description": "Send KEY.json with the annotations of each image." },
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
                "next": { "type": ["string", "null"], "description": "Pass it as `after` to get the next page." },
            },
        },
        "StructureDescription": {
            "type": "object",
            "required": ["id", "source", "summary"],
            "properties": {
                "id": { "type": "string" },
                "source": { "enum": ["sample", "folder", "upload"] },
                "summary": { "type": "object", "description": "Summary of the structure: counts, chains, ligands, extent, warnings." },
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
        "Contacts": {
            "type": "object",
            "required": ["contacts", "counts", "warnings"],
            "properties": {
                "contacts": { "type": "array", "items": { "type": "object" } },
                "counts": { "type": "array", "items": {
                    "type": "object",
                    "required": ["kind", "count"],
                    "properties": { "kind": { "type": "string" }, "count": { "type": "integer" } },
                } },
                "warnings": { "type": "array", "items": { "type": "string" } },
            },
        },
        "Caption": {
            "type": "object",
            "required": ["filename", "alt", "description", "clean_description"],
            "properties": {
                "filename": { "type": "string" },
                "alt": { "type": "string", "description": "Alternative text: one short sentence." },
                "description": { "type": "string", "description": "HTML, with names in `<span class='highlight'>`." },
                "clean_description": { "type": "string", "description": "The description as plain text." },
            },
        },
    });
    match schemas {
        Value::Object(schemas) => schemas,
        _ => Map::new(),
    }
}
