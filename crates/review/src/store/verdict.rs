//! Judging, correcting, deciding between two, reopening. Each is an entry of the chain, written in one transaction with all that follows from it, and durable when
//! the call returns.

use grens_gateway::Moment;
use grens_law::{Judgement, Statute};
use rusqlite::{Transaction, params};

use super::access::{self, Step};
use super::chain::{self, Kind, New, Words};
use super::form::filled;
use super::history::record;
use super::queue::release;
use super::rows::{Stored, entries, stored};
use super::settle::settle;
use super::sight::Sight;
use super::standing::Standing;
use super::undo::undo_until;
use super::{EntryId, Form, Hand, ItemId, Lane, Store, User};
use crate::error::{Result, ReviewError};

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
}

/// One act of one person, in one transaction.
pub(super) struct Stroke<'a> {
    pub(super) db: &'a Transaction<'a>,
    pub(super) now: Moment,
    pub(super) user: &'a User,
    pub(super) statute: &'a Statute,
}

impl Stroke<'_> {
    /// Check a form against law and text, and add it to the chain. Returns the entry's number.
    pub(super) fn write(&self, kind: Kind, stored: &Stored, of: Option<i64>, form: &Form) -> Step<i64> {
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
            ..New::default()
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
            beside: None,
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

/// The entry in whose place `user` may put another verdict: the own one of this round; or, for who leads and has not judged in an earlier round, the one that stands.
pub(super) fn correctable(standing: &Standing, user: &User) -> Option<i64> {
    let own = standing.in_round().filter(|r| r.by == user.pseudonym).max_by_key(|r| r.place);
    let of_others = standing.outcome.as_ref().filter(|_| user.role.leads() && !standing.rated_by(&user.pseudonym));
    own.or(of_others).map(|rated| rated.entry)
}

/// An item whose text is there, and where it stands.
pub(super) fn open(db: &Transaction<'_>, item: ItemId) -> Step<(Stored, Standing)> {
    let stored = stored(db, item)?;
    if stored.is_erased {
        return Err(ReviewError::Erased(item).into());
    }
    let standing = Standing::after(&entries(db, item.0)?, stored.raters);
    Ok((stored, standing))
}
