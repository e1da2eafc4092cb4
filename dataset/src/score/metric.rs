//! Points for an answer, 0 to 1: the paper's rules, and our own where it leaves a gap.
//!
//! - T3 and choices: 1 if equal.
//! - T1, T2: 0 if the command or the axis is wrong, else 1 - |given - true| / width of the range (8
//!   angstrom, 180 degrees), not below 0.
//! - T7: half for `roll` (as T2), half for `move`: 0 if the axis or the sign is wrong, else 1 -
//!   |given - true| / |true|, not below 0 (the paper does not say by what it divides). One of them
//!   alone is worth its half; two different ones of a kind are no answer; their order is not
//!   judged.
//! - T4, T9: share of the true bonds that were given; 0.5 when all are, but false ones, too; 0 when
//!   more than twice as many are given as are true. T4 without bonds: 1 for `No`, else 0.

use std::collections::BTreeSet;

use molshot_scenes::commands::Axis;

use super::answer::{self, Bond};
use crate::plan::motions::{MOST_ANGSTROM, MOST_DEGREES};
use crate::plan::record::Item;
use crate::step::{Step, StepKind};
use crate::task::Task;

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// By the rules above.
    pub score: f64,
    /// Whether it says exactly what is true.
    pub exact: bool,
    /// Whether it says anything in the form that was asked for.
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

/// Points of a text.
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
            let Some((given, truth)) = answer::step(text).zip(answer::step(&item.answer)) else {
                return Points::NONE;
            };
            let exact = given == truth;
            let score = match item.task {
                Task::T3 => f64::from(exact),
                task => near(given, truth, width(task)),
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

fn width(task: Task) -> f64 {
    f64::from(
        2 * if task == Task::T1 {
            MOST_ANGSTROM
        } else {
            MOST_DEGREES
        },
    )
}

fn near(given: Step, truth: Step, width: f64) -> f64 {
    if given.kind != truth.kind || given.axis != truth.axis {
        return 0.0;
    }
    (1.0 - f64::from((given.amount - truth.amount).abs()) / width).max(0.0)
}

fn docking(truth: &str, text: &str) -> Points {
    // Several different ones of a kind leave open which is meant.
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
    let (given, truth) = (answer::steps(text), answer::steps(truth));
    let (Ok(given), Ok((Some(roll), Some(shift)))) = (both(&given), both(&truth)) else {
        return Points::NONE;
    };
    if given == (None, None) {
        return Points::NONE;
    }
    let (given_roll, given_move) = given;
    let turned = given_roll.map_or(0.0, |given| near(given, roll, width(Task::T2)));
    let right_way =
        |given: &Step| given.axis == Axis::X && given.amount.signum() == shift.amount.signum();
    let moved = given_move.filter(right_way).map_or(0.0, |given| {
        near(given, shift, f64::from(shift.amount.abs()))
    });
    Points {
        score: 0.5 * turned + 0.5 * moved,
        exact: given == (Some(roll), Some(shift)),
        understood: true,
    }
}

fn bonds(item: &Item, text: &str) -> Points {
    let key = |bond: &Bond| key(item, bond);
    let truth = truth_of(item).iter().map(key).collect::<BTreeSet<_>>();
    let given = answer::bonds(text).filter(|bonds| {
        // T9 asks for the number, too.
        item.task == Task::T4 || bonds.iter().all(|bond| bond.number.is_some())
    });
    let Some(given) = given else {
        return Points::NONE;
    };
    let given: BTreeSet<String> = given.iter().map(key).collect();
    let hits = given.intersection(&truth).count();
    let exact = given == truth;
    let score = if truth.is_empty() {
        f64::from(given.is_empty())
    } else if given.len() > 2 * truth.len() {
        0.0
    } else if hits == truth.len() && given.len() > truth.len() {
        0.5
    } else {
        hits as f64 / truth.len() as f64
    };
    Points {
        score,
        exact,
        understood: true,
    }
}

fn truth_of(item: &Item) -> Vec<Bond> {
    answer::bonds(&item.answer).unwrap_or_default()
}

/// A bond as it is compared: without what may be left out, so that it does not matter whether it
/// is.
///
/// T4 asks for no number and no chain; given, they must be the residue's. In T9 a chain may be left
/// out, or be `?`, where the residue's name and number are unique in the pocket without it; and
/// where the pocket's chain has no name.
fn key(item: &Item, bond: &Bond) -> String {
    let mut bond = bond.clone();
    let told = |chain: &Option<String>| chain.clone().filter(|chain| chain != "?");
    bond.chain = told(&bond.chain);
    if item.task == Task::T4 {
        let fact = item
            .facts
            .get("residue")
            .map(|name| name.to_ascii_uppercase());
        let mut own = fact.as_deref().unwrap_or("").split(' ').skip(1);
        let is_own = |given: &Option<String>, own: Option<&str>| {
            given.is_none() || own.is_none() || given.as_deref() == own
        };
        if is_own(&bond.number, own.next()) && is_own(&bond.chain, own.next()) {
            (bond.number, bond.chain) = (None, None);
        }
    } else if bond.chain.is_none() {
        let place = format!(
            "{} {}",
            bond.residue,
            bond.number.as_deref().unwrap_or_default()
        );
        let twins = item.facts.get("twins").map_or("", String::as_str);
        let is_unique = twins
            .split("; ")
            .all(|twin| !twin.eq_ignore_ascii_case(&place));
        let same = truth_of(item)
            .into_iter()
            .find(|truth| truth.residue == bond.residue && truth.number == bond.number);
        bond.chain = same
            .filter(|_| is_unique)
            .and_then(|truth| told(&truth.chain));
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

    fn score(task: Task, truth: &str, text: &str) -> f64 {
        let item = Item {
            id: "x".into(),
            task,
            answer: truth.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: BTreeMap::new(),
        };
        points(&item, text).score
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "all of these are exact in binary")]
    fn the_papers_rules() {
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
        let truth = "Yes: ARG NH2, O1B; ARG NE, O2G";
        assert_eq!(score(Task::T4, truth, "Yes: ARG NE, O2G"), 0.5);
        assert_eq!(
            score(Task::T4, truth, "Yes: ARG NE, O2G; ARG NH2, O1B; ARG N, O1"),
            0.5
        );
        assert_eq!(score(Task::T4, truth, "No"), 0.0);
        assert_eq!(score(Task::T4, "No", "no"), 1.0);
        assert_eq!(score(Task::T4, "No", truth), 0.0);
        let many = "Yes: ARG NH2, O1B; ARG NE, O2G; ARG A, A; ARG B, B; ARG C, C";
        assert_eq!(score(Task::T4, truth, many), 0.0);
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
    #[expect(clippy::float_cmp, reason = "all of these are exact in binary")]
    fn numbers_and_chains_that_are_told_must_be_right() {
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
        let truth = "ILE 50 N A, O1; ARG 45 NE A, O2";
        let twins = item(Task::T9, truth, &[("twins", "ILE 50; ASP 25")]);
        let one_chain = item(Task::T9, truth, &[("chain", "A")]);
        let unnamed = item(
            Task::T9,
            "ILE 50 N ?, O1; ARG 45 NE ?, O2",
            &[("chain", "")],
        );
        for (text, [of_twins, of_one, of_unnamed]) in [
            (truth, [1.0, 1.0, 0.0]),
            ("ILE 50 N A, O1; ARG 45 NE, O2", [1.0, 1.0, 0.5]),
            ("ILE 50 N, O1; ARG 45 NE, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N ?, O1; ARG 45 NE ?, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N B, O1; ARG 45 NE A, O2", [0.5, 0.5, 0.0]),
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
