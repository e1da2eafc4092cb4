//! Messages on standard error, results on standard output, and how the program ends.

use std::fmt;
use std::io::Write;

use clap::Args;

pub(crate) use crate::cli::{CliError, INTERRUPTED};

/// How much is printed on standard error.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Verbosity {
    /// Print errors only.
    #[arg(
        short,
        long,
        global = true,
        display_order = 900,
        conflicts_with = "verbose"
    )]
    pub(crate) quiet: bool,
    /// Print more: all warnings of the readers, the adapter, timings.
    #[arg(short, long, global = true, display_order = 901)]
    pub(crate) verbose: bool,
}

/// Prints `molshot: ...` on standard error.
pub(crate) fn error(error: &CliError) {
    if !matches!(error, CliError::Silent) {
        note(error);
    }
}

/// Prints a note on standard error, unless that is closed.
pub(crate) fn note(text: impl fmt::Display) {
    let text = printable(&text.to_string());
    let _ = writeln!(std::io::stderr().lock(), "molshot: {text}");
}

/// Escapes what would change a terminal: texts of files and of other programs may have it.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        // Marks of direction would show a text in another order than it is in.
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() && !matches!(c, '\n' | '\t') || turns {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// Prints what a command line asks for (help, the version), or what is wrong with it. Returns the
/// exit status.
pub(crate) fn command_line(error: &clap::Error) -> u8 {
    if error.use_stderr() && !error.to_string().starts_with("error: ") {
        // Without any argument the help is printed on standard error, because it was not asked for.
        let _ = error.print();
        return 2;
    }
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    let text = error.to_string();
    note(text.trim_start_matches("error: ").trim_end());
    2
}

/// Writes to standard output; a closed pipe ends the program quietly.
pub(crate) fn output(bytes: &[u8]) -> Result<(), CliError> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(CliError::Silent),
        Err(error) => Err(CliError::from(error).of_input("standard output cannot be written")),
    }
}

/// Writes a value to standard output as indented JSON.
pub(crate) fn output_json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    output(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_of_notes_are_escaped() {
        let hostile = "HTTP 400: \u{1b}[31mred\u{1b}]0;title\u{7}\r\u{9b}2J \u{202e}txt";
        assert_eq!(
            printable(hostile),
            "HTTP 400: \\u{1b}[31mred\\u{1b}]0;title\\u{7}\\r\\u{9b}2J \\u{202e}txt"
        );
        let plain = "a.cif:3: \u{e9}\u{6c34}\u{2192}\n\tnext";
        assert_eq!(printable(plain), plain);
    }
}
