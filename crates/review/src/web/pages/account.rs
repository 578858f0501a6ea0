//! Somebody's own account: another password.

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
#[template(path = "account.html")]
struct Page {
    f: Frame,
    pseudonym: String,
    wrong: Option<&'static str>,
}

/// The form.
pub(crate) fn page(_: &App, visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&Page {
        f: Frame::new(visit, "/account"),
        pseudonym: visit.session()?.user.pseudonym.clone(),
        wrong: None,
    })
}

/// A new password, for whoever knows the old one. All other sessions of the account end, and this one begins anew.
pub(crate) fn set_password(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (t, user) = (visit.lang.strings(), &visit.session()?.user);
    let wrong = |words| {
        let page = Page { f: Frame::new(visit, "/account"), pseudonym: user.pseudonym.clone(), wrong: Some(words) };
        Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let new = visit.form.raw("password");
    if new != visit.form.raw("again") {
        return wrong(t.password_differs);
    }
    let mut store = app.accounts();
    // The same limit on guesses as at the door.
    let LogIn::In(_) = store.log_in(&user.name, visit.form.raw("old"), &visit.peer)? else {
        return wrong(t.password_old_wrong);
    };
    match store.set_password(user.id, new) {
        Ok(()) => {}
        Err(ReviewError::Password(_)) => return wrong(t.password_rule),
        Err(error) => return Err(error.into()),
    }
    match store.log_in(&user.name, new, &visit.peer)? {
        LogIn::In(logged_in) => Ok(Reply::go("/").cookie(cookies::session(&logged_in.token.0, &app.site))),
        _ => Ok(Reply::go("/login")),
    }
}
