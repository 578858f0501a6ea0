//! Tables: CSV and TSV with a header line.

mod header;

use std::borrow::Cow;
use std::io::{self, BufRead};

use csv_core::ReadRecordResult;

use super::MAX_RECORD_BYTES;
use super::draft::{Fault, Found, Reader};
use super::fields::{Fields, Slot};
use super::jsonl::{bad_encoding, unreadable};
use super::row::{Cell, Row};
use header::Header;
pub(super) use header::{CSV, TSV};

/// Reads the rows of a table. A row of another length than the header is named: a text with an unquoted separator in it would be
/// cut short without a word.
pub(super) struct Table {
    input: Box<dyn BufRead + Send>,
    fields: Fields,
    separators: &'static [u8],
    separator: u8,
    header: Option<Header>,
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
struct Record {
    line: u64,
    written: usize,
    width: usize,
}

enum Step {
    Record(Record),
    Fault(Fault),
    End,
}

impl Table {
    pub(super) fn new(input: Box<dyn BufRead + Send>, fields: Fields, separators: &'static [u8]) -> Self {
        let (output, ends) = (vec![0; 1 << 12], vec![0; 32]);
        let core = csv_core::Reader::new();
        Self {
            input,
            fields,
            separators,
            separator: b',',
            header: None,
            core,
            buffer: vec![],
            start: 0,
            fed: 0,
            line: 1,
            at_end: false,
            output,
            ends,
        }
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

    fn next_record(&mut self) -> io::Result<Step> {
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
                    if self.at_end && self.fed == self.buffer.len() && ends_in_quotes(raw, self.separator) {
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

    /// Read the header line, and find out what separates its names.
    fn read_header(&mut self) -> io::Result<Option<Fault>> {
        while !self.raw().contains(&b'\n') && self.raw().len() <= MAX_RECORD_BYTES && self.fill()? {}
        if self.raw().starts_with(b"\xef\xbb\xbf") {
            self.drop(3);
        }
        self.drop(self.raw().iter().take_while(|b| b.is_ascii_whitespace()).count());
        if self.raw().is_empty() {
            return Ok(None);
        }
        let end = self.raw().iter().position(|&b| b == b'\n').unwrap_or(self.raw().len());
        let header_line = String::from_utf8_lossy(&self.raw()[..end]).into_owned();
        let header = match Header::read(&header_line, self.line, self.separators, &self.fields) {
            Ok(header) => header,
            Err(fault) => return Ok(Some(fault)),
        };
        self.separator = header.separator;
        self.core = csv_core::ReaderBuilder::new().delimiter(header.separator).build();
        self.header = Some(header);
        self.drop((end + 1).min(self.raw().len()));
        Ok(None)
    }

    fn post(&self, record: &Record, header: &Header) -> Found {
        if record.width != header.width {
            let reason = format!("{} columns where the header has {}", record.width, header.width);
            let hint = "put texts that hold the separator or a line break between quotation marks";
            return Found::Fault(Fault::new(record.line, reason, hint));
        }
        let text = match std::str::from_utf8(&self.output[..record.written]) {
            Ok(text) => text,
            Err(e) => return Found::Fault(bad_encoding(record.line, e.valid_up_to())),
        };
        let mut row = Row::default();
        for slot in Slot::ALL {
            let Some(column) = header.columns[slot as usize] else { continue };
            let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
            let cell = text.get(start..self.ends[column]).unwrap_or_default();
            row.set(slot, Cell::Text(Cow::Borrowed(cell)));
        }
        row.into_found(record.line, &self.fields)
    }
}

impl Reader for Table {
    fn next(&mut self) -> Option<Found> {
        if self.header.is_none() && !self.at_end {
            match self.read_header() {
                Ok(None) => {}
                Ok(Some(fault)) => {
                    self.end();
                    return Some(Found::Fault(fault));
                }
                Err(e) => {
                    self.end();
                    return Some(Found::Fault(unreadable(self.line, &e)));
                }
            }
        }
        let header = self.header.take()?;
        let found = match self.next_record() {
            Ok(Step::End) => None,
            Ok(Step::Fault(fault)) => Some(Found::Fault(fault)),
            Ok(Step::Record(record)) => Some(self.post(&record, &header)),
            Err(e) => {
                let line = self.line;
                self.end();
                return Some(Found::Fault(unreadable(line, &e)));
            }
        };
        self.header = Some(header);
        found
    }
}

impl Table {
    /// Nothing that follows can be trusted.
    fn end(&mut self) {
        self.input = Box::new(io::empty());
        self.header = None;
        self.at_end = true;
        self.buffer.clear();
        (self.start, self.fed) = (0, 0);
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

    fn read(input: &str) -> Vec<String> {
        let mut table = Table::new(Box::new(io::Cursor::new(input.as_bytes().to_vec())), Fields::default(), CSV);
        std::iter::from_fn(|| table.next())
            .map(|found| match found {
                Found::Post(p) => format!("{} {}={}", p.line, p.id, p.text),
                Found::Fault(f) => format!("{} ! {}", f.line, f.reason),
                Found::NoPost => "-".to_owned(),
            })
            .collect()
    }

    #[test]
    fn any_separator_and_any_line_break_will_do() {
        for separator in [",", ";", "\t", "|"] {
            for line_break in ["\n", "\r\n"] {
                let table = ["text,id,x", "\"een, \"\"twee\"\"\",1,", "", "drie,2,", "\"vier", "vijf\",3,", "zes,4,"];
                let input = table.join(line_break).replace(',', separator);
                let wanted = [
                    format!("2 1=een{separator} \"twee\""),
                    "4 2=drie".to_owned(),
                    format!("5 3=vier{line_break}vijf"),
                    "7 4=zes".to_owned(),
                ];
                assert_eq!(read(&input), wanted, "{input:?}");
            }
        }
    }

    #[test]
    fn a_row_of_another_length_is_named() {
        let input = "id,text\n1,een, twee\n2\n3,drie\n";
        assert_eq!(
            read(input),
            ["2 ! 3 columns where the header has 2", "3 ! 1 columns where the header has 2", "4 3=drie"]
        );
    }

    #[test]
    fn an_open_quotation_mark_swallows_no_other_post() {
        let wanted = ["2 1=een", "3 ! a quotation mark opens on this line and is never closed", "4 3=drie", "5 4=vier"];
        assert_eq!(read("id,text\n1,een\n2,\"twee\n3,drie\n4,vier"), wanted);
        assert_eq!(read("\u{feff}id,text\n1,een\n2,\"twee\n3,drie\n4,vier\n"), wanted);
        assert_eq!(read("id,text\n1,een\n2,\"twee"), wanted[..2]);
    }

    #[test]
    fn marks_inside_a_text_are_text() {
        assert_eq!(read("id,text\n1,een \"twee\" drie\n2,5\" pijp"), ["2 1=een \"twee\" drie", "3 2=5\" pijp"]);
        assert!(!ends_in_quotes(b"1,een \"twee", b','));
        assert!(!ends_in_quotes(b"\"a\"\"b\"", b','));
        assert!(ends_in_quotes(b"\"a\"\"b", b','));
    }

    #[test]
    fn a_table_without_the_columns_says_which_it_has() {
        let mut table = Table::new(Box::new(io::Cursor::new("nr,bericht\n1,x\n")), Fields::default(), CSV);
        let Some(Found::Fault(fault)) = table.next() else { panic!("a fault") };
        assert!(fault.reason.contains("`id` and no column `text`") && fault.hint.contains("nr, bericht"), "{fault:?}");
        assert_eq!(table.next(), None);
        let mut table = Table::new(Box::new(io::Cursor::new("Wat een dag, zeg\n")), Fields::default(), CSV);
        let Some(Found::Fault(fault)) = table.next() else { panic!("a fault") };
        assert!(!fault.hint.contains("dag"), "a first line that is a post is not repeated: {fault:?}");
    }

    #[test]
    fn an_endless_line_is_skipped() {
        let input = format!("id,text\n1,{}\n2,twee\n", "x".repeat(MAX_RECORD_BYTES + 100_000));
        assert_eq!(read(&input), ["2 ! the line is longer than 16 MiB", "3 2=twee"]);
    }

    #[test]
    fn an_empty_table_holds_nothing() {
        for input in ["", "\n \n", "id,text", "id,text\n\n"] {
            assert!(read(input).is_empty(), "{input:?}");
        }
    }
}
