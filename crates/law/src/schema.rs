//! JSON Schemas of the record types, generated from the types themselves.

use serde_json::Value;

use crate::{DecisionRecord, FindingRecord, RejectRecord, RepeatRecord, SummaryRecord, VerdictRecord};

/// File name and schema of every record type, in the order of the documentation.
#[must_use]
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("grens.decision-1.json", schemars::schema_for!(DecisionRecord).to_value()),
        ("grens.finding-1.json", schemars::schema_for!(FindingRecord).to_value()),
        ("grens.repeat-1.json", schemars::schema_for!(RepeatRecord).to_value()),
        ("grens.reject-1.json", schemars::schema_for!(RejectRecord).to_value()),
        ("grens.summary-2.json", schemars::schema_for!(SummaryRecord).to_value()),
        ("grens.verdict-1.json", schemars::schema_for!(VerdictRecord).to_value()),
    ]
}
