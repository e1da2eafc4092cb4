//! Uploads on the disk.

use super::*;

#[test]
fn an_upload_that_cannot_fit_evicts_nothing() {
    let root = folder("fit");
    let uploads = Uploads::open(&root, 30).expect("a folder");
    let small = files("x.pdb", "aaaaaaaaaa");
    let id = id_of(&small);
    uploads.store(&id, &small).expect("stored");
    let large = files("x.pdb", &"b".repeat(31));
    let refused = uploads.store(&id_of(&large), &large);
    assert!(matches!(
        refused,
        Err(StoreError::TooLarge { max_bytes: 30 })
    ));
    assert_eq!(uploads.list(), [id.as_str()]);
    assert_eq!(uploads.bytes(), 10);
    // An upload that another process removed leaves the index when it is requested.
    fs::remove_dir_all(root.join(&id)).expect("removed");
    assert!(uploads.read(&id).is_none());
    assert!(!uploads.contains(&id));
    assert_eq!(uploads.bytes(), 0);
    fs::remove_dir_all(&root).expect("cleaned");
}

#[test]
fn several_processes_see_the_uploads_of_each_other() {
    let root = folder("shared");
    let (one, other) = (Uploads::open(&root, 25), Uploads::open(&root, 25));
    let (one, other) = (one.expect("a folder"), other.expect("a folder"));
    let upload = |text: &str| {
        let files = files("x.pdb", text);
        (id_of(&files), files)
    };
    let (a, files_a) = upload("aaaaaaaaaa");
    assert!(!other.contains(&a));
    assert!(one.store(&a, &files_a).expect("stored"));
    assert!(other.contains(&a));
    assert_eq!(other.list(), [a.as_str()]);
    assert_eq!(other.read(&a).expect("known").expect("whole"), files_a);
    assert!(!other.store(&a, &files_a).expect("known"));
    assert_eq!((one.bytes(), other.bytes()), (10, 10));
    // Listed without having been asked for, right after it was stored.
    let (b, files_b) = upload("bbbbbbbbbb");
    assert!(other.store(&b, &files_b).expect("stored"));
    assert_eq!(one.list().len(), 2);
    // The limit counts the uploads of all.
    let (c, files_c) = upload("cccccccccc");
    assert!(one.store(&c, &files_c).expect("stored"));
    assert_eq!((one.list().len(), one.bytes()), (2, 20));
    assert_eq!(other.list(), one.list());
    // Removed by the other one.
    assert!(other.remove(&c).expect("removed"));
    assert!(!one.contains(&c) && one.read(&c).is_none());
    assert!(!one.remove(&c).expect("known"));
    assert_eq!(one.list().len(), 1);
    assert_eq!(one.bytes(), 10);
    fs::remove_dir_all(&root).expect("cleaned");
}

#[test]
fn partial_folders_of_other_machines_are_left_alone_while_they_are_new() {
    let root = folder("machines");
    fs::create_dir_all(&root).expect("a folder");
    let (foreign, own) = (".part-4294967295-0-00000000", ".part-4294967295-0");
    for name in [foreign, own] {
        fs::create_dir(root.join(name)).expect("a folder");
    }
    Uploads::open(&root, 25).expect("a folder");
    assert!(root.join(foreign).exists() && !root.join(own).exists());
    let old = SystemTime::now() - Duration::from_hours(2);
    let opened = File::open(root.join(foreign)).expect("a folder");
    opened.set_modified(old).expect("a time");
    Uploads::open(&root, 25).expect("a folder");
    assert!(!root.join(foreign).exists());
    fs::remove_dir_all(&root).expect("cleaned");
}

#[test]
fn simultaneous_equal_uploads_are_stored_once() {
    let root = folder("at-once");
    let uploads = Uploads::open(&root, 1000).expect("a folder");
    let same = files("x.pdb", "aaaaaaaaaa");
    let id = id_of(&same);
    let created: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|number| {
                let (uploads, same, id) = (&uploads, &same, &id);
                scope.spawn(move || {
                    if number == 3 {
                        uploads.remove(id).expect("removed");
                    }
                    uploads.store(id, same).expect("stored")
                })
            })
            .collect();
        all.into_iter()
            .map(|thread| usize::from(thread.join().expect("no panic")))
            .sum()
    });
    assert!((1..=2).contains(&created), "{created}");
    assert_eq!(uploads.bytes(), 10);
    assert_eq!(uploads.read(&id).expect("known").expect("whole"), same);
    let left = fs::read_dir(&root).expect("a folder").count();
    assert_eq!(left, 1);
    fs::remove_dir_all(&root).expect("cleaned");
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("molshot-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn id_of(files: &[NamedBytes]) -> String {
    super::id_of(files, 1 << 20)
}

fn files(name: &str, text: &str) -> Vec<NamedBytes> {
    vec![(name.to_owned(), text.as_bytes().to_vec())]
}

#[test]
fn the_same_bytes_have_the_same_id() {
    let id = |name, text| super::id_of(&files(name, text), 1 << 20);
    let water = "1\n\nO 0 0 0\n";
    let plain = encode_string(&Sha256::digest(water));
    for name in ["a.xyz", "b.XYZ", "a.b.c.xyz", "a.pdb", "a", "x_ligand.xyz"] {
        assert_eq!(id(name, water), plain, "{name}");
    }
    // The content does not reveal its format.
    assert_eq!(id("a.pdb", "x"), id("b.c.ENT", "x"));
    assert_ne!(id("a.pdb", "x"), id("a.pdb", "y"));
    assert_ne!(id("a.pdb", "x"), id("a.mol2", "x"));
    let pair = |names: [&str; 2]| {
        let both = names.map(|name| (name.to_owned(), water.as_bytes().to_vec()));
        super::id_of(&both, 1 << 20)
    };
    assert_eq!(
        pair(["a_pocket.xyz", "a_ligand.xyz"]),
        pair(["b_pocket.pdb", "b_ligand.xyz"])
    );
    assert_ne!(
        pair(["a_pocket.xyz", "a_ligand.xyz"]),
        pair(["a.xyz", "a_ligand.xyz"])
    );
    assert!(is_upload_id(&id("a.pdb", "x")));
}

#[test]
fn complete_uploads_survive_a_restart_and_partial_ones_do_not() {
    let root = folder("outlive");
    let uploads = Uploads::open(&root, 1000).expect("a folder");
    let pair = [files("a_pocket.pdb", "one"), files("a_ligand.sdf", "two")].concat();
    let id = id_of(&pair);
    assert!(uploads.store(&id, &pair).expect("stored"));
    assert!(!uploads.store(&id, &pair).expect("known"));
    // The partial upload of a killed process, and a folder that is not an upload.
    fs::create_dir(root.join(".part-4294967295-0")).expect("a folder");
    fs::create_dir(root.join("foreign")).expect("a folder");
    let uploads = Uploads::open(&root, 1000).expect("a folder");
    assert_eq!(uploads.list(), std::slice::from_ref(&id));
    assert_eq!(uploads.bytes(), 6);
    assert!(!root.join(".part-4294967295-0").exists());
    assert_eq!(uploads.read(&id).expect("known").expect("readable"), pair);
    assert!(uploads.remove(&id).expect("removed") && !uploads.remove(&id).expect("known"));
    assert!(uploads.read(&id).is_none());
    assert_eq!(uploads.bytes(), 0);
    fs::remove_dir_all(&root).expect("cleaned");
}

#[test]
fn the_least_recently_used_uploads_are_evicted() {
    let root = folder("longest");
    let uploads = Uploads::open(&root, 30).expect("a folder");
    let ids: Vec<String> = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]
        .iter()
        .map(|text| {
            let files = files("x.pdb", text);
            let id = id_of(&files);
            uploads.store(&id, &files).expect("stored");
            std::thread::sleep(Duration::from_millis(5));
            id
        })
        .collect();
    uploads.touch(&ids[0]);
    let more = files("x.pdb", "dddddddddd");
    uploads.store(&id_of(&more), &more).expect("stored");
    assert!(uploads.contains(&ids[0]) && !uploads.contains(&ids[1]));
    assert_eq!(uploads.bytes(), 30);
    fs::remove_dir_all(&root).expect("cleaned");
}
