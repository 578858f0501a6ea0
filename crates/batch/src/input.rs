//! Posts from JSON Lines. Every line that cannot be used is named; no line stops the reading.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use grens_infer::hex;
use grens_law::{REJECT_SCHEMA, RejectRecord};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{BatchError, Result};

/// Longest line that is read; a longer one is skipped and named.
pub const MAX_LINE_BYTES: usize = 16 << 20;
/// Text kept of a post. The model reads far less; the hash covers all of it.
pub const MAX_TEXT_BYTES: usize = 64 << 10;

/// Where posts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// `-` is standard input, all else a file.
    #[must_use]
    pub fn new(name: &str) -> Self {
        if name == "-" { Self::Stdin } else { Self::File(name.into()) }
    }

    /// Whether it is there and can be opened, without reading from it.
    ///
    /// # Errors
    /// When the file cannot be opened, or is a directory.
    pub fn check(&self) -> Result<()> {
        if let Self::File(_) = self { self.open().map(drop) } else { Ok(()) }
    }

    /// Open for reading.
    ///
    /// # Errors
    /// When the file cannot be opened, or is a directory.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send>> {
        match self {
            Self::Stdin => Ok(Box::new(BufReader::with_capacity(1 << 16, io::stdin()))),
            Self::File(path) => {
                let failed = |source| BatchError::Input { file: self.to_string(), source };
                let file = File::open(path).map_err(failed)?;
                if file.metadata().map_err(failed)?.is_dir() {
                    let problem = "it is a directory; name the files in it";
                    return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, problem)));
                }
                Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("-"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Names of the fields that are read. A name with dots reaches into objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The post's id: a string or a whole number.
    pub id: String,
    /// The post's text.
    pub text: String,
}

impl Default for Fields {
    fn default() -> Self {
        Self { id: "id".to_owned(), text: "text".to_owned() }
    }
}

/// A post. Nothing else of its record is kept: no author, no handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The id, as text.
    pub id: String,
    /// The text, at most [`MAX_TEXT_BYTES`] of it.
    pub text: String,
    /// SHA-256 of the whole text, hexadecimal.
    pub text_sha256: String,
    /// Whether the text was longer than what is kept.
    pub text_was_cut: bool,
    /// Language tag of the input's `lang` field, else `und`.
    pub lang: String,
    /// The input file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
}

impl Post {
    /// A post out of its parts, hashed and cut.
    #[must_use]
    pub fn new(id: String, mut text: String, lang: String, file: String, line: u64) -> Self {
        let text_sha256 = hex(&Sha256::digest(text.as_bytes()));
        let text_was_cut = text.len() > MAX_TEXT_BYTES;
        if text_was_cut {
            text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
            text.shrink_to_fit();
        }
        Self { id, text, text_sha256, text_was_cut, lang, file, line }
    }
}

/// Something to know about a post that is scored all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The input file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
    /// What.
    pub message: String,
}

/// What a line became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A post to score.
    Post(Post),
    /// A line that cannot be used.
    Reject(RejectRecord),
}

impl Item {
    pub(crate) fn reject(file: &str, line: u64, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Reject(RejectRecord {
            schema: REJECT_SCHEMA.to_owned(),
            file: file.to_owned(),
            line,
            reason: reason.into(),
            hint: hint.into(),
        })
    }
}

/// Reads posts line by line. Ids must be unique over all inputs that share the reader's memory of them.
pub struct PostReader {
    input: Box<dyn BufRead + Send>,
    file: String,
    fields: Fields,
    line: u64,
    seen: HashSet<[u8; 16]>,
    buffer: Vec<u8>,
}

impl PostReader {
    /// Read from `input`, which is called `file` in messages. `seen` holds the ids of inputs before this one.
    #[must_use]
    pub fn new(input: Box<dyn BufRead + Send>, file: String, fields: Fields, seen: HashSet<[u8; 16]>) -> Self {
        Self { input, file, fields, line: 0, seen, buffer: vec![] }
    }

    /// The ids seen, for the next input.
    #[must_use]
    pub fn into_seen(self) -> HashSet<[u8; 16]> {
        self.seen
    }

    fn reject(&self, reason: impl Into<String>, hint: impl Into<String>) -> Item {
        Item::reject(&self.file, self.line, reason, hint)
    }

    /// Read one line into the buffer; `Ok(None)` at the end, `Ok(Some(false))` when it was too long and skipped.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        // A hostile line must not keep its memory for the rest of the run.
        self.buffer.shrink_to(1 << 20);
        let n = self.input.by_ref().take(MAX_LINE_BYTES as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if n == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.buffer.len() <= MAX_LINE_BYTES || self.buffer.ends_with(b"\n") {
            return Ok(Some(true));
        }
        self.input.skip_until(b'\n')?;
        Ok(Some(false))
    }

    fn parse(&mut self) -> Item {
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
        let digest = Sha256::digest(id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        if !self.seen.insert(key) {
            return self.reject(
                format!("the id {} was seen before", shown(&id)),
                "ids must be unique; only the first post with this id is scored",
            );
        }
        let lang = value["lang"].as_str().filter(|l| !l.is_empty() && l.len() <= 35).unwrap_or("und").to_owned();
        Item::Post(Post::new(id, text, lang, self.file.clone(), self.line))
    }

    fn bad_field(&self, flag: &str, name: &str, found: Option<&Value>, wanted: &str) -> Item {
        let reason = match found {
            None => format!("field `{name}` is missing"),
            Some(Value::String(_)) => format!("field `{name}` is empty"),
            Some(value) => format!("field `{name}` is a {}; it must be {wanted}", kind(value)),
        };
        self.reject(reason, format!("name the field that holds it with --{flag}-field"))
    }
}

impl Iterator for PostReader {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            match self.read_line() {
                Ok(None) => return None,
                Ok(Some(true)) if self.buffer.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(true)) => return Some(self.parse()),
                Ok(Some(false)) => {
                    let reason = format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20);
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

/// An id as a message shows it: short, on one line.
fn shown(id: &str) -> String {
    let short: String = id.chars().take(60).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(input: &[u8]) -> Vec<Item> {
        let input = Box::new(io::Cursor::new(input.to_vec()));
        PostReader::new(input, "in.jsonl".to_owned(), Fields::default(), HashSet::new()).collect()
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
        let input = Box::new(io::Cursor::new(b"{\"a\":{\"b\":\"x\"},\"c.d\":7}".to_vec()));
        let fields = Fields { id: "c.d".to_owned(), text: "a.b".to_owned() };
        let items: Vec<_> = PostReader::new(input, "-".to_owned(), fields, HashSet::new()).collect();
        assert!(matches!(&items[..], [Item::Post(p)] if p.id == "7" && p.text == "x"));
    }

    #[test]
    fn an_endless_line_is_skipped_and_the_next_one_read() {
        let mut input = vec![b'x'; MAX_LINE_BYTES + 10];
        input.extend_from_slice(b"\n{\"id\":\"a\",\"text\":\"x\"}\n");
        let items = read(&input);
        assert!(matches!(&items[0], Item::Reject(r) if r.reason.contains("longer than 16 MiB") && r.line == 1));
        assert!(matches!(&items[1], Item::Post(p) if p.line == 2));
    }

    #[test]
    fn a_megabyte_is_hashed_whole_and_kept_in_part() {
        let text = "é".repeat(1 << 19);
        let post = Post::new("a".into(), text.clone(), "und".into(), "-".into(), 1);
        assert!(post.text_was_cut && post.text.len() <= MAX_TEXT_BYTES);
        assert_eq!(post.text_sha256, hex(&Sha256::digest(text.as_bytes())));
    }

    #[test]
    fn a_read_error_is_named_and_ends_the_input() {
        struct Failing(usize);
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk gone"))
            }
        }
        impl BufRead for Failing {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                const LINE: &[u8] = b"{\"id\":1,\"text\":\"x\"}\n";
                if self.0 == 0 { Ok(LINE) } else { Err(io::Error::other("disk gone")) }
            }
            fn consume(&mut self, n: usize) {
                self.0 += n;
            }
        }
        let items: Vec<_> =
            PostReader::new(Box::new(Failing(0)), "f".into(), Fields::default(), HashSet::new()).collect();
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
