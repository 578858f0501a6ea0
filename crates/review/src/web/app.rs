//! What all requests share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use grens_law::{Policy, Statute};
use grens_server::{Limits, Log};

use super::batches::Batches;
use super::site::Site;
use crate::Store;

/// What all requests share.
pub(crate) struct App {
    store: Mutex<Store>,
    figures: Mutex<Store>,
    accounts: Mutex<Store>,
    pub(crate) site: Site,
    pub(crate) batches: Batches,
    /// Whose thresholds are shown beside scores.
    pub(crate) policy: Option<Policy>,
    pub(crate) statute: &'static Statute,
    pub(crate) limits: Limits,
    pub(crate) log: Arc<dyn Log>,
}

/// As the guard gets it.
pub(crate) type Shared = Arc<App>;

impl App {
    pub(crate) fn new(
        [store, figures, accounts]: [Store; 3],
        site: Site,
        policy: Option<Policy>,
        limits: Limits,
        log: Arc<dyn Log>,
    ) -> Self {
        Self {
            store: Mutex::new(store),
            figures: Mutex::new(figures),
            accounts: Mutex::new(accounts),
            site,
            batches: Batches::default(),
            policy,
            statute: Statute::shipped(),
            limits,
            log,
        }
    }

    /// The store, for everything that takes milliseconds. SQLite has one writer at a time anyway.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // A page that panicked left no half transaction behind.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store by another connection, for figures and files that walk over all items: nobody waits for them with a verdict.
    pub(crate) fn figures(&self) -> MutexGuard<'_, Store> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store by a third connection, for passwords, whose hashes take their time: neither verdicts nor figures wait for them, nor they for a long export.
    pub(crate) fn accounts(&self) -> MutexGuard<'_, Store> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
