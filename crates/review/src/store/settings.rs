//! What a lead sets for the whole queue.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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
