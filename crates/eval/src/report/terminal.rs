//! The report for a terminal.

use std::fmt::{self, Write as _};

use super::{Estimate, HeadReport, Report, Share, Slice};

/// Figures without a threshold, and at one, in the order in which people read them.
const FREE: [&str; 4] = ["roc_auc", "average_precision", "recall_at_precision_90", "ece"];

/// What the reader of a share's interval has to know.
pub(super) const WILSON: &str = "which count each text by itself and are too narrow where texts share a cluster";

/// What `write` writes. Writing to a String cannot fail.
pub(crate) fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    let _ = write(&mut text);
    text
}

impl Report {
    /// For a terminal, at most 120 columns wide.
    #[must_use]
    pub fn table(&self) -> String {
        written(|t| self.write(t))
    }

    fn write(&self, t: &mut String) -> fmt::Result {
        let (m, s) = (&self.manifest, &self.manifest.system);
        writeln!(t, "{} {}, policy {}", s.name, short(&s.hash), s.policy.as_deref().unwrap_or("none"))?;
        writeln!(
            t,
            "{} ({}): {} texts, {} clusters{}, licence {}",
            m.data.set,
            m.data.file,
            self.n,
            m.data.clusters,
            m.data.left_out(),
            m.data.licence
        )?;
        writeln!(t, "cite: {}", m.data.citation)?;
        writeln!(t, "{}", s.terms())?;
        for head in &self.heads {
            write_head(t, head)?;
        }
        if let Some(bands) = &self.bands {
            writeln!(t, "\n{:<12} {:>10} {:>10} {:>10}", "band", "candidate", "review", "clear")?;
            for (name, row) in [("hateful", &bands.hateful), ("harmless", &bands.harmless)] {
                let [c, r, k] = row.map(|s| 100.0 * s.share);
                writeln!(t, "{name:<12} {c:>9.2}% {r:>9.2}% {k:>9.2}%")?;
            }
            if let Some(expected) = bands.as_expected {
                writeln!(t, "band as the set's author wants: {}", percent(Some(&expected)))?;
            }
        }
        self.slices.iter().try_for_each(|slice| write_slice(t, slice))?;
        writeln!(t, "\nintervals: 95%; of shares Wilson's, {WILSON}")?;
        match m.data.too_few_clusters(m.draws) {
            Some(why) => writeln!(t, "figures have none: {why}"),
            None if m.draws.n == 0 => Ok(()),
            None => writeln!(t, "of figures by {} bootstrap draws over clusters, seed {}", m.draws.n, m.draws.seed),
        }
    }
}

fn write_head(t: &mut String, head: &HeadReport) -> fmt::Result {
    writeln!(t, "\n{}: {} texts, {} hateful (prevalence {:.3})", head.head, head.n, head.hateful, head.prevalence)?;
    for name in FREE.iter().filter(|n| head.figures.contains_key(**n)) {
        writeln!(t, "  {name:<28} {}", estimate(head.figures.get(*name)))?;
    }
    for point in &head.points {
        let c = &point.counts;
        writeln!(t, "  at {} {}: tp {} fp {} tn {} fn {}", point.name, point.threshold, c.tp, c.fp, c.tn, c.fn_)?;
        for name in ["macro_f1", "precision", "recall", "false_alarms_per_10k", "precision_at_prevalence_1%"] {
            writeln!(t, "    {name:<26} {}", estimate(point.figures.get(name)))?;
        }
    }
    Ok(())
}

fn write_slice(t: &mut String, slice: &Slice) -> fmt::Result {
    writeln!(t, "\n{:<28} {:>6}  {:<22}  {:<22}  {:<22}", slice.by, "n", "right", "recall", "false alarms")?;
    for row in &slice.rows {
        writeln!(
            t,
            "{:<28} {:>6}  {:<22}  {:<22}  {:<22}",
            row.name,
            row.right.n,
            percent(Some(&row.right)),
            percent(row.recall.as_ref()),
            percent(row.false_alarms.as_ref()),
        )?;
    }
    Ok(())
}

/// A figure with its interval, `-` where it is not defined.
pub(crate) fn estimate(estimate: Option<&Estimate>) -> String {
    match estimate.and_then(|e| Some((e.value?, e.interval))) {
        None => "-".to_owned(),
        Some((v, None)) => number(v),
        Some((v, Some((low, high)))) => format!("{} [{}, {}]", number(v), number(low), number(high)),
    }
}

/// Three decimals for shares and likelihoods, one for what is counted per 10,000.
pub(super) fn number(v: f64) -> String {
    if v.abs() >= 10.0 { format!("{v:.1}") } else { format!("{v:.3}") }
}

/// A share with its interval, in per cent.
pub(super) fn percent(share: Option<&Share>) -> String {
    share.map_or_else(
        || "-".to_owned(),
        |s| format!("{:.1}% [{:.1}, {:.1}]", 100.0 * s.share, 100.0 * s.interval.0, 100.0 * s.interval.1),
    )
}

/// The first digits of a hash.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
