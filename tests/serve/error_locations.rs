//! Errors in batch documents and URLs are reported at once, and name the place.

use serde_json::{Value, json};

use super::client::{Server, request, untar};

#[test]
fn a_batch_document_is_checked_like_a_request() {
    let server = Server::start("batch-form", &[]);
    let refused = |document: &Value| {
        let answer = server.post("/v1/render/batch", document);
        let detail = answer.json()["detail"].as_str().expect("text").to_owned();
        for word in ["struct ", "sequence", "expected", "invalid type"] {
            assert!(!detail.contains(word), "{detail}");
        }
        let (status, _, pointer) = answer.problem();
        (status, pointer)
    };
    for (document, pointer) in [
        (json!([{}, [], true, []]), ""),
        (json!("a"), ""),
        (json!({ "items": [], "foo": 1 }), "/foo"),
        (json!({ "items": 3 }), "/items"),
        (json!({ "defaults": {} }), "/items"),
        (json!({ "items": [], "defaults": [] }), "/defaults"),
        (
            json!({ "items": [], "defaults": { "foo": 1 } }),
            "/defaults/foo",
        ),
        (json!({ "items": [], "annotations": "no" }), "/annotations"),
        (json!({ "items": [], "masks": ["nose"] }), "/masks/0"),
    ] {
        assert_eq!(refused(&document), (400, pointer.into()), "{document}");
    }
    let defaults = json!({ "style": { "preset": "misi-residue", "residue": "((" } });
    let document = json!({ "items": [], "defaults": { "commands": ["fly"] } });
    assert_eq!(refused(&document), (422, "/defaults/commands/0".into()));
    // A contradiction that an item may resolve is not an error of the defaults.
    let lenient = json!({ "items": [], "defaults": defaults });
    assert_eq!(server.post("/v1/render/batch", &lenient).status, 200);
    // The pointer of an item's error is within the item.
    let long = "k".repeat(81);
    let items = json!({ "items": [{}, ["a"], { "key": long }, { "key": "d", "annotations": 3 }] });
    let files = untar(&server.post("/v1/render/batch", &items).body);
    let pointers: Vec<(String, String)> = files
        .iter()
        .map(|(name, bytes)| {
            let error: Value = serde_json::from_slice(bytes).expect("JSON");
            let pointer = error["pointer"].as_str().expect("a pointer").to_owned();
            assert!(
                !error["detail"]
                    .as_str()
                    .expect("text")
                    .starts_with("/items")
            );
            (name.clone(), pointer)
        })
        .collect();
    let expected = [
        ("_0.error.json", "/key"),
        ("_1.error.json", "/key"),
        ("_2.error.json", "/key"),
        ("d.error.json", "/annotations"),
    ];
    let expected = expected.map(|(name, pointer)| (name.to_owned(), pointer.to_owned()));
    assert_eq!(pointers, expected);
    server.end();
}

#[test]
fn annotations_are_left_out_of_one_item_or_of_all() {
    let server = Server::start("batch-annotations", &[]);
    let names = |at_top: bool, in_defaults: Option<bool>| -> Vec<String> {
        let mut defaults = request("sample-dna");
        if let Some(annotations) = in_defaults {
            defaults["annotations"] = annotations.into();
        }
        let items = json!([{ "key": "a" }, { "key": "b", "annotations": false }, { "key": "c", "annotations": true }]);
        let document = json!({ "defaults": defaults, "items": items, "annotations": at_top });
        let answer = server.post("/v1/render/batch", &document);
        let files = untar(&answer.body);
        files.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(
        names(true, None),
        ["a.png", "a.json", "b.png", "c.png", "c.json"]
    );
    assert_eq!(
        names(true, Some(false)),
        ["a.png", "b.png", "c.png", "c.json"]
    );
    assert_eq!(
        names(false, Some(true)),
        ["a.png", "a.json", "b.png", "c.png", "c.json"]
    );
    server.end();
}

#[test]
fn errors_of_a_url_name_the_parameter() {
    let server = Server::start("address", &[]);
    for (query, status, parameter) in [
        ("select=chain+Z", 422, "select"),
        ("commands=crop+4000+4000+50+50", 422, "commands"),
        ("size=9000x9000", 413, "size"),
        ("size=16384x16384&samples=16", 413, "size"),
        ("jpeg-quality=0", 422, "jpeg-quality"),
        ("nothing=1", 400, "nothing"),
    ] {
        let answer = server.get(&format!("/v1/structures/sample-dna/image.png?{query}"));
        assert_eq!(answer.problem().0, status, "{query}");
        assert_eq!(answer.json()["parameter"], parameter, "{query}");
    }
    let mut document = request("sample-dna");
    document["select"] = "chain Z".into();
    let answer = server.post("/v1/render", &document);
    assert_eq!(
        answer.problem(),
        (422, "scene_empty".into(), "/select".into())
    );
    // Operations without parameters refuse all parameters.
    for path in ["/v1/render", "/v1/render/batch"] {
        let answer = server.post(&format!("{path}?size=5x5"), &request("sample-dna"));
        assert_eq!(answer.problem().0, 400);
        assert_eq!(answer.json()["parameter"], "size");
        let detail = answer.json()["detail"].as_str().expect("text").to_owned();
        assert!(!detail.ends_with("known are "), "{detail}");
    }
    server.end();
}

#[test]
fn the_names_of_the_command_line_are_accepted() {
    let server = Server::start("flags", &[]);
    let get = |query: &str| {
        let path = format!("/v1/structures/1hvr/image.jpg?size=96x96&{query}");
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{query}");
        answer.body
    };
    assert_eq!(get("quality=30"), get("jpeg-quality=30"));
    assert_eq!(get("hbonds"), get("pseudobonds=hydrogen-bonds"));
    assert_ne!(get("hbonds"), get("hbonds=false"));
    assert_eq!(get("no-depth-cue"), get("depth-cue=false"));
    server.end();
}

#[test]
fn each_plane_has_its_own_file_name() {
    let server = Server::start("names", &[]);
    let mut document = request("sample-dna");
    document["output"]["planes"] = json!(["color", "depth"]);
    let answer = server.post("/v1/render", &document);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    for name in ["color.png", "depth.png", "depth.npy"] {
        assert!(text.contains(&format!("filename=\"{name}\"")), "{name}");
    }
    server.end();
}
