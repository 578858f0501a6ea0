//! Judging, undoing, correcting, deciding between two, reopening. Each is an entry of the chain, written in one transaction with all that follows from it, and
//! durable when the call returns.

use std::time::Duration;

use grens_law::{Judgement, Statute};

use super::{EntryId, Form, Hand, ItemId, Lane, Store, User};
use crate::error::Result;

/// How long a verdict can be taken back. Until then it is left out of what goes to the gateway.
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
        unfinished!(user, hand, item, form, statute)
    }

    /// Undo a verdict of this person, or a bulk verdict as a whole, within [`UNDO`]. The undoing is an entry too. The item is in hand again.
    ///
    /// # Errors
    /// [`crate::ReviewError::TooLate`] when it cannot be undone (any more), also when the second person has judged since; or the store cannot be written.
    pub fn undo(&mut self, user: &User, hand: &Hand, entry: EntryId) -> Result<ItemId> {
        unfinished!(user, hand, entry)
    }

    /// Put a later verdict in place of this person's earlier one, or as a lead of anybody's. The earlier entry stays where it is.
    ///
    /// # Errors
    /// When there is nothing to correct, somebody else has judged in the meantime, the form does not say what it must, or the store cannot be written.
    pub fn correct(&mut self, user: &User, item: ItemId, form: &Form, statute: &Statute) -> Result<Judged> {
        unfinished!(user, item, form, statute)
    }

    /// Judge all open near repeats of an item as no candidates, for the reason that the form gives. The item itself must have been judged as none, by this
    /// person. Repeats in somebody else's hand are left alone.
    ///
    /// # Errors
    /// When the item was judged otherwise, the form is not a "not a candidate", or the store cannot be written.
    pub fn dismiss_repeats(
        &mut self,
        user: &User,
        hand: &Hand,
        head: ItemId,
        form: &Form,
        statute: &Statute,
    ) -> Result<Bulk> {
        unfinished!(user, hand, head, form, statute)
    }

    /// Reopen an item that was judged: a person objected, or something came to light. Its outcome no longer stands, and somebody who has not judged it before
    /// judges it anew.
    ///
    /// # Errors
    /// When the person does not lead, the item is not done, its text is erased, the reason is empty, or the store cannot be written.
    pub fn reopen(&mut self, user: &User, item: ItemId, reason: &str) -> Result<EntryId> {
        unfinished!(user, item, reason)
    }

    /// The last verdicts of a person that stand, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn recent(&self, user: &User, limit: usize) -> Result<Vec<Recent>> {
        unfinished!(user, limit)
    }
}
