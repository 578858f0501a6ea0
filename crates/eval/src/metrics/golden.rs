//! The figures against those of scikit-learn and SciPy, on committed scores (`scripts/metric_goldens.py`).

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/metrics.json")).unwrap()
}

#[track_caller]
fn same(what: &str, found: f64, wanted: &Value) {
    let wanted = wanted.as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-6, "{what}: {found} is not {wanted}");
}

#[allow(clippy::cast_possible_truncation)]
fn texts(set: &Value) -> Vec<Scored> {
    let (scores, truth) = (set["score"].as_array().unwrap(), set["hateful"].as_array().unwrap());
    let pairs = scores.iter().zip(truth).zip(0..);
    pairs
        .map(|((p, y), i)| Scored { score: p.as_f64().unwrap() as f32, hateful: y.as_bool().unwrap(), cluster: i })
        .collect()
}

#[test]
fn the_figures_of_scored_texts() {
    for set in golden()["sets"].as_array().unwrap() {
        let ranking = Ranking::new(&texts(set));
        let all = figures(&ranking, &[("half".to_owned(), 0.5)], &[], true);
        let values = all.of(&ranking, &ranking.steps());
        let mut compared = 0;
        for (figure, value) in all.names().iter().zip(values) {
            if let Some(wanted) = set.get(&figure.name) {
                same(&format!("{} of {}", figure.name, set["name"]), value, wanted);
                compared += 1;
            }
        }
        assert_eq!(compared, 16);
    }
}

#[test]
fn the_figures_without_ties() {
    let golden = golden();
    let set = &golden["sets"][0];
    let wanted = &set["untied"];
    let ranking = Ranking::new(&texts(set));
    let (scores, steps) = (ranking.scores(), ranking.steps());
    same("ece", ece(scores, &steps).unwrap(), &wanted["ece"]);
    let b = brier(scores, &steps).unwrap();
    same("reliability", b.reliability, &wanted["reliability"]);
    same("resolution", b.resolution, &wanted["resolution"]);
    same("uncertainty", b.uncertainty, &wanted["uncertainty"]);
    same("precision_at_20", precision_at_k(&steps, 20).unwrap(), &wanted["precision_at_20"]);
    let found = Selective::new(scores, 0.5).aurc(&steps).unwrap();
    // Certainties that differ beyond the fifth decimal count as equal here.
    assert!((found - wanted["aurc"].as_f64().unwrap()).abs() < 1e-4);
}

#[test]
fn areas_of_a_group() {
    for set in golden()["sets"].as_array().unwrap() {
        let names = set["group"].as_array().unwrap().iter().map(|g| if g.as_bool().unwrap() { "own" } else { "" });
        let aucs = bias_aucs(&texts(set).into_iter().zip(names).collect::<Vec<_>>())["own"];
        same("subgroup", aucs.subgroup.unwrap(), &set["subgroup_auc"]);
        same("bpsn", aucs.bpsn.unwrap(), &set["bpsn_auc"]);
        same("bnsp", aucs.bnsp.unwrap(), &set["bnsp_auc"]);
    }
}

#[test]
fn intervals_of_shares() {
    for share in golden()["shares"].as_array().unwrap() {
        let (hits, n) = (share["hits"].as_u64().unwrap(), share["n"].as_u64().unwrap());
        let (low, high) = wilson(hits, n);
        same("wilson low", low, &share["wilson"][0]);
        same("wilson high", high, &share["wilson"][1]);
        same("lower", clopper_pearson_lower(hits, n, 0.95), &share["lower_95"]);
        same("upper", clopper_pearson_upper(hits, n, 0.95), &share["upper_95"]);
    }
}
