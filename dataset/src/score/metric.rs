//! Points for an answer, 0 to 1, by the rules of the paper; where it is silent, a choice is noted.
//!
//! - T3, T5, T6, T8: 1 if equal to the reference, else 0.
//! - T1, T2: 0 if the command or the axis is wrong, else 1 - |given - reference| / width of the
//!   range (8 angstrom, 180 degrees), at least 0.
//! - T7: half of the points for `roll` (as T2) and half for `move`: 0 if the axis or the sign is
//!   wrong, else 1 - |given - reference| / |reference|, at least 0 (the paper does not name the
//!   divisor). A single command gets its half; two different ones of a kind make the answer
//!   invalid; the order does not matter.
//! - T4, T9: the share of the reference bonds that were given; 0.5 if all were given together with
//!   wrong ones; 0 if more than twice as many were given as the reference has. T4 without bonds: 1
//!   for `No`, else 0.

use std::collections::BTreeSet;

use molshot_scenes::commands::Axis;

use super::answer::{self, AnswerBond};
use crate::messages::AnswerWords;
use crate::plan::motions::{MAX_ROTATION_DEGREES, MAX_TRANSLATION_ANGSTROM};
use crate::record::Item;
use crate::step::{Step, StepKind};
use crate::task::Task;

/// The points of one answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// Score from 0 to 1.
    pub score: f64,
    /// Whether the answer equals the reference.
    pub exact: bool,
    /// Whether the answer has the required form.
    pub understood: bool,
}

impl Points {
    const NONE: Self = Self {
        score: 0.0,
        exact: false,
        understood: false,
    };

    fn all_or_nothing(given: Option<bool>) -> Self {
        Self {
            score: f64::from(given == Some(true)),
            exact: given == Some(true),
            understood: given.is_some(),
        }
    }
}

/// Scores the text of an answer against the reference answer of an item.
///
/// ```
/// use molshot_dataset::record::Item;
/// use molshot_dataset::score::metric::points;
///
/// let item: Item = serde_json::from_str(
///     r#"{"id": "5ey0-T1-0", "task": "T1", "answer": "move x 3", "images": []}"#,
/// )?;
/// assert_eq!(points(&item, "The answer is: move x 3").score, 1.0);
/// assert_eq!(points(&item, "move x 1").score, 0.75);
/// assert!(!points(&item, "I cannot tell.").understood);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn points(item: &Item, text: &str) -> Points {
    match item.task {
        Task::T5 | Task::T6 | Task::T8 => {
            let given = answer::letter(
                text,
                if item.task == Task::T8 {
                    &item.options
                } else {
                    &[]
                },
            );
            Points::all_or_nothing(given.map(|letter| letter == item.answer))
        }
        Task::T1 | Task::T2 | Task::T3 => {
            let given = answer::step(text);
            // In T3 only the number is asked for.
            let given = given.or_else(|| answer::depth(text).filter(|_| item.task == Task::T3));
            let Some((given, reference)) = given.zip(answer::step(&item.answer)) else {
                return Points::NONE;
            };
            let exact = given == reference;
            let score = match item.task {
                Task::T3 => f64::from(exact),
                task => closeness(given, reference, width(task)),
            };
            Points {
                score,
                exact,
                understood: true,
            }
        }
        Task::T7 => docking(&item.answer, text),
        Task::T4 | Task::T9 => bonds(item, text),
    }
}

/// Scores the text of an answer in the language of its question, or in English.
#[must_use]
pub fn points_in(item: &Item, text: &str, words: &AnswerWords) -> Points {
    let english = words.in_english(text);
    let given = points(item, &english);
    if given.understood || english == text {
        return given;
    }
    points(item, text)
}

/// Returns the width of the range of answers of T1 or T2.
fn width(task: Task) -> f64 {
    f64::from(
        2 * if task == Task::T1 {
            MAX_TRANSLATION_ANGSTROM
        } else {
            MAX_ROTATION_DEGREES
        },
    )
}

/// Scores a step by its distance from the reference.
fn closeness(given: Step, reference: Step, width: f64) -> f64 {
    if given.kind != reference.kind || given.axis != reference.axis {
        return 0.0;
    }
    (1.0 - f64::from((given.amount - reference.amount).abs()) / width).max(0.0)
}

fn docking(reference: &str, text: &str) -> Points {
    // With several different commands of a kind, it is unclear which one is the answer.
    let one_of = |steps: &[Step], kind: StepKind| -> Result<Option<Step>, ()> {
        let mut of_kind = steps.iter().copied().filter(|step| step.kind == kind);
        let first = of_kind.next();
        let same = of_kind.all(|step| Some(step) == first);
        same.then_some(first).ok_or(())
    };
    let both = |steps: &[Step]| -> Result<_, ()> {
        Ok((
            one_of(steps, StepKind::Roll)?,
            one_of(steps, StepKind::Move)?,
        ))
    };
    let (given, reference) = (answer::steps(text), answer::steps(reference));
    let (Ok(given), Ok((Some(roll), Some(shift)))) = (both(&given), both(&reference)) else {
        return Points::NONE;
    };
    if given == (None, None) {
        return Points::NONE;
    }
    let (given_roll, given_move) = given;
    let roll_score = given_roll.map_or(0.0, |given| closeness(given, roll, width(Task::T2)));
    let has_right_direction =
        |given: &Step| given.axis == Axis::X && given.amount.signum() == shift.amount.signum();
    let move_score = given_move.filter(has_right_direction).map_or(0.0, |given| {
        closeness(given, shift, f64::from(shift.amount.abs()))
    });
    Points {
        score: 0.5 * roll_score + 0.5 * move_score,
        exact: given == (Some(roll), Some(shift)),
        understood: true,
    }
}

fn bonds(item: &Item, text: &str) -> Points {
    let key = |bond: &AnswerBond| comparison_key(item, bond);
    let reference = reference_bonds(item)
        .iter()
        .map(key)
        .collect::<BTreeSet<_>>();
    let given = answer::bonds(text).filter(|bonds| {
        // T9 also requires the residue number.
        match item.task {
            Task::T4 => {
                item.facts.contains_key("residue")
                    || bonds.iter().all(|bond| !bond.residue.is_empty())
            }
            _ => bonds.iter().all(|bond| bond.number.is_some()),
        }
    });
    let Some(given) = given else {
        return Points::NONE;
    };
    let given: BTreeSet<String> = given.iter().map(key).collect();
    let hits = given.intersection(&reference).count();
    let exact = given == reference;
    let score = if reference.is_empty() {
        f64::from(given.is_empty())
    } else if given.len() > 2 * reference.len() {
        0.0
    } else if hits == reference.len() && given.len() > reference.len() {
        0.5
    } else {
        hits as f64 / reference.len() as f64
    };
    Points {
        score,
        exact,
        understood: true,
    }
}

/// Returns the bonds of the reference answer.
fn reference_bonds(item: &Item) -> Vec<AnswerBond> {
    answer::bonds(&item.answer).unwrap_or_default()
}

/// Takes the chain from the number: `ASP29A` is residue 29 of chain A if the pocket has it.
fn split_number(item: &Item, bond: &mut AnswerBond) {
    let (None, Some(given)) = (&bond.chain, &bond.number) else {
        return;
    };
    let digits = given
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .to_owned();
    let chain = given[digits.len()..].to_owned();
    let fact = item
        .facts
        .get("residue")
        .map(|name| name.to_ascii_uppercase());
    let is_fact = fact.is_some_and(|fact| fact == format!("{} {digits} {chain}", bond.residue));
    let is_reference = |other: &AnswerBond| {
        let is_same = |part: &Option<String>, text: &str| part.as_deref() == Some(text);
        is_same(&other.number, &digits) && is_same(&other.chain, &chain)
    };
    if !chain.is_empty() && (is_fact || reference_bonds(item).iter().any(is_reference)) {
        bond.number = Some(digits);
        bond.chain = Some(chain);
    }
}

/// Returns a bond with the reading of its names that fits the chains of the pocket.
///
/// In `ASP 29 O N, O2`, both `O` and `N` can be the atom. In a pocket whose chains have no names,
/// any given chain is left out.
fn with_known_chain(item: &Item, bond: &AnswerBond) -> AnswerBond {
    let mut bond = bond.clone();
    split_number(item, &mut bond);
    let Some(given) = bond.chain.clone().filter(|chain| chain != "?") else {
        return bond;
    };
    let reference = reference_bonds(item);
    let is_named = |other: &&AnswerBond| other.chain.as_deref().is_some_and(|chain| chain != "?");
    let chain_of = |other: &AnswerBond| other.chain.clone().filter(|chain| chain != "?");
    let is_same =
        |other: &&AnswerBond| other.residue == bond.residue && other.number == bond.number;
    let mut known: BTreeSet<String> = reference
        .iter()
        .filter(is_same)
        .filter_map(chain_of)
        .collect();
    if known.is_empty() {
        known = reference.iter().filter_map(chain_of).collect();
        known.extend(
            item.facts
                .get("chain")
                .filter(|chain| !chain.is_empty())
                .cloned(),
        );
        let residue = item.facts.get("residue");
        known.extend(
            residue
                .and_then(|name| name.split(' ').nth(2))
                .map(str::to_owned),
        );
    }
    let are_unnamed = item.task == Task::T9
        && item.facts.get("chain").is_none_or(String::is_empty)
        && !reference.iter().any(|other| is_named(&other));
    if are_unnamed && !reference.is_empty() {
        bond.chain = None;
    } else if answer::can_be_atom_or_chain(&given)
        && answer::can_be_atom_or_chain(&bond.atom)
        && !known.contains(&given)
        && known.contains(&bond.atom)
    {
        bond.chain = Some(std::mem::replace(&mut bond.atom, given));
    }
    bond
}

/// Returns the text by which bonds are compared, normalised so that optional parts do not matter.
///
/// T4 requires neither number nor chain, but if they are given, they must be those of the residue.
/// In T9 the chain may be omitted or `?` if name and number are unique in the pocket. If no chain
/// has a name, any may be given.
fn comparison_key(item: &Item, bond: &AnswerBond) -> String {
    let mut bond = with_known_chain(item, bond);
    let named = |chain: &Option<String>| chain.clone().filter(|chain| chain != "?");
    bond.chain = named(&bond.chain);
    if item.task == Task::T4 {
        let fact = item
            .facts
            .get("residue")
            .map(|name| name.to_ascii_uppercase());
        if bond.residue.is_empty() {
            // `OD1, O3`: there is only one residue.
            let name = fact.as_deref().and_then(|fact| fact.split(' ').next());
            name.unwrap_or_default().clone_into(&mut bond.residue);
        }
        let mut own = fact.as_deref().unwrap_or("").split(' ').skip(1);
        let matches_own = |given: &Option<String>, own: Option<&str>| {
            given.is_none() || own.is_none() || given.as_deref() == own
        };
        if matches_own(&bond.number, own.next()) && matches_own(&bond.chain, own.next()) {
            (bond.number, bond.chain) = (None, None);
        }
    } else if bond.chain.is_none() {
        let residue = format!(
            "{} {}",
            bond.residue,
            bond.number.as_deref().unwrap_or_default()
        );
        let twins = item.facts.get("twins").map_or("", String::as_str);
        let is_unique = twins
            .split("; ")
            .all(|twin| !twin.eq_ignore_ascii_case(&residue));
        let same = reference_bonds(item)
            .into_iter()
            .find(|other| other.residue == bond.residue && other.number == bond.number);
        bond.chain = same
            .filter(|_| is_unique)
            .and_then(|reference| named(&reference.chain));
    }
    let text = |part: Option<String>| part.unwrap_or_else(|| "?".to_owned());
    format!(
        "{} {} {} {}, {}",
        bond.residue,
        text(bond.number),
        bond.atom,
        text(bond.chain),
        bond.ligand_atom
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn score(task: Task, reference: &str, text: &str) -> f64 {
        let item = Item {
            id: "x".into(),
            task,
            answer: reference.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: BTreeMap::new(),
        };
        points(&item, text).score
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these values are exact in binary")]
    fn the_rules_of_the_paper() {
        assert_eq!(score(Task::T1, "move x 3", "move x 3"), 1.0);
        assert_eq!(score(Task::T1, "move x 3", "move x 1"), 0.75);
        assert_eq!(score(Task::T1, "move x 3", "move y 3"), 0.0);
        assert_eq!(score(Task::T1, "move x 4", "move x -400"), 0.0);
        assert_eq!(score(Task::T2, "roll y 90", "roll y 0"), 0.5);
        assert_eq!(score(Task::T2, "roll y 90", "move y 90"), 0.0);
        assert_eq!(score(Task::T3, "move z 50", "move z 51"), 0.0);
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll x 75, move x -14"),
            1.0
        );
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll x 75, move x 14"),
            0.5
        );
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll y 75, move x -7"),
            0.25
        );
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "roll x 75"), 0.5);
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "move x -14"), 0.5);
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "roll y 75"), 0.0);
        assert_eq!(
            score(
                Task::T7,
                "roll x 75, move x -14",
                "roll x 75, roll y 75, move x -14"
            ),
            0.0
        );
        let reference = "Yes: ARG NH2, O1B; ARG NE, O2G";
        assert_eq!(score(Task::T4, reference, "Yes: ARG NE, O2G"), 0.5);
        assert_eq!(
            score(
                Task::T4,
                reference,
                "Yes: ARG NE, O2G; ARG NH2, O1B; ARG N, O1"
            ),
            0.5
        );
        assert_eq!(score(Task::T4, reference, "No"), 0.0);
        assert_eq!(score(Task::T4, "No", "no"), 1.0);
        assert_eq!(score(Task::T4, "No", reference), 0.0);
        let many = "Yes: ARG NH2, O1B; ARG NE, O2G; ARG A, A; ARG B, B; ARG C, C";
        assert_eq!(score(Task::T4, reference, many), 0.0);
        assert_eq!(
            score(Task::T9, "ARG 45 NH2 A, O1B", "ARG 45 NH2 A, O1B"),
            1.0
        );
        assert_eq!(
            score(Task::T9, "ARG 45 NH2 A, O1B", "ARG 44 NH2 A, O1B"),
            0.0
        );
        assert_eq!(score(Task::T5, "C", "Option C"), 1.0);
    }

    fn item(task: Task, answer: &str, facts: &[(&str, &str)]) -> Item {
        let facts = facts
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()));
        Item {
            id: "x".into(),
            task,
            answer: answer.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: facts.collect(),
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these values are exact in binary")]
    fn given_numbers_and_chains_must_be_right() {
        let residue = item(
            Task::T4,
            "Yes: MET N, N4; MET O, N7",
            &[("residue", "MET 104 A")],
        );
        for (text, score, understood) in [
            ("Yes: MET N, N4; MET O, N7", 1.0, true),
            ("Yes: MET 104 N, N4; MET104 O, N7", 1.0, true),
            ("Yes: MET 104 N A, N4; MET 104 O A, N7", 1.0, true),
            ("Yes: MET 999 N, N4; MET 999 O, N7", 0.0, true),
            ("Yes: MET 104 N B, N4; MET 104 O, N7", 0.5, true),
            ("Yes: MET N, N4*; MET O, N7", 0.5, true),
            ("Yes: MET N foo bar, N4; MET O, N7", 0.0, false),
            ("No", 0.0, true),
            ("No idea", 0.0, false),
        ] {
            let points = points(&residue, text);
            assert_eq!(
                (points.score, points.understood),
                (score, understood),
                "{text}"
            );
        }
        let reference = "ILE 50 N A, O1; ARG 45 NE A, O2";
        let twins = item(Task::T9, reference, &[("twins", "ILE 50; ASP 25")]);
        let one_chain = item(Task::T9, reference, &[("chain", "A")]);
        let unnamed = item(
            Task::T9,
            "ILE 50 N ?, O1; ARG 45 NE ?, O2",
            &[("chain", "")],
        );
        for (text, [of_twins, of_one, of_unnamed]) in [
            (reference, [1.0, 1.0, 1.0]),
            ("ILE 50 A N, O1; ARG 45 A NE, O2", [1.0, 1.0, 1.0]),
            ("ILE 50 N A, O1; ARG 45 NE, O2", [1.0, 1.0, 1.0]),
            ("ILE 50 N, O1; ARG 45 NE, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N ?, O1; ARG 45 NE ?, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N B, O1; ARG 45 NE A, O2", [0.5, 0.5, 1.0]),
            ("ILE N A, O1", [0.0, 0.0, 0.0]),
            ("ILE N, O1", [0.0, 0.0, 0.0]),
        ] {
            for (item, wanted) in [
                (&twins, of_twins),
                (&one_chain, of_one),
                (&unnamed, of_unnamed),
            ] {
                assert_eq!(points(item, text).score, wanted, "{text}, {:?}", item.facts);
            }
        }
    }
}
