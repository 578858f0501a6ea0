//! A comparison for a terminal and as Markdown.

use std::fmt::{self, Write as _};

use super::Comparison;
use crate::report::terminal::{estimate, short, written};

/// What the reader of a p-value has to know.
const MCNEMAR: &str =
    "McNemar counts each text by itself: where texts share a cluster its p is too small; the bootstrap's is not";

impl Comparison {
    /// For a terminal: systems, pairs, functionalities that differ beyond chance.
    #[must_use]
    pub fn table(&self) -> String {
        written(|t| self.write(t))
    }

    fn write(&self, t: &mut String) -> fmt::Result {
        let d = &self.data;
        writeln!(
            t,
            "{} ({}), {}: {} texts, {} hateful, {} clusters{}",
            d.set,
            d.file,
            self.head,
            self.n,
            self.hateful,
            d.clusters,
            d.left_out()
        )?;
        writeln!(t, "licence {}; cite: {}", d.licence, d.citation)?;
        for system in &self.systems {
            writeln!(t, "{}", system.system.terms())?;
        }
        writeln!(t)?;
        let width = self.systems.iter().map(|s| s.name.chars().count()).max().unwrap_or(0).max(6);
        let columns =
            [("macro-F1", "macro_f1"), ("ROC-AUC", "roc_auc"), ("PR-AUC", "average_precision"), ("recall", "recall")];
        write!(t, "{:<width$} {:>9}", "system", "threshold")?;
        columns.iter().try_for_each(|(name, _)| write!(t, "  {name:<22}"))?;
        writeln!(t, "  false alarms/10k")?;
        for s in &self.systems {
            write!(t, "{:<width$} {:>9}", s.name, s.threshold)?;
            columns.iter().try_for_each(|(_, key)| write!(t, "  {:<22}", estimate(s.figures.get(*key))))?;
            writeln!(t, "  {}", estimate(s.figures.get("false_alarms_per_10k")))?;
        }
        for pair in &self.pairs {
            let a = &pair.all;
            writeln!(t, "\n{} against {}", pair.a, pair.b)?;
            writeln!(
                t,
                "  only the first right {}, only the second {}: McNemar p {} (Holm {})",
                a.only_a,
                a.only_b,
                p(Some(a.p)),
                p(Some(a.p_holm))
            )?;
            for (name, difference) in &pair.differences {
                let (one, all) = (p(difference.p), p(difference.p_holm));
                writeln!(t, "  {name:<18} difference {} p {one} (Holm {all})", estimate(Some(&difference.estimate)))?;
            }
            let beyond_chance = pair.functionalities.iter().filter(|f| f.1.p_holm < 0.05);
            for (name, f) in beyond_chance {
                writeln!(
                    t,
                    "  {name:<28} {:>3} : {:<3} of {} texts, Holm {}",
                    f.only_a,
                    f.only_b,
                    f.n,
                    p(Some(f.p_holm))
                )?;
            }
        }
        writeln!(t, "\n{} texts are judged differently", self.disagreements.len())?;
        match self.data.too_few_clusters(self.draws) {
            Some(why) => writeln!(t, "{why}")?,
            None => writeln!(
                t,
                "intervals: 95%, {} paired bootstrap draws over clusters, seed {}",
                self.draws.n, self.draws.seed
            )?,
        }
        writeln!(t, "{MCNEMAR}")
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        written(|t| self.write_markdown(t))
    }

    fn write_markdown(&self, t: &mut String) -> fmt::Result {
        writeln!(t, "|system|hash|threshold|macro-F1|precision|recall|false alarms per 10,000|ROC-AUC|PR-AUC|")?;
        writeln!(t, "|---|---|---:|---:|---:|---:|---:|---:|---:|")?;
        for s in &self.systems {
            let cell = |name: &str| estimate(s.figures.get(name));
            let name = s.name.replace('|', "\\|");
            write!(
                t,
                "|{name}|`{}`|{}|{}|{}|{}|",
                short(&s.system.hash),
                s.threshold,
                cell("macro_f1"),
                cell("precision"),
                cell("recall")
            )?;
            writeln!(t, "{}|{}|{}|", cell("false_alarms_per_10k"), cell("roc_auc"), cell("average_precision"))?;
        }
        writeln!(
            t,
            "\n|first|second|only first right|only second right|McNemar p (Holm)|macro-F1 difference (Holm p)|ROC-AUC difference (Holm p)|"
        )?;
        writeln!(t, "|---|---|---:|---:|---:|---:|---:|")?;
        for pair in &self.pairs {
            let difference = |name: &str| {
                pair.differences
                    .get(name)
                    .map_or_else(String::new, |d| format!("{} ({})", estimate(Some(&d.estimate)), p(d.p_holm)))
            };
            let all = &pair.all;
            writeln!(
                t,
                "|{}|{}|{}|{}|{} ({})|{}|{}|",
                pair.a,
                pair.b,
                all.only_a,
                all.only_b,
                p(Some(all.p)),
                p(Some(all.p_holm)),
                difference("macro_f1"),
                difference("roc_auc")
            )?;
        }
        let d = &self.data;
        writeln!(
            t,
            "\nData: {} ({}), {}, {} texts ({} hateful), SHA-256 `{}`. Licence: {}. Cite: {}. Intervals: 95%, {} paired bootstrap draws over {} clusters, seed {}; grens {}.",
            d.set,
            d.file,
            self.head,
            self.n,
            self.hateful,
            d.sha256,
            d.licence,
            d.citation,
            self.draws.n,
            d.clusters,
            self.draws.seed,
            self.grens
        )?;
        if let Some(why) = d.too_few_clusters(self.draws) {
            writeln!(t, "\n{why}.")?;
        }
        writeln!(t, "\n{MCNEMAR}.")?;
        self.systems.iter().try_for_each(|s| writeln!(t, "\n{}.", s.system.terms()))
    }
}

/// A p-value; `-` for what was not tested.
fn p(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}
