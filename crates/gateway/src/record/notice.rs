//! A draft of a notice under Article 16 of the Digital Services Act (Regulation (EU) 2022/2065).

use serde::{Deserialize, Serialize};

use super::CandidateRecord;
use crate::dsa::Statement;

/// Name and version of [`NoticeDraftRecord`].
pub const NOTICE_SCHEMA: &str = "grens.notice-draft/1";

/// A text for people, in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

/// Who gives notice. A person fills this in; the program never does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Notifier {
    /// Name. Null in a draft.
    pub name: Option<String>,
    /// E-mail address. Null in a draft.
    pub email: Option<String>,
}

/// A part of a notice that a person has yet to fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Article 16(2)(b): the input gave no web address.
    Locations,
    /// Article 16(2)(c).
    Notifier,
    /// Article 16(2)(d).
    BonaFideStatement,
}

/// A draft of a notice about a candidate that a person has confirmed. No notice yet: a person completes and signs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoticeDraftRecord {
    /// Always `grens.notice-draft/1`.
    pub schema: String,
    /// Idempotency key, 64 hexadecimal digits: the same verdict on the same post has the same one.
    pub key: String,
    /// The candidate, with the verdict.
    pub candidate: CandidateRecord,
    /// Article 16(2)(a), a first draft: what was found, in the program's own sentences.
    pub explanation: Explanation,
    /// Article 16(2)(b): exact web addresses.
    pub locations: Vec<String>,
    /// Article 16(2)(c), for a person to fill in.
    pub notifier: Notifier,
    /// Article 16(2)(d), for a person to make. Null in a draft.
    pub bona_fide_statement: Option<String>,
    /// What a person has yet to fill in.
    pub to_fill: Vec<Part>,
    /// The words of the DSA Transparency Database.
    pub dsa: Statement,
}
