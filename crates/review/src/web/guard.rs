//! What every request passes before a page sees it.
//!
//! 1. `outer`, whatever is asked for: the host must be ours, the time is limited, and every answer gets its headers.
//! 2. `answer`, for a page of the table: a form must come from a page of ours (`Origin`) and be short; the session follows from the cookie; the role must be one
//!    of the route's; the form must carry the token of the session, or before signing in that of the visit. Then the page runs, on a thread that may block.

use axum::body::to_bytes;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use grens_server::Peer;
use subtle::ConstantTimeEq as _;

use super::access::Who;
use super::app::{App, Shared};
use super::cookies;
use super::lang::Lang;
use super::pages::trouble;
use super::pairs::Pairs;
use super::problem::Problem;
use super::reply::seal;
use super::routes::{Method, Route};
use super::visit::Visit;

/// The header by which our own script asks for a piece of a page. No other site's page can set it without asking first, which we do not allow.
const BY_SCRIPT: &str = "x-grens";

/// Every request, and every answer.
pub(crate) async fn outer(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let asked = app.site.is_asked(request.headers(), request.uri());
    let visit = stranger(&app, &request);
    let answered = if asked {
        tokio::time::timeout(app.limits.request_time, next.run(request)).await.map_err(|_| Problem::Unfinished)
    } else {
        Err(Problem::Host)
    };
    let mut response = answered.unwrap_or_else(|problem| refuse(&app, &visit, &problem));
    seal(response.headers_mut());
    response
}

/// A page of the table.
pub(crate) async fn answer(
    app: Shared,
    route: &'static Route,
    values: RawPathParams,
    mut request: Request,
) -> Response {
    let mut visit = stranger(&app, &request);
    visit.path = values.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if route.method == Method::Post {
        match form(&app, &mut request).await {
            Ok(form) => visit.form = form,
            Err(problem) => return refuse(&app, &visit, &problem),
        }
    }
    let cookies = [cookies::SESSION, cookies::VISIT]
        .map(|which| cookies::value(request.headers(), &app.site.cookie(which)).to_owned());
    let worker = Shared::clone(&app);
    let ran = tokio::task::spawn_blocking(move || {
        let reply = admit(&worker, route, &cookies, &mut visit).and_then(|fresh| {
            let reply = (route.run)(&worker, &visit)?;
            Ok(match fresh {
                Some(cookie) if !reply.is_kept() => reply.cookie(cookie),
                _ => reply,
            })
        });
        reply.map_or_else(|problem| refuse(&worker, &visit, &problem), axum::response::IntoResponse::into_response)
    });
    ran.await.unwrap_or_else(|_| {
        app.log.warning("a page broke off");
        Problem::Failed(String::new()).status().into_response()
    })
}

/// Who it is, whether the role may, and whether the form is one of ours. Returns a cookie to set for somebody who has none.
fn admit(
    app: &App,
    route: &Route,
    [token, visiting]: &[String; 2],
    visit: &mut Visit,
) -> Result<Option<String>, Problem> {
    visit.session = if is_token(token) { app.store().session(token)? } else { None };
    let before = is_token(visiting).then(|| cookies::stranger_csrf(visiting));
    let mut fresh = None;
    visit.csrf = match (&visit.session, &before) {
        (Some(session), _) => session.csrf.0.clone(),
        (None, Some(csrf)) => csrf.clone(),
        (None, None) => {
            let made = cookies::stranger();
            let csrf = cookies::stranger_csrf(&made);
            fresh = Some(cookies::visit(&made, &app.site));
            csrf
        }
    };
    if !route.who.lets(visit.session.as_ref().map(|session| session.user.role)) {
        return Err(if visit.session.is_some() { Problem::Forbidden } else { Problem::SignIn });
    }
    let carried = visit.form.raw("csrf").as_bytes();
    let is = |csrf: &str| bool::from(carried.ct_eq(csrf.as_bytes()));
    // Whoever came by a link of another site was shown the page of a stranger, and sends its form as somebody who is signed in.
    let of_visit = route.who == Who::Anybody && before.as_deref().is_some_and(is);
    if route.method == Method::Post && !is(&visit.csrf) && !of_visit {
        return Err(Problem::Forged);
    }
    Ok(fresh)
}

/// Whether it looks like a token: the store need not be asked for anything else.
fn is_token(cookie: &str) -> bool {
    cookie.len() == 64 && cookie.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A form from a page of ours.
async fn form(app: &App, request: &mut Request) -> Result<Pairs, Problem> {
    if !app.site.sent_it(request.headers()) {
        return Err(Problem::Forged);
    }
    if !is_form(request.headers()) {
        return Err(Problem::BadField);
    }
    let body = std::mem::take(request.body_mut());
    let read = tokio::time::timeout(app.limits.body_time, to_bytes(body, app.limits.body_bytes));
    match read.await {
        Ok(Ok(bytes)) => Ok(Pairs::parse(&bytes)),
        // Too long, or broken off: then nobody reads the answer.
        Ok(Err(_)) => Err(Problem::TooLong),
        Err(_) => Err(Problem::Slow),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A request of which nothing is known yet but what its head says.
fn stranger(app: &App, request: &Request) -> Visit {
    let headers = request.headers();
    let query = request.uri().query().unwrap_or_default();
    Visit {
        lang: Lang::of(cookies::value(headers, &app.site.cookie(cookies::LANG))),
        session: None,
        csrf: String::new(),
        path: vec![],
        query: Pairs::parse(query.as_bytes()),
        form: Pairs::default(),
        here: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        by_script: headers.contains_key(BY_SCRIPT),
        reading: request.method().is_safe(),
        peer: app.site.peer(headers, request.extensions().get::<Peer>().map(|peer| peer.0.ip())),
    }
}

fn refuse(app: &App, visit: &Visit, problem: &Problem) -> Response {
    if let Some(what) = problem.for_the_log() {
        app.log.warning(what);
    }
    trouble::reply(visit, problem)
}

pub(crate) async fn not_found(State(app): State<Shared>, request: Request) -> Response {
    refuse(&app, &stranger(&app, &request), &Problem::NotFound)
}

pub(crate) async fn other_method(State(app): State<Shared>, request: Request) -> Response {
    refuse(&app, &stranger(&app, &request), &Problem::Method)
}
