//! JSON Lines: one object a line.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::MAX_RECORD_BYTES;
use super::found::{Fault, Found, Reader, Spare};
use super::lines::{Line, Lines};
use super::post::Post;
use super::shape::Shape;

/// Lines that hold something, as text.
pub(super) struct Texts {
    lines: Lines,
}

impl Texts {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Self {
        Self { lines: Lines::new(input) }
    }

    /// The next line with its number, or what is wrong with it. After an error of the input there is none.
    pub(super) fn next(&mut self) -> Option<Result<(u64, &str), Fault>> {
        loop {
            match self.lines.read() {
                Ok(Line::End) => return None,
                Ok(Line::Whole) if self.bytes().is_empty() => {}
                Ok(Line::Whole) => break,
                Ok(Line::TooLong) => {
                    let reason = format!("the line is longer than {} MiB", MAX_RECORD_BYTES >> 20);
                    let hint = "a post is a line of JSON; check that the file has line breaks";
                    return Some(Err(Fault::new(self.lines.number(), reason, hint)));
                }
                Err(e) => return Some(Err(unreadable(self.lines.number() + 1, &e))),
            }
        }
        let (line, bytes) = (self.lines.number(), self.bytes());
        if bytes.iter().all(|&b| b == 0) {
            let hint = "a crash while it was written leaves such stretches; copy the file from its source again";
            return Some(Err(Fault::new(line, "the line holds NUL bytes only", hint)));
        }
        let text = std::str::from_utf8(bytes);
        Some(text.map(|text| (line, text)).map_err(|e| bad_encoding(line, e.valid_up_to())))
    }

    /// The line that was read last. A byte order mark is only ever the file's, not the line's.
    fn bytes(&self) -> &[u8] {
        let bytes = self.lines.bytes();
        bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.lines.number() == 1).unwrap_or(bytes)
    }
}

/// Reads posts line by line.
pub(super) struct JsonLines {
    texts: Texts,
    shape: Shape,
    found: VecDeque<Found>,
    spare: Spare,
}

impl JsonLines {
    pub(super) fn new(input: Box<dyn BufRead + Send>, shape: Shape) -> Self {
        Self { texts: Texts::new(input), shape, found: VecDeque::new(), spare: Spare::default() }
    }
}

impl Reader for JsonLines {
    fn next(&mut self) -> Option<Found> {
        while self.found.is_empty() {
            match self.texts.next()? {
                Ok((line, text)) => self.shape.read(line, text, &mut self.spare, &mut self.found),
                Err(fault) => return Some(Found::Fault(fault)),
            }
        }
        self.found.pop_front()
    }

    fn reuse(&mut self, spent: Box<Post>) {
        self.spare.keep(spent);
    }
}

/// The fault of a record that is not UTF-8 from byte `at` on, counted from 0.
pub(super) fn bad_encoding(line: u64, at: usize) -> Fault {
    Fault::new(
        line,
        format!("invalid UTF-8 at byte {} of the line", at + 1),
        "convert the file to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8",
    )
}

/// The fault of an input that cannot be read on. Nothing after it can be trusted: the reader ends.
pub(super) fn unreadable(line: u64, error: &io::Error) -> Fault {
    Fault::new(
        line,
        format!("the input cannot be read on: {error}"),
        "what stands before this line was scored; check the file and scan the rest",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fields, InputOptions, Inputs, Item};
    use proptest::prelude::*;
    use std::io::Read;

    fn read(input: &[u8]) -> Vec<Item> {
        read_from(io::Cursor::new(input.to_vec()), Fields::default())
    }

    fn read_from(input: impl Read + Send + 'static, fields: Fields) -> Vec<Item> {
        Inputs::from_reader("in.jsonl", input, InputOptions { fields, ..InputOptions::default() })
            .into_iter()
            .flatten()
            .collect()
    }

    fn reasons(input: &[u8]) -> Vec<(u64, String)> {
        read(input)
            .into_iter()
            .filter_map(|i| if let Item::Reject(r) = i { Some((r.line, r.reason)) } else { None })
            .collect()
    }

    #[test]
    fn good_lines_are_read_around_bad_ones() {
        let input =
            b"{\"id\":1,\"text\":\"een\"}\n\n{\"id\":\"b\",\n{\"id\":\"c\",\"text\":\"drie\",\"lang\":\"nl\"}\r\n";
        let items = read(input);
        assert_eq!(items.len(), 3);
        assert!(matches!(&items[0], Item::Post(p) if p.id == "1" && p.text == "een" && p.line == 1 && p.lang == "und"));
        assert!(matches!(&items[1], Item::Reject(r) if r.line == 3 && r.reason.contains("breaks off")));
        assert!(matches!(&items[2], Item::Post(p) if p.id == "c" && p.line == 4 && p.lang == "nl"));
    }

    #[test]
    fn each_fault_has_its_reason() {
        for (line, says) in [
            (&b"[1,2]"[..], "a list where an object"),
            (b"{\"text\":\"x\"}", "`id` is missing"),
            (b"{\"id\":\"a\"}", "`text` is missing"),
            (b"{\"id\":\"a\",\"text\":null}", "`text` is missing"),
            (b"{\"id\":\"a\",\"text\":3}", "`text` is a number"),
            (b"{\"id\":\"\",\"text\":\"x\"}", "`id` is empty"),
            (b"{\"id\":1.5,\"text\":\"x\"}", "`id` is a number"),
            (b"{\"id\":\"a\",\"text\":\" \\n \"}", "`text` is empty"),
            (b"{\"id\":\"a\",\"text\":\"\xff\"}", "invalid UTF-8 at byte 19"),
            (b"not json", "no valid JSON"),
        ] {
            let found = reasons(line);
            assert_eq!(found.len(), 1, "{says}");
            assert!(found[0].1.contains(says), "{found:?} should say {says}");
        }
    }

    #[test]
    fn a_second_post_with_an_id_is_refused() {
        let found = reasons(b"{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"a\",\"text\":\"y\"}\n");
        assert_eq!(found, [(2, "the id \"a\" was seen before".to_owned())]);
    }

    #[test]
    fn a_byte_order_mark_is_no_fault() {
        assert!(reasons(b"\xef\xbb\xbf{\"id\":\"a\",\"text\":\"x\"}\n").is_empty());
    }

    #[test]
    fn fields_reach_into_objects() {
        let fields = Fields { id: "c.d".to_owned(), text: "a.b".to_owned(), ..Fields::default() };
        let items = read_from(&b"{\"a\":{\"b\":\"x\"},\"c.d\":7}"[..], fields);
        assert!(matches!(&items[..], [Item::Post(p)] if p.id == "7" && p.text == "x"));
    }

    #[test]
    fn an_endless_line_is_skipped_and_the_next_one_read() {
        let mut input = vec![b'x'; MAX_RECORD_BYTES + 10];
        input.extend_from_slice(b"\n{\"id\":\"a\",\"text\":\"x\"}\n");
        let items = read(&input);
        assert!(matches!(&items[0], Item::Reject(r) if r.reason.contains("longer than 16 MiB") && r.line == 1));
        assert!(matches!(&items[1], Item::Post(p) if p.line == 2));
    }

    #[test]
    fn a_read_error_is_named_and_ends_the_input() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk gone"))
            }
        }
        let line = &b"{\"id\":1,\"text\":\"x\"}\n"[..];
        let items = read_from(line.chain(Failing), Fields::default());
        assert!(
            matches!(&items[..], [Item::Post(_), Item::Reject(r)] if r.line == 2 && r.reason.contains("disk gone"))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let lines = bytes.split(|&b| b == b'\n').filter(|l| !l.iter().all(u8::is_ascii_whitespace)).count();
            prop_assert_eq!(read(&bytes).len(), lines);
        }
    }
}
