//! A JSON object as a row: the wanted fields are taken out while it is parsed, all else is passed over without being built.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::{COUNT, Fields, Slot};
use super::row::{Cell, Row};

/// What a JSON text turned out to be.
#[derive(Debug)]
pub(super) enum Parsed<'a> {
    Row(Row<'a>),
    /// Valid JSON, but no object; its kind.
    Other(&'static str),
}

/// Take the fields that are wanted out of a JSON object. A name with dots is a field of that very name, else a path into objects.
///
/// # Errors
/// When `text` is no JSON, or more than one value.
pub(super) fn parse<'a>(text: &'a str, fields: &Fields) -> serde_json::Result<Parsed<'a>> {
    let mut row = Row::default();
    let mut depths = [u8::MAX; COUNT];
    let mut json = serde_json::Deserializer::from_str(text);
    let mut names = [None; COUNT];
    for (slot, name) in fields.names() {
        names[slot as usize] = Some((slot, name));
    }
    let level = Level { names, exact: [false; COUNT], depth: 0 };
    let top = Seed { level, row: &mut row, depths: &mut depths }.deserialize(&mut json)?;
    json.end()?;
    Ok(if top == "object" { Parsed::Row(row) } else { Parsed::Other(top) })
}

/// What is wanted at one place of the object tree.
#[derive(Clone, Copy)]
struct Level<'n> {
    /// Paths that go on below this place, without the part that led here.
    names: [Option<(Slot, &'n str)>; COUNT],
    /// Slots whose path ends here.
    exact: [bool; COUNT],
    depth: u8,
}

impl<'n> Level<'n> {
    /// What is wanted below `key`; `None` when nothing is.
    fn below(&self, key: &str) -> Option<Self> {
        let mut found = false;
        let mut below = Self { names: [None; COUNT], exact: [false; COUNT], depth: self.depth.saturating_add(1) };
        for (slot, name) in self.names.iter().flatten() {
            if let Some(rest) = name.strip_prefix(key) {
                if rest.is_empty() {
                    below.exact[*slot as usize] = true;
                    found = true;
                } else if let Some(rest) = rest.strip_prefix('.') {
                    below.names[*slot as usize] = Some((*slot, rest));
                    found = true;
                }
            }
        }
        found.then_some(below)
    }
}

/// Reads one value and puts it where it is wanted; returns its kind.
struct Seed<'n, 'r, 'de> {
    level: Level<'n>,
    row: &'r mut Row<'de>,
    /// How deep each slot's value was found: a field of the full name wins over a path.
    depths: &'r mut [u8; COUNT],
}

impl<'de> Seed<'_, '_, 'de> {
    fn put(&mut self, cell: Cell<'de>) -> &'static str {
        let kind = cell.kind();
        for slot in Slot::ALL {
            let at = slot as usize;
            if self.level.exact[at] && self.level.depth <= self.depths[at] {
                self.depths[at] = self.level.depth;
                self.row.set(slot, cell.clone());
            }
        }
        kind
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, 'de> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, 'de> {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(mut self) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Missing))
    }

    fn visit_bool<E: Error>(mut self, flag: bool) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Flag(flag)))
    }

    fn visit_i64<E: Error>(mut self, number: i64) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Whole(number.into())))
    }

    fn visit_u64<E: Error>(mut self, number: u64) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Whole(number.into())))
    }

    fn visit_f64<E: Error>(mut self, number: f64) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Fraction(number)))
    }

    fn visit_borrowed_str<E: Error>(mut self, text: &'de str) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Text(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<Self::Value, E> {
        Ok(self.put(Cell::Text(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.put(Cell::List))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        while let Some(below) = map.next_key_seed(Key(&self.level))? {
            match below {
                Some(level) => {
                    map.next_value_seed(Seed { level, row: self.row, depths: self.depths })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(self.put(Cell::Object))
    }
}

/// Looks a key up without keeping it.
struct Key<'l, 'n>(&'l Level<'n>);

impl<'de, 'n> DeserializeSeed<'de> for Key<'_, 'n> {
    type Value = Option<Level<'n>>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Key<'_, 'n> {
    type Value = Option<Level<'n>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.below(key))
    }
}
