//! What a format's reader hands on, before ids are compared and texts hashed.

use std::borrow::Cow;

use super::post::{Place, Post};

/// A record, or a whole source, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line from 1 (in Parquet: number of the row); 0 for the source as a whole.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub hint: String,
}

impl Fault {
    pub(super) fn new(line: u64, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line, reason: reason.into(), hint: hint.into() }
    }
}

/// What a record turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Its id, text, language, line and place are filled in.
    Post(Box<Post>),
    Fault(Fault),
    /// An entry of a platform's export that is no post.
    NoPost,
}

/// Reads the records of one source, in order. After a fault that ends the source it gives `None`.
pub(super) trait Reader: Send {
    fn next(&mut self) -> Option<Found>;

    /// Take back the memory of a post that is not needed any more.
    fn reuse(&mut self, _spent: Box<Post>) {}
}

/// Posts that were used before. Millions are written into the same few hundred, so that no memory is asked for again, and one post stays in one place
/// from its reader to its end.
#[derive(Debug, Default)]
#[allow(clippy::vec_box, reason = "the boxes are what is kept")]
pub(super) struct Spare(Vec<Box<Post>>);

impl Spare {
    /// Most posts that are kept; no more are on their way at a time.
    const MOST: usize = 4096;
    /// Text whose memory is kept: one long post must not hold its memory for the rest of the run.
    const LONGEST: usize = 2 << 10;

    /// A post to write into; what it holds means nothing.
    pub(super) fn take(&mut self) -> Box<Post> {
        self.0.pop().unwrap_or_else(|| Box::new(Post::blank()))
    }

    pub(super) fn keep(&mut self, mut spent: Box<Post>) {
        if self.0.len() < Self::MOST {
            spent.text.clear();
            spent.text.shrink_to(Self::LONGEST);
            // It comes from another processor, part by part. What is written here of many posts in a row need not be waited for, as it would be when a
            // post is written anew.
            spent.id.clear();
            let Place { url, platform, created_at, parent, visibility, author } = &mut spent.place;
            for field in [url, platform, created_at, parent, visibility, author].into_iter().flatten() {
                field.clear();
            }
            self.0.push(spent);
        }
    }
}

/// Write `text` into memory that was used before.
pub(super) fn refill(memory: &mut String, text: Cow<'_, str>) {
    match text {
        Cow::Borrowed(text) => {
            memory.clear();
            memory.push_str(text);
        }
        Cow::Owned(text) => *memory = text,
    }
}

/// An id as a message shows it: short, on one line.
pub(super) fn shown(id: &str) -> String {
    let short: String = id.chars().take(60).collect();
    format!("{short:?}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Format, InputOptions, Inputs, Item};
    use std::io::Cursor;

    const OBJECTS: [&str; 4] = [
        r#"{"id":"een","text":"Hallo allemaal","lang":"nl","url":"https://a.example","platform":"x","created_at":"2026-11-20","parent":"0","visibility":"public"}"#,
        r#"{"id":2,"text":"kort"}"#,
        r#"{"id":3,"text":""}"#,
        r#"{"id":"vier","text":"met \"aanhaling\"","platform":"y"}"#,
    ];
    const TABLE: &str = "id,text,lang,platform\neen,Hallo allemaal,nl,x\n2,kort,,\n3,,,\nvier,nog een,,y\n";

    fn read(format: Format, text: &str, reuse: bool) -> Vec<Item> {
        let options = InputOptions { format: Some(format), ..InputOptions::default() };
        let mut inputs = Inputs::from_reader("in", Cursor::new(text.as_bytes().to_vec()), options).unwrap();
        let mut items = vec![];
        while let Some(item) = inputs.next() {
            items.push(item.clone());
            if reuse {
                inputs.reuse(vec![item]);
            }
        }
        items
    }

    #[test]
    fn what_memory_held_before_is_seen_in_no_post() {
        let (lines, list) = (OBJECTS.join("\n"), format!("[{}]", OBJECTS.join(",")));
        for (format, text) in [(Format::Jsonl, lines.as_str()), (Format::Json, &list), (Format::Csv, TABLE)] {
            let items = read(format, text, true);
            assert!(matches!(&items[1], Item::Post(p) if p.id == "2" && p.text == "kort" && p.lang == "und"));
            assert_eq!(items, read(format, text, false), "{format:?}");
        }
    }

    #[test]
    fn a_long_text_does_not_hold_its_memory() {
        let mut spare = Spare::default();
        spare.keep(Box::new(Post { text: "x".repeat(1 << 16), ..Post::blank() }));
        assert!(spare.take().text.capacity() <= Spare::LONGEST);
    }
}
