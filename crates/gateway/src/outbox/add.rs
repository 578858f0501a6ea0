//! Putting records in. All that one call adds goes in with one transaction: after a crash or a full disk the outbox holds all of it or nothing.

mod judged;
mod rows;

use grens_law::{Band, Policy, SendRule, Statute, VerdictRecord};
use rusqlite::Transaction;

use super::Outbox;
use crate::draft::{DraftError, Found, draft_candidate};
use crate::error::{GatewayError, Result};
use crate::night::post_of;
use crate::record::{CANDIDATE_SCHEMA, CandidateRecord};
use crate::retention::Moment;
use crate::{Texts, key};
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
    /// Records and verdicts that were there already.
    pub known: u64,
    /// Findings that the policy keeps in.
    pub kept_in: u64,
    /// Posts that a person did not confirm, and about which nothing stood.
    pub not_confirmed: u64,
    /// Records past their retention date.
    pub expired: u64,
    /// Notices without a web address: a person must give one.
    pub without_url: u64,
    /// Verdicts older than one that was acted on: they changed nothing.
    pub older: u64,
    /// Verdicts, none of them a yes, that match no finding given and no record: they withdrew nothing.
    pub unmatched: u64,
    /// Verdicts that match nothing, while a record about the same id and text stands under another platform or address: it stands still.
    pub elsewhere: u64,
    /// Verdicts with a yes whose finding was not given, and of which the outbox knows none: they changed nothing.
    pub without_finding: u64,
    /// Candidates kept in because a verdict that matches nothing names their id and text under another platform or address.
    pub doubtful: u64,
}

/// A transaction that records are put into.
pub struct Adding<'a> {
    transaction: Transaction<'a>,
    path: &'a std::path::Path,
    policy: &'a Policy,
    statute: &'a Statute,
    texts: Texts,
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
        let (texts, now, added) = (Texts::Kept, Moment::now(), Added::default());
        let mut adding = Adding { transaction, path: &path, policy, statute, texts, now, added };
        offer(&mut adding)?;
        let Adding { transaction, added, .. } = adding;
        transaction.commit().map_err(failed)?;
        Ok(added)
    }
}

impl Adding<'_> {
    /// Whether the records that follow hold words of posts; at first they do.
    pub const fn texts(&mut self, texts: Texts) {
        self.texts = texts;
    }

    /// Offer a finding. With a verdict (the newest on it), what the verdict asks for is put in; without one, the candidate goes in as not yet
    /// judged, if the policy lets it.
    ///
    /// # Errors
    /// When no record can be made of it, or the outbox cannot be written.
    pub fn finding(&mut self, found: &Found, verdict: Option<&VerdictRecord>) -> Result<()> {
        match verdict {
            Some(verdict) => self.judged(Some(found), verdict, true),
            None => self.unjudged(found),
        }
    }

    /// Offer a verdict whose finding is not at hand: a no or a reopening corrects what was sent about the post, a changed yes replaces it.
    /// `is_seen` says that the post is known otherwise, such as a repeat of a finding.
    ///
    /// # Errors
    /// When the verdict says less than it must, or the outbox cannot be written.
    pub fn verdict(&mut self, verdict: &VerdictRecord, is_seen: bool) -> Result<()> {
        self.judged(None, verdict, is_seen)
    }

    fn unjudged(&mut self, found: &Found) -> Result<()> {
        let decision = &found.finding.decision;
        let is_candidate = decision.band == Band::Candidate && found.is_listed;
        if !is_candidate || self.policy.send_rule() == SendRule::HumanConfirmed {
            self.added.kept_in += 1;
            return Ok(());
        }
        let record = self.candidate(found)?;
        let (post, twin) = (post_of(found), key::twin(&decision.id, &decision.text_sha256));
        if self.newest_verdict(&post)?.is_some() {
            // A person has spoken since; this list is older, or the post was found again.
            self.added.known += 1;
            return Ok(());
        }
        if self.is_judged_elsewhere(&twin)? {
            self.added.doubtful += 1;
            return Ok(());
        }
        let columns = Columns {
            key: &record.key,
            post: &post,
            twin: Some(&twin),
            schema: CANDIDATE_SCHEMA,
            standing: "not_yet_judged",
            keep_until: &record.keep_until,
        };
        if self.insert(&columns, &record)? {
            self.added.candidates += 1;
        }
        Ok(())
    }

    /// The candidate of a finding, without what is not to be in it: texts, where they are left out, and posts that a person has judged to be none.
    fn candidate(&self, found: &Found) -> Result<CandidateRecord> {
        let mut record = draft_candidate(found, self.policy).map_err(|e| drafting(&found.finding.decision.id, e))?;
        self.leave_out_texts(&mut record);
        if let Some(mut cluster) = record.cluster.take() {
            for list in [&mut cluster.repeats, &mut cluster.near_repeats] {
                let all = std::mem::take(list);
                for other in all {
                    let (platform, url) = (other.platform.as_deref(), other.url.as_deref());
                    if self.is_turned_down(&key::post(platform, url, &other.id, &other.text_sha256))? {
                        cluster.stands_for = cluster.stands_for.saturating_sub(1);
                    } else {
                        list.push(other);
                    }
                }
            }
            record.cluster = Some(cluster).filter(|cluster| cluster.stands_for > 1);
        }
        Ok(record)
    }

    fn leave_out_texts(&self, record: &mut CandidateRecord) {
        if self.texts == Texts::LeftOut {
            record.text = None;
            record.evidence.clear();
        }
    }
}

fn drafting(id: &str, source: DraftError) -> GatewayError {
    GatewayError::Draft { id: id.to_owned(), source }
}
