//! The request's form: what the reader accepts, the published schema accepts. Documents are
//! made from the sample scenes by putting values where they do not belong.

use std::path::Path;

use molshot_scenes::SceneDocument;
use molshot_scenes::schema::schema;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// Why a document is not of the schema; none if it is. Knows the keywords that the request's schema
/// uses.
fn violation(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let wrong = |what: &str| Some(format!("{at}: {what}: {value}"));
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let found = match keyword.as_str() {
            "$ref" => {
                let target = rule.as_str().and_then(|r| r.strip_prefix('#'));
                let target = target.and_then(|pointer| root.pointer(pointer));
                violation(root, target.expect("a reference within"), value, at)
            }
            "anyOf" | "oneOf" => {
                let fits = |s: &&Value| violation(root, s, value, at).is_none();
                let count = items(rule).iter().filter(fits).count();
                let wanted = if keyword == "oneOf" {
                    count == 1
                } else {
                    count > 0
                };
                if wanted {
                    None
                } else {
                    wrong("fits no alternative")
                }
            }
            "type" => {
                let kinds: Vec<&Value> = rule.as_array().map_or(vec![rule], |a| a.iter().collect());
                let fits = |kind: &&Value| is_a(kind.as_str().expect("a type's name"), value);
                if kinds.iter().copied().any(|k| fits(&k)) {
                    None
                } else {
                    wrong("is of another type")
                }
            }
            "enum" if !items(rule).contains(value) => wrong("is none of the words"),
            "const" if rule != value => wrong("is another word"),
            "minimum" | "maximum" => {
                let (limit, number) = (rule.as_f64().expect("a limit"), value.as_f64());
                match (keyword.as_str(), number) {
                    ("minimum", Some(n)) if n < limit => wrong("is too small"),
                    ("maximum", Some(n)) if n > limit => wrong("is too large"),
                    _ => None,
                }
            }
            "maxItems" => {
                let most = rule.as_u64().and_then(|n| usize::try_from(n).ok());
                let long = value.as_array().is_some_and(|a| Some(a.len()) > most);
                if long { wrong("is too long") } else { None }
            }
            "minItems" => {
                let least = rule.as_u64().and_then(|n| usize::try_from(n).ok());
                let short = value.as_array().is_some_and(|a| Some(a.len()) < least);
                if short { wrong("is too short") } else { None }
            }
            "uniqueItems" => {
                let list = value.as_array().map_or(&[][..], Vec::as_slice);
                let twice = (1..list.len()).any(|i| list[..i].contains(&list[i]));
                if twice { wrong("repeats itself") } else { None }
            }
            "items" => value.as_array().and_then(|list| {
                let mut each = list.iter().enumerate();
                each.find_map(|(i, v)| violation(root, rule, v, &format!("{at}/{i}")))
            }),
            "required" => value.as_object().and_then(|members| {
                let lacking =
                    |key: &&Value| !members.contains_key(key.as_str().unwrap_or_default());
                items(rule)
                    .iter()
                    .find(lacking)
                    .and_then(|key| wrong(&format!("lacks {key}")))
            }),
            "properties" => value.as_object().and_then(|members| {
                let known = rule.as_object().expect("properties");
                let strict = schema.get("additionalProperties") == Some(&Value::Bool(false));
                members.iter().find_map(|(key, v)| match known.get(key) {
                    Some(rule) => violation(root, rule, v, &format!("{at}/{key}")),
                    None if strict => wrong(&format!("has the unknown key {key}")),
                    None => None,
                })
            }),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn items(list: &Value) -> &[Value] {
    list.as_array().expect("a list").as_slice()
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema uses the type {other}"),
    }
}

/// The sample scenes, and one document that has every key.
fn documents() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library");
    let mut found: Vec<Value> = std::fs::read_dir(folder)
        .expect("the library is a folder")
        .map(|entry| entry.expect("its entries can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let text = std::fs::read(path).expect("a scene file can be read");
            serde_json::from_slice(&text).expect("JSON")
        })
        .collect();
    found.push(json!({
        "schema_version": 1,
        "structure": {"files": [{"name": "a.pdb", "text": ""}, {"name": "b.mol2", "text": ""}]},
        "style": {"preset": "licorice", "colors": "uniform", "color": "teal", "labels": "none",
                  "background": "transparent", "hydrogens": true, "solvent": false,
                  "stick_radius_angstrom": 0.3, "ball_scale": 0.5, "bond_orders": true, "depth_cue": false,
                  "label_style": {"size_angstrom": 0.8, "size_px": null, "color": "red", "outline_px": 1.5, "on_top": false, "declutter": true,
                                  "chains": true, "alignment": "center", "offset_angstrom": [0.5, 0, -1]},
                  "pseudobonds": ["hydrogen-bonds"], "pseudobond_distances": 2,
                  "silhouettes": {"width_px": 2, "depth_jump": 0.01, "color": "navy"},
                  "shadows": true, "ambient_occlusion": {"radius_angstrom": 3.5, "strength": 0.75},
                  "texts": [{"text": "active site", "at": "ligand"}, {"text": "here", "position_angstrom": [1, 2.5, 3]}]},
        "camera": {"projection": "orthographic", "fov_degrees": 20.5},
        "commands": ["view left; roll y 5", "zoom 2"],
        "select": "ligand",
        "output": {"width_px": 30, "height_px": 40, "samples": 16, "format": "webp", "planes": ["depth", "color"]}
    }));
    found
}

/// JSON pointers of all values.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (key, item) in members {
                places(item, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

fn all_places(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    places(document, "", &mut found);
    found
}

/// The values of an object in the order of their keys: what a derived reader would take for it.
fn as_array(value: &Value) -> Option<Value> {
    value.as_object().map(|m| m.values().cloned().collect())
}

/// Puts something else in the place of a value.
fn damage(value: &mut Value, how: usize, other: &Value) {
    let old = value.take();
    *value = match how % 7 {
        0 => other.clone(),
        1 => json!([old]),
        2 => json!({ "misi": old }),
        3 => as_array(&old).unwrap_or(Value::Null),
        4 => match old {
            Value::Array(mut list) => {
                list.extend(list.first().cloned());
                Value::Array(list)
            }
            Value::String(word) => json!({ word: null }),
            old => json!([old, old]),
        },
        5 => match old {
            Value::Object(mut members) => {
                members.insert("id".into(), other.clone());
                Value::Object(members)
            }
            _ => Value::Object(Map::new()),
        },
        _ => match old {
            Value::Object(mut members) => {
                let first = members.keys().next().cloned();
                first.map(|key| members.remove(&key));
                Value::Object(members)
            }
            _ => Value::Null,
        },
    };
}

fn both_ways(document: &Value) -> [bool; 2] {
    [
        SceneDocument::from_json(document.to_string().as_bytes()).is_ok(),
        SceneDocument::from_value(document.clone()).is_ok(),
    ]
}

#[test]
fn the_undamaged_documents_fit_schema_and_reader() {
    let schema = schema();
    for document in documents() {
        assert_eq!(both_ways(&document), [true, true], "{document}");
        assert_eq!(violation(&schema, &schema, &document, ""), None);
    }
}

#[test]
fn an_array_is_refused_wherever_an_object_belongs() {
    let mut count = 0;
    for document in documents() {
        for place in all_places(&document) {
            let mut wrong = document.clone();
            let value = wrong.pointer_mut(&place).expect("its own place");
            let Some(list) = as_array(value) else {
                continue;
            };
            for array in [list, json!([])] {
                *wrong.pointer_mut(&place).expect("its own place") = array;
                let error = SceneDocument::from_json(wrong.to_string().as_bytes())
                    .expect_err("an array is not an object");
                assert_eq!(error.pointer(), Some(place.as_str()), "{error}");
                let text = error.to_string();
                assert!(text.ends_with("an array; give a JSON object"), "{text}");
                let error = SceneDocument::from_value(wrong.clone()).expect_err("likewise");
                assert_eq!(error.pointer(), Some(place.as_str()), "{error}");
                count += 1;
            }
        }
    }
    assert!(count > 30, "{count} places were tried");
}

/// Every value in the wrong place is described in JSON's words, never in those of the reader's
/// source code, with the pointer of the place.
#[test]
fn wrong_values_are_described_in_plain_words() {
    let raw = [
        "sequence",
        "struct ",
        "variant",
        "invalid",
        "untagged",
        "u8",
        "u32",
        "f32",
        "f64",
        "i32",
        "unit",
        "see the schema",
        "Option",
        "tuple",
    ];
    let wrong = [
        json!(null),
        json!([]),
        json!([1]),
        json!({}),
        json!({"x": 1}),
        json!("\u{1}"),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(300),
        json!(1e300),
        json!([null, null, null]),
    ];
    let mut count = 0;
    for document in documents() {
        for place in all_places(&document) {
            for value in &wrong {
                let mut document = document.clone();
                value.clone_into(document.pointer_mut(&place).expect("its own place"));
                let texts = [
                    SceneDocument::from_json(document.to_string().as_bytes()),
                    SceneDocument::from_value(document),
                ]
                .map(|read| {
                    read.err()
                        .map(|error| (error.pointer().map(str::to_owned), error.to_string()))
                });
                for (pointer, text) in texts.into_iter().flatten() {
                    let found = raw.iter().find(|word| text.contains(**word));
                    assert!(found.is_none(), "{value} at {place}: {text}");
                    // Commands and selections point to the entry, all others to the place, to what
                    // is in it, or to its object.
                    assert!(
                        pointer.is_some() && text.contains("give")
                            || text.contains("known are")
                            || text.contains("add it")
                            || text.contains("name ")
                            || text.contains("one of")
                            || text.contains("leave"),
                        "{value} at {place}: {text}"
                    );
                    count += 1;
                }
            }
        }
    }
    assert!(count > 1000, "{count} errors were read");
}

fn other() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!(null),
            json!([]),
            json!({}),
            json!(""),
            json!("all"),
            json!("misi"),
            json!("color"),
            json!(-1),
            json!(0),
            json!(1),
            json!(1e300),
            json!(0.5),
            json!(["color", "color"]),
            json!([[]]),
            json!({"misi": null}),
            json!({"id": "a"}),
            json!(["id"]),
            json!([0.5, 0.5]),
        ]),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(Value::Bool),
        ".{0,9}".prop_map(Value::String),
        Just(json!({"paths": ["a"], "id": null})),
    ]
}

proptest! {
    #[test]
    fn what_the_reader_takes_fits_the_schema(
        which: Index, steps in proptest::collection::vec((any::<Index>(), 0_usize..7, other()), 1..3)
    ) {
        let schema = schema();
        let mut document = which.get(&documents()).clone();
        for (place, how, other) in steps {
            let places = all_places(&document);
            let value = document.pointer_mut(place.get::<String>(&places)).expect("its own place");
            damage(value, how, &other);
        }
        let [text, value] = both_ways(&document);
        prop_assert!(text == value, "read from text: {text}, from a value: {value}: {document}");
        if text {
            let violation = violation(&schema, &schema, &document, "");
            prop_assert!(violation.is_none(), "{violation:?}");
        }
    }
}
