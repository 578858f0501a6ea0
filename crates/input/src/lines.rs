//! Lines of bounded length.

use std::io::{self, BufRead, Read as _};

use super::MAX_RECORD_BYTES;

/// What [`Lines::read`] found.
pub(super) enum Line {
    /// A line, in [`Lines::bytes`].
    Whole,
    /// A line that is longer than is read; it was skipped.
    TooLong,
    /// The end of the input.
    End,
}

/// Reads lines into one buffer.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    number: u64,
    buffer: Vec<u8>,
}

impl Lines {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Self {
        Self { input, number: 0, buffer: vec![] }
    }

    /// Number of the line that was read last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The line that was read last, without what is white at its end.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.trim_ascii_end()
    }

    /// Read the next line. After an error the input is at its end.
    pub(super) fn read(&mut self) -> io::Result<Line> {
        self.buffer.clear();
        // A hostile line must not keep its memory for the rest of the run.
        self.buffer.shrink_to(1 << 20);
        match self.fill() {
            Ok(line) => Ok(line),
            Err(e) => {
                self.input = Box::new(io::empty());
                Err(e)
            }
        }
    }

    fn fill(&mut self) -> io::Result<Line> {
        let n = self.input.by_ref().take(MAX_RECORD_BYTES as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if n == 0 {
            return Ok(Line::End);
        }
        self.number += 1;
        if self.buffer.len() <= MAX_RECORD_BYTES || self.buffer.ends_with(b"\n") {
            return Ok(Line::Whole);
        }
        self.input.skip_until(b'\n')?;
        Ok(Line::TooLong)
    }
}
