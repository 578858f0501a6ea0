//! Thresholds that the labelled data can answer for.
//!
//! The **candidate** threshold is the lowest of a fixed grid whose precision is at least the wanted one, with a one-sided 95% bound that holds
//! for all points of the grid at once (Clopper-Pearson, Bonferroni over the grid), since the choice among them is made on the same
//! data. At a stated prevalence the precision follows from recall and false-alarm rate (Bayes' rule), each bounded at half the error.
//! The **review** threshold is the highest whose recall is at least the wanted one, tested from the lowest upwards until the first failure, so
//! that every test may have the full error (fixed sequence testing; Angelopoulos et al. 2021, "Learn then test").
//!
//! Both assume that the labelled texts are drawn like the ones to come, within each class. Texts that share a template weaken that, and the
//! bounds do not count it.

use crate::metrics::{clopper_pearson_lower, clopper_pearson_upper, float};

/// Candidate thresholds that are tried.
pub const GRID: [f32; 10] = [0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95];
/// Chance that a bound does not hold.
const ERROR: f64 = 0.05;
/// How many times the labelled texts are multiplied in thought before a wish counts as out of reach.
const MOST: f64 = 1000.0;

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

/// Counts at one threshold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    found: u64,
    hateful: u64,
    alarms: u64,
    harmless: u64,
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

/// Why the data cannot support a wish.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shortfall {
    /// More labelled texts of the same kind would do: so many, at the rates seen.
    Labels {
        /// The threshold that comes nearest.
        threshold: f32,
        /// What can be promised now.
        bound: f64,
        /// More texts to label, of both classes as in the data.
        more: u64,
    },
    /// The rates themselves miss the wish: no number of labels helps.
    Model {
        /// The threshold that comes nearest.
        threshold: f32,
        /// What was measured there.
        measured: f64,
    },
    /// Candidates would exceed the budget at every threshold that is precise enough.
    Budget {
        /// Candidates expected in a night at the highest threshold.
        per_night: f64,
    },
    /// A class is missing.
    Empty,
}

/// Choose the candidate threshold. `texts`: score of the article's rule (0 where no covered ground is named) and label.
///
/// # Errors
/// When the data cannot support the wish.
pub fn candidate(texts: &[(f32, bool)], wish: &Wish) -> Result<Choice, Shortfall> {
    let error = ERROR / float(GRID.len() as u64);
    let mut nearest: Option<(f32, Counts, f64)> = None;
    let mut over_budget = None;
    for threshold in GRID {
        let counts = count(texts, threshold);
        if counts.hateful == 0 || counts.harmless == 0 {
            return Err(Shortfall::Empty);
        }
        let bound = precision_bound(&counts, wish.prevalence, error);
        let measured = precision(&counts, wish.prevalence);
        if bound >= wish.precision {
            let per_night = wish.budget.map(|(_, posts)| marked_share(&counts, wish.prevalence) * float(posts));
            if wish.budget.is_none_or(|(most, _)| per_night.is_none_or(|n| n <= float(most))) {
                return Ok(Choice { threshold, measured, bound, per_night });
            }
            over_budget = per_night;
        }
        // Nearest is what needs the fewest labels, which the measured precision tells better than a bound of few texts.
        if nearest.is_none_or(|(_, c, _)| measured > precision(&c, wish.prevalence)) {
            nearest = Some((threshold, counts, bound));
        }
    }
    if let Some(per_night) = over_budget {
        return Err(Shortfall::Budget { per_night });
    }
    let Some((threshold, counts, bound)) = nearest else { return Err(Shortfall::Empty) };
    let reaches = |c: &Counts| precision_bound(c, wish.prevalence, error) >= wish.precision;
    Err(match more_labels(&counts, reaches) {
        Some(more) => Shortfall::Labels { threshold, bound, more },
        None => Shortfall::Model { threshold, measured: precision(&counts, wish.prevalence) },
    })
}

/// Choose the review threshold, no higher than `most`. `texts` as in [`candidate`], with the score of the rule for review.
///
/// # Errors
/// When the data cannot support the wish.
pub fn review(texts: &[(f32, bool)], wish: &Wish, most: f32) -> Result<Choice, Shortfall> {
    let mut chosen = None;
    for hundredth in 1..=99_u8 {
        let threshold = f32::from(hundredth) / 100.0;
        let counts = count(texts, threshold);
        if counts.hateful == 0 {
            return Err(Shortfall::Empty);
        }
        let bound = clopper_pearson_lower(counts.found, counts.hateful, 1.0 - ERROR);
        let measured = float(counts.found) / float(counts.hateful);
        if threshold > most {
            break;
        }
        if bound < wish.recall {
            if chosen.is_none() {
                let reaches = |c: &Counts| clopper_pearson_lower(c.found, c.hateful, 1.0 - ERROR) >= wish.recall;
                return Err(match more_labels(&counts, reaches) {
                    Some(more) => Shortfall::Labels { threshold, bound, more },
                    None => Shortfall::Model { threshold, measured },
                });
            }
            break;
        }
        chosen = Some(Choice { threshold, measured, bound, per_night: None });
    }
    chosen.ok_or(Shortfall::Empty)
}

fn count(texts: &[(f32, bool)], threshold: f32) -> Counts {
    let mut c = Counts::default();
    for &(score, hateful) in texts {
        let marked = u64::from(score >= threshold);
        if hateful {
            c.hateful += 1;
            c.found += marked;
        } else {
            c.harmless += 1;
            c.alarms += marked;
        }
    }
    c
}

/// Precision of marked texts; 0 when none is marked.
fn precision(c: &Counts, prevalence: Option<f64>) -> f64 {
    bayes(float(c.found) / float(c.hateful), float(c.alarms) / float(c.harmless), prevalence_of(c, prevalence))
}

fn precision_bound(c: &Counts, prevalence: Option<f64>, error: f64) -> f64 {
    match prevalence {
        None => clopper_pearson_lower(c.found, c.found + c.alarms, 1.0 - error),
        Some(prevalence) => bayes(
            clopper_pearson_lower(c.found, c.hateful, 1.0 - error / 2.0),
            clopper_pearson_upper(c.alarms, c.harmless, 1.0 - error / 2.0),
            prevalence,
        ),
    }
}

fn bayes(recall: f64, alarms: f64, prevalence: f64) -> f64 {
    let (hits, alarms) = (prevalence * recall, (1.0 - prevalence) * alarms);
    if hits + alarms > 0.0 { hits / (hits + alarms) } else { 0.0 }
}

fn marked_share(c: &Counts, prevalence: Option<f64>) -> f64 {
    let prevalence = prevalence_of(c, prevalence);
    prevalence * float(c.found) / float(c.hateful) + (1.0 - prevalence) * float(c.alarms) / float(c.harmless)
}

fn prevalence_of(c: &Counts, stated: Option<f64>) -> f64 {
    stated.unwrap_or_else(|| float(c.hateful) / float(c.hateful + c.harmless))
}

/// How many more texts, at the rates seen, make the counts pass; `None` when [`MOST`] times as many do not.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded counts")]
fn more_labels(c: &Counts, passes: impl Fn(&Counts) -> bool) -> Option<u64> {
    let times = |factor: f64| {
        let of = |n: u64| (float(n) * factor).round() as u64;
        Counts { found: of(c.found), hateful: of(c.hateful), alarms: of(c.alarms), harmless: of(c.harmless) }
    };
    let (mut low, mut high) = (1.0, MOST);
    if !passes(&times(high)) {
        return None;
    }
    while high - low > 0.01 * low {
        let middle = f64::midpoint(low, high);
        if passes(&times(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(((high - 1.0) * float(c.hateful + c.harmless)).ceil() as u64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WISH: Wish = Wish { precision: 0.9, recall: 0.8, prevalence: None, budget: None };

    /// `n` texts of each (score, label).
    fn texts(of: &[(usize, f32, bool)]) -> Vec<(f32, bool)> {
        of.iter().flat_map(|&(n, score, hateful)| std::iter::repeat_n((score, hateful), n)).collect()
    }

    #[test]
    fn the_lowest_threshold_that_can_be_answered_for_is_chosen() {
        let data = texts(&[(300, 0.97, true), (60, 0.62, true), (60, 0.62, false), (300, 0.1, false)]);
        let choice = candidate(&data, &WISH).unwrap();
        assert_eq!(choice.threshold, 0.65);
        assert!(choice.bound >= 0.9 && choice.bound < choice.measured, "{choice:?}");
        // The bound is that of all ten thresholds at once.
        assert!((choice.bound - 0.005_f64.powf(1.0 / 300.0)).abs() < 1e-6);
    }

    #[test]
    fn few_labels_are_refused_with_a_number() {
        let data = texts(&[(20, 0.97, true), (20, 0.1, false)]);
        let Err(Shortfall::Labels { more, .. }) = candidate(&data, &WISH) else { unreachable!() };
        // 51 marked texts without an error carry 0.9 at 0.005: 0.9^51 < 0.005 <= 0.9^50; so about 31 more, and as many harmless ones.
        assert!((60..=66).contains(&more), "{more}");
        let more_data = texts(&[(20 + more as usize / 2 + 1, 0.97, true), (20, 0.1, false)]);
        assert!(candidate(&more_data, &WISH).is_ok());
    }

    #[test]
    fn rare_hate_takes_many_harmless_texts() {
        let wish = Wish { prevalence: Some(0.01), ..WISH };
        let data = texts(&[(500, 0.97, true), (500, 0.1, false)]);
        assert!(matches!(candidate(&data, &wish), Err(Shortfall::Labels { more, .. }) if more > 4000));
        let data = texts(&[(500, 0.97, true), (10_000, 0.1, false)]);
        assert!(candidate(&data, &wish).unwrap().bound >= 0.9);
    }

    #[test]
    fn what_no_number_of_labels_cures_is_said() {
        let data = texts(&[(100, 0.97, true), (100, 0.97, false)]);
        assert!(matches!(candidate(&data, &WISH), Err(Shortfall::Model { measured, .. }) if measured == 0.5));
        assert_eq!(candidate(&texts(&[(5, 0.9, true)]), &WISH), Err(Shortfall::Empty));
    }

    #[test]
    fn a_budget_raises_the_threshold() {
        let data = texts(&[(300, 0.97, true), (300, 0.7, true), (600, 0.1, false)]);
        let wish = Wish { budget: Some((300, 1000)), ..WISH };
        assert_eq!(candidate(&data, &WISH).unwrap().threshold, 0.5);
        let choice = candidate(&data, &wish).unwrap();
        assert_eq!((choice.threshold, choice.per_night), (0.75, Some(250.0)));
        let tight = Wish { budget: Some((10, 1000)), ..WISH };
        assert!(matches!(candidate(&data, &tight), Err(Shortfall::Budget { per_night }) if per_night == 250.0));
    }

    #[test]
    fn review_goes_up_until_recall_can_no_longer_be_answered_for() {
        let data = texts(&[(180, 0.97, true), (20, 0.305, true), (300, 0.1, false)]);
        let choice = review(&data, &Wish { recall: 0.9, ..WISH }, 0.9).unwrap();
        assert_eq!(choice.threshold, 0.3);
        assert_eq!(review(&data, &WISH, 0.4).unwrap().threshold, 0.4);
        let few = texts(&[(5, 0.97, true), (5, 0.1, false)]);
        assert!(matches!(review(&few, &WISH, 0.9), Err(Shortfall::Labels { .. })));
    }
}
