//! A text becomes a decision record here and nowhere else.

use std::borrow::Borrow;

use grens_infer::{PostScores, Scorer};
use grens_law::{DecisionRecord, ModelRef, Policy, Statute, decide};

use crate::error::Result;
use crate::input::Post;

/// What reads texts: a model, or in benches and tests something that only stands in for one.
pub trait TextScorer: Send + Sync {
    /// Which model, as records name it.
    fn reference(&self) -> &ModelRef;

    /// Whether it has a head of that name (of `Scores::HEADS`); a head that it lacks scores 0 everywhere.
    fn has_head(&self, _name: &str) -> bool {
        true
    }

    /// Scores of texts, in order. A text's scores depend on that text alone.
    ///
    /// # Errors
    /// When the model fails.
    fn score(&self, texts: &[&str]) -> Result<Vec<PostScores>>;
}

impl TextScorer for Scorer {
    fn reference(&self) -> &ModelRef {
        &self.info().reference
    }

    fn has_head(&self, name: &str) -> bool {
        self.info().heads.contains(&name)
    }

    fn score(&self, texts: &[&str]) -> Result<Vec<PostScores>> {
        Ok(Self::score(self, texts)?)
    }
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

    /// Decision records of posts, in order. A post's record depends on that post alone.
    ///
    /// # Errors
    /// When the model fails.
    pub fn decide<P: Borrow<Post>>(&self, posts: &[P]) -> Result<Vec<DecisionRecord>> {
        let texts: Vec<&str> = posts.iter().map(|p| p.borrow().text.as_str()).collect();
        let scored = self.scorer.score(&texts)?;
        let made_by = (self.model(), self.policy.id.as_str(), self.statute.version.as_str());
        Ok(posts
            .iter()
            .map(Borrow::borrow)
            .zip(scored)
            .map(|(post, scored)| {
                let decision = decide(&scored.scores, &self.policy, self.statute);
                DecisionRecord::new(
                    post.id.clone(),
                    post.lang.clone(),
                    post.text_sha256.clone(),
                    scored.n_tokens,
                    scored.truncated || post.text_was_cut,
                    &scored.scores,
                    decision,
                    made_by,
                )
            })
            .collect())
    }
}
