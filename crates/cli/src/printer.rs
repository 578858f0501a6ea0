//! The one place that decides what reaches stdout and stderr.

use std::io::{self, IsTerminal, Write};

use crate::env;

/// Writes for people (stderr) and for programs (stdout).
#[derive(Clone)]
pub(crate) struct Printer {
    quiet: bool,
    colour: bool,
}

impl Printer {
    pub(crate) fn new(quiet: bool) -> Self {
        let colour = io::stderr().is_terminal() && std::env::var_os(env::NO_COLOR).is_none();
        Self { quiet, colour }
    }

    /// Whether a progress bar has a terminal to live on.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// A line that `--quiet` silences.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.line("", text);
        }
    }

    /// A line that programs wait for: not even `--quiet` silences it.
    pub(crate) fn answer(&self, text: &str) {
        self.line("", text);
    }

    /// A line about something that went wrong and was gone around.
    pub(crate) fn warning(&self, text: &str) {
        self.line("warning: ", text);
    }

    /// The reason why the command failed.
    pub(crate) fn error(&self, text: &str) {
        self.line("error: ", text);
    }

    /// What to do about it.
    pub(crate) fn hint(&self, text: &str) {
        self.line("hint: ", text);
    }

    fn line(&self, label: &str, text: &str) {
        let paint = match (self.colour, label) {
            (true, "error: ") => "\x1b[1;31m",
            (true, "warning: ") => "\x1b[1;33m",
            (true, "hint: ") => "\x1b[1;36m",
            _ => "",
        };
        let reset = if paint.is_empty() { "" } else { "\x1b[0m" };
        // A closed stderr is no reason to fail.
        let _ = writeln!(io::stderr().lock(), "{paint}{label}{reset}{text}");
    }

    /// Standard output, for data.
    #[allow(clippy::unused_self, reason = "stdout is reached through the printer alone")]
    pub(crate) fn data(&self) -> io::StdoutLock<'static> {
        io::stdout().lock()
    }
}
