//! How many records may be unusable before a run is not worth going on with.

use std::fmt;
use std::str::FromStr;

/// A limit on rejected records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RejectLimit {
    /// So many, over all inputs.
    Count(u64),
    /// So much of all records, in percent. While reading goes on it is looked at from the thousandth record on.
    Percent(f64),
}

/// Records before a share means something.
const FEW: u64 = 1000;

impl RejectLimit {
    /// Whether `rejected` of `records` are too many; `at_end` when no more will come.
    #[must_use]
    pub fn is_exceeded(self, rejected: u64, records: u64, at_end: bool) -> bool {
        match self {
            Self::Count(most) => rejected > most,
            Self::Percent(most) => {
                (at_end || records >= FEW) && rejected > 0 && rejected as f64 * 100.0 > most * records as f64
            }
        }
    }
}

impl FromStr for RejectLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no limit: give a number such as 100, or a share such as 5%");
        match text.strip_suffix('%') {
            Some(share) => {
                let share: f64 = share.trim().parse().map_err(|_| wrong())?;
                if (0.0..=100.0).contains(&share) { Ok(Self::Percent(share)) } else { Err(wrong()) }
            }
            None => text.parse().map(Self::Count).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for RejectLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(most) => write!(f, "{most}"),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

/// The end of a run that met too many unusable records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TooManyRejects {
    /// Records that could not be used.
    pub rejected: u64,
    /// Records read so far.
    pub records: u64,
    /// What was allowed.
    pub limit: RejectLimit,
}

impl fmt::Display for TooManyRejects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rejected, records, limit } = self;
        write!(f, "{rejected} of the first {records} records could not be used, more than --max-rejects {limit} allows")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_waits_for_enough_records() {
        let limit: RejectLimit = "5%".parse().unwrap_or_else(|e| panic!("{e}"));
        assert!(!limit.is_exceeded(10, 20, false) && limit.is_exceeded(10, 20, true));
        assert!(limit.is_exceeded(51, 1000, false) && !limit.is_exceeded(50, 1000, true));
        let none: RejectLimit = "0%".parse().unwrap_or_else(|e| panic!("{e}"));
        assert!(!none.is_exceeded(0, 0, true) && none.is_exceeded(1, 5000, true));
    }

    #[test]
    fn a_count_is_exact() {
        assert_eq!("0".parse(), Ok(RejectLimit::Count(0)));
        assert!(RejectLimit::Count(0).is_exceeded(1, 1, false) && !RejectLimit::Count(3).is_exceeded(3, 3, true));
        for wrong in ["", "-1", "5 procent", "101%", "NaN%", "%"] {
            assert!(wrong.parse::<RejectLimit>().is_err(), "{wrong}");
        }
    }
}
