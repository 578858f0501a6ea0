//! The first account, which leads. Only with the code that was printed when the page was started.

use askama::Template;
use axum::http::StatusCode;

use crate::ReviewError;
use crate::store::LogIn;
use crate::web::app::App;
use crate::web::cookies;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "start.html")]
struct Page {
    f: Frame,
    name: String,
    wrong: Option<&'static str>,
}

/// The form; there is none once somebody leads.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    if app.store().has_lead()? {
        return Err(Problem::NotFound);
    }
    Reply::page(&Page { f: Frame::new(visit, "/start"), name: String::new(), wrong: None })
}

/// Make the account and sign in. A password is hashed for the right code alone, so that nobody can keep the machine busy with hashes from outside.
pub(crate) fn begin(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    if app.store().has_lead()? {
        return Err(Problem::NotFound);
    }
    let t = visit.lang.strings();
    let (name, password) = (visit.form.one("name"), visit.form.raw("password"));
    let wrong = |words| {
        let page = Page { f: Frame::new(visit, "/start"), name: name.to_owned(), wrong: Some(words) };
        Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if password != visit.form.raw("again") {
        return wrong(t.password_differs);
    }
    let mut store = app.accounts();
    match store.redeem_setup_token(visit.form.one("code"), name, password) {
        Ok(Some(_)) => {}
        Ok(None) => {
            app.log.warning("a code for the first account was refused");
            return wrong(t.start_refused);
        }
        Err(ReviewError::Password(_)) => return wrong(t.password_rule),
        Err(ReviewError::UserExists | ReviewError::Field { .. }) => return wrong(t.name_rule),
        Err(error) => return Err(error.into()),
    }
    match store.log_in(name, password, &visit.peer)? {
        LogIn::In(logged_in) => Ok(Reply::go("/").cookie(cookies::session(&logged_in.token.0, &app.site))),
        _ => Ok(Reply::go("/login")),
    }
}
