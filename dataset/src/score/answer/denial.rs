//! Recognises answers that deny any hydrogen bond: `No`, `No, it is too far away`.

use super::bond::names_atom;
use super::parts::residues;
use super::words::{FAR, is_any};

/// A denial of any bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// `No`, `None`, `No, because ...`.
    Bare,
    /// A sentence: `There are no hydrogen bonds`.
    Sentence,
    /// A sentence about some atoms: `NH1 forms no hydrogen bond`.
    OfAtoms,
}

const NO: &[&str] = &[
    "no",
    "none",
    "nope",
    "nah",
    "zero",
    "0",
    "nej",
    "nee",
    "nie",
    "negative",
    "nein",
    "non",
    "n\u{e3}o",
    "\u{43d}\u{435}\u{442}",
    "\u{644}\u{627}",
    "\u{928}\u{939}\u{940}\u{902}",
    "nessuno",
    "nessuna",
    "ninguno",
    "ninguna",
    "aucun",
    "aucune",
    "keine",
    "nenhum",
    "nenhuma",
];
/// Whole answers in Chinese, Japanese and Korean.
const EAST_ASIAN_NO: &[&str] = &[
    "\u{5426}",
    "\u{65e0}",
    "\u{6ca1}\u{6709}",
    "\u{4e0d}",
    "\u{4e0d}\u{662f}",
    "\u{4e0d}\u{5b58}\u{5728}",
    "\u{3044}\u{3044}\u{3048}",
    "\u{306a}\u{3057}",
    "\u{7121}\u{3057}",
    "\u{c544}\u{b2c8}\u{c694}",
    "\u{c544}\u{b2c8}\u{c624}",
    "\u{c5c6}\u{c74c}",
    "\u{c5c6}\u{c2b5}\u{b2c8}\u{b2e4}",
    "\u{b610}",
];
const YES: &[&str] = &[
    "yes",
    "s\u{ed}",
    "oui",
    "ja",
    "sim",
    "\u{434}\u{430}",
    "\u{646}\u{639}\u{645}",
    "\u{939}\u{93e}\u{901}",
    "\u{939}\u{93e}\u{902}",
    "s\u{ec}",
];
const EAST_ASIAN_YES: &[&str] = &[
    "\u{662f}",
    "\u{662f}\u{7684}",
    "\u{6709}",
    "\u{5b58}\u{5728}",
    "\u{306f}\u{3044}",
    "\u{c608}",
    "\u{b124}",
];
/// Words behind `no` that name what is denied.
const BONDS: &[&str] = &[
    "hydrogen",
    "h-bond",
    "h-bonds",
    "h-bonding",
    "bond",
    "bonds",
    "bonding",
    "bonded",
    "hydrogen-bonded",
    "hbond",
    "hbonds",
    "interact",
    "interacts",
    "interaction",
    "interactions",
    "contact",
    "contacts",
    "hydrogen-bond",
    "hydrogen-bonds",
    "wasserstoffbr\u{fc}cke",
    "wasserstoffbr\u{fc}cken",
    "wasserstoffbr\u{fc}ckenbindung",
    "liaison",
    "liaisons",
    "liga\u{e7}\u{e3}o",
    "liga\u{e7}\u{f5}es",
    "puente",
    "puentes",
    "enlace",
    "enlaces",
    "legame",
    "legami",
    "\u{432}\u{43e}\u{434}\u{43e}\u{440}\u{43e}\u{434}\u{43d}\u{44b}\u{445}",
    "\u{441}\u{432}\u{44f}\u{437}\u{435}\u{439}",
    "\u{631}\u{648}\u{627}\u{628}\u{637}",
    "\u{647}\u{64a}\u{62f}\u{631}\u{648}\u{62c}\u{64a}\u{646}\u{64a}\u{629}",
    "\u{92c}\u{902}\u{927}",
    "\u{92c}\u{902}\u{927}\u{928}",
    "hidr\u{f3}geno",
    "hydrog\u{e8}ne",
    "idrogeno",
    "hidrog\u{ea}nio",
    "\u{6c22}\u{952e}",
    "\u{6c34}\u{7d20}\u{7d50}\u{5408}",
    "\u{c218}\u{c18c}",
];
/// Words that restrict a denial.
const RESTRICTING: &[&str] = &[
    "other",
    "others",
    "further",
    "additional",
    "more",
    "else",
    "remaining",
    "except",
    "besides",
    "\u{5176}\u{4ed6}",
    "\u{4ed6}",
    "\u{b2e4}\u{b978}",
    "otros",
    "otras",
    "autre",
    "autres",
    "weiteren",
    "weitere",
    "outras",
    "outros",
    "altri",
    "\u{434}\u{440}\u{443}\u{433}\u{438}\u{445}",
];
/// Words that deny a verb.
const NEGATIONS: &[&str] = &[
    "no",
    "not",
    "don't",
    "doesn't",
    "isn't",
    "aren't",
    "didn't",
    "cannot",
    "can't",
    "without",
    "nothing",
    "zero",
    "none",
    "never",
    "couldn't",
    "neither",
    "lacks",
    "n\u{e3}o",
    "nicht",
    "keine",
    "kein",
    "pas",
    "aucune",
    "ning\u{fa}n",
    "nessun",
    "nenhuma",
    "\u{43d}\u{435}\u{442}",
    "\u{43d}\u{435}",
    "\u{644}\u{627}",
    "\u{928}\u{939}\u{940}\u{902}",
    "non",
    "\u{6ca1}",
    "\u{65e0}",
    "\u{4e0d}",
    "\u{307e}\u{305b}\u{3093}",
    "\u{306a}\u{3044}",
    "\u{306a}\u{3057}",
    "\u{c5c6}",
    "\u{c54a}",
];
/// Words of refusals.
const REFUSING: &[&str] = &[
    "idea",
    "answer",
    "image",
    "images",
    "picture",
    "pictures",
    "cannot",
    "can't",
    "unable",
    "sorry",
    "wait",
    "tell",
    "determine",
    "sure",
    "unclear",
    "certain",
    "certainly",
    "way",
    "information",
    "problem",
    "doubt",
];
/// Words of refusals wherever they stand.
const UNABLE: &[&str] = &[
    "unable",
    "sorry",
    "tell",
    "determine",
    "unclear",
    "whether",
    "name",
    "identify",
    "assess",
    "say",
];

/// Words of doubts and refusals, and of double negations, in sentences that seem to deny bonds.
#[rustfmt::skip]
const UNSURE: &[&str] = &[
    // English
    "cannot be excluded", "can't be excluded", "not be excluded", "not be ruled out",
    "can't be ruled out", "cannot exclude", "can't exclude", "not exclude", "cannot rule out",
    "can't rule out", "not rule out", "not enough information", "not enough data",
    "not enough detail", "insufficient information", "insufficient data", "insufficient detail",
    "not sufficient information", "not obvious", "not evident", "not clear", "not certain",
    "not sure", "not possible to tell", "not possible to say", "not possible to see",
    "not possible to judge", "impossible to tell", "impossible to say", "impossible to see",
    "impossible to judge", "not know", "don't know", "hard to", "difficult to", "not able to see",
    "not able to tell", "not able to judge", "not absent",
    // German
    "nicht erkennen", "nicht sehen", "nicht sagen", "nicht sicher", "nicht beurteilen",
    "nicht beantworten", "nicht ausgeschlossen", "nicht auszuschlie", "nicht ausschlie",
    "nicht genug info", "nicht genügend info", "nicht eindeutig", "weiß nicht",
    "weiß es nicht", "keine bilder", "keine ahnung", "nicht offensichtlich",
    // French
    "je ne peux pas", "ne sais pas", "sais pas", "pas certain", "pas sûr", "pas exclu",
    "pas assez d'info", "pas évident", "pas clair", "aucune idée", "aucune image",
    "impossible de dire", "impossible de savoir", "pas d'image",
    // Spanish
    "no puedo", "no se puede saber", "no se puede determinar", "no se puede descartar",
    "no se puede ver", "no sé", "no estoy segur", "no hay imágenes", "no hay suficiente inf",
    "información suficiente", "no es posible saber", "no es posible determinar",
    "no está claro", "no es evidente", "no se descarta", "ni idea", "no es obvio",
    "no son evidentes",
    // Portuguese
    "não consigo", "não posso", "não sei", "não tenho certeza",
    "não é possível saber", "não é possível determinar", "não é possível ver",
    "não se pode descartar", "não há imagens", "informações suficientes",
    "não está claro", "não é evidente", "não se descarta", "não são evidentes",
    // Japanese
    "かもしれ", "かも知れ", "に違いな", "に違いあ", "否定できな", "否定できま", "とは限ら", "分から",
    "分かりませ", "わから", "わかりませ", "判断できな", "判断できま", "排除できな", "排除できま",
    "少ない", "画像がな", "画像があ", "画像が見え", "明らかでは", "不明",
    // Chinese
    "不知道", "不排除", "不能排除", "不是没有", "并非", "有没有", "是否", "无法确定", "无法判断",
    "无法回答", "无法看", "无法排除", "不确定", "不能确定", "不能判断", "不能回答", "不清楚",
    "不明显", "没有图", "看不到图", "看不清",
    // Korean
    "없을 수도", "모르겠", "모릅니다", "배제할 수", "부정할 수", "판단할 수", "알 수", "확실하지",
    "그림이 없", "그림을 볼 수", "이미지가 없", "이미지를 볼 수", "있는지 없는지",
];

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('\u{2019}', "'")
        .split(|c: char| {
            !(c.is_alphanumeric() || "'-".contains(c) || matches!(c, '\u{900}'..='\u{97f}'))
        })
        .map(|word| word.trim_matches(['-', '\'']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns whether a text refuses to answer.
pub(super) fn is_refusal(text: &str) -> bool {
    words(text).iter().any(|word| is_any(word, UNABLE))
}

fn is_exactly(word: &str, list: &[&str]) -> bool {
    list.contains(&word)
}

/// Returns whether a text begins with `Yes`.
pub(super) fn starts_with_yes(text: &str) -> bool {
    let words = words(text);
    let first = words.first().map_or("", String::as_str);
    is_exactly(first, YES) || is_exactly(first, EAST_ASIAN_YES)
}

/// Removes `Yes` and the marks behind it.
pub(super) fn without_yes(text: &str) -> &str {
    let text = text.trim();
    if !starts_with_yes(text) {
        return text;
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '\u{900}'..='\u{97f}');
    let start = text.find(is_word).unwrap_or(0);
    let length = text[start..]
        .find(|c| !is_word(c))
        .unwrap_or(text.len() - start);
    text[start + length..]
        .trim_start_matches(|c: char| c.is_whitespace() || ":,.!-\u{2013}\u{2014}".contains(c))
}

/// Returns whether a sentence denies any hydrogen bond.
pub(super) fn denial(sentence: &str) -> Option<Denial> {
    match any_denial(sentence) {
        Some(Denial::Sentence) if names_atom(sentence) || !residues(sentence).is_empty() => {
            Some(Denial::OfAtoms)
        }
        None if is_too_far(sentence) => Some(Denial::OfAtoms),
        other => other,
    }
}

/// Returns whether a sentence says that something is too far away.
fn is_too_far(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    let is_question = lower.trim_end().ends_with('?');
    !is_question && FAR.iter().any(|words| lower.contains(words))
}

/// Returns whether a sentence says that its author does not know: `There is not enough
/// information to judge the hydrogen bonds`, `It cannot be excluded that ...`.
fn is_unsure(sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('\u{2019}', "'");
    UNSURE.iter().any(|words| lower.contains(words))
}

/// Returns whether a negation affirms: `no fewer than two`, `not only OE1`, `no reason to doubt`.
fn affirms(words: &[String]) -> bool {
    let follows = |at: usize, list: &[&str]| {
        let next = words.get(at + 1);
        next.is_some_and(|next| is_any(next, list))
    };
    words.iter().enumerate().any(|(at, word)| {
        is_any(word, &["no"]) && follows(at, &["fewer", "less", "doubt", "reason", "question"])
            || is_any(word, &["not"]) && follows(at, &["only", "just", "merely", "fewer", "less"])
            || is_any(word, &["doubtless", "undoubtedly"])
    })
}

fn any_denial(sentence: &str) -> Option<Denial> {
    let words = words(sentence);
    if affirms(&words) || is_unsure(sentence) {
        return None;
    }
    let first = words.first()?.as_str();
    if sentence.trim_end().ends_with('?') {
        return None;
    }
    let is_restricted = words.iter().enumerate().any(|(at, word)| {
        let is_measure = words.get(at + 1).is_some_and(|next| next == "than");
        is_any(word, RESTRICTING) && !is_measure
    });
    if is_exactly(first, EAST_ASIAN_NO) {
        if words[1..].iter().any(|word| is_any(word, REFUSING)) {
            return None;
        }
        return Some(Denial::Bare);
    }
    let has = |list: &[&str]| words.iter().any(|word| is_any(word, list));
    let denies_bonds = has(BONDS) && has(NEGATIONS) && !has(UNABLE);
    if is_exactly(first, NO) {
        if words.len() == 1 {
            return Some(Denial::Bare);
        }
        // `No hydrogen bonds`, `No, it is too far away`; not `No idea`.
        let behind = sentence[sentence.to_lowercase().find(first).unwrap_or(0)..]
            .trim_start_matches(char::is_alphabetic);
        let is_separate = behind
            .trim_start()
            .starts_with([',', '-', '\u{2014}', '\u{2013}', '(', ':']);
        let refuses = words[1..].iter().take(8).any(|word| is_any(word, REFUSING));
        if is_separate && !refuses {
            return Some(if has(BONDS) || words.len() > 1 {
                Denial::Bare
            } else {
                Denial::Sentence
            });
        }
        if is_restricted {
            return None;
        }
        let names_bonds = words[1..].iter().take(5).any(|word| is_any(word, BONDS));
        let is_none_of = first == "none" && !refuses;
        return (names_bonds && !has(UNABLE) || is_none_of).then_some(Denial::Sentence);
    }
    // `Definitely no.`
    if let [.., before, last] = words.as_slice()
        && words.len() <= 3
        && is_exactly(last, NO)
        && !["or", "yes", "and", "is"].contains(&before.as_str())
    {
        return Some(Denial::Bare);
    }
    // `..., so: No`
    if let [.., before, last] = words.as_slice()
        && is_exactly(last, NO)
        && (["so", "is", "a", "answer", "therefore", "thus", "hence"].contains(&before.as_str())
            || sentence
                .to_lowercase()
                .trim_end_matches(['.', '!'])
                .ends_with(&format!(": {last}")))
    {
        return Some(Denial::Bare);
    }
    // `There are none.`
    let is_none = words.len() <= 5
        && (has(&["none"])
            || has(NEGATIONS)
                && words
                    .last()
                    .is_some_and(|last| is_exactly(last, &["one", "any"]))
            || has(&["does", "do"]) && words.last().is_some_and(|last| last == "not"));
    ((denies_bonds || is_none) && !is_restricted).then_some(Denial::Sentence)
}
