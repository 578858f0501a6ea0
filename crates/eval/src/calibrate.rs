//! Fitting of the maps from logits to probabilities that `calibration.json` holds.

mod isotonic;
mod logistic;

use std::str::FromStr;

use grens_infer::HeadMap;

pub use isotonic::isotonic;

/// Texts of each class without which a head is not fitted.
pub const LEAST: usize = 20;

/// How a map is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `sigmoid(logit / T)`, one number (Guo et al. 2017).
    Temperature,
    /// `sigmoid(scale * logit + bias)` (Platt 1999).
    Platt,
    /// `sigmoid(a ln p - b ln(1 - p) + c)`, a and b not negative (Kull et al. 2017).
    Beta,
    /// The best map that never falls (Zadrozny and Elkan 2002). It needs more texts than the others.
    Isotonic,
}

impl Method {
    /// Name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Platt => "platt",
            Self::Beta => "beta",
            Self::Isotonic => "isotonic",
        }
    }
}

impl FromStr for Method {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::Temperature, Self::Platt, Self::Beta, Self::Isotonic];
        let found = all.into_iter().find(|m| m.name() == name);
        found.ok_or_else(|| format!("no method is called {name:?}; there are temperature, platt, beta and isotonic"))
    }
}

/// The slope of a map where the labels call for one that falls, or for none: as good as level, and still a map that a model takes.
const LEVEL: f64 = 1e-3;

/// A map that was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// It never falls.
    pub map: HeadMap,
    /// Whether it is level, as the best map that does not fall: the head runs the wrong way, or says nothing, on these texts.
    pub is_level: bool,
}

/// Fit the map of one head to pairs (logit, hateful), by least cross-entropy (isotonic: least squares), among the maps that do not fall. `None`
/// when a class has fewer than [`LEAST`] texts.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "files hold single precision")]
pub fn fit(method: Method, pairs: &[(f64, bool)]) -> Option<Fitted> {
    let hateful = pairs.iter().filter(|p| p.1).count();
    if hateful < LEAST || pairs.len() - hateful < LEAST {
        return None;
    }
    let fit_from = |features: &dyn Fn(f64) -> [f64; 3], used: [bool; 3], start: [f64; 3]| {
        let rows: Vec<([f64; 3], bool)> = pairs.iter().map(|&(l, y)| (features(l), y)).collect();
        logistic::fit(&rows, used, start)
    };
    let fit = |features: &dyn Fn(f64) -> [f64; 3], used| fit_from(features, used, [0.0; 3]);
    let linear = |l: f64| [l, 1.0, 0.0];
    let (map, is_level) = match method {
        Method::Temperature => {
            let [scale, ..] = fit(&linear, [true, false, false]);
            (HeadMap::Platt { scale: scale.max(LEVEL) as f32, bias: 0.0 }, scale < LEVEL)
        }
        Method::Platt => {
            let mut w = fit(&linear, [true, true, false]);
            let is_level = w[0] < LEVEL;
            if is_level {
                // The bias that goes with another slope is not the one that goes with this.
                w = fit_from(&linear, [false, true, false], [LEVEL, 0.0, 0.0]);
            }
            (HeadMap::Platt { scale: w[0] as f32, bias: w[1] as f32 }, is_level)
        }
        Method::Beta => {
            let features = |l: f64| [-softplus(-l), softplus(l), 1.0];
            let mut used = [true; 3];
            let mut w = fit(&features, used);
            // A negative weight would make the map fall; the best map without one has it at 0.
            while let Some(at) = (0..2).find(|&at| used[at] && w[at] < 0.0) {
                used[at] = false;
                w = fit(&features, used);
            }
            (HeadMap::Beta { a: w[0] as f32, b: w[1] as f32, c: w[2] as f32 }, w[0].max(w[1]) < LEVEL)
        }
        Method::Isotonic => {
            let steps = isotonic(pairs);
            let is_level = steps.first().zip(steps.last()).is_none_or(|(first, last)| first.1 >= last.1);
            let map = HeadMap::Isotonic {
                logits: steps.iter().map(|s| s.0 as f32).collect(),
                values: steps.iter().map(|s| s.1 as f32).collect(),
            };
            (map, is_level)
        }
    };
    Some(Fitted { map, is_level })
}

/// ln(1 + e^x), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Labels that follow `truth` exactly, as shares: many texts at each of a few logits.
    fn texts(truth: impl Fn(f64) -> f64) -> Vec<(f64, bool)> {
        let at = |i: i32| f64::from(i) / 4.0;
        (-12..=12)
            .flat_map(|i| (0..400).map(move |j| (at(i), j)))
            .map(|(l, j)| (l, f64::from(j) < 400.0 * truth(l)))
            .collect()
    }

    fn mapped(method: Method, pairs: &[(f64, bool)]) -> HeadMap {
        fit(method, pairs).unwrap().map
    }

    fn sigmoid(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    #[test]
    fn each_method_finds_the_map_that_made_the_labels() {
        let pairs = texts(|l| sigmoid(0.5 * l));
        let HeadMap::Platt { scale, bias } = mapped(Method::Temperature, &pairs) else { unreachable!() };
        assert!((scale - 0.5).abs() < 0.01 && bias == 0.0, "{scale}");
        let HeadMap::Platt { scale, bias } = mapped(Method::Platt, &texts(|l| sigmoid(0.8 * l - 1.0))) else {
            unreachable!()
        };
        assert!((scale - 0.8).abs() < 0.01 && (bias + 1.0).abs() < 0.01, "{scale} {bias}");
        let map = |l: f64| sigmoid(1.5 * -softplus(-l) + 0.4 * softplus(l) + 0.2);
        let HeadMap::Beta { a, b, c } = mapped(Method::Beta, &texts(map)) else { unreachable!() };
        assert!((a - 1.5).abs() < 0.05 && (b - 0.4).abs() < 0.05 && (c - 0.2).abs() < 0.05, "{a} {b} {c}");
    }

    #[test]
    fn maps_are_those_of_scikit_learn() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/golden/metrics.json")).unwrap();
        let list = |value: &serde_json::Value| value.as_array().unwrap().clone();
        let set = &golden["sets"][1];
        let pairs: Vec<(f64, bool)> = list(&set["score"])
            .iter()
            .zip(list(&set["hateful"]))
            .map(|(p, y)| {
                let p = p.as_f64().unwrap();
                ((p / (1.0 - p)).ln(), y.as_bool().unwrap())
            })
            .collect();
        for (method, name) in [(Method::Temperature, "temperature"), (Method::Platt, "platt"), (Method::Beta, "beta")] {
            let found = match mapped(method, &pairs) {
                HeadMap::Platt { scale, bias } => vec![scale, bias],
                HeadMap::Beta { a, b, c } => vec![a, b, c],
                HeadMap::Isotonic { .. } => unreachable!(),
            };
            for (found, wanted) in found.iter().zip(list(&golden["maps_of_tied"][name])) {
                let wanted = wanted.as_f64().unwrap();
                assert!((f64::from(*found) - wanted).abs() < 1e-4, "{name}: {found} is not {wanted}");
            }
        }
    }

    #[test]
    fn beta_never_falls() {
        // Above 0 the labels fall: the best map with a and b not negative does not.
        let pairs = texts(|l| if l > 0.0 { 0.6 - 0.1 * l } else { 0.1 });
        let HeadMap::Beta { a, b, .. } = mapped(Method::Beta, &pairs) else { unreachable!() };
        assert!(a >= 0.0 && b >= 0.0, "{a} {b}");
    }

    #[test]
    fn a_head_that_runs_the_wrong_way_gets_the_share_of_all_texts() {
        // 10% of these texts are hateful at 3, 70% at -3.
        let pairs = texts(|l| 0.4 - 0.1 * l);
        let share = pairs.iter().filter(|p| p.1).count() as f64 / pairs.len() as f64;
        for method in [Method::Platt, Method::Beta, Method::Isotonic] {
            let Fitted { map, is_level } = fit(method, &pairs).unwrap();
            let said = [-3.0, 0.0, 3.0].map(|l| f64::from(map.probability(l)));
            assert!(is_level && said.iter().all(|p| (p - share).abs() < 2e-3), "{method:?}: {said:?}, {share}");
        }
        assert!(fit(Method::Temperature, &pairs).unwrap().is_level);
        assert!(!fit(Method::Platt, &texts(|l| 0.4 + 0.1 * l)).unwrap().is_level);
    }

    #[test]
    fn too_few_texts_are_not_fitted() {
        let pairs: Vec<_> = (0..100).map(|i| (f64::from(i), i < 10)).collect();
        assert_eq!(fit(Method::Platt, &pairs), None);
    }
}
