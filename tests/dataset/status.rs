//! How far a set is: `status` agrees with what `generate` made and makes.

use std::fs;

use serde_json::Value;

use super::set::{Folder, complexes, plan};

const SMALL: [&str; 6] = [
    "--tasks",
    "T1,T9",
    "--shard-pictures",
    "10",
    "--split",
    "split.json",
];

fn status(folder: &Folder) -> Value {
    let text = folder.ok(&["status", "--out", "out", "--json"]);
    serde_json::from_str(&text).expect("JSON")
}

fn count(status: &Value, name: &str) -> u64 {
    status[name].as_u64().expect("a number")
}

#[test]
fn status_agrees_with_what_generate_makes() {
    let folder = Folder::new("status");
    complexes(&folder, 6);
    plan(&folder, "out", &SMALL);
    let before = status(&folder);
    let shards = count(&before, "shards");
    assert!(shards >= 4, "{before}");
    assert_eq!(count(&before, "shards_outstanding"), shards);
    assert_eq!(before["outstanding_ranges"], format!("0-{}", shards - 1));
    assert!(before["pictures_per_second"].is_null() && before["seconds_left"].is_null());

    // Every third shard, starting at the second.
    folder.ok(&["generate", "--out", "out", "--shard", "1/3"]);
    let half = status(&folder);
    let own = (0..shards).filter(|index| index % 3 == 1).count() as u64;
    assert_eq!(count(&half, "shards_finished"), own);
    assert_eq!(count(&half, "shards_outstanding"), shards - own);
    assert_eq!(count(&half, "shards_running"), 0);
    assert!(count(&half, "pictures_finished") > 0);
    assert_eq!(half["pictures"], before["pictures"]);
    let ranges = folder.ok(&["status", "--out", "out", "--ranges"]);
    assert_eq!(ranges.trim_end(), half["outstanding_ranges"]);
    assert!(ranges.starts_with("0,2-3"), "{ranges}");

    // A temporary file that a killed process left is not a running shard; a locked one is.
    let left = folder.path("out/data/pictures/.test-00000.parquet.1-0.part");
    fs::write(&left, "x").expect("a file");
    assert_eq!(count(&status(&folder), "shards_running"), 0);
    let file = fs::File::options()
        .write(true)
        .open(&left)
        .expect("the file");
    file.lock().expect("a lock");
    let running = status(&folder);
    let finished = folder.path("out/shards/test-00000.json").exists();
    assert_eq!(count(&running, "shards_running"), u64::from(!finished));
    drop(file);
    fs::remove_file(&left).expect("the file");

    // The jobs of an array over the outstanding shards, each of which makes one.
    let numbers: Vec<u64> = ranges
        .trim_end()
        .split(',')
        .flat_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.parse::<u64>().expect("a number");
            number(first)..=number(last)
        })
        .collect();
    assert_eq!(numbers.len() as u64, shards - own);
    for number in &numbers[1..] {
        let run = folder
            .command(&["generate", "--out", "out", "--shard"])
            .arg(format!("auto/{shards}"))
            .env("SLURM_ARRAY_TASK_ID", number.to_string())
            .env("SLURM_ARRAY_TASK_MIN", "0")
            .env("SLURM_ARRAY_TASK_COUNT", numbers.len().to_string())
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{stderr}");
        assert!(
            stderr.contains("shards: 1 made, 0 complete before"),
            "{stderr}"
        );
    }
    assert_eq!(status(&folder)["outstanding_ranges"], "0");
    folder.ok(&["generate", "--out", "out", "--resume"]);
    let after = status(&folder);
    assert_eq!(count(&after, "shards_finished"), shards);
    assert_eq!(after["pictures_finished"], after["pictures"]);
    assert_eq!(after["seconds_left"], 0.0);
    assert_eq!(folder.ok(&["status", "--out", "out", "--ranges"]), "");
    let text = folder.ok(&["status", "--out", "out"]);
    assert!(
        text.contains("(100.0 %)") && text.contains("left       nothing"),
        "{text}"
    );

    // A shard that lost a table is outstanding again.
    fs::remove_file(folder.path("out/data/pictures/test-00000.parquet")).expect("a table");
    assert_eq!(count(&status(&folder), "shards_outstanding"), 1);
    folder.refuse(1, &["status", "--out", "in"], &["has no plan"]);
}

/// Shards of different plans would make a set whose questions and pictures do not fit.
#[test]
fn shards_of_another_plan_are_refused_and_damaged_ones_are_made_again() {
    let folder = Folder::new("status_other_plan");
    complexes(&folder, 4);
    plan(&folder, "out", &SMALL);
    folder.ok(&["generate", "--out", "out"]);
    let before = fs::read(folder.path("out/README.md")).expect("the card");
    // A manifest that was not completely written.
    fs::write(folder.path("out/shards/test-00000.json"), "{").expect("a manifest");
    assert_eq!(count(&status(&folder), "shards_outstanding"), 1);
    folder.ok(&["generate", "--out", "out", "--resume"]);
    assert_eq!(count(&status(&folder), "shards_outstanding"), 0);
    assert_eq!(
        fs::read(folder.path("out/README.md")).expect("the card"),
        before
    );
    // The same complexes, planned in another way.
    plan(&folder, "other", &[&SMALL[..], &["--seed", "7"]].concat());
    fs::remove_dir_all(folder.path("out/plan")).expect("the plan");
    fs::rename(folder.path("other/plan"), folder.path("out/plan")).expect("a plan");
    let words = ["shards/", "another plan", "restore plan/"];
    folder.refuse(1, &["status", "--out", "out"], &words);
    folder.refuse(1, &["generate", "--out", "out", "--resume"], &words);
}

/// Here it is the number of open files, which can be limited without rights.
#[cfg(target_os = "linux")]
#[test]
fn a_failure_that_may_pass_has_an_exit_status_of_its_own() {
    let folder = Folder::new("status_transient");
    complexes(&folder, 4);
    plan(&folder, "out", &SMALL);
    // One file beside the standard streams: a complex has two.
    let program = env!("CARGO_BIN_EXE_molshot");
    let script = format!(
        "ulimit -n 4; exec {program} dataset generate --out out --threads 1 --adapter software"
    );
    let run = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder.0)
        .output()
        .expect("bash");
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(75), "{stderr}");
    // Missing complexes are not mended by a retry.
    fs::rename(folder.path("in/a0"), folder.path("in/b0")).expect("a folder");
    folder.refuse(1, &["generate", "--out", "out", "--resume"], &["a0"]);
}
