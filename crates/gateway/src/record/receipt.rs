//! What a receiver answers.

use serde::{Deserialize, Serialize};

/// Name and version of [`Receipt`].
pub const RECEIPT_SCHEMA: &str = "grens.receipt/1";

/// What became of a record at the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// It is stored, durably.
    Accepted,
    /// A record with this key was stored before; nothing was stored now.
    Duplicate,
    /// It is not wanted, now or later.
    Refused,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// Always `grens.receipt/1`.
    pub schema: String,
    /// The record's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What became of it.
    pub status: ReceiptStatus,
    /// Why it was refused, as a word for machines: lower-case letters, digits and `_`, at most 40. Never text of a post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}
