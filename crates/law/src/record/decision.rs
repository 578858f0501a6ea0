//! What is proposed for one post.

use serde::{Deserialize, Serialize};

use crate::{Article, ArticleScores, Band, Decision, Ground, GroundScores, Scores};

/// Name and version of [`DecisionRecord`].
pub const DECISION_SCHEMA: &str = "grens.decision/1";

/// Which model spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelRef {
    /// Name and version, such as `grens-nl 0.1.0`.
    pub name: String,
    /// SHA-256 over the model's files, hexadecimal.
    pub hash: String,
}

/// What is proposed for one post. Holds no text and no author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    /// Always `grens.decision/1`.
    pub schema: String,
    /// The post's id, as the input gave it.
    pub id: String,
    /// What is proposed.
    pub band: Band,
    /// The articles that reach the band. Empty when clear, and when hate fits no article.
    pub articles: Vec<Article>,
    /// The grounds named, most probable first.
    pub grounds: Vec<Ground>,
    /// One line of evidence a finding. Empty when clear.
    pub reasons: Vec<String>,
    /// What queues are ranked by, in 0..=1.
    pub confidence: f32,
    /// Calibrated probabilities of group hate and of the articles.
    pub scores: ArticleScores,
    /// Calibrated probabilities of the grounds.
    pub ground_scores: GroundScores,
    /// Language tag of the post as the input gave it, else `und`.
    pub lang: String,
    /// Tokens that were scored, special tokens counted in.
    pub n_tokens: u32,
    /// Whether the post was longer than the model reads.
    pub truncated: bool,
    /// SHA-256 of the post's text as read (UTF-8), hexadecimal.
    pub text_sha256: String,
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Which statute table.
    pub law: String,
}

impl DecisionRecord {
    /// Join a decision with the post it is about.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "one call site; each argument is a field")]
    pub fn new(
        id: String,
        lang: String,
        text_sha256: String,
        n_tokens: u32,
        truncated: bool,
        scores: &Scores,
        decision: Decision,
        made_by: (&ModelRef, &str, &str),
    ) -> Self {
        let (model, policy, law) = made_by;
        Self {
            schema: DECISION_SCHEMA.to_owned(),
            id,
            band: decision.band,
            articles: decision.articles,
            grounds: decision.grounds,
            reasons: decision.reasons,
            confidence: decision.confidence,
            scores: scores.articles,
            ground_scores: scores.grounds,
            lang,
            n_tokens,
            truncated,
            text_sha256,
            model: model.clone(),
            policy: policy.to_owned(),
            law: law.to_owned(),
        }
    }
}
