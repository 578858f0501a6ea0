//! Lines of bounded length.

use std::io::{self, BufRead};

use memchr::memchr;

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
        loop {
            let bytes = match self.input.fill_buf() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let at_end = bytes.is_empty();
            let line_break = memchr(b'\n', bytes);
            let used = line_break.map_or(bytes.len(), |at| at + 1);
            // Of a line that is too long no more is kept than shows that it is.
            let room = (MAX_RECORD_BYTES + 1).saturating_sub(self.buffer.len());
            self.buffer.extend_from_slice(&bytes[..used.min(room)]);
            self.input.consume(used);
            if at_end && self.buffer.is_empty() {
                return Ok(Line::End);
            }
            if at_end || line_break.is_some() {
                self.number += 1;
                let is_whole = self.buffer.len() <= MAX_RECORD_BYTES || self.buffer.ends_with(b"\n");
                return Ok(if is_whole { Line::Whole } else { Line::TooLong });
            }
        }
    }
}
