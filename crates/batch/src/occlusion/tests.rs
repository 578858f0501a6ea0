#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grens_infer::{Encoded, PostScores};
use grens_law::{ModelRef, Policy, Scores};

use super::*;
use crate::decider::TextScorer;

const POLICY: &str = include_str!("../../../../tests/fixtures/policy.toml");

/// Stands in for a model: a word's weight is its number of `x`, in tenths, for 137c; of `y` for group hate.
struct Letters {
    model: ModelRef,
    calls: Arc<AtomicUsize>,
}

impl TextScorer for Letters {
    fn reference(&self) -> &ModelRef {
        &self.model
    }

    fn encode(&self, text: &str) -> Result<Encoded> {
        Ok(Encoded { ids: text.chars().map(u32::from).collect(), truncated: false })
    }

    fn score_encoded(&self, posts: &[&Encoded]) -> Result<Vec<PostScores>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let score = |post: &&Encoded| {
            let tenths = |sign: char| post.ids.iter().filter(|id| **id == u32::from(sign)).count() as f32 / 10.0;
            let scores = Scores::from_heads([tenths('y'), tenths('x'), 0.0, 0.9, 0.0, 0.0, 0.0, 0.0]);
            PostScores { scores, logits: [None; 8], n_tokens: 1, truncated: false }
        };
        Ok(posts.iter().map(score).collect())
    }
}

fn decider() -> (Decider, Arc<AtomicUsize>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.toml");
    std::fs::write(&path, POLICY).unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let model = ModelRef { name: "letters".to_owned(), hash: "00".to_owned() };
    (Decider::new(Letters { model, calls: calls.clone() }, Policy::read(&path).unwrap()), calls)
}

fn found(text: &str) -> Vec<(String, f32)> {
    let all = highlights(&decider().0, &[text]).unwrap();
    all.concat().into_iter().map(|h| (h.span.quote, (h.fall * 100.0).round() / 100.0)).collect()
}

#[test]
fn the_words_that_weigh_most_come_first() {
    let found = found("een xx, «xxx» en nog x!");
    let wanted = [("xxx", 0.3), ("xx", 0.2), ("x", 0.1)].map(|(word, fall)| (word.to_owned(), fall));
    assert_eq!(found, wanted);
}

#[test]
fn a_text_is_measured_by_what_it_is_ranked_by() {
    // No article reaches its threshold: group hate counts, and the x does nothing.
    assert_eq!(found("yyyyy x"), [("yyyyy".to_owned(), 0.5)]);
    assert_eq!(found("gewoon een zin"), []);
    assert_eq!(found(""), []);
}

#[test]
fn spans_are_counted_in_characters_and_stand_in_the_text() {
    let text = "één 😀 ‘xxx’ café";
    let all = highlights(&decider().0, &[text]).unwrap();
    let highlight = all[0].first().unwrap();
    assert_eq!((highlight.span.start, highlight.span.end), (7, 10));
    assert_eq!(highlight.span.check(text), Ok(()));
}

#[test]
fn a_long_text_is_cut_into_bounded_pieces() {
    let text = "woord ".repeat(5000) + "xxxxx";
    let cut = pieces(&text);
    assert!(cut.len() <= MOST_PIECES, "{}", cut.len());
    let all = highlights(&decider().0, &[&text]).unwrap();
    let highlight = all[0].first().unwrap();
    assert!(highlight.span.quote.ends_with("xxxxx"));
    assert_eq!(highlight.span.check(&text), Ok(()));
}

#[test]
fn many_texts_are_scored_together_and_each_gets_its_own() {
    let (decider, calls) = decider();
    let all = highlights(&decider, &["xxx a", "b", "xx xxxx"]).unwrap();
    let words: Vec<Vec<&str>> = all.iter().map(|h| h.iter().map(|h| h.span.quote.as_str()).collect()).collect();
    assert_eq!(words, [vec!["xxx"], vec![], vec!["xxxx", "xx"]]);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}
