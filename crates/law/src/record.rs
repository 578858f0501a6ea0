//! The records that leave the program. Their JSON Schemas stand in `schemas/`.

mod decision;
mod finding;
mod place;
mod reject;
mod repeat;
mod span;
mod summary;
mod verdict;

pub use decision::{DECISION_SCHEMA, DecisionRecord, ModelRef};
pub use finding::{FINDING_SCHEMA, FindingRecord};
pub use place::{Place, SourceRef};
pub use reject::{REJECT_SCHEMA, RejectRecord};
pub use repeat::{REPEAT_SCHEMA, RepeatRecord};
pub use span::{Span, SpanError};
pub use summary::{BandCounts, Lines, SUMMARY_SCHEMA, SourceRecord, SummaryRecord};
pub use verdict::{ContextFlag, Judgement, OnlineCheck, Publicity, Route, VERDICT_SCHEMA, VerdictError, VerdictRecord};
