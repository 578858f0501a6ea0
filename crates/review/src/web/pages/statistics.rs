//! Counts by month and year, without personal data: for a yearly report (DSA, Article 22) and the uniform registration of online discrimination.

use askama::Template;
use grens_law::Ground;

use crate::inert::line;
use crate::store::{Detail, Period, StatisticsRow};
use crate::web::app::App;
use crate::web::frame::Frame;
use crate::web::labels;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::strings::Strings;
use crate::web::visit::Visit;

/// Rows on the page, the newest; the file holds all.
const ROWS: usize = 500;

#[derive(Template)]
#[template(path = "statistics.html")]
struct Page {
    f: Frame,
    by: &'static str,
    rows: Vec<[String; 6]>,
    left_out: bool,
    /// Whether small counts are hidden from the person who looks.
    protected: bool,
}

fn period(visit: &Visit) -> (Period, &'static str) {
    if visit.query.one("by") == "year" { (Period::Year, "year") } else { (Period::Month, "month") }
}

/// Exact counts are for who leads: a row of one item may be about a post that people know.
fn detail(visit: &Visit) -> Result<Detail, Problem> {
    Ok(if visit.session()?.user.role.leads() { Detail::Exact } else { Detail::Protected })
}

/// The table.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (period, by) = period(visit);
    let (lang, t) = (visit.lang, visit.lang.strings());
    let detail = detail(visit)?;
    let rows = app.figures().statistics(period, detail)?;
    let left_out = rows.len() > ROWS;
    let items =
        |row: &StatisticsRow| row.items.map_or_else(|| format!("< {}", StatisticsRow::FEW), |items| lang.number(items));
    let shown = rows.iter().rev().take(ROWS).map(|row| {
        let platform = if row.platform == "unknown" { t.unknown.to_owned() } else { line(&row.platform, 60) };
        let name = |name: &str| words(t, name).map_or_else(|| line(name, 60), ToOwned::to_owned);
        let ground = Ground::ALL.into_iter().find(|ground| ground.name() == row.ground);
        let ground = ground.map_or_else(|| name(&row.ground), |ground| labels::ground(lang, app.statute, ground));
        [row.period.clone(), name(&row.article), ground, platform, name(&row.outcome), items(row)]
    });
    Reply::page(&Page {
        f: Frame::new(visit, "/statistics"),
        by,
        rows: shown.collect(),
        left_out,
        protected: detail == Detail::Protected,
    })
}

/// The same as a file.
pub(crate) fn csv(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (period, by) = period(visit);
    let text = app.figures().statistics_csv(period, detail(visit)?)?;
    Ok(Reply::download("text/csv; charset=utf-8", &format!("grens-statistics-{by}.csv"), text.into_bytes()))
}

/// The file's own names in words.
fn words(t: &'static Strings, name: &str) -> Option<&'static str> {
    Some(match name {
        "all" => t.all,
        "none" => t.none,
        "candidate" => t.verdict_candidate,
        "not_candidate" => t.verdict_not_candidate,
        "unsure" => t.verdict_unsure,
        "outside_law" => t.verdict_outside_law,
        "open" => t.outcome_open,
        "expired" => t.outcome_expired,
        _ => return None,
    })
}
