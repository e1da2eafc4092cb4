use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::plan::motions::rotations;

/// Shuffled options and the index of the right one.
type Question = ([MotionPair; 4], usize);

/// Two standard errors of the share of right guesses among 2,000 questions with four options.
const TWO_STANDARD_ERRORS: f64 = 0.0194;

/// Makes questions as the plan does, but without a look at any picture.
fn questions(task: &str, decoys: Decoys, count: usize) -> Vec<Question> {
    let firsts: Vec<Step> = if task == "T5" {
        AXES[..2]
            .iter()
            .flat_map(|axis| {
                amounts(4, 1)
                    .into_iter()
                    .map(|n| Step::translation(*axis, n))
            })
            .collect()
    } else {
        rotations()
    };
    let mut random = Random::new(11, &["questions", task]);
    let mut all = Vec::new();
    while all.len() < count {
        let first = firsts[random.below(firsts.len())];
        let second = rotations()[random.below(rotations().len())];
        if first.kind == second.kind && first.axis == second.axis {
            continue;
        }
        let made = options([first, second], decoys, &mut random);
        let mut order = [0, 1, 2, 3];
        random.shuffle(&mut order);
        let right = order
            .iter()
            .position(|index| *index == 0)
            .expect("an index");
        all.push((order.map(|index| made[index]), right));
    }
    all
}

/// Returns the share of questions that a rule answers; of equally rated options, one by chance.
fn share(questions: &[Question], rate: &dyn Fn(&[MotionPair; 4], usize) -> i64) -> f64 {
    let points = questions.iter().map(|(options, right)| {
        let ratings = [0, 1, 2, 3].map(|index| rate(options, index));
        let best = ratings.iter().max().expect("four");
        let ties = ratings.iter().filter(|rating| *rating == best).count();
        f64::from(u8::from(ratings[*right] == *best)) / ties as f64
    });
    points.sum::<f64>() / questions.len() as f64
}

type Rule = (String, Box<dyn Fn(&[MotionPair; 4], usize) -> i64>);

/// Counts the options with the same part as one of them.
fn same(options: &[MotionPair; 4], index: usize, part: impl Fn(&MotionPair) -> i64) -> i64 {
    let own = part(&options[index]);
    options.iter().filter(|option| part(option) == own).count() as i64
}

/// The name of a part of an option, and the function that returns it.
type Part = (&'static str, fn(&MotionPair) -> i64);

/// Parts of an option that a rule may look at.
fn parts() -> Vec<Part> {
    fn size(step: Step) -> i64 {
        let (_, increment) = range(step.kind);
        i64::from(step.amount.abs() / increment)
    }
    vec![
        ("first axis", |o| o[0].axis as i64),
        ("first sign", |o| i64::from(o[0].amount.signum())),
        ("first size", |o| size(o[0])),
        ("first amount", |o| i64::from(o[0].amount)),
        ("first", |o| {
            o[0].axis as i64 * 1000 + i64::from(o[0].amount)
        }),
        ("second axis", |o| o[1].axis as i64),
        ("second sign", |o| i64::from(o[1].amount.signum())),
        ("second size", |o| size(o[1])),
        ("second amount", |o| i64::from(o[1].amount)),
        ("second", |o| {
            o[1].axis as i64 * 1000 + i64::from(o[1].amount)
        }),
        ("both sizes", |o| size(o[0]) + size(o[1])),
        ("largest size", |o| size(o[0]).max(size(o[1]))),
    ]
}

fn rules() -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (name, part) in parts() {
        // The k-th smallest, which includes smallest and largest.
        for k in 0..4 {
            rules.push((
                format!("{name}: smallest but {k}"),
                Box::new(move |options, index| {
                    let smaller = |o: &&MotionPair| part(o) < part(&options[index]);
                    i64::from(options.iter().filter(smaller).count() == k)
                }),
            ));
        }
        rules.push((
            format!("{name}: most frequent"),
            Box::new(move |options, index| same(options, index, part)),
        ));
        rules.push((
            format!("{name}: that no other has"),
            Box::new(move |options, index| -same(options, index, part)),
        ));
        rules.push((
            format!("{name}: middle"),
            Box::new(move |options, index| {
                -options
                    .iter()
                    .map(|other| (part(other) - part(&options[index])).abs())
                    .sum::<i64>()
            }),
        ));
    }
    // The majority vote of all parts, of the parts of the first or second motion, and its opposite.
    for (name, from, to) in [("all", 0, 10), ("first", 0, 5), ("second", 5, 10)] {
        for sign in [1, -1] {
            rules.push((
                format!("{name}: vote {sign}"),
                Box::new(move |options, index| {
                    let parts = parts();
                    let votes = parts[from..to]
                        .iter()
                        .map(|(_, part)| same(options, index, part));
                    sign * votes.sum::<i64>()
                }),
            ));
        }
    }
    // The one with most options of which it could be a distractor.
    rules.push((
        "neighbours".to_owned(),
        Box::new(|options, index| {
            let is_near = |other: &&MotionPair| {
                let differs = |part: usize| other[part] != options[index][part];
                differs(0) != differs(1)
            };
            options.iter().filter(is_near).count() as i64
        }),
    ));
    rules
}

/// Learns, for each form of the options, which option is right most often.
///
/// Options are sorted, so the form is all that a classifier could know.
fn learned(questions: &[Question]) -> f64 {
    let form = |options: &[MotionPair; 4]| {
        let mut texts = options.map(|o| format!("{} {}", o[0], o[1]));
        texts.sort();
        texts
    };
    let (learn, test) = questions.split_at(questions.len() * 9 / 10);
    let mut counts: BTreeMap<[String; 4], [u32; 4]> = BTreeMap::new();
    let place = |options: &[MotionPair; 4], right: usize| {
        let right = format!("{} {}", options[right][0], options[right][1]);
        form(options).iter().position(|text| *text == right)
    };
    for (options, right) in learn {
        let count = counts.entry(form(options)).or_default();
        count[place(options, *right).expect("an option")] += 1;
    }
    let known: Vec<(usize, bool)> = test
        .iter()
        .filter_map(|(options, right)| {
            let counts = counts.get(&form(options))?;
            let best = counts.iter().max()?;
            let guess = counts.iter().position(|count| count == best)?;
            Some((1, place(options, *right) == Some(guess)))
        })
        .collect();
    known.iter().filter(|(_, is_right)| *is_right).count() as f64 / known.len() as f64
}

#[test]
fn no_rule_on_the_options_of_a_square_beats_chance() {
    for task in ["T5", "T6"] {
        // More questions than 2,000, so that the bound is far from the noise of the estimate.
        let questions = questions(task, Decoys::Square, 20_000);
        for (name, rule) in rules() {
            let share = share(&questions, &*rule);
            assert!(
                share < 0.25 + TWO_STANDARD_ERRORS,
                "{task}, {name}: {share}"
            );
        }
        let share = learned(&questions);
        assert!(
            share < 0.25 + 2.0 * TWO_STANDARD_ERRORS,
            "{task}, learned: {share}"
        );
    }
}

#[test]
fn the_rules_find_the_right_option_of_the_papers_schemes() {
    // Otherwise the test above could not fail.
    for task in ["T5", "T6"] {
        let questions = questions(task, Decoys::Paper, 2_000);
        let best = rules()
            .iter()
            .map(|(_, rule)| share(&questions, &**rule))
            .fold(0.0, f64::max);
        assert!(best > 0.9, "{task}: {best}");
    }
}

#[test]
fn sizes_of_the_papers_schemes_are_distinct_and_balanced() {
    for task in ["T5", "T6"] {
        let questions = questions(task, Decoys::Paper, 20_000);
        for (options, _) in &questions {
            let seconds: BTreeSet<i32> = options.iter().map(|option| option[1].amount).collect();
            assert_eq!(seconds.len(), 4, "{options:?}");
        }
        for (name, rule) in rules() {
            if name.starts_with("second") {
                let share = share(&questions, &*rule);
                assert!(
                    share < 0.25 + TWO_STANDARD_ERRORS,
                    "{task}, {name}: {share}"
                );
            }
        }
    }
}

#[test]
fn a_square_has_two_motions_of_each_kind() {
    for task in ["T5", "T6"] {
        for (options, right) in questions(task, Decoys::Square, 2_000) {
            let firsts: BTreeSet<String> = options.iter().map(|o| o[0].to_string()).collect();
            let seconds: BTreeSet<String> = options.iter().map(|o| o[1].to_string()).collect();
            assert_eq!((firsts.len(), seconds.len()), (2, 2), "{options:?}");
            let all: BTreeSet<String> = options
                .iter()
                .map(|o| format!("{}; {}", o[0], o[1]))
                .collect();
            assert_eq!(all.len(), 4, "{options:?}");
            assert!(right < 4);
            for [first, second] in options {
                let is_in_range = |step: Step| {
                    let (max, increment) = range(step.kind);
                    step.amount != 0 && step.amount.abs() <= max && step.amount % increment == 0
                };
                assert!(is_in_range(first) && is_in_range(second), "{options:?}");
                assert_eq!(second.kind, StepKind::Roll);
                if task == "T5" {
                    assert!(first.kind == StepKind::Move && first.axis != Axis::Z);
                } else {
                    assert!(first.kind == StepKind::Roll && first.axis != second.axis);
                }
            }
        }
    }
}

#[test]
fn distractors_of_the_paper_follow_its_three_schemes() {
    let mut random = Random::new(1, &["distractors"]);
    for pair in [
        [Step::translation(Axis::X, 3), Step::rotation(Axis::X, -15)],
        [Step::rotation(Axis::Z, -90), Step::rotation(Axis::Y, 45)],
    ] {
        for _ in 0..50 {
            let [right, sizes, sign, axis] = paper(pair, &mut random);
            assert_eq!(right, pair);
            assert!(sizes[0].axis == pair[0].axis && sizes[0].amount != pair[0].amount);
            assert_eq!(sizes[0].amount.signum(), pair[0].amount.signum());
            assert_eq!(sign[0], pair[0].inverse());
            assert!(axis[0].axis != pair[0].axis && axis[0].amount == pair[0].amount);
            for distractor in [sizes, sign, axis] {
                assert!(distractor[1].axis == pair[1].axis);
                assert_eq!(distractor[1].amount.signum(), pair[1].amount.signum());
                assert!(distractor[1].amount.abs() <= 90 && distractor[1].amount % 15 == 0);
            }
        }
    }
}
