//! The pages, one a file. Each turns a [`super::visit::Visit`] into a [`super::reply::Reply`]; what it shows stands in `templates/`.

pub(super) mod account;
pub(super) mod entry;
pub(super) mod export;
pub(super) mod figures;
pub(super) mod find;
pub(super) mod item;
pub(super) mod judge;
pub(super) mod language;
pub(super) mod mine;
pub(super) mod repeats;
pub(super) mod settings;
pub(super) mod start;
pub(super) mod statistics;
pub(super) mod steps;
pub(super) mod trouble;
pub(super) mod users;
