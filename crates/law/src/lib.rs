//! The law as `grens` uses it, and the records that everything else exchanges.
//!
//! This crate knows no model and no file. It holds the dated statute table ([`Statute`]), what a model says of a post
//! ([`Scores`]), how that becomes a proposal for people ([`Policy`], [`decide`]), the record types, and the exit codes.
//! The output is always "candidate under article X, with this evidence and this confidence"; intent, context and
//! publicity are for a person to judge (HR 14 January 2003, ECLI:NL:HR:2003:AE7632).

mod decision;
mod exit;
mod policy;
mod record;
mod scores;
mod statute;

#[cfg(feature = "schema")]
pub mod schema;

pub use decision::{Band, Decision, decide};
pub use exit::{EXIT_CODES, Exit, ExitRow};
pub use policy::{
    ArticleThresholds, GatewayRules, GroundThresholds, GroupHateThresholds, Policy, PolicyError, ReviewLimits, SendRule,
};
pub use record::{
    BandCounts, ContextFlag, DECISION_SCHEMA, DecisionRecord, FINDING_SCHEMA, FindingRecord, Judgement, Lines,
    ModelRef, OnlineCheck, Place, Publicity, REJECT_SCHEMA, REPEAT_SCHEMA, RejectRecord, RepeatRecord, Route,
    SUMMARY_SCHEMA, SourceRecord, SourceRef, Span, SpanError, SummaryRecord, VERDICT_SCHEMA, VerdictError,
    VerdictRecord,
};
pub use scores::{ArticleScores, GroundScores, Scores};
pub use statute::{Article, ArticleEntry, Fact, Ground, GroundEntry, Statute, StatuteError};
