//! What became of an item.

use grens_law::VerdictRecord;

use super::ids::EntryId;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A verdict.
    Verdict,
    /// A verdict given to a whole cluster at once.
    Bulk,
    /// A lead decided between two.
    Adjudication,
    /// A later verdict of the same person, or of a lead, in place of an earlier one.
    Correction,
    /// A verdict was taken back within [`super::UNDO`].
    Undo,
    /// Reopened after an objection.
    Reopening,
    /// Text, place and words of people were erased.
    Erasure,
}

/// An entry about an item, as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the chain.
    pub entry: EntryId,
    /// What it is.
    pub kind: EventKind,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Pseudonym of the person; empty for an erasure.
    pub by: String,
    /// For a verdict, what it says. Its private words (reason, note, group, quote) are missing once erased.
    pub verdict: Option<VerdictRecord>,
    /// For a reopening, why; `None` once erased.
    pub reason: Option<String>,
    /// Whether it was undone later.
    pub undone: bool,
}
