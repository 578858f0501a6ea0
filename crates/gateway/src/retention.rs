//! How long a record may be kept: the one place for both terms.

use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that a candidate may be kept that nobody has judged, from when it was found.
pub const DAYS_UNREVIEWED: u32 = 30;
/// Days that what a person has judged may be kept, from the verdict.
pub const DAYS_REVIEWED: u32 = 180;
/// How far the clocks of two machines may be apart. A verdict from later than that would outlast every correction.
const AHEAD: Duration = DAY;
/// The last second that RFC 3339 can write, from 1970: 9999-12-31T23:59:59Z.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// A time as records write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(SystemTime);

impl Moment {
    /// The system's time.
    #[must_use]
    pub fn now() -> Self {
        Self(SystemTime::now())
    }

    /// RFC 3339 in UTC, or nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        humantime::parse_rfc3339(text).ok().map(Self)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        let since = self.0.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// Of milliseconds since 1970; what lies before is 1970, what lies after the year 9999 its end.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LAST))
    }

    /// Whether it is more than a day after `now`.
    pub(crate) fn is_ahead_of(self, now: Self) -> bool {
        self.0.duration_since(now.0).is_ok_and(|ahead| ahead > AHEAD)
    }

    /// The day that many days later, ISO 8601; at most the last of the year 9999.
    #[must_use]
    pub fn plus_days(self, days: u32) -> String {
        let mut text = Self(self.0.checked_add(DAY * days).unwrap_or(self.0)).text();
        text.truncate(10);
        text
    }

    /// The day, ISO 8601.
    #[must_use]
    pub fn day(self) -> String {
        self.plus_days(0)
    }

    /// RFC 3339, UTC, whole seconds.
    #[must_use]
    pub fn text(self) -> String {
        humantime::format_rfc3339_seconds(self.shown()).to_string()
    }

    /// RFC 3339, UTC, with milliseconds.
    #[must_use]
    pub fn text_with_millis(self) -> String {
        humantime::format_rfc3339_millis(self.shown()).to_string()
    }

    /// What can be written: humantime panics outside of it.
    fn shown(self) -> SystemTime {
        self.0.clamp(SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + LAST)
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        Self(time)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_counted_in_days() {
        let found = Moment::parse("2026-11-22T23:59:59Z").unwrap();
        assert_eq!(found.plus_days(DAYS_UNREVIEWED), "2026-12-22");
        assert_eq!(found.plus_days(DAYS_REVIEWED), "2027-05-21");
        assert_eq!(Moment::from_millis(found.millis()), found);
        assert_eq!(Moment::parse("22 november"), None);
    }

    #[test]
    fn the_calendar_ends_without_a_panic() {
        let late = Moment::parse("9999-07-15T00:00:00Z").unwrap();
        assert_eq!(late.plus_days(DAYS_REVIEWED), "9999-12-31");
        assert_eq!(Moment::from_millis(i64::MAX).text(), "9999-12-31T23:59:59Z");
        assert_eq!(Moment::from(SystemTime::UNIX_EPOCH - DAY).day(), "1970-01-01");
    }

    #[test]
    fn a_day_of_difference_between_clocks_is_allowed() {
        let now = Moment::parse("2026-11-22T12:00:00Z").unwrap();
        let ahead = |text| Moment::parse(text).unwrap().is_ahead_of(now);
        assert!(!ahead("2026-11-23T12:00:00Z") && !ahead("2020-01-01T00:00:00Z"));
        assert!(ahead("2026-11-23T12:00:01Z") && ahead("2062-11-22T12:00:00Z"));
    }
}
