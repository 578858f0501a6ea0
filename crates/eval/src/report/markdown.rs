//! The report as Markdown, with the columns of lm-evaluation-harness, so that it can stand beside its tables.

use std::fmt::{self, Write as _};

use super::names::{LOWER_IS_BETTER, in_order};
use super::terminal::{WILSON, number, percent, short, written};
use super::{Estimate, Report};
use crate::metrics::float;

impl Report {
    /// Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        written(|t| self.write_markdown(t))
    }

    fn write_markdown(&self, t: &mut String) -> fmt::Result {
        let m = &self.manifest;
        let task = m.data.set.to_lowercase().replace([' ', ','], "_");
        let system = &m.system.name;
        writeln!(
            t,
            "{system} (hash: {}), policy: {}, seed: {}, draws: {}\n",
            short(&m.system.hash),
            m.system.policy.as_deref().unwrap_or("none"),
            m.draws.seed,
            m.draws.n
        )?;
        writeln!(t, "|Tasks|Version|Filter|n-shot|Metric| |Value| |Stderr|95% interval|")?;
        writeln!(t, "|-----|------:|------|-----:|------|---|----:|---|-----:|---|")?;
        for head in &self.heads {
            let free = in_order(&head.figures).into_iter().map(|(name, e)| ("none", name, e));
            let points = head.points.iter();
            let at = points.flat_map(|p| in_order(&p.figures).into_iter().map(|(name, e)| (p.name.as_str(), name, e)));
            for (filter, name, e) in free.chain(at) {
                // It points the good way.
                let arrow = if LOWER_IS_BETTER.contains(&name) { "↓" } else { "↑" };
                let value = e.value.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
                let [error, interval] = spread(e);
                writeln!(t, "|{task}.{}|1|{filter}|0|{name}|{arrow}|{value}|±|{error}|{interval}|", head.head)?;
            }
        }
        for slice in &self.slices {
            writeln!(t, "\n|{}|n|right|recall|false alarms|", slice.by)?;
            writeln!(t, "|---|---:|---:|---:|---:|")?;
            for r in &slice.rows {
                let [right, recall, alarms] = [Some(&r.right), r.recall.as_ref(), r.false_alarms.as_ref()].map(percent);
                writeln!(t, "|{}|{}|{right}|{recall}|{alarms}|", r.name.replace('|', "\\|"), r.right.n)?;
            }
        }
        writeln!(
            t,
            "\nData: {} ({}), {} texts in {} clusters{}, SHA-256 `{}`. Licence: {}. Cite: {}.",
            m.data.set,
            m.data.file,
            self.n,
            m.data.clusters,
            m.data.left_out(),
            m.data.sha256,
            m.data.licence,
            m.data.citation
        )?;
        writeln!(t, "{}.", m.system.terms())?;
        writeln!(
            t,
            "Made by grens {}. Stderr: a quarter of the 95% bootstrap interval's width. Shares: Wilson's 95% intervals, {WILSON}.",
            m.grens
        )?;
        m.data.too_few_clusters(m.draws).map_or(Ok(()), |why| writeln!(t, "\nFigures have no interval: {why}."))
    }
}

/// Standard error (a quarter of the interval's width, near enough for a normal figure) and interval.
fn spread(e: &Estimate) -> [String; 2] {
    e.interval.map_or_else(
        || ["N/A".to_owned(), "-".to_owned()],
        |(low, high)| [format!("{:.4}", (high - low) / float(4)), format!("{}-{}", number(low), number(high))],
    )
}
