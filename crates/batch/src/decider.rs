//! A text becomes a decision record here and nowhere else.

use grens_infer::Scorer;
use grens_law::{DecisionRecord, Policy, Statute, decide};

use crate::error::Result;
use crate::input::Post;

/// Model, policy and law of a run.
pub struct Decider {
    scorer: Scorer,
    policy: Policy,
    statute: &'static Statute,
}

impl Decider {
    /// Join a model with a policy, under the statute table that ships with this version.
    #[must_use]
    pub fn new(scorer: Scorer, policy: Policy) -> Self {
        Self { scorer, policy, statute: Statute::shipped() }
    }

    /// The model.
    #[must_use]
    pub const fn scorer(&self) -> &Scorer {
        &self.scorer
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
    pub fn decide(&self, posts: &[Post]) -> Result<Vec<DecisionRecord>> {
        let texts: Vec<&str> = posts.iter().map(|p| p.text.as_str()).collect();
        let scored = self.scorer.score(&texts)?;
        let made_by = (&self.scorer.info().reference, self.policy.id.as_str(), self.statute.version.as_str());
        Ok(posts
            .iter()
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
