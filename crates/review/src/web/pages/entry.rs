//! In and out.

use askama::Template;
use axum::http::StatusCode;

use crate::store::{LogIn, Role, Session};
use crate::web::app::App;
use crate::web::cookies;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::reply::{Reply, local};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    f: Frame,
    name: String,
    back: String,
    refused: bool,
    /// Seconds to wait.
    wait: Option<u64>,
}

impl Page {
    fn new(visit: &Visit, back: &str) -> Self {
        let back = local(back).unwrap_or("/").to_owned();
        Self { f: Frame::new(visit, "/login"), name: String::new(), back, refused: false, wait: None }
    }
}

/// The form.
pub(crate) fn page(_: &App, visit: &Visit) -> Result<Reply, Problem> {
    if visit.session.is_some() {
        return Ok(Reply::go("/"));
    }
    Reply::page(&Page::new(visit, visit.query.one("back")))
}

/// Name and password. A new session gets a new cookie, so that none that was planted before is good for anything.
pub(crate) fn log_in(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (name, back) = (visit.form.one("name"), visit.form.one("back"));
    match app.figures().log_in(name, visit.form.raw("password"), &visit.peer)? {
        LogIn::In(logged_in) => {
            let back = local(back).filter(|&back| back != "/").unwrap_or_else(|| first_page(&logged_in.session));
            Ok(Reply::go(back).cookie(cookies::session(&logged_in.token.0, app.site.tls)))
        }
        LogIn::Refused => {
            app.log.warning("a sign-in was refused");
            let page = Page { name: name.to_owned(), refused: true, ..Page::new(visit, back) };
            Reply::with_status(StatusCode::UNAUTHORIZED, &page)
        }
        LogIn::Wait(time) => {
            app.log.warning("sign-ins are being tried too often");
            let page = Page { name: name.to_owned(), wait: Some(time.as_secs().max(1)), ..Page::new(visit, back) };
            Reply::with_status(StatusCode::TOO_MANY_REQUESTS, &page)
        }
    }
}

/// Out: what is in hand goes back, and the cookie is worth nothing.
pub(crate) fn log_out(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let session = visit.session()?;
    app.batches.begin_anew(session.id);
    app.store().log_out(session)?;
    Ok(Reply::go("/login").cookie(cookies::session(&cookies::stranger(), app.site.tls)))
}

/// Where somebody begins.
pub(crate) fn home(_: &App, visit: &Visit) -> Result<Reply, Problem> {
    Ok(Reply::go(first_page(visit.session()?)))
}

const fn first_page(session: &Session) -> &'static str {
    match session.user.role {
        Role::Researcher => "/statistics",
        Role::Moderator | Role::Lead => "/judge",
    }
}
