//! What a label's value means.

use grens_input::Record;
use grens_law::{Band, Ground};

use super::adapter::Fault;
use super::example::{Gold, need};

/// A label of the project's own files: `1`, `0`, or `0.5` for what is contested.
fn own(row: &Record, column: &str) -> Result<Option<bool>, Fault> {
    match need(row, column)? {
        "1" | "1.0" | "true" => Ok(Some(true)),
        "0" | "0.0" | "false" => Ok(Some(false)),
        "0.5" => Ok(None),
        other => Err(unmapped(column, other)),
    }
}

/// The three labels that every file of the project has.
pub(super) fn own_gold(row: &Record) -> Result<Gold, Fault> {
    Ok(Gold { group_hate: own(row, "group_hate")?, art137c: own(row, "art137c")?, art137d: own(row, "art137d")? })
}

/// A list of grounds, parted by commas, `-` for none; or a JSON list.
pub(super) fn grounds(row: &Record, column: &str) -> Result<Vec<Ground>, Fault> {
    let list = need(row, column)?;
    if list.starts_with('[') {
        let names: Vec<String> = serde_json::from_str(list).map_err(|_| unmapped(column, list))?;
        return names.iter().map(|name| ground(name).ok_or_else(|| unmapped(column, name))).collect();
    }
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "-");
    names.map(|name| ground(name).ok_or_else(|| unmapped(column, name))).collect()
}

fn ground(name: &str) -> Option<Ground> {
    Ground::ALL.into_iter().find(|g| g.to_string() == name)
}

pub(super) fn band(row: &Record, column: &str) -> Result<Band, Fault> {
    let name = need(row, column)?;
    Band::ALL.into_iter().find(|b| b.name() == name).ok_or_else(|| unmapped(column, name))
}

/// A cell where `-` means nothing.
pub(super) fn or_empty(row: &Record, column: &str) -> String {
    row.get(column).filter(|cell| *cell != "-").unwrap_or("").to_owned()
}

pub(super) fn unmapped(column: &str, value: &str) -> Fault {
    // A column of texts, named by mistake, must not end up in a message.
    let is_text = value.chars().count() > 40 || value.split_whitespace().count() > 3;
    let value = if is_text { "(a text)" } else { value };
    Fault::Label { column: column.to_owned(), value: value.to_owned() }
}
