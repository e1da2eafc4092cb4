//! Models, alternate locations, assemblies and unit cells over HTTP, contacts and captions.

use serde_json::json;

use super::client::Server;

/// Two models in a unit cell of the space group P 2, and an assembly of two copies.
const PDB: &str = "\
REMARK 350 BIOMOLECULE: 1
REMARK 350 APPLY THE FOLLOWING TO CHAINS: A
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000
REMARK 350   BIOMT1   2 -1.000000  0.000000  0.000000        0.00000
REMARK 350   BIOMT2   2  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   2  0.000000  0.000000 -1.000000        0.00000
CRYST1   20.000   20.000   20.000  90.00  90.00  90.00 P 1 2 1       2
MODEL        1
ATOM      1  CA  GLY A   1       5.000   5.000   5.000  1.00  0.00           C
ENDMDL
MODEL        2
ATOM      1  CA  GLY A   1       6.000   5.000   5.000  1.00  0.00           C
ATOM      2  CA  GLY A   2       9.000   5.000   5.000  1.00  0.00           C
ENDMDL
END
";

fn atoms(description: &serde_json::Value) -> u64 {
    description["summary"]["atoms"].as_u64().expect("a number")
}

#[test]
fn urls_choose_models_and_copies() {
    let server = Server::start("readings", &[]);
    let uploaded = server.upload(&[("x.pdb", PDB.as_bytes())]).json();
    let id = uploaded["id"].as_str().expect("an id");
    assert_eq!(atoms(&uploaded), 1);
    let get = |path: &str| server.get(&format!("/v1/structures/{id}{path}"));
    for (query, expected) in [
        ("model=2", 2),
        ("model=all", 3),
        ("assembly=1", 2),
        ("assembly=1&model=2", 4),
        ("unit-cell=true", 2),
        ("supercell=2x1x1", 4),
        ("symmetry-mates=30", 0),
        ("assembly=none", 1),
    ] {
        let described = get(&format!("?{query}"));
        assert_eq!(described.status, 200, "{query}: {described:?}");
        let count = atoms(&described.json());
        if expected == 0 {
            assert!(count > 2, "{query}: {count}");
        } else {
            assert_eq!(count, expected, "{query}");
        }
        // Each has a picture, a tag and bonds of its own.
        let picture = get(&format!("/image.png?size=48x48&style=spacefill&{query}"));
        assert_eq!(picture.status, 200, "{query}: {picture:?}");
        if !query.contains("none") {
            let plain = get("/image.png?size=48x48&style=spacefill");
            assert_ne!(picture.header("etag"), plain.header("etag"), "{query}");
            assert_ne!(picture.body, plain.body, "{query}");
        }
        assert_eq!(get(&format!("/hbonds?scope=all&{query}")).status, 200);
    }
    for (query, status, pointer, words) in [
        ("model=3", 422, "", "no model 3"),
        ("model=7-9", 422, "/reading/model", "from 1 to 2"),
        ("model=first", 422, "/reading/model", "a range such as 1-5"),
        ("assembly=7", 422, "/reading", "choose one of 1"),
        (
            "assembly=1&unit-cell=true",
            422,
            "/reading/unit_cell",
            "exclude",
        ),
        (
            "supercell=200x1x1",
            422,
            "/reading/supercell",
            "from 1 to 100",
        ),
        ("altloc=lowest", 422, "/reading/altloc", "highest"),
    ] {
        for path in ["/image.png?", "?"] {
            let answer = get(&format!("{path}{query}"));
            let (found, _, place) = answer.problem();
            assert_eq!(found, status, "{query}");
            assert!(pointer.is_empty() || place == pointer, "{query}: {place}");
            let detail = answer.json()["detail"].to_string();
            assert!(detail.contains(words), "{query}: {detail}");
        }
    }
    let request = get("/request.json?assembly=1&model=2").json();
    assert_eq!(request["reading"], json!({ "assembly": "1", "model": "2" }));
    server.end();
}

#[test]
fn requests_and_items_of_batches_choose_models_and_copies() {
    let server = Server::start("readings_post", &[]);
    let request = |reading: serde_json::Value| {
        json!({
            "schema_version": 1,
            "structure": { "files": [{ "name": "x.pdb", "text": PDB }] },
            "reading": reading,
            "output": { "width_px": 32, "height_px": 32 },
        })
    };
    let atoms = |reading| {
        let answer = server.post("/v1/annotations", &request(reading));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["atoms"].as_array().expect("atoms").len()
    };
    assert_eq!(atoms(json!({})), 1);
    assert_eq!(atoms(json!({ "model": 2, "assembly": 1 })), 4);
    assert_eq!(atoms(json!({ "supercell": "1x2x1" })), 4);
    let wrong = server.post("/v1/render", &request(json!({ "modell": 2 })));
    let (status, _, pointer) = wrong.problem();
    assert_eq!((status, pointer.as_str()), (400, "/reading/modell"));
    let batch = server.post(
        "/v1/render/batch",
        &json!({
            "defaults": request(json!({ "assembly": "1" })),
            "items": [{ "key": "a" }, { "key": "b", "reading": { "model": 2 } }],
        }),
    );
    let text = String::from_utf8_lossy(&batch.body).into_owned();
    let count = |key: &str| {
        let start = text.find(&format!("{key}.json")).expect("annotations");
        text[start..]
            .split(".png")
            .next()
            .map(|json| json.matches("\"index\"").count())
    };
    assert!(count("b") > count("a"), "{:?} {:?}", count("a"), count("b"));
    server.end();
}

#[test]
fn too_many_copies_are_refused_with_a_reason() {
    let server = Server::start("readings_large", &["--atoms-max", "1000"]);
    let id = server.upload(&[("x.pdb", PDB.as_bytes())]).json()["id"].clone();
    let id = id.as_str().expect("an id").to_owned();
    let answer = server.get(&format!("/v1/structures/{id}?supercell=10x10x10"));
    let (status, code, _) = answer.problem();
    assert_eq!((status, code.as_str()), (413, "input_too_large"));
    let within = server.get(&format!("/v1/structures/{id}?supercell=5x5x5"));
    assert_eq!(within.status, 200, "{within:?}");
    server.end();
}

#[test]
fn contacts_are_those_of_the_command_line() {
    let server = Server::start("contacts", &[]);
    let of_program = super::client::program()
        .args(["contacts", "scenes/library/7pbl", "--format", "json"])
        .output()
        .expect("it runs");
    let printed: serde_json::Value = serde_json::from_slice(&of_program.stdout).expect("JSON");
    let answer = server.get("/v1/structures/7pbl/contacts");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json(), printed);
    let tag = answer.header("etag").to_owned();
    let again = server.send(
        "GET",
        "/v1/structures/7pbl/contacts",
        &[("If-None-Match", &tag)],
        &[],
    );
    assert_eq!(again.status, 304);
    let some = server.get("/v1/structures/7pbl/contacts?kinds=salt-bridges,metal-coordination");
    let counts = some.json()["counts"].clone();
    assert_eq!(counts.as_array().map(Vec::len), Some(2), "{counts}");
    for query in ["kinds=salt", "kinds=", "kind=all"] {
        let answer = server.get(&format!("/v1/structures/7pbl/contacts?{query}"));
        assert_eq!(answer.problem().0, 400, "{query}");
    }
    server.end();
}

#[test]
fn a_caption_is_that_of_the_command_line() {
    let server = Server::start("captions", &[]);
    let file = server.folder.join("own.json");
    let image = server.folder.join("own.png");
    let drawn = super::client::program()
        .args(["render", "scenes/library/1hvr", "--style", "licorice"])
        .args(["--size", "32x32", "-o"])
        .arg(&image)
        .arg("--caption")
        .arg(&file)
        .status()
        .expect("it runs");
    assert!(drawn.success());
    let text = std::fs::read_to_string(&file).expect("a caption");
    let printed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let request = json!({
        "schema_version": 1,
        "structure": { "id": "1hvr" },
        "style": { "preset": "licorice" },
    });
    let answer = server.post("/v1/captions?name=own", &request);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json(), printed);
    let unnamed = server.post("/v1/captions", &request).json();
    assert_eq!(unnamed["filename"], "1hvr");
    let mut turned = request.clone();
    turned["commands"] = json!(["roll y 15"]);
    let turned = server.post("/v1/captions", &turned).json();
    let text = turned["clean_description"].as_str().expect("a text");
    assert!(!text.contains("front view"), "{text}");
    let mut wrong = request;
    wrong["select"] = json!("((");
    let (status, _, pointer) = server.post("/v1/captions", &wrong).problem();
    assert_eq!((status, pointer.as_str()), (422, "/select"));
    server.end();
}
