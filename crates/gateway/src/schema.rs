//! JSON Schemas of the record types, generated from the types themselves.

use serde_json::Value;

use crate::{CandidateRecord, CorrectionRecord, NoticeDraftRecord, Receipt};

/// File name and schema of every record type, in the order of the documentation.
#[must_use]
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("grens.candidate-1.json", schemars::schema_for!(CandidateRecord).to_value()),
        ("grens.notice-draft-1.json", schemars::schema_for!(NoticeDraftRecord).to_value()),
        ("grens.correction-1.json", schemars::schema_for!(CorrectionRecord).to_value()),
        ("grens.receipt-1.json", schemars::schema_for!(Receipt).to_value()),
    ]
}
