//! The options of T8: four translations whose texts do not reveal the correct one.
//!
//! If neither component of the correct translation is 0, the options are `(x, y)`, `(x*, y)`,
//! `(x, y*)` and `(x*, y*)`, so each value of a component is in two options. `x*` is `x` with
//! another sign, another size, or both. If a component is 0, it is 0 in all options, and the other
//! component has two sizes and both signs.
//!
//! The other size must not reveal the answer either. It is drawn by the Metropolis rule (1953) from
//! the distribution of sizes of correct translations ([`WEIGHTS`]): a step up is as likely as a
//! step down, a step to a rarer size is accepted with the ratio of the weights, and otherwise the
//! size stays. So of all questions whose options have the sizes 3 and 6, about as many are correct
//! with 6 as with 3. The walk adds steps rather than multiplying by factors: of the sizes 2 and 4,
//! the correct one would always be 4 if 2 were too small to be halved.

use crate::random::Random;

/// Options differ by at least this much along an axis, in angstrom.
const MIN_DIFFERENCE_ANGSTROM: i32 = 2;
/// Steps between sizes, in angstrom.
const STEPS: std::ops::RangeInclusive<i32> = MIN_DIFFERENCE_ANGSTROM..=5;
/// Relative frequency of the sizes 1, 2, ... of a component, in millionths of that of size 0.
///
/// This is a normal distribution with a variance of 14.25 square angstrom, fitted to 229 bonds of
/// 57 complexes (17.0 along x, 11.5 along y).
const WEIGHTS: [u32; 20] = [
    965_521, 869_053, 729_213, 570_408, 415_949, 282_760, 179_192, 105_863, 58_303, 29_934, 14_327,
    6_392, 2_659, 1_031, 373, 126, 39, 12, 3, 1,
];
/// Attempts to get a changed size.
const MAX_ATTEMPTS: usize = 100;

/// Returns the options, the correct one first; `None` if no other size fits.
///
/// `max_size` is the largest offset along x and y that is still in the picture, in angstrom.
pub(super) fn options(
    correct: [i32; 2],
    max_size: [i32; 2],
    random: &mut Random,
) -> Option<[[i32; 2]; 4]> {
    let [x, y] = correct;
    Some(match correct {
        [0, 0] => return None,
        [0, _] => both_signs(y, max_size[1], random)?.map(|y| [0, y]),
        [_, 0] => both_signs(x, max_size[0], random)?.map(|x| [x, 0]),
        _ => {
            let other_x = altered(x, max_size[0], random);
            let other_y = altered(y, max_size[1], random);
            [correct, [other_x, y], [x, other_y], [other_x, other_y]]
        }
    })
}

/// Changes the sign, the size, or both of a component.
fn altered(component: i32, max_size: i32, random: &mut Random) -> i32 {
    let kind = random.below(3);
    let resized = (kind > 0)
        .then(|| resized(component.abs(), max_size, random))
        .flatten();
    match resized {
        Some(size) if kind == 1 => component.signum() * size,
        Some(size) => -component.signum() * size,
        None => -component,
    }
}

/// Returns both signs of a component's size and of another size.
fn both_signs(component: i32, max_size: i32, random: &mut Random) -> Option<[i32; 4]> {
    let size = (0..MAX_ATTEMPTS).find_map(|_| resized(component.abs(), max_size, random))?;
    Some([component, -component, size, -size])
}

/// Makes one step of the random walk through sizes; `None` if the size stays.
fn resized(size: i32, max_size: i32, random: &mut Random) -> Option<i32> {
    let step = STEPS.start() + random.below((STEPS.end() - STEPS.start() + 1) as usize) as i32;
    let step = if random.below(2) == 0 { step } else { -step };
    let other = size + step;
    if other < 1 || other > max_size.max(size) {
        return None;
    }
    let (from, to) = (weight(size), weight(other));
    (random.below(from as usize) < to as usize).then_some(other)
}

/// Returns the relative frequency of a size.
fn weight(size: i32) -> u32 {
    WEIGHTS.get(size as usize - 1).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Options = [[i32; 2]; 4];

    /// Draws a component of a correct translation from its distribution.
    fn component(random: &mut Random) -> i32 {
        let total: u32 = 1_000_000 + 2 * WEIGHTS.iter().sum::<u32>();
        let mut draw = random.below(total as usize) as u32;
        if draw < 1_000_000 {
            return 0;
        }
        draw -= 1_000_000;
        let sign = if draw.is_multiple_of(2) { 1 } else { -1 };
        draw /= 2;
        for (index, weight) in WEIGHTS.iter().enumerate() {
            if draw < *weight {
                return sign * (index as i32 + 1);
            }
            draw -= weight;
        }
        sign
    }

    /// Makes shuffled options, each with the index of the correct one.
    fn questions(count: usize) -> Vec<(Options, usize)> {
        let mut random = Random::new(5, &["questions"]);
        let mut all = Vec::new();
        while all.len() < count {
            let correct = [component(&mut random), component(&mut random)];
            let Some(options) = options(correct, [14, 14], &mut random) else {
                continue;
            };
            let mut order = [0, 1, 2, 3];
            random.shuffle(&mut order);
            let right = order
                .iter()
                .position(|index| *index == 0)
                .expect("an index");
            all.push((order.map(|index| options[index]), right));
        }
        all
    }

    fn differ(a: [i32; 2], b: [i32; 2]) -> bool {
        (0..2).any(|axis| (a[axis] - b[axis]).abs() >= MIN_DIFFERENCE_ANGSTROM)
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

    /// Returns the share of questions that a rule answers correctly.
    ///
    /// A rule rates options; among several options of the highest rating it picks one by chance.
    fn share(questions: &[(Options, usize)], rate: impl Fn(&Options, usize) -> i64) -> f64 {
        let points: f64 = questions
            .iter()
            .map(|(options, right)| {
                let ratings: Vec<i64> = (0..4).map(|index| rate(options, index)).collect();
                let best = ratings.iter().max().expect("four");
                let ties = ratings.iter().filter(|rating| *rating == best).count();
                f64::from(ratings[*right] == *best) / ties as f64
            })
            .sum();
        points / questions.len() as f64
    }

    #[test]
    fn no_rule_on_the_text_alone_beats_chance() {
        let questions = questions(8000);
        let near = |name: &str, share: f64| {
            // Six standard deviations of the share of 8,000 questions are 0.03.
            assert!((share - 0.25).abs() < 0.03, "{name}: {share}");
        };
        let size = |options: &Options, index: usize| -> i64 {
            let [x, y] = options[index].map(i64::from);
            x * x + y * y
        };
        // The k-th smallest, by the length of the translation.
        for k in 0..4 {
            let rule = |options: &Options, index: usize| {
                let smaller = (0..4)
                    .filter(|other| size(options, *other) < size(options, index))
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
                    share(&questions, |options, index| {
                        i64::from(sign * options[index][axis])
                    }),
                );
            }
        }
        // The odd one out, and the one in the middle of the others.
        let apart = |options: &Options, index: usize| -> i64 {
            (0..4)
                .map(|other| {
                    let parts = [0, 1].map(|axis| options[index][axis] - options[other][axis]);
                    i64::from(parts[0].abs() + parts[1].abs())
                })
                .sum()
        };
        near("odd one out", share(&questions, apart));
        near(
            "middle",
            share(&questions, |options, index| -apart(options, index)),
        );
        // The one whose relations to the others are most like those of a correct option to its
        // distractors: signs flipped, sizes changed, one of each.
        near(
            "similarity to distractors",
            share(&questions, |options, index| {
                let [x, y] = options[index];
                let others = || {
                    (0..4)
                        .filter(move |other| *other != index)
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
        // Prefer large options if all are small, and small ones otherwise: the rule that would find
        // the correct option if sizes were multiplied by factors.
        for threshold in 2..10 {
            near(
                &format!("threshold {threshold}"),
                share(&questions, |options, index| {
                    let sum: i32 = options.iter().flatten().map(|part| part.abs()).sum();
                    let sign = if sum > 8 * threshold { -1 } else { 1 };
                    sign * size(options, index)
                }),
            );
        }
    }
}
