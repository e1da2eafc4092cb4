//! Tests of the catalogues: complete, of one kind, and understood in every language.

use super::*;

const ENGLISH: &str = include_str!("../../messages/en.toml");

#[test]
fn the_english_catalogue_completes_every_question() {
    let catalogue = Catalogue::english().expect("the built-in catalogue");
    for task in Task::ALL {
        let question = catalogue.question(&sample_item(task)).expect("a text");
        assert!(
            !question.contains('{') && !question.contains("\n\n"),
            "{question}"
        );
        for needed in [
            "Picture 1:",
            "black background",
            "x points to the right",
            "nswer",
        ] {
            assert!(
                question.contains(needed),
                "{task} lacks {needed}: {question}"
            );
        }
        let last = format!("Picture {}:", pictures_per_question(task));
        assert!(question.contains(&last), "{task} lacks {last}");
    }
    let residue = catalogue.question(&sample_item(Task::T4)).expect("a text");
    assert!(residue.contains("ARG 45 A"));
    let location = catalogue.question(&sample_item(Task::T8)).expect("a text");
    assert!(location.contains("NH2") && location.contains("D: move x 1, move y 2"));
    assert!(location.contains("Greek letters"));
    let of_chains = sample_items(Task::T9)
        .into_iter()
        .map(|item| catalogue.question(&item).expect("a text"));
    let of_chains: Vec<String> = of_chains.collect();
    assert!(of_chains[0].contains("several chains; the label"));
    assert!(of_chains[1].contains("has no name."));
    assert!(of_chains[2].contains("belong to chain A."));
    // The `?` of a chain without a name does not appear in the text.
    for task in [Task::T4, Task::T8] {
        let mut item = sample_item(task);
        item.facts.insert("residue".into(), "HIS 57 ?".into());
        let text = catalogue.question(&item).expect("a text");
        assert!(
            text.contains("HIS 57 (its name, number and, if it has one, chain)")
                && !text.contains("HIS 57 ?"),
            "{text}"
        );
    }
}

#[test]
fn questions_say_what_a_mode_has() {
    let catalogue = Catalogue::english().expect("the built-in catalogue");
    for task in Task::ALL {
        let item = sample_item(task);
        let [picture, text, both] =
            Mode::ALL.map(|mode| catalogue.question_in(&item, mode).expect("a text"));
        assert_eq!(picture, catalogue.question(&item).expect("a text"));
        assert!(!picture.to_lowercase().contains("table"), "{picture}");
        // Colours and labels are of pictures; tables have another origin than the screen.
        for words in ["black background", "White labels"] {
            assert!(picture.contains(words) && both.contains(words), "{task}");
            assert!(!text.contains(words), "{text}");
        }
        for words in [
            "angstroms, and the numbers of later lines",
            "z is 0 at the depth",
        ] {
            assert!(text.contains(words) && both.contains(words), "{task}");
        }
        assert!(text.contains("You do not get the pictures themselves."));
        assert!(!both.contains("You do not get") && both.contains("With each picture"));
        for text in [&text, &both] {
            assert!(!text.contains("  ") && !text.contains(" \n"), "{text}");
        }
    }
}

#[test]
fn an_incomplete_catalogue_is_refused_and_named() {
    let refused = |from: &str, to: &str| {
        let text = ENGLISH.replacen(from, to, 1);
        assert_ne!(text, ENGLISH);
        Catalogue::parse(Path::new("x.toml"), &text)
            .expect_err("an incomplete catalogue")
            .to_string()
    };
    assert!(refused("{axes}", "{axis}").contains("axis"));
    assert!(refused("\"top view\", ", "").contains("captions"));
    assert!(refused("tables_only = ", "tables = ").contains("tables_only"));
    assert!(refused("columns = ", "column = ").contains("columns"));
    assert!(refused("[T9]", "[T10]").contains("x.toml"));
    assert!(refused("chain {chain}.", "chain {name}.").contains("T9"));
}

/// Returns the placeholders of a text, sorted.
fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect();
    found.sort();
    found
}

fn all_catalogues() -> Vec<Catalogue> {
    let languages = builtin::languages();
    let catalogues = languages.into_iter().map(builtin::catalogue);
    catalogues.collect::<Result<_, _>>().expect("a catalogue")
}

#[test]
fn twelve_catalogues_have_the_texts_and_placeholders_of_the_english_one() {
    let english = Catalogue::english().expect("the catalogue");
    let all = all_catalogues();
    let tags: Vec<&str> = all.iter().map(|one| one.language.as_str()).collect();
    assert_eq!(
        tags,
        [builtin::HIGH_RESOURCE.as_slice(), &builtin::LOW_RESOURCE].concat()
    );
    for catalogue in &all {
        let language = &catalogue.language;
        assert!(catalogue.checked_by.is_empty(), "{language}");
        let keys = |of: &Catalogue| of.fragments.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(catalogue), keys(&english), "{language}");
        for (name, text) in &english.fragments {
            let own = &catalogue.fragments[name];
            assert_eq!(placeholders(own), placeholders(text), "{language} {name}");
            assert!(!own.trim().is_empty(), "{language} {name}");
        }
        let lines = |of: &Catalogue| {
            let words = &of.words;
            [&words.picture, &words.option, &words.image, &words.table]
                .map(|line| placeholders(line))
        };
        assert_eq!(lines(catalogue), lines(&english), "{language}");
        assert_eq!(catalogue.words.columns.split(',').count(), 6, "{language}");
        assert!(catalogue.words.columns.contains(",x,y,z,"), "{language}");
        assert!(!catalogue.ligand_word().is_empty(), "{language}");
        for task in Task::ALL {
            let own = &catalogue.tasks[&task];
            let theirs = &english.tasks[&task];
            assert_eq!(
                placeholders(&own.question),
                placeholders(&theirs.question),
                "{language} {task}"
            );
            assert_eq!(own.pictures.len(), theirs.pictures.len());
            assert!(own.pictures.iter().all(|caption| !caption.is_empty()));
            // Each text is of its own language, and each line has a counterpart.
            assert_eq!(
                own.question.trim().lines().count(),
                theirs.question.trim().lines().count(),
                "{language} {task}"
            );
        }
    }
}

/// Returns the numbers of a text, sorted. Digits of names (`NH2`), and numerals of words that
/// Japanese and Korean write with digits (`2つ`), do not count.
fn numbers(text: &str) -> Vec<String> {
    let text: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let is_digit = |at: usize| text.get(at).is_some_and(char::is_ascii_digit);
        if !is_digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        while is_digit(at) || matches!(text.get(at), Some('.' | ',')) && is_digit(at + 1) {
            at += 1;
        }
        let before = start.checked_sub(1).map(|before| text[before]);
        let is_name = before.is_some_and(|c| c.is_ascii_alphabetic());
        // "1 angstrom" and the like, where English has a word.
        let next = text.get(at).copied().unwrap_or(' ');
        let is_one = at == start + 1 && text[start] == '1' && "オ옹".contains(next);
        let is_numeral = is_one || "つ番回色文个次".contains(next);
        if !is_name && !is_numeral {
            // Not the hyphen of a Zulu concord: `ngu-90`.
            let is_prefixed = start >= 2 && text[start - 2].is_ascii_alphabetic();
            let is_minus = before == Some('-') && !is_prefixed;
            let minus = if is_minus { "-" } else { "" };
            let digits: String = text[start..at].iter().collect();
            found.push(format!("{minus}{}", digits.replace(',', ".")));
        }
    }
    found.sort();
    found
}

#[test]
fn translations_have_the_numbers_commands_and_names_of_the_english_texts() {
    let english = Catalogue::english().expect("the catalogue");
    let verbatim = [
        "move x 3",
        "roll y 15",
        "move z 50",
        "roll x 75, move x -14",
        "ARG NH2, O1B; ARG NE, O2G",
        "ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A",
        "Yes: ",
        "ARG 45 A",
        "O1B",
        "SER",
        "LYS",
    ];
    for catalogue in all_catalogues() {
        let language = &catalogue.language;
        for task in Task::ALL {
            for (item, mode) in sample_rows(task) {
                let own = catalogue.question_in(&item, mode).expect("a text");
                let theirs = english.question_in(&item, mode).expect("a text");
                assert_eq!(numbers(&own), numbers(&theirs), "{language} {task} {mode}");
                for text in verbatim.iter().filter(|text| theirs.contains(**text)) {
                    assert!(own.contains(text), "{language} {task} lacks {text}");
                }
                let no = |text: &str| {
                    text.lines()
                        .any(|line| line.ends_with(" No") || line.ends_with("：No"))
                };
                assert_eq!(no(&own), no(&theirs), "{language} {task}");
            }
        }
    }
}

#[test]
fn no_english_is_left_over() {
    let english = Catalogue::english().expect("the catalogue");
    let mut known: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| c.is_whitespace() || ",;:.()\"".contains(c))
            .map(str::to_owned)
            .collect()
    };
    for task in Task::ALL {
        for (item, mode) in sample_rows(task) {
            let text = english.question_in(&item, mode).expect("a text");
            // Names, commands and numbers are not words, and neither are the axes.
            let is_word =
                |word: &String| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
            let lower = words(&text).into_iter().map(|word| {
                let mut chars = word.chars();
                let first = chars.next().map(|c| c.to_ascii_lowercase());
                first.into_iter().chain(chars).collect::<String>()
            });
            known.extend(lower.filter(is_word));
        }
    }
    // Commands, and names that stay as they are.
    for name in ["move", "roll", "beta", "gamma", "delta", "data", "bank"] {
        known.remove(name);
    }
    assert!(known.len() > 150, "{}", known.len());
    for catalogue in all_catalogues() {
        if catalogue.language == "en" {
            continue;
        }
        for task in Task::ALL {
            for (item, mode) in sample_rows(task) {
                let text = catalogue.question_in(&item, mode).expect("a text");
                let words = words(&text.to_lowercase());
                let words: Vec<&String> = words.iter().filter(|word| !word.is_empty()).collect();
                let left = words
                    .windows(3)
                    .find(|run| run.iter().all(|word| known.contains(*word)));
                assert_eq!(left, None, "{} {task}", catalogue.language);
            }
        }
    }
}

#[test]
fn words_of_answers_become_english() {
    let english = |language: &str, text: &str| {
        let catalogue = builtin::catalogue(language).expect("a catalogue");
        catalogue.answers.in_english(text)
    };
    assert_eq!(english("sw", "Jibu: hapana"), "answer: No");
    assert_eq!(english("sw", "NDIYO: ARG NA, O1B"), "Yes: ARG NA, O1B");
    assert_eq!(english("sw", "Chaguo C au D"), "option C or D");
    assert_eq!(
        english("sw", "Hakuna bondi za haidrojeni."),
        "There are no hydrogen bonds."
    );
    // Not a word of its own, and not at the beginning.
    assert_eq!(english("sw", "nisogeze, sihapana"), "nisogeze, sihapana");
    assert_eq!(
        english("zh", "答案：是：ARG NH2，O1B"),
        "answer：Yes：ARG NH2，O1B"
    );
    assert_eq!(english("zh", "答案是C"), "answer 是C");
    // With and without marks, composed and decomposed.
    for text in [
        "Bẹ́ẹ̀ ni: ARG NE, O2G",
        "bẹẹ ni: ARG NE, O2G",
        "Be\u{323}\u{301}e\u{323}\u{300} ni: ARG NE, O2G",
    ] {
        assert_eq!(english("yo", text), "Yes: ARG NE, O2G");
    }
    assert_eq!(english("zu", "Impendulo ngu-C"), "answer is C");
    assert_eq!(
        english("wo", "Tontu bi mooy tànneef B"),
        "answer is option B"
    );
    for language in builtin::languages() {
        for text in [
            "",
            "move x 3",
            "roll x 75, move x -14",
            "Yes: ARG NH2, O1B",
            "No",
            "B",
        ] {
            assert_eq!(english(language, text), text, "{language}");
        }
    }
}

#[test]
fn bad_tags_and_words_of_answers_are_refused() {
    let refused = |from: &str, to: &str| {
        let text = builtin::text("sw").expect("a text").replacen(from, to, 1);
        let error = Catalogue::parse(Path::new("x.toml"), &text).expect_err("a bad catalogue");
        error.to_string()
    };
    for tag in ["", "SW", "../sw", "sw-T1-0", "s", "swahili"] {
        let error = refused("language = \"sw\"", &format!("language = \"{tag}\""));
        assert!(
            error.contains("language") && error.contains("pt-BR"),
            "{error}"
        );
    }
    assert!(refused("\"ndiyo\"", "\" \"").contains("yes has a word without letters"));
    assert!(refused("\noption = [\"", "\nchoice = [\"").contains("unknown key choice"));
    let error = refused("yes = [\"ndiyo\"", "yes = [\"Hapana\"");
    assert!(
        error.contains("\"hapana\" is a word of yes and of no"),
        "{error}"
    );
    for tag in ["en", "pt-BR", "zh-Hant", "zh-Hant-TW", "wol"] {
        assert!(is_language_tag(tag), "{tag}");
    }
}

#[test]
fn catalogues_without_what_a_question_is_about_are_refused() {
    let text = builtin::text("sw").expect("a text");
    let error = |text: &str| {
        let error = Catalogue::parse(Path::new("x.toml"), text).expect_err("a bad catalogue");
        error.to_string()
    };
    for (name, task) in [
        ("pictures", "T1"),
        ("residue", "T4"),
        ("options", "T8"),
        ("pocket_atom", "T8"),
        ("ligand_atom", "T8"),
        ("chains", "T9"),
        ("chain", "T9"),
    ] {
        let error = error(&text.replace(&format!("{{{name}}}"), ""));
        let wanted = format!("{task}: ");
        assert!(
            error.contains(&wanted) && error.contains(&format!("has no {{{name}}}")),
            "{error}"
        );
    }
    for (from, to, wanted) in [
        (
            "{number}: {caption}.",
            "{caption}.",
            "picture has no {number}",
        ),
        (
            "{letter}: {text}",
            "{letter}: {txt}",
            "option has no {text}",
        ),
        (
            "{letter}: {text}",
            "{letter}: {text} {x}",
            "option has the unknown {x}",
        ),
        (
            "({caption}): {image}",
            "({caption}):",
            "image has no {image}",
        ),
        ("Jedwali {number} (", "Jedwali (", "table has no {number}"),
        (
            "mstari,atomu,x,y,z,bondi",
            "a,b",
            "columns is \"a,b\"; give 6 names",
        ),
        ("mstari,atomu,x,y,z,bondi", "a,b,,x,y,z", "give 6 names"),
        ("ligand = \"ligandi\"", "ligand = \" \"", "ligand is empty"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = error(&text.replacen(from, to, 1));
        assert!(error.contains(wanted), "{error} lacks {wanted}");
    }
}
