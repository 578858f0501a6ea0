//! JSON Schemas of the report types, generated from the types themselves.

use serde_json::Value;

use crate::{Comparison, Report};

/// File name and schema of every report type.
#[must_use]
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("grens.eval-1.json", schemars::schema_for!(Report).to_value()),
        ("grens.compare-1.json", schemars::schema_for!(Comparison).to_value()),
    ]
}
