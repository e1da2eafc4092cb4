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

#[test]
fn like_complexes_are_in_one_split() {
    let folder = Folder::new("plans_like");
    for (number, from) in ["1hvr", "7pbl"].into_iter().cycle().take(8).enumerate() {
        copy_complex(from, &folder.path("in"), &format!("c{number}"));
    }
    let sides = |out: &str| {
        let lines = folder.lines(out);
        let of =
            |line: &serde_json::Value, key: &str| line[key].as_str().expect("a text").to_owned();
        let mut sides: Vec<(String, String, String)> = lines
            .iter()
            .map(|line| {
                (
                    of(line, "id"),
                    of(line, "split"),
                    of(line, "content_sha256"),
                )
            })
            .collect();
        sides.sort();
        sides
    };
    for seed in ["0", "1", "2"] {
        plan(
            &folder,
            "out",
            &["--tasks", "T1", "--test-share", "0.4", "--seed", seed],
        );
        let sides = sides("out");
        for (id, side, content) in &sides {
            let same = |other: &&(String, String, String)| other.2 == *content;
            let copies: Vec<_> = sides.iter().filter(same).collect();
            assert_eq!(copies.len(), 4, "{id}");
            assert!(copies.iter().all(|copy| copy.1 == *side), "{sides:?}");
        }
        assert_eq!(
            sides.iter().filter(|(_, side, _)| side == "test").count(),
            4
        );
    }
    let report = folder.json("out/report.json");
    let groups = report["complexes"]["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 2);
    assert_eq!(
        groups[0]["members"],
        serde_json::json!(["c0", "c2", "c4", "c6"])
    );
    assert_eq!(groups[0]["copies"][0], groups[0]["members"]);
    assert_eq!(
        groups[0]["alike_in"],
        serde_json::json!(["ligand", "pocket"])
    );
    folder.ok(&["generate", "--out", "out"]);
    folder.ok(&["verify", "--out", "out", "--sample", "0"]);
    // Without groups, three of eight are drawn one by one.
    plan(
        &folder,
        "none",
        &["--tasks", "T1", "--test-share", "0.4", "--split-by", "none"],
    );
    assert_eq!(
        sides("none")
            .iter()
            .filter(|(_, side, _)| side == "test")
            .count(),
        3
    );
    // A file is followed, with a warning.
    folder.write(
        "split.json",
        r#"{"train": ["c0", "c1"], "test": ["c2", "c3"]}"#,
    );
    let args = [
        "plan",
        "--complexes",
        "in",
        "--out",
        "listed",
        "--tasks",
        "T1",
        "--size",
        "64x64",
    ];
    let output = folder.run(&[&args[..], &["--split", "split.json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("like complexes on both sides") && stderr.contains("c0, c2; c1, c3"),
        "{stderr}"
    );
    let report = folder.json("listed/report.json");
    let torn = &report["complexes"]["torn_groups"];
    assert_eq!(torn[0]["members"], serde_json::json!(["c0", "c2"]));
    folder.ok(&["generate", "--out", "listed"]);
    folder.ok(&["verify", "--out", "listed", "--sample", "0"]);
}

#[test]
fn the_schemes_of_the_paper_are_an_option() {
    let folder = Folder::new("plans_paper");
    complexes(&folder, 3);
    let args = [
        "--split",
        "split.json",
        "--tasks",
        "T4,T5,T6",
        "--decoys",
        "paper",
    ];
    plan(&folder, "out", &args);
    folder.ok(&["generate", "--out", "out"]);
    folder.ok(&["verify", "--out", "out", "--sample", "5"]);
    let report = folder.json("out/report.json");
    let counts = &report["questions"]["train"];
    assert_eq!(
        (&counts["T5"]["made"], &counts["T6"]["made"]),
        (&12.into(), &12.into())
    );
    // Every residue that bonds has a question, or is dropped for a reason of its own.
    assert!(
        counts["T4"]["dropped"]["no_matching_residue"].is_null(),
        "{counts}"
    );
    assert_eq!(
        counts["T4"]["made"].as_u64(),
        counts["T4"]["with_bond"].as_u64().map(|n| 2 * n)
    );
}

#[test]
fn plans_of_another_version_are_refused() {
    let folder = Folder::new("plans_version");
    complexes(&folder, 2);
    plan(&folder, "out", &["--tasks", "T1"]);
    let mut head = folder.json("out/plan/plan.json");
    head["schema_version"] = 3.into();
    // Older plans lack fields of newer ones.
    head.as_object_mut().expect("an object").remove("split_by");
    folder.write("out/plan/plan.json", head.to_string());
    for command in ["generate", "verify"] {
        folder.refuse(
            1,
            &[command, "--out", "out"],
            &["plan.json", "is a plan of version 3", "plan again"],
        );
    }
}

#[test]
fn an_empty_split_is_a_warning() {
    let folder = Folder::new("plans_one_group");
    for id in ["c0", "c1"] {
        copy_complex("1hvr", &folder.path("in"), id);
    }
    let args = [
        "plan",
        "--complexes",
        "in",
        "--out",
        "out",
        "--tasks",
        "T1",
        "--size",
        "64x64",
    ];
    let stderr = |more: &[&str]| {
        let output = folder.run(&[&args[..], more].concat());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let text = stderr(&["--test-share", "0.2"]);
    assert!(text.contains("the test split is empty"), "{text}");
    let text = stderr(&["--test-share", "0"]);
    assert!(!text.contains("is empty"), "{text}");
}
