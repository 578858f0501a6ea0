//! The page that says what is wrong.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::web::access::Who;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::reply::{Reply, local};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "trouble.html")]
struct Page {
    f: Frame,
    words: &'static str,
    /// Whether there is something to judge to go on with.
    judges: bool,
}

/// For somebody at a page: the page, or the way to sign in. For the page's own script: a line of text, so that nothing that was filled in is lost.
pub(crate) fn reply(visit: &Visit, problem: &Problem) -> Response {
    let words = problem.words(visit.lang.strings());
    if visit.by_script {
        return (problem.status(), [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response();
    }
    if matches!(problem, Problem::SignIn) && visit.reading {
        return Reply::go(&sign_in(&visit.here)).into_response();
    }
    let judges = Who::JUDGES.lets(visit.session.as_ref().map(|session| session.user.role));
    let page = Page { f: Frame::new(visit, ""), words, judges };
    Reply::with_status(problem.status(), &page)
        .map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), axum::response::IntoResponse::into_response)
}

/// Where to sign in and come back from.
fn sign_in(here: &str) -> String {
    match local(here) {
        Some(here) if here != "/" => {
            let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
            format!("/login?back={back}")
        }
        _ => "/login".to_owned(),
    }
}
