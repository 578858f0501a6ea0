//! Near repeats of an item that was judged as no candidate: dismissed in one go, for one reason.

use askama::Template;
use axum::http::StatusCode;
use grens_law::Judgement;

use crate::store::{Form, Item};
use crate::web::app::App;
use crate::web::choices::{Choice, Shown};
use crate::web::frame::Frame;
use crate::web::pairs::Pairs;
use crate::web::problem::Problem;
use crate::web::reasons;
use crate::web::reply::Reply;
use crate::web::sheet::Sheet;
use crate::web::visit::Visit;

/// Repeats on the page; dismissing takes them all.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "repeats.html")]
struct Page {
    f: Frame,
    sheet: Sheet,
    repeats: Vec<Sheet>,
    reasons: Vec<Choice>,
    written: String,
    no_reason: bool,
}

/// The repeats, to look over.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let item = app.store().item(&visit.session()?.user, visit.item()?)?;
    Reply::page(&view(app, visit, &item, false)?)
}

fn view(app: &App, visit: &Visit, item: &Item, no_reason: bool) -> Result<Page, Problem> {
    let user = &visit.session()?.user;
    let sheet = |item: &Item| Sheet::of(item, visit.lang, app.statute, app.policy.as_ref());
    let repeats = app.figures().repeats(user, item.id, SHOWN)?;
    let form = Shown::new(String::new(), visit.lang, app.statute, Pairs::default(), vec![]);
    Ok(Page {
        f: Frame { here: format!("/items/{}/repeats", item.id), ..Frame::new(visit, "/items") },
        sheet: sheet(item),
        repeats: repeats.iter().filter(|repeat| repeat.lane.is_some()).map(sheet).collect(),
        reasons: form.no_reasons,
        written: visit.form.one("reason").to_owned(),
        no_reason,
    })
}

/// None of them is a candidate. The page for judging shows what can be undone.
pub(crate) fn dismiss(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (session, id) = (visit.session()?, visit.item()?);
    let mut store = app.store();
    let Some(reason) = reasons::join(&visit.form) else {
        let item = store.item(&session.user, id)?;
        drop(store);
        return Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &view(app, visit, &item, true)?);
    };
    let form = Form { reason: Some(reason), ..Form::new(Judgement::NotCandidate) };
    store.dismiss_repeats(&session.user, &session.hand, id, &form, app.statute)?;
    Ok(Reply::go("/judge"))
}
