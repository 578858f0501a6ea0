//! Which output of a model is which head of ours.

use std::collections::BTreeMap;
use std::str::FromStr;

use grens_law::Scores;
use serde::Deserialize;

use crate::error::{InferError, Result};

/// How a model's logits become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Each label by itself.
    Sigmoid,
    /// One label out of all.
    Softmax,
}

/// An output of a model, by index or by its name in `config.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Output {
    /// Index, from 0.
    Index(usize),
    /// Name.
    Name(String),
}

/// Head name to output, as `grens.toml` or `--label-map` gives it.
pub type LabelMap = BTreeMap<String, Output>;

/// One `head=output` of `--label-map`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPair(pub String, pub Output);

impl FromStr for LabelPair {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (head, output) = text
            .split_once('=')
            .filter(|(h, o)| !h.is_empty() && !o.is_empty())
            .ok_or_else(|| format!("{text:?}: write HEAD=LABEL, such as group_hate=hate or group_hate=1"))?;
        let output = output.parse().map_or_else(|_| Output::Name(output.to_owned()), Output::Index);
        Ok(Self(head.to_owned(), output))
    }
}

/// Where each head of ours is found among a model's outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// In the order of [`Scores::HEADS`]; a head that the model lacks scores 0.
    index: [Option<usize>; 8],
    activation: Activation,
}

impl Heads {
    /// Match `map` (or, without one, equal names) against the model's label names.
    ///
    /// # Errors
    /// When the map names a head or an output that does not exist, or nothing matches.
    pub fn new(map: Option<&LabelMap>, names: &[String], activation: Activation) -> Result<Self> {
        let mut index = [None; 8];
        if let Some(map) = map {
            for (head, output) in map {
                let at = Scores::HEADS.iter().position(|h| h == head).ok_or_else(|| {
                    InferError::Labels(format!("no head is called {head:?}; heads: {}", Scores::HEADS.join(", ")))
                })?;
                index[at] = Some(find(output, names)?);
            }
        } else {
            for (at, head) in Scores::HEADS.iter().enumerate() {
                index[at] = names.iter().position(|n| n == head);
            }
        }
        if index.iter().all(Option::is_none) {
            return Err(InferError::Labels(format!(
                "none of this model's labels ({}) is a head of grens; say which is which, such as --label-map group_hate={}",
                names.join(", "),
                names.last().map_or("1", String::as_str)
            )));
        }
        Ok(Self { index, activation })
    }

    /// The heads' logits out of one post's `logits`, `[n_labels]`, in the order of [`Scores::HEADS`]. A softmax model's
    /// are turned into log-odds, so that the sigmoid gives back its probability.
    #[must_use]
    pub fn logits(&self, logits: &[f32]) -> [Option<f32>; 8] {
        self.index.map(|at| {
            let own = *logits.get(at?)?;
            Some(match self.activation {
                Activation::Sigmoid => own,
                Activation::Softmax => own - log_sum_exp_without(logits, at?),
            })
        })
    }

    /// Names of the heads that the model has.
    pub fn present(&self) -> impl Iterator<Item = &'static str> {
        Scores::HEADS.into_iter().zip(self.index).filter_map(|(name, at)| at.map(|_| name))
    }
}

fn find(output: &Output, names: &[String]) -> Result<usize> {
    let at = match output {
        Output::Index(i) => (*i < names.len()).then_some(*i),
        Output::Name(name) => names.iter().position(|n| n == name),
    };
    at.ok_or_else(|| {
        let what = match output {
            Output::Index(i) => i.to_string(),
            Output::Name(n) => format!("{n:?}"),
        };
        InferError::Labels(format!("the model has no label {what}; its labels: {}", names.join(", ")))
    })
}

/// log(sum of e^logit over all labels but one): log-odds of that one are its logit less this.
fn log_sum_exp_without(logits: &[f32], skip: usize) -> f32 {
    let others = || logits.iter().enumerate().filter(|&(i, _)| i != skip).map(|(_, &v)| v);
    let most = others().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return most;
    }
    most + others().map(|v| (v - most).exp()).sum::<f32>().ln()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_softmax_model_keeps_its_probability() {
        let map = LabelMap::from([("group_hate".to_owned(), Output::Name("hate".to_owned()))]);
        let heads = Heads::new(Some(&map), &names(&["neutral", "offence", "hate"]), Activation::Softmax).unwrap();
        let logits = [1.0_f32, 0.0, 2.0];
        let p = logits[2].exp() / logits.iter().map(|l| l.exp()).sum::<f32>();
        let got = heads.logits(&logits)[0].unwrap();
        assert!((1.0 / (1.0 + (-got).exp()) - p).abs() < 1e-6);
        assert_eq!(heads.present().collect::<Vec<_>>(), ["group_hate"]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let own = names(&["neutral", "hate"]);
        let no_map = Heads::new(None, &own, Activation::Softmax).unwrap_err().to_string();
        assert!(no_map.contains("neutral, hate") && no_map.contains("--label-map group_hate=hate"), "{no_map}");
        for (pair, says) in [("group_hat=1", "group_hat"), ("group_hate=2", "no label 2"), ("group_hate=x", "\"x\"")] {
            let LabelPair(head, output) = pair.parse().unwrap();
            let map = LabelMap::from([(head, output)]);
            let error = Heads::new(Some(&map), &own, Activation::Softmax).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!("group_hate".parse::<LabelPair>().is_err());
    }
}
