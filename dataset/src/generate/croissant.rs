//! Croissant metadata of a set.
//!
//! The format is Croissant 1.0 (<https://docs.mlcommons.org/croissant/docs/croissant-spec.html>).

use serde_json::{Value, json};

use super::{Manifest, columns_of, configurations};
use crate::card::{CITATION, License};
use crate::plan::report::Report;
use crate::record::Plan;
use crate::tables::{Column, ColumnKind};

/// Returns the Croissant document of a set.
pub(super) fn croissant(plan: &Plan, report: &Report, manifests: &[Manifest]) -> Value {
    let configurations = configurations(plan, manifests);
    let mut distribution = vec![json!({
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": "The folder of the set.",
        "contentUrl": ".",
        "encodingFormat": "git+https",
        "sha256": fingerprint(manifests),
    })];
    let mut records = Vec::new();
    for (name, splits) in &configurations {
        distribution.push(json!({
            "@type": "cr:FileSet",
            "@id": format!("{name}-files"),
            "name": format!("{name}-files"),
            "description": format!("Tables of {name}."),
            "containedIn": {"@id": "repo"},
            "encodingFormat": "application/x-parquet",
            "includes": format!("data/{name}/*.parquet"),
        }));
        let columns = columns_of(name, plan);
        let splits: Vec<&str> = splits.iter().map(|split| split.name()).collect();
        records.push(json!({
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": format!("Splits: {}.", splits.join(", ")),
            "field": columns.iter().map(|column| field(name, *column)).collect::<Vec<Value>>(),
        }));
    }
    let items = report.question_count();
    let mut kinds = Vec::new();
    if let languages @ [_, _, ..] = plan.languages.as_slice() {
        let count = languages.len();
        kinds.push(format!("in {count} languages ({})", languages.join(", ")));
    }
    if let modes @ [_, _, ..] = plan.modes.as_slice() {
        let names: Vec<&str> = modes.iter().map(|mode| mode.name()).collect();
        let count = names.len();
        kinds.push(format!("in {count} input modes ({})", names.join(", ")));
    }
    let questions = if kinds.is_empty() {
        format!("{items} questions")
    } else {
        let rows = items * plan.rows_per_item();
        format!(
            "{items} questions, each {} ({rows} rows),",
            kinds.join(" and ")
        )
    };
    json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "microscopic-spatial-intelligence",
        "description": format!(
            "{questions} about {} pictures of protein-ligand complexes: the nine tasks of MiSI-Bench (arXiv 2512.10867), made by {} with seed {}.",
            report.picture_count(), plan.generator, plan.seed
        ),
        "license": License::of(&plan.license).address_or_words(),
        "citeAs": CITATION,
        "url": "https://arxiv.org/abs/2512.10867",
        "version": "1.0.0",
        "distribution": distribution,
        "recordSet": records,
    })
}

/// Returns a hash of the hashes of all tables.
fn fingerprint(manifests: &[Manifest]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (path, file) in manifests.iter().flat_map(|manifest| &manifest.files) {
        hash.update(path.as_bytes());
        hash.update(file.sha256.as_bytes());
    }
    crate::files::hex(&hash.finalize())
}

fn field(set: &str, (name, kind): Column) -> Value {
    let (data_type, repeated) = match kind {
        ColumnKind::Text => ("sc:Text", false),
        ColumnKind::Texts | ColumnKind::LongTexts => ("sc:Text", true),
        ColumnKind::Floats => ("sc:Float", true),
        ColumnKind::Numbers => ("sc:Integer", true),
        ColumnKind::Image => ("sc:ImageObject", false),
        ColumnKind::Images => ("sc:ImageObject", true),
    };
    let mut source = json!({
        "fileSet": {"@id": format!("{set}-files")},
        "extract": {"column": name},
    });
    if matches!(kind, ColumnKind::Image | ColumnKind::Images) {
        source["transform"] = json!({"jsonPath": "bytes"});
    }
    let mut field = json!({
        "@type": "cr:Field",
        "@id": format!("{set}/{name}"),
        "name": name,
        "dataType": data_type,
        "source": source,
    });
    if repeated {
        field["repeated"] = json!(true);
    }
    field
}

/// Returns the JSON-LD context of the specification.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileObject": "cr:fileObject",
        "fileProperty": "cr:fileProperty",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform"
    })
}
