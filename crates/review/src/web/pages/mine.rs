//! One's own last verdicts: the way back to an item after the ten seconds in which its verdict could be undone.

use askama::Template;

use crate::web::app::App;
use crate::web::frame::Frame;
use crate::web::labels;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// Verdicts on the page, the newest.
const LINES: usize = 50;

struct Row {
    item: i64,
    verdict: &'static str,
    at: String,
}

#[derive(Template)]
#[template(path = "mine.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
}

/// The list. Nobody else has it.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let recent = app.store().recent(&visit.session()?.user, LINES)?;
    let t = visit.lang.strings();
    let rows = recent.into_iter().map(|one| Row {
        item: one.item.0,
        verdict: labels::verdict(t, one.verdict),
        at: labels::when(&one.at),
    });
    Reply::page(&Page { f: Frame::new(visit, "/mine"), rows: rows.collect() })
}
