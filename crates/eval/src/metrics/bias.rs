//! Whether a group's texts are ordered as well as all others (Borkan et al. 2019, "Nuanced metrics for measuring unintended bias").

use serde::{Deserialize, Serialize};

use super::ranking::{Ranking, Scored};
use super::roc_auc::roc_auc;

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

/// The three areas of one group. Each text comes with whether it is about the group.
#[must_use]
pub fn bias_aucs(texts: &[(Scored, bool)]) -> BiasAucs {
    let of = |wanted: &dyn Fn(bool, bool) -> bool| {
        let part: Vec<Scored> = texts.iter().filter(|(t, own)| wanted(*own, t.hateful)).map(|(t, _)| *t).collect();
        roc_auc(&Ranking::new(&part).steps())
    };
    BiasAucs {
        subgroup: of(&|own, _| own),
        bpsn: of(&|own, hateful| own != hateful),
        bnsp: of(&|own, hateful| own == hateful),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_raises_the_score_shows_in_bpsn_alone() {
        let text = |score, hateful| Scored { score, hateful, cluster: 0 };
        // Within the group all is well; its harmless texts score above the hateful ones about others.
        let texts =
            [(text(0.9, true), true), (text(0.7, false), true), (text(0.6, true), false), (text(0.1, false), false)];
        let aucs = bias_aucs(&texts);
        assert_eq!(aucs, BiasAucs { subgroup: Some(1.0), bpsn: Some(0.0), bnsp: Some(1.0) });
    }
}
