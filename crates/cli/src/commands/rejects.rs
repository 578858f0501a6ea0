//! Telling people about lines that could not be used.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use grens_batch::{BatchError, Counts};
use grens_law::{Exit, RejectRecord};

use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

/// Rejects that are shown one by one; the rest is counted.
pub(super) const SHOWN: usize = 20;

/// Shows the first rejects and, where asked for, writes all of them to a file.
pub(super) struct Rejects<'a> {
    printer: &'a Printer,
    file: Option<(PathBuf, BufWriter<File>)>,
    seen: usize,
}

impl<'a> Rejects<'a> {
    pub(super) fn new(printer: &'a Printer, file: Option<&Path>) -> grens_batch::Result<Self> {
        let file = file
            .map(|path| {
                let open = File::create(path).map_err(|e| BatchError::output(path, e))?;
                Ok::<_, BatchError>((path.to_owned(), BufWriter::new(open)))
            })
            .transpose()?;
        Ok(Self { printer, file, seen: 0 })
    }

    /// Show a reject, if it is among the first.
    pub(super) fn show(&mut self, reject: &RejectRecord) {
        self.seen += 1;
        if self.seen <= SHOWN {
            let RejectRecord { file, line, reason, hint, .. } = reject;
            self.printer.warning(&format!("{file}:{line}: {reason}; not scored ({hint})"));
        }
    }

    pub(super) fn take(&mut self, reject: &RejectRecord) -> grens_batch::Result<()> {
        self.show(reject);
        if let Some((path, writer)) = &mut self.file {
            let written = serde_json::to_writer(&mut *writer, reject).map_err(Into::into);
            written
                .and_then(|()| writer.write_all(b"\n"))
                .map_err(|e: std::io::Error| BatchError::output(path.clone(), e))?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> grens_batch::Result<()> {
        if let Some((path, writer)) = &mut self.file {
            writer.flush().map_err(|e| BatchError::output(path.clone(), e))?;
        }
        Ok(())
    }
}

/// What the end of a run over posts is told by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    /// Posts that have a decision.
    pub(super) posts: u64,
    /// Lines that could not be used.
    pub(super) rejected: u64,
    /// Posts of other languages, left out.
    pub(super) skipped: u64,
    /// Posts that an earlier night has scanned, left out.
    pub(super) seen_before: u64,
}

impl Tail {
    /// All of them.
    pub(super) const fn items(&self) -> u64 {
        self.posts + self.rejected + self.skipped + self.seen_before
    }
}

impl From<&Counts> for Tail {
    fn from(counts: &Counts) -> Self {
        let Counts { posts, rejected, skipped, .. } = *counts;
        Self { posts, rejected, skipped, seen_before: 0 }
    }
}

/// How a run over posts ends: says what was left out and picks the exit code.
pub(super) fn ending(counts: &Tail, all_listed_in: Option<&Path>, printer: &Printer) -> Outcome {
    if counts.rejected > 0 {
        let more = counts.rejected.saturating_sub(SHOWN as u64);
        let list = match all_listed_in {
            Some(path) => format!("; all are listed in {}", path.display()),
            None if more > 0 => {
                format!("; {more} more than are shown: list them all with --rejects FILE")
            }
            None => String::new(),
        };
        printer.warning(&format!("{} of {} lines could not be used{list}", counts.rejected, counts.items()));
    }
    if counts.skipped > 0 {
        printer
            .note(&format!("{} posts in other languages were skipped (--all-languages scores them)", counts.skipped));
    }
    if counts.posts == 0 && counts.seen_before == 0 {
        if counts.skipped > 0 {
            let what = format!("none of the {} posts is in Dutch", counts.skipped);
            return Err(Failure::message(Exit::NoInput, what).hint("--all-languages scores them all the same"));
        }
        let what = if counts.rejected == 0 { "the input holds no posts" } else { "no line of the input could be used" };
        return Err(Failure::message(Exit::NoInput, what)
            .hint("give JSON Lines, one object a line, such as {\"id\": \"1\", \"text\": \"...\"}"));
    }
    Ok(if counts.rejected > 0 { Exit::SomeRejected } else { Exit::Ok })
}
