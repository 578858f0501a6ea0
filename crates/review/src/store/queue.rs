//! The next item, and who has what in hand.

use grens_gateway::Moment;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params, params_from_iter};

use super::access::{self, Step};
use super::rows::view;
use super::search::{Search, index_and_order, lanes};
use super::{Filter, Hand, Item, ItemId, Lane, Order, Session, Store, User, settings};
use crate::error::{Result, ReviewError};

/// How long a skipped item is kept from who skipped it.
const SKIPPED_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Take the next item into hand, in one transaction: no two hands ever hold the same item, whoever asks and from whatever process. Never gives an item
    /// that this person has judged before, nor one skipped by this person within a day. `None` when nothing is left.
    ///
    /// Taking while an item is in hand gives a further one: that is how a page has the next ready.
    ///
    /// # Errors
    /// When the person may not judge, or the store cannot be written.
    pub fn take(&mut self, user: &User, hand: &Hand, filter: &Filter, order: Order) -> Result<Option<Item>> {
        self.write(|db, now| {
            let user = access::judge(db, user, "judge items")?;
            let settings = settings::read(db)?;
            let (filter, order) = (&fair(filter, &settings), order.fair(settings.blind));
            for lane in lanes(user.role, filter) {
                let Some(id) = first(db, &user, lane, filter, order, now)? else { continue };
                let until = now.millis() + lease_ms(&settings);
                lease(db, &user, hand, id, until)?;
                return view(db, &user, Some(hand), ItemId(id), now).map(Some);
            }
            Ok(None)
        })
    }

    /// The items in this hand, in the order in which they were taken.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn in_hand(&self, user: &User, hand: &Hand) -> Result<Vec<Item>> {
        self.read(|db, now| {
            let mut query = db.prepare("SELECT item FROM lease WHERE hand = ?1 AND user = ?2 ORDER BY turn")?;
            let ids: Vec<i64> =
                query.query_map(params![hand.0, user.id.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            ids.into_iter().map(|id| view(db, user, Some(hand), ItemId(id), now)).collect()
        })
    }

    /// An item, as this person may see it. Takes nothing into hand. Who judges may see any item.
    ///
    /// # Errors
    /// When there is none, the person may see none, or the store cannot be read.
    pub fn item(&self, user: &User, item: ItemId) -> Result<Item> {
        self.read(|db, now| {
            let user = access::judge(db, user, "see items")?;
            view(db, &user, None, item, now)
        })
    }

    /// A sign of life: all that is in this hand stays there for a full term from now. Returns how many items that are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn renew(&mut self, user: &User, hand: &Hand) -> Result<usize> {
        self.write(|db, now| {
            let until = now.millis() + lease_ms(&settings::read(db)?);
            let sql = "UPDATE lease SET until_ms = ?3 WHERE hand = ?1 AND user = ?2";
            Ok(db.execute(sql, params![hand.0, user.id.0, until])?)
        })
    }

    /// Go on in a new session: what this person holds in sessions that have ended comes into its hand, for a full term, so that nothing that was filled in is
    /// lost. `before` is the session that this browser had: it ends. Returns how many items came along.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn take_over(&mut self, session: &Session, before: Option<&Session>) -> Result<usize> {
        self.write(|db, now| {
            if let Some(before) = before.filter(|before| before.id != session.id) {
                db.execute("DELETE FROM session WHERE id = ?1", [before.id])?;
                // Somebody else's items go back, as if that person had signed out.
                let theirs = "DELETE FROM lease WHERE hand = ?1 AND user <> ?2";
                db.execute(theirs, params![before.hand.0, session.user.id.0])?;
            }
            let until = now.millis() + lease_ms(&settings::read(db)?);
            let sql = "UPDATE lease SET hand = ?1, until_ms = ?3
                       WHERE user = ?2 AND NOT EXISTS (SELECT 1 FROM session WHERE 'session ' || session.id = lease.hand)";
            Ok(db.execute(sql, params![session.hand.0, session.user.id.0, until])?)
        })
    }

    /// Put an item back, unjudged, for anybody. Nothing is recorded. Returns whether it was in hand.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_back(&mut self, user: &User, hand: &Hand, item: ItemId) -> Result<bool> {
        self.write(|db, _| Ok(release(db, user, hand, item)?))
    }

    /// Put all back that is in this hand, such as when the person leaves. Returns how many items that were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn put_all_back(&mut self, user: &User, hand: &Hand) -> Result<usize> {
        self.write(|db, _| {
            Ok(db.execute("DELETE FROM lease WHERE hand = ?1 AND user = ?2", params![hand.0, user.id.0])?)
        })
    }

    /// Skip an item: others may take it at once, this person is not given it for a day. Nobody counts skips by person.
    ///
    /// # Errors
    /// When the item is not in hand, or the store cannot be written.
    pub fn skip(&mut self, user: &User, hand: &Hand, item: ItemId) -> Result<()> {
        self.write(|db, now| {
            if !release(db, user, hand, item)? {
                return Err(ReviewError::NotInHand(item).into());
            }
            db.execute("DELETE FROM skip WHERE until_ms <= ?1", [now.millis()])?;
            db.execute(
                "INSERT INTO skip (item, user, until_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT (item, user) DO UPDATE SET until_ms = excluded.until_ms",
                params![item.0, user.id.0, now.millis() + SKIPPED_MS],
            )?;
            Ok(())
        })
    }

    /// How many items of each lane this person could still be given under a filter, in hand or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn waiting(&self, user: &User, filter: &Filter) -> Result<Vec<(Lane, u64)>> {
        self.read(|db, now| {
            let filter = &fair(filter, &settings::read(db)?);
            let count = |lane| {
                let mut search = Search::fitting(lane, filter, now);
                search.for_person(user, now);
                let sql = format!("SELECT count(*) FROM item INDEXED BY item_severity WHERE {}", search.sql);
                Ok((lane, db.prepare(&sql)?.query_row(params_from_iter(search.values), |row| row.get(0))?))
            };
            lanes(user.role, filter).into_iter().map(count).collect()
        })
    }

    /// Platforms of open items, sorted: the values of a filter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn platforms(&self) -> Result<Vec<String>> {
        self.read(|db, _| {
            let sql = "SELECT DISTINCT platform FROM item INDEXED BY item_severity
                       WHERE lane IS NOT NULL AND platform IS NOT NULL ORDER BY platform";
            Ok(db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// A filter as it may count: in blind mode without what the program says.
fn fair(filter: &Filter, settings: &settings::Settings) -> Filter {
    if settings.blind { filter.without_proposal() } else { filter.clone() }
}

/// The first item of a lane that this person may be given now.
fn first(
    db: &Transaction<'_>,
    user: &User,
    lane: Lane,
    filter: &Filter,
    order: Order,
    now: Moment,
) -> rusqlite::Result<Option<i64>> {
    let mut search = Search::fitting(lane, filter, now);
    search.for_person(user, now);
    search.free(now);
    // An objection to a near repeat waits for nothing.
    let waits = if order == Order::Cluster || lane != Lane::Rate { "" } else { " AND waits = 0" };
    let (index, by) = index_and_order(order);
    let sql = format!("SELECT id FROM item INDEXED BY {index} WHERE {}{waits} ORDER BY {by} LIMIT 1", search.sql);
    db.prepare(&sql)?.query_row(params_from_iter(search.values), |row| row.get(0)).optional()
}

pub(super) fn lease_ms(settings: &settings::Settings) -> i64 {
    i64::from(settings.lease_minutes) * 60_000
}

/// Put an item into a hand. Whoever had it before had it for too long: the caller has looked.
pub(super) fn lease(db: &Connection, user: &User, hand: &Hand, item: i64, until: i64) -> rusqlite::Result<()> {
    db.prepare(
        "INSERT INTO lease (item, user, hand, turn, until_ms) VALUES (?1, ?2, ?3, (SELECT coalesce(max(turn), 0) + 1 FROM lease), ?4)
         ON CONFLICT (item) DO UPDATE SET user = excluded.user, hand = excluded.hand, turn = excluded.turn, until_ms = excluded.until_ms",
    )?
    .execute(params![item, user.id.0, hand.0, until])
    .map(drop)
}

/// Take an item out of a hand. Returns whether it was there. A lease that ran out and that nobody else has taken over still counts.
pub(super) fn release(db: &Connection, user: &User, hand: &Hand, item: ItemId) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM lease WHERE item = ?1 AND hand = ?2 AND user = ?3";
    Ok(db.prepare(sql)?.execute(params![item.0, hand.0, user.id.0])? > 0)
}

/// Whether somebody has the item in hand, other than `hand`.
pub(super) fn is_elsewhere(db: &Connection, hand: &Hand, item: i64, now: Moment) -> Step<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM lease WHERE item = ?1 AND until_ms > ?2 AND hand <> ?3)";
    Ok(db.prepare(sql)?.query_row(params![item, now.millis(), hand.0], |row| row.get(0))?)
}
