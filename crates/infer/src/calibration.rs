//! From logits to calibrated probabilities: Platt scaling per head (Platt 1999), `p = sigmoid(scale * logit + bias)`.

use std::collections::BTreeMap;
use std::path::Path;

use grens_law::Scores;
use serde::Deserialize;

use crate::error::{InferError, Result};

#[derive(Debug, Clone, Copy, Deserialize)]
struct Platt {
    scale: f32,
    bias: f32,
}

#[derive(Debug, Deserialize)]
struct File {
    method: String,
    heads: BTreeMap<String, Platt>,
}

/// How each head's logits are mapped; the identity where a model brings no `calibration.json`.
#[derive(Debug, Clone)]
pub struct Calibration {
    heads: [Platt; 8],
}

impl Default for Calibration {
    fn default() -> Self {
        Self { heads: [Platt { scale: 1.0, bias: 0.0 }; 8] }
    }
}

impl Calibration {
    /// Read `calibration.json`.
    ///
    /// # Errors
    /// When it is not JSON of this shape, names an unknown method or head, or a number is not finite.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self> {
        let file: File = serde_json::from_slice(bytes).map_err(|e| InferError::malformed(path, e))?;
        if file.method != "platt" {
            return Err(InferError::malformed(path, format!("method {:?} is not known; \"platt\" is", file.method)));
        }
        let mut calibration = Self::default();
        for (head, platt) in file.heads {
            let at = Scores::HEADS
                .iter()
                .position(|h| *h == head)
                .ok_or_else(|| InferError::malformed(path, format!("no head is called {head:?}")))?;
            if !(platt.scale.is_finite() && platt.bias.is_finite() && platt.scale > 0.0) {
                return Err(InferError::malformed(path, format!("{head}: scale must be above 0 and both finite")));
            }
            calibration.heads[at] = platt;
        }
        Ok(calibration)
    }

    /// Scores out of the heads' logits; a head that the model lacks scores 0.
    #[must_use]
    pub fn scores(&self, logits: [Option<f32>; 8]) -> Scores {
        let mut p = [0.0; 8];
        for ((p, logit), platt) in p.iter_mut().zip(logits).zip(&self.heads) {
            *p = logit.map_or(0.0, |l| 1.0 / (1.0 + (-(platt.scale * l + platt.bias)).exp()));
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
    fn nonsense_is_refused() {
        for json in [
            r#"{"method":"beta","heads":{}}"#,
            r#"{"method":"platt","heads":{"x":{"scale":1,"bias":0}}}"#,
            r#"{"method":"platt","heads":{"race":{"scale":-1,"bias":0}}}"#,
            "[]",
        ] {
            let error = Calibration::parse(json.as_bytes(), Path::new("c.json")).unwrap_err().to_string();
            assert!(error.starts_with("c.json: "), "{error}");
        }
    }
}
