//! Small steps around an item: skip, undo, another filter, a sign of life, the end of a break.

use crate::ReviewError;
use crate::store::EntryId;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;
use crate::web::wanted::Wanted;

/// Not this one, not now. Nothing is recorded. What is not in hand any more is left behind just the same: there must be a way on from it.
pub(crate) fn skip(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let session = visit.session()?;
    match app.store().skip(&session.user, &session.hand, visit.item()?) {
        Ok(()) | Err(ReviewError::NotInHand(_)) => go_on_judging(visit),
        Err(error) => Err(error.into()),
    }
}

/// Undo a verdict of the last ten seconds. Its item is in hand again, and comes back first.
pub(crate) fn undo(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (session, wanted) = (visit.session()?, Wanted::of(&visit.query));
    let entry: EntryId = visit.form.one("entry").parse().map_err(|_| Problem::BadField)?;
    let item = app.store().undo(&session.user, &session.hand, entry)?;
    let query = wanted.query();
    let more = if query.is_empty() { String::new() } else { format!("&{query}") };
    Ok(Reply::go(&format!("/judge?item={item}{more}")))
}

/// Another filter or order: what is in hand goes back, and the address of the page says what is wanted from now on.
pub(crate) fn filter(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let session = visit.session()?;
    app.store().put_all_back(&session.user, &session.hand)?;
    Ok(Reply::go(&Wanted::of(&visit.form).address()))
}

/// A sign of life: somebody is still reading.
pub(crate) fn renew(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let session = visit.session()?;
    app.store().renew(&session.user, &session.hand)?;
    Ok(Reply::done())
}

/// The break is over, or was not wanted.
pub(crate) fn go_on(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    app.batches.begin_anew(visit.session()?.id);
    go_on_judging(visit)
}

fn go_on_judging(visit: &Visit) -> Result<Reply, Problem> {
    if visit.by_script { Ok(Reply::done()) } else { Ok(Reply::go(&Wanted::of(&visit.query).address())) }
}
