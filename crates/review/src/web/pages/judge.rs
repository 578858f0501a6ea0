//! One item at a time.

use std::time::Instant;

use askama::Template;
use axum::http::StatusCode;

use crate::Store;
use crate::store::{Item, ItemId, Rating, Session};
use crate::web::app::App;
use crate::web::batches::Pause;
use crate::web::choices::Shown;
use crate::web::flash::Flash;
use crate::web::frame::Frame;
use crate::web::offer::Offer;
use crate::web::pairs::Pairs;
use crate::web::past::{Event, events};
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::sheet::Sheet;
use crate::web::verdict::{self, Wrong};
use crate::web::visit::Visit;
use crate::web::wanted::Wanted;

#[derive(Template)]
#[template(path = "judge.html")]
struct Page {
    f: Frame,
    offer: Offer,
    query: String,
    flash: Option<Flash>,
    sheet: Option<Sheet>,
    form: Shown,
    /// Both verdicts, for a lead who decides between them.
    between: Vec<Event>,
    objection: bool,
    /// Minutes that it stays in hand without a sign of life.
    lease_minutes: u32,
}

#[derive(Template)]
#[template(path = "pause.html")]
struct PausePage {
    f: Frame,
    flash: Option<Flash>,
    query: String,
    items: Option<String>,
    minutes: Option<String>,
}

/// The item in hand, or the next one.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (session, wanted) = (visit.session()?, Wanted::of(&visit.query));
    let mut store = app.store();
    let asked = visit.query.one("item").parse::<ItemId>().ok();
    // Who has just undone a verdict is given the item back, break or not.
    let pause = app.batches.pause(session.id, &store.settings()?, 0, Instant::now());
    if let (Some(pause), None) = (pause, asked) {
        return pause_page(app, &store, visit, &wanted, pause);
    }
    // What is shown is held from now on: an item whose time ran out and that nobody else has taken comes back into the hand first.
    store.renew(&session.user, &session.hand)?;
    let mut held = store.in_hand(&session.user, &session.hand)?;
    let at = asked.and_then(|asked| held.iter().position(|item| item.id == asked)).unwrap_or(0);
    let item = if held.is_empty() {
        store.take(&session.user, &session.hand, &wanted.filter, wanted.order)?
    } else {
        Some(held.swap_remove(at))
    };
    let page = judging(app, &store, visit, &wanted, item.as_ref(), Pairs::default(), vec![])?;
    Reply::page(&page)
}

/// The item after the one in hand, for a page that wants to have it ready. Nothing when there is none, or a break is due first; [`Problem::Gone`] when the one
/// on the screen is not in hand (any more), so that nobody fills in a form that cannot be saved.
pub(crate) fn ahead(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (session, wanted) = (visit.session()?, Wanted::of(&visit.query));
    let mut store = app.store();
    if app.batches.pause(session.id, &store.settings()?, 1, Instant::now()).is_some() {
        return Ok(Reply::done());
    }
    let current = visit.query.one("after").parse::<ItemId>().map_err(|_| Problem::BadField)?;
    store.renew(&session.user, &session.hand)?;
    let held = store.in_hand(&session.user, &session.hand)?;
    if !held.iter().any(|item| item.id == current) {
        return Err(Problem::Gone);
    }
    let item = match held.into_iter().find(|item| item.id != current) {
        Some(item) => Some(item),
        None => store.take(&session.user, &session.hand, &wanted.filter, wanted.order)?,
    };
    let Some(item) = item else { return Ok(Reply::done()) };
    Reply::page(&judging(app, &store, visit, &wanted, Some(&item), Pairs::default(), vec![])?)
}

/// Save a verdict. The page's own script gets what can be undone, and has the next item already; without it the browser goes on to the next page.
pub(crate) fn save(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (session, wanted, id) = (visit.session()?, Wanted::of(&visit.query), visit.item()?);
    let mut store = app.store();
    let item = store.item(&session.user, id)?;
    match judge(app, &mut store, session, visit, &item)? {
        Ok(()) => {}
        Err(wrong) => {
            let page = judging(app, &store, visit, &wanted, Some(&item), visit.form.clone(), wrong)?;
            return Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    }
    app.batches.judged(session.id, Instant::now());
    if !visit.by_script {
        return Ok(Reply::go(&wanted.address()));
    }
    match Flash::of(app, &store, visit, &wanted)? {
        Some(flash) => Reply::page(&flash),
        None => Ok(Reply::done()),
    }
}

fn judge(
    app: &App,
    store: &mut Store,
    session: &Session,
    visit: &Visit,
    item: &Item,
) -> Result<Result<(), Vec<Wrong>>, Problem> {
    let t = visit.lang.strings();
    let text = item.text.as_deref().ok_or(Problem::Erased)?;
    let form = match verdict::read(&visit.form, text, app.statute, t) {
        Ok(form) => form,
        Err(wrong) => return Ok(Err(wrong)),
    };
    match store.judge(&session.user, &session.hand, item.id, &form, app.statute) {
        Ok(_) => Ok(Ok(())),
        Err(error) => verdict::at_field(&error, t).map_or_else(|| Err(error.into()), |wrong| Ok(Err(vec![wrong]))),
    }
}

fn judging(
    app: &App,
    store: &Store,
    visit: &Visit,
    wanted: &Wanted,
    item: Option<&Item>,
    filled: Pairs,
    wrong: Vec<Wrong>,
) -> Result<Page, Problem> {
    let (session, query) = (visit.session()?, wanted.query());
    let action = item.map_or_else(String::new, |item| match query.as_str() {
        "" => format!("/judge/{}", item.id),
        query => format!("/judge/{}?{query}", item.id),
    });
    let between = item.filter(|item| item.rating == Rating::Adjudication);
    Ok(Page {
        f: Frame { here: wanted.address(), ..Frame::new(visit, "/judge") },
        offer: Offer::new(app, store, &session.user, visit.lang, wanted)?,
        flash: Flash::of(app, store, visit, wanted)?,
        sheet: item.map(|item| Sheet::of(item, visit.lang, app.statute, app.policy.as_ref())),
        form: Shown::new(action, visit.lang, app.statute, filled, wrong),
        between: between.map(|item| events(item, visit.lang, app.statute)).unwrap_or_default(),
        objection: item.is_some_and(|item| item.lane == Some(crate::store::Lane::Objection)),
        lease_minutes: store.settings()?.lease_minutes,
        query,
    })
}

fn pause_page(app: &App, store: &Store, visit: &Visit, wanted: &Wanted, pause: Pause) -> Result<Reply, Problem> {
    let number = |n: u64| Some(visit.lang.number(n));
    Reply::page(&PausePage {
        f: Frame { here: wanted.address(), ..Frame::new(visit, "/judge") },
        flash: Flash::of(app, store, visit, wanted)?,
        query: wanted.query(),
        items: if let Pause::Items(n) = pause { number(u64::from(n)) } else { None },
        minutes: if let Pause::Minutes(n) = pause { number(n) } else { None },
    })
}
