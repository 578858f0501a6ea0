//! From the scores of several systems to a comparison.

use super::significance::{by_functionality, correct, test, two_sided};
use super::{COMPARE_SCHEMA, Comparison, Difference, Disagreement, Pair, SystemRow};
use crate::datasets::Dataset;
use crate::error::{EvalError, Result};
use crate::head::Head;
use crate::metrics::{Draws, Figures, Ranking, Scored, Step, bootstrap, figures, percentile_interval};
use crate::report::{DataRef, Estimate};
use crate::system::{HeadScores, System};

/// Figures of the table; differences are tested for those in [`TESTED`].
const SHOWN: [&str; 6] = ["macro_f1", "precision", "recall", "false_alarms_per_10k", "roc_auc", "average_precision"];
const TESTED: [&str; 3] = ["macro_f1", "roc_auc", "average_precision"];

/// One system's scores of the labelled texts, in order.
struct Prepared<'a> {
    system: &'a System,
    scores: &'a HeadScores,
    ranking: Ranking,
    figures: Figures,
    /// Where the figures of [`SHOWN`] stand among all.
    columns: Vec<Option<usize>>,
    marked: Vec<bool>,
}

/// Compare `systems` on one head of a data set.
///
/// # Errors
/// When the set has no label for the head, a system lacks it, or two have the same name.
pub fn compare(systems: &[System], data: &Dataset, head: Head, draws: Draws) -> Result<Comparison> {
    let mut names: Vec<&str> = systems.iter().map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|w| w[0] == w[1]) {
        return Err(EvalError::Figure(format!("two systems are called {}; give each a name of its own", twice[0])));
    }
    let clusters = data.clusters();
    let labelled: Vec<(usize, bool)> =
        data.examples.iter().enumerate().filter_map(|(i, e)| Some((i, e.gold.of(head)?))).collect();
    if labelled.is_empty() {
        return Err(EvalError::Figure(format!(
            "{}: it has no label for {head}; --head names another",
            data.path.display()
        )));
    }
    let prepared = systems
        .iter()
        .map(|system| prepare(system, head, &labelled, &clusters))
        .collect::<Result<Vec<Prepared<'_>>>>()?;
    let n_clusters = clusters.iter().map(|c| *c as usize + 1).max().unwrap_or(0);
    let values: Vec<Vec<f64>> = prepared.iter().map(|p| p.shown(&p.ranking.steps())).collect();
    let drawn = bootstrap(n_clusters, draws, Vec::<Step>::new, |counts, steps| {
        let mut all = vec![];
        for p in &prepared {
            p.ranking.steps_into(counts, steps);
            all.extend(p.shown(steps));
        }
        all
    });
    let of_draws = |system: usize, figure: usize| {
        drawn.iter().map(move |d| d.get(system * SHOWN.len() + figure).copied().unwrap_or(f64::NAN))
    };
    let rows = prepared.iter().zip(&values).enumerate().map(|(at, (p, values))| SystemRow {
        name: p.system.name.clone(),
        system: p.system.made_by.clone(),
        threshold: p.scores.threshold(),
        figures: SHOWN
            .iter()
            .enumerate()
            .map(|(f, name)| ((*name).to_owned(), estimate(values[f], percentile_interval(of_draws(at, f)))))
            .collect(),
    });
    let mut pairs = vec![];
    for a in 0..prepared.len() {
        for b in a + 1..prepared.len() {
            let difference = |name: &str| {
                let f = SHOWN.iter().position(|s| *s == name)?;
                let drawn: Vec<f64> = of_draws(a, f).zip(of_draws(b, f)).map(|(x, y)| x - y).collect();
                let estimate = estimate(values[a][f] - values[b][f], percentile_interval(drawn.iter().copied()));
                Some((name.to_owned(), Difference { estimate, p: two_sided(&drawn), p_holm: None }))
            };
            pairs.push(Pair {
                a: prepared[a].system.name.clone(),
                b: prepared[b].system.name.clone(),
                all: test(&labelled, &prepared[a].marked, &prepared[b].marked),
                functionalities: by_functionality(data, &labelled, &prepared[a].marked, &prepared[b].marked),
                differences: TESTED.iter().filter_map(|name| difference(name)).collect(),
            });
        }
    }
    correct(&mut pairs);
    Ok(Comparison {
        schema: COMPARE_SCHEMA.to_owned(),
        grens: env!("CARGO_PKG_VERSION").to_owned(),
        data: DataRef::of(data, n_clusters as u64),
        head,
        n: labelled.len() as u64,
        hateful: labelled.iter().filter(|l| l.1).count() as u64,
        draws,
        systems: rows.collect(),
        pairs,
        disagreements: disagreements(data, &labelled, &prepared),
    })
}

fn prepare<'a>(system: &'a System, head: Head, labelled: &[(usize, bool)], clusters: &[u32]) -> Result<Prepared<'a>> {
    let scores =
        system.head(head).ok_or_else(|| EvalError::Figure(format!("{} has no scores for {head}", system.name)))?;
    let texts: Vec<Scored> = labelled
        .iter()
        .map(|&(i, hateful)| Scored {
            score: scores.scores.get(i).copied().unwrap_or_default(),
            hateful,
            cluster: clusters.get(i).copied().unwrap_or_default(),
        })
        .collect();
    let ranking = Ranking::new(&texts);
    let point = [("threshold".to_owned(), scores.threshold())];
    let figures = figures(&ranking, &point, &[], false);
    let names = figures.names();
    Ok(Prepared {
        system,
        scores,
        columns: SHOWN.iter().map(|s| names.iter().position(|f| f.name == *s)).collect(),
        figures,
        ranking,
        marked: texts.iter().map(|t| t.score >= scores.threshold()).collect(),
    })
}

impl Prepared<'_> {
    /// The figures of [`SHOWN`], NaN where one is not defined.
    fn shown(&self, steps: &[Step]) -> Vec<f64> {
        let all = self.figures.of(&self.ranking, steps);
        self.columns.iter().map(|at| at.and_then(|at| all.get(at).copied()).unwrap_or(f64::NAN)).collect()
    }
}

fn estimate(value: f64, interval: Option<(f64, f64)>) -> Estimate {
    let value = value.is_finite().then_some(value);
    Estimate { value, interval: value.and(interval) }
}

fn disagreements(data: &Dataset, labelled: &[(usize, bool)], systems: &[Prepared<'_>]) -> Vec<Disagreement> {
    let mut found = vec![];
    for (row, &(i, hateful)) in labelled.iter().enumerate() {
        let marked: Vec<bool> = systems.iter().filter_map(|s| s.marked.get(row).copied()).collect();
        let Some(example) = data.examples.get(i).filter(|_| marked.windows(2).any(|w| w[0] != w[1])) else { continue };
        found.push(Disagreement {
            id: example.post.id.clone(),
            index: i as u64,
            functionality: example.functionality.clone(),
            hateful,
            marked,
            scores: systems.iter().filter_map(|s| s.scores.scores.get(i).copied()).collect(),
        });
    }
    found
}
