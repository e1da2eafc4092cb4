//! Odd files in the served folder: they are refused clearly, and nothing of them is read.

#![cfg(unix)]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::client::{Server, folder};

const POCKET: &str =
    "ATOM      1  CA  ALA A   1       5.000   2.000   3.000  1.00  0.00           C\nEND\n";
const MOL2: &str = "@<TRIPOS>MOLECULE\nm\n1 0 1\nSMALL\n@<TRIPOS>ATOM\n1 C7 1 2 3 C.3 1 GTP\n";
const SDF: &str = "t\n  p                 3D\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    1.0000    2.0000    3.0000 C   0  0\nM  END\n";

fn sparse(path: &Path, bytes: u64) {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    file.expect("a file").set_len(bytes).expect("a sparse file");
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo is there").success());
}

#[test]
fn odd_files_are_refused_and_nothing_of_them_is_read() {
    let place = folder("odd-files");
    let served = place.join("structures");
    let complex = |id: &str| {
        let folder = served.join(id);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{id}_pocket.pdb")), POCKET).expect("a file");
        fs::write(folder.join(format!("{id}_ligand.mol2")), MOL2).expect("a file");
        folder
    };
    complex("good");
    let odd = |id: &str, file: &str, make: &dyn Fn(&Path)| {
        let path = complex(id).join(format!("{id}_{file}"));
        let _ = fs::remove_file(&path);
        make(&path);
    };
    odd("pipe1", "pocket.pdb", &pipe);
    odd("pipe2", "ligand.mol2", &pipe);
    odd("zero1", "pocket.pdb", &|path| {
        symlink("/dev/zero", path).expect("a link");
    });
    odd("zero2", "ligand.mol2", &|path| {
        symlink("/dev/zero", path).expect("a link");
    });
    odd("huge1", "pocket.pdb", &|path| sparse(path, 1 << 40));
    // Another format of the ligand is read instead.
    odd("other", "ligand.mol2", &pipe);
    fs::write(served.join("other/other_ligand.sdf"), SDF).expect("a file");
    // A file that is not needed.
    odd("spare", "protein.pdb", &pipe);
    sparse(&served.join("huge.pdb"), 1 << 40);
    pipe(&served.join("pipe.pdb"));
    symlink("/dev/zero", served.join("zero.pdb")).expect("a link");
    let path = served.to_str().expect("Unicode");
    let server = Server::start_in(place.clone(), &["--structures", path], &[]);
    for (id, status) in [
        ("good", 200),
        ("spare", 200),
        ("other", 200),
        ("pipe1", 404),
        ("pipe2", 404),
        ("zero1", 404),
        ("zero2", 404),
        ("huge1", 413),
        ("huge.pdb", 413),
        ("pipe.pdb", 404),
        ("zero.pdb", 404),
    ] {
        for path in ["", "/image.png?size=32x32", "/hbonds"] {
            let answer = server.get(&format!("/v1/structures/{id}{path}"));
            assert_eq!(
                answer.status,
                status,
                "{id}{path}: {}",
                String::from_utf8_lossy(&answer.body)
            );
        }
    }
    let other = server.get("/v1/structures/other").json();
    let warnings = other["summary"]["warnings"].to_string();
    assert!(
        warnings.contains("it is a pipe, not a regular file"),
        "{warnings}"
    );
    let pipe = server.get("/v1/structures/pipe2").json();
    assert_eq!(
        pipe["detail"],
        "the structure's file pipe2_ligand.mol2 cannot be read: it is a pipe, not a regular file"
    );
    let huge = server.get("/v1/structures/huge.pdb").json();
    let detail = huge["detail"].as_str().expect("a text");
    assert!(detail.contains("1099511627776 bytes"), "{detail}");
    // A file that changes is read again.
    fs::remove_file(served.join("pipe.pdb")).expect("a pipe");
    fs::write(served.join("pipe.pdb"), POCKET).expect("a file");
    assert_eq!(server.get("/v1/structures/pipe.pdb").status, 200);
    server.end_with(&[
        "not offered from the served folder",
        "a structure cannot be read",
    ]);
}

#[test]
fn a_list_of_many_files_is_paged_and_sees_changes() {
    let place = folder("many-files");
    let served = place.join("structures");
    fs::create_dir_all(&served).expect("a folder");
    for number in 0..2500 {
        fs::write(served.join(format!("f{number:04}.pdb")), "").expect("a file");
    }
    let path = served.to_str().expect("Unicode");
    let server = Server::start_in(place.clone(), &["--structures", path], &[]);
    let page = |query: &str| {
        let document = server.get(&format!("/v1/structures?{query}")).json();
        let entries = document["structures"].as_array().expect("a list").clone();
        let ids = entries
            .iter()
            .map(|entry| entry["id"].as_str().expect("an id").to_owned());
        (
            ids.collect::<Vec<_>>(),
            document["total"].clone(),
            document["next"].clone(),
        )
    };
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let (some, total, next) = page(&format!("limit=1000&source=folder&after={after}"));
        assert_eq!(total, 2500);
        ids.extend(some);
        let Some(next) = next.as_str() else { break };
        after = next.to_owned();
    }
    let wanted: Vec<String> = (0..2500)
        .map(|number| format!("f{number:04}.pdb"))
        .collect();
    assert_eq!(ids, wanted);
    fs::write(served.join("new.pdb"), "").expect("a file");
    // Within a second, because listing a large folder takes a bounded share of the time.
    server.wait_until("the file is listed", || page("prefix=new").1 == 1);
    fs::rename(served.join("new.pdb"), served.join("newer.pdb")).expect("a file");
    server.wait_until("its new name is listed", || {
        page("prefix=new").0 == ["newer.pdb"]
    });
    fs::remove_file(served.join("newer.pdb")).expect("a file");
    server.wait_until("it is no longer listed", || page("prefix=new").1 == 0);
    server.end();
}
