//! The dashboard: how much is open, how old, how much is done, and whether the program and the people can be trusted.

use askama::Template;
use grens_law::Ground;

use crate::store::{Dashboard, Lane};
use crate::web::app::App;
use crate::web::chart::{Chart, HEIGHT, WIDTH};
use crate::web::frame::Frame;
use crate::web::labels;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

struct Agreement {
    on: String,
    items: String,
    observed: String,
    kappa: String,
    alpha: String,
}

struct Week {
    week: String,
    judged: String,
    confirmed: String,
    precision: String,
    interval: String,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page {
    f: Frame,
    open: Vec<(&'static str, String)>,
    in_hand: String,
    oldest: String,
    erased: String,
    charts: Vec<Chart>,
    weeks: Vec<Week>,
    agreement: Vec<Agreement>,
    drift: Vec<(String, String, String)>,
    width: f64,
    height: f64,
}

/// The dashboard.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let d = app.figures().dashboard()?;
    let (lang, t) = (visit.lang, visit.lang.strings());
    let lane = |name: &str| Lane::ALL.into_iter().find(|lane| lane.name() == name);
    let count = |n: u64| (n as f64, lang.number(n));
    let optional = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| lang.decimal(value));
    let agreement = d.agreement.iter().map(|row| Agreement {
        on: if row.on == "candidate" { t.agreement_verdict.to_owned() } else { row.on.clone() },
        items: lang.number(row.items),
        observed: optional((row.items > 0).then_some(row.observed)),
        kappa: optional(row.kappa),
        alpha: optional(row.alpha),
    });
    let weeks = d.precision.iter().map(|week| Week {
        week: week.week.clone(),
        judged: lang.number(week.judged),
        confirmed: lang.number(week.confirmed),
        precision: lang.decimal(share(week.confirmed, week.judged)),
        interval: format!("{}–{}", lang.decimal(week.interval.0), lang.decimal(week.interval.1)),
    });
    let drift = d.drift.iter().map(|week| {
        let items: u64 = week.bins.iter().sum();
        (week.week.clone(), lang.number(items), optional(week.stability))
    });
    Reply::page(&Page {
        f: Frame::new(visit, "/dashboard"),
        open: d.open.iter().map(|c| (lane(&c.name).map_or("", |l| labels::lane(t, l)), lang.number(c.items))).collect(),
        in_hand: lang.number(d.in_hand),
        oldest: d.oldest_found_at.as_deref().map_or_else(|| "–".to_owned(), labels::when),
        erased: lang.number(d.erased),
        charts: charts(app, visit, &d, count),
        weeks: weeks.collect(),
        agreement: agreement.collect(),
        drift: drift.collect(),
        width: WIDTH,
        height: HEIGHT,
    })
}

fn charts(app: &App, visit: &Visit, d: &Dashboard, count: impl Fn(u64) -> (f64, String)) -> Vec<Chart> {
    let (lang, t) = (visit.lang, visit.lang.strings());
    let bar = |label: String, n: u64| {
        let (value, words) = count(n);
        (label, value, words)
    };
    let done: Vec<_> = d.done.iter().map(|day| bar(day.day.clone(), day.verdicts)).collect();
    let precision: Vec<_> = d
        .precision
        .iter()
        .map(|week| {
            let value = share(week.confirmed, week.judged);
            (week.week.clone(), value, lang.decimal(value))
        })
        .collect();
    let bins = d.drift.last().map_or([0; 10], |week| week.bins);
    let edge = |i: usize| lang.decimal(i as f64 / 10.0);
    let newest: Vec<_> =
        bins.iter().enumerate().map(|(i, &n)| bar(format!("{}–{}", edge(i), edge(i + 1)), n)).collect();
    let ground = |name: &str| Ground::ALL.into_iter().find(|g| g.name() == name);
    let words = |name: &str| ground(name).map_or_else(|| name.to_owned(), |g| labels::ground(lang, app.statute, g));
    let grounds: Vec<_> = d.grounds.iter().map(|c| bar(words(&c.name), c.items)).collect();
    vec![
        Chart::bars("done", (t.chart_done, t.chart_done_note), [t.day, t.verdicts], &done, None),
        Chart::bars(
            "precision",
            (t.chart_precision, t.chart_precision_note),
            [t.week, t.share],
            &precision,
            Some((1.0, lang.decimal(1.0))),
        ),
        Chart::bars("scores", (t.chart_scores, t.chart_scores_note), [t.score, t.items], &newest, None),
        Chart::bars("grounds", (t.chart_grounds, t.chart_grounds_note), [t.filter_ground, t.items], &grounds, None),
    ]
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
