//! What a lead sets for the whole queue.

use std::time::Duration;

use grens_gateway::Moment;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use serde::{Deserialize, Serialize};

use super::access::{self, Step};
use super::{Store, User, proof};
use crate::error::{Result, ReviewError};

/// Settings of the queue. They stand in the store.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Hide the program's proposal until the person has judged. Items with two raters hide it always.
    pub blind: bool,
    /// Share of items that two people judge, in 0..=1; drawn from the item's content when it is imported, so that nobody can steer it.
    pub second_share: f64,
    /// Minutes that an item stays in hand without a sign of life.
    pub lease_minutes: u32,
    /// Items after which the page proposes to stop; 0 for never.
    pub batch: u32,
    /// Minutes after which the page proposes a break; 0 for never.
    pub break_minutes: u32,
    /// Days that an item is kept that nobody has judged, from when it was found.
    pub days_unreviewed: u32,
    /// Days that a judged item is kept, from its last verdict.
    pub days_reviewed: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            blind: false,
            second_share: 0.0,
            lease_minutes: 15,
            batch: 50,
            break_minutes: 45,
            days_unreviewed: grens_gateway::DAYS_UNREVIEWED,
            days_reviewed: grens_gateway::DAYS_REVIEWED,
        }
    }
}

impl Settings {
    /// How long an item stays in hand.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_minutes) * 60)
    }
}

impl Store {
    /// The settings.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn settings(&self) -> Result<Settings> {
        self.read(|db, _| read(db))
    }

    /// Change the settings. A changed share of second raters counts for items imported later.
    ///
    /// # Errors
    /// When the person does not lead, a value is out of its range, or the store cannot be written.
    pub fn set_settings(&mut self, user: &User, settings: &Settings) -> Result<()> {
        self.write(|db, now| {
            access::lead(db, user, "change the settings")?;
            write(db, now, settings)
        })
    }

    /// As [`Store::set_settings`], by whoever owns the file: the command line.
    ///
    /// # Errors
    /// When a value is out of its range, or the store cannot be written.
    pub fn set_settings_as_owner(&mut self, settings: &Settings) -> Result<()> {
        self.write(|db, now| write(db, now, settings))
    }
}

fn write(db: &Transaction<'_>, now: Moment, settings: &Settings) -> Step<()> {
    let within = |is_within: bool, field, problem| {
        if is_within { Ok(()) } else { Err(ReviewError::Field { field, problem }) }
    };
    within((0.0..=1.0).contains(&settings.second_share), "second_share", "is not in 0..=1")?;
    within((1..=24 * 60).contains(&settings.lease_minutes), "lease_minutes", "is not in 1..=1440")?;
    for (field, days) in [("days_unreviewed", settings.days_unreviewed), ("days_reviewed", settings.days_reviewed)] {
        within((1..=3650).contains(&days), field, "is not in 1..=3650")?;
    }
    db.execute(
        "INSERT INTO setting (one, value) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET value = excluded.value",
        [super::chain::json(settings)],
    )?;
    proof::settings(db, now, settings)
}

pub(super) fn read(db: &Connection) -> Step<Settings> {
    let row = db.query_row("SELECT value FROM setting", [], |row| row.get::<_, String>(0)).optional()?;
    let Some(text) = row else { return Ok(Settings::default()) };
    serde_json::from_str(&text).map_err(|_| ReviewError::Damaged { what: "settings" }.into())
}
