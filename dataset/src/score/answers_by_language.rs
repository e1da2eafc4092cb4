//! Tests of answers in the words of each language.
#![allow(clippy::float_cmp, reason = "scores of these answers are exact")]

use std::collections::BTreeMap;

use super::answer_cases;
use super::metric::{points, points_in};
use crate::messages::builtin;
use crate::record::Item;
use crate::task::Task;

fn item(task: Task, answer: &str) -> Item {
    let facts = match task {
        Task::T4 => BTreeMap::from([("residue".to_owned(), "ARG 45".to_owned())]),
        Task::T9 => BTreeMap::from([("chain".to_owned(), "A".to_owned())]),
        _ => BTreeMap::new(),
    };
    let options = match task {
        Task::T8 => ["move x 1", "move x 2", "move y 3", "move y 4"].map(str::to_owned),
        _ => Default::default(),
    };
    Item {
        id: String::new(),
        task,
        answer: answer.to_owned(),
        options: options
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect(),
        images: Vec::new(),
        facts,
    }
}

pub(super) const BOND: &str = "Yes: ARG NH2, O1B";

/// What a model that answers in each language may write: language, task, reference, text.
#[rustfmt::skip]
const RIGHT: &[(&str, Task, &str, &str)] = &[
    ("zh", Task::T1, "move x 3", "答案：move x 3.0"),
    ("zh", Task::T1, "move x 3", "答案：ｍｏｖｅ　ｘ　３"),
    ("zh", Task::T2, "roll y -15", "命令是 roll y －15 度。"),
    ("zh", Task::T4, BOND, "答案：是：ARG NH2，O1B"),
    ("zh", Task::T4, "No", "答案：否"),
    ("zh", Task::T4, "No", "没有氢键。"),
    ("zh", Task::T5, "C", "答案：选项C"),
    ("zh", Task::T9, "ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A", "ARG 45 NH2 A，O1B；LYS 47 NZ A，O1A"),
    ("fr", Task::T1, "move x 3", "Réponse : move x 3,0"),
    ("fr", Task::T2, "roll y -15", "Réponse : roll y −15"),
    ("fr", Task::T4, BOND, "Oui : ARG NH2, O1B"),
    ("fr", Task::T4, "No", "Réponse : non"),
    ("fr", Task::T4, "No", "Il n’y a pas de liaison hydrogène."),
    ("fr", Task::T5, "B", "Réponse finale : option B"),
    ("de", Task::T1, "move y -2", "Antwort: move y -2,0"),
    ("de", Task::T4, BOND, "Ja: ARG NH2, O1B"),
    ("de", Task::T4, "No", "Antwort: Nein"),
    ("de", Task::T4, "No", "Es gibt keine Wasserstoffbrücken."),
    ("de", Task::T5, "D", "Antwort: Option D"),
    ("ja", Task::T2, "roll z 45", "答え：roll z 45"),
    ("ja", Task::T4, BOND, "はい：ARG NH2、O1B"),
    ("ja", Task::T4, "No", "答え：いいえ"),
    ("ja", Task::T4, "No", "水素結合はありません。"),
    ("ja", Task::T5, "A", "答え：選択肢A"),
    ("ko", Task::T2, "roll z 45", "답: roll z 45"),
    ("ko", Task::T4, BOND, "예: ARG NH2, O1B"),
    ("ko", Task::T4, "No", "정답: 아니요"),
    ("ko", Task::T4, "No", "수소 결합이 없습니다."),
    ("ko", Task::T5, "A", "정답: 선택지 A"),
    ("pt", Task::T1, "move x 3", "Resposta: move x 3,0"),
    ("pt", Task::T4, BOND, "Sim: ARG NH2, O1B"),
    ("pt", Task::T4, "No", "Resposta: não"),
    ("pt", Task::T4, "No", "Não há ligações de hidrogênio."),
    ("pt", Task::T5, "C", "Resposta: opção C"),
    ("es", Task::T1, "move x 3", "Respuesta: move x 3,0"),
    ("es", Task::T4, BOND, "Sí: ARG NH2, O1B"),
    ("es", Task::T4, "No", "Respuesta: no"),
    ("es", Task::T4, "No", "No hay enlaces de hidrógeno."),
    ("es", Task::T5, "C", "Respuesta: opción C"),
    ("sw", Task::T1, "move x 3", "Jibu ni: move x 3,0"),
    ("sw", Task::T1, "move x 3", "Jibu: sogeza x 3"),
    ("sw", Task::T2, "roll y 15", "Zungusha y digrii 15"),
    ("sw", Task::T3, "move z 50", "Jibu: move z 50"),
    ("sw", Task::T4, BOND, "Ndiyo: ARG NH2, O1B"),
    ("sw", Task::T4, "No", "Jibu: hapana"),
    ("sw", Task::T4, "No", "Hakuna bondi za haidrojeni."),
    ("sw", Task::T5, "C", "Jibu sahihi ni chaguo C"),
    ("sw", Task::T8, "B", "Jibu: B"),
    ("wo", Task::T1, "move x 3", "Tontu: move x 3"),
    ("wo", Task::T4, BOND, "Waaw: ARG NH2, O1B"),
    ("wo", Task::T4, "No", "Déedéet"),
    ("wo", Task::T4, "No", "Deedeet."),
    ("wo", Task::T4, "No", "Amul benn lëkkaloo idrosen."),
    ("wo", Task::T5, "C", "Tontu bi mooy tànneef C"),
    ("yo", Task::T1, "move x 3", "Ìdáhùn: move x 3"),
    ("yo", Task::T4, BOND, "Bẹ́ẹ̀ ni: ARG NH2, O1B"),
    ("yo", Task::T4, "No", "Rárá"),
    ("yo", Task::T4, "No", "Ìdáhùn: bẹ́ẹ̀ kọ́"),
    ("yo", Task::T4, "No", "Kò sí ìsopọ̀ háídrójìn."),
    ("yo", Task::T5, "C", "Ìdáhùn náà ni àṣàyàn C"),
    ("zu", Task::T1, "move x 3", "Impendulo: move x 3"),
    ("zu", Task::T4, BOND, "Yebo: ARG NH2, O1B"),
    ("zu", Task::T4, "No", "Cha"),
    ("zu", Task::T4, "No", "Impendulo: qha"),
    ("zu", Task::T4, "No", "Azikho izibopho ze-hayidrojini."),
    ("zu", Task::T5, "C", "Impendulo ngu-C"),
];

/// Texts that must not be scored as right: language, task, reference, text.
#[rustfmt::skip]
const WRONG: &[(&str, Task, &str, &str)] = &[
    ("sw", Task::T4, "No", "Ndiyo: ARG NH2, O1B"),
    ("sw", Task::T5, "C", "Chaguo C au D"),
    ("sw", Task::T5, "C", "Jibu ni D"),
    ("yo", Task::T4, BOND, "Rárá"),
    ("zh", Task::T4, BOND, "没有氢键。"),
    ("fr", Task::T2, "roll y -15", "Réponse : roll y 15"),
];

#[test]
fn answers_in_the_words_of_each_language_are_right() {
    let mut problems = Vec::new();
    for (cases, is_right) in [(RIGHT, true), (WRONG, false)] {
        for (language, task, reference, text) in cases {
            let words = builtin::catalogue(language).expect("a catalogue").answers;
            let item = item(*task, reference);
            let score = points_in(&item, text, &words).score;
            if (score == 1.0) != is_right {
                let english = words.in_english(text);
                problems.push(format!("{language} {task} {text} -> {english}: {score}"));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    for language in builtin::languages().into_iter().skip(1) {
        let tasks = [Task::T1, Task::T4, Task::T5];
        let has = |task: Task| {
            RIGHT
                .iter()
                .any(|case| (case.0, case.1) == (language, task))
        };
        assert!(
            language == "ja" || language == "ko" || tasks.into_iter().all(has),
            "{language}"
        );
    }
}

#[test]
fn answers_that_were_misread_are_scored_as_a_reader_would() {
    let mut problems = Vec::new();
    for (cases, is_right) in [
        (answer_cases::RIGHT, true),
        (answer_cases::NO_ANSWER, false),
    ] {
        for (language, task, reference, text) in cases {
            let words = builtin::catalogue(language).expect("a catalogue").answers;
            let given = points_in(&item(*task, reference), text, &words);
            if (given.score == 1.0) != is_right || given.understood != is_right {
                let english = words.in_english(text);
                problems.push(format!("{language} {task} {text} -> {english}: {given:?}"));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn reference_answers_and_english_are_right_in_every_language() {
    let references = [
        (Task::T1, "move x 3"),
        (Task::T2, "roll y -15"),
        (Task::T3, "move z 50"),
        (Task::T4, BOND),
        (Task::T4, "No"),
        (Task::T5, "A"),
        (Task::T6, "D"),
        (Task::T7, "roll x 75, move x -14"),
        (Task::T8, "C"),
        (Task::T9, "ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A"),
    ];
    for language in builtin::languages() {
        let words = builtin::catalogue(language).expect("a catalogue").answers;
        for (task, answer) in references {
            let item = item(task, answer);
            for text in [answer.to_owned(), format!("The answer is: {answer}")] {
                let given = points_in(&item, &text, &words);
                assert_eq!(given, points(&item, &text), "{language} {task} {text}");
                assert_eq!(given.score, 1.0, "{language} {task} {text}");
            }
        }
    }
}
