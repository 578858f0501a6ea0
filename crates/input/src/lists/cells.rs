//! A row of a scan's table as the object that the same record is in JSON Lines: what `batch::scan::table` took apart.

use grens_law::Ground;
use serde_json::{Map, Number, Value};

use super::super::format::Format;
use super::super::formula::restored;
use super::super::records::Record;

/// Columns of whole numbers.
const WHOLE: [&str; 5] = ["rank", "stands_for", "repeats", "line", "n_tokens"];
/// Columns that hold several texts; in CSV joined by `|`.
const TEXTS: [&str; 3] = ["articles", "grounds", "reasons"];
/// Columns that a record may lack. CSV knows no null, so that an empty cell of these is nothing, and of all others an empty text.
const OPTIONAL: [&str; 11] = [
    "rank",
    "stands_for",
    "head",
    "repeats",
    "url",
    "platform",
    "created_at",
    "parent",
    "visibility",
    "author",
    "text",
];

/// The object of a row. Its fields are those of the record, whatever they hold: reading it as one says whether it is.
///
/// # Errors
/// What is wrong with a cell, without its content.
pub(super) fn object(row: &Record, format: Format) -> Result<Value, String> {
    let mut object = Map::new();
    for (column, cell) in row.cells() {
        let (group, name) = place(column, format);
        if cell.is_empty() && group.is_none() && OPTIONAL.contains(&name) {
            continue;
        }
        let value =
            value(group, name, cell, format).map_err(|wanted| format!("column `{column}` holds no {wanted}"))?;
        let into = match group {
            None => &mut object,
            Some(group) => match object.entry(group).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(inner) => inner,
                _ => return Err(format!("column `{group}` holds no object")),
            },
        };
        into.insert(name.to_owned(), value);
    }
    Ok(Value::Object(object))
}

/// The object within the record that a column belongs to, and the name in it. Parquet says it with a dot, a CSV list by its own names.
fn place(column: &str, format: Format) -> (Option<&str>, &str) {
    if format == Format::Parquet {
        return column.split_once('.').map_or((None, column), |(group, name)| (Some(group), name));
    }
    match column {
        "group_hate" | "art137c" | "art137d" => (Some("scores"), column),
        "model" => (Some("model"), "name"),
        "model_hash" => (Some("model"), "hash"),
        _ if Ground::ALL.iter().any(|ground| ground.name() == column) => (Some("ground_scores"), column),
        _ => (None, column),
    }
}

/// A cell's value; what it should have been, when it is not that.
fn value(group: Option<&str>, name: &str, cell: &str, format: Format) -> Result<Value, &'static str> {
    let is_score = matches!(group, Some("scores" | "ground_scores")) || group.is_none() && name == "confidence";
    if is_score {
        // The shortest number that names an f32 names the same one by way of an f64. Neither "NaN" nor "inf" is a number of JSON.
        return cell.parse().ok().and_then(Number::from_f64).map(Value::Number).ok_or("number");
    }
    Ok(match (group, name) {
        (None, name) if WHOLE.contains(&name) => cell.parse::<u64>().map_err(|_| "number")?.into(),
        (None, "truncated") => cell.parse::<bool>().map_err(|_| "true or false")?.into(),
        (None, name) if TEXTS.contains(&name) && format == Format::Parquet => {
            serde_json::from_str(cell).map_err(|_| "list")?
        }
        (None, name) if TEXTS.contains(&name) => cell.split('|').filter(|text| !text.is_empty()).collect(),
        _ if format == Format::Csv => restored(cell).into(),
        _ => cell.into(),
    })
}
