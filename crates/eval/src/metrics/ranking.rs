//! Texts ordered by score, equal scores together.

use super::Confusion;

/// A text as the figures see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// What the system says; higher is more hateful.
    pub score: f32,
    /// What people say.
    pub hateful: bool,
    /// Texts that are not independent (cases of one template) share a cluster, numbered from 0.
    pub cluster: u32,
}

/// How many texts have one score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Hateful ones.
    pub hateful: u32,
    /// Harmless ones.
    pub harmless: u32,
}

impl Step {
    /// All of them.
    #[must_use]
    pub const fn n(self) -> u64 {
        self.hateful as u64 + self.harmless as u64
    }
}

/// Texts from the highest score to the lowest.
#[derive(Debug, Clone)]
pub struct Ranking {
    scores: Vec<f64>,
    rows: Vec<Row>,
    clusters: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    step: u32,
    cluster: u32,
    hateful: bool,
}

impl Ranking {
    /// Sort texts by score. A NaN stands above all numbers.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "fewer than 2^32 texts")]
    pub fn new(texts: &[Scored]) -> Self {
        let mut sorted = texts.to_vec();
        sorted.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.cluster.cmp(&b.cluster)));
        let (mut scores, mut rows) = (Vec::new(), Vec::with_capacity(sorted.len()));
        for ties in sorted.chunk_by(|a, b| a.score == b.score) {
            let step = scores.len() as u32;
            scores.push(f64::from(ties[0].score));
            rows.extend(ties.iter().map(|t| Row { step, cluster: t.cluster, hateful: t.hateful }));
        }
        let clusters = rows.iter().map(|r| r.cluster as usize + 1).max().unwrap_or(0);
        Self { scores, rows, clusters }
    }

    /// The distinct scores, highest first.
    #[must_use]
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// How many clusters there are: one more than the highest number.
    #[must_use]
    pub const fn clusters(&self) -> usize {
        self.clusters
    }

    /// Texts on each score, in the order of [`Ranking::scores`].
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.steps_into(&vec![1; self.clusters], &mut steps);
        steps
    }

    /// Texts on each score when the texts of cluster `c` count `weights[c]` times, into `steps`, which is overwritten. A cluster without a
    /// weight counts 0 times.
    pub fn steps_into(&self, weights: &[u16], steps: &mut Vec<Step>) {
        steps.clear();
        steps.resize(self.scores.len(), Step::default());
        for row in &self.rows {
            let weight = u32::from(weights.get(row.cluster as usize).copied().unwrap_or(0));
            if let Some(step) = steps.get_mut(row.step as usize) {
                // Without a branch: which of the two it is cannot be foreseen.
                let hateful = u32::from(row.hateful);
                step.hateful += weight * hateful;
                step.harmless += weight * (1 - hateful);
            }
        }
    }

    /// How many of the distinct scores reach `threshold`. The comparison is that of the policy, in single precision.
    #[must_use]
    pub fn reaching(&self, threshold: f32) -> usize {
        self.scores.partition_point(|&s| s >= f64::from(threshold))
    }
}

/// Counts when the first `marked` steps are marked.
#[must_use]
pub(crate) fn confusion(steps: &[Step], marked: usize) -> Confusion {
    let (mut c, at) = (Confusion::default(), marked.min(steps.len()));
    for step in &steps[..at] {
        c.tp += u64::from(step.hateful);
        c.fp += u64::from(step.harmless);
    }
    for step in &steps[at..] {
        c.fn_ += u64::from(step.hateful);
        c.tn += u64::from(step.harmless);
    }
    c
}

/// Hateful and harmless texts of all steps.
#[must_use]
pub(crate) fn totals(steps: &[Step]) -> (u64, u64) {
    steps.iter().fold((0, 0), |(p, n), s| (p + u64::from(s.hateful), n + u64::from(s.harmless)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(score: f32, hateful: bool, cluster: u32) -> Scored {
        Scored { score, hateful, cluster }
    }

    #[test]
    fn equal_scores_share_a_step_and_weights_count() {
        let ranking = Ranking::new(&[text(0.2, false, 0), text(0.9, true, 1), text(0.2, true, 1), text(0.2, false, 2)]);
        assert_eq!(ranking.scores().len(), 2);
        assert_eq!(ranking.steps(), [Step { hateful: 1, harmless: 0 }, Step { hateful: 1, harmless: 2 }]);
        let mut steps = vec![];
        ranking.steps_into(&[0, 3, 2], &mut steps);
        assert_eq!(steps, [Step { hateful: 3, harmless: 0 }, Step { hateful: 3, harmless: 2 }]);
    }

    #[test]
    fn a_threshold_marks_what_reaches_it() {
        let ranking = Ranking::new(&[text(0.9, true, 0), text(0.5, false, 1), text(0.1, true, 2)]);
        let c = confusion(&ranking.steps(), ranking.reaching(0.5));
        assert_eq!(c, Confusion { tp: 1, fp: 1, tn: 0, fn_: 1 });
        assert_eq!(ranking.reaching(0.500_01), 1);
    }
}
