//! What is said on standard error, and how the program ends.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Exit status after Ctrl-C, as shells report it: 128 and the signal's number.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a subcommand ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is wrong: exit status 2.
    Usage(String),
    /// The work failed: exit status 1.
    Work(anyhow::Error),
    /// Ctrl-C ended the work early: exit status 130.
    Interrupted(String),
    /// Standard output was closed by its reader (`molshot info x | head`): nobody is left to be
    /// told.
    Silent,
}

impl Failure {
    /// A wrong command line: what is wrong; what would be right.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// A value of a flag that cannot be: exit status 2, and the message begins with the flag.
    pub(crate) fn flag(flag: &str, text: impl fmt::Display) -> Self {
        Self::Usage(format!("{flag}: {text}"))
    }

    /// A fault of a file's content, or of the file itself: exit status 1, and the message begins
    /// with the file.
    pub(crate) fn in_file(path: &Path, text: impl fmt::Display) -> Self {
        Self::Work(anyhow::anyhow!("{}: {text}", path.display()))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Work(_) => ExitCode::from(1),
            Self::Interrupted(_) => ExitCode::from(INTERRUPTED),
            Self::Silent => ExitCode::SUCCESS,
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Interrupted(text) => f.write_str(text),
            // The libraries' errors name their causes themselves: the chain would say them twice.
            Self::Work(error) => write!(f, "{error}"),
            Self::Silent => Ok(()),
        }
    }
}

/// Prints `molshot: ...` on standard error.
pub(crate) fn error(failure: &Failure) {
    if !matches!(failure, Failure::Silent) {
        note(failure);
    }
}

/// Prints a note on standard error. When that is closed nobody is left to be told.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "molshot: {text}");
}

/// Ends a program whose command line asks for help or the version, or is wrong.
pub(crate) fn command_line(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && !error.to_string().starts_with("error: ") {
        // Without any argument the help is printed: on standard error, for it was not asked for.
        let _ = error.print();
        return ExitCode::from(2);
    }
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    note(text.trim_start_matches("error: ").trim_end());
    ExitCode::from(2)
}

/// Writes to standard output; a closed pipe ends the program quietly.
pub(crate) fn output(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::Silent),
        Err(error) => Err(Failure::Work(anyhow::anyhow!(
            "standard output cannot be written: {error}"
        ))),
    }
}
