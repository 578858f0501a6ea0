//! Transactions, errors and rights: what all parts of the store share.

use std::path::Path;

use grens_gateway::Moment;
use grens_gateway::database::{DatabaseError, StoreError};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::users::{self, Role, User};
use super::{ItemId, Store};
use crate::error::{Result, ReviewError};

/// What SQLite says, as an error that people can act on.
pub(super) fn sorted(path: &Path, error: DatabaseError) -> ReviewError {
    StoreError::of("review queue", path, error).into()
}

/// An error within a transaction: SQLite's, or one of ours that ends it.
pub(super) enum Broken {
    Sql(rusqlite::Error),
    Ours(ReviewError),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<ReviewError> for Broken {
    fn from(error: ReviewError) -> Self {
        Self::Ours(error)
    }
}

/// Result within a transaction.
pub(super) type Step<T> = std::result::Result<T, Broken>;

impl Store {
    /// Do `work` in one transaction that no other process writes beside: all of it, or nothing.
    pub(super) fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>, Moment) -> Step<T>) -> Result<T> {
        let run = || {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // After the wait for other writers: what is too late now is not done.
            let now = self.clock.now();
            let done = work(&transaction, now)?;
            transaction.commit()?;
            Ok(done)
        };
        let done: Step<T> = run();
        done.map_err(|broken| self.told(broken))
    }

    /// Look at one state of the store, whatever others write meanwhile.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection, Moment) -> Step<T>) -> Result<T> {
        let run = || {
            let transaction = self.db.unchecked_transaction()?;
            work(&transaction, self.clock.now())
        };
        let done: Step<T> = run();
        done.map_err(|broken| self.told(broken))
    }

    pub(super) fn told(&self, broken: Broken) -> ReviewError {
        match broken {
            Broken::Sql(error) => sorted(&self.path, error.into()),
            Broken::Ours(error) => error,
        }
    }
}

/// The person as the account is now, if it may judge.
pub(super) fn judge(db: &Connection, user: &User, action: &'static str) -> Step<User> {
    may(db, user, action, Role::judges)
}

/// The person as the account is now, if it leads.
pub(super) fn lead(db: &Connection, user: &User, action: &'static str) -> Step<User> {
    may(db, user, action, Role::leads)
}

fn may(db: &Connection, user: &User, action: &'static str, allows: fn(Role) -> bool) -> Step<User> {
    let now = users::by_id(db, user.id)?;
    match now {
        Some(now) if now.active && allows(now.role) => Ok(now),
        other => {
            let role = other.map_or("person without an account", |u| u.role.name());
            Err(ReviewError::NotAllowed { role, action }.into())
        }
    }
}

/// `None` of the database, as an item that is not there.
pub(super) fn item_there<T>(row: rusqlite::Result<T>, item: ItemId) -> Step<T> {
    row.optional()?.ok_or_else(|| ReviewError::NoItem(item).into())
}
