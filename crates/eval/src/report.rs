//! Figures of one labelled set under the shipped thresholds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use grens_batch::Decider;
use grens_law::{Article, Band, DecisionRecord, ModelRef};
use serde::Serialize;

use crate::dataset::{Dataset, Example};
use crate::error::Result;
use crate::metrics::{Confusion, Ranking, Scored, roc_auc, wilson};

/// Share of a functionality's cases that came out as labelled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionalityRow {
    /// Its key.
    pub name: String,
    /// Cases with a label.
    pub n: u64,
    /// Right ones.
    pub right: u64,
    /// Wilson's 95% interval of the share.
    pub interval: (f64, f64),
}

/// Figures of one labelled set. A text counts as marked when group hate reaches the policy's threshold for review; an article
/// when its head reaches the policy's threshold for review.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Which model.
    pub model: ModelRef,
    /// Which policy.
    pub policy: String,
    /// Texts scored.
    pub n: u64,
    /// Group hate.
    pub group_hate: Confusion,
    /// Its macro-F1.
    pub group_hate_macro_f1: f64,
    /// ROC-AUC of its probability.
    pub group_hate_auc: Option<f64>,
    /// Per article: counts and macro-F1, where the set labels it.
    pub articles: BTreeMap<String, (Confusion, f64)>,
    /// Share of the harmless texts that are candidates, and that are for review.
    pub harmless_bands: (f64, f64),
    /// Share of the hateful texts that are candidates, and that are for review.
    pub hateful_bands: (f64, f64),
    /// Per functionality.
    pub functionalities: Vec<FunctionalityRow>,
}

/// Score a labelled set and count.
///
/// # Errors
/// When the model fails.
pub fn evaluate(decider: &Decider, data: &Dataset) -> Result<Report> {
    let mut records = Vec::with_capacity(data.examples.len());
    for window in data.examples.chunks(512) {
        let posts: Vec<_> = window.iter().map(|e| e.post.clone()).collect();
        records.extend(decider.decide(&posts)?);
    }
    let policy = decider.policy();
    let pairs: Vec<(&Example, &DecisionRecord)> = data.examples.iter().zip(&records).collect();

    let mut hate = Confusion::default();
    let mut scored = vec![];
    let mut functionalities: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (example, record) in &pairs {
        let Some(gold) = example.gold.group_hate else {
            continue;
        };
        let marked = record.scores.group_hate >= policy.group_hate.review;
        hate.add(gold, marked);
        scored.push(Scored { score: record.scores.group_hate, hateful: gold, cluster: 0 });
        let row = functionalities.entry(&example.functionality).or_default();
        row.0 += 1;
        row.1 += u64::from(gold == marked);
    }
    let mut articles = BTreeMap::new();
    for article in Article::ALL {
        let mut counts = Confusion::default();
        for (example, record) in &pairs {
            let (gold, p) = match article {
                Article::A137c => (example.gold.art137c, record.scores.art137c),
                Article::A137d => (example.gold.art137d, record.scores.art137d),
            };
            if let Some(gold) = gold {
                counts.add(gold, p >= policy.article(article).review);
            }
        }
        if counts != Confusion::default() {
            articles.insert(article.to_string(), (counts, counts.macro_f1()));
        }
    }
    let share = |hateful: bool, band: Band| {
        let of: Vec<_> = pairs.iter().filter(|(e, _)| e.gold.group_hate == Some(hateful)).collect();
        let hits = of.iter().filter(|(_, r)| r.band == band).count();
        #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let share = if of.is_empty() { 0.0 } else { hits as f64 / of.len() as f64 };
        share
    };
    Ok(Report {
        model: decider.scorer().info().reference.clone(),
        policy: policy.id.clone(),
        n: records.len() as u64,
        group_hate: hate,
        group_hate_macro_f1: hate.macro_f1(),
        group_hate_auc: roc_auc(&Ranking::new(&scored).steps()),
        articles,
        harmless_bands: (share(false, Band::Candidate), share(false, Band::Review)),
        hateful_bands: (share(true, Band::Candidate), share(true, Band::Review)),
        functionalities: functionalities
            .into_iter()
            .map(|(name, (n, right))| FunctionalityRow { name: name.to_owned(), n, right, interval: wilson(right, n) })
            .collect(),
    })
}

impl Report {
    /// For a terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_table(&mut text);
        text
    }

    fn write_table(&self, t: &mut String) -> std::fmt::Result {
        let h = &self.group_hate;
        writeln!(t, "model {} {}, policy {}, {} texts", self.model.name, &self.model.hash[..12], self.policy, self.n)?;
        writeln!(
            t,
            "group hate   macro-F1 {:.3}  precision {:.3}  recall {:.3}  false alarms {:.3}  ROC-AUC {}",
            self.group_hate_macro_f1,
            h.precision(),
            h.recall(),
            h.false_alarms(),
            self.group_hate_auc.map_or_else(|| "-".to_owned(), |a| format!("{a:.3}"))
        )?;
        for (article, (counts, macro_f1)) in &self.articles {
            let (p, r) = (counts.precision(), counts.recall());
            writeln!(t, "art. {article}    macro-F1 {macro_f1:.3}  precision {p:.3}  recall {r:.3}")?;
        }
        writeln!(
            t,
            "harmless     candidates {:.2}%  review {:.2}%",
            100.0 * self.harmless_bands.0,
            100.0 * self.harmless_bands.1
        )?;
        writeln!(
            t,
            "hateful      candidates {:.2}%  review {:.2}%",
            100.0 * self.hateful_bands.0,
            100.0 * self.hateful_bands.1
        )?;
        writeln!(t, "\n{:<28} {:>5} {:>6}  95% interval", "functionality", "n", "right")?;
        for row in &self.functionalities {
            #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            let share = row.right as f64 / row.n.max(1) as f64;
            writeln!(t, "{:<28} {:>5} {share:>6.3}  {:.3}-{:.3}", row.name, row.n, row.interval.0, row.interval.1)?;
        }
        Ok(())
    }
}
