//! Back into the work: verdicts for the gateway, labelled rows for `grens eval` and the next training, pseudonymised rows for research.

mod labels;
mod research;

use std::io::Write;

use grens_gateway::{Added, Cluster, Found, Moment, Night, Outbox, Texts, Verdicts, offer};
use grens_law::{Judgement, Policy, Statute, VerdictRecord};
use rusqlite::Connection;

use super::access::Step;
use super::chain::{Body, Kind};
use super::history::{record, words};
use super::rows::{Stored, entries, evidence, stored};
use super::standing::Standing;
use super::undo::SETTLED_MS;
use super::{ItemId, Store};
use crate::error::{Result, ReviewError};

pub use labels::LabelFormat;
pub use research::Pseudonymised;

/// What went into an outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offered {
    /// What the outbox says.
    pub added: Added,
    /// Confirmed items that were decided under another policy than the one given: their notice would show the wrong thresholds.
    pub other_policy: u64,
}

impl Store {
    /// The newest verdict on every item that has one, as `grens.verdict/1`, in the order of the items: what `grens outbox add --verdicts` reads. An item that was
    /// reopened and not judged again gives `reopened`, which makes the gateway take back what it sent. A verdict counts 20 seconds after it was given, when nobody
    /// can undo it any more; erased items are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn verdicts(&self) -> Result<Vec<VerdictRecord>> {
        self.read(|db, now| {
            let mut verdicts = vec![];
            each_settled(db, now, |settled| {
                verdicts.extend(settled.verdict);
                Ok(())
            })?;
            Ok(verdicts)
        })
    }

    /// Put what people confirmed into an outbox, and what they took back as corrections: as `grens outbox add` would of the same nights.
    ///
    /// # Errors
    /// When the store cannot be read or the outbox cannot be written.
    pub fn offer(&self, outbox: &mut Outbox, policy: &Policy, statute: &Statute) -> Result<Offered> {
        let (mut findings, mut records, mut other_policy) = (vec![], vec![], 0);
        self.read(|db, now| {
            each_settled(db, now, |Settled { stored, verdict }| {
                let Some(verdict) = verdict else { return Ok(()) };
                if let (Judgement::Candidate, Some(finding)) = (verdict.verdict, &stored.finding) {
                    if finding.decision.policy != policy.id {
                        other_policy += 1;
                        return Ok(());
                    }
                    let evidence = evidence(db, stored.id, stored.text.as_deref())?;
                    let mut spans: Vec<_> = evidence.into_iter().map(|e| e.span).collect();
                    // The queue keeps the strongest first, a record the first in the text.
                    spans.sort_unstable_by_key(|span| span.start);
                    let mut finding = finding.clone();
                    finding.text.clone_from(&stored.text);
                    findings.push(Found {
                        finding,
                        found_at: stored.found.text(),
                        cluster: (stored.stands_for > 1)
                            .then(|| Cluster { stands_for: stored.stands_for, ..Cluster::default() }),
                        evidence: spans,
                        is_listed: true,
                    });
                }
                records.push(verdict);
                Ok(())
            })
        })?;
        let verdicts = Verdicts::of_records(records);
        let added = offer(outbox, &[Night { findings }], &verdicts, policy, statute, Texts::Kept)?;
        Ok(Offered { added, other_policy })
    }
}

/// An item with its verdict, as far as it can no longer be undone.
pub(super) struct Settled {
    pub(super) stored: Stored,
    /// The verdict that counts, or that an earlier one no longer does.
    pub(super) verdict: Option<VerdictRecord>,
}

/// Hand every item that people have judged, and that is not erased, to `take`.
pub(super) fn each_settled(db: &Connection, now: Moment, mut take: impl FnMut(Settled) -> Step<()>) -> Step<()> {
    let mut query = db.prepare(
        "SELECT DISTINCT item FROM entry WHERE item IS NOT NULL AND (SELECT erased_ms FROM item WHERE id = entry.item) IS NULL ORDER BY item",
    )?;
    let items = query.query_map([], |row| row.get(0).map(ItemId))?;
    for item in items {
        let stored = stored(db, item?)?;
        let entries = settled(entries(db, stored.id)?, now);
        let standing = Standing::after(&entries, stored.raters);
        let verdict = verdict(db, &stored, &entries, &standing)?;
        take(Settled { stored, verdict })?;
    }
    Ok(())
}

/// Entries that nobody can undo any more. What takes back counts at once, so that nothing goes out that is being undone or was just objected to.
pub(super) fn settled(mut entries: Vec<Body>, now: Moment) -> Vec<Body> {
    entries.retain(|entry| {
        let at = Moment::parse(&entry.at).map_or(0, Moment::millis);
        matches!(entry.kind, Kind::Undo | Kind::Reopening) || at + SETTLED_MS <= now.millis()
    });
    entries
}

fn verdict(db: &Connection, stored: &Stored, entries: &[Body], standing: &Standing) -> Step<Option<VerdictRecord>> {
    let entry = |seq| entries.iter().find(|e| e.seq == seq).ok_or(ReviewError::Damaged { what: "an entry" });
    let Some(outcome) = &standing.outcome else {
        // Nothing stands. If something did, whoever acted on it has to know.
        let Some(since) = standing.open_since else { return Ok(None) };
        let entry = entry(since)?;
        let said = super::chain::Said {
            verdict: Judgement::Reopened,
            articles: vec![],
            grounds: vec![],
            publicity: grens_law::Publicity::Unknown,
            context: vec![],
            still_online: None,
            route: None,
        };
        // The reason stays in the house: it may be an objector's words.
        return Ok(Some(record(stored, entry, &said, None)));
    };
    let mut verdict = record(stored, entry(outcome.entry)?, &outcome.said, words(db, outcome.entry)?.as_ref());
    verdict.judged_at.clone_from(&outcome.at);
    if outcome.place == 3 {
        verdict.adjudicated_by = Some(outcome.by.clone());
        // Of two raters the one who said the same.
        let same =
            |rated: &&super::standing::Rated| rated.place < 3 && super::standing::same(&rated.said, &outcome.said);
        if let Some(rater) = standing.in_round().find(same) {
            verdict.reviewer.clone_from(&rater.by);
        }
    }
    verdict.second_reviewer.clone_from(&standing.agreed);
    Ok(Some(verdict))
}

/// One line of JSON.
pub(super) fn line(out: &mut dyn Write, value: &impl serde::Serialize) -> Step<()> {
    writeln!(out, "{}", super::chain::json(value)).map_err(|source| output(source).into())
}

pub(super) fn output(source: std::io::Error) -> ReviewError {
    ReviewError::Write { path: "the export".into(), source }
}
