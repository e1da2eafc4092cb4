//! `molshot bench`: it measures what it is asked to, and cleans up.

use serde_json::Value;

use super::program::{Folder, library};

/// Runs a tiny benchmark and gives its JSON.
fn measured(folder: &Folder, flags: &[&str]) -> Value {
    let tiny = [
        "bench",
        "--json",
        "--size",
        "48x40",
        "--views",
        "5",
        "--repeats",
        "2",
        "--threads",
        "2",
    ];
    let text = folder.run(&[&tiny[..], flags].concat()).text();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_bench_without_data_has_a_pocket_of_its_own() {
    let folder = Folder::new("bench_own");
    let report = measured(&folder, &["--adapter", "software"]);
    assert!(
        report["structure"]
            .as_str()
            .expect("a name")
            .contains("1hvr")
    );
    assert!(report["spheres"].as_u64().expect("a count") > 400);
    assert_eq!(
        (report["width_px"].clone(), report["height_px"].clone()),
        (48.into(), 40.into())
    );
    let results = report["results"].as_array().expect("results");
    assert_eq!(results.len(), 1);
    let result = &results[0];
    assert!(
        result["adapter"]
            .as_str()
            .expect("a name")
            .contains("built-in")
    );
    assert!(result["images_per_second"].as_f64().expect("a rate") > 0.0);
    assert_eq!(
        result["images_per_second_of_repeats"]
            .as_array()
            .expect("a list")
            .len(),
        2
    );
    let stages = result["ms_per_picture_and_thread"]
        .as_object()
        .expect("stages");
    for stage in [
        "job",
        "upload",
        "draw",
        "read_back",
        "labels",
        "encode",
        "write",
    ] {
        assert!(stages[stage].as_f64().expect("a time") >= 0.0, "{stage}");
    }
    assert!(stages["draw"].as_f64().expect("a time") > 0.0);
    assert!(result["bytes_per_picture"].as_u64().expect("a size") > 200);
    if cfg!(target_os = "linux") {
        // Ten tiny pictures take too little time to be reported.
        assert!(result["processor_ms_per_picture"].is_null());
        assert!(report["peak_memory_bytes"].as_u64().expect("a size") > 1 << 20);
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn pictures_are_kept_where_asked_and_each_is_another() {
    let folder = Folder::new("bench_out");
    let report = measured(
        &folder,
        &[
            "--adapter",
            "software",
            "--out",
            "kept",
            "--style",
            "spacefill",
            "--structure",
            &library("1ubi.pdb"),
        ],
    );
    assert_eq!(report["structure"], "1ubi.pdb");
    let mut pictures: Vec<Vec<u8>> = (0..5)
        .map(|index| folder.bytes(&format!("kept/{index}.png")))
        .collect();
    assert!(
        pictures
            .iter()
            .all(|picture| picture.starts_with(b"\x89PNG"))
    );
    pictures.sort();
    pictures.dedup();
    assert_eq!(pictures.len(), 5);
    let kept = std::fs::read_dir(folder.0.join("kept")).expect("the folder");
    assert_eq!(kept.count(), 5, "nothing else is left");
}

#[test]
fn copies_multiply_what_is_drawn() {
    let folder = Folder::new("bench_copies");
    let water = folder.put("w.xyz", "3\n\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n");
    let flags = [
        "--adapter",
        "software",
        "--hydrogens",
        "--solvent",
        "--structure",
        &water,
    ];
    let one = measured(&folder, &flags);
    let many = measured(&folder, &[&flags[..], &["--copies", "3,2,2"]].concat());
    for what in ["atoms", "spheres", "cylinders"] {
        let [one, many] = [&one, &many].map(|report| report[what].as_u64().expect("a count"));
        assert!(one > 0, "{what}");
        assert_eq!(many, 12 * one, "{what}");
    }
}

#[test]
fn a_comparison_alternates_two_backends() {
    let folder = Folder::new("bench_compare");
    let report = measured(&folder, &["--compare", "--samples", "1"]);
    assert_eq!(report["results"].as_array().expect("results").len(), 2);
    assert_eq!(report["ratios"].as_array().expect("ratios").len(), 2);
    assert!(report["median_ratio"].as_f64().expect("a ratio") > 0.0);
    assert_ne!(
        report["results"][0]["adapter"],
        report["results"][1]["adapter"]
    );
}

#[test]
fn formats_and_levels_change_the_size() {
    let folder = Folder::new("bench_formats");
    let size = |flags: &[&str]| {
        let report = measured(&folder, &[&["--adapter", "software"], flags].concat());
        report["results"][0]["bytes_per_picture"]
            .as_u64()
            .expect("a size")
    };
    let png = size(&[]);
    assert!(size(&["--compression", "small"]) < png);
    assert!(size(&["--format", "webp"]) < png);
    assert!(size(&["--format", "jpeg", "--jpeg-quality", "20"]) < size(&["--format", "jpeg"]));
}

#[test]
fn all_threads_may_draw_each_picture() {
    let folder = Folder::new("bench_latency");
    let drawn = |flags: &[&str], out: &str, threads: u64| {
        let flags = [&["--adapter", "software", "--out", out], flags].concat();
        let report = measured(&folder, &flags);
        assert_eq!(report["threads_per_picture"], threads);
        std::fs::read(folder.0.join(out).join("4.png")).expect("a picture")
    };
    assert_eq!(drawn(&["--latency"], "together", 2), drawn(&[], "apart", 1));
}

#[test]
fn pictures_that_are_not_written_are_encoded() {
    let folder = Folder::new("bench_memory");
    let written = measured(&folder, &["--adapter", "software", "--samples", "auto"]);
    assert_eq!(
        (&written["output"], &written["samples"]),
        (&"files".into(), &"auto".into())
    );
    let dropped = measured(
        &folder,
        &[
            "--adapter",
            "software",
            "--samples",
            "auto",
            "--output",
            "memory",
        ],
    );
    assert_eq!(dropped["output"], "memory");
    let result = |report: &Value, name: &str| report["results"][0][name].clone();
    assert_eq!(
        result(&dropped, "bytes_per_picture"),
        result(&written, "bytes_per_picture")
    );
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    folder.refuse(
        2,
        &["bench", "--output", "memory", "--out", "kept"],
        &["--output", "--out"],
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_bench_leaves_nothing() {
    let folder = Folder::new("bench_interrupted");
    let mut bench = std::process::Command::new(env!("CARGO_BIN_EXE_molshot"))
        .args([
            "bench",
            "--adapter",
            "software",
            "--size",
            "64x64",
            "--views",
            "10000000",
        ])
        .env("TMPDIR", &folder.0)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let pictures = || {
        let inner = std::fs::read_dir(&folder.0).ok()?.next()?.ok()?.path();
        Some(std::fs::read_dir(inner).ok()?.count())
    };
    let start = std::time::Instant::now();
    while pictures().is_none_or(|count| count < 2) {
        assert!(start.elapsed().as_secs() < 60, "no picture came");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &bench.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let ended = bench.wait().expect("it ends");
    assert_eq!(ended.code(), Some(130));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn the_text_names_the_rates_and_the_stages() {
    let folder = Folder::new("bench_text");
    let text = folder
        .run(&[
            "bench",
            "--size",
            "32x32",
            "--views",
            "2",
            "--repeats",
            "1",
            "--adapter",
            "software",
        ])
        .text();
    for word in [
        "1hvr (built in)",
        "images/s",
        "encode",
        "read back",
        "first picture",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = Folder::new("bench_refused");
    for (flags, words) in [
        (&["--copies", "2,2"][..], "--copies"),
        (&["--copies", "0,1,1"], "three numbers of at least 1"),
        (&["--copies", "1000,1000,1000"], "100000 copies"),
        (&["--planes", "depth"], "--planes"),
        (&["--views", "0"], "--views"),
        (&["--jpeg-quality", "0"], "--jpeg-quality"),
        (&["--compare", "--adapter", "software"], "--adapter"),
    ] {
        folder.refuse(2, &[&["bench"], flags].concat(), &[words]);
    }
    folder.refuse(1, &["bench", "--structure", "none.pdb"], &["none.pdb"]);
}
