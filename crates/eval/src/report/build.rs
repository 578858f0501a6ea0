//! From scores and labels to a report.

use std::collections::BTreeMap;

use grens_law::Band;

use super::slices::slices;
use super::{BandTable, DataRef, EVAL_SCHEMA, Estimate, HeadReport, Manifest, PointReport, Report, Share};
use crate::datasets::Dataset;
use crate::error::{EvalError, Result};
use crate::head::Head;
use crate::metrics::{
    BINS, Draws, Figure, Figures, Ranking, Scored, Selective, Step, bootstrap, brier, confusion, equal_mass_bins,
    figures, float, percentile_interval, ratio, totals,
};
use crate::system::{HeadScores, System};

/// Nightly budgets whose precision is given.
const BUDGETS: [u64; 3] = [10, 50, 100];
/// Shares of texts sent to review whose catch is given.
const REVIEWED: [f64; 4] = [0.01, 0.05, 0.10, 0.20];
/// Points of the curves, at most.
const POINTS: usize = 100;

/// One head with its texts in order.
struct Prepared<'a> {
    scores: &'a HeadScores,
    ranking: Ranking,
    figures: Figures,
    names: Vec<Figure>,
}

/// Measure a system on a data set.
///
/// # Errors
/// When the set labels no head that the system has.
pub fn evaluate(system: &System, data: &Dataset, draws: Draws) -> Result<Report> {
    let clusters = data.clusters();
    let prepared: Vec<Prepared<'_>> =
        system.heads.iter().filter_map(|scores| prepare(scores, data, &clusters)).collect();
    let Some(first) = prepared.first() else {
        let heads: Vec<&str> = system.heads.iter().map(|h| h.head.name()).collect();
        return Err(EvalError::Figure(format!(
            "{}: it labels none of the heads that {} has ({})",
            data.path.display(),
            system.name,
            heads.join(", ")
        )));
    };
    let n_clusters = clusters.iter().map(|c| *c as usize + 1).max().unwrap_or(0);
    let drawn = draw(&prepared, n_clusters, draws);
    let mut start = 0;
    let heads = prepared.iter().map(|head| {
        let columns = start..start + head.names.len();
        start = columns.end;
        head_report(head, &columns.map(|c| interval(&drawn, c)).collect::<Vec<_>>())
    });
    Ok(Report {
        schema: EVAL_SCHEMA.to_owned(),
        n: data.examples.len() as u64,
        heads: heads.collect(),
        bands: system.bands.as_deref().map(|bands| band_table(data, first.scores.head, bands)),
        slices: slices(system, first.scores, data),
        manifest: Manifest {
            grens: env!("CARGO_PKG_VERSION").to_owned(),
            data: DataRef::of(data, n_clusters as u64),
            system: system.made_by.clone(),
            draws,
        },
    })
}

fn prepare<'a>(scores: &'a HeadScores, data: &Dataset, clusters: &[u32]) -> Option<Prepared<'a>> {
    let texts: Vec<Scored> = labelled(scores, data)
        .map(|(i, hateful)| Scored {
            score: scores.scores.get(i).copied().unwrap_or_default(),
            hateful,
            cluster: clusters.get(i).copied().unwrap_or_default(),
        })
        .collect();
    if texts.is_empty() {
        return None;
    }
    let ranking = Ranking::new(&texts);
    let figures = figures(&ranking, &scores.thresholds, &BUDGETS, scores.probabilities);
    Some(Prepared { scores, names: figures.names(), figures, ranking })
}

/// Index and label of every text that the head is labelled on.
pub(super) fn labelled<'a>(scores: &HeadScores, data: &'a Dataset) -> impl Iterator<Item = (usize, bool)> + 'a {
    let head = scores.head;
    data.examples.iter().enumerate().filter_map(move |(i, e)| Some((i, e.gold.of(head)?)))
}

/// All figures of all heads in every draw, `[draws, figures of all heads]`: one draw serves all heads.
fn draw(heads: &[Prepared<'_>], clusters: usize, draws: Draws) -> Vec<Vec<f64>> {
    bootstrap(clusters, draws, Vec::<Step>::new, |counts, steps| {
        let mut all = vec![];
        for head in heads {
            head.ranking.steps_into(counts, steps);
            all.extend(head.figures.of(&head.ranking, steps));
        }
        all
    })
}

fn interval(drawn: &[Vec<f64>], column: usize) -> Option<(f64, f64)> {
    percentile_interval(drawn.iter().map(|d| d.get(column).copied().unwrap_or(f64::NAN)))
}

fn head_report(head: &Prepared<'_>, intervals: &[Option<(f64, f64)>]) -> HeadReport {
    let (ranking, steps) = (&head.ranking, head.ranking.steps());
    let (hateful, harmless) = totals(&steps);
    let values = head.figures.of(ranking, &steps);
    let estimates = |point: Option<&str>| -> BTreeMap<String, Estimate> {
        let all = head.names.iter().zip(&values).zip(intervals).filter(|((f, _), _)| f.point.as_deref() == point);
        all.map(|((f, v), i)| {
            let value = v.is_finite().then_some(*v);
            (f.name.clone(), Estimate { value, interval: value.and(*i) })
        })
        .collect()
    };
    let probabilities = head.scores.probabilities;
    let selective = probabilities.then(|| Selective::new(ranking.scores(), head.scores.threshold()));
    let caught = |s: &Selective| REVIEWED.map(|share| (share, s.caught_by_reviewing(&steps, share))).to_vec();
    HeadReport {
        head: head.scores.head,
        n: hateful + harmless,
        hateful,
        prevalence: ratio(hateful, hateful + harmless),
        figures: estimates(None),
        points: head
            .scores
            .thresholds
            .iter()
            .map(|(name, threshold)| PointReport {
                name: name.clone(),
                threshold: *threshold,
                counts: confusion(&steps, ranking.reaching(*threshold)),
                figures: estimates(Some(name)),
            })
            .collect(),
        brier: brier(ranking.scores(), &steps).filter(|_| probabilities),
        reliability: if probabilities { equal_mass_bins(ranking.scores(), &steps, BINS) } else { vec![] },
        pr_curve: pr_curve(&steps, hateful),
        risk_coverage: selective.as_ref().map(|s| s.curve(&steps, POINTS)).unwrap_or_default(),
        review: selective.as_ref().map(caught).unwrap_or_default(),
    }
}

/// Points (recall, precision) from the highest threshold to the lowest, no nearer than a hundredth in recall.
fn pr_curve(steps: &[Step], hateful: u64) -> Vec<(f64, f64)> {
    let (mut found, mut marked, mut curve, mut last) = (0, 0, vec![], -1.0);
    for (i, step) in steps.iter().enumerate() {
        found += u64::from(step.hateful);
        marked += step.n();
        let recall = ratio(found, hateful);
        if hateful > 0 && (recall - last >= 1.0 / float(POINTS as u64) || i + 1 == steps.len()) {
            curve.push((recall, ratio(found, marked)));
            last = recall;
        }
    }
    curve
}

fn band_table(data: &Dataset, head: Head, bands: &[Band]) -> BandTable {
    let of = |label: bool| {
        let mut counts = [0; 3];
        let mut n = 0;
        for (_, band) in data.examples.iter().zip(bands).filter(|(e, _)| e.gold.of(head) == Some(label)) {
            counts[match band {
                Band::Candidate => 0,
                Band::Review => 1,
                Band::Clear => 2,
            }] += 1;
            n += 1;
        }
        counts.map(|hits| Share::new(hits, n))
    };
    let expected: Vec<bool> =
        data.examples.iter().zip(bands).filter_map(|(e, b)| Some(e.expected_band? == *b)).collect();
    let hits = expected.iter().filter(|hit| **hit).count() as u64;
    BandTable {
        hateful: of(true),
        harmless: of(false),
        as_expected: (!expected.is_empty()).then(|| Share::new(hits, expected.len() as u64)),
    }
}
