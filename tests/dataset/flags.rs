//! Invalid options: the error names the option and says what would be right.

use super::set::{Folder, complexes, plan};

#[allow(clippy::too_many_lines, reason = "a list of cases")]
#[test]
fn invalid_options_are_refused_with_a_remedy() {
    let folder = Folder::new("flags");
    complexes(&folder, 3);
    let plans: [(&[&str], i32, &[&str]); 17] = [
        (&["--tasks", "T0"], 2, &["--tasks", "T1 to T9"]),
        (&["--tasks", ""], 2, &["--tasks", "T1 to T9"]),
        (&["--size", "8x8"], 2, &["--size", "16 to"]),
        (&["--size", "large"], 2, &["--size"]),
        (
            &["--samples", "3"],
            2,
            &["--samples", "give one of 1, 4, 9, 16"],
        ),
        (&["--test-share", "1.5"], 2, &["--test-share", "0 to 1"]),
        (&["--split-by", "family"], 2, &["--split-by", "give pocket"]),
        (&["--decoys", "round"], 2, &["--decoys", "square or paper"]),
        (&["--seed=-1"], 2, &["--seed", "give a whole number from 0"]),
        (
            &["--limit", "0"],
            2,
            &["--limit", "give a whole number, at least 1"],
        ),
        (&["--shard-pictures", "0"], 2, &["--shard-pictures"]),
        (&["--threads", "0"], 2, &["--threads"]),
        (
            &["--unique-names", "maybe"],
            2,
            &["--unique-names", "on, off"],
        ),
        (
            &["--out", "in/out"],
            1,
            &["in/out", "inside the folder of the complexes"],
        ),
        (
            &["--split", "nowhere.json"],
            1,
            &["--split", "nowhere.json"],
        ),
        (
            &["--split", "split.json", "--test-share", "0.5"],
            2,
            &["--test-share", "--split"],
        ),
        (
            &["--messages", "nowhere.toml"],
            1,
            &["--messages", "nowhere.toml"],
        ),
    ];
    for (further, status, words) in plans {
        let out: &[&str] = match further {
            ["--out", ..] => &[],
            _ => &["--out", "out"],
        };
        let args = [&["plan", "--complexes", "in"], out, further].concat();
        folder.refuse(status, &args, words);
    }
    assert!(!folder.path("out/plan/plan.json").exists());
    assert!(!folder.path("in/out").exists());
    for (content, words) in [
        (
            "{\"train\": [\"a0\"], \"test\": [\"a0\"]}",
            ["split.json", "twice"],
        ),
        (
            "{\"train\": [\"a0\"], \"validation\": []}",
            ["split.json", "validation"],
        ),
        ("[]", ["split.json", "is not an object"]),
    ] {
        folder.write("split.json", content);
        folder.refuse(
            1,
            &[
                "plan",
                "--complexes",
                "in",
                "--out",
                "out",
                "--split",
                "split.json",
            ],
            &words,
        );
    }
    folder.write("words.toml", "language = \"xx\"\n");
    folder.refuse(
        1,
        &[
            "plan",
            "--complexes",
            "in",
            "--out",
            "out",
            "--messages",
            "words.toml",
        ],
        &["words.toml", "missing field"],
    );
    std::fs::create_dir(folder.path("nothing")).expect("the file can be written");
    folder.refuse(
        1,
        &["plan", "--complexes", "nothing", "--out", "out"],
        &["nothing", "ID_pocket.pdb"],
    );
    folder.refuse(
        1,
        &["plan", "--complexes", "absent", "--out", "out"],
        &["--complexes: absent", "give the folder of the complexes"],
    );
    folder.refuse(
        1,
        &["score", "--out", "nothing", "--predictions", "absent.jsonl"],
        &["--predictions: absent.jsonl"],
    );
    folder.refuse(
        1,
        &["verify", "--out", "absent"],
        &["--out: absent", "molshot dataset plan"],
    );
    // Folders without a set.
    folder.write("p.jsonl", "{\"id\": \"x\", \"answer\": \"y\"}\n");
    for command in [
        &["generate", "--out", "nothing"][..],
        &["verify", "--out", "nothing"],
        &["export", "--out", "nothing", "--format", "llava"],
        &["score", "--out", "nothing", "--predictions", "p.jsonl"],
        &["evaluate", "--out", "nothing", "--baseline", "oracle"],
    ] {
        folder.refuse(1, command, &["nothing"]);
    }
    folder.refuse(
        2,
        &["export", "--out", "out", "--format", "csv"],
        &["--format", "webdataset"],
    );
    folder.refuse(2, &["evaluate", "--out", "out"], &["--endpoint"]);
    folder.refuse(
        2,
        &["evaluate", "--out", "out", "--endpoint", "http://x/v1"],
        &["--model"],
    );
    folder.refuse(
        2,
        &["evaluate", "--out", "out", "--baseline", "best"],
        &["oracle"],
    );
    folder.refuse(
        2,
        &[
            "evaluate",
            "--out",
            "out",
            "--endpoint",
            "http://x/v1",
            "--model",
            "m",
            "--concurrency",
            "0",
        ],
        &["--concurrency"],
    );
    folder.refuse(
        2,
        &[
            "evaluate",
            "--out",
            "out",
            "--endpoint",
            "http://x/v1",
            "--model",
            "m",
            "--timeout",
            "0",
        ],
        &["--timeout"],
    );
    // A set that is planned but not generated.
    plan(&folder, "out", &["--tasks", "T1"]);
    folder.refuse(
        1,
        &["export", "--out", "out", "--format", "llava"],
        &["generate"],
    );
    folder.refuse(1, &["verify", "--out", "out"], &["is incomplete"]);
    for shard in ["1", "5/4", "0/0", "x/4", "-1/4"] {
        folder.refuse(
            2,
            &["generate", "--out", "out", &format!("--shard={shard}")],
            &["--shard", "I/N"],
        );
    }
    folder.ok(&["generate", "--out", "out"]);
    // Another plan is refused while the folder has the tables of this one.
    folder.refuse(
        1,
        &[
            "plan",
            "--complexes",
            "in",
            "--out",
            "out",
            "--size",
            "64x64",
            "--samples",
            "1",
            "--tasks",
            "T1",
            "--seed",
            "5",
        ],
        &["another plan"],
    );
    folder.ok(&["verify", "--out", "out"]);
}

#[test]
fn help_has_examples() {
    let folder = Folder::new("flags_help");
    for command in ["plan", "generate", "verify", "export", "score", "evaluate"] {
        let help = folder.ok(&[command, "--help"]);
        assert!(
            help.contains("Examples:") && help.contains(&format!("molshot dataset {command}")),
            "{command}"
        );
    }
}
