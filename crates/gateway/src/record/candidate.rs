//! A candidate, with all that a person elsewhere needs to judge it.

use grens_law::{
    Article, ArticleScores, Band, Ground, GroundScores, ModelRef, OnlineCheck, Span, SpanError, VerdictRecord,
};
use serde::{Deserialize, Serialize};

/// Name and version of [`CandidateRecord`].
pub const CANDIDATE_SCHEMA: &str = "grens.candidate/1";

/// How far people have come with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A program proposed it, and nobody has judged it yet.
    NotYetJudged,
    /// A person has judged it to be a candidate.
    HumanConfirmed,
}

/// The policy's operating points, each in 0..=1; names as in the scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Candidate under 137c from here on.
    pub art137c: f32,
    /// Candidate under 137d from here on.
    pub art137d: f32,
    /// A ground is named from here on.
    pub ground: f32,
}

/// Another post with the same or nearly the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Its id.
    pub id: String,
    /// Its platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Its web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of its text as read (UTF-8), hexadecimal.
    pub text_sha256: String,
}

/// The posts that stand behind this one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Posts that the candidate stands for, itself counted in. The lists below may be shorter.
    pub stands_for: u64,
    /// Posts with the same text (after normalisation), at most 100.
    pub repeats: Vec<Elsewhere>,
    /// Posts with nearly the same text, at most 100. Each was scored on its own and needs to be read on its own.
    pub near_repeats: Vec<Elsewhere>,
}

/// A candidate as it goes to a flagger gateway. Says what was found, holds no author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CandidateRecord {
    /// Always `grens.candidate/1`.
    pub schema: String,
    /// Idempotency key, 64 hexadecimal digits: the same post with the same text has the same one.
    pub key: String,
    /// How far people have come with it.
    pub standing: Standing,
    /// The post's id, as the input gave it.
    pub id: String,
    /// Its platform, as the input names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Its exact web address. On most platforms it names the account too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was posted: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was found: RFC 3339, UTC.
    pub found_at: String,
    /// Who can see it, as the platform says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// Whether it was still there when a person looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_online: Option<OnlineCheck>,
    /// Its text, where it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// SHA-256 of its text as read (UTF-8), hexadecimal.
    pub text_sha256: String,
    /// Language tag as the input gave it, else `und`.
    pub lang: String,
    /// The words that a person quoted, else those that the scores rest on most; in order and apart. Empty where the text is not kept, or nobody quoted and
    /// they were not looked for.
    pub evidence: Vec<Span>,
    /// What was proposed.
    pub band: Band,
    /// The articles that reach the band.
    pub articles: Vec<Article>,
    /// The grounds named, most probable first.
    pub grounds: Vec<Ground>,
    /// Calibrated probabilities of group hate and of the articles.
    pub scores: ArticleScores,
    /// Calibrated probabilities of the grounds.
    pub ground_scores: GroundScores,
    /// What they were held against.
    pub thresholds: Thresholds,
    /// Whether the post was longer than the model reads.
    pub truncated: bool,
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Which statute table.
    pub law: String,
    /// Version of the program.
    pub grens: String,
    /// What a person made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictRecord>,
    /// The posts that stand behind it, without those that a person has judged to be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Cluster>,
    /// Day from which on it must not be kept, ISO 8601.
    pub keep_until: String,
}

impl CandidateRecord {
    /// The probability of an article's head, in 0..=1, and the threshold of a candidate.
    #[must_use]
    pub const fn article(&self, article: Article) -> (f32, f32) {
        match article {
            Article::A137c => (self.scores.art137c, self.thresholds.art137c),
            Article::A137d => (self.scores.art137d, self.thresholds.art137d),
        }
    }

    /// The probability of a ground's head, in 0..=1.
    #[must_use]
    pub const fn ground(&self, ground: Ground) -> f32 {
        match ground {
            Ground::Race => self.ground_scores.race,
            Ground::Religion => self.ground_scores.religion,
            Ground::Orientation => self.ground_scores.orientation,
            Ground::Disability => self.ground_scores.disability,
            Ground::Gender => self.ground_scores.gender,
        }
    }

    /// Whether all evidence stands in the text, in order and without overlap.
    ///
    /// # Errors
    /// The first span that does not. Without a text every span is one too many.
    pub fn check_evidence(&self) -> Result<(), SpanError> {
        let text = self.text.as_deref().unwrap_or_default();
        let mut from = 0;
        for span in &self.evidence {
            span.check(text)?;
            if span.start < from {
                return Err(SpanError { start: span.start, end: span.end, length: text.chars().count() });
            }
            from = span.end;
        }
        Ok(())
    }
}
