//! Tables: CSV and TSV with a header line.

use std::borrow::Cow;
use std::io::{self, BufRead};

use csv_core::ReadRecordResult;

use super::MAX_RECORD_BYTES;
use super::draft::{Fault, Found, Reader};
use super::fields::{COUNT, Fields, Slot};
use super::jsonl::{bad_encoding, unreadable};
use super::row::{Cell, Row};

/// Reads the rows of a table. A row of another length than the header is named: a text with an unquoted separator in it would be
/// cut short without a word.
pub(super) struct Table {
    input: Box<dyn BufRead + Send>,
    fields: Fields,
    separators: &'static [u8],
    header: Option<Header>,
    core: csv_core::Reader,
    /// Bytes of the input from the record in hand on.
    buffer: Vec<u8>,
    /// How many of them the parser has seen.
    fed: usize,
    /// Line on which the buffer begins, from 1.
    line: u64,
    at_end: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// Which column is what.
struct Header {
    columns: [Option<usize>; COUNT],
    width: usize,
}

/// Separators that are tried on a header line, the likeliest first.
pub(super) const CSV: &[u8] = b",;\t|";
/// As [`CSV`], for a file whose name says tabs.
pub(super) const TSV: &[u8] = b"\t,;|";

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
            header: None,
            core,
            buffer: vec![],
            fed: 0,
            line: 1,
            at_end: false,
            output,
            ends,
        }
    }

    /// Read on; `false` at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
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

    /// Drop what is done with from the buffer, up to `end`.
    fn drop_to(&mut self, end: usize) {
        let done = self.buffer.drain(..end);
        self.line += done.filter(|&b| b == b'\n').count() as u64;
        self.fed = 0;
        if self.buffer.len() < 1 << 16 {
            // A hostile record must not keep its memory for the rest of the run.
            self.buffer.shrink_to(1 << 20);
            self.output.truncate(1 << 20);
            self.output.shrink_to(1 << 20);
        }
    }

    fn next_record(&mut self) -> io::Result<Step> {
        let (mut written, mut width) = (0, 0);
        loop {
            if self.fed == self.buffer.len() && !self.at_end {
                if self.buffer.len() > MAX_RECORD_BYTES {
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
                    let raw = self.buffer.get(..self.fed).unwrap_or_default();
                    if self.at_end && self.fed == self.buffer.len() && ends_in_quotes(raw, self.core_separator()) {
                        return self.give_up();
                    }
                    let line = self.line + leading_lines(raw);
                    self.drop_to(self.fed);
                    return Ok(Step::Record(Record { line, written, width }));
                }
            }
        }
    }

    fn core_separator(&self) -> u8 {
        *self.separators.first().unwrap_or(&b',')
    }

    /// Name the record in hand and go on with the line after its first one.
    fn give_up(&mut self) -> io::Result<Step> {
        let start = self.buffer.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(0);
        let line = self.line + leading_lines(&self.buffer);
        let end = self.buffer.iter().skip(start).position(|&b| b == b'\n').map(|at| start + at + 1);
        let fault = match end {
            Some(end) => {
                self.drop_to(end);
                let hint = "double the quotation marks inside a text, and put the text between quotation marks";
                Fault::new(line, "a quotation mark opens on this line and is never closed", hint)
            }
            None => {
                let all = self.buffer.len();
                self.drop_to(all);
                if !self.at_end {
                    self.input.skip_until(b'\n')?;
                    self.line += 1;
                }
                let reason = format!("the line is longer than {} MiB", MAX_RECORD_BYTES >> 20);
                Fault::new(line, reason, "check that the file has line breaks")
            }
        };
        self.core.reset();
        Ok(Step::Fault(fault))
    }

    /// Read the header line, and find out what separates its names.
    fn read_header(&mut self) -> io::Result<Option<Fault>> {
        while !self.buffer.contains(&b'\n') && self.buffer.len() <= MAX_RECORD_BYTES && self.fill()? {}
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        let first = self.buffer.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(self.buffer.len());
        self.drop_to(first);
        if self.buffer.is_empty() {
            return Ok(None);
        }
        let end = self.buffer.iter().position(|&b| b == b'\n').unwrap_or(self.buffer.len());
        let header_line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let splits = self.separators.iter().map(|&separator| (separator, split(&header_line, separator)));
        let fits = |names: &[String]| [&self.fields.id, &self.fields.text].iter().all(|wanted| names.contains(wanted));
        let Some((separator, names)) = splits.clone().find(|(_, names)| fits(names)) else {
            let widest = splits.max_by_key(|(_, names)| names.len()).map(|(_, names)| names).unwrap_or_default();
            return Ok(Some(missing_columns(&self.fields, &widest, self.line)));
        };
        let columns = self.fields.names().map(|(_, name)| names.iter().position(|n| n == name));
        self.header = Some(Header { columns, width: names.len() });
        self.core = csv_core::ReaderBuilder::new().delimiter(separator).build();
        self.separators = self.separators.iter().position(|&s| s == separator).map_or(CSV, |at| &self.separators[at..]);
        self.drop_to((end + 1).min(self.buffer.len()));
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
    }
}

/// Names in a header line.
fn split(line: &str, separator: u8) -> Vec<String> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(separator).build();
    let (mut output, mut ends) = (vec![0; line.len() + 1], vec![0; line.len() + 2]);
    let (_, _, mut written, mut width) = core.read_record(line.as_bytes(), &mut output, &mut ends);
    let (_, _, more, columns) = core.read_record(&[], &mut output[written..], &mut ends[width..]);
    written += more;
    width += columns;
    let mut start = 0;
    let mut names = vec![];
    for &end in &ends[..width] {
        names.push(String::from_utf8_lossy(output[..written].get(start..end).unwrap_or_default()).trim().to_owned());
        start = end;
    }
    names
}

/// Names are shown only where they look like names: without a header line this is the first post.
fn missing_columns(fields: &Fields, names: &[String], line: u64) -> Fault {
    let is_name = |n: &String| n.len() <= 40 && n.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let missing: Vec<&str> =
        [fields.id.as_str(), fields.text.as_str()].into_iter().filter(|w| !names.iter().any(|n| n == w)).collect();
    let reason = format!("the table has no column `{}`", missing.join("` and no column `"));
    let hint = if !names.is_empty() && names.iter().all(is_name) {
        format!("its columns are {}; name them with --id-field and --text-field", names.join(", "))
    } else {
        "its first line must hold the names of the columns".to_owned()
    };
    Fault::new(line, reason, hint)
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
