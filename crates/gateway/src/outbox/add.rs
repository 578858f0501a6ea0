//! Putting records in. All that one call adds goes in with one transaction: after a crash or a full disk the outbox holds all of it or nothing.

mod rows;

use grens_law::{Judgement, Policy, SendRule, Statute, VerdictRecord};
use rusqlite::{Transaction, params};

use super::Outbox;
use crate::draft::{DraftError, Found, draft_candidate, draft_correction, draft_notice};
use crate::error::{GatewayError, Result};
use crate::key;
use crate::night::post_of;
use crate::record::{CANDIDATE_SCHEMA, CORRECTION_SCHEMA, NOTICE_SCHEMA};
use crate::retention::Moment;
use rows::Columns;

/// What became of what was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Added {
    /// Drafts of notices put in.
    pub notices: u64,
    /// Unjudged candidates put in.
    pub candidates: u64,
    /// Corrections put in.
    pub corrections: u64,
    /// Records that were there already.
    pub known: u64,
    /// Findings that the policy keeps in.
    pub kept_in: u64,
    /// Findings past their retention date.
    pub expired: u64,
    /// Notices without a web address: a person must give one.
    pub without_url: u64,
    /// Verdicts that changed nothing: older than one that was acted on, or a no about something that was never put in.
    pub without_effect: u64,
}

/// A transaction that records are put into.
pub struct Adding<'a> {
    transaction: Transaction<'a>,
    path: &'a std::path::Path,
    policy: &'a Policy,
    statute: &'a Statute,
    now: Moment,
    added: Added,
}

impl Outbox {
    /// Put records in: `offer` offers findings and verdicts, and all of them go in, or with an error none.
    ///
    /// # Errors
    /// When the outbox is locked or cannot be written, no record can be made of something, or `offer` fails.
    pub fn add(
        &mut self,
        policy: &Policy,
        statute: &Statute,
        offer: impl FnOnce(&mut Adding<'_>) -> Result<()>,
    ) -> Result<Added> {
        let path = self.path.clone();
        let failed = |e| super::failure(&path, e);
        let transaction =
            self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        let mut adding =
            Adding { transaction, path: &path, policy, statute, now: Moment::now(), added: Added::default() };
        offer(&mut adding)?;
        let Adding { transaction, added, .. } = adding;
        transaction.commit().map_err(failed)?;
        Ok(added)
    }
}

impl Adding<'_> {
    /// Offer a finding. With a verdict (the newest on it), what the verdict asks for is put in; without one, the candidate goes in as not yet
    /// judged, if the policy lets it.
    ///
    /// # Errors
    /// When no record can be made of it, or the outbox cannot be written.
    pub fn finding(&mut self, found: &Found, verdict: Option<&VerdictRecord>) -> Result<()> {
        match verdict {
            Some(verdict) => self.judged(Some(found), verdict),
            None => self.unjudged(found),
        }
    }

    /// Offer a verdict whose finding is not at hand: a no or a reopening corrects what was sent about the post.
    ///
    /// # Errors
    /// When the verdict says less than it must, or the outbox cannot be written.
    pub fn verdict(&mut self, verdict: &VerdictRecord) -> Result<()> {
        self.judged(None, verdict)
    }

    fn unjudged(&mut self, found: &Found) -> Result<()> {
        let is_candidate = found.finding.decision.band == grens_law::Band::Candidate && found.is_listed;
        if !is_candidate || self.policy.send_rule() == SendRule::HumanConfirmed {
            self.added.kept_in += 1;
            return Ok(());
        }
        let record = draft_candidate(found, self.policy).map_err(|e| drafting(&found.finding.decision.id, e))?;
        let post = post_of(found);
        if self.newest_verdict(&post)?.is_some() {
            // A person has spoken since; this list is older, or the post was found again.
            self.added.known += 1;
            return Ok(());
        }
        let columns = Columns {
            key: &record.key,
            post: &post,
            schema: CANDIDATE_SCHEMA,
            standing: "not_yet_judged",
            keep_until: &record.keep_until,
        };
        if self.insert(&columns, &record)? {
            self.added.candidates += 1;
        }
        Ok(())
    }

    fn judged(&mut self, found: Option<&Found>, verdict: &VerdictRecord) -> Result<()> {
        let failed = |e| drafting(&verdict.id, e);
        verdict.check(self.statute).map_err(|e| failed(e.into()))?;
        let judged_ms =
            Moment::parse(&verdict.judged_at).ok_or_else(|| failed(DraftError::Time { field: "judged_at" }))?.millis();
        let post = key::judged_post(verdict);
        if self.newest_verdict(&post)?.is_some_and(|newest| newest > judged_ms) {
            self.added.without_effect += 1;
            return Ok(());
        }
        if verdict.verdict != Judgement::Candidate {
            let corrected = self.correct(&post, verdict, None)?;
            self.added.without_effect += u64::from(!corrected);
            return self.remember(&post, judged_ms, verdict);
        }
        let Some(found) = found else {
            // A yes needs its finding to become a notice; it is looked at again when both are given.
            self.added.without_effect += 1;
            return Ok(());
        };
        let candidate = draft_candidate(found, self.policy).map_err(failed)?;
        let notice = draft_notice(candidate, verdict, self.statute).map_err(failed)?;
        if self.is_known(&notice.key)? {
            self.added.known += 1;
            return Ok(());
        }
        self.correct(&post, verdict, Some(&notice.key))?;
        let columns = Columns {
            key: &notice.key,
            post: &post,
            schema: NOTICE_SCHEMA,
            standing: "human_confirmed",
            keep_until: &notice.candidate.keep_until,
        };
        if self.insert(&columns, &notice)? {
            self.added.notices += 1;
            self.added.without_url += u64::from(notice.locations.is_empty());
        }
        self.remember(&post, judged_ms, verdict)
    }

    /// Take back all that stands about a post. What has surely not left is laid aside; what may have arrived is corrected. An unjudged candidate that a
    /// person has confirmed needs no correction: the notice names it. Returns whether anything stood.
    fn correct(&mut self, post: &str, verdict: &VerdictRecord, replaced_by: Option<&str>) -> Result<bool> {
        let standing = self.earlier(post)?;
        for earlier in &standing {
            if earlier.state != "sent" {
                // A dead letter too: it must not be taken up again.
                self.execute(
                    "UPDATE record SET state = 'dead', cause = 'superseded', ended_ms = ?2 WHERE key = ?1",
                    params![earlier.key, self.now.millis()],
                )?;
            }
            let is_confirmed_now = replaced_by.is_some() && earlier.schema == CANDIDATE_SCHEMA;
            if earlier.attempts == 0 || is_confirmed_now {
                continue;
            }
            let record = draft_correction(&earlier.key, verdict, replaced_by, self.statute)
                .map_err(|e| drafting(&verdict.id, e))?;
            let columns = Columns {
                key: &record.key,
                post,
                schema: CORRECTION_SCHEMA,
                standing: "correction",
                keep_until: &record.keep_until,
            };
            if self.insert(&columns, &record)? {
                self.added.corrections += 1;
            }
            self.execute("UPDATE record SET corrected_by = ?2 WHERE key = ?1", params![earlier.key, record.key])?;
        }
        Ok(!standing.is_empty())
    }
}

fn drafting(id: &str, source: DraftError) -> GatewayError {
    GatewayError::Draft { id: id.to_owned(), source }
}
