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
    /// Minutes to wait.
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
    // An earlier session in this browser ends with the next one, once that has begun.
    let entered = app.accounts().log_in(name, visit.form.raw("password"), &visit.peer)?;
    match entered {
        LogIn::In(logged_in) => {
            app.store().take_over(&logged_in.session, visit.session.as_ref())?;
            let back = local(back).filter(|&back| back != "/").unwrap_or_else(|| first_page(&logged_in.session));
            Ok(Reply::go(back).cookie(cookies::session(&logged_in.token.0, &app.site)))
        }
        LogIn::Refused => {
            app.log.warning("a sign-in was refused");
            let page = Page { name: name.to_owned(), refused: true, ..Page::new(visit, back) };
            Reply::with_status(StatusCode::UNAUTHORIZED, &page)
        }
        LogIn::Wait(time) => {
            app.log.warning("sign-ins are being tried too often");
            let page = Page {
                name: name.to_owned(),
                wait: Some(time.as_secs().div_ceil(60).max(1)),
                ..Page::new(visit, back)
            };
            Reply::with_status(StatusCode::TOO_MANY_REQUESTS, &page)
        }
    }
}

/// Out: what is in hand goes back, and the cookie is worth nothing.
pub(crate) fn log_out(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let session = visit.session()?;
    app.batches.begin_anew(session.id);
    app.store().log_out(session)?;
    Ok(Reply::go("/login").cookie(cookies::session("", &app.site)))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;
    use crate::Store;
    use crate::web::lang::Lang;
    use crate::web::pairs::Pairs;
    use crate::web::site::Site;

    struct Silent;

    impl grens_server::Log for Silent {
        fn note(&self, _: &str) {}
        fn warning(&self, _: &str) {}
    }

    #[test]
    fn nobody_waits_at_the_door_for_an_export() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(&dir.path().join("queue.db")).unwrap();
        let stores = [store.another().unwrap(), store.another().unwrap(), store];
        let site = Site::local("127.0.0.1:1".parse().unwrap());
        let app = Arc::new(App::new(stores, site, None, grens_server::Limits::default(), Arc::new(Silent)));
        let _exporting = app.figures();
        let (said, heard) = mpsc::channel();
        let door = Arc::clone(&app);
        std::thread::spawn(move || {
            let visit = Visit {
                lang: Lang::Nl,
                session: None,
                csrf: String::new(),
                path: vec![],
                query: Pairs::default(),
                form: Pairs::parse(b"name=roos&password=x"),
                here: "/login".to_owned(),
                by_script: false,
                reading: false,
                peer: "local".to_owned(),
            };
            let _ = said.send(log_in(&door, &visit).is_ok());
        });
        assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(true));
    }
}
