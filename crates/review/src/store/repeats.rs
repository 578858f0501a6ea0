//! Near repeats of an item: looked over and dismissed together.

use grens_law::{Judgement, Statute};
use rusqlite::{Transaction, params};

use super::access::{self, Step};
use super::chain::Kind;
use super::queue::{is_elsewhere, release};
use super::rows::view;
use super::settle::settle;
use super::sight::Sight;
use super::undo::undo_until;
use super::verdict::{Stroke, open};
use super::{EntryId, Form, Hand, Item, ItemId, Lane, Store, User, codes};
use crate::error::{Result, ReviewError};

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

impl Store {
    /// Near repeats that stand behind an item, open or not, at most `limit`.
    ///
    /// # Errors
    /// When the person may see no items, or the store cannot be read.
    pub fn repeats(&self, user: &User, head: ItemId, limit: usize) -> Result<Vec<Item>> {
        self.read(|db, now| {
            let user = access::judge(db, user, "see items")?;
            let mut query = db.prepare("SELECT id FROM item WHERE head = ?1 ORDER BY id LIMIT ?2")?;
            let ids = query.query_map(params![head.0, limit], |row| row.get(0).map(ItemId))?;
            let items: Step<Vec<Item>> = ids.map(|id| view(db, &user, None, id?, now)).collect();
            items
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
}

fn open_repeats(db: &Transaction<'_>, head: ItemId) -> Step<Vec<i64>> {
    // What was objected to is looked at by itself.
    let mut query = db.prepare("SELECT id FROM item WHERE head = ?1 AND lane = ?2 ORDER BY id")?;
    let ids = query.query_map(params![head.0, codes::lane_code(Lane::Rate)], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
