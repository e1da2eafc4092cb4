//! T8's options: four moves of which no text tells the right one.
//!
//! Where neither part of the true move is 0 they are `(x, y)`, `(x*, y)`, `(x, y*)` and `(x*, y*)`,
//! so that each value of a part is in two of them. `x*` is `x` with another sign, another size, or
//! both. Where a part is 0 it is 0 in all four, and the other part has two sizes and both signs.
//!
//! The other size must not tell either. It is drawn by the rule of Metropolis (1953) for the sizes
//! that such moves have ([`WEIGHTS`]): a step is as likely up as down, and one to a rarer size is
//! taken only in proportion, else the size stays. So of all questions whose options have the sizes
//! 3 and 6, about as many have the truth at 6 as at 3. Steps, not factors: of a pair like 2 and 4
//! the truth would always be 4 where 2 is too small to be halved.

use crate::random::Random;

/// Moves of the options differ by at least this much along an axis, angstrom.
const LEAST_DIFFERENCE_ANGSTROM: i32 = 2;
/// Steps from a size to another, angstrom.
const STEPS: std::ops::RangeInclusive<i32> = LEAST_DIFFERENCE_ANGSTROM..=5;
/// How often a part of the true move has the size 1, 2, ..., in millionths of that of 0: a normal
/// distribution of variance 14.25 square angstrom, which 229 bonds of 57 complexes have (17.0 along
/// x, 11.5 along y).
const WEIGHTS: [u32; 20] = [
    965_521, 869_053, 729_213, 570_408, 415_949, 282_760, 179_192, 105_863, 58_303, 29_934, 14_327,
    6_392, 2_659, 1_031, 373, 126, 39, 12, 3, 1,
];
/// Tries of a size that must change.
const MOST_TRIES: usize = 100;

/// The options, the truth first; `None` where no other size fits. `reach` is how far a bond can be
/// from the middle along x and y and still be in the picture, angstrom.
pub(super) fn options(
    truth: [i32; 2],
    reach: [i32; 2],
    random: &mut Random,
) -> Option<[[i32; 2]; 4]> {
    let [x, y] = truth;
    Some(match truth {
        [0, 0] => return None,
        [0, _] => four_of(y, reach[1], random)?.map(|y| [0, y]),
        [_, 0] => four_of(x, reach[0], random)?.map(|x| [x, 0]),
        _ => {
            let other_x = other(x, reach[0], random);
            let other_y = other(y, reach[1], random);
            [truth, [other_x, y], [x, other_y], [other_x, other_y]]
        }
    })
}

/// Another sign, another size, or both.
fn other(part: i32, reach: i32, random: &mut Random) -> i32 {
    let kind = random.below(3);
    let resized = (kind > 0)
        .then(|| resized(part.abs(), reach, random))
        .flatten();
    match resized {
        Some(size) if kind == 1 => part.signum() * size,
        Some(size) => -part.signum() * size,
        None => -part,
    }
}

/// Both signs of a part's size and of another one.
fn four_of(part: i32, reach: i32, random: &mut Random) -> Option<[i32; 4]> {
    let size = (0..MOST_TRIES).find_map(|_| resized(part.abs(), reach, random))?;
    Some([part, -part, size, -size])
}

/// One step of the walk through sizes; `None` where it stays.
fn resized(size: i32, reach: i32, random: &mut Random) -> Option<i32> {
    let step = STEPS.start() + random.below((STEPS.end() - STEPS.start() + 1) as usize) as i32;
    let step = if random.below(2) == 0 { step } else { -step };
    let other = size + step;
    if other < 1 || other > reach.max(size) {
        return None;
    }
    let (from, to) = (weight(size), weight(other));
    (random.below(from as usize) < to as usize).then_some(other)
}

fn weight(size: i32) -> u32 {
    WEIGHTS.get(size as usize - 1).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Options = [[i32; 2]; 4];

    /// A part of a true move, as often as it occurs.
    fn part(random: &mut Random) -> i32 {
        let total: u32 = 1_000_000 + 2 * WEIGHTS.iter().sum::<u32>();
        let mut lot = random.below(total as usize) as u32;
        if lot < 1_000_000 {
            return 0;
        }
        lot -= 1_000_000;
        let sign = if lot.is_multiple_of(2) { 1 } else { -1 };
        lot /= 2;
        for (index, weight) in WEIGHTS.iter().enumerate() {
            if lot < *weight {
                return sign * (index as i32 + 1);
            }
            lot -= weight;
        }
        sign
    }

    /// Options in any order, with the place of the truth.
    fn questions(count: usize) -> Vec<(Options, usize)> {
        let mut random = Random::new(5, &["questions"]);
        let mut all = Vec::new();
        while all.len() < count {
            let truth = [part(&mut random), part(&mut random)];
            let Some(options) = options(truth, [14, 14], &mut random) else {
                continue;
            };
            let mut order = [0, 1, 2, 3];
            random.shuffle(&mut order);
            let right = order.iter().position(|place| *place == 0).expect("a place");
            all.push((order.map(|place| options[place]), right));
        }
        all
    }

    fn differ(a: [i32; 2], b: [i32; 2]) -> bool {
        (0..2).any(|axis| (a[axis] - b[axis]).abs() >= LEAST_DIFFERENCE_ANGSTROM)
    }

    #[test]
    fn options_differ_and_stay_in_the_picture() {
        for (options, _) in questions(3000) {
            for (number, a) in options.iter().enumerate() {
                assert!(a.iter().all(|part| part.abs() <= 20), "{options:?}");
                for b in &options[..number] {
                    assert!(differ(*a, *b), "{options:?}");
                }
            }
        }
        let mut random = Random::new(1, &["edge"]);
        for _ in 0..200 {
            let options = options([6, -1], [6, 6], &mut random).expect("options");
            assert!(options.iter().flatten().all(|part| part.abs() <= 6));
            assert_eq!(options[0], [6, -1]);
        }
        assert_eq!(options([0, 0], [9, 9], &mut random), None);
        assert_eq!(options([0, 1], [1, 1], &mut random), None);
    }

    /// Share of the questions that a rule gets right; a rule that likes several options alike takes
    /// one of them by chance.
    fn share(questions: &[(Options, usize)], likes: impl Fn(&Options, usize) -> i64) -> f64 {
        let points: f64 = questions
            .iter()
            .map(|(options, right)| {
                let likes: Vec<i64> = (0..4).map(|place| likes(options, place)).collect();
                let best = likes.iter().max().expect("four");
                let ties = likes.iter().filter(|like| *like == best).count();
                f64::from(likes[*right] == *best) / ties as f64
            })
            .sum();
        points / questions.len() as f64
    }

    #[test]
    fn no_rule_on_the_text_alone_beats_chance() {
        let questions = questions(8000);
        let near = |name: &str, share: f64| {
            // Six standard deviations of so many questions are 0.03.
            assert!((share - 0.25).abs() < 0.03, "{name}: {share}");
        };
        let size = |options: &Options, place: usize| -> i64 {
            let [x, y] = options[place].map(i64::from);
            x * x + y * y
        };
        // The k-th smallest, by the length of the move.
        for k in 0..4 {
            let rule = |options: &Options, place: usize| {
                let smaller = (0..4)
                    .filter(|other| size(options, *other) < size(options, place))
                    .count();
                i64::from(smaller == k)
            };
            near(&format!("smallest {k}"), share(&questions, rule));
        }
        // By values: leftmost, rightmost, lowest, highest.
        for axis in 0..2 {
            for sign in [1, -1] {
                near(
                    "extreme",
                    share(&questions, |options, place| {
                        i64::from(sign * options[place][axis])
                    }),
                );
            }
        }
        // The odd one out, and the one in the middle of the others.
        let apart = |options: &Options, place: usize| -> i64 {
            (0..4)
                .map(|other| {
                    let parts = [0, 1].map(|axis| options[place][axis] - options[other][axis]);
                    i64::from(parts[0].abs() + parts[1].abs())
                })
                .sum()
        };
        near("odd one out", share(&questions, apart));
        near(
            "middle",
            share(&questions, |options, place| -apart(options, place)),
        );
        // Whose relations to the others are most like those of a truth to its decoys: signs
        // flipped, sizes changed, one of each.
        near(
            "kin",
            share(&questions, |options, place| {
                let [x, y] = options[place];
                let others = || {
                    (0..4)
                        .filter(move |other| *other != place)
                        .map(|o| options[o])
                };
                let flipped = others().any(|[a, b]| (a.abs(), b.abs()) == (x.abs(), y.abs()));
                let resized =
                    others().any(|[a, b]| a.signum() == x.signum() && b.signum() == y.signum());
                let both = others().any(|[a, b]| {
                    (a == -x && b.signum() == y.signum()) || (b == -y && a.signum() == x.signum())
                });
                i64::from(flipped) + i64::from(resized) + i64::from(both)
            }),
        );
        // Small sizes up, large sizes down: what a rule of factors would be caught by.
        for threshold in 2..10 {
            near(
                &format!("threshold {threshold}"),
                share(&questions, |options, place| {
                    let sum: i32 = options.iter().flatten().map(|part| part.abs()).sum();
                    let sign = if sum > 8 * threshold { -1 } else { 1 };
                    sign * size(options, place)
                }),
            );
        }
    }
}
