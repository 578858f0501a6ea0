//! A record as a row of named cells, whatever the format, and the post that it makes.

use std::borrow::Cow;

use super::fields::{COUNT, Fields, Slot};
use super::found::{Fault, Found, Spare, refill};
use super::post::{self, Place};

/// What stands in a field.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Cell<'a> {
    /// No such field, or null.
    #[default]
    Missing,
    Text(Cow<'a, str>),
    Whole(i128),
    Fraction(f64),
    Flag(bool),
    List,
    Object,
    /// A byte string that is no text.
    Bytes,
}

impl<'a> Cell<'a> {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "null",
            Self::Text(_) => "string",
            Self::Whole(_) | Self::Fraction(_) => "number",
            Self::Flag(_) => "boolean",
            Self::List => "list",
            Self::Object => "object",
            Self::Bytes => "byte string that is not UTF-8",
        }
    }

    /// A language tag. Most posts name none, or one that costs little to write anew.
    fn lang(self) -> Cow<'static, str> {
        post::lang(self.text().map(Cow::into_owned))
    }

    /// A text, or a number as one; nothing for what is empty or has parts.
    fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            Self::Whole(number) => Some(Cow::Owned(number.to_string())),
            Self::Fraction(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// Write what [`Cell::text`] gives into memory that was used before.
    fn refill(self, memory: &mut Option<String>) {
        match self.text() {
            Some(text) => refill(memory.get_or_insert_default(), text),
            None => *memory = None,
        }
    }
}

/// The cells of a record, one for each [`Slot`].
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    cells: [Cell<'a>; COUNT],
}

impl<'a> Row<'a> {
    pub(super) fn set(&mut self, slot: Slot, cell: Cell<'a>) {
        self.cells[slot as usize] = cell;
    }

    fn take(&mut self, slot: Slot) -> Cell<'a> {
        std::mem::take(&mut self.cells[slot as usize])
    }

    /// The post of this row, or what is wrong with it. Empties the row.
    pub(super) fn found(&mut self, line: u64, fields: &Fields, spare: &mut Spare) -> Found {
        let id = match self.take(Slot::Id) {
            Cell::Text(id) if !id.trim().is_empty() => id,
            Cell::Whole(id) => Cow::Owned(id.to_string()),
            found => return bad_field(line, "id", &fields.id, &found, "a string or a whole number"),
        };
        let text = match self.take(Slot::Text) {
            Cell::Text(text) if text.trim().is_empty() => return empty_text(line, &fields.text),
            Cell::Text(text) => text,
            found => return bad_field(line, "text", &fields.text, &found, "a string"),
        };
        let mut post = spare.take();
        post.line = line;
        refill(&mut post.id, id);
        refill(&mut post.text, text);
        post.lang = self.take(Slot::Lang).lang();
        let Place { url, platform, created_at, parent, visibility, author } = &mut post.place;
        self.take(Slot::Url).refill(url);
        self.take(Slot::Platform).refill(platform);
        self.take(Slot::CreatedAt).refill(created_at);
        self.take(Slot::Parent).refill(parent);
        self.take(Slot::Visibility).refill(visibility);
        self.take(Slot::Author).refill(author);
        Found::Post(post)
    }
}

fn empty_text(line: u64, name: &str) -> Found {
    Found::Fault(Fault::new(line, format!("field `{name}` is empty"), "there is nothing to score; drop the line"))
}

fn bad_field(line: u64, flag: &str, name: &str, found: &Cell<'_>, wanted: &str) -> Found {
    let reason = match found {
        Cell::Missing => format!("field `{name}` is missing"),
        Cell::Text(_) => format!("field `{name}` is empty"),
        other => format!("field `{name}` is a {}; it must be {wanted}", other.kind()),
    };
    Found::Fault(Fault::new(line, reason, format!("name the field that holds it with --{flag}-field")))
}
