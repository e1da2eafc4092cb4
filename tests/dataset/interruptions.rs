//! Generating a set in several runs: killed, interrupted, by several jobs, with several threads.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::set::{Folder, complexes, copy_folder, plan};

/// Tasks with few pictures (those of T5 show two complexes), and many small shards.
const SMALL: [&str; 6] = [
    "--tasks",
    "T1,T5,T9",
    "--shard-pictures",
    "40",
    "--split",
    "split.json",
];

#[test]
fn killed_at_twenty_moments_and_resumed_gives_the_same_tree() {
    let folder = Folder::new("interruptions_killed");
    complexes(&folder, 8);
    plan(&folder, "whole", &SMALL);
    copy_folder(&folder.path("whole"), &folder.path("killed"));
    let start = Instant::now();
    folder.ok(&["generate", "--out", "whole"]);
    let whole_run = start.elapsed();
    // Each run is killed within the first fifth of the time of a whole run; together, the twenty
    // runs go through all of the work.
    let mut seed: u64 = 7;
    let mut caught = 0;
    for _ in 0..20 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let part = (seed >> 40) as f64 / f64::from(1 << 24);
        let mut child = folder
            .command(&["generate", "--out", "killed", "--resume", "--quiet"])
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_secs_f64(
            whole_run.as_secs_f64() * 0.2 * part,
        ));
        caught += usize::from(child.try_wait().expect("a child").is_none());
        // SIGKILL on Unix.
        child.kill().expect("a child process");
        child.wait().expect("a child process");
    }
    assert!(caught > 0, "no run was killed while it worked");
    folder.ok(&["generate", "--out", "killed", "--resume"]);
    assert_eq!(folder.tree("killed"), folder.tree("whole"));
    folder.ok(&["verify", "--out", "killed", "--sample", "20"]);
    // Missing and truncated files are made again, although the manifest of their shard exists; the
    // other files are not touched.
    let table = folder.path("killed/data/T1-translation/train-00000.parquet");
    let pictures = folder.path("killed/data/pictures/train-00001.parquet");
    let kept = folder.path("killed/data/pictures/test-00000.parquet");
    let written = |path: &Path| {
        let file = fs::metadata(path).expect("a table");
        file.modified().expect("a time of change")
    };
    let before = written(&kept);
    fs::remove_file(&table).expect("a table");
    let half = fs::read(&pictures).expect("a table");
    fs::write(&pictures, &half[..half.len() / 2]).expect("the file can be written");
    folder.ok(&["generate", "--out", "killed", "--resume"]);
    assert_eq!(folder.tree("killed"), folder.tree("whole"));
    assert_eq!(written(&kept), before);
    // A complete set is not generated again by mistake.
    folder.refuse(1, &["generate", "--out", "whole"], &["--resume"]);
}

#[test]
fn parts_made_apart_and_any_number_of_threads_give_the_same_tree() {
    let folder = Folder::new("interruptions_parts");
    complexes(&folder, 6);
    plan(&folder, "one", &SMALL);
    for copied in ["five", "first", "second"] {
        copy_folder(&folder.path("one"), &folder.path(copied));
    }
    folder.ok(&["generate", "--out", "one", "--threads", "1"]);
    folder.ok(&["generate", "--out", "five", "--threads", "5"]);
    let one = folder.tree("one");
    assert_eq!(folder.tree("five"), one);
    // Two jobs of a Slurm array with separate folders, which are merged afterwards.
    for (number, out) in [("0", "first"), ("1", "second")] {
        let run = folder
            .command(&["generate", "--out", out])
            .env("SLURM_ARRAY_TASK_ID", number)
            .env("SLURM_ARRAY_TASK_COUNT", "2")
            .output()
            .expect("the program starts");
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
    assert!(
        !folder.path("first/README.md").exists(),
        "half of a set has no data card"
    );
    copy_folder(&folder.path("second"), &folder.path("first"));
    folder.ok(&["generate", "--out", "first", "--resume"]);
    assert_eq!(folder.tree("first"), one);
    // An indexed job of Kubernetes.
    let run = folder
        .command(&[
            "generate", "--out", "second", "--shard", "auto/2", "--resume",
        ])
        .env("JOB_COMPLETION_INDEX", "0")
        .output()
        .expect("the program starts");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert_eq!(folder.tree("second"), one);
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_complete_shards_and_says_how_to_continue() {
    let folder = Folder::new("interruptions_interrupt");
    complexes(&folder, 8);
    plan(&folder, "out", &SMALL);
    copy_folder(&folder.path("out"), &folder.path("whole"));
    let child = folder
        .command(&["generate", "--out", "out"])
        .spawn()
        .expect("the program starts");
    // Once the first shard is complete, the program is in the middle of its work.
    let has_begun = || {
        fs::read_dir(folder.path("out/shards")).is_ok_and(|files| {
            files
                .flatten()
                .any(|f| !f.file_name().to_string_lossy().starts_with('.'))
        })
    };
    while !has_begun() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let status = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill is there");
    assert!(status.success());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("--resume"), "{stderr}");
        let rest: Vec<String> = folder.tree("out").into_keys().collect();
        assert!(rest.iter().all(|name| !name.contains(".part")), "{rest:?}");
    }
    folder.ok(&["generate", "--out", "out", "--resume"]);
    folder.ok(&["generate", "--out", "whole"]);
    assert_eq!(folder.tree("out"), folder.tree("whole"));
}

#[test]
fn two_processes_on_the_same_shards_both_end_well() {
    let folder = Folder::new("interruptions_two");
    complexes(&folder, 4);
    plan(&folder, "out", &SMALL);
    copy_folder(&folder.path("out"), &folder.path("whole"));
    let generate = ["generate", "--out", "out", "--resume"];
    let children = [(); 3].map(|()| {
        folder
            .command(&generate)
            .spawn()
            .expect("the program starts")
    });
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
    }
    folder.ok(&["generate", "--out", "whole"]);
    assert_eq!(folder.tree("out"), folder.tree("whole"));
    let output = folder.ok(&["verify", "--out", "out", "--sample", "5"]);
    assert!(output.contains("no problems"), "{output}");
}

#[test]
fn files_that_changed_since_the_plan_are_refused() {
    let folder = Folder::new("interruptions_changed");
    complexes(&folder, 4);
    plan(&folder, "out", &SMALL);
    let file = folder.path("in/a0/a0_pocket.pdb");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, format!("REMARK changed\n{text}")).expect("the file can be written");
    folder.refuse(1, &["generate", "--out", "out"], &["a0", "plan again"]);
}
