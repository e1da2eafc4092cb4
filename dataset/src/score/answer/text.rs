//! Finds the part of a response that is the answer, and writes its characters in one way.
//!
//! Reasoning blocks are removed, wrappers (`<answer>`, `\boxed{}`, JSON) are opened, and full-width
//! forms, digits of other scripts and mathematical letters become ASCII.

use std::borrow::Cow;

use super::Form;
use super::json;

/// Beginnings and ends of the reasoning of models.
const REASONING: [(&str, &str); 11] = [
    ("<seed:think>", "</seed:think>"),
    ("<thoughts>", "</thoughts>"),
    ("<reflection>", "</reflection>"),
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<analysis>", "</analysis>"),
    ("<scratchpad>", "</scratchpad>"),
    ("[think]", "[/think]"),
    ("\u{25c1}think\u{25b7}", "\u{25c1}/think\u{25b7}"),
];
/// Tags around answers.
const ANSWER_TAGS: [&str; 4] = ["answer", "final_answer", "final", "response"];
/// HTML tags that are removed.
const HTML_TAGS: [&str; 22] = [
    "b", "strong", "i", "em", "u", "p", "li", "ul", "ol", "div", "span", "code", "pre", "sub",
    "sup", "td", "tr", "th", "table", "tbody", "h2", "h3",
];
/// Number of boxes from the end that are looked at.
const MOST_BOXES: usize = 16;
/// Length in bytes of the end of an answer that is searched, so that time does not grow with the
/// square of the length.
pub(super) const SEARCHED_BYTES: usize = 32 * 1024;
/// Number of bytes behind which a shortened text begins with a word of its own.
const LONGEST_WORD: usize = 200;
/// LaTeX commands whose argument is kept.
const LATEX_FONTS: [&str; 8] = [
    "text",
    "mathbf",
    "textbf",
    "mathrm",
    "mathsf",
    "texttt",
    "boxed",
    "operatorname",
];

/// Returns the part of a response that is searched for an answer: all of it if it has at most
/// 32,768 bytes, else the end of its answer.
#[must_use]
pub fn searched(response: &str) -> Cow<'_, str> {
    if response.len() <= SEARCHED_BYTES {
        return Cow::Borrowed(response);
    }
    let mut text = unwrapped(response);
    if text.len() > SEARCHED_BYTES {
        let mut start = text.len() - SEARCHED_BYTES;
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let near = text[start..].char_indices();
        let mut near = near.take_while(|(at, _)| *at < LONGEST_WORD);
        let space = near.find(|(_, c)| c.is_whitespace());
        text.drain(..start + space.map_or(0, |(at, _)| at));
    }
    Cow::Owned(text)
}

/// Returns the answer within a response, or an empty text if the response is only reasoning.
pub(super) fn answer_part(response: &str, form: Form) -> String {
    let text = unwrapped(&searched(response));
    let text = json::opened(&text, form).unwrap_or(text);
    without_markup(&text)
}

/// Removes reasoning, and takes a text out of tags and boxes.
fn unwrapped(response: &str) -> String {
    let visible = without_reasoning(response);
    let text = normalised(&without_struck(&visible));
    let text = tagged(&text).unwrap_or(text);
    boxed(&text).unwrap_or(text)
}

/// Finds an ASCII pattern (lower case) in a text in any case, from the end.
fn rfind(text: &str, pattern: &str) -> Option<usize> {
    text.to_ascii_lowercase().rfind(pattern)
}

/// Removes reasoning blocks; an unclosed one hides all that follows.
fn without_reasoning(response: &str) -> String {
    let mut text = response;
    // The channels of the Harmony format.
    let channel = "<|channel|>";
    if let Some((_, last)) = text.rsplit_once(channel) {
        let Some(answer) = last.strip_prefix("final") else {
            return String::new();
        };
        text = answer
            .split_once("<|message|>")
            .map_or(answer, |(_, text)| text);
    }
    for (_, close) in REASONING {
        if let Some(at) = rfind(text, close) {
            text = &text[at + close.len()..];
        }
    }
    for (open, _) in REASONING {
        if let Some(at) = text.to_ascii_lowercase().find(open) {
            text = &text[..at];
        }
    }
    let text = text
        .replace("<|begin_of_box|>", "\\boxed{")
        .replace("<|end_of_box|>", "}");
    without_special_tokens(&text)
}

/// Removes tokens such as `<|im_end|>` and `</s>`.
fn without_special_tokens(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::new();
    while let Some(start) = rest.find("<|") {
        let Some(length) = rest[start..].find("|>") else {
            break;
        };
        clean.push_str(&rest[..start]);
        clean.push(' ');
        rest = &rest[start + length + 2..];
    }
    clean.push_str(rest);
    for token in ["</s>", "<eos>", "<end_of_turn>", "<end_of_utterance>"] {
        clean = clean.replace(token, " ");
    }
    clean
}

/// Removes text that is struck out: `~~A~~`.
fn without_struck(text: &str) -> String {
    let parts: Vec<&str> = text.split("~~").collect();
    if parts.len() < 3 || parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    parts.into_iter().step_by(2).collect::<Vec<_>>().join(" ")
}

/// Writes characters in one way.
fn normalised(text: &str) -> String {
    text.chars().filter_map(normal).collect()
}

/// Returns the usual form of a character, or `None` if it is invisible.
fn normal(c: char) -> Option<char> {
    let code = u32::from(c);
    let nth = |first: u32, start: u32| char::from_u32(first + (code - start));
    Some(match c {
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fe0e}'
        | '\u{fe0f}'
        | '\u{20e3}' => return None,
        '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{3000}' => ' ',
        '\r' => '\n',
        '\u{3001}' | '\u{60c}' => ',',
        '\u{61b}' => ';',
        '\u{61f}' => '?',
        '\u{3002}' | '\u{964}' => '.',
        '\u{2032}' => '\'',
        // Signs that look like the degree sign.
        '\u{ba}' | '\u{2da}' | '\u{2218}' => '\u{b0}',
        '\u{2080}'..='\u{2089}' => return nth(0x30, 0x2080),
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => return nth(0x21, 0xff01),
        '\u{660}'..='\u{669}' => return nth(0x30, 0x660),
        '\u{6f0}'..='\u{6f9}' => return nth(0x30, 0x6f0),
        '\u{966}'..='\u{96f}' => return nth(0x30, 0x966),
        // Mathematical letters, in thirteen alphabets of 52.
        '\u{1d400}'..='\u{1d6a3}' => {
            let index = (code - 0x1d400) % 52;
            let first = if index < 26 { 0x41 } else { 0x61 - 26 };
            return char::from_u32(first + index);
        }
        '\u{24b6}'..='\u{24cf}' => return nth(0x41, 0x24b6),
        '\u{24d0}'..='\u{24e9}' => return nth(0x61, 0x24d0),
        '\u{1f110}'..='\u{1f129}' => return nth(0x41, 0x1f110),
        '\u{1f130}'..='\u{1f149}' => return nth(0x41, 0x1f130),
        '\u{1f150}'..='\u{1f169}' => return nth(0x41, 0x1f150),
        '\u{1f170}'..='\u{1f189}' => return nth(0x41, 0x1f170),
        c => c,
    })
}

/// Returns the content of the last `<answer>` or similar tag.
fn tagged(text: &str) -> Option<String> {
    ANSWER_TAGS.iter().find_map(|tag| {
        let open = format!("<{tag}>");
        let start = rfind(text, &open)? + open.len();
        let rest = &text[start..];
        let end = rest.to_ascii_lowercase().find(&format!("</{tag}>"));
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    })
}

/// Returns the contents of the last boxes that share a paragraph.
fn boxed(text: &str) -> Option<String> {
    let mut boxes: Vec<(usize, usize, &str)> = Vec::new();
    for mark in ["\\boxed{", "\\fbox{"] {
        for (start, _) in text.rmatch_indices(mark).take(MOST_BOXES) {
            let inner = &text[start + mark.len()..];
            let mut depth = 1_i32;
            let end = inner.find(|c| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                depth == 0
            });
            let inner = &inner[..end.unwrap_or(inner.len())];
            boxes.push((start, start + mark.len() + inner.len(), inner));
        }
    }
    boxes.sort_by_key(|(start, ..)| *start);
    let (mut start, _, last) = *boxes.last()?;
    let mut contents = vec![last];
    for (other, end, inner) in boxes.iter().rev().skip(1) {
        if *end > start || text[*end..start].contains("\n\n") {
            break;
        }
        contents.insert(0, inner);
        start = *other;
    }
    Some(contents.join("; "))
}

/// Removes LaTeX commands and HTML tags.
fn without_markup(text: &str) -> String {
    let mut text = text
        .replace("<br>", "\n")
        .replace("<br/>", "\n")
        .replace("<br />", "\n")
        .replace("\\rightarrow", "->")
        .replace("\\to ", "-> ")
        .replace("\\AA", "\u{c5}")
        .replace("\\degree", "\u{b0}")
        .replace("^{\\circ}", "\u{b0}")
        .replace("^\\circ", "\u{b0}")
        .replace("\\circ", "\u{b0}");
    for tag in HTML_TAGS {
        text = text
            .replace(&format!("<{tag}>"), " ")
            .replace(&format!("</{tag}>"), " ");
    }
    text = without_pairs_of_tags(&text);
    text = without_subscripts(&without_fonts(&text));
    for space in [
        "\\ ", "\\,", "\\;", "\\:", "\\!", "\\quad", "\\(", "\\)", "\\[", "\\]",
    ] {
        text = text.replace(space, " ");
    }
    text
}

/// Removes other tags that are opened and closed: `<command>move x 3</command>`.
fn without_pairs_of_tags(text: &str) -> String {
    let mut plain = text.to_owned();
    for part in text.split('<').skip(1) {
        let Some((name, _)) = part.split_once('>') else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let is_tag = !name.is_empty() && name.len() <= 20 && name.chars().all(is_name);
        if is_tag && text.contains(&format!("</{name}>")) {
            plain = plain
                .replace(&format!("<{name}>"), " ")
                .replace(&format!("</{name}>"), " ");
        }
    }
    plain
}

/// Removes subscripts within formulas: `$O_7$` becomes `O7`.
fn without_subscripts(text: &str) -> String {
    let parts: Vec<&str> = text.split('$').collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut plain = String::new();
    for (number, part) in parts.into_iter().enumerate() {
        if number.is_multiple_of(2) {
            plain.push_str(part);
        } else if part.len() <= 40 && part.contains('_') {
            plain.push_str(&part.replace(['_', '{', '}'], ""));
        } else {
            plain.push('$');
            plain.push_str(part);
            plain.push('$');
        }
    }
    plain
}

/// Removes LaTeX fonts: `\text{C}` becomes `C`.
fn without_fonts(text: &str) -> String {
    let mut plain = String::new();
    // Whether each open brace belongs to a font.
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let font = LATEX_FONTS.iter().find_map(|font| {
            let inner = rest.strip_prefix('\\')?.strip_prefix(font)?;
            inner.strip_prefix('{')
        });
        if let Some(inner) = font {
            open.push(true);
            rest = inner;
            continue;
        }
        let is_font = match c {
            '{' => {
                open.push(false);
                false
            }
            '}' => open.pop() == Some(true),
            _ => false,
        };
        if !is_font {
            plain.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    plain
}
