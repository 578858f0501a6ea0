//! What a format's reader hands on, before ids are compared and texts hashed.

use std::borrow::Cow;

use super::post::Place;

/// A record that holds a post.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) line: u64,
    pub(super) id: String,
    pub(super) text: String,
    pub(super) lang: Option<String>,
    pub(super) place: Place,
}

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
    Post(Draft),
    Fault(Fault),
    /// An entry of a platform's export that is no post.
    NoPost,
}

/// Reads the records of one source, in order. After a fault that ends the source it gives `None`.
pub(super) trait Reader: Send {
    fn next(&mut self) -> Option<Found>;

    /// Take back the memory of a draft that is not needed any more.
    fn reuse(&mut self, _spent: Draft) {}
}

/// Drafts that were used before. Millions of posts are written into the same few hundred of them, so that no memory is asked for again.
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<Draft>);

impl Spare {
    /// Most drafts that are kept; no more are on their way at a time.
    const MOST: usize = 4096;
    /// Text whose memory is kept: one long post must not hold its memory for the rest of the run.
    const LONGEST: usize = 2 << 10;

    /// A draft to write into; what it holds means nothing.
    pub(super) fn take(&mut self) -> Draft {
        self.0.pop().unwrap_or_default()
    }

    pub(super) fn keep(&mut self, mut spent: Draft) {
        if self.0.len() < Self::MOST {
            spent.text.clear();
            spent.text.shrink_to(Self::LONGEST);
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
