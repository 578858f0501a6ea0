//! Delimited text record by record, whatever its columns mean.

use std::io::{self, BufRead};

use csv_core::ReadRecordResult;

use super::super::MAX_RECORD_BYTES;
use super::super::found::Fault;
use super::super::jsonl::bad_encoding;
use super::header::{Names, choose};

/// Reads records of a table whose first line names the columns.
pub(crate) struct Delimited {
    input: Box<dyn BufRead + Send>,
    separator: u8,
    /// Whether a cell may stand between quotation marks.
    quoting: bool,
    /// Columns of the header.
    width: usize,
    core: csv_core::Reader,
    buffer: Vec<u8>,
    /// Where in the buffer the record in hand begins, and how far the parser has seen it.
    start: usize,
    fed: usize,
    /// Line on which the record in hand begins, from 1.
    line: u64,
    at_end: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A record in the buffers.
pub(crate) struct Record {
    pub(crate) line: u64,
    written: usize,
    width: usize,
}

/// What [`Delimited::next`] found.
pub(crate) enum Step {
    Record(Record),
    Fault(Fault),
    End,
}

/// The cells of a record, as many as the header has names.
pub(crate) struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Cells<'a> {
    pub(crate) fn get(&self, column: usize) -> &'a str {
        let end = |at: usize| self.ends.get(at).copied();
        let start = column.checked_sub(1).and_then(end).unwrap_or(0);
        end(column).and_then(|end| self.text.get(start..end)).unwrap_or_default()
    }
}

impl Delimited {
    pub(crate) fn new(input: Box<dyn BufRead + Send>, quoting: bool) -> Self {
        let (output, ends) = (vec![0; 1 << 12], vec![0; 32]);
        Self {
            input,
            separator: b',',
            quoting,
            width: 0,
            core: csv_core::Reader::new(),
            buffer: vec![],
            start: 0,
            fed: 0,
            line: 1,
            at_end: false,
            output,
            ends,
        }
    }

    /// Line on which the next record begins, from 1.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Read on; `false` at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.fed -= self.start;
        self.start = 0;
        let n = loop {
            match self.input.fill_buf() {
                Ok(bytes) => {
                    self.buffer.extend_from_slice(bytes);
                    break bytes.len();
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        };
        self.input.consume(n);
        self.at_end = n == 0;
        Ok(n > 0)
    }

    /// The record in hand, as far as it has been read.
    fn raw(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Go on after the first `n` bytes of what is in hand.
    fn drop(&mut self, n: usize) {
        let end = self.start + n;
        self.line += self.buffer[self.start..end].iter().filter(|&&b| b == b'\n').count() as u64;
        (self.start, self.fed) = (end, end);
    }

    /// Read the header line, parted by the first of `separators` whose names `fits` takes; `None` when there is nothing to read. No records may be
    /// read of a table whose names do not fit.
    pub(crate) fn header(&mut self, separators: &[u8], fits: impl Fn(&[String]) -> bool) -> io::Result<Option<Names>> {
        while !self.raw().contains(&b'\n') && self.raw().len() <= MAX_RECORD_BYTES && self.fill()? {}
        if self.raw().starts_with(b"\xef\xbb\xbf") {
            self.drop(3);
        }
        self.drop(self.raw().iter().take_while(|b| b.is_ascii_whitespace()).count());
        if self.raw().is_empty() {
            return Ok(None);
        }
        let end = self.raw().iter().position(|&b| b == b'\n').unwrap_or(self.raw().len());
        let text = String::from_utf8_lossy(&self.raw()[..end]).into_owned();
        let found = choose(&text, self.line, separators, self.quoting, fits);
        (self.separator, self.width) = (found.separator, found.names.len());
        self.core = csv_core::ReaderBuilder::new().delimiter(found.separator).quoting(self.quoting).build();
        self.drop((end + 1).min(self.raw().len()));
        Ok(Some(found))
    }

    /// The next record.
    pub(crate) fn next(&mut self) -> io::Result<Step> {
        let (mut written, mut width) = (0, 0);
        // A hostile record must not keep its memory for the rest of the run.
        self.buffer.shrink_to(1 << 20);
        self.output.truncate(1 << 20);
        self.output.shrink_to(1 << 20);
        loop {
            if self.fed == self.buffer.len() && !self.at_end {
                if self.raw().len() > MAX_RECORD_BYTES {
                    return self.give_up();
                }
                self.fill()?;
                continue;
            }
            let input = self.buffer.get(self.fed..).unwrap_or_default();
            let (output, ends) = (&mut self.output[written..], &mut self.ends[width..]);
            let (result, used, out, columns) = self.core.read_record(input, output, ends);
            self.fed += used;
            written += out;
            width += columns;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(Step::End),
                ReadRecordResult::Record => {
                    let raw = self.buffer.get(self.start..self.fed).unwrap_or_default();
                    let open = || self.quoting && ends_in_quotes(raw, self.separator);
                    if self.at_end && self.fed == self.buffer.len() && open() {
                        return self.give_up();
                    }
                    let line = self.line + leading_lines(raw);
                    let length = raw.len();
                    self.drop(length);
                    if length > MAX_RECORD_BYTES {
                        return Ok(Step::Fault(too_long(line)));
                    }
                    return Ok(Step::Record(Record { line, written, width }));
                }
            }
        }
    }

    /// The cells of the record that was read last. A row of another length than the header is named: a text with an unquoted separator in it would
    /// be cut short without a word.
    pub(crate) fn cells(&self, record: &Record) -> Result<Cells<'_>, Fault> {
        if record.width != self.width {
            let reason = format!("{} columns where the header has {}", record.width, self.width);
            let hint = "put texts that hold the separator or a line break between quotation marks";
            return Err(Fault::new(record.line, reason, hint));
        }
        let text = std::str::from_utf8(&self.output[..record.written])
            .map_err(|e| bad_encoding(record.line, e.valid_up_to()))?;
        Ok(Cells { text, ends: &self.ends[..record.width] })
    }

    /// Name the record in hand and go on with the line after its first one.
    fn give_up(&mut self) -> io::Result<Step> {
        let raw = self.raw();
        let blank = raw.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(0);
        let line = self.line + leading_lines(raw);
        let end = raw.iter().skip(blank).position(|&b| b == b'\n').map(|at| blank + at + 1);
        let long = raw.len() > MAX_RECORD_BYTES;
        self.drop(end.unwrap_or(raw.len()));
        let fault = if end.is_none() && long {
            self.input.skip_until(b'\n')?;
            self.line += 1;
            too_long(line)
        } else {
            let hint = "double the quotation marks inside a text, and put the text between quotation marks";
            Fault::new(line, "a quotation mark opens on this line and is never closed", hint)
        };
        self.core.reset();
        Ok(Step::Fault(fault))
    }

    /// Read no more: nothing that follows can be trusted.
    pub(crate) fn end(&mut self) {
        self.input = Box::new(io::empty());
        self.at_end = true;
        self.buffer.clear();
        (self.start, self.fed) = (0, 0);
        self.core.reset();
    }
}

fn too_long(line: u64) -> Fault {
    let reason = format!("the line is longer than {} MiB", MAX_RECORD_BYTES >> 20);
    Fault::new(line, reason, "check that the file has line breaks")
}

/// Line breaks before the record: blank lines, and the second half of the break before it.
fn leading_lines(raw: &[u8]) -> u64 {
    raw.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|&&b| b == b'\n').count() as u64
}

/// Whether a record breaks off inside quotation marks. The parser takes such a record as it is, and with it all lines to the end.
fn ends_in_quotes(raw: &[u8], separator: u8) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    for &byte in raw {
        if quoted {
            // A doubled mark closes and opens again.
            quoted = byte != b'"';
            at_start = byte == b'"';
        } else {
            quoted = byte == b'"' && at_start;
            at_start = byte == separator || matches!(byte, b'\r' | b'\n');
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_breaks_off_inside_quotation_marks_is_known() {
        assert!(!ends_in_quotes(b"1,een \"twee", b','));
        assert!(!ends_in_quotes(b"\"a\"\"b\"", b','));
        assert!(ends_in_quotes(b"\"a\"\"b", b','));
    }
}
