//! What was just saved, for the ten seconds in which it can be undone.

use askama::Template;

use super::app::App;
use super::labels;
use super::problem::Problem;
use super::sheet::{Said, Sheet};
use super::strings::Strings;
use super::visit::Visit;
use super::wanted::Wanted;
use crate::Store;
use crate::store::UNDO;

/// What was just saved.
#[derive(Template)]
#[template(path = "flash.html")]
pub(crate) struct Flash {
    pub(crate) t: &'static Strings,
    pub(crate) csrf: String,
    pub(crate) entry: i64,
    pub(crate) item: i64,
    pub(crate) verdict: &'static str,
    /// For how long it can still be undone, in milliseconds: after a reload less than at first.
    pub(crate) left_ms: i64,
    /// The filter to go on with.
    pub(crate) query: String,
    /// What the program had said; not where it was hidden, as long as the verdict can be undone.
    pub(crate) said: Option<Said>,
    /// Near repeats that could be dismissed in the same go; none after a yes.
    pub(crate) repeats: u64,
    pub(crate) repeats_shown: String,
}

impl Flash {
    /// The last verdict of whoever asks, while it can be undone.
    pub(crate) fn of(app: &App, store: &Store, visit: &Visit, wanted: &Wanted) -> Result<Option<Self>, Problem> {
        let user = &visit.session()?.user;
        let Some(last) = store.recent(user, 1)?.into_iter().find(|recent| recent.can_undo) else { return Ok(None) };
        let item = store.item(user, last.item)?;
        let t = visit.lang.strings();
        let sheet = Sheet::of(&item, visit.lang, app.statute, app.policy.as_ref());
        let is_no = last.verdict == grens_law::Judgement::NotCandidate && item.lane.is_none();
        let repeats = if is_no { sheet.repeats } else { 0 };
        Ok(Some(Self {
            t,
            csrf: visit.csrf.clone(),
            entry: last.entry.0,
            item: last.item.0,
            verdict: labels::verdict(t, last.verdict),
            left_ms: left_ms(&last.at),
            query: wanted.query(),
            said: sheet.proposal,
            repeats,
            repeats_shown: sheet.repeats_shown,
        }))
    }
}

/// What is left of [`UNDO`] for a verdict of a time.
fn left_ms(at: &str) -> i64 {
    let whole = i64::try_from(UNDO.as_millis()).unwrap_or(i64::MAX);
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let since = chrono::DateTime::parse_from_rfc3339(at).map_or(0, |at| (now - at.to_utc()).num_milliseconds());
    (whole - since).clamp(0, whole)
}
