//! What a person's verdict does to the outbox.

use grens_law::{Judgement, VerdictRecord};
use rusqlite::params;

use super::rows::Columns;
use super::{Adding, drafting};
use crate::draft::{Found, draft_correction, draft_notice};
use crate::error::Result;
use crate::record::{CANDIDATE_SCHEMA, CORRECTION_SCHEMA, CandidateRecord, NOTICE_SCHEMA};
use crate::verdicts::judged_at;
use crate::{Texts, key};

impl Adding<'_> {
    /// `is_seen` says that the post is known otherwise than by a record in the outbox.
    pub(super) fn judged(&mut self, found: Option<&Found>, verdict: &VerdictRecord, is_seen: bool) -> Result<()> {
        let failed = |e| drafting(&verdict.id, e);
        verdict.check(self.statute).map_err(|e| failed(e.into()))?;
        let judged_ms = judged_at(verdict, self.now).map_err(failed)?.millis();
        let post = key::judged_post(verdict);
        let before = self.newest_verdict(&post)?;
        if before.as_ref().is_some_and(|newest| newest.judged_ms > judged_ms) {
            self.added.older += 1;
            return Ok(());
        }
        let without_quote;
        let verdict = if self.texts == Texts::LeftOut && verdict.quote.is_some() {
            without_quote = VerdictRecord { quote: None, ..verdict.clone() };
            &without_quote
        } else {
            verdict
        };
        if verdict.verdict == Judgement::Candidate {
            return self.confirmed(found, &post, judged_ms, verdict);
        }
        let stood = self.correct(&post, verdict, None)?;
        let is_matched =
            stood || is_seen || before.as_ref().is_some_and(|b| b.is_matched) || self.has_records(&post)?;
        if !is_matched {
            self.missed(verdict, |added| &mut added.unmatched)?;
        } else if before.is_some_and(|b| b.judged_ms == judged_ms && b.verdict == verdict.verdict.name()) {
            self.added.known += 1;
        } else if !stood {
            self.added.not_confirmed += 1;
        }
        self.remember(&post, judged_ms, verdict, is_matched)
    }

    /// A yes becomes a notice. Without its finding it can still replace an earlier record of the post, whose candidate it then takes over.
    fn confirmed(&mut self, found: Option<&Found>, post: &str, judged_ms: i64, verdict: &VerdictRecord) -> Result<()> {
        if self.is_known(&key::notice(post, verdict))? {
            self.added.known += 1;
            return Ok(());
        }
        let candidate = match found {
            Some(found) => Some(self.candidate(found)?),
            None => self.stored_candidate(post)?,
        };
        let Some(candidate) = candidate else {
            // It is looked at again when both are given.
            return self.missed(verdict, |added| &mut added.without_finding);
        };
        let notice = draft_notice(candidate, verdict, self.statute).map_err(|e| drafting(&verdict.id, e))?;
        self.correct(post, verdict, Some(&notice.key))?;
        let columns = Columns {
            key: &notice.key,
            post,
            twin: Some(&key::twin(&verdict.id, &verdict.text_sha256)),
            schema: NOTICE_SCHEMA,
            standing: "human_confirmed",
            keep_until: &notice.candidate.keep_until,
        };
        if self.insert(&columns, &notice)? {
            self.added.notices += 1;
            self.added.without_url += u64::from(notice.locations.is_empty());
        }
        self.remember(post, judged_ms, verdict, true)
    }

    /// Count a verdict that matches nothing: as one that names another address, where its id and text are known, else as `otherwise`.
    fn missed(&mut self, verdict: &VerdictRecord, otherwise: impl FnOnce(&mut super::Added) -> &mut u64) -> Result<()> {
        let is_elsewhere = self.stands_elsewhere(&key::twin(&verdict.id, &verdict.text_sha256))?;
        *(if is_elsewhere { &mut self.added.elsewhere } else { otherwise(&mut self.added) }) += 1;
        Ok(())
    }

    /// The candidate of the newest record about the post, as it was before a person spoke.
    fn stored_candidate(&self, post: &str) -> Result<Option<CandidateRecord>> {
        let Some(mut candidate) = self.newest_candidate(post)? else { return Ok(None) };
        // The earlier person's quote is not the later one's.
        let quote = candidate.verdict.take().and_then(|earlier| earlier.quote);
        candidate.evidence.retain(|span| Some(span) != quote.as_ref());
        self.leave_out_texts(&mut candidate);
        Ok(Some(candidate))
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
                twin: None,
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
