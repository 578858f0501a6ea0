//! A text becomes a decision record here and nowhere else.

use std::borrow::Borrow;

use grens_infer::{Encoded, PostScores, Scorer};
use grens_law::{Decision, DecisionRecord, ModelRef, Policy, Scores, Statute, decide};

use crate::error::Result;
use crate::input::Post;

/// In what portions texts are best handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portions {
    /// Texts at a time.
    pub texts: usize,
    /// Portions that are best under way at once; 1 where more would only wait for each other.
    pub at_once: usize,
}

impl Default for Portions {
    fn default() -> Self {
        Self { texts: 512, at_once: 1 }
    }
}

/// What reads texts: a model, or in benches and tests something that only stands in for one.
pub trait TextScorer: Send + Sync {
    /// Which model, as records name it.
    fn reference(&self) -> &ModelRef;

    /// Whether it has a head of that name (of `Scores::HEADS`); a head that it lacks scores 0 everywhere.
    fn has_head(&self, _name: &str) -> bool {
        true
    }

    /// The tokens of a text, made on the calling thread.
    ///
    /// # Errors
    /// When the tokenizer refuses the text.
    fn encode(&self, text: &str) -> Result<Encoded>;

    /// Scores of texts by their tokens, in order. A text's scores depend on that text alone.
    ///
    /// # Errors
    /// When the model fails.
    fn score_encoded(&self, posts: &[&Encoded]) -> Result<Vec<PostScores>>;

    /// In what portions it is best given texts.
    fn portions(&self) -> Portions {
        Portions::default()
    }

    /// Both steps at once.
    ///
    /// # Errors
    /// As for each.
    fn score(&self, texts: &[&str]) -> Result<Vec<PostScores>> {
        let encoded: Vec<Encoded> = texts.iter().map(|text| self.encode(text)).collect::<Result<_>>()?;
        self.score_encoded(&encoded.iter().collect::<Vec<_>>())
    }
}

impl TextScorer for Scorer {
    fn reference(&self) -> &ModelRef {
        &self.info().reference
    }

    fn has_head(&self, name: &str) -> bool {
        self.info().heads.contains(&name)
    }

    fn encode(&self, text: &str) -> Result<Encoded> {
        Ok(self.encode_one(text)?)
    }

    fn score_encoded(&self, posts: &[&Encoded]) -> Result<Vec<PostScores>> {
        Ok(Self::score_encoded(self, posts)?)
    }

    // A device beside the processor takes several batches of many tokens each, and one portion is tokenised while it works at another.
    fn portions(&self) -> Portions {
        match self.info().pace.lanes {
            0 => Portions::default(),
            lanes => Portions { texts: 4096, at_once: 2 + lanes.div_ceil(3) },
        }
    }

    // Tokenises on all worker threads.
    fn score(&self, texts: &[&str]) -> Result<Vec<PostScores>> {
        Ok(Self::score(self, texts)?)
    }
}

/// What a model, a policy and the law say of a text.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Calibrated probabilities.
    pub scores: Scores,
    /// Logits of the heads before calibration, in the order of [`Scores::HEADS`]; `None` for a head that the model lacks.
    pub logits: [Option<f32>; 8],
    /// Tokens that were scored, special tokens counted in.
    pub n_tokens: u32,
    /// Whether the text was longer than the model reads.
    pub truncated: bool,
    /// What is proposed.
    pub decision: Decision,
}

/// Model, policy and law of a run.
pub struct Decider {
    scorer: Box<dyn TextScorer>,
    policy: Policy,
    statute: &'static Statute,
}

impl Decider {
    /// Join a model with a policy, under the statute table that ships with this version.
    #[must_use]
    pub fn new(scorer: impl TextScorer + 'static, policy: Policy) -> Self {
        Self { scorer: Box::new(scorer), policy, statute: Statute::shipped() }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &ModelRef {
        self.scorer.reference()
    }

    /// In what portions the model is best given texts.
    #[must_use]
    pub fn portions(&self) -> Portions {
        self.scorer.portions()
    }

    /// Whether the model has a head of that name.
    #[must_use]
    pub fn has_head(&self, name: &str) -> bool {
        self.scorer.has_head(name)
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The law.
    #[must_use]
    pub const fn statute(&self) -> &'static Statute {
        self.statute
    }

    /// What is said of texts, in order. What is said of a text depends on that text alone.
    ///
    /// # Errors
    /// When the model fails.
    pub fn judge(&self, texts: &[&str]) -> Result<Vec<Judged>> {
        Ok(self.decided(self.scorer.score(texts)?))
    }

    /// The tokens of a text, for [`Decider::judge_encoded`]. Works on the calling thread: a server tokenises one batch while another is scored.
    ///
    /// # Errors
    /// When the tokenizer refuses the text.
    pub fn encode(&self, text: &str) -> Result<Encoded> {
        self.scorer.encode(text)
    }

    /// As [`Decider::judge`], of texts that are tokenised already.
    ///
    /// # Errors
    /// When the model fails.
    pub fn judge_encoded(&self, posts: &[&Encoded]) -> Result<Vec<Judged>> {
        Ok(self.decided(self.scorer.score_encoded(posts)?))
    }

    fn decided(&self, scored: Vec<PostScores>) -> Vec<Judged> {
        let judged = |PostScores { scores, logits, n_tokens, truncated }| {
            let decision = decide(&scores, &self.policy, self.statute);
            Judged { scores, logits, n_tokens, truncated, decision }
        };
        scored.into_iter().map(judged).collect()
    }

    /// The record of a post of whose text this was said.
    #[must_use]
    pub fn record(&self, post: &Post, judged: Judged) -> DecisionRecord {
        DecisionRecord::new(
            post.id.clone(),
            post.lang.to_string(),
            post.text_sha256.to_string(),
            judged.n_tokens,
            judged.truncated || post.text_was_cut,
            &judged.scores,
            judged.decision,
            (self.model(), self.policy.id.as_str(), self.statute.version.as_str()),
        )
    }

    /// Decision records of posts, in order.
    ///
    /// # Errors
    /// When the model fails.
    pub fn decide<P: Borrow<Post>>(&self, posts: &[P]) -> Result<Vec<DecisionRecord>> {
        let texts: Vec<&str> = posts.iter().map(|p| p.borrow().text.as_str()).collect();
        let judged = self.judge(&texts)?;
        Ok(posts.iter().zip(judged).map(|(post, judged)| self.record(post.borrow(), judged)).collect())
    }
}
