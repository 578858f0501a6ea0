//! JSON Lines: one object a line.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::MAX_RECORD_BYTES;
use super::draft::{Draft, Fault, Found, Reader};
use super::fields::Fields;

/// Reads posts line by line.
pub(super) struct LineReader {
    input: Box<dyn BufRead + Send>,
    fields: Fields,
    line: u64,
    buffer: Vec<u8>,
}

impl LineReader {
    pub(super) fn new(input: Box<dyn BufRead + Send>, fields: Fields) -> Self {
        Self { input, fields, line: 0, buffer: vec![] }
    }

    fn reject(&self, reason: impl Into<String>, hint: impl Into<String>) -> Found {
        Found::Fault(Fault::new(self.line, reason, hint))
    }

    /// Read one line into the buffer; `Ok(None)` at the end, `Ok(Some(false))` when it was too long and skipped.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        // A hostile line must not keep its memory for the rest of the run.
        self.buffer.shrink_to(1 << 20);
        let n = self.input.by_ref().take(MAX_RECORD_BYTES as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if n == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.buffer.len() <= MAX_RECORD_BYTES || self.buffer.ends_with(b"\n") {
            return Ok(Some(true));
        }
        self.input.skip_until(b'\n')?;
        Ok(Some(false))
    }

    fn parse(&self) -> Found {
        let bytes = match self.buffer.trim_ascii_end() {
            // A byte order mark is only ever the file's, not the line's.
            [0xef, 0xbb, 0xbf, rest @ ..] if self.line == 1 => rest,
            all => all,
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                return self.reject(
                    format!("invalid UTF-8 at byte {} of the line", e.valid_up_to() + 1),
                    "convert the file to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8",
                );
            }
        };
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(e) => {
                let what = if e.is_eof() { "the line breaks off" } else { "no valid JSON" };
                let hint = "write one whole JSON object on each line (JSON Lines)";
                return self.reject(format!("{what}, column {}", e.column()), hint);
            }
        };
        if !value.is_object() {
            return self
                .reject(format!("a {} where an object is wanted", kind(&value)), "write one JSON object on each line");
        }
        let id = match lookup(&value, &self.fields.id) {
            Some(Value::String(id)) if !id.trim().is_empty() => id.clone(),
            Some(Value::Number(id)) if id.is_u64() || id.is_i64() => id.to_string(),
            found => {
                return self.bad_field("id", &self.fields.id, found, "a string or a whole number");
            }
        };
        let text = match lookup(&value, &self.fields.text) {
            Some(Value::String(text)) if text.trim().is_empty() => {
                return self.reject(
                    format!("field `{}` is empty", self.fields.text),
                    "there is nothing to score; drop the line",
                );
            }
            Some(Value::String(text)) => text.clone(),
            found => return self.bad_field("text", &self.fields.text, found, "a string"),
        };
        let lang = value["lang"].as_str().map(str::to_owned);
        Found::Post(Draft { line: self.line, id, text, lang, ..Draft::default() })
    }

    fn bad_field(&self, flag: &str, name: &str, found: Option<&Value>, wanted: &str) -> Found {
        let reason = match found {
            None => format!("field `{name}` is missing"),
            Some(Value::String(_)) => format!("field `{name}` is empty"),
            Some(value) => format!("field `{name}` is a {}; it must be {wanted}", kind(value)),
        };
        self.reject(reason, format!("name the field that holds it with --{flag}-field"))
    }
}

impl Reader for LineReader {
    fn next(&mut self) -> Option<Found> {
        loop {
            match self.read_line() {
                Ok(None) => return None,
                Ok(Some(true)) if self.buffer.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(true)) => return Some(self.parse()),
                Ok(Some(false)) => {
                    let reason = format!("the line is longer than {} MiB", MAX_RECORD_BYTES >> 20);
                    return Some(self.reject(reason, "a post is a line of JSON; check that the file has line breaks"));
                }
                Err(e) => {
                    // Nothing after a read error can be trusted; an empty input ends the iteration.
                    self.input = Box::new(io::empty());
                    self.line += 1;
                    return Some(self.reject(
                        format!("the input cannot be read on: {e}"),
                        "what stands before this line was scored; check the file and scan the rest",
                    ));
                }
            }
        }
    }
}

/// The value of `name`: the field itself, else the path that its dots describe.
fn lookup<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).or_else(|| name.split('.').try_fold(value, |at, part| at.get(part))).filter(|v| !v.is_null())
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{InputOptions, Inputs, Item};
    use proptest::prelude::*;

    fn read(input: &[u8]) -> Vec<Item> {
        read_from(io::Cursor::new(input.to_vec()), Fields::default())
    }

    fn read_from(input: impl Read + Send + 'static, fields: Fields) -> Vec<Item> {
        Inputs::from_reader("in.jsonl", input, InputOptions { fields }).into_iter().flatten().collect()
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
        struct Failing(bool);
        impl Read for Failing {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                const LINE: &[u8] = b"{\"id\":1,\"text\":\"x\"}\n";
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("disk gone"));
                }
                buffer[..LINE.len()].copy_from_slice(LINE);
                Ok(LINE.len())
            }
        }
        let items = read_from(Failing(false), Fields::default());
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
