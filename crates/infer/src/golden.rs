//! Golden posts: texts with the token ids and logits that PyTorch computed from the same weights.

use std::path::Path;

use grens_law::Scores;
use serde::Deserialize;

use crate::error::{InferError, Result};
use crate::scorer::Scorer;

/// Largest difference of a logit that counts as equal in f32.
pub const TOLERANCE: f32 = 1e-3;

/// The same in 8 bits, where rounding alone moves a logit by 0.01 to 0.02 on average and by a tenth at worst.
pub const TOLERANCE_INT8: f32 = 0.25;

/// Largest difference of a calibrated score that counts as equal in bf16. Of a score and not of a logit, since that is what decisions are made of.
pub const TOLERANCE_BF16: f32 = 2e-2;

#[derive(Debug, Deserialize)]
struct Golden {
    text: String,
    input_ids: Vec<u32>,
    logits: Vec<f32>,
}

/// How a model compares with its golden file.
#[derive(Debug, Clone, PartialEq)]
pub struct GoldenReport {
    /// Posts compared.
    pub posts: usize,
    /// Places of posts whose token ids differ.
    pub other_tokens: Vec<usize>,
    /// Largest difference of a logit, or where hidden states are kept in bf16 of a score.
    pub largest_difference: f32,
    /// What was compared: `logit` or `score`.
    pub compared: &'static str,
    /// That counts as equal in the arithmetic that the model ran in.
    pub tolerance: f32,
}

impl GoldenReport {
    /// Whether everything agrees.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.posts > 0 && self.other_tokens.is_empty() && self.largest_difference <= self.tolerance
    }
}

/// Score the posts of `golden.json` and compare.
///
/// # Errors
/// When the file does not parse or the model fails.
pub fn compare_with_golden(scorer: &Scorer, path: &Path) -> Result<GoldenReport> {
    let bytes = std::fs::read(path).map_err(|source| InferError::Read { path: path.to_owned(), source })?;
    let golden: Vec<Golden> = serde_json::from_slice(&bytes).map_err(|e| InferError::malformed(path, e))?;
    let texts: Vec<&str> = golden.iter().map(|g| g.text.as_str()).collect();
    let in_bf16 = scorer.info().in_bf16;
    let (compared, tolerance) = match (scorer.info().in_int8, in_bf16) {
        (true, _) => ("logit", TOLERANCE_INT8),
        (_, true) => ("score", TOLERANCE_BF16),
        _ => ("logit", TOLERANCE),
    };
    let mut report =
        GoldenReport { posts: golden.len(), other_tokens: vec![], largest_difference: 0.0, compared, tolerance };
    let values = |outputs: &[f32]| -> Vec<f32> {
        if !in_bf16 {
            return outputs.to_vec();
        }
        let Scores { articles: a, grounds: g } = scorer.scores_of(outputs);
        let scores = [a.group_hate, a.art137c, a.art137d, g.race, g.religion, g.orientation, g.disability, g.gender];
        // A score is a number even where its logit is none.
        scores.into_iter().chain(outputs.iter().map(|logit| logit * 0.0)).collect()
    };
    for (i, (want, (encoded, logits))) in golden.iter().zip(scorer.raw(&texts)?).enumerate() {
        if encoded.ids != want.input_ids || logits.len() != want.logits.len() {
            report.other_tokens.push(i);
            continue;
        }
        for (a, b) in values(&logits).iter().zip(values(&want.logits)) {
            // NaN must not pass for agreement.
            let difference = (a - b).abs();
            report.largest_difference =
                if difference.is_nan() { f32::INFINITY } else { report.largest_difference.max(difference) };
        }
    }
    Ok(report)
}
