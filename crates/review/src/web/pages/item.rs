//! One item with all that became of it: looked up, corrected, reopened after an objection, explained to whoever asks.

use askama::Template;
use axum::http::StatusCode;

use crate::store::{self, Item, Language};
use crate::web::app::App;
use crate::web::choices::Shown;
use crate::web::frame::Frame;
use crate::web::lang::Lang;
use crate::web::pairs::Pairs;
use crate::web::past::{Event, events};
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::sheet::Sheet;
use crate::web::verdict::{self, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "item.html")]
struct Page {
    f: Frame,
    sheet: Sheet,
    past: Vec<Event>,
    /// Whether the person who looks may reopen it now.
    may_reopen: bool,
    may_correct: bool,
    may_explain: bool,
    no_reason: bool,
}

#[derive(Template)]
#[template(path = "explain.html")]
struct ExplainPage {
    f: Frame,
    id: i64,
    text: String,
}

#[derive(Template)]
#[template(path = "correct.html")]
struct CorrectPage {
    f: Frame,
    sheet: Sheet,
    form: Shown,
}

/// The item.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let item = app.store().item(&visit.session()?.user, visit.item()?)?;
    Reply::page(&view(app, visit, &item, false)?)
}

fn view(app: &App, visit: &Visit, item: &Item, no_reason: bool) -> Result<Page, Problem> {
    let user = &visit.session()?.user;
    let is_done = item.lane.is_none() && item.text.is_some();
    Ok(Page {
        f: Frame { here: format!("/items/{}", item.id), ..Frame::new(visit, "/items") },
        sheet: Sheet::of(item, visit.lang, app.statute, app.policy.as_ref()),
        past: events(item, visit.lang, app.statute),
        may_reopen: user.role.leads() && is_done,
        may_correct: item.may_correct,
        may_explain: item.may_explain,
        no_reason,
    })
}

/// Reopen it: somebody who has not judged it judges it anew.
pub(crate) fn reopen(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (user, id) = (&visit.session()?.user, visit.item()?);
    // What is written down for good is in Dutch, whatever language the page was read in.
    let t = Lang::Nl.strings();
    let mut store = app.store();
    let kind = match visit.form.one("objection") {
        "wrongly_marked" => t.objection_wrongly_marked,
        "wrongly_not" => t.objection_wrongly_not,
        _ => "",
    };
    let Some(reason) = visit.form.some("reason") else {
        let page = view(app, visit, &store.item(user, id)?, true)?;
        return Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let reason = if kind.is_empty() { reason.to_owned() } else { format!("{kind}: {reason}") };
    store.reopen(user, id, &reason)?;
    Ok(Reply::go(&format!("/items/{id}")))
}

/// What was found, why and by what, for a citizen.
pub(crate) fn explain(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let id = visit.item()?;
    let language = if visit.lang == Lang::Nl { Language::Dutch } else { Language::English };
    let text = app.store().explain(&visit.session()?.user, id, language)?;
    Reply::page(&ExplainPage { f: Frame::new(visit, "/items"), id: id.0, text })
}

/// The form for another verdict in place of the one that stands.
pub(crate) fn correct_page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let user = &visit.session()?.user;
    let item = app.store().item(user, visit.item()?)?;
    // What is to be corrected: the person's own word, else the last one.
    let stands = |event: &&store::Event| event.verdict.is_some() && !event.undone;
    let own = item.history.iter().rev().filter(stands).find(|event| event.by == user.pseudonym);
    let corrected = own.or_else(|| item.history.iter().rev().find(stands));
    let filled = corrected.and_then(|event| event.verdict.as_ref()).map(verdict::filled).unwrap_or_default();
    Reply::page(&correcting(app, visit, &item, filled, vec![]))
}

/// Another verdict: a new entry, the earlier one stays where it is.
pub(crate) fn correct(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (user, id, t) = (&visit.session()?.user, visit.item()?, visit.lang.strings());
    let mut store = app.store();
    let item = store.item(user, id)?;
    let text = item.text.as_deref().ok_or(Problem::Erased)?;
    let saved = match verdict::read(&visit.form, text, app.statute, t) {
        Err(wrong) => Err(wrong),
        Ok(form) => match store.correct(user, id, &form, app.statute) {
            Ok(_) => Ok(()),
            Err(error) => Err(vec![verdict::at_field(&error, t).ok_or_else(|| Problem::from(error))?]),
        },
    };
    match saved {
        Ok(()) => Ok(Reply::go(&format!("/items/{id}"))),
        Err(wrong) => {
            let page = correcting(app, visit, &item, visit.form.clone(), wrong);
            Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn correcting(app: &App, visit: &Visit, item: &Item, filled: Pairs, wrong: Vec<Wrong>) -> CorrectPage {
    CorrectPage {
        f: Frame { here: format!("/items/{}/correct", item.id), ..Frame::new(visit, "/items") },
        sheet: Sheet::of(item, visit.lang, app.statute, app.policy.as_ref()),
        form: Shown::new(format!("/items/{}/correct", item.id), visit.lang, app.statute, filled, wrong),
    }
}
