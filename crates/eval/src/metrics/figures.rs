//! All figures of one head in one go, by name: the ones of the set and those of a draw.

use super::operating::{precision_at_k, recall_at_precision};
use super::prevalence::precision_at_prevalence;
use super::ranking::{Ranking, Step, confusion};
use super::selective::Selective;
use super::{Likelihood, average_precision, brier_score, ece, roc_auc};

/// Wanted precisions, with the names of the figures.
const PRECISIONS: [(&str, f64); 2] = [("recall_at_precision_90", 0.90), ("recall_at_precision_95", 0.95)];
/// Stated prevalences, with the names of the figures.
const PREVALENCES: [(&str, f64); 3] = [
    ("precision_at_prevalence_0.1%", 0.001),
    ("precision_at_prevalence_1%", 0.01),
    ("precision_at_prevalence_5%", 0.05),
];

/// A figure of the distinct scores and the texts on each.
type Count<'a> = &'a dyn Fn(&[f64], &[Step]) -> Option<f64>;

/// The name of a figure: the threshold that it is taken at, where there is one, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Name of the threshold.
    pub point: Option<String>,
    /// Such as `macro_f1`.
    pub name: String,
}

/// What is to be counted about a ranking.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Only of probabilities.
    likelihood: Option<Likelihood>,
    budgets: Vec<u64>,
    /// Name, scores that reach it, and, of probabilities, the order of certainty.
    points: Vec<(String, usize, Option<Selective>)>,
}

/// Prepare the figures of `ranking` at named thresholds, with the precision of each of `budgets`. `probabilities`: whether the scores are
/// some, so that ECE, Brier score, likelihood and the distance from a threshold mean something.
#[must_use]
pub fn figures(ranking: &Ranking, thresholds: &[(String, f32)], budgets: &[u64], probabilities: bool) -> Figures {
    let selective = |t| probabilities.then(|| Selective::new(ranking.scores(), t));
    let points = thresholds.iter().map(|(name, t)| (name.clone(), ranking.reaching(*t), selective(*t))).collect();
    let likelihood = probabilities.then(|| Likelihood::new(ranking.scores()));
    Figures { likelihood, budgets: budgets.to_vec(), points }
}

impl Figures {
    /// Names, in the order of [`Figures::of`].
    #[must_use]
    pub fn names(&self) -> Vec<Figure> {
        let mut names = vec![];
        self.visit(None, |point, name, _| {
            names.push(Figure { point: point.map(str::to_owned), name: name.to_owned() })
        });
        names
    }

    /// Values, NaN where one is not defined.
    #[must_use]
    pub fn of(&self, ranking: &Ranking, steps: &[Step]) -> Vec<f64> {
        let mut values = vec![];
        self.visit(Some((ranking, steps)), |_, _, value| values.push(value.unwrap_or(f64::NAN)));
        values
    }

    fn visit(&self, set: Option<(&Ranking, &[Step])>, mut put: impl FnMut(Option<&str>, &str, Option<f64>)) {
        let of = |f: Count<'_>| set.and_then(|(r, steps)| f(r.scores(), steps));
        put(None, "roc_auc", of(&|_, s| roc_auc(s)));
        put(None, "average_precision", of(&|_, s| average_precision(s)));
        for (name, precision) in PRECISIONS {
            put(None, name, of(&|_, s| recall_at_precision(s, precision)));
        }
        for &k in &self.budgets {
            put(None, &format!("precision_at_{k}"), of(&|_, s| precision_at_k(s, k)));
        }
        if let Some(likelihood) = &self.likelihood {
            put(None, "ece", of(&ece));
            put(None, "brier", of(&brier_score));
            put(None, "nll", of(&|_, s| likelihood.nll(s)));
        }
        for (point, marked, selective) in &self.points {
            let point = Some(point.as_str());
            let c = set.map(|(_, steps)| confusion(steps, *marked)).filter(|c| c.n() > 0);
            put(point, "precision", c.filter(|c| c.tp + c.fp > 0).map(|c| c.precision()));
            put(point, "recall", c.filter(|c| c.tp + c.fn_ > 0).map(|c| c.recall()));
            put(point, "f1", c.filter(|c| c.tp + c.fn_ > 0).map(|c| c.f1()));
            // What speaks of both classes says nothing where there is one.
            let both = c.filter(|c| c.tp + c.fn_ > 0 && c.fp + c.tn > 0);
            put(point, "macro_f1", both.map(|c| c.macro_f1()));
            put(point, "balanced_accuracy", both.map(|c| c.balanced_accuracy()));
            put(point, "mcc", both.map(|c| c.mcc()));
            put(point, "false_alarms_per_10k", c.filter(|c| c.fp + c.tn > 0).map(|c| c.false_alarms_per_10k()));
            for (name, prevalence) in PREVALENCES {
                put(point, name, both.map(|c| precision_at_prevalence(&c, prevalence)));
            }
            if let Some(selective) = selective {
                put(point, "aurc", of(&|_, s| selective.aurc(s)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Scored;

    fn values(texts: &[(f32, bool)], probabilities: bool) -> Vec<(String, f64)> {
        let texts: Vec<Scored> = texts.iter().map(|&(score, hateful)| Scored { score, hateful, cluster: 0 }).collect();
        let ranking = Ranking::new(&texts);
        let all = figures(&ranking, &[("review".to_owned(), 0.5)], &[], probabilities);
        all.names().into_iter().map(|f| f.name).zip(all.of(&ranking, &ranking.steps())).collect()
    }

    #[test]
    fn figures_of_two_classes_are_undefined_with_one() {
        let two = ["macro_f1", "balanced_accuracy", "mcc", "precision_at_prevalence_1%"];
        for texts in [[(0.2, false), (0.1, false)], [(0.9, true), (0.8, true)]] {
            let found = values(&texts, true);
            for name in two {
                assert!(found.iter().any(|(n, value)| n == name && value.is_nan()), "{name}: {found:?}");
            }
        }
        let found = values(&[(0.9, true), (0.1, false)], true);
        assert!(found.iter().filter(|(n, _)| two.contains(&n.as_str())).all(|(_, value)| *value == 1.0), "{found:?}");
    }

    #[test]
    fn certainty_is_measured_of_probabilities_alone() {
        let has_aurc =
            |probabilities| values(&[(9.0, true), (-3.0, false)], probabilities).iter().any(|f| f.0 == "aurc");
        assert!(has_aurc(true) && !has_aurc(false));
    }

    #[test]
    fn names_and_values_go_together() {
        let texts = [(0.9, true), (0.7, false), (0.2, false)];
        let texts = texts.map(|(score, hateful)| Scored { score, hateful, cluster: 0 });
        let ranking = Ranking::new(&texts);
        let all = figures(&ranking, &[("review".to_owned(), 0.5)], &[1], true);
        let values = all.of(&ranking, &ranking.steps());
        let names = all.names();
        assert_eq!(names.len(), values.len());
        let of = |name: &str| names.iter().position(|f| f.name == name).map(|at| values[at]);
        assert_eq!((of("roc_auc"), of("precision"), of("precision_at_1")), (Some(1.0), Some(0.5), Some(1.0)));
        assert_eq!(of("false_alarms_per_10k"), Some(5000.0));
    }
}
