//! A JSON object as a row: the wanted fields are taken out while it is parsed, all else is passed over without being built.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::{COUNT, Fields, Slot};
use super::row::{Cell, Row};

/// What a JSON text turned out to be.
#[derive(Debug)]
pub(super) enum Parsed {
    /// An object, whose fields are in the row.
    Row,
    /// Valid JSON, but no object; its kind.
    Other(&'static str),
}

/// Take the fields that are wanted out of a JSON object, into an empty `row`. A name with dots is a field of that very name, else a path into objects.
///
/// # Errors
/// When `text` is no JSON, or more than one value.
pub(super) fn parse<'a>(text: &'a str, fields: &Fields, row: &mut Row<'a>) -> serde_json::Result<Parsed> {
    let mut depths = [u8::MAX; COUNT];
    let mut json = serde_json::Deserializer::from_str(text);
    let names = fields.names().map(|(_, name)| name);
    let level = Level { names: &names, firsts: firsts(&names), wanted: Slots::ALL, exact: Slots::NONE, depth: 0 };
    let top = Seed { level, row, depths: &mut depths }.deserialize(&mut json)?;
    json.end()?;
    Ok(if top == "object" { Parsed::Row } else { Parsed::Other(top) })
}

/// A set of slots.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Slots(u16);

impl Slots {
    const NONE: Self = Self(0);
    const ALL: Self = Self((1 << COUNT) - 1);

    /// The slots that are in it.
    fn each(self) -> impl Iterator<Item = Slot> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let slot = Slot::ALL.get(left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(*slot)
        })
    }

    const fn add(&mut self, slot: Slot) {
        self.0 |= 1 << slot as u16;
    }
}

/// What is wanted at one place of the object tree.
#[derive(Clone, Copy)]
struct Level<'l, 'n> {
    /// Paths without the part that led here, one for each slot.
    names: &'l [&'n str; COUNT],
    /// Their first bytes: most keys differ in it, and a look at all nine at once saves a comparison for each.
    firsts: [u8; COUNT],
    /// Slots whose path goes on below this place.
    wanted: Slots,
    /// Slots whose path ends here.
    exact: Slots,
    depth: u8,
}

/// The first byte of each name, 0 of one that is empty.
fn firsts(names: &[&str; COUNT]) -> [u8; COUNT] {
    names.map(|name| name.as_bytes().first().copied().unwrap_or_default())
}

/// What is wanted below a key.
struct Below {
    /// Slots whose path goes on below it.
    wanted: Slots,
    /// Slots whose path ends with it.
    exact: Slots,
    /// Bytes of the key.
    length: usize,
}

impl<'n> Level<'_, 'n> {
    /// What is wanted below `key`; `None` when nothing is.
    fn below(&self, key: &str) -> Option<Below> {
        let mut below = Below { wanted: Slots::NONE, exact: Slots::NONE, length: key.len() };
        let maybe = key.as_bytes().first().map_or(self.wanted, |first| self.wanted_with(*first));
        for slot in maybe.each() {
            let name = self.names[slot as usize];
            match name.strip_prefix(key) {
                Some("") => below.exact.add(slot),
                Some(rest) if rest.starts_with('.') => below.wanted.add(slot),
                _ => {}
            }
        }
        (below.wanted != Slots::NONE || below.exact != Slots::NONE).then_some(below)
    }

    /// What is wanted and begins with this byte.
    fn wanted_with(&self, byte: u8) -> Slots {
        let begin = self.firsts.iter().rev().fold(0, |begin, &first| begin << 1 | u16::from(first == byte));
        Slots(begin & self.wanted.0)
    }

    /// The paths without the key that was found, and the dot behind it.
    fn names_below(&self, below: &Below) -> [&'n str; COUNT] {
        self.names.map(|name| name.get(below.length + 1..).unwrap_or_default())
    }
}

/// Reads one value and puts it where it is wanted; returns its kind.
struct Seed<'l, 'n, 'r, 'de> {
    level: Level<'l, 'n>,
    row: &'r mut Row<'de>,
    /// How deep each slot's value was found: a field of the full name wins over a path.
    depths: &'r mut [u8; COUNT],
}

impl<'de> Seed<'_, '_, '_, 'de> {
    fn put(&mut self, cell: Cell<'de>) -> &'static str {
        let kind = cell.kind();
        let mut last = None;
        if self.level.exact == Slots::NONE {
            return kind;
        }
        for slot in self.level.exact.each() {
            if self.level.depth <= self.depths[slot as usize] {
                self.depths[slot as usize] = self.level.depth;
                if let Some(before) = last.replace(slot) {
                    self.row.set(before, cell.clone());
                }
            }
        }
        if let Some(slot) = last {
            self.row.set(slot, cell);
        }
        kind
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_, 'de> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, '_, 'de> {
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
        let depth = self.level.depth.saturating_add(1);
        while let Some(found) = map.next_key_seed(Key(&self.level))? {
            let Some(below) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let names;
            let level = if below.wanted == Slots::NONE {
                Level { wanted: Slots::NONE, exact: below.exact, depth, ..self.level }
            } else {
                names = self.level.names_below(&below);
                Level { names: &names, firsts: firsts(&names), wanted: below.wanted, exact: below.exact, depth }
            };
            map.next_value_seed(Seed { level, row: self.row, depths: self.depths })?;
        }
        Ok(self.put(Cell::Object))
    }
}

/// Looks a key up without keeping it.
struct Key<'k, 'l, 'n>(&'k Level<'l, 'n>);

impl<'de> DeserializeSeed<'de> for Key<'_, '_, '_> {
    type Value = Option<Below>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_, '_> {
    type Value = Option<Below>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.below(key))
    }
}
