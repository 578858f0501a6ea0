//! Objects of JSON Lines, every field by its name; fields within objects by a path with dots.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::found::Fault;
use super::super::jsonl::Texts;
use super::super::shape::{no_json, no_object};
use super::{Record, Rows};

/// Names of the first object's fields, null or not, and all objects.
pub(super) fn open(input: Box<dyn BufRead + Send>) -> (Vec<Arc<str>>, Rows) {
    let mut objects = Objects { texts: Texts::new(input), columns: vec![] };
    // What stands before the first object is handed out after all.
    let mut before = VecDeque::new();
    for found in objects.by_ref() {
        let is_object = found.is_ok();
        before.push_back(found);
        if is_object {
            break;
        }
    }
    (objects.columns.clone(), Box::new(before.into_iter().chain(objects)))
}

struct Objects {
    texts: Texts,
    /// Fields of the first object.
    columns: Vec<Arc<str>>,
}

impl Iterator for Objects {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (line, text) = match self.texts.next()? {
            Ok(found) => found,
            Err(fault) => return Some(Err(fault)),
        };
        Some(match serde_json::from_str(text) {
            Ok(Value::Object(object)) => {
                let mut record = Record::new(line);
                let mut names = vec![];
                flatten(object, "", &mut record, &mut names);
                if self.columns.is_empty() {
                    self.columns = names;
                }
                Ok(record)
            }
            Ok(other) => Err(no_object(line, kind(&other))),
            Err(e) => Err(no_json(line, &e)),
        })
    }
}

/// Put the fields of an object, and those of objects in it, into `record`; their names, also of what is null, into `names`.
fn flatten(object: Map<String, Value>, prefix: &str, record: &mut Record, names: &mut Vec<Arc<str>>) {
    for (name, value) in object {
        let name: Arc<str> = format!("{prefix}{name}").into();
        names.push(Arc::clone(&name));
        match value {
            Value::Null => {}
            Value::String(text) => record.set(name, text),
            Value::Object(inner) => {
                record.set(Arc::clone(&name), Value::Object(inner.clone()).to_string());
                flatten(inner, &format!("{name}."), record, names);
            }
            other => record.set(name, other.to_string()),
        }
    }
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
