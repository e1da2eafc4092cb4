//! A plan is a function of the files of the complexes, the options and the seed.

use std::fs;

use super::set::{Folder, complexes, copy_complex, plan};

#[test]
fn the_same_inputs_give_the_same_plan_with_any_threads() {
    let folder = Folder::new("plans_same");
    complexes(&folder, 6);
    let split = ["--split", "split.json", "--threads"];
    plan(&folder, "one", &[&split[..], &["1"]].concat());
    let one = folder.tree("one");
    assert!(one.keys().all(|name| !name.contains(".part")), "{one:?}");
    for threads in ["2", "5"] {
        plan(&folder, "other", &[&split[..], &[threads]].concat());
        assert_eq!(folder.tree("other"), one, "{threads} threads");
    }
    // The same complexes, written to the folder in another order.
    let again = Folder::new("plans_order");
    for number in (0..6).rev() {
        let (from, letter) = [("1hvr", 'a'), ("7pbl", 'b')][number % 2];
        copy_complex(from, &again.path("in"), &format!("{letter}{number}"));
    }
    fs::copy(folder.path("split.json"), again.path("split.json")).expect("a file");
    plan(&again, "one", &["--split", "split.json"]);
    assert_eq!(again.tree("one"), one);
    // Planning again over an old plan changes nothing; another seed changes the items.
    plan(&folder, "one", &["--split", "split.json"]);
    assert_eq!(folder.tree("one"), one);
    plan(&folder, "seed", &["--split", "split.json", "--seed", "1"]);
    assert_ne!(
        folder.lines("seed")[0]["items"],
        folder.lines("one")[0]["items"]
    );
}

#[test]
fn items_of_a_complex_do_not_depend_on_the_other_complexes() {
    let folder = Folder::new("plans_alone");
    complexes(&folder, 4);
    let others: Vec<&str> = "T1,T2,T3,T4,T6,T7,T8,T9".split('\n').collect();
    plan(
        &folder,
        "all",
        &["--split", "split.json", "--tasks", others[0]],
    );
    fs::remove_dir_all(folder.path("in/b1")).expect("a complex");
    folder.write("few.json", r#"{"train": ["a0"], "test": ["a2"]}"#);
    plan(
        &folder,
        "few",
        &["--split", "few.json", "--tasks", others[0]],
    );
    let find = |out: &str, id: &str| {
        let lines = folder.lines(out);
        lines
            .into_iter()
            .find(|line| line["id"] == id)
            .expect("a line")
    };
    for id in ["a0", "a2"] {
        assert_eq!(find("all", id), find("few", id));
    }
}

#[test]
fn faulty_complexes_are_reported_and_left_out() {
    let folder = Folder::new("plans_faults");
    complexes(&folder, 4);
    let ligand = |id: &str| fs::read_to_string(folder.path(&format!("in/{id}/{id}_ligand.mol2")));
    for id in ["unreadable", "bondless", "symmetric", "empty"] {
        copy_complex("1hvr", &folder.path("in"), id);
    }
    let good = ligand("bondless").expect("a file");
    folder.write(
        "in/unreadable/unreadable_ligand.mol2",
        "this is not a molecule\n",
    );
    let bonds = good.find("@<TRIPOS>BOND").expect("bonds");
    let mut bondless = format!("{}@<TRIPOS>BOND\n", &good[..bonds]);
    let mut lines = bondless
        .lines()
        .skip_while(|line| !line.contains("MOLECULE"));
    let counts = lines.nth(2).expect("counts").to_owned();
    let atoms = counts.split_whitespace().next().expect("atoms").to_owned();
    bondless = bondless.replacen(&counts, &format!("{atoms} 0"), 1);
    folder.write("in/bondless/bondless_ligand.mol2", &bondless);
    // Two atoms: half a turn about two axes, and any rotation about the third, changes nothing.
    let line = |n: usize, x: f32| format!("{n} O{n} {x:.3} 9.000 20.000 O 1 SYM 0\n");
    let symmetric = format!(
        "@<TRIPOS>MOLECULE\nsym\n2 1\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n{}{}@<TRIPOS>BOND\n1 1 2 1\n",
        line(1, -9.5),
        line(2, -8.3)
    );
    folder.write("in/symmetric/symmetric_ligand.mol2", symmetric);
    fs::remove_file(folder.path("in/empty/empty_pocket.pdb")).expect("a file");
    let split = r#"{"train": ["a0", "b1", "a2", "symmetric", "unreadable", "nowhere"], "test": ["b3", "bondless"]}"#;
    folder.write("faulty.json", split);
    plan(&folder, "out", &["--split", "faulty.json"]);
    folder.ok(&["generate", "--out", "out"]);
    folder.ok(&["verify", "--out", "out", "--sample", "50"]);
    let report = folder.json("out/report.json");
    let skipped: Vec<(String, String)> = report["complexes"]["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().expect("a text").to_owned();
            assert!(!text("message").is_empty());
            (text("id"), text("reason"))
        })
        .collect();
    let wanted = [
        ("bondless", "ligand_without_bonds"),
        ("empty", "unreadable"),
        ("nowhere", "not_there"),
        ("unreadable", "unreadable"),
    ];
    let wanted: Vec<(String, String)> = wanted
        .iter()
        .map(|(id, reason)| ((*id).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(skipped, wanted);
    assert_eq!(
        report["complexes"]["used"],
        serde_json::json!({"train": 4, "test": 1})
    );
    let docking = &report["questions"]["train"]["T7"];
    assert!(
        docking["resampled"]["symmetric_ligand"].as_u64() > Some(0),
        "{docking}"
    );
    assert_eq!(docking["made"], 18 + made(&folder, "symmetric", "T7"));
}

fn made(folder: &Folder, id: &str, task: &str) -> usize {
    let lines = folder.lines("out");
    let line = lines.iter().find(|line| line["id"] == id).expect("a line");
    let items = line["items"].as_array().expect("items");
    items.iter().filter(|item| item["task"] == task).count()
}
