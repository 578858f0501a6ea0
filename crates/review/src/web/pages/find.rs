//! How a lead finds an item: by its number, the post's id or its address; or in the lists of what is open and done.

use askama::Template;

use crate::inert::line;
use crate::store::{Filter, ItemId, Lane, ListState, Listed};
use crate::web::app::App;
use crate::web::frame::Frame;
use crate::web::labels;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// Lines of a page.
const LINES: u32 = 50;

struct Row {
    id: i64,
    platform: String,
    found: String,
    band: &'static str,
    confidence: String,
    outcome: &'static str,
    decided: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct Page {
    f: Frame,
    wanted: String,
    /// What was looked for, when it was.
    found: Option<Vec<i64>>,
    /// Name, label, whether it is shown.
    lists: Vec<(&'static str, &'static str, bool)>,
    state: &'static str,
    rows: Vec<Row>,
    earlier: Option<u32>,
    later: Option<u32>,
}

/// The search, and a list. What is looked for may name an account, so that it comes as a form and stands in no address.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (user, t) = (&visit.session()?.user, visit.lang.strings());
    let wanted = visit.form.some("q").filter(|text| text.len() <= 2_000);
    let store = app.figures();
    let found = wanted.map(|wanted| store.find(user, wanted)).transpose()?;
    if let Some([one]) = found.as_deref() {
        return Ok(Reply::go(&format!("/items/{one}")));
    }
    let states = [
        ("done", t.list_done, ListState::Done),
        ("adjudicate", t.lane_adjudicate, ListState::Open(Lane::Adjudicate)),
        ("objection", t.lane_objection, ListState::Open(Lane::Objection)),
        ("rate", t.lane_rate, ListState::Open(Lane::Rate)),
    ];
    let asked = visit.query.one("state");
    let (state, _, which) = states.into_iter().find(|(name, _, _)| *name == asked).unwrap_or(states[0]);
    let offset = visit.query.one("from").parse::<u32>().unwrap_or(0).min(10_000_000);
    let mut listed = store.list(user, &Filter::default(), which, LINES + 1, offset)?;
    let more = listed.len() > LINES as usize;
    listed.truncate(LINES as usize);
    Reply::page(&Page {
        f: Frame { here: "/items".to_owned(), ..Frame::new(visit, "/items") },
        wanted: line(wanted.unwrap_or_default(), 300),
        found: found.map(|ids| ids.into_iter().map(|ItemId(id)| id).collect()),
        lists: states.iter().map(|(name, label, _)| (*name, *label, *name == state)).collect(),
        state,
        rows: listed.iter().map(|one| row(one, visit)).collect(),
        earlier: (offset > 0).then(|| offset.saturating_sub(LINES)),
        later: more.then_some(offset + LINES),
    })
}

fn row(listed: &Listed, visit: &Visit) -> Row {
    let t = visit.lang.strings();
    Row {
        id: listed.id.0,
        platform: line(listed.platform.as_deref().unwrap_or_default(), 40),
        found: labels::when(&listed.found_at),
        band: listed.band.map_or("", |band| labels::band(t, band)),
        confidence: listed.confidence.map(|score| visit.lang.decimal(f64::from(score))).unwrap_or_default(),
        outcome: listed
            .outcome
            .map_or(if listed.erased { t.erased } else { "" }, |outcome| labels::verdict(t, outcome)),
        decided: listed.decided_at.as_deref().map(labels::when).unwrap_or_default(),
    }
}
