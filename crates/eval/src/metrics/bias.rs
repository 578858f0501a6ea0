//! Whether a group's texts are ordered as well as all others (Borkan et al. 2019, "Nuanced metrics for measuring unintended bias").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::float;
use super::ranking::Scored;

/// Areas under the ROC curve, each in 0..=1; `None` where a class is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BiasAucs {
    /// Within the group: hateful against harmless texts about it.
    pub subgroup: Option<f64>,
    /// Background positive, subgroup negative: hateful texts about others against harmless ones about the group. Low where the group's name
    /// alone raises the score.
    pub bpsn: Option<f64>,
    /// Background negative, subgroup positive: harmless texts about others against hateful ones about the group. Low where hate against the
    /// group is overlooked.
    pub bnsp: Option<f64>,
}

/// What is counted about a group. Pairs are counted twice, so that a tie, which is half a pair, stays whole.
#[derive(Default)]
struct Group {
    hateful: u64,
    harmless: u64,
    /// Hateful texts among those with the score in hand.
    tied: u64,
    /// Pairs within the group that are in order.
    own: u64,
    /// Pairs in order of a hateful text of the group and any harmless one.
    over_all: u64,
    /// Pairs in order of a harmless text of the group and any hateful one.
    under_all: u64,
}

/// The three areas of every group. Each text comes with the name of its group, empty for none; all texts with another name are a
/// group's background. Pairs with the background are those with all texts but for the group's own, so that one walk serves all groups.
#[must_use]
pub fn bias_aucs<'a>(texts: &[(Scored, &'a str)]) -> BTreeMap<&'a str, BiasAucs> {
    let mut sorted = texts.to_vec();
    sorted.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
    let hateful = sorted.iter().filter(|t| t.0.hateful).count() as u64;
    let harmless = sorted.len() as u64 - hateful;
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    let (mut above, mut below) = (0, harmless);
    for ties in sorted.chunk_by(|a, b| a.0.score == b.0.score) {
        let p = ties.iter().filter(|t| t.0.hateful).count() as u64;
        let n = ties.len() as u64 - p;
        below -= n;
        for (_, name) in ties.iter().filter(|t| t.0.hateful) {
            let group = groups.entry(name).or_default();
            group.tied += 1;
            group.over_all += 2 * below + n;
        }
        for (_, name) in ties.iter().filter(|t| !t.0.hateful) {
            let group = groups.entry(name).or_default();
            group.harmless += 1;
            group.own += 2 * group.hateful + group.tied;
            group.under_all += 2 * above + p;
        }
        for (_, name) in ties.iter().filter(|t| t.0.hateful) {
            let group = groups.entry(name).or_default();
            group.hateful += std::mem::take(&mut group.tied);
        }
        above += p;
    }
    groups.into_iter().map(|(name, group)| (name, group.areas(hateful, harmless))).collect()
}

impl Group {
    /// Its areas among so many hateful and harmless texts in all.
    fn areas(&self, hateful: u64, harmless: u64) -> BiasAucs {
        let area = |twice: u64, p: u64, n: u64| (p > 0 && n > 0).then(|| float(twice) / (2.0 * float(p) * float(n)));
        BiasAucs {
            subgroup: area(self.own, self.hateful, self.harmless),
            bpsn: area(self.under_all - self.own, hateful - self.hateful, self.harmless),
            bnsp: area(self.over_all - self.own, self.hateful, harmless - self.harmless),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_raises_the_score_shows_in_bpsn_alone() {
        let text = |score, hateful| Scored { score, hateful, cluster: 0 };
        // Within the group all is well; its harmless texts score above the hateful ones about others.
        let texts = [(text(0.9, true), "a"), (text(0.7, false), "a"), (text(0.6, true), "b"), (text(0.1, false), "")];
        let aucs = bias_aucs(&texts);
        assert_eq!(aucs["a"], BiasAucs { subgroup: Some(1.0), bpsn: Some(0.0), bnsp: Some(1.0) });
        assert_eq!(aucs["b"], BiasAucs { subgroup: None, bpsn: None, bnsp: Some(0.5) });
    }

    #[test]
    fn every_group_has_the_areas_that_pairs_one_by_one_give() {
        // Few scores, so that many are tied.
        let text = |i: u32| Scored { score: (i * 7 % 5) as f32, hateful: i * 13 % 7 < 3, cluster: 0 };
        let names = ["a", "b", "c", ""];
        let texts: Vec<(Scored, &str)> = (0..60).map(|i| (text(i), names[i as usize * 5 % 11 % 4])).collect();
        let found = bias_aucs(&texts);
        let share = |positive: &dyn Fn(&str) -> bool, negative: &dyn Fn(&str) -> bool| {
            let of = |hateful, wanted: &dyn Fn(&str) -> bool| -> Vec<f32> {
                texts.iter().filter(|(t, g)| t.hateful == hateful && wanted(g)).map(|(t, _)| t.score).collect()
            };
            let (p, n) = (of(true, positive), of(false, negative));
            let won = p.iter().flat_map(|p| {
                n.iter().map(move |n| {
                    if p > n {
                        1.0
                    } else if p == n {
                        0.5
                    } else {
                        0.0
                    }
                })
            });
            won.sum::<f64>() / (p.len() * n.len()) as f64
        };
        for name in ["a", "b", "c"] {
            let (own, others) = (|g: &str| g == name, |g: &str| g != name);
            let wanted = [share(&own, &own), share(&others, &own), share(&own, &others)];
            let aucs = found[name];
            for (found, wanted) in [aucs.subgroup, aucs.bpsn, aucs.bnsp].into_iter().zip(wanted) {
                assert!(found.is_some_and(|found| (found - wanted).abs() < 1e-12), "{name}: {found:?} is not {wanted}");
            }
        }
    }
}
