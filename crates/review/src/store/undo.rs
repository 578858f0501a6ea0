//! Taking a verdict back, for as long as nothing was built on it.

use std::time::Duration;

use grens_gateway::Moment;
use rusqlite::{Transaction, params};

use super::access::{self, Step};
use super::chain::{self, Body, Kind, New};
use super::queue::{is_elsewhere, lease, lease_ms};
use super::rows::{entries, stored};
use super::settle::settle;
use super::standing::undone;
use super::{EntryId, Hand, ItemId, Store, User, settings};
use crate::error::{Result, ReviewError};

/// How long a verdict can be taken back. What goes to the gateway leaves it out for twice as long.
pub const UNDO: Duration = Duration::from_secs(10);

pub(super) const UNDO_MS: i64 = 10_000;
/// When a verdict counts for what leaves the house: twice the time in which it can be undone, so that an undoing that waits for another writer is in time.
pub(super) const SETTLED_MS: i64 = 2 * UNDO_MS;

/// Whether an entry is so young that who made it could take it back.
pub(super) fn can_undo(entry: &Body, now: Moment) -> bool {
    Moment::parse(&entry.at).map_or(0, Moment::millis) + UNDO_MS >= now.millis()
}

/// Until when a verdict that is given now can be taken back.
pub(super) fn undo_until(now: Moment) -> i64 {
    now.millis() + UNDO_MS
}

impl Store {
    /// Undo a verdict of this person, or a bulk verdict as a whole, within [`UNDO`]. The undoing is an entry too. The item is in hand again; those of a bulk
    /// verdict, and what was corrected, are not. Returns the (first) item.
    ///
    /// # Errors
    /// [`ReviewError::TooLate`] when it cannot be undone (any more), also when somebody has judged since or has it in hand; or the store cannot be written.
    pub fn undo(&mut self, user: &User, hand: &Hand, entry: EntryId) -> Result<ItemId> {
        self.write(|db, now| {
            let user = access::judge(db, user, "undo")?;
            let mut first = None;
            for (entry, item, kind) in of_one_stroke(db, entry, &user, now)? {
                let before = entries(db, item)?;
                let taken_back = undone(&before);
                // What came after, and stands, was built on it.
                let later =
                    before.iter().any(|e| e.seq > entry && e.kind != Kind::Undo && !taken_back.contains(&e.seq));
                let later = later || has_dismissed_repeats(db, item, entry)?;
                if later || taken_back.contains(&entry) || is_elsewhere(db, hand, item, now)? {
                    return Err(ReviewError::TooLate.into());
                }
                let new = New { item: Some(item), by: Some(&user.pseudonym), of: Some(entry), ..New::default() };
                chain::append(db, now, Kind::Undo, new)?;
                settle(db, item, stored(db, ItemId(item))?.raters)?;
                if matches!(kind, Kind::Verdict | Kind::Adjudication) {
                    lease(db, &user, hand, item, now.millis() + lease_ms(&settings::read(db)?))?;
                }
                first.get_or_insert(ItemId(item));
            }
            first.ok_or_else(|| ReviewError::TooLate.into())
        })
    }
}

/// Whether near repeats were dismissed because of this verdict on their head: their dismissal is undone first.
fn has_dismissed_repeats(db: &Transaction<'_>, head: i64, entry: i64) -> Step<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM item JOIN rating ON rating.item = item.id JOIN entry ON entry.seq = rating.entry
                   WHERE item.head = ?1 AND entry.seq > ?2 AND entry.kind = 'bulk')";
    Ok(db.prepare(sql)?.query_row([head, entry], |row| row.get(0))?)
}

/// The verdicts that were given with one stroke and can be undone: entry, item and kind. Empty when there is none of this person's, or it is too old.
fn of_one_stroke(db: &Transaction<'_>, entry: EntryId, user: &User, now: Moment) -> Step<Vec<(i64, i64, Kind)>> {
    let mut query =
        db.prepare("SELECT body FROM entry WHERE by = ?1 AND at_ms >= ?2 AND item IS NOT NULL ORDER BY seq")?;
    let bodies = query.query_map(params![user.pseudonym, now.millis() - UNDO_MS], |row| row.get::<_, String>(0))?;
    let mut recent: Vec<Body> = vec![];
    for body in bodies {
        recent.push(serde_json::from_str(&body?).map_err(|_| ReviewError::Damaged { what: "an entry" })?);
    }
    // Any verdict that was given to many stands for all of them.
    let asked = recent.iter().find(|body| body.seq == entry.0);
    let first = asked.filter(|body| body.kind == Kind::Bulk).and_then(|body| body.of).unwrap_or(entry.0);
    let mut stroke = vec![];
    for body in recent {
        let belongs = body.seq == first || body.kind == Kind::Bulk && body.of == Some(first);
        let is_verdict = matches!(body.kind, Kind::Verdict | Kind::Bulk | Kind::Adjudication | Kind::Correction);
        if let (Some(item), true) = (body.item, belongs && is_verdict) {
            stroke.push((body.seq, item, body.kind));
        }
    }
    Ok(stroke)
}
