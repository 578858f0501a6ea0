//! The store: one SQLite file (WAL), which survives a crash at any moment. One [`Store`] is one connection; every thread opens its own, and any number of
//! processes may.
//!
//! What people decide is a chain of entries (`chain.rs`): they are only ever added, and each holds the hash of the one before. All else follows from findings
//! and entries: `item` keeps where each item stands only so that the next one is found at once, and [`Store::verify`] derives it anew and compares.

mod access;
mod chain;
mod clock;
mod codes;
mod explain;
mod export;
mod figures;
mod filter;
mod form;
mod history;
mod ids;
mod import;
mod item;
mod lists;
mod proof;
mod queue;
mod recent;
mod repeats;
mod retention;
mod rows;
mod schema;
mod sealed;
mod search;
mod sessions;
mod settings;
mod settle;
mod sight;
mod standing;
mod undo;
mod upkeep;
mod users;
mod verdict;
mod verify;

use std::path::{Path, PathBuf};

use grens_gateway::database::{self, DatabaseError};
use rusqlite::Connection;

pub use clock::Clock;
pub use explain::Language;
pub use export::{LabelFormat, Offered, Pseudonymised};
pub use figures::{ArticleAgreement, Count, Dashboard, Day, Detail, Drift, Period, Precision, StatisticsRow};
pub use filter::{Filter, Lane, Order};
pub use form::Form;
pub use history::{Event, EventKind};
pub use ids::{EntryId, Hand, ItemId, UserId};
pub use import::{Context, Imported, Importing};
pub use item::{Evidence, Item, Proposal, Rating, ThreadPost};
pub use lists::{ListState, Listed};
pub use recent::Recent;
pub use repeats::Bulk;
pub use retention::Purged;
pub use sessions::{LogIn, LoggedIn, Session, Token};
pub use settings::Settings;
pub use undo::UNDO;
pub use upkeep::Status;
pub use users::{Role, User};
pub use verdict::Judged;
pub use verify::{ChainEnd, Verified};

use crate::error::Result;

/// The review queue, open: one connection.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    clock: Clock,
}

impl Store {
    /// Open the queue at `path`, making it where there is none, readable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be made or opened, is locked, or is no queue of this version.
    pub fn create(path: &Path) -> Result<Self> {
        Self::of(path, database::create(path, schema::TABLES))
    }

    /// Open the queue at `path`.
    ///
    /// # Errors
    /// When there is none, it is locked, or is no queue of this version.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(path, database::open(path, schema::TABLES))
    }

    fn of(path: &Path, opened: std::result::Result<Connection, DatabaseError>) -> Result<Self> {
        let db = opened.map_err(|e| access::sorted(path, e))?;
        let mut store = Self { db, path: path.to_owned(), clock: Clock::System };
        store.adopt()?;
        Ok(store)
    }

    /// A further connection to the same queue, with the same clock.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn another(&self) -> Result<Self> {
        Ok(Self { clock: self.clock.clone(), ..Self::open(&self.path)? })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Take the time from another clock. For tests.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }
}

#[cfg(test)]
mod tests;
