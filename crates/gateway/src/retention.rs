//! How long a record may be kept: the one place for both terms.

use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Days that a candidate may be kept that nobody has judged, from when it was found.
pub const DAYS_UNREVIEWED: u32 = 30;
/// Days that what a person has judged may be kept, from the verdict.
pub const DAYS_REVIEWED: u32 = 180;

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

    /// Of milliseconds since 1970; what lies before is 1970.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    }

    /// The day that many days later, ISO 8601.
    #[must_use]
    pub fn plus_days(self, days: u32) -> String {
        let mut text = humantime::format_rfc3339_seconds(self.0 + DAY * days).to_string();
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
        humantime::format_rfc3339_seconds(self.0).to_string()
    }

    /// RFC 3339, UTC, with milliseconds.
    #[must_use]
    pub fn text_with_millis(self) -> String {
        humantime::format_rfc3339_millis(self.0).to_string()
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
}
