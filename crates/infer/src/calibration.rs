//! From logits to calibrated probabilities, one map a head.

use std::collections::BTreeMap;
use std::path::Path;

use grens_law::Scores;
use serde::{Deserialize, Serialize};

use crate::error::{InferError, Result};

/// Names that `method` may have; each head's fields say which map it is.
const METHODS: [&str; 4] = ["platt", "temperature", "beta", "isotonic"];

/// How one head's logits become probabilities. None of the maps ever falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum HeadMap {
    /// `sigmoid(scale * logit + bias)` (Platt 1999); temperature scaling where the bias is 0 (Guo et al. 2017).
    Platt {
        /// Above 0.
        scale: f32,
        /// Any number.
        bias: f32,
    },
    /// `sigmoid(a ln p - b ln(1 - p) + c)` with `p = sigmoid(logit)` (Kull et al. 2017).
    Beta {
        /// 0 or more.
        a: f32,
        /// 0 or more.
        b: f32,
        /// Any number.
        c: f32,
    },
    /// Straight lines between points, level beyond them (Zadrozny and Elkan 2002).
    Isotonic {
        /// Rising.
        logits: Vec<f32>,
        /// Not falling, in 0..=1; one for each logit.
        values: Vec<f32>,
    },
}

impl HeadMap {
    /// The map that changes nothing.
    pub const IDENTITY: Self = Self::Platt { scale: 1.0, bias: 0.0 };

    /// Probability of a logit, in 0..=1.
    #[must_use]
    pub fn probability(&self, logit: f32) -> f32 {
        match self {
            Self::Platt { scale, bias } => sigmoid(scale * logit + bias),
            Self::Beta { a, b, c } => sigmoid(b * softplus(logit) - a * softplus(-logit) + c),
            Self::Isotonic { logits, values } => {
                let above = logits.partition_point(|l| *l < logit);
                let at = |i: usize| logits.get(i).copied().zip(values.get(i).copied());
                match (above.checked_sub(1).and_then(at), at(above)) {
                    (Some((x, low)), Some((end, high))) => low + (high - low) * ((logit - x) / (end - x)),
                    (Some((_, value)), None) | (None, Some((_, value))) => value,
                    (None, None) => 0.0,
                }
            }
        }
    }

    /// What is wrong with it, if anything is.
    fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Platt { scale, bias } => (!(scale.is_finite() && bias.is_finite() && *scale > 0.0))
                .then_some("scale must be above 0 and both finite"),
            Self::Beta { a, b, c } => {
                let sound = [a, b, c].iter().all(|v| v.is_finite()) && *a >= 0.0 && *b >= 0.0;
                (!sound).then_some("a and b must be 0 or more, and all three finite")
            }
            Self::Isotonic { logits, values } => {
                let rising = logits.windows(2).all(|w| w[0] < w[1]) && values.windows(2).all(|w| w[0] <= w[1]);
                let sound = !logits.is_empty()
                    && logits.len() == values.len()
                    && rising
                    && logits.iter().all(|l| l.is_finite())
                    && values.iter().all(|v| (0.0..=1.0).contains(v));
                (!sound).then_some("logits must rise, and values be as many, not fall and lie in 0..=1")
            }
        }
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + e^x), without overflow.
fn softplus(x: f32) -> f32 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[derive(Debug, Deserialize)]
struct File {
    method: String,
    heads: BTreeMap<String, HeadMap>,
}

/// How each head's logits are mapped; the identity where a model brings no `calibration.json`.
#[derive(Debug, Clone)]
pub struct Calibration {
    heads: [HeadMap; 8],
}

impl Default for Calibration {
    fn default() -> Self {
        Self { heads: [const { HeadMap::IDENTITY }; 8] }
    }
}

impl Calibration {
    /// Read `calibration.json`.
    ///
    /// # Errors
    /// When it is not JSON of this shape, names an unknown method or head, or a number is not finite.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        let file: File = serde_json::from_slice(bytes).map_err(|e| InferError::malformed(path, e))?;
        if !METHODS.contains(&file.method.as_str()) {
            let problem = format!("method {:?} is not known; {} are", file.method, METHODS.join(", "));
            return Err(InferError::malformed(path, problem));
        }
        let mut calibration = Self::default();
        for (head, map) in file.heads {
            let at = Scores::HEADS
                .iter()
                .position(|h| *h == head)
                .ok_or_else(|| InferError::malformed(path, format!("no head is called {head:?}")))?;
            if let Some(problem) = map.problem() {
                return Err(InferError::malformed(path, format!("{head}: {problem}")));
            }
            calibration.heads[at] = map;
        }
        Ok(calibration)
    }

    /// The heads' maps, in the order of [`Scores::HEADS`].
    #[must_use]
    pub const fn heads(&self) -> &[HeadMap; 8] {
        &self.heads
    }

    /// Scores out of the heads' logits; a head that the model lacks scores 0.
    #[must_use]
    pub fn scores(&self, logits: [Option<f32>; 8]) -> Scores {
        let mut p = [0.0; 8];
        for ((p, logit), map) in p.iter_mut().zip(logits).zip(&self.heads) {
            *p = logit.map_or(0.0, |l| map.probability(l));
        }
        Scores::from_heads(p)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn scale_and_bias_are_applied() {
        let json = br#"{"method":"platt","heads":{"art137d":{"scale":2.0,"bias":-1.0}},"fitted_on":{}}"#;
        let c = Calibration::parse(json, Path::new("c.json")).unwrap();
        let mut logits = [None; 8];
        logits[0] = Some(0.0);
        logits[2] = Some(0.5);
        let scores = c.scores(logits);
        assert_eq!((scores.articles.group_hate, scores.articles.art137c, scores.articles.art137d), (0.5, 0.0, 0.5));
    }

    #[test]
    fn beta_and_isotonic_maps_are_applied() {
        // With a = b = 1 and c = 0 the beta map changes nothing.
        let beta = HeadMap::Beta { a: 1.0, b: 1.0, c: 0.0 };
        assert!((beta.probability(1.3) - sigmoid(1.3)).abs() < 1e-6);
        let steps = HeadMap::Isotonic { logits: vec![-1.0, 0.0, 2.0], values: vec![0.1, 0.2, 0.8] };
        let found = [-5.0, -1.0, 0.0, 1.0, 9.0].map(|l| steps.probability(l));
        for (found, wanted) in found.into_iter().zip([0.1, 0.1, 0.2, 0.5, 0.8]) {
            assert!((found - wanted).abs() < 1e-6, "{found} is not {wanted}");
        }
        let json = br#"{"method":"isotonic","heads":{"race":{"logits":[-1,1],"values":[0.25,0.5]}}}"#;
        assert_eq!(Calibration::parse(json, Path::new("c.json")).unwrap().scores([Some(9.0); 8]).grounds.race, 0.5);
    }

    #[test]
    fn nonsense_is_refused() {
        for json in [
            r#"{"method":"guess","heads":{}}"#,
            r#"{"method":"beta","heads":{"race":{"a":-1,"b":1,"c":0}}}"#,
            r#"{"method":"isotonic","heads":{"race":{"logits":[0,1],"values":[0.5,0.4]}}}"#,
            r#"{"method":"isotonic","heads":{"race":{"logits":[],"values":[]}}}"#,
            r#"{"method":"platt","heads":{"x":{"scale":1,"bias":0}}}"#,
            r#"{"method":"platt","heads":{"race":{"scale":-1,"bias":0}}}"#,
            "[]",
        ] {
            let error = Calibration::parse(json.as_bytes(), Path::new("c.json")).unwrap_err().to_string();
            assert!(error.starts_with("c.json: "), "{error}");
        }
    }
}
