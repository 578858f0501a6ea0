//! How long somebody has been judging without a break. Kept in memory, by session, for nobody else to see.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::Settings;

/// Sessions that are remembered; beyond, those that began first go.
const MOST: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Batch {
    began: Instant,
    judged: u32,
}

/// Why a break is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// So many items were judged.
    Items(u32),
    /// So many minutes have passed.
    Minutes(u64),
}

/// Batches by session.
#[derive(Debug, Default)]
pub(crate) struct Batches(Mutex<HashMap<i64, Batch>>);

impl Batches {
    /// One more item was judged.
    pub(crate) fn judged(&self, session: i64, now: Instant) {
        let mut batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if batches.len() >= MOST {
            let oldest = batches.iter().min_by_key(|(_, batch)| batch.began).map(|(&session, _)| session);
            oldest.and_then(|session| batches.remove(&session));
        }
        batches.entry(session).or_insert(Batch { began: now, judged: 0 }).judged += 1;
    }

    /// Whether it is time for a break once `more` further items are judged.
    pub(crate) fn pause(&self, session: i64, settings: &Settings, more: u32, now: Instant) -> Option<Pause> {
        let batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = batches.get(&session)?;
        let passed = now - batch.began;
        if settings.batch > 0 && batch.judged + more >= settings.batch {
            return Some(Pause::Items(batch.judged));
        }
        let limit = Duration::from_secs(u64::from(settings.break_minutes) * 60);
        (settings.break_minutes > 0 && passed >= limit).then_some(Pause::Minutes(passed.as_secs() / 60))
    }

    /// The break is over, or not wanted.
    pub(crate) fn begin_anew(&self, session: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_is_proposed_after_items_or_minutes() {
        let (batches, now) = (Batches::default(), Instant::now());
        let settings = Settings { batch: 2, break_minutes: 45, ..Settings::default() };
        assert_eq!(batches.pause(1, &settings, 1, now), None);
        batches.judged(1, now);
        assert_eq!(batches.pause(1, &settings, 0, now), None);
        assert_eq!(batches.pause(1, &settings, 1, now), Some(Pause::Items(1)));
        assert_eq!(batches.pause(1, &settings, 0, now + Duration::from_secs(2700)), Some(Pause::Minutes(45)));
        batches.judged(1, now);
        assert_eq!(batches.pause(1, &settings, 0, now), Some(Pause::Items(2)));
        assert_eq!(batches.pause(2, &settings, 0, now), None);
        batches.begin_anew(1);
        assert_eq!(batches.pause(1, &settings, 0, now), None);
    }

    #[test]
    fn nought_means_never() {
        let (batches, now) = (Batches::default(), Instant::now());
        batches.judged(1, now);
        let settings = Settings { batch: 0, break_minutes: 0, ..Settings::default() };
        assert_eq!(batches.pause(1, &settings, 1, now + Duration::from_secs(86_400)), None);
    }
}
