//! What a model's text says.
//!
//! **Tolerant of form**: case; spaces; code fences, quotes, asterisks; thoughts before `</think>`; what stands before the last `Answer:`;
//! `<answer>...</answer>`, `\\boxed{...}` and `{"answer": "..."}` around the answer; a full stop at the end; units
//! (`angstrom`, `degrees`); `3.0` for `3`; `turn` for `roll`; `(C)`, `C.`, `Option C` for `C`; the option's commands for its letter; line feeds for
//! semicolons; numbers or chains that T4 did not ask for. **Strict about meaning**: a text with two different answers has none; words that
//! are not in the grammar do not become commands; names are compared letter by letter.

use std::collections::BTreeSet;

use molshot_scenes::commands::Axis;

use crate::plan::choices::LETTERS;
use crate::step::{Step, StepKind};

/// The part of a text that is the answer, without decoration.
#[must_use]
pub fn bare(text: &str) -> String {
    let text = unwrapped(text);
    let text = text.as_str();
    let lower = text.to_ascii_lowercase();
    let from = ["answer:", "answer is:", "answer is"]
        .iter()
        .filter_map(|mark| lower.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0);
    let mut bare = String::new();
    for line in text.get(from..).unwrap_or(text).lines() {
        if line.trim_start().starts_with("```") {
            continue;
        }
        let plain: String = line
            .chars()
            .filter(|c| !"`*\"\u{201c}\u{201d}".contains(*c))
            .collect();
        if !plain.trim().is_empty() {
            bare.push_str(plain.trim());
            bare.push('\n');
        }
    }
    bare.trim().trim_end_matches('.').trim().to_owned()
}

/// What is within the wrappings that models are told to put an answer in; the whole text where there are none.
fn unwrapped(text: &str) -> String {
    let mut text = text.rsplit("</think>").next().unwrap_or(text).trim();
    let lower = text.to_ascii_lowercase();
    if let Some(start) = lower.rfind("<answer>") {
        let start = start + "<answer>".len();
        let end = lower[start..].find("</answer>");
        text = text[start..end.map_or(text.len(), |end| start + end)].trim();
    }
    if let Some(start) = text.rfind("\\boxed{") {
        let inner = &text[start + "\\boxed{".len()..];
        let mut depth = 1_i32;
        let end = inner.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let inner = end.map_or(inner, |end| &inner[..end]);
        let inner = inner.strip_prefix("\\text{").unwrap_or(inner);
        return inner.trim_end_matches('}').to_owned();
    }
    let plain = text
        .trim_start_matches("```json")
        .trim_matches(['`', '\n', ' ']);
    if plain.starts_with('{')
        && let Ok(value) = serde_json::from_str::<serde_json::Value>(plain)
        && let Some(answer) = value["answer"].as_str()
    {
        return answer.to_owned();
    }
    text.to_owned()
}

/// The commands of a text, in order; what is no command is passed over.
#[must_use]
pub fn steps(text: &str) -> Vec<Step> {
    let lower = bare(text).to_ascii_lowercase().replace('\u{2212}', "-");
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || ",;:()[]".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(3)
        .filter_map(|words| {
            let kind = match words[0] {
                "move" => StepKind::Move,
                "roll" | "turn" => StepKind::Roll,
                _ => return None,
            };
            let axis = match words[1] {
                "x" => Axis::X,
                "y" => Axis::Y,
                "z" => Axis::Z,
                _ => return None,
            };
            let number = words[2].trim_end_matches(|c: char| {
                c == '.'
                    || c == '\u{b0}'
                    || c == '\u{e5}'
                    || c == '\u{c5}'
                    || c.is_ascii_alphabetic()
            });
            let amount: f64 = number.trim_start_matches('+').parse().ok()?;
            (amount.fract() == 0.0 && amount.abs() < 1e6).then_some(Step {
                kind,
                axis,
                amount: amount as i32,
            })
        })
        .collect()
}

/// The one command of a text; none where there are several different ones.
#[must_use]
pub fn step(text: &str) -> Option<Step> {
    let steps = steps(text);
    let first = *steps.first()?;
    steps.iter().all(|step| *step == first).then_some(first)
}

/// The letter of a choice.
#[must_use]
pub fn letter(text: &str, options: &[String]) -> Option<&'static str> {
    let bare = bare(text);
    let mut found = BTreeSet::new();
    let words: Vec<&str> = bare
        .split(|c: char| c.is_whitespace() || "()[].,:;".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    for (place, word) in words.iter().enumerate() {
        let is_word = |place: Option<usize>, wanted: &[&str]| {
            place
                .and_then(|place| words.get(place))
                .is_some_and(|word| wanted.iter().any(|other| word.eq_ignore_ascii_case(other)))
        };
        // `A or B` names both.
        let is_named = is_word(place.checked_sub(1), &["option", "options"])
            || is_word(Some(place + 1), &["or", "and"]);
        let Some(letter) = LETTERS
            .iter()
            .find(|letter| word.eq_ignore_ascii_case(letter))
        else {
            continue;
        };
        // An `A` within a sentence is mostly an article, and `a` nearly always.
        let is_alone = words.len() == 1;
        let begins = place == 0
            && word.chars().all(char::is_uppercase)
            && bare[word.len()..].starts_with([')', '.', ':', ',', '\n']);
        // Nor can an article end one.
        let ends = place + 1 == words.len() && word.chars().all(char::is_uppercase);
        let in_brackets = bare.contains(&format!("({letter})"));
        let is_no_article = *letter != "A" && word.chars().all(char::is_uppercase);
        if is_alone || is_named || begins || ends || in_brackets || is_no_article {
            found.insert(*letter);
        }
    }
    if found.is_empty() {
        let said = steps(text);
        for (letter, option) in LETTERS.iter().zip(options) {
            if !said.is_empty() && steps(option) == said {
                found.insert(*letter);
            }
        }
    }
    match found.len() {
        1 => found.pop_first(),
        _ => None,
    }
}

/// Bonds of T4 or T9: each a normal form of its text; `None` where the text has neither the form nor a clear `No`.
#[must_use]
pub fn bonds(text: &str, whole_names: bool) -> Option<BTreeSet<String>> {
    let bare = bare(text).to_ascii_uppercase();
    let mut words = bare
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("");
    if ["NO", "NONE"].contains(&first) && !bare.contains(';') {
        return Some(BTreeSet::new());
    }
    let list = match bare.strip_prefix("YES") {
        Some(rest) => rest.trim_start_matches([':', ',', ' ', '\n']),
        None => &bare,
    };
    let mut found = BTreeSet::new();
    for entry in list.split([';', '\n']) {
        let entry = entry.trim().trim_start_matches("- ").trim_end_matches('.');
        if entry.is_empty() {
            continue;
        }
        let (pocket, ligand) = entry.rsplit_once(',')?;
        let mut pocket: Vec<&str> = pocket.split_whitespace().collect();
        let ligand = ligand.trim();
        if ligand.is_empty() || ligand.contains(' ') {
            return None;
        }
        let is_number = |word: &&str| {
            word.trim_start_matches('-')
                .starts_with(|c: char| c.is_ascii_digit())
        };
        if whole_names {
            if pocket.len() == 3 {
                // A chain without a name may be left out.
                pocket.push("?");
            }
            if pocket.len() != 4 || !is_number(&pocket[1]) {
                return None;
            }
        } else {
            if pocket.len() > 2 && is_number(&pocket[1]) {
                pocket.remove(1);
            }
            pocket.truncate(2);
            if pocket.len() != 2 {
                return None;
            }
        }
        found.insert(format!("{}, {ligand}", pocket.join(" ")));
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_many_clothes() {
        let wanted = Some(Step::translation(Axis::X, 3));
        for text in [
            "move x 3",
            " Move X 3. ",
            "```\nmove x 3\n```",
            "`move x +3`",
            "I see it go right.\n**Answer:** move x 3.0",
            "The answer is: move x 3 angstrom",
            "move x 3\u{c5}",
            "move x 3, move x 3",
            "<think>It may be move x 4.</think>\n\nmove x 3",
            "It is <answer>move x 3</answer> I think",
            "So $\\boxed{\\text{move x 3}}$.",
            "```json\n{\"answer\": \"move x 3\"}\n```",
        ] {
            assert_eq!(step(text), wanted, "{text}");
        }
        for text in [
            "",
            "3",
            "shift x 3",
            "move 3",
            "move x three",
            "move x 3.5",
            "move x 3 or move x 4",
        ] {
            assert_eq!(step(text), None, "{text}");
        }
        assert_eq!(step("turn y -15\u{b0}"), Some(Step::rotation(Axis::Y, -15)));
        assert_eq!(
            step("roll y \u{2212}15 degrees"),
            Some(Step::rotation(Axis::Y, -15))
        );
        assert_eq!(steps("roll x 75; move x -14").len(), 2);
    }

    #[test]
    fn letters_in_many_clothes() {
        let options: Vec<String> = [
            "move x 1, move y 2",
            "move x -1, move y 2",
            "move x 3, move y 2",
            "move x 1, move y 5",
        ]
        .map(str::to_owned)
        .to_vec();
        for text in [
            "C",
            "c",
            "(C)",
            "C.",
            "Option C",
            "Answer: C",
            "**C**",
            "C: move x 3, move y 2",
            "The answer is C",
            "It must be (c), so \\boxed{C}",
            "I choose C.",
            "move x 3, move y 2",
        ] {
            assert_eq!(letter(text, &options), Some("C"), "{text}");
        }
        for text in [
            "",
            "C or D",
            "A or B",
            "A complex that moved",
            "none",
            "E",
            "Options A and B",
        ] {
            assert_eq!(letter(text, &options), None, "{text}");
        }
        assert_eq!(letter("A", &options), Some("A"));
        assert_eq!(letter("A.", &options), Some("A"));
        assert_eq!(letter("I choose A.", &options), Some("A"));
        assert_eq!(letter("It is not C but A", &options), None);
    }

    #[test]
    fn bonds_in_many_clothes() {
        let set = |texts: &[&str]| Some(texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(
            bonds("Yes: ARG NH2, O1B; ARG NE, O2G", false),
            set(&["ARG NH2, O1B", "ARG NE, O2G"])
        );
        assert_eq!(bonds("yes: arg 45 nh2, o1b", false), set(&["ARG NH2, O1B"]));
        assert_eq!(bonds("No", false), set(&[]));
        assert_eq!(bonds("No.", false), set(&[]));
        assert_eq!(
            bonds("ARG 45 NH2 A, O1B;\nLYS 47 NZ A, O1A", true),
            set(&["ARG 45 NH2 A, O1B", "LYS 47 NZ A, O1A"])
        );
        assert_eq!(bonds("ARG 45 NH2, O1B", true), set(&["ARG 45 NH2 ?, O1B"]));
        for text in ["", "Yes", "maybe", "ARG NH2 O1B"] {
            assert_eq!(bonds(text, false), None, "{text}");
        }
        // Another name is another bond: a comma is part of the form, a prime of a name.
        assert_ne!(bonds("ARG NH2, O5'", false), bonds("ARG NH2, O5", false));
    }
}
