//! Any table with a text and a label.

use std::collections::BTreeMap;

use grens_input::Record;

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, need};
use super::labels::unmapped;
use crate::head::Head;

/// Label values that mean "harmless" without being named.
const HARMLESS: [&str; 6] = ["0", "0.0", "false", "False", "no", "none"];
/// Label values that mean "hateful" without being named.
const HATEFUL: [&str; 4] = ["1", "1.0", "true", "True"];

/// A CSV, TSV, JSONL or Parquet file whose columns the user names.
#[derive(Debug, Clone)]
pub struct Generic {
    /// Column of the text.
    pub text: String,
    /// Column of the label.
    pub label: String,
    /// Column of the id; the line number where it is missing.
    pub id: String,
    /// Values that mean "hateful"; without any, 1 and true.
    pub positive: Vec<String>,
    /// Values that mean "harmless", beside 0, false, no and none.
    pub negative: Vec<String>,
    /// Values whose rows are left out of this head.
    pub contested: Vec<String>,
    /// What the label is about.
    pub head: Head,
    /// Column of the group, of the functionality and of the cluster, where there are some.
    pub group: Option<String>,
    /// See [`Generic::group`].
    pub functionality: Option<String>,
    /// See [`Generic::group`].
    pub cluster: Option<String>,
    /// As the user gives it.
    pub card: Card,
}

impl Adapter for Generic {
    fn card(&self) -> Card {
        self.card.clone()
    }

    fn columns(&self) -> Vec<&str> {
        let optional = [&self.group, &self.functionality, &self.cluster].into_iter().filter_map(Option::as_deref);
        [self.text.as_str(), self.label.as_str()].into_iter().chain(optional).collect()
    }

    fn reading(&self) -> BTreeMap<String, String> {
        let columns = [("text", &self.text), ("label", &self.label), ("id", &self.id)];
        let optional = [("group", &self.group), ("functionality", &self.functionality), ("cluster", &self.cluster)];
        let values = [("positive", &self.positive), ("negative", &self.negative), ("contested", &self.contested)];
        let columns = columns.map(|(name, column)| (name, column.clone())).into_iter();
        let optional = optional.into_iter().filter_map(|(name, column)| Some((name, column.clone()?)));
        let values = values.into_iter().filter(|v| !v.1.is_empty()).map(|(name, list)| (name, list.join(",")));
        let about = ("about", self.head.name().to_owned());
        columns.chain(optional).chain(values).chain([about]).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        let mut example = Example::new(row, &self.text, Some(&self.id))?;
        let value = need(row, &self.label)?.trim();
        let is_one_of = |list: &[String]| list.iter().any(|v| v == value);
        let label = if is_one_of(&self.contested) {
            None
        } else if is_one_of(&self.positive) || self.positive.is_empty() && HATEFUL.contains(&value) {
            Some(true)
        } else if is_one_of(&self.negative) || HARMLESS.contains(&value) {
            Some(false)
        } else {
            return Err(unmapped(&self.label, value));
        };
        example.gold.set(self.head, label);
        let cell = |column: &Option<String>| column.as_deref().and_then(|c| row.get(c)).unwrap_or("").to_owned();
        example.group = cell(&self.group);
        example.functionality = cell(&self.functionality);
        example.cluster = cell(&self.cluster);
        Ok(Some(example))
    }
}
