//! Uploads: the same bytes have one id, survive restarts, are evicted when old, and are never
//! partial.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::client::{Server, folder, form};

fn library(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenes/library")
        .join(name);
    fs::read(path).expect("a sample")
}

#[test]
fn an_upload_is_stored_and_can_be_removed() {
    let place = folder("kept");
    let server = Server::start_in(place.clone(), &[], &[]);
    let (pocket, ligand) = (
        library("1hvr/1hvr_pocket.pdb"),
        library("1hvr/1hvr_ligand.mol2"),
    );
    let files = [
        ("x_pocket.pdb", pocket.as_slice()),
        ("x_ligand.mol2", ligand.as_slice()),
    ];
    let first = server.upload(&files);
    assert_eq!(first.status, 201, "{first:?}");
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(first.header("location"), format!("/v1/structures/{id}"));
    let again = server.upload(&files);
    assert_eq!(
        (again.status, again.json()["id"].as_str()),
        (200, Some(id.as_str()))
    );
    let path = format!("/v1/structures/{id}/image.png?size=64x64");
    // The same structure as in the folder gives the same image.
    let picture = server.get(&path).png();
    assert_eq!(
        picture,
        server.get("/v1/structures/1hvr/image.png?size=64x64").png()
    );
    server.end();

    let server = Server::start_in(place, &[], &[]);
    assert_eq!(server.get(&path).png(), picture);
    let gone = server.send("DELETE", &format!("/v1/structures/{id}"), &[], &[]);
    assert_eq!(gone.status, 204);
    assert_eq!(server.get(&path).problem().1, "structure_unknown");
    assert_eq!(
        server
            .send("DELETE", &format!("/v1/structures/{id}"), &[], &[])
            .status,
        404
    );
    server.end();
}

#[test]
fn invalid_structures_are_refused_and_not_stored() {
    let server = Server::start(
        "refused",
        &["--upload-max-bytes", "100000", "--upload-max-files", "2"],
    );
    assert_eq!(
        server.upload(&[("x.pdb", b"no structure")]).problem().0,
        422
    );
    assert_eq!(server.upload(&[]).problem().1, "upload_invalid");
    let xyz: &[u8] = b"1\n\nO 0 0 0\n";
    assert_eq!(
        server
            .upload(&[("a.xyz", xyz), ("b.xyz", xyz), ("c.xyz", xyz)])
            .problem()
            .0,
        413
    );
    assert_eq!(
        server
            .upload(&[("a.pdb", &vec![b' '; 100_001])])
            .problem()
            .0,
        413
    );
    let plain = server.send(
        "POST",
        "/v1/structures",
        &[("Content-Type", "text/plain")],
        b"x",
    );
    assert_eq!(plain.problem().0, 415);
    // A name that points outside of its folder is made harmless.
    let good = server.upload(&[("../../../evil.xyz", xyz)]);
    assert_eq!(good.status, 201, "{good:?}");
    let uploads = server.folder.join("uploads");
    let id = good.json()["id"].as_str().expect("an id").to_owned();
    let names: Vec<_> = fs::read_dir(&uploads)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, [id.as_str()]);
    assert!(uploads.join(&id).join("00_evil.xyz").is_file());
    server.end();
}

#[test]
fn uploads_can_be_disabled() {
    let server = Server::start("disabled", &["--uploads", "none"]);
    assert_eq!(
        server.upload(&[("a.xyz", b"1\n\nO 0 0 0\n")]).problem().1,
        "uploads_disabled"
    );
    server.end();
}

#[test]
fn a_killed_server_leaves_no_partial_upload() {
    let place = folder("killed");
    let server = Server::start_in(place.clone(), &[], &[]);
    let whole = server.upload(&[("a.xyz", b"1\n\nO 0 0 0\n")]).json()["id"].clone();
    // Uploads that are still arriving, one of which never ends, while others are being written.
    let (media_type, body) = form(&[("big.pdb", &library("1ubi.pdb"))]);
    let head = format!(
        "POST /v1/structures HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut streams = Vec::new();
    for number in 0..8 {
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).expect("it listens");
        let cut = if number % 2 == 0 {
            body.len()
        } else {
            body.len() / 2
        };
        stream.write_all(&body[..cut]).expect("it listens");
        streams.push(stream);
    }
    // Dropping the server is kill -9.
    drop(server);
    let uploads = place.join("uploads");
    // The folder that a process leaves when it is killed while writing.
    fs::create_dir(uploads.join(".part-4194305-0")).expect("a folder");
    fs::write(uploads.join(".part-4194305-0/00_half.pdb"), "half").expect("a file");
    let server = Server::start_in(place, &[], &[]);
    let list = server.get("/v1/structures?limit=1000").json();
    let kept: Vec<&str> = list["structures"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["source"] == "upload")
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect();
    assert!(kept.contains(&whole.as_str().expect("an id")));
    for id in &kept {
        assert_eq!(
            server.get(&format!("/v1/structures/{id}")).status,
            200,
            "{id}"
        );
    }
    for entry in fs::read_dir(&uploads).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        assert!(
            !name.to_string_lossy().starts_with(".part-4194305"),
            "{name:?}"
        );
    }
    server.end();
}

#[test]
fn two_servers_on_one_folder_see_the_uploads_of_each_other() {
    let place = super::client::folder("two");
    let one = Server::start_in(place.clone(), &[], &[]);
    let other = Server::start_in(place, &[], &[]);
    let stored = one.upload(&[("w.xyz", b"1\n\nO 0 0 0\n")]);
    assert_eq!(stored.status, 201);
    let path = stored.header("location").to_owned();
    assert_eq!(other.get(&path).status, 200);
    assert_eq!(other.upload(&[("w.xyz", b"1\n\nO 0 0 0\n")]).status, 200);
    let listed = other.get("/v1/structures?source=upload").json();
    assert_eq!(listed["total"], 1);
    assert_eq!(other.send("DELETE", &path, &[], &[]).status, 204);
    // Also after it was parsed and cached.
    assert_eq!(one.get(&path).status, 404);
    assert_eq!(one.get("/v1/structures?source=upload").json()["total"], 0);
    one.end();
    other.end();
}

#[test]
fn ids_are_found_in_another_case_if_only_one_exists() {
    let place = super::client::folder("case");
    let served = place.join("served");
    fs::create_dir_all(&served).expect("a folder");
    for name in ["1ABC.pdb", "Two.xyz", "two.xyz"] {
        let text = if name == "1ABC.pdb" {
            "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n"
        } else {
            "1\n\nO 0 0 0\n"
        };
        fs::write(served.join(name), text).expect("a file");
    }
    let flag = served.display().to_string();
    let server = Server::start_in(place, &["--structures", &flag], &[]);
    let found = server.get("/v1/structures/1abc.PDB");
    assert_eq!(
        (found.status, &found.json()["id"]),
        (200, &"1ABC.pdb".into())
    );
    assert_eq!(
        found.header("etag"),
        server.get("/v1/structures/1ABC.pdb").header("etag")
    );
    assert_eq!(server.get("/v1/structures/SAMPLE-DNA").status, 200);
    let stored = server.upload(&[("w.xyz", b"1\n\nN 0 0 0\n")]);
    let id = stored.json()["id"].as_str().expect("an id").to_uppercase();
    assert_eq!(server.get(&format!("/v1/structures/{id}")).status, 200);
    assert_eq!(server.get("/v1/structures/two.xyz").status, 200);
    let ambiguous = server.get("/v1/structures/TWO.xyz");
    assert_eq!(ambiguous.problem().0, 404);
    let detail = ambiguous.json()["detail"].to_string();
    assert!(detail.contains("Two.xyz, two.xyz"), "{detail}");
    server.end();
}
