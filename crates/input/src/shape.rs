//! What the JSON of an input looks like: fields with names, or a platform's own.

use std::collections::VecDeque;

use super::fields::Fields;
use super::found::{Fault, Found, Spare};
use super::object::{self, Parsed};
use super::preset::Preset;
use super::row::Row;

/// How a JSON value becomes posts.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Fields(Box<Fields>),
    Preset(&'static Preset),
}

impl Shape {
    /// Append what the JSON `text` of record number `line` holds.
    pub(super) fn read(&self, line: u64, text: &str, spare: &mut Spare, found: &mut VecDeque<Found>) {
        match self {
            Self::Fields(fields) => {
                let mut row = Row::default();
                found.push_back(match object::parse(text, fields, &mut row) {
                    Ok(Parsed::Row) => row.found(line, fields, spare),
                    Ok(Parsed::Other(kind)) => Found::Fault(no_object(line, kind)),
                    Err(e) => Found::Fault(no_json(line, &e)),
                });
            }
            Self::Preset(preset) => match serde_json::from_str(text) {
                Ok(value) => preset.read(line, &value, found),
                Err(e) => found.push_back(Found::Fault(no_json(line, &e))),
            },
        }
    }

    /// Keys of a document's outermost object under which its entries are listed.
    pub(super) fn lists(&self) -> Vec<String> {
        match self {
            Self::Fields(_) => vec![],
            Self::Preset(preset) => {
                let keys = preset.lists.iter().filter_map(|list| list.strip_prefix('/'));
                keys.filter(|key| !key.contains('/')).map(str::to_owned).collect()
            }
        }
    }
}

pub(super) fn no_json(line: u64, e: &serde_json::Error) -> Fault {
    let what = if e.is_eof() { "the line breaks off" } else { "no valid JSON" };
    Fault::new(line, format!("{what}, column {}", e.column()), "write one whole JSON object on each line (JSON Lines)")
}

pub(super) fn no_object(line: u64, kind: &str) -> Fault {
    Fault::new(line, format!("a {kind} where an object is wanted"), "write one JSON object on each line")
}
