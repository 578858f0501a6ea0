//! What became of an item.

use std::collections::HashSet;

use grens_law::{VERDICT_SCHEMA, VerdictRecord};
use rusqlite::{Connection, OptionalExtension as _};

use super::access::Step;
use super::chain::{Body, Said, Words};
use super::ids::EntryId;
use super::rows::Stored;
use crate::error::ReviewError;

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

/// The events of an item that `shown` lets through.
pub(super) fn events(
    db: &Connection,
    stored: &Stored,
    entries: &[Body],
    taken_back: &HashSet<i64>,
    shown: impl Fn(&&Body) -> bool,
) -> Step<Vec<Event>> {
    let event = |entry: &Body| {
        let Some(kind) = entry.kind.event() else { return Ok(None) };
        let words = words(db, entry.seq)?;
        let verdict = entry.verdict.as_ref().map(|said| record(stored, entry, said, words.as_ref()));
        Ok(Some(Event {
            entry: EntryId(entry.seq),
            kind,
            at: entry.at.clone(),
            by: entry.by.clone().unwrap_or_default(),
            reason: if verdict.is_none() { words.and_then(|words| words.reason) } else { None },
            verdict,
            undone: taken_back.contains(&entry.seq),
        }))
    };
    entries.iter().filter(shown).filter_map(|entry| event(entry).transpose()).collect()
}

/// What a person wrote with an entry; `None` once erased.
pub(super) fn words(db: &Connection, entry: i64) -> Step<Option<Words>> {
    let sql = "SELECT words FROM words WHERE entry = ?1";
    let text = db.prepare(sql)?.query_row([entry], |row| row.get::<_, String>(0)).optional()?;
    let words = text.map(|text| serde_json::from_str(&text)).transpose();
    words.map_err(|_| ReviewError::Damaged { what: "a person's words" }.into())
}

/// The record of a verdict. Of an erased item it lacks the post's id, place and words.
pub(super) fn record(stored: &Stored, entry: &Body, said: &Said, words: Option<&Words>) -> VerdictRecord {
    let decision = stored.finding.as_ref().map(|f| &f.decision);
    let words = words.cloned().unwrap_or_default();
    VerdictRecord {
        schema: VERDICT_SCHEMA.to_owned(),
        id: decision.map(|d| d.id.clone()).unwrap_or_default(),
        platform: stored.platform.clone(),
        url: stored.finding.as_ref().and_then(|f| f.place.url.clone()),
        text_sha256: decision.map(|d| d.text_sha256.clone()).unwrap_or_default(),
        verdict: said.verdict,
        articles: said.articles.clone(),
        grounds: said.grounds.clone(),
        group_named: words.group_named,
        publicity: said.publicity,
        quote: words.quote,
        context: said.context.clone(),
        reason: words.reason,
        note: words.note,
        still_online: said.still_online.clone(),
        route: said.route,
        reviewer: entry.by.clone().unwrap_or_default(),
        judged_at: entry.at.clone(),
        second_reviewer: None,
        adjudicated_by: None,
    }
}
