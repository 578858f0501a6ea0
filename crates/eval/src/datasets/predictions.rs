//! What another system said: an id and a score a row.

use std::collections::HashMap;
use std::path::Path;

use grens_input::{Layout, Records};

use super::example::{Dataset, Example};
use crate::error::{EvalError, Result};

/// Scores of another system on the items of a data set.
#[derive(Debug, Clone)]
pub struct Predictions {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Whether all scores lie in 0..=1, so that they may be read as probabilities.
    pub probabilities: bool,
    /// One score an example, in the order of the data set.
    pub scores: Vec<f32>,
    /// Rows about items that the data set does not hold.
    pub others: u64,
}

/// Read scores, one for each example of `data`, matched by id.
///
/// # Errors
/// When an example has no id of its own or shares it with another, the file cannot be read, an id or score is malformed or doubled, or an
/// example has no score.
pub fn read_predictions(path: &Path, id: &str, score: &str, data: &Dataset) -> Result<Predictions> {
    check_ids(data)?;
    let mut rows = Records::open(path, Layout::default(), &[id, score])?;
    let failed = |line: u64, problem: String| EvalError::Predictions { path: path.to_owned(), line, problem };
    let mut by_id: HashMap<String, f32> = HashMap::new();
    for row in &mut rows {
        let row = row.map_err(|p| failed(p.line, p.reason))?;
        let (Some(key), Some(value)) = (row.get(id), row.get(score)) else {
            return Err(failed(row.line, format!("`{id}` or `{score}` is missing")));
        };
        let number = value.trim().parse::<f32>().ok().filter(|v| v.is_finite());
        let number = number.ok_or_else(|| failed(row.line, format!("`{score}` is no number")))?;
        if by_id.insert(key.to_owned(), number).is_some() {
            return Err(failed(row.line, "the id was seen before".to_owned()));
        }
    }
    let found: Vec<Option<f32>> = data.examples.iter().map(|e| by_id.get(&e.post.id).copied()).collect();
    let missing = data.examples.iter().zip(&found).filter(|(_, s)| s.is_none()).map(|(e, _)| e.post.id.clone());
    let missing: Vec<String> = missing.collect();
    if let Some(first) = missing.first() {
        let problem = format!("{} items of {} have no score, the first is {first}", missing.len(), data.path.display());
        return Err(failed(0, problem));
    }
    let scores: Vec<f32> = found.into_iter().flatten().collect();
    Ok(Predictions {
        sha256: rows.finish()?,
        probabilities: scores.iter().all(|s| (0.0..=1.0).contains(s)),
        others: (by_id.len() as u64).saturating_sub(scores.len() as u64),
        scores,
    })
}

/// Every example must be known by an id, and no two by the same: a line number, or somebody else's id, would match a score that is not its own.
fn check_ids(data: &Dataset) -> Result<()> {
    let mut seen: HashMap<&str, u64> = HashMap::new();
    for Example { post, has_own_id, .. } in &data.examples {
        let problem = if *has_own_id {
            let before = seen.insert(&post.id, post.line);
            before.map(|line| format!("the id is that of line {line} too, and scores are matched by id"))
        } else {
            Some("the text has no id, and scores are matched by id".to_owned())
        };
        if let Some(problem) = problem {
            return Err(EvalError::Ids { path: data.path.clone(), line: post.line, problem });
        }
    }
    Ok(())
}
