//! The next item, and who has what in hand.

use grens_law::{Band, Judgement};

use super::{Filter, Hand, Item, ItemId, Lane, Order, Store, User};
use crate::error::Result;

impl Store {
    /// Take the next item into hand, in one transaction: no two hands ever hold the same item, whoever asks and from whatever process. Never gives an item
    /// that this person has judged before, nor one skipped by this person within a day. `None` when nothing is left.
    ///
    /// Taking while an item is in hand gives a further one: that is how a page has the next ready.
    ///
    /// # Errors
    /// When the person may not judge, or the store cannot be written.
    pub fn take(&mut self, user: &User, hand: &Hand, filter: &Filter, order: Order) -> Result<Option<Item>> {
        unfinished!(user, hand, filter, order)
    }

    /// The items in this hand, in the order in which they were taken.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn in_hand(&self, user: &User, hand: &Hand) -> Result<Vec<Item>> {
        unfinished!(user, hand)
    }

    /// An item, as this person may see it. Takes nothing into hand. A moderator sees any item, a researcher none.
    ///
    /// # Errors
    /// When there is none, the person may see none, or the store cannot be read.
    pub fn item(&self, user: &User, item: ItemId) -> Result<Item> {
        unfinished!(user, item)
    }

    /// A sign of life: all that is in this hand stays there for a full term from now. Returns how many items that are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn renew(&mut self, user: &User, hand: &Hand) -> Result<usize> {
        unfinished!(user, hand)
    }

    /// Put an item back, unjudged, for anybody. Nothing is recorded. Returns whether it was in hand.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_back(&mut self, user: &User, hand: &Hand, item: ItemId) -> Result<bool> {
        unfinished!(user, hand, item)
    }

    /// Put all back that is in this hand, such as when the person leaves.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_all_back(&mut self, user: &User, hand: &Hand) -> Result<usize> {
        unfinished!(user, hand)
    }

    /// Skip an item: others may take it at once, this person is not given it for a day. Nobody counts skips by person.
    ///
    /// # Errors
    /// When the item is not in hand, or the store cannot be written.
    pub fn skip(&mut self, user: &User, hand: &Hand, item: ItemId) -> Result<()> {
        unfinished!(user, hand, item)
    }

    /// How many items of each lane this person could still be given under a filter, in hand or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn waiting(&self, user: &User, filter: &Filter) -> Result<Vec<(Lane, u64)>> {
        unfinished!(user, filter)
    }

    /// Platforms of open items, sorted: the values of a filter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn platforms(&self) -> Result<Vec<String>> {
        unfinished!()
    }

    /// Items by exact number, post id or web address, newest first, at most 50: how a lead finds the item of an objection.
    ///
    /// # Errors
    /// When the person does not lead, or the store cannot be read.
    pub fn find(&self, user: &User, wanted: &str) -> Result<Vec<ItemId>> {
        unfinished!(user, wanted)
    }

    /// Near repeats that stand behind an item, open or not, at most `limit`.
    ///
    /// # Errors
    /// When the person may see no items, or the store cannot be read.
    pub fn repeats(&self, user: &User, head: ItemId, limit: usize) -> Result<Vec<Item>> {
        unfinished!(user, head, limit)
    }

    /// Items in a state, the newest verdict first, or for open ones the oldest first: a lead's list. At most `limit`, after `offset`.
    ///
    /// # Errors
    /// When the person does not lead, or the store cannot be read.
    pub fn list(&self, user: &User, filter: &Filter, state: ListState, limit: u32, offset: u32) -> Result<Vec<Listed>> {
        unfinished!(user, filter, state, limit, offset)
    }
}

/// Which items a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListState {
    /// In a lane.
    Open(Lane),
    /// Done.
    Done,
}

/// A line of a list of items. No text.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its number.
    pub id: ItemId,
    /// Platform.
    pub platform: Option<String>,
    /// When it was found: RFC 3339, UTC.
    pub found_at: String,
    /// What the program proposes.
    pub band: Band,
    /// Its confidence, in 0..=1.
    pub confidence: f32,
    /// What was decided; `None` while it is open.
    pub outcome: Option<Judgement>,
    /// When: RFC 3339, UTC.
    pub decided_at: Option<String>,
    /// Whether its text is erased.
    pub erased: bool,
}
