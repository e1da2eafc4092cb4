//! Every row of the table of render options is on every surface: help, URL parameters, `OpenAPI`,
//! the copied URL, the schema, and the page of documentation; and the web page's form is made from
//! the table, with one control for each value that URLs can set.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use molshot_scenes::options::{
    GivenOption, OptionGroup, OptionKind, READING_OPTIONS, RENDER_OPTIONS, RenderOption, apply,
    split_text, url_query,
};
use molshot_scenes::{RenderRequest, SceneDocument};
use serde_json::Value;

use crate::serve::client::Server;

/// A value of an option that differs from its default, as a user would write it.
fn sample(option: &RenderOption) -> Vec<String> {
    let text = match option.kind {
        OptionKind::Switch => (option.default != Some("true")).to_string(),
        OptionKind::InvertedSwitch | OptionKind::Object | OptionKind::ListedKeyword(_) => {
            "true".into()
        }
        OptionKind::Number { min, max, .. } => f64::midpoint(min, max).to_string(),
        OptionKind::Integer { min, max, .. } => u32::midpoint(min, max).to_string(),
        OptionKind::OneOf(names) | OptionKind::Keyword(names) => {
            let names = names();
            let other = names
                .iter()
                .rev()
                .find(|name| Some(**name) != option.default);
            (*other.expect("two words")).to_owned()
        }
        OptionKind::Keywords(names) => names().join(","),
        OptionKind::Color | OptionKind::Background => "#4477aa".into(),
        OptionKind::Colors => "#4477aa,#ee6677".into(),
        OptionKind::Selection => "ligand".into(),
        OptionKind::Residue => "ARG 45 A".into(),
        OptionKind::Size => "640x480".into(),
        OptionKind::LabelSize => "14px".into(),
        OptionKind::Offset => "0,0.5,-1".into(),
        OptionKind::Commands => "view left; roll y 15".into(),
        OptionKind::Transforms => "ligand: roll x 30; move y 2".into(),
        OptionKind::Opacities => "ligand=0.5".into(),
        OptionKind::Texts => return vec!["site".into(), "resi 45".into()],
        _ => panic!("{}: a kind that this test does not know", option.name),
    };
    vec![text]
}

/// Other options without which an option is refused.
fn required_with(option: &RenderOption) -> Vec<(&'static str, &'static str)> {
    match option.name {
        "residue" => vec![("style", "misi-residue")],
        "color" => vec![("colors", "uniform")],
        "palette" => vec![("colors", "chain")],
        _ => vec![],
    }
}

fn given(option: &'static RenderOption) -> Vec<GivenOption> {
    let mut all = vec![GivenOption {
        option,
        values: sample(option),
    }];
    for (name, value) in required_with(option) {
        let option = molshot_scenes::options::option(name).expect(name);
        all.push(GivenOption {
            option,
            values: vec![value.to_owned()],
        });
    }
    all
}

#[test]
fn every_option_changes_the_request_and_is_copied_into_its_url() {
    let plain = RenderRequest::default();
    for option in RENDER_OPTIONS {
        let name = option.name;
        let request = apply(&plain, &given(option)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_ne!(request, plain, "{name}");
        let query = url_query(&request);
        if !option.in_url {
            continue;
        }
        assert!(query.left_out.is_empty(), "{name}: {:?}", query.left_out);
        // What was copied reads as the same request.
        let mut copied: Vec<GivenOption> = Vec::new();
        for (name, value) in &query.parameters {
            let option = molshot_scenes::options::option(name).expect(name);
            let values = match option.kind {
                OptionKind::Texts => split_text(value).expect(value).to_vec(),
                _ => vec![value.clone()],
            };
            copied.push(GivenOption { option, values });
        }
        assert_eq!(apply(&plain, &copied).expect(name), request, "{name}");
    }
}

#[test]
fn every_default_of_the_table_is_that_of_the_request() {
    let plain = RenderRequest::default();
    for option in RENDER_OPTIONS {
        // A value below an object that is there on demand only adds the object.
        let depends = RENDER_OPTIONS.iter().any(|other| {
            matches!(other.kind, OptionKind::Object)
                && option.pointer.starts_with(&format!("{}/", other.pointer))
        });
        // The surface is there on demand, too, without a switch of its own.
        let depends = depends || option.pointer.starts_with("/style/surface/");
        let Some(default) = option.default.filter(|_| !depends) else {
            continue;
        };
        let values = vec![default.to_owned()];
        let set = apply(&plain, &[GivenOption { option, values }]);
        assert_eq!(set.expect(option.name), plain, "{}", option.name);
        if !option.is_switch() {
            option
                .check(default)
                .unwrap_or_else(|e| panic!("{}: {e}", option.name));
        }
    }
}

#[test]
fn every_option_is_a_flag_of_the_command_line_with_its_help() {
    let run = Command::new(env!("CARGO_BIN_EXE_molshot"))
        .args(["render", "--help"])
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs");
    let help = String::from_utf8(run.stdout).expect("text");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = words(&help);
    // Flags of every command that reads structures, with help of their own.
    for option in READING_OPTIONS {
        assert!(
            help.contains(&format!("--{}", option.name)),
            "{}",
            option.name
        );
    }
    for option in RENDER_OPTIONS {
        assert!(
            help.contains(&format!("--{} ", option.name))
                || help.contains(&format!("--{}[", option.name)),
            "--{}",
            option.name
        );
        assert!(
            help.contains(&words(option.help)),
            "{}: {}",
            option.name,
            option.help
        );
    }
}

#[test]
fn every_option_is_in_the_schema_with_its_help() {
    let schema = molshot_scenes::schema::schema();
    let text = schema.to_string();
    for option in RENDER_OPTIONS.iter().chain(READING_OPTIONS) {
        let key = option.pointer.rsplit('/').next().expect("a key");
        assert!(text.contains(&format!("\"{key}\":")), "{}", option.name);
        let has_own_description = matches!(
            option.kind,
            OptionKind::InvertedSwitch
                | OptionKind::ListedKeyword(_)
                | OptionKind::Size
                | OptionKind::LabelSize
        );
        let help = Value::from(option.help).to_string();
        assert!(
            has_own_description || text.contains(&help),
            "{}",
            option.name
        );
    }
}

#[test]
fn every_option_is_a_parameter_of_urls_and_every_value_a_control_of_the_page() {
    let server = Server::start("option_table", &[]);
    let openapi = server.get("/openapi.json").json();
    let parameters = &openapi["paths"]["/v1/structures/{id}/{picture}"]["get"]["parameters"];
    let table = server.get("/v1/options").json();
    let table = table.as_array().expect("a list");
    assert_eq!(table.len(), RENDER_OPTIONS.len() + READING_OPTIONS.len());
    for (option, row) in READING_OPTIONS.iter().zip(&table[RENDER_OPTIONS.len()..]) {
        assert_eq!(row["name"], option.name);
        assert_eq!(row["group"], "Input");
        let mut all = parameters.as_array().expect("parameters").iter();
        assert!(all.any(|one| one["name"] == option.name), "{}", option.name);
    }
    let base = "/v1/structures/sample-hiv-protease/request.json?";
    for (option, row) in RENDER_OPTIONS.iter().zip(table) {
        assert_eq!(row["name"], option.name);
        let parameter = parameters.as_array().expect("parameters").iter();
        let described = parameter
            .filter(|parameter| parameter["name"] == option.name)
            .count();
        assert_eq!(described, usize::from(option.in_url), "{}", option.name);
        if !option.in_url {
            continue;
        }
        // The URL is read as the request that the table says.
        let mut query: Vec<(&str, String)> = required_with(option)
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        query.push((option.name, sample(option).join(" => ")));
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        let document = server.get(&format!("{base}{}", query.join("&"))).json();
        let document = SceneDocument::from_value(document).expect(option.name);
        let request = document.request;
        let expected = apply(&RenderRequest::default(), &given(option)).expect(option.name);
        assert_eq!(request, expected, "{}", option.name);
    }
    // The script of the page's form knows every kind of the options that have a control there.
    // That the form then has these controls and no others is checked in a browser, by
    // `scripts/check-page`.
    let script = String::from_utf8(server.get("/assets/options.js").body).expect("text");
    for option in options_with_control() {
        let kind = table
            .iter()
            .find(|row| row["name"] == option.name)
            .and_then(|row| row["kind"].as_str())
            .expect("a row with a kind");
        let is_plain_text = matches!(
            option.kind,
            OptionKind::Color
                | OptionKind::Colors
                | OptionKind::Background
                | OptionKind::Selection
                | OptionKind::Residue
                | OptionKind::LabelSize
                | OptionKind::Offset
                | OptionKind::Opacities
        );
        let has_case = script.contains(&format!("case \"{kind}\":"));
        assert!(has_case != is_plain_text, "{}: {kind}", option.name);
    }
    server.end();
}

/// The options that have a control in the page's form: of those that URLs take the first for each
/// value. Size and commands have controls elsewhere on the page.
fn options_with_control() -> Vec<&'static RenderOption> {
    let mut found: Vec<&RenderOption> = Vec::new();
    for option in RENDER_OPTIONS.iter().filter(|option| option.in_url) {
        if found.iter().all(|other| other.pointer != option.pointer) {
            found.push(option);
        }
    }
    found.retain(|option| !matches!(option.kind, OptionKind::Size | OptionKind::Commands));
    found
}

#[test]
fn the_form_leaves_out_only_second_options_of_a_value_and_those_set_elsewhere() {
    let with_control = options_with_control();
    let others = RENDER_OPTIONS
        .iter()
        .filter(|option| with_control.iter().all(|other| other.name != option.name));
    let others: Vec<&str> = others.map(|option| option.name).collect();
    let expected = [
        "size",
        "commands",
        "hbonds",
        "depth-cue",
        "format",
        "planes",
    ];
    assert_eq!(others, expected);
}

fn percent_encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The page of documentation, made from the table.
fn page() -> String {
    let mut text = String::from(PAGE_HEAD);
    for group in OptionGroup::ALL {
        let title = group.title();
        let _ = write!(text, "\n## {title}\n\n{TABLE_HEAD}");
        let all = RENDER_OPTIONS.iter().chain(READING_OPTIONS);
        for option in all.filter(|option| option.group == group) {
            let star = if option.in_url { "" } else { " *" };
            let values = option.values().unwrap_or_else(|| {
                let names = option.value_names();
                if names.is_empty() {
                    "(switch)".to_owned()
                } else {
                    format!("`{}`", names.join(" "))
                }
            });
            let without = option.otherwise.or(option.default);
            let without = without.filter(|default| *default != "false").unwrap_or("");
            let [values, without, help] =
                [&values, without, option.help].map(|cell| cell.replace('|', "\\|"));
            let (name, pointer) = (option.name, option.pointer);
            let _ = writeln!(
                text,
                "| `{name}`{star} | {values} | {without} | `{pointer}` | {help} |"
            );
        }
    }
    text
}

const PAGE_HEAD: &str = "\
# Render options

Made from the table of render options (`scenes/src/options/table.rs`) by
`BLESS=1 cargo test --test integration options::`; do not edit it by hand.

Each option is a flag of `molshot render` (`--NAME`), a parameter of a picture's URL (`NAME=VALUE`,
but for those marked *: the URL's path says the format, and a URL gives the colour plane), and a
value of the render request at a JSON pointer.
";

const TABLE_HEAD: &str = "\
| option | values | without it | in the request | what it does |
|---|---|---|---|---|
";

#[test]
fn the_page_of_documentation_lists_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/render-options.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, page()).expect("written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/render-options.md is not up to date: BLESS=1 writes it anew"
    );
}
