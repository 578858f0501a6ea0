//! The report as one self-contained page (`templates/report.html`): no script, no font and nothing else from elsewhere.

use askama::Template;

use super::bars::bars;
use super::names::{in_order, spelled};
use super::svg::Chart;
use super::terminal::{estimate, number, percent};
use super::{HeadReport, Report, Share, SliceRow};
use crate::metrics::float;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    heads: Vec<HeadPage<'a>>,
    tables: Vec<Table<'a>>,
    /// Bars, as many at a time as a page of paper holds.
    functionalities: Vec<String>,
    /// Why figures have no intervals, where they have none for it.
    too_few: Option<String>,
}

/// Bars in one picture, at most.
const BARS: usize = 40;

/// One head's part of the page.
struct HeadPage<'a> {
    head: &'a HeadReport,
    /// Name and value with interval.
    figures: Vec<(String, String)>,
    /// Name, then one value a threshold.
    at_points: Vec<(String, Vec<String>)>,
    charts: Vec<(&'static str, String)>,
    brier: Option<String>,
    review: Vec<(String, String)>,
}

/// A table of slices.
struct Table<'a> {
    by: &'a str,
    has_aucs: bool,
    has_named: bool,
    has_bands: bool,
    rows: Vec<(&'a SliceRow, [String; 8])>,
}

impl Report {
    /// One HTML page.
    #[must_use]
    pub fn html(&self) -> String {
        let page = Page {
            report: self,
            heads: self.heads.iter().map(head_page).collect(),
            tables: self.tables(),
            functionalities: self.functionalities(),
            too_few: self.manifest.data.too_few_clusters(self.manifest.draws),
        };
        // Rendering into a String fails only where a Display does, and none here does.
        page.render().unwrap_or_default()
    }

    fn tables(&self) -> Vec<Table<'_>> {
        let auc = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), number);
        let cells = |row: &SliceRow| {
            let aucs = row.aucs.unwrap_or_default();
            [
                share(Some(&row.right)),
                share(row.recall.as_ref()),
                share(row.false_alarms.as_ref()),
                share(row.band_as_expected.as_ref()),
                share(row.named.as_ref()),
                auc(aucs.subgroup),
                auc(aucs.bpsn),
                auc(aucs.bnsp),
            ]
        };
        let table = |s: &'_ super::Slice| -> [bool; 3] {
            let any = |has: &dyn Fn(&SliceRow) -> bool| s.rows.iter().any(has);
            [any(&|r| r.aucs.is_some()), any(&|r| r.named.is_some()), any(&|r| r.band_as_expected.is_some())]
        };
        let tables = self.slices.iter().map(|s| {
            let [has_aucs, has_named, has_bands] = table(s);
            Table { by: &s.by, has_aucs, has_named, has_bands, rows: s.rows.iter().map(|r| (r, cells(r))).collect() }
        });
        tables.collect()
    }

    fn functionalities(&self) -> Vec<String> {
        let slice = self.slices.iter().find(|s| s.by == "functionality");
        let row = |r: &SliceRow| {
            let Share { hits, n, share, interval } = r.right;
            (r.name.clone(), share, interval.0, interval.1, format!("{hits} of {n}"))
        };
        let rows: Vec<_> = slice.into_iter().flat_map(|s| &s.rows).map(row).collect();
        // Pictures of about the same height: a last one of two rows looks lost.
        let pictures = rows.len().div_ceil(BARS).max(1);
        let name = "share of texts that came out as labelled, by functionality";
        rows.chunks(rows.len().div_ceil(pictures).max(1)).map(|part| bars(part, name)).collect()
    }
}

fn head_page(head: &HeadReport) -> HeadPage<'_> {
    let names = head.points.first().into_iter().flat_map(|p| in_order(&p.figures));
    let at_points = names.map(|(name, _)| {
        let values = head.points.iter().map(|p| kept(&estimate(p.figures.get(name)))).collect();
        (spelled(name), values)
    });
    let per_cent = |v: f64| format!("{:.0}%", 100.0 * v);
    HeadPage {
        head,
        figures: in_order(&head.figures).into_iter().map(|(name, e)| (spelled(name), kept(&estimate(Some(e))))).collect(),
        at_points: at_points.collect(),
        charts: charts(head),
        brier: head.brier.map(|b| {
            let [score, reliability, resolution, uncertainty, within] =
                [b.score, b.reliability, b.resolution, b.uncertainty, b.within].map(|v| format!("{v:.4}"));
            format!("{score} = reliability {reliability} - resolution {resolution} + uncertainty {uncertainty} + within bins {within}")
        }),
        review: head
            .review
            .iter()
            .map(|(share, caught)| (per_cent(*share), caught.map_or_else(|| "-".to_owned(), per_cent)))
            .collect(),
    }
}

/// A figure whose interval stays on one line where the cell has to break.
fn kept(figure: &str) -> String {
    figure.replace(", ", ",\u{a0}")
}

fn share(share: Option<&Share>) -> String {
    kept(&percent(share))
}

/// Pictures with what stands below each of them, which also names it for people who cannot see it.
fn charts(head: &HeadReport) -> Vec<(&'static str, String)> {
    let mut all = vec![precision_recall(head)];
    if !head.reliability.is_empty() {
        all.push(reliability(head));
    }
    if !head.risk_coverage.is_empty() {
        all.push(risk_coverage(head));
    }
    all
}

fn precision_recall(head: &HeadReport) -> (&'static str, String) {
    let caption = "Precision against recall, with the operating points. Dashed: chance.";
    let mut chart = Chart::new("recall", "precision", 1.0);
    chart.line([(0.0, head.prevalence), (1.0, head.prevalence)], "aid");
    chart.line(head.pr_curve.iter().copied(), "line");
    for (n, point) in head.points.iter().enumerate() {
        chart.mark(point.counts.recall(), point.counts.precision(), n, &format!("{} {}", point.name, point.threshold));
    }
    (caption, chart.finish(caption))
}

fn reliability(head: &HeadReport) -> (&'static str, String) {
    let caption =
        "Reliability: share of hateful texts against the probability said, in 15 bins of equal mass. Dashed: perfect.";
    let mut chart = Chart::new("probability said", "share hateful", 1.0);
    chart.line([(0.0, 0.0), (1.0, 1.0)], "aid");
    chart.line(head.reliability.iter().map(|b| (b.said, b.was)), "line");
    for bin in &head.reliability {
        chart.dot(bin.said, bin.was, &format!("said {:.2}, was {:.2}, {:.0} texts", bin.said, bin.was, bin.n));
    }
    (caption, chart.finish(caption))
}

fn risk_coverage(head: &HeadReport) -> (&'static str, String) {
    let caption = "Risk and coverage: share of errors among the texts that the first threshold decides, most certain first; the rest goes to review.";
    let most = head.risk_coverage.iter().fold(0.0_f64, |m, p| m.max(p.risk));
    // An axis that reads well in quarters.
    let top = [0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|top| *top >= most).unwrap_or(1.0);
    let mut chart = Chart::new("share decided by the threshold", "share of those wrong", top);
    chart.line(head.risk_coverage.iter().map(|p| (p.coverage, p.risk)), "line");
    (caption, chart.finish(caption))
}

/// Texts in per cent of all, for the template, which hands references.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "called by the template")]
fn of_all(n: &u64, all: &u64) -> String {
    format!("{:.1}%", 100.0 * float(*n) / float((*all).max(1)))
}
