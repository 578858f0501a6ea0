//! From a finding, and a person's verdict where there is one, to the records that may be sent.

use grens_law::{
    Band, DecisionRecord, FindingRecord, Judgement, Policy, Scores, Span, SpanError, Statute, VerdictError,
    VerdictRecord,
};

use crate::dsa::Statement;
use crate::record::{
    CANDIDATE_SCHEMA, CORRECTION_SCHEMA, CandidateRecord, Cluster, CorrectionAction, CorrectionRecord, NOTICE_SCHEMA,
    NoticeDraftRecord, Notifier, Part, Standing, Thresholds,
};
use crate::retention::{DAYS_REVIEWED, DAYS_UNREVIEWED, Moment};
use crate::{explanation, key};

/// A finding with what its scan knows beside it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The finding.
    pub finding: FindingRecord,
    /// When it was found: RFC 3339, UTC.
    pub found_at: String,
    /// The posts that stand behind it.
    pub cluster: Option<Cluster>,
    /// The words that the scores rest on most; empty where they were not looked for. A person's quote takes their place.
    pub evidence: Vec<Span>,
    /// Whether it stands in `candidates`: what the nightly cap left out does not go out unjudged.
    pub is_listed: bool,
}

/// Why no record can be made.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The thresholds are not known.
    #[error("the finding was decided under policy {finding}, and the policy given is {given}")]
    OtherPolicy {
        /// What the finding names.
        finding: String,
        /// What was given.
        given: String,
    },
    /// A score that the policy given would not have let so far: it was changed under its name since the scan.
    #[error("the finding names {what}, whose score is below the threshold in policy {policy} as given")]
    BelowThreshold {
        /// Article or ground.
        what: String,
        /// The policy's id.
        policy: String,
    },
    /// A verdict from the future: none that corrects it would be newer.
    #[error("field `{field}` is more than a day ahead of this machine's clock")]
    Ahead {
        /// Which field.
        field: &'static str,
    },
    /// A time that cannot be read.
    #[error("field `{field}` is no time in UTC (RFC 3339)")]
    Time {
        /// Which field.
        field: &'static str,
    },
    /// The verdict is about another post or text.
    #[error("the verdict is about another post, or another text of it")]
    OtherPost,
    /// The verdict is no yes.
    #[error("a notice is drafted for what a person has judged to be a candidate, and for nothing else")]
    NotConfirmed,
    /// The verdict does not say what it must.
    #[error("the verdict cannot be used: {0}")]
    Verdict(#[from] VerdictError),
    /// Evidence that does not stand in the text.
    #[error("the evidence cannot be used: {0}")]
    Evidence(#[from] SpanError),
}

/// The record of a candidate that nobody has judged yet.
///
/// # Errors
/// When the finding was decided under another policy than `policy`, whose thresholds the record shows, or under other thresholds, its time cannot be
/// read, or the evidence does not stand in the text.
pub fn draft_candidate(found: &Found, policy: &Policy) -> Result<CandidateRecord, DraftError> {
    let decision = &found.finding.decision;
    if decision.policy != policy.id {
        return Err(DraftError::OtherPolicy { finding: decision.policy.clone(), given: policy.id.clone() });
    }
    reaches(decision, policy)?;
    let time = Moment::parse(&found.found_at).ok_or(DraftError::Time { field: "found_at" })?;
    let place = &found.finding.place;
    let post = key::post(place.platform.as_deref(), place.url.as_deref(), &decision.id, &decision.text_sha256);
    let record = CandidateRecord {
        schema: CANDIDATE_SCHEMA.to_owned(),
        key: key::candidate(&post),
        standing: Standing::NotYetJudged,
        id: decision.id.clone(),
        platform: place.platform.clone(),
        url: place.url.clone(),
        created_at: place.created_at.clone(),
        found_at: found.found_at.clone(),
        visibility: place.visibility.clone(),
        still_online: None,
        text: found.finding.text.clone(),
        text_sha256: decision.text_sha256.clone(),
        lang: decision.lang.clone(),
        evidence: found.evidence.clone(),
        band: decision.band,
        articles: decision.articles.clone(),
        grounds: decision.grounds.clone(),
        scores: decision.scores,
        ground_scores: decision.ground_scores,
        thresholds: Thresholds {
            art137c: policy.a137c.candidate,
            art137d: policy.a137d.candidate,
            ground: policy.grounds.named,
        },
        truncated: decision.truncated,
        model: decision.model.clone(),
        policy: decision.policy.clone(),
        law: decision.law.clone(),
        grens: found.finding.grens.clone(),
        verdict: None,
        cluster: found.cluster.clone(),
        keep_until: time.plus_days(DAYS_UNREVIEWED),
    };
    record.check_evidence()?;
    Ok(record)
}

/// Whether a candidate reaches the thresholds of the articles and grounds that it names. Scores are compared as the record shows them, which is how
/// they were decided on.
fn reaches(decision: &DecisionRecord, policy: &Policy) -> Result<(), DraftError> {
    if decision.band != Band::Candidate {
        return Ok(());
    }
    let scores = Scores { articles: decision.scores, grounds: decision.ground_scores };
    let articles = decision.articles.iter().filter(|&&a| scores.article(a) < policy.article(a).candidate);
    let grounds = decision.grounds.iter().filter(|&&g| scores.ground(g) < policy.grounds.named);
    let below = articles.map(|a| format!("article {a}")).chain(grounds.map(|g| format!("ground {g}"))).next();
    below.map_or(Ok(()), |what| Err(DraftError::BelowThreshold { what, policy: policy.id.clone() }))
}

/// A draft of a notice about a candidate that a person has confirmed. The words that the person quotes are its evidence, where the text is kept. Notifier
/// and bona fide statement stay empty.
///
/// # Errors
/// When the verdict is about another post or text, is no yes, says less than it must, or the evidence does not stand in the text.
pub fn draft_notice(
    mut candidate: CandidateRecord,
    verdict: &VerdictRecord,
    statute: &Statute,
) -> Result<NoticeDraftRecord, DraftError> {
    let post =
        key::post(candidate.platform.as_deref(), candidate.url.as_deref(), &candidate.id, &candidate.text_sha256);
    if key::judged_post(verdict) != post {
        return Err(DraftError::OtherPost);
    }
    if verdict.verdict != Judgement::Candidate {
        return Err(DraftError::NotConfirmed);
    }
    verdict.check(statute)?;
    candidate.check_evidence()?;
    if let (Some(quote), Some(text)) = (&verdict.quote, &candidate.text) {
        quote.check(text)?;
        candidate.evidence = vec![quote.clone()];
    }
    let judged = Moment::parse(&verdict.judged_at).ok_or(DraftError::Time { field: "judged_at" })?;
    candidate.standing = Standing::HumanConfirmed;
    candidate.still_online.clone_from(&verdict.still_online);
    candidate.verdict = Some(verdict.clone());
    candidate.keep_until = judged.plus_days(DAYS_REVIEWED);
    let locations: Vec<String> = candidate.url.iter().cloned().collect();
    let mut to_fill = vec![Part::Notifier, Part::BonaFideStatement];
    if locations.is_empty() {
        to_fill.insert(0, Part::Locations);
    }
    Ok(NoticeDraftRecord {
        schema: NOTICE_SCHEMA.to_owned(),
        key: key::notice(&post, verdict),
        explanation: explanation::of_candidate(&candidate, statute),
        locations,
        notifier: Notifier::default(),
        bona_fide_statement: None,
        to_fill,
        dsa: Statement::about(&verdict.articles, &verdict.grounds),
        candidate,
    })
}

/// The correction of the record with key `corrects`, which `verdict` led to. With `replaced_by` another record takes its place; else it is
/// withdrawn.
///
/// # Errors
/// When the verdict says less than it must or its time cannot be read.
pub fn draft_correction(
    corrects: &str,
    verdict: &VerdictRecord,
    replaced_by: Option<&str>,
    statute: &Statute,
) -> Result<CorrectionRecord, DraftError> {
    verdict.check(statute)?;
    let judged = Moment::parse(&verdict.judged_at).ok_or(DraftError::Time { field: "judged_at" })?;
    let action = if replaced_by.is_some() { CorrectionAction::Replaced } else { CorrectionAction::Withdrawn };
    Ok(CorrectionRecord {
        schema: CORRECTION_SCHEMA.to_owned(),
        key: key::correction(corrects, verdict, replaced_by),
        corrects: corrects.to_owned(),
        action,
        replaced_by: replaced_by.map(str::to_owned),
        explanation: explanation::of_correction(action),
        verdict: verdict.clone(),
        keep_until: judged.plus_days(DAYS_REVIEWED),
    })
}

#[cfg(test)]
mod tests;
