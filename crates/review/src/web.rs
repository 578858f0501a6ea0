//! The review page: moderators judge one item after another, in a browser, by keyboard if they like.
//!
//! A tour. `serve` takes an address, on this machine unless a proxy is named. `routes` is the table of all pages with who may open them; every request passes
//! `guard` (host, origin, session, role, the form's token) before a page of `pages` sees it as a `visit` and makes a `reply` of it. `sheet` turns an item into
//! what is looked at, `segments` its text into marked words; `choices` is what the form offers and `verdict` what was filled in, both by the statute table. All
//! words of the page stand in `strings`, Dutch beside English.
//!
//! A page is plain HTML with forms and works so; the scripts in `assets/` add keys, marking of words and the next item without a wait. No answer holds a script or
//! a style of its own, and nothing is asked from outside. What a post says is never logged.

mod access;
mod app;
mod assets;
mod batches;
mod chart;
mod choices;
mod cookies;
mod flash;
mod frame;
mod guard;
mod labels;
mod lang;
mod offer;
mod pages;
mod pairs;
mod past;
mod problem;
mod reasons;
mod reply;
mod routes;
mod segments;
mod serve;
mod sheet;
mod site;
mod slurs;
mod strings;
mod verdict;
mod visit;
mod wanted;

pub use access::Who;
pub use routes::{Method, ROUTES, Route};
pub use serve::{Listening, Options, WebError};
