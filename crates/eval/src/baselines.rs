//! Two plain systems that a model must beat to be worth its cost.

mod lexicon;
pub mod ngram;

use std::collections::BTreeMap;

use grens_infer::normalise;

use crate::datasets::Dataset;
use crate::head::Head;
use crate::system::{HeadScores, System, SystemRef};

pub use lexicon::Lexicon;
pub use ngram::NgramModel;

/// Texts as the baselines see them: normalised as for the model, in lower case.
#[must_use]
pub fn plain(text: &str) -> String {
    normalise(text).text().to_lowercase()
}

/// The lexicon's word on a data set. Its threshold: a slur, or abuse beside a group's name.
#[must_use]
pub fn lexicon(data: &Dataset) -> System {
    let lexicon = Lexicon::shipped();
    let scores = data.examples.iter().map(|e| lexicon.score(&plain(&e.post.text))).collect();
    let thresholds = vec![("threshold".to_owned(), lexicon::THRESHOLD)];
    let heads = vec![HeadScores { head: Head::GroupHate, scores, thresholds, probabilities: false }];
    system("lexicon", Lexicon::hash(), heads)
}

/// The character n-gram model's word on a data set, at 0.5.
#[must_use]
pub fn ngram(data: &Dataset) -> System {
    let model = NgramModel::shipped();
    let texts: Vec<[f32; 3]> = data.examples.iter().map(|e| model.probabilities(&plain(&e.post.text))).collect();
    let heads = Head::ALL.iter().enumerate().map(|(at, &head)| HeadScores {
        head,
        scores: texts.iter().map(|p| p[at]).collect(),
        thresholds: vec![("threshold".to_owned(), 0.5)],
        probabilities: true,
    });
    system("n-grams", NgramModel::hash(), heads.collect())
}

fn system(name: &str, hash: String, heads: Vec<HeadScores>) -> System {
    let made_by = SystemRef {
        kind: "baseline".to_owned(),
        name: name.to_owned(),
        hash,
        settings: BTreeMap::new(),
        policy: None,
        law: None,
        licence: "Apache-2.0 OR MIT".to_owned(),
        citation: "grens, plain baselines".to_owned(),
    };
    System { name: name.to_owned(), made_by, heads, bands: None, grounds: None }
}
