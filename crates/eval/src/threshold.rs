//! Thresholds that the labelled data can answer for.
//!
//! The **candidate** threshold is the lowest of a fixed grid whose precision is at least the wanted one, with a one-sided 95% bound that holds
//! for all points of the grid at once (Clopper-Pearson, Bonferroni over the grid), since the choice among them is made on the same
//! data. At a stated prevalence the precision follows from recall and false-alarm rate (Bayes' rule), each bounded at half the error.
//! The **review** threshold is the highest whose recall is at least the wanted one, tested from the lowest upwards until the first failure, so
//! that every test may have the full error (fixed sequence testing; Angelopoulos et al. 2021, "Learn then test").
//!
//! Both assume that the labelled texts are drawn like the ones to come, within each class and each by itself. Texts that share a template weaken
//! that, and the bounds do not count it.

mod counts;
mod shortfall;

#[cfg(test)]
mod tests;

use crate::metrics::{clopper_pearson_lower, float};
use counts::Counts;
pub use shortfall::Shortfall;

/// Candidate thresholds that are tried.
pub const GRID: [f32; 10] = [0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95];
/// Chance that a bound does not hold.
const ERROR: f64 = 0.05;

/// What is wanted of one article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Precision of candidates, in 0..1.
    pub precision: f64,
    /// Recall of what reaches people, in 0..1.
    pub recall: f64,
    /// Share of hateful posts among the posts to come; `None` for that of the data.
    pub prevalence: Option<f64>,
    /// Most candidates in a night, and posts in it.
    pub budget: Option<(u64, u64)>,
}

/// A threshold with what the data say of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// From this score on.
    pub threshold: f32,
    /// What was measured, in 0..=1.
    pub measured: f64,
    /// What it is at least, with 95% confidence, in 0..=1.
    pub bound: f64,
    /// Candidates expected in a night, where a budget was given.
    pub per_night: Option<f64>,
}

/// Choose the candidate threshold. `texts`: score of the article's rule (0 where no covered ground is named) and label.
///
/// # Errors
/// When the data cannot support the wish.
pub fn candidate(texts: &[(f32, bool)], wish: &Wish) -> Result<Choice, Shortfall> {
    let error = ERROR / float(GRID.len() as u64);
    let reaches = |c: &Counts| c.precision_bound(wish.prevalence, error) >= wish.precision;
    let (mut over_budget, mut short) = (None, None);
    for threshold in GRID {
        let counts = Counts::at(texts, threshold);
        if counts.hateful == 0 || counts.harmless == 0 {
            return Err(Shortfall::Empty);
        }
        let (bound, measured) = (counts.precision_bound(wish.prevalence, error), counts.precision(wish.prevalence));
        if bound < wish.precision {
            short =
                Shortfall::nearer(short, Shortfall::of(threshold, &counts, (bound, measured), wish.precision, reaches));
            continue;
        }
        let per_night = wish.budget.map(|(_, posts)| counts.marked_share(wish.prevalence) * float(posts));
        if wish.budget.is_none_or(|(most, _)| per_night.is_none_or(|n| n <= float(most))) {
            return Ok(Choice { threshold, measured, bound, per_night });
        }
        over_budget = per_night;
    }
    let over_budget = over_budget.map(|per_night| Shortfall::Budget { per_night });
    Err(over_budget.or(short).unwrap_or(Shortfall::Empty))
}

/// Choose the review threshold, no higher than `most`. `texts` as in [`candidate`], with the score of the rule for review.
///
/// # Errors
/// When the data cannot support the wish.
pub fn review(texts: &[(f32, bool)], wish: &Wish, most: f32) -> Result<Choice, Shortfall> {
    let recall_bound = |c: &Counts| clopper_pearson_lower(c.found, c.hateful, 1.0 - ERROR);
    let mut chosen = None;
    for hundredth in 1..=99_u8 {
        let threshold = f32::from(hundredth) / 100.0;
        let counts = Counts::at(texts, threshold);
        if counts.hateful == 0 {
            return Err(Shortfall::Empty);
        }
        let (bound, measured) = (recall_bound(&counts), counts.recall());
        if threshold > most {
            break;
        }
        if bound < wish.recall {
            if chosen.is_none() {
                let reaches = |c: &Counts| recall_bound(c) >= wish.recall;
                return Err(Shortfall::of(threshold, &counts, (bound, measured), wish.recall, reaches));
            }
            break;
        }
        chosen = Some(Choice { threshold, measured, bound, per_night: None });
    }
    chosen.ok_or(Shortfall::Empty)
}
