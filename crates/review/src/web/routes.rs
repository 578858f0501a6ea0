//! The table of all pages. There is no other way to add one, so none is without a rule on who may open it.

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, on};

use super::access::Who;
use super::app::{App, Shared};
use super::assets;
use super::guard;
use super::pages::{
    account, entry, export, figures, find, item, judge, language, mine, repeats, settings, start, statistics, steps,
    users,
};
use super::problem::Problem;
use super::reply::Reply;
use super::visit::Visit;

/// What answers: on a thread that may block, after everything was checked.
pub(crate) type Run = fn(&App, &Visit) -> Result<Reply, Problem>;

/// How a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reading. Changes nothing but what is in hand.
    Get,
    /// A form of ours, with its token.
    Post,
}

/// A page: how it is asked for, where it is, and who may.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// How.
    pub method: Method,
    /// Where, with `{...}` for what varies.
    pub path: &'static str,
    /// Who.
    pub who: Who,
    pub(crate) run: Run,
}

const fn get(path: &'static str, who: Who, run: Run) -> Route {
    Route { method: Method::Get, path, who, run }
}

const fn post(path: &'static str, who: Who, run: Run) -> Route {
    Route { method: Method::Post, path, who, run }
}

/// All pages.
pub static ROUTES: [Route; 41] = [
    get("/assets/{version}/{file}", Who::Anybody, assets::file),
    get("/login", Who::Anybody, entry::page),
    post("/login", Who::Anybody, entry::log_in),
    get("/start", Who::Anybody, start::page),
    post("/start", Who::Anybody, start::begin),
    post("/language", Who::Anybody, language::switch),
    get("/", Who::SIGNED_IN, entry::home),
    post("/logout", Who::SIGNED_IN, entry::log_out),
    get("/account", Who::SIGNED_IN, account::page),
    post("/account", Who::SIGNED_IN, account::set_password),
    get("/judge", Who::JUDGES, judge::page),
    get("/judge/ahead", Who::JUDGES, judge::ahead),
    post("/judge/filter", Who::JUDGES, steps::filter),
    post("/judge/undo", Who::JUDGES, steps::undo),
    post("/judge/renew", Who::JUDGES, steps::renew),
    post("/judge/continue", Who::JUDGES, steps::go_on),
    post("/judge/{item}", Who::JUDGES, judge::save),
    post("/judge/{item}/skip", Who::JUDGES, steps::skip),
    get("/mine", Who::JUDGES, mine::page),
    get("/items", Who::LEADS, find::page),
    post("/items", Who::LEADS, find::page),
    get("/items/{item}", Who::JUDGES, item::page),
    get("/items/{item}/explain", Who::JUDGES, item::explain),
    get("/items/{item}/correct", Who::JUDGES, item::correct_page),
    post("/items/{item}/correct", Who::JUDGES, item::correct),
    post("/items/{item}/reopen", Who::LEADS, item::reopen),
    get("/items/{item}/repeats", Who::JUDGES, repeats::page),
    post("/items/{item}/repeats", Who::JUDGES, repeats::dismiss),
    get("/dashboard", Who::LEADS, figures::page),
    get("/statistics", Who::SIGNED_IN, statistics::page),
    get("/statistics.csv", Who::SIGNED_IN, statistics::csv),
    get("/export", Who::DATA, export::page),
    get("/export.jsonl", Who::DATA, export::file),
    get("/labels.jsonl", Who::LEADS, export::labels),
    get("/users", Who::LEADS, users::page),
    post("/users", Who::LEADS, users::add),
    post("/users/{user}/active", Who::LEADS, users::set_active),
    post("/users/{user}/password", Who::LEADS, users::set_password),
    get("/settings", Who::LEADS, settings::page),
    post("/settings", Who::LEADS, settings::save),
    post("/users/{user}/role", Who::LEADS, users::set_role),
];

/// Routes out of the table.
pub(crate) fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for route in &ROUTES {
        let answer = move |State(app): State<Shared>, values: RawPathParams, request: Request| {
            guard::answer(app, route, values, request)
        };
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        router = router.route(route.path, on(filter, answer));
    }
    router
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::other_method)
        .layer(axum::middleware::from_fn_with_state(Shared::clone(&app), guard::outer))
        .with_state(app)
}
