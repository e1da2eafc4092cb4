//! Reports of scores: one page that needs no network and takes no text for markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::endpoint;
use super::set::{Folder, complexes, finished, plan};

/// Scores a file of predictions of the training split with a report; returns its page.
fn page(folder: &Folder, predictions: &str, further: &[&str]) -> String {
    let args = [
        "score",
        "--out",
        "out",
        "--split",
        "train",
        "--predictions",
        predictions,
        "--report",
        "report",
    ];
    folder.ok(&[&args[..], further].concat());
    fs::read_to_string(folder.path("report/index.html")).expect("a page")
}

/// Returns the data of the browser of items, with the values that questions share in their places.
fn data(page: &str) -> Value {
    let (_, rest) = page
        .split_once("<script type=\"application/json\" id=\"data\">")
        .expect("the data");
    let (json, _) = rest.split_once("</script>").expect("its end");
    let mut data: Value = serde_json::from_str(json).expect("JSON");
    let shared = data["shared"].take();
    let of = |index: &Value| shared[index.as_u64().expect("an index") as usize].clone();
    for entry in data["entries"].as_array_mut().expect("entries") {
        for key in ["question", "options", "pictures", "captions", "tables"] {
            entry[key] = of(&entry[key]);
        }
        for table in entry["tables"].as_array_mut().expect("tables") {
            let parts = table.as_array().expect("parts").iter().map(of);
            let parts: Vec<Value> = parts.collect();
            let parts = parts.iter().map(|part| part.as_str().expect("a text"));
            *table = json!(parts.collect::<String>());
        }
    }
    data
}

/// Returns the page without styles, scripts and data.
fn markup(page: &str) -> String {
    let mut markup = String::new();
    let mut rest = page;
    for name in ["style", "script", "script"] {
        let start = rest.find(&format!("<{name}")).expect(name);
        let open_end = start + rest[start..].find('>').expect("its end") + 1;
        let (opened, content) = rest.split_at(open_end);
        markup.push_str(opened);
        rest = &content[content.find(&format!("</{name}>")).expect(name)..];
    }
    markup + rest
}

/// Checks that all tags are closed in order, and returns the tags by name.
fn tags(markup: &str) -> BTreeMap<String, Vec<String>> {
    const VOID: [&str; 5] = ["!doctype", "meta", "link", "img", "br"];
    let mut open: Vec<String> = Vec::new();
    let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for piece in markup.split('<').skip(1) {
        let (tag, _) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("an open tag: {piece}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}>");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name.clone());
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        tags.entry(name).or_default().push(tag.to_owned());
    }
    assert!(open.is_empty(), "{open:?} are not closed");
    tags
}

/// Returns the items of the training split by id.
fn items(folder: &Folder) -> BTreeMap<String, Value> {
    let lines = folder.lines("out").into_iter();
    let train = lines.filter(|line| line["split"] == "train");
    train
        .flat_map(|line| line["items"].as_array().expect("items").clone())
        .map(|item| (item["id"].as_str().expect("an id").to_owned(), item))
        .collect()
}

fn predictions(folder: &Folder, name: &str, lines: &[Value]) {
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    folder.write(name, lines.concat());
}

const HOSTILE: &str = "</script><script>alert(1)</script> \"'><img src=x onerror=alert(2)> {{data}} \u{2028} <!-- ${x}";

#[test]
fn a_report_has_every_item_and_takes_no_text_for_markup() {
    let folder = finished("reports_hostile", 4, &[]);
    let items = items(&folder);
    // Every answer is hostile; in T1, it has the right answer, too.
    let lines: Vec<Value> = items
        .iter()
        .map(|(id, item)| {
            let answer = item["answer"].as_str().expect("an answer");
            let text = match item["task"].as_str() {
                Some("T1") => format!("{HOSTILE}\nFinal answer: {answer}"),
                _ => HOSTILE.to_owned(),
            };
            json!({"id": id, "answer": text, "finish_reason": HOSTILE, "prompt_tokens": 7})
        })
        .collect();
    predictions(&folder, "hostile.jsonl", &lines);
    let page = page(
        &folder,
        "hostile.jsonl",
        &["--model", HOSTILE, "--report-items", "1000"],
    );
    let data = data(&page);
    let entries = data["entries"].as_array().expect("entries");
    let shown: BTreeSet<&str> = entries
        .iter()
        .filter_map(|one| one["id"].as_str())
        .collect();
    assert!(shown.into_iter().eq(items.keys().map(String::as_str)));
    assert!(page.contains(&format!("All {} items of the split are shown", items.len())));
    for entry in entries {
        let item = &items[entry["id"].as_str().expect("an id")];
        let is_right = entry["task"] == "T1";
        assert_eq!(entry["outcome"] == "right", is_right, "{entry}");
        assert_eq!(entry["reference"], item["answer"]);
        let text = entry["text"].as_str().expect("a text");
        assert!(text.starts_with(HOSTILE));
        assert_eq!(entry["finish_reason"], HOSTILE);
        assert!(!entry["question"].as_str().expect("a text").is_empty());
        let pictures = entry["pictures"].as_array().expect("pictures");
        assert_eq!(
            pictures.len(),
            item["images"].as_array().expect("images").len()
        );
        let captions = entry["captions"].as_array().expect("captions");
        assert_eq!(captions.len(), pictures.len());
        for (picture, caption) in pictures.iter().zip(captions) {
            let path = picture.as_str().expect("a path");
            let bytes = fs::read(folder.path(&format!("report/pictures/{path}"))).expect(path);
            assert!(bytes.starts_with(b"\x89PNG"));
            assert!(!caption.as_str().expect("a text").is_empty());
        }
    }
    let markup = markup(&page);
    let tags = tags(&markup);
    // Nothing of a hostile text is a tag, and nothing is loaded from elsewhere.
    assert_eq!(tags["script"].len(), 2);
    assert!(!tags.contains_key("img"));
    assert!(!page.contains("http://") && !page.contains("https://"));
    assert!(!page.contains("innerHTML") && !page.contains("insertAdjacentHTML"));
    assert!(markup.contains("<h1>Scores of &lt;/script&gt;"));
    // Every table has headings of rows and columns, and every chart a text.
    assert!(tags["th"].iter().all(|tag| tag.contains("scope=\"")));
    assert!(tags["table"].len() > 15, "{}", tags["table"].len());
    assert!(tags["svg"].iter().all(|tag| tag.contains("aria-")));
    assert!(markup.contains("<h2>Tokens</h2>") && !markup.contains("<h2>Languages</h2>"));
}

#[test]
fn a_report_is_deterministic_and_counts_what_it_does_not_show() {
    let folder = finished("reports_sample", 4, &["--tasks", "T1,T5,T6"]);
    folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--baseline",
        "random",
        "--split",
        "train",
    ]);
    let random = "out/predictions/random-train.jsonl";
    let first = page(&folder, random, &["--report-items", "3"]);
    let again = page(&folder, random, &["--report-items", "3"]);
    assert_eq!(first, again);
    let shown = |page: &str| -> Vec<String> {
        let entries = data(page)["entries"].as_array().expect("entries").clone();
        let id = |entry: &Value| entry["id"].as_str().expect("an id").to_owned();
        entries.iter().map(id).collect()
    };
    let of_task = |task: &str| {
        let is_of = |id: &&String| id.contains(&format!("-{task}-"));
        let all = items(&folder);
        let shown = shown(&first);
        let shown = shown.iter().filter(is_of).count();
        (shown, all.keys().filter(is_of).count())
    };
    for task in ["T1", "T5", "T6"] {
        let (shown, all) = of_task(task);
        assert_eq!(shown, all.min(3), "{task}");
        assert!(
            first.contains(&format!("{task}: {shown} of {all}")),
            "{task}"
        );
    }
    // The sample does not depend on the answers.
    folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--baseline",
        "oracle",
        "--split",
        "train",
    ]);
    let oracle = page(
        &folder,
        "out/predictions/oracle-train.jsonl",
        &["--report-items", "3"],
    );
    assert_eq!(shown(&first), shown(&oracle));
    assert!(oracle.contains("right: 12 (100 %)"), "{oracle}");
    let none = page(&folder, random, &["--report-items", "0"]);
    assert!(shown(&none).is_empty() && none.contains("0 of "));
    // A long text is shortened, and the page says so.
    let id = shown(&first)[0].clone();
    let long = format!("{} move x 1", "word ".repeat(5000));
    predictions(&folder, "long.jsonl", &[json!({"id": id, "answer": long})]);
    let page = page(&folder, "long.jsonl", &["--report-items", "3"]);
    assert!(page.contains("1 texts are longer than 12,000 characters"));
}

#[test]
fn a_report_counts_what_answers_confuse() {
    let folder = finished("reports_confusions", 4, &["--tasks", "T1,T6"]);
    let mut lines = Vec::new();
    let mut counts = BTreeMap::new();
    for (id, item) in items(&folder) {
        let answer = item["answer"].as_str().expect("an answer").to_owned();
        let text = if item["task"] == "T1" {
            let [_, axis, amount] = answer.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{answer}");
            };
            // Along x: the other sign. Along y: taken for z.
            let count: &mut usize = counts.entry(axis.to_owned()).or_default();
            *count += 1;
            match (axis, amount.strip_prefix('-')) {
                ("x", Some(size)) => format!("move x {size}"),
                ("x", None) => format!("move x -{amount}"),
                _ => format!("move z {amount}"),
            }
        } else {
            let count: &mut usize = counts.entry("A".to_owned()).or_default();
            *count += 1;
            "A".to_owned()
        };
        lines.push(json!({"id": id, "answer": text}));
    }
    predictions(&folder, "p.jsonl", &lines);
    let page = page(&folder, "p.jsonl", &[]);
    let cell = |count: usize, class: &str| {
        format!("<td class=\"{class}\">{count}<small>100 %</small></td>")
    };
    let none = "<td class=\"shade0\">0<small>0 %</small></td>";
    let x = format!(
        "<th scope=\"row\">x</th>{}{}",
        cell(counts["x"], "shade10 right"),
        none.repeat(4)
    );
    assert!(page.contains(&x), "{x}");
    let y = format!(
        "<th scope=\"row\">y</th>{none}<td class=\"shade0 right\">0<small>0 %</small></td>{}{}",
        cell(counts["y"], "shade10"),
        none.repeat(2)
    );
    assert!(page.contains(&y), "{y}");
    assert!(page.contains("Sign of move, where the axis is right"));
    assert!(page.contains("There are no such answers."));
    let given = format!(
        "<th scope=\"row\">given</th>{}{}",
        cell(counts["A"], "shade10"),
        none.repeat(3)
    );
    assert!(page.contains(&given), "{given}");
}

#[test]
fn a_report_of_two_languages_compares_and_filters_them() {
    let folder = finished(
        "reports_languages",
        2,
        &["--tasks", "T1,T4", "--languages", "en,sw"],
    );
    folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--baseline",
        "oracle",
        "--split",
        "train",
    ]);
    let page = page(&folder, "out/predictions/oracle-train.jsonl", &[]);
    assert!(page.contains("<h2>Languages</h2>") && page.contains(">low-resource</th>"));
    let data = data(&page);
    let dimensions = data["dimensions"].as_array().expect("filters");
    let language = dimensions.iter().find(|one| one["key"] == "language");
    assert_eq!(language.expect("a filter")["values"], json!(["en", "sw"]));
    // All are right, so that there is nothing to choose.
    assert!(!dimensions.iter().any(|one| one["key"] == "outcome"));
    tags(&markup(&page));
}

#[test]
fn a_report_of_languages_and_modes_has_each_table_once_and_says_its_size() {
    let folder = finished(
        "reports_tables",
        2,
        &["--tasks", "T1", "--languages", "en,sw,ja", "--modes", "all"],
    );
    let args = [
        "evaluate",
        "--out",
        "out",
        "--baseline",
        "oracle",
        "--split",
        "train",
        "--report",
        "report",
    ];
    let output = folder.run(&args);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let page = fs::read_to_string(folder.path("report/index.html")).expect("a page");
    let size = format!("page {:.1} MB", page.len() as f64 * 1e-6);
    assert!(stderr.contains(&size), "{stderr} lacks {size}");
    let data = data(&page);
    let mut tables = 0;
    for entry in data["entries"].as_array().expect("entries") {
        let expected = if entry["mode"] == "picture" { 0 } else { 4 };
        let own = entry["tables"].as_array().expect("tables");
        assert_eq!(own.len(), expected, "{}", entry["id"]);
        for table in own {
            let table = table.as_str().expect("a text");
            let rows: Vec<&str> = table.lines().skip(2).take(5).collect();
            let rows = format!("\"{}\\n", rows.join("\\n"));
            assert_eq!(page.matches(&rows).count(), 1, "{rows}");
            tables += 1;
        }
    }
    assert!(tables >= 24 * 4, "{tables}");
    // Each language has its own words.
    let words = ["Table 1 (", "Jedwali 1 (", "ligandi:"];
    let is_in = |word: &str| data.to_string().contains(word);
    assert!(words.iter().all(|word| is_in(word)));
}

#[test]
fn a_report_of_a_set_without_pictures_is_refused() {
    let folder = Folder::new("reports_refused");
    complexes(&folder, 3);
    plan(&folder, "out", &["--split", "split.json", "--tasks", "T1"]);
    folder.write("p.jsonl", "");
    let args = ["score", "--out", "out", "--predictions", "p.jsonl"];
    folder.ok(&args);
    let words = ["test-00000", "generate the missing shards first (--resume)"];
    folder.refuse(1, &[&args[..], &["--report", "report"]].concat(), &words);
    assert!(!folder.path("report").exists());
    let evaluate = endpoint::evaluate("http://127.0.0.1:9", "m", &[]);
    folder.refuse(1, &evaluate, &words);
    folder.refuse(1, &["quiz", "out"], &words);
    folder.refuse(
        2,
        &[&args[..], &["--report-items", "3"]].concat(),
        &["--report"],
    );
}
