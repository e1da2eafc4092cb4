//! Splits CIF text into tokens, on byte slices.
//!
//! Grammar: S. R. Hall, F. H. Allen, I. D. Brown, "The crystallographic information file", 1991, in
//! the form of the CIF 1.1 syntax specification
//! (<https://www.iucr.org/resources/cif/spec/version1.1/cifsyntax>).

use crate::{Location, MoleculeError};

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `data_NAME`, without the keyword.
    Data(&'a [u8]),
    /// `global_` at the beginning of a line: values for the data blocks after it.
    Global,
    /// `save_NAME`; with an empty name (`save_`) it ends a frame.
    Save(&'a [u8]),
    /// `loop_`.
    Loop,
    /// A data name with its underscore.
    Tag(&'a [u8]),
    /// A value; `None` for a bare `?` or `.`.
    Value(Option<&'a [u8]>),
    /// End of the text.
    End,
}

/// A position in CIF text.
#[derive(Debug, Clone)]
pub(super) struct Tokenizer<'a> {
    file: &'a str,
    bytes: &'a [u8],
    /// Offset of the first byte after the byte order mark.
    start: usize,
    position: usize,
    /// Line of `position`, counted from 1.
    line: u64,
    /// Line on which the last token began.
    token_line: u64,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c')
}

/// Returns the rest of `word` after `keyword`, in any case.
fn after<'a>(word: &'a [u8], keyword: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = word.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then_some(rest)
}

impl<'a> Tokenizer<'a> {
    /// Begins at the first byte; a byte order mark is skipped.
    pub(super) fn new(file: &'a str, bytes: &'a [u8]) -> Self {
        let start = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        Self {
            file,
            bytes,
            start,
            position: start,
            line: 1,
            token_line: 1,
        }
    }

    /// Returns the line on which the last token began, counted from 1.
    pub(super) fn token_line(&self) -> u64 {
        self.token_line
    }

    /// Returns true if only blanks precede the last token, the bare word `word`, on its line.
    pub(super) fn begins_line(&self, word: &[u8]) -> bool {
        let before = &self.bytes[self.start..self.position.saturating_sub(word.len())];
        let last = before.iter().rfind(|byte| !matches!(byte, b' ' | b'\t'));
        matches!(last, None | Some(b'\n' | b'\r'))
    }

    /// Creates an error at a line.
    pub(super) fn error(
        &self,
        line: u64,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> MoleculeError {
        MoleculeError::Syntax {
            location: Location::line(self.file, line),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns the next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, MoleculeError> {
        self.skip_space_and_comments();
        self.token_line = self.line;
        let Some(&first) = self.bytes.get(self.position) else {
            return Ok(Token::End);
        };
        match first {
            b'\'' | b'"' => self.quoted(first),
            b';' if self.at_line_start() => self.text_field(),
            b'_' => match self.word() {
                // A data name has at least one character after its underscore. Some programs write
                // the bare character as a name, such as that of a chain.
                word @ b"_" => Ok(Token::Value(Some(word))),
                word => Ok(Token::Tag(word)),
            },
            _ => {
                let word = self.word();
                self.bare(word)
            }
        }
    }

    /// Interprets a bare word: a keyword or a value.
    #[inline]
    fn bare(&self, word: &'a [u8]) -> Result<Token<'a>, MoleculeError> {
        if matches!(word, b"?" | b".") {
            return Ok(Token::Value(None));
        }
        // All keywords have at least five characters and begin with one of these letters.
        if word.len() < 5
            || !matches!(
                word[0],
                b'd' | b'D' | b'l' | b'L' | b's' | b'S' | b'g' | b'G'
            )
        {
            return Ok(Token::Value(Some(word)));
        }
        if let Some(name) = after(word, b"data_") {
            return Ok(Token::Data(name));
        }
        if let Some(name) = after(word, b"save_") {
            return Ok(Token::Save(name));
        }
        if word.eq_ignore_ascii_case(b"loop_") {
            return Ok(Token::Loop);
        }
        if word.eq_ignore_ascii_case(b"global_") && self.begins_line(word) {
            return Ok(Token::Global);
        }
        if word.eq_ignore_ascii_case(b"stop_") || word.eq_ignore_ascii_case(b"global_") {
            let word = String::from_utf8_lossy(word);
            return Err(self.error(
                self.token_line,
                format!("{word} is a reserved word"),
                "put quotes around it if it is a value",
            ));
        }
        Ok(Token::Value(Some(word)))
    }

    fn skip_space_and_comments(&mut self) {
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.position += 1;
                }
                b'#' => {
                    let rest = &self.bytes[self.position..];
                    self.position += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                }
                _ if is_space(byte) => self.position += 1,
                _ => return,
            }
        }
    }

    fn at_line_start(&self) -> bool {
        self.position == 0 || matches!(self.bytes[self.position - 1], b'\n' | b'\r')
    }

    /// Reads bytes up to white space.
    #[inline]
    fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.position..];
        let length = rest
            .iter()
            .position(|&byte| is_space(byte))
            .unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    /// Reads a quoted value on one line. A quote inside is part of the value unless white space
    /// follows it.
    fn quoted(&mut self, quote: u8) -> Result<Token<'a>, MoleculeError> {
        let start = self.position + 1;
        let rest = &self.bytes[start..];
        for end in memchr::memchr3_iter(quote, b'\n', b'\r', rest) {
            if rest[end] != quote {
                break;
            }
            if rest.get(end + 1).is_none_or(|&next| is_space(next)) {
                self.position = start + end + 1;
                return Ok(Token::Value(Some(&rest[..end])));
            }
        }
        let quote = char::from(quote);
        Err(self.error(
            self.token_line,
            format!("the quote {quote} is not closed on its line"),
            format!("end the value with {quote} and white space, or use a text field between lines that begin with ;"),
        ))
    }

    /// Reads a text field: from `;` at the start of a line to the next line that begins with `;`.
    fn text_field(&mut self) -> Result<Token<'a>, MoleculeError> {
        let start = self.position + 1;
        let rest = &self.bytes[start..];
        for end in memchr::memchr2_iter(b'\n', b'\r', rest) {
            if rest[end] == b'\n' {
                self.line += 1;
            }
            if rest.get(end + 1) == Some(&b';') {
                self.position = start + end + 2;
                let text = &rest[..end];
                return Ok(Token::Value(Some(text.strip_suffix(b"\r").unwrap_or(text))));
            }
        }
        Err(self.error(
            self.token_line,
            "the text field is not closed",
            "end it with a line that begins with ;",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(u64, Token<'_>)> {
        let mut tokenizer = Tokenizer::new("t.cif", text.as_bytes());
        let mut all = Vec::new();
        loop {
            let token = tokenizer.next().expect("sound text");
            if token == Token::End {
                return all;
            }
            all.push((tokenizer.token_line(), token));
        }
    }

    fn values(text: &str) -> Vec<Option<&str>> {
        tokens(text)
            .into_iter()
            .map(|(_, token)| match token {
                Token::Value(value) => value.map(|v| std::str::from_utf8(v).expect("text")),
                other => panic!("{other:?} is not a value"),
            })
            .collect()
    }

    #[test]
    fn a_quote_closes_only_before_white_space() {
        assert_eq!(
            values("'a dog's life' \"O5'\" 'C1'' \"say \"yes\"-now\"\t''"),
            [
                Some("a dog's life"),
                Some("O5'"),
                Some("C1'"),
                Some("say \"yes\"-now"),
                Some("")
            ]
        );
    }

    #[test]
    fn missing_values_are_bare_only() {
        assert_eq!(
            values("? . '?' \".\" ?? .5"),
            [None, None, Some("?"), Some("."), Some("??"), Some(".5")]
        );
    }

    #[test]
    fn comments_begin_after_white_space_only() {
        assert_eq!(
            values("# first\na#b # rest ' \n c"),
            [Some("a#b"), Some("c")]
        );
    }

    #[test]
    fn text_fields_keep_lines_and_count_them() {
        assert_eq!(
            tokens("x\n;one\n;two; 'q w'\n ;no field"),
            [
                (1, Token::Value(Some(b"x".as_slice()))),
                (2, Token::Value(Some(b"one"))),
                // A `;` that closes a field opens no other.
                (3, Token::Value(Some(b"two;"))),
                (3, Token::Value(Some(b"q w"))),
                (4, Token::Value(Some(b";no"))),
                (4, Token::Value(Some(b"field"))),
            ]
        );
        assert_eq!(values(";a b\nc\n;\nd"), [Some("a b\nc"), Some("d")]);
        assert_eq!(values("a ;b"), [Some("a"), Some(";b")]);
    }

    #[test]
    fn keywords_come_in_any_case() {
        assert_eq!(
            tokens("DATA_x LOOP_ Save_f save_ _Tag loop_x 'loop_' data"),
            [
                (1, Token::Data(b"x")),
                (1, Token::Loop),
                (1, Token::Save(b"f")),
                (1, Token::Save(b"")),
                (1, Token::Tag(b"_Tag")),
                (1, Token::Value(Some(b"loop_x"))),
                (1, Token::Value(Some(b"loop_"))),
                (1, Token::Value(Some(b"data"))),
            ]
        );
    }

    #[test]
    fn global_begins_a_section_at_the_beginning_of_a_line() {
        for text in ["global_ a", " GLOBAL_\na", "\u{feff}global_\r\na"] {
            assert_eq!(tokens(text)[0], (1, Token::Global), "{text:?}");
        }
        assert_eq!(
            values("'global_' global_x"),
            [Some("global_"), Some("global_x")]
        );
    }

    #[test]
    fn a_lone_underscore_is_a_value() {
        assert_eq!(
            tokens("_ _a '_' _\n__"),
            [
                (1, Token::Value(Some(b"_".as_slice()))),
                (1, Token::Tag(b"_a")),
                (1, Token::Value(Some(b"_"))),
                (1, Token::Value(Some(b"_"))),
                (2, Token::Tag(b"__")),
            ]
        );
    }

    #[test]
    fn line_ends_of_all_kinds_are_space() {
        let unix = values("a\n;t\nu\n;\n'b c'\nd");
        for end in ["\r\n", "\r"] {
            let text = "a\n;t\n;\n'b c'\nd".replace('\n', end);
            assert_eq!(
                values(&text),
                [Some("a"), Some("t"), Some("b c"), Some("d")],
                "{end:?}"
            );
        }
        assert_eq!(unix, [Some("a"), Some("t\nu"), Some("b c"), Some("d")]);
        assert_eq!(tokens("a\r\nb")[1].0, 2);
        assert_eq!(values("\u{feff}a"), [Some("a")]);
    }

    #[test]
    fn what_is_never_closed_is_refused_with_its_line() {
        for (text, expected) in [
            ("a\n'b\nc'", "t.cif:2: the quote ' is not closed"),
            ("a\n\"b", "t.cif:2: the quote \" is not closed"),
            ("a\n\n;b\nc", "t.cif:3: the text field is not closed"),
            ("stop_", "t.cif:1: stop_ is a reserved word"),
            ("a\nb global_", "t.cif:2: global_ is a reserved word"),
        ] {
            let mut tokenizer = Tokenizer::new("t.cif", text.as_bytes());
            let message = loop {
                match tokenizer.next() {
                    Err(error) => break error.to_string(),
                    Ok(Token::End) => panic!("{text:?} was accepted"),
                    Ok(_) => {}
                }
            };
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
