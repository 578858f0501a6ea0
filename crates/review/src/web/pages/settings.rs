//! What a lead sets for the whole queue.

use askama::Template;
use axum::http::StatusCode;

use crate::ReviewError;
use crate::store::Settings;
use crate::web::app::App;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

struct Number {
    name: &'static str,
    label: &'static str,
    note: &'static str,
    value: String,
    least: &'static str,
    most: &'static str,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Page {
    f: Frame,
    blind: bool,
    numbers: Vec<Number>,
    wrong: bool,
}

fn view(visit: &Visit, s: &Settings, wrong: bool) -> Page {
    let t = visit.lang.strings();
    // What was filled in stays, so that only the wrong number has to be filled in again.
    let number = |name, label, note, value: String, least, most| {
        let value = visit.form.some(name).filter(|_| wrong).map_or(value, ToOwned::to_owned);
        Number { name, label, note, value, least, most }
    };
    let whole = |n: u32| n.to_string();
    let percent = format!("{:.0}", s.second_share * 100.0);
    Page {
        f: Frame { here: "/settings".to_owned(), ..Frame::new(visit, "/settings") },
        blind: if wrong { visit.form.one("blind") == "yes" } else { s.blind },
        numbers: vec![
            number("second_share", t.set_second, t.set_second_note, percent, "0", "100"),
            number("lease_minutes", t.set_lease, t.set_lease_note, whole(s.lease_minutes), "1", "1440"),
            number("batch", t.set_batch, t.set_batch_note, whole(s.batch), "0", "10000"),
            number("break_minutes", t.set_break, t.set_break_note, whole(s.break_minutes), "0", "1440"),
            number("days_unreviewed", t.set_days_unreviewed, t.set_days_note, whole(s.days_unreviewed), "1", "3650"),
            number("days_reviewed", t.set_days_reviewed, t.set_days_note, whole(s.days_reviewed), "1", "3650"),
        ],
        wrong,
    }
}

/// The settings.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&view(visit, &app.store().settings()?, false))
}

/// Other settings. A field that is no number leaves all as it was.
pub(crate) fn save(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let whole = |name: &str| visit.form.one(name).parse::<u32>().ok();
    let mut store = app.store();
    let read = || {
        Some(Settings {
            blind: visit.form.one("blind") == "yes",
            second_share: f64::from(whole("second_share").filter(|&percent| percent <= 100)?) / 100.0,
            lease_minutes: whole("lease_minutes")?,
            batch: whole("batch")?,
            break_minutes: whole("break_minutes")?,
            days_unreviewed: whole("days_unreviewed")?,
            days_reviewed: whole("days_reviewed")?,
        })
    };
    let wrong = |store: &crate::Store| {
        Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &view(visit, &store.settings()?, true))
    };
    let Some(settings) = read() else { return wrong(&store) };
    match store.set_settings(&visit.session()?.user, &settings) {
        Ok(()) => Ok(Reply::go("/settings")),
        Err(ReviewError::Field { .. }) => wrong(&store),
        Err(error) => Err(error.into()),
    }
}
