//! A request as a page gets it: who asks, in which language, with which fields. Everything in it has passed the guard.

use crate::store::{ItemId, Session};
use crate::web::lang::Lang;
use crate::web::pairs::Pairs;
use crate::web::problem::Problem;

/// A request that may be answered.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) lang: Lang,
    /// Who; nobody on the pages before signing in.
    pub(crate) session: Option<Session>,
    /// What the forms of the answer carry.
    pub(crate) csrf: String,
    /// The values of `{...}` in the path.
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Pairs,
    pub(crate) form: Pairs,
    /// The address itself, to come back to: path and query.
    pub(crate) here: String,
    /// Asked for by the page's own script, which wants a piece and not a page.
    pub(crate) by_script: bool,
    /// No form: nothing is lost when somebody signs in first.
    pub(crate) reading: bool,
    /// From where, for counting failed sign-ins.
    pub(crate) peer: String,
}

impl Visit {
    /// The session. The routes' table says which pages have one.
    pub(crate) fn session(&self) -> Result<&Session, Problem> {
        self.session.as_ref().ok_or(Problem::SignIn)
    }

    /// The item of the path.
    pub(crate) fn item(&self) -> Result<ItemId, Problem> {
        self.segment("item").and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
    }

    /// A value of the path.
    pub(crate) fn segment(&self, name: &str) -> Option<&str> {
        self.path.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
