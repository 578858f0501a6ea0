//! Judging, undoing, correcting, deciding between two, reopening. Each is an entry of the chain, written in one transaction with all that follows from it, and
//! durable when the call returns.

use std::time::Duration;

use grens_gateway::Moment;
use grens_law::{Judgement, Statute};
use rusqlite::{Transaction, params};

use super::access::{self, Step};
use super::chain::{self, Body, Kind, New, Words};
use super::form::filled;
use super::history::record;
use super::queue::{is_elsewhere, lease, lease_ms, release};
use super::rows::{Stored, entries, stored};
use super::settle::settle;
use super::sight::Sight;
use super::standing::{Standing, undone};
use super::{EntryId, Form, Hand, ItemId, Lane, Store, User, codes, settings};
use crate::error::{Result, ReviewError};

/// How long a verdict can be taken back. What goes to the gateway leaves it out for twice as long.
pub const UNDO: Duration = Duration::from_secs(10);

/// A verdict that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its place in the chain.
    pub entry: EntryId,
    /// Until when it can be undone, milliseconds since 1970.
    pub undo_until_ms: i64,
    /// Where the item lies now; `None` when it is done.
    pub lane: Option<Lane>,
}

/// A verdict that was given to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// The first entry; undoing it undoes all.
    pub entry: EntryId,
    /// How many items were judged.
    pub items: u64,
    /// Near repeats that were left alone, since somebody else has them in hand.
    pub left: u64,
    /// Until when it can be undone, milliseconds since 1970.
    pub undo_until_ms: i64,
}

/// An earlier verdict of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Which item.
    pub item: ItemId,
    /// Which entry.
    pub entry: EntryId,
    /// What was decided.
    pub verdict: Judgement,
    /// When: RFC 3339, UTC.
    pub at: String,
    /// Whether it can still be undone.
    pub can_undo: bool,
}

impl Store {
    /// Judge an item in hand: as first or second rater, or, by a lead, between two. It leaves the hand.
    ///
    /// # Errors
    /// When it is not in this hand, its text is erased, the form does not say what it must, or the store cannot be written.
    pub fn judge(&mut self, user: &User, hand: &Hand, item: ItemId, form: &Form, statute: &Statute) -> Result<Judged> {
        self.write(|db, now| {
            let user = access::judge(db, user, "judge items")?;
            if !release(db, &user, hand, item)? {
                return Err(ReviewError::NotInHand(item).into());
            }
            let (stored, standing) = open(db, item)?;
            if standing.rated_by(&user.pseudonym) {
                return Err(ReviewError::NotNow { item, problem: "this person has judged it before" }.into());
            }
            let kind = match standing.lane {
                None => return Err(ReviewError::NotInHand(item).into()),
                Some(Lane::Adjudicate) => {
                    access::lead(db, &user, "decide between two")?;
                    Kind::Adjudication
                }
                Some(Lane::Rate | Lane::Objection) => Kind::Verdict,
            };
            let stroke = Stroke { db, now, user: &user, statute };
            let entry = stroke.write(kind, &stored, None, form)?;
            stroke.judged(entry, &stored)
        })
    }

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

    /// Put a later verdict in place of this person's own on an item that is done, or as a lead of anybody's. The earlier entry stays where it is. While an item is
    /// open nobody can: two who differ do not settle it between them. Nor can a lead whose verdict was objected to, once somebody else has judged.
    ///
    /// # Errors
    /// When there is nothing to correct, the form does not say what it must, or the store cannot be written.
    pub fn correct(&mut self, user: &User, item: ItemId, form: &Form, statute: &Statute) -> Result<Judged> {
        self.write(|db, now| {
            let user = access::judge(db, user, "correct a verdict")?;
            let (stored, standing) = open(db, item)?;
            let not_now = |problem| ReviewError::NotNow { item, problem };
            // Also while the second of two could still be undone: that a correction is taken would tell what the first said.
            if standing.outcome.is_none() || Sight::of(db, &user, item, now)?.lane.is_some() {
                return Err(not_now("no verdict on it stands that could be corrected").into());
            }
            let of = match correctable(&standing, &user) {
                Some(of) => of,
                None => {
                    access::lead(db, &user, "correct somebody else's verdict")?;
                    return Err(
                        not_now("this person has judged it before, and somebody else since an objection").into()
                    );
                }
            };
            let stroke = Stroke { db, now, user: &user, statute };
            let entry = stroke.write(Kind::Correction, &stored, Some(of), form)?;
            stroke.judged(entry, &stored)
        })
    }

    /// Judge all open near repeats of an item as no candidates, for the reason that the form gives. The item itself must have been judged as none, by this
    /// person or before a lead. Repeats in somebody else's hand, and those that this person has judged already, are left alone.
    ///
    /// # Errors
    /// When the item was judged otherwise, the form is not a "not a candidate", nothing is left, or the store cannot be written.
    pub fn dismiss_repeats(
        &mut self,
        user: &User,
        hand: &Hand,
        head: ItemId,
        form: &Form,
        statute: &Statute,
    ) -> Result<Bulk> {
        // The marked words stand in the head alone.
        let form = Form { quote: None, ..form.clone() };
        self.write(|db, now| {
            let user = access::judge(db, user, "dismiss near repeats")?;
            let (_, of_head) = open(db, head)?;
            let said = of_head.outcome.as_ref().map(|o| o.said.verdict);
            let is_own = of_head.in_round().any(|r| r.by == user.pseudonym);
            // Of two raters the second would learn from the answer what the first said, and could undo.
            let is_done = Sight::of(db, &user, head, now)?.lane.is_none();
            if !is_done || said != Some(Judgement::NotCandidate) || form.verdict != Judgement::NotCandidate {
                let problem = "near repeats are dismissed where the post itself was judged to be no candidate";
                return Err(ReviewError::NotNow { item: head, problem }.into());
            }
            if !is_own {
                access::lead(db, &user, "dismiss near repeats of what somebody else judged")?;
            }
            let stroke = Stroke { db, now, user: &user, statute };
            let (mut first, mut items, mut left) = (None, 0, 0);
            for item in open_repeats(db, head)? {
                let (stored, standing) = open(db, ItemId(item))?;
                if is_elsewhere(db, hand, item, now)? || standing.rated_by(&user.pseudonym) {
                    left += 1;
                    continue;
                }
                release(db, &user, hand, ItemId(item))?;
                let entry = stroke.write(Kind::Bulk, &stored, first, &form)?;
                settle(db, item, stored.raters)?;
                first.get_or_insert(entry);
                items += 1;
            }
            let Some(first) = first else {
                return Err(ReviewError::NotNow {
                    item: head,
                    problem: "it has no near repeats that are open and free",
                }
                .into());
            };
            Ok(Bulk { entry: EntryId(first), items, left, undo_until_ms: undo_until(now) })
        })
    }

    /// Reopen an item that was judged: a person objected, or something came to light. Its outcome no longer stands, and somebody who has not judged it before
    /// judges it anew.
    ///
    /// # Errors
    /// When the person does not lead, the item is not done, its text is erased, the reason is empty, or the store cannot be written.
    pub fn reopen(&mut self, user: &User, item: ItemId, reason: &str) -> Result<EntryId> {
        let reason = filled("reason", Some(reason))?;
        self.write(|db, now| {
            let user = access::lead(db, user, "reopen an item")?;
            let (stored, standing) = open(db, item)?;
            if standing.outcome.is_none() {
                return Err(ReviewError::NotNow { item, problem: "it has no verdict that stands" }.into());
            }
            let Some(reason) = reason else {
                return Err(ReviewError::Field { field: "reason", problem: "is empty: say why it is reopened" }.into());
            };
            let words = Words { reason: Some(reason), ..Words::default() };
            let new = New { item: Some(item.0), by: Some(&user.pseudonym), words: Some(&words), ..New::default() };
            let entry = chain::append(db, now, Kind::Reopening, new)?;
            db.execute("DELETE FROM skip WHERE item = ?1", [item.0])?;
            settle(db, item.0, stored.raters)?;
            Ok(EntryId(entry))
        })
    }

    /// The last verdicts of a person that stand, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recent(&self, user: &User, limit: usize) -> Result<Vec<Recent>> {
        self.read(|db, now| {
            let mut query = db.prepare(
                "SELECT item, entry FROM rating WHERE by = ?1 AND round = (SELECT round FROM item WHERE id = rating.item)
                 ORDER BY entry DESC LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![user.pseudonym, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let found: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
            let mut recent = vec![];
            for (item, entry) in found {
                for body in entries(db, item)?.into_iter().filter(|e| e.seq == entry) {
                    let can_undo = can_undo(&body, now);
                    let Some(said) = body.verdict else { continue };
                    recent.push(Recent {
                        item: ItemId(item),
                        entry: EntryId(entry),
                        verdict: said.verdict,
                        at: body.at,
                        can_undo,
                    });
                }
            }
            Ok(recent)
        })
    }
}

/// One act of one person, in one transaction.
struct Stroke<'a> {
    db: &'a Transaction<'a>,
    now: Moment,
    user: &'a User,
    statute: &'a Statute,
}

impl Stroke<'_> {
    /// Check a form against law and text, and add it to the chain. Returns the entry's number.
    fn write(&self, kind: Kind, stored: &Stored, of: Option<i64>, form: &Form) -> Step<i64> {
        if form.verdict == Judgement::Reopened {
            return Err(ReviewError::Field { field: "verdict", problem: "is none that a person gives" }.into());
        }
        let (said, words) = form.parted()?;
        let new = New {
            item: Some(stored.id),
            by: Some(&self.user.pseudonym),
            of,
            verdict: Some(said.clone()),
            words: Some(&words),
            import: None,
        };
        if let (Some(quote), Some(text)) = (&words.quote, &stored.text) {
            quote.check(text).map_err(ReviewError::from)?;
        }
        let entry = chain::Body {
            seq: 0,
            at: self.now.text_with_millis(),
            kind,
            item: Some(stored.id),
            by: Some(self.user.pseudonym.clone()),
            of,
            verdict: None,
            words: None,
            import: None,
        };
        record(stored, &entry, &said, Some(&words)).check(self.statute).map_err(ReviewError::from)?;
        Ok(chain::append(self.db, self.now, kind, new)?)
    }

    fn judged(&self, entry: i64, stored: &Stored) -> Step<Judged> {
        self.db
            .prepare("DELETE FROM skip WHERE item = ?1 AND user = ?2")?
            .execute(params![stored.id, self.user.id.0])?;
        let standing = settle(self.db, stored.id, stored.raters)?;
        Ok(Judged { entry: EntryId(entry), undo_until_ms: undo_until(self.now), lane: standing.lane })
    }
}

pub(super) const UNDO_MS: i64 = 10_000;
/// When a verdict counts for what leaves the house: twice the time in which it can be undone, so that an undoing that waits for another writer is in time.
pub(super) const SETTLED_MS: i64 = 2 * UNDO_MS;

/// Whether an entry is so young that who made it could take it back.
pub(super) fn can_undo(entry: &Body, now: Moment) -> bool {
    Moment::parse(&entry.at).map_or(0, Moment::millis) + UNDO_MS >= now.millis()
}

/// The entry in whose place `user` may put another verdict: the own one of this round; or, for who leads and has not judged in an earlier round, the one that stands.
pub(super) fn correctable(standing: &Standing, user: &User) -> Option<i64> {
    let own = standing.in_round().filter(|r| r.by == user.pseudonym).max_by_key(|r| r.place);
    let of_others = standing.outcome.as_ref().filter(|_| user.role.leads() && !standing.rated_by(&user.pseudonym));
    own.or(of_others).map(|rated| rated.entry)
}

fn undo_until(now: Moment) -> i64 {
    now.millis() + UNDO_MS
}

/// An item whose text is there, and where it stands.
fn open(db: &Transaction<'_>, item: ItemId) -> Step<(Stored, Standing)> {
    let stored = stored(db, item)?;
    if stored.is_erased {
        return Err(ReviewError::Erased(item).into());
    }
    let standing = Standing::after(&entries(db, item.0)?, stored.raters);
    Ok((stored, standing))
}

fn open_repeats(db: &Transaction<'_>, head: ItemId) -> Step<Vec<i64>> {
    // What was objected to is looked at by itself.
    let mut query = db.prepare("SELECT id FROM item WHERE head = ?1 AND lane = ?2 ORDER BY id")?;
    let ids = query.query_map(params![head.0, codes::lane_code(Lane::Rate)], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
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
    let mut recent: Vec<chain::Body> = vec![];
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
