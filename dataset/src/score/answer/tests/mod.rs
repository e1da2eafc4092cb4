//! Tables of texts and their expected meaning, for each form of answer.

use molshot_scenes::commands::Axis;

use super::*;

mod length;
mod table;
use crate::step::Step;

#[test]
fn commands_in_many_phrasings() {
    let wanted = Some(Step::translation(Axis::X, 3));
    for text in [
        "move x 3",
        " Move X 3. ",
        "```\nmove x 3\n```",
        "`move x +3`",
        "I see it go right.\n**Answer:** move x 3.0",
        "The answer is: move x 3 angstrom",
        "move x 3\u{c5}",
        "Move x +3 \u{c5}",
        "move x 3, move x 3",
        "move x 3 move x 3",
        "<think>It may be move x 4.</think>\n\nmove x 3",
        "It is <answer>move x 3</answer> I think",
        "So $\\boxed{\\text{move x 3}}$.",
        "```json\n{\"answer\": \"move x 3\"}\n```",
        "move x by 3",
        "move x by 3 angstroms.",
        "MOVE X 3!",
        "move X = 3",
        "move x: 3",
        "move x=3",
        "move(x, 3)",
        "move along x by 3",
        "- move x 3",
        "move x 03",
        "move x 3. Not move y 2",
        "It is not move y 2 but move x 3",
        "move x 3 or so",
    ] {
        assert_eq!(step(text), wanted, "{text}");
    }
    let left = Some(Step::translation(Axis::X, -3));
    for text in [
        "move x -3",
        "move x \u{2212}3",
        "move x \u{2013}3",
        "move x \u{2014}3",
        "move x - 3",
        "move x by -3",
    ] {
        assert_eq!(step(text), left, "{text}");
    }
    for text in [
        "",
        "3",
        "shift x 3",
        "move 3",
        "move 3 x",
        "move x three",
        "move x 3.5",
        "move x 3,5",
        "move x 3 or move x 4",
        "move x 3 or 4",
        "move x 3 to 4",
        "move x 3-4",
        "move x 3 - 4",
        "move x 3/4",
        "move x 3 and 4",
        "move x 3 4",
        "move x 3 nm",
        "move x 3nm",
        "move x 3px",
        "move x 3 pixels",
        "move x 3 degrees",
        "roll x 15 angstrom",
        "roll x 1 rad",
        "I would not move x 3",
        "remove x 3",
    ] {
        assert_eq!(step(text), None, "{text}");
    }
    assert_eq!(step("turn y -15\u{b0}"), Some(Step::rotation(Axis::Y, -15)));
    assert_eq!(
        step("roll y \u{2212}15 degrees"),
        Some(Step::rotation(Axis::Y, -15))
    );
    assert_eq!(
        step("roll about the y axis by -15 degrees"),
        Some(Step::rotation(Axis::Y, -15))
    );
    for text in [
        "roll x 75; move x -14",
        "roll x 75,move x -14",
        "roll x 75 and move x -14",
        "roll x 75 then move x -14",
        "1. roll x 75\n2. move x -14",
    ] {
        assert_eq!(steps(text).len(), 2, "{text}");
    }
}

#[test]
fn letters_in_many_phrasings() {
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
        "[C]",
        "'C'",
        "\"C\"",
        "$C$",
        "c)",
        "Option C",
        "option c",
        "Picture C",
        "Answer: C",
        "**C**",
        "**Answer: C**",
        "C: move x 3, move y 2",
        "C: move y 2, move x 3",
        "Option C (move x 3, move y 2)",
        "The answer is C",
        "The answer is option C",
        "The correct option is C, since B is mirrored",
        "The correct option: C",
        "C is correct",
        "Option C is correct.",
        "It must be (c), so \\boxed{C}",
        "I choose C.",
        "I choose C because A is mirrored",
        "C because option A is too far left",
        "C\n\nB is mirrored",
        "Answer: C\nExplanation: B is wrong",
        "Final answer: c",
        "A is mirrored. The answer is C.",
        "move x 3, move y 2",
        "move y 2, move x 3",
    ] {
        assert_eq!(letter(text, &options), Some("C"), "{text}");
    }
    for text in [
        "A",
        "A.",
        "I choose A.",
        "A because option C is too far left",
        "The correct option is A, since B is mirrored",
        "A is correct",
        "'A'",
        "$A$",
        "Answer: A\nExplanation: C is wrong",
        "Option A.",
        "So it is A",
        "It is not C but A",
    ] {
        assert_eq!(letter(text, &[]), Some("A"), "{text}");
    }
    for text in [
        "",
        "C or D",
        "A or B",
        "A/B",
        "Both A and C",
        "A, B, C and D",
        "ABCD",
        "A complex that moved",
        "a picture",
        "none",
        "E",
        "Options A and B",
        "The answer is not C",
        "C is wrong",
        "Option C is wrong",
        "Answer: A\nAnswer: C",
        "The answer is A. The answer is C.",
        "A is correct, and C is correct",
        "C: move x -7, move y 4",
        "C: move x -1, move y 2",
        "B: move x 3, move y 2",
        "move x 3",
    ] {
        assert_eq!(letter(text, &options), None, "{text}");
    }
}

fn named(bond: &AnswerBond) -> String {
    let or_dash = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".into());
    format!(
        "{} {} {} {}, {}",
        bond.residue,
        or_dash(&bond.number),
        bond.atom,
        or_dash(&bond.chain),
        bond.ligand_atom
    )
}

#[test]
fn bonds_in_many_phrasings() {
    let two = ["MET 104 N A, N4", "LYS 47 NZ A, O1A"];
    for text in [
        "MET 104 N A, N4; LYS 47 NZ A, O1A",
        "met 104 n a, n4; lys 47 nz a, o1a",
        "Yes: MET 104 N A, N4; LYS 47 NZ A, O1A",
        "MET 104 N A, N4;\nLYS 47 NZ A, O1A",
        "MET 104 N A,N4;LYS 47 NZ A,O1A.",
        "Here are the bonds:\nMET 104 N A, N4; LYS 47 NZ A, O1A",
        "Looking at residue 104, I see two:\nMET 104 N A, N4; LYS 47 NZ A, O1A",
        "1. MET 104 N A, N4\n2. LYS 47 NZ A, O1A",
        "1) MET 104 N A, N4\n2) LYS 47 NZ A, O1A",
        "(1) MET 104 N A, N4\n(2) LYS 47 NZ A, O1A",
        "- MET 104 N A, N4\n- LYS 47 NZ A, O1A",
        "* MET 104 N A, N4\n* LYS 47 NZ A, O1A",
        "\u{2022} MET 104 N A, N4\n\u{2022} LYS 47 NZ A, O1A",
        "MET 104 N A, N4; LYS 47 NZ A, O1A; none other",
        "MET104 N A, N4; LYS47 NZ A, O1A",
        "MET 104 N A, N4; LYS 47 NZ A, O1A\n\nNo other bonds.",
        "Yes, there are: MET 104 N A, N4; LYS 47 NZ A, O1A",
        "Yes.\nMET 104 N A, N4; LYS 47 NZ A, O1A",
        "YES - MET 104 N A, N4; LYS 47 NZ A, O1A",
        "**MET 104 N A, N4; LYS 47 NZ A, O1A**",
        "MET 104 N A, N4; LYS 47 NZ A, O1A\nThese are close.",
        "Answer: MET 104 N A, N4; LYS 47 NZ A, O1A;",
    ] {
        let found = bonds(text).unwrap_or_else(|| panic!("not understood: {text}"));
        assert_eq!(found.iter().map(named).collect::<Vec<_>>(), two, "{text}");
    }
    for (text, wanted) in [
        ("Yes: ARG NH2, O1B", "ARG - NH2 -, O1B"),
        ("ARG 45 NH2, O1B", "ARG 45 NH2 -, O1B"),
        ("ARG45 NH2, O1B", "ARG 45 NH2 -, O1B"),
        ("ARG 45B NH2 ?, O1B", "ARG 45B NH2 ?, O1B"),
        ("ASP -3 OD1 A, N1", "ASP -3 OD1 A, N1"),
        ("HOH 1 O A, O5'", "HOH 1 O A, O5'"),
        ("Yes: MET N, N4*", "MET - N -, N4*"),
        ("No, wait. Yes: LYS NZ, O03", "LYS - NZ -, O03"),
    ] {
        let found = bonds(text).unwrap_or_else(|| panic!("not understood: {text}"));
        assert_eq!(
            found.iter().map(named).collect::<Vec<_>>(),
            [wanted],
            "{text}"
        );
    }
    for text in [
        "No",
        "no",
        "No.",
        "\"No\"",
        "'No'",
        "None",
        "none.",
        "Answer: No hydrogen bond",
        "No hydrogen bonds.",
        "No, there is none.",
        "No, there are no hydrogen bonds.",
        "There is no hydrogen bond.",
        "Nope",
        "There are none.",
        "There is no hydrogen bond between this residue and the ligand.",
        "No hydrogen bonds are formed between ARG 45 and the ligand",
        "Yes. Actually: No",
    ] {
        assert_eq!(bonds(text), Some(Vec::new()), "{text}");
    }
    for text in [
        "",
        "Yes",
        "maybe",
        "N/A",
        "ARG NH2 O1B",
        "No idea.",
        "No image was provided, so I cannot tell.",
        "No answer",
        "No bonds between ARG NH2, O1B?",
        "Yes: none",
        "MET N, N4; No",
        "Yes: MET N foo bar, N4; MET O, N7",
        "MET 104 N A, N4 and more 3",
        "MET 104 N A, N4 N5",
        "MET_104_N_A,_N4 x",
    ] {
        assert_eq!(bonds(text), None, "{text}");
    }
}
