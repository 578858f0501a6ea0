//! Finds the records of a JSON document in a stream of bytes, without parsing anything.

use super::MAX_RECORD_BYTES;

/// Where a walk stopped.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// At the end of the bytes given.
    More,
    /// After a record, which is in [`Walker::record`].
    Record,
    /// After a record that is longer than is kept.
    TooLong,
    /// At something that is no JSON document.
    NoDocument,
}

/// Where in the document the walk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before a document, or between two.
    Outside,
    /// In the list of records, between two.
    List,
    /// In a record, which began this deep.
    Record,
    /// In the outermost object, in no list of records.
    Object,
}

/// A walk through a document.
pub(super) struct Walker {
    /// Keys of the outermost object whose lists hold the records.
    lists: Vec<String>,
    at: At,
    /// Whether the list of records stands in an object, which goes on after it.
    in_object: bool,
    /// Open brackets.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The record in hand; of an outermost object everything, until a list is found in it.
    record: Vec<u8>,
    too_long: bool,
    /// The string at depth 1 of the outermost object that was read last: a key, when a colon follows.
    key: Vec<u8>,
    listed: bool,
    clear_next: bool,
    /// Bytes before the document that are not white: `window.YTD.tweets.part0 =`.
    prefix: Vec<u8>,
}

/// Longest prefix that is looked at.
const MAX_PREFIX: usize = 256;

impl Walker {
    pub(super) const fn new(lists: Vec<String>) -> Self {
        Self {
            lists,
            at: At::Outside,
            in_object: false,
            depth: 0,
            in_string: false,
            escaped: false,
            record: vec![],
            too_long: false,
            key: vec![],
            listed: false,
            clear_next: false,
            prefix: vec![],
        }
    }

    /// The record that the last walk stopped after.
    pub(super) fn record(&self) -> &[u8] {
        self.record.trim_ascii()
    }

    /// Whether nothing is open: the input may end here.
    pub(super) fn is_done(&self) -> bool {
        self.at == At::Outside && matches!(self.prefix.trim_ascii(), b"" | b";" | b"\xef\xbb\xbf")
    }

    /// Walk through `bytes` to their end or to the end of a record; returns how many were used.
    pub(super) fn walk(&mut self, bytes: &[u8]) -> (usize, Step) {
        if std::mem::take(&mut self.clear_next) {
            self.record.clear();
            // A hostile record must not keep its memory for the rest of the run.
            self.record.shrink_to(1 << 20);
            self.too_long = false;
        }
        for (i, &byte) in bytes.iter().enumerate() {
            let step = match self.at {
                At::Outside => self.outside(byte),
                At::List => self.list(byte),
                At::Record => self.in_record(byte),
                At::Object => self.object(byte),
            };
            if step != Step::More {
                return (i + 1, step);
            }
        }
        (bytes.len(), Step::More)
    }

    fn outside(&mut self, byte: u8) -> Step {
        if !matches!(byte, b'[' | b'{') {
            if self.prefix.len() >= MAX_PREFIX {
                return Step::NoDocument;
            }
            self.prefix.push(byte);
            return Step::More;
        }
        let prefix = self.prefix.trim_ascii();
        if !(matches!(prefix, b"" | b";" | b"," | b"\xef\xbb\xbf") || prefix.ends_with(b"=")) {
            return Step::NoDocument;
        }
        self.prefix.clear();
        self.depth = 1;
        self.listed = false;
        self.in_object = byte == b'{';
        self.at = if self.in_object { At::Object } else { At::List };
        if self.in_object {
            self.keep(byte);
        }
        Step::More
    }

    fn list(&mut self, byte: u8) -> Step {
        match byte {
            b']' => {
                self.depth -= 1;
                self.at = if self.in_object { At::Object } else { At::Outside };
                Step::More
            }
            b',' | b' ' | b'\t' | b'\r' | b'\n' => Step::More,
            _ => {
                self.at = At::Record;
                self.in_record(byte)
            }
        }
    }

    fn in_record(&mut self, byte: u8) -> Step {
        let list_depth = if self.in_object { 2 } else { 1 };
        // A number or a word has no bracket of its own to end with.
        if self.depth == list_depth && !self.in_string && matches!(byte, b',' | b']') {
            self.at = At::List;
            if byte == b']' {
                self.list(byte);
            }
            return self.end_record();
        }
        self.keep(byte);
        self.track(byte);
        if self.depth == list_depth && !self.in_string && matches!(byte, b'}' | b']') {
            self.at = At::List;
            return self.end_record();
        }
        Step::More
    }

    /// In the outermost object: looks for the key of a list, and keeps everything until one is found, since an object without
    /// any is a record itself.
    fn object(&mut self, byte: u8) -> Step {
        if self.depth == 1 && !self.in_string && byte == b'"' {
            self.key.clear();
        } else if self.depth == 1 && self.in_string && byte != b'"' && self.key.len() < 64 {
            self.key.push(byte);
        }
        if self.depth == 1 && byte == b'[' && !self.in_string && self.lists.iter().any(|l| l.as_bytes() == self.key) {
            self.depth = 2;
            self.at = At::List;
            self.listed = true;
            self.record.clear();
            self.too_long = false;
            return Step::More;
        }
        if !self.listed {
            self.keep(byte);
        }
        self.track(byte);
        if self.depth > 0 {
            return Step::More;
        }
        self.at = At::Outside;
        if self.listed { Step::More } else { self.end_record() }
    }

    fn end_record(&mut self) -> Step {
        self.clear_next = true;
        if self.too_long { Step::TooLong } else { Step::Record }
    }

    fn keep(&mut self, byte: u8) {
        if self.record.len() < MAX_RECORD_BYTES {
            self.record.push(byte);
        } else {
            self.too_long = true;
        }
    }

    /// Follow strings and brackets.
    fn track(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_string = true,
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of `input`, given in pieces of `size` bytes.
    fn records(input: &str, lists: &[&str], size: usize) -> Vec<String> {
        let mut walker = Walker::new(lists.iter().map(|l| (*l).to_owned()).collect());
        let mut found = vec![];
        for mut piece in input.as_bytes().chunks(size) {
            while !piece.is_empty() {
                let (used, step) = walker.walk(piece);
                piece = &piece[used..];
                match step {
                    Step::Record => found.push(String::from_utf8_lossy(walker.record()).into_owned()),
                    Step::More => {}
                    other => found.push(format!("{other:?}")),
                }
            }
        }
        if !walker.is_done() {
            found.push("open".to_owned());
        }
        found
    }

    #[test]
    fn records_are_found_in_pieces_of_any_size() {
        for (input, wanted) in [
            (r#"[{"a":"]}\""},{"b":[1,{}]}]"#, vec![r#"{"a":"]}\""}"#, r#"{"b":[1,{}]}"#]),
            (r#" window.YTD.tweets.part0 = [ {"a":1} , {"a":2} ];"#, vec![r#"{"a":1}"#, r#"{"a":2}"#]),
            (r#"{"x":{"items":[0]},"items":[{"a":1}],"y":[9]}"#, vec![r#"{"a":1}"#]),
            (r#"{"items":[1]}{"items":[2,"drie"]}"#, vec!["1", "2", "\"drie\""]),
            (r#"{"a":{"b":[1]}}"#, vec![r#"{"a":{"b":[1]}}"#]),
            ("[]", vec![]),
            ("", vec![]),
            (r#"[{"a":1},{"b""#, vec![r#"{"a":1}"#, "open"]),
            ("kapot [1]", vec!["NoDocument"]),
        ] {
            for size in [1, 2, 7, 1000] {
                let found = records(input, &["items"], size);
                assert_eq!(found.first(), wanted.first().map(|s| (*s).to_owned()).as_ref(), "{input} in {size}s");
                if !wanted.contains(&"NoDocument") {
                    assert_eq!(found, wanted, "{input} in {size}s");
                }
            }
        }
    }
}
