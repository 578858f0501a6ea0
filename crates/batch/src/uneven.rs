//! What stands in for a model in tests of windows side by side.

#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use grens_infer::{Encoded, PostScores};
use grens_law::{ModelRef, Policy, Scores};

use crate::decider::{Decider, Portions, TextScorer};
use crate::error::{BatchError, Result};

const POLICY: &str = "id = \"t\"\n[137c]\ncandidate = 0.9\nreview = 0.5\nnightly_cap = 5\n[137d]\ncandidate = 0.9\nreview = 0.5\nnightly_cap = 5\n[group_hate]\nreview = 1.0\n[grounds]\nnamed = 0.5\n";

/// Scores a text by its length; takes the longer the fewer posts it was given before, so that later windows are done first.
pub(crate) struct Uneven {
    model: ModelRef,
    at_once: usize,
    calls: AtomicUsize,
    /// The call that fails.
    fails: usize,
}

impl Uneven {
    /// Takes `at_once` portions at once; the call `fails` fails.
    pub(crate) fn decider(at_once: usize, fails: usize) -> Decider {
        let model = ModelRef { name: "uneven".to_owned(), hash: String::new() };
        let scorer = Self { model, at_once, calls: AtomicUsize::new(0), fails };
        Decider::new(scorer, Policy::parse(POLICY).unwrap())
    }
}

impl TextScorer for Uneven {
    fn reference(&self) -> &ModelRef {
        &self.model
    }

    fn encode(&self, text: &str) -> Result<Encoded> {
        Ok(Encoded { ids: vec![u32::try_from(text.len()).unwrap()], truncated: false })
    }

    fn score_encoded(&self, posts: &[&Encoded]) -> Result<Vec<PostScores>> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        if call == self.fails {
            return Err(BatchError::Infer(grens_infer::InferError::OutOfMemory));
        }
        std::thread::sleep(Duration::from_millis(20_u64.saturating_sub(4 * call as u64)));
        let score = |post: &&Encoded| {
            let p = (post.ids[0] % 10) as f32 / 10.0;
            let scores = Scores::from_heads([p, p, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0]);
            PostScores { scores, logits: [None; 8], n_tokens: 1, truncated: false }
        };
        Ok(posts.iter().map(score).collect())
    }

    fn portions(&self) -> Portions {
        Portions { texts: 16, at_once: self.at_once }
    }
}
