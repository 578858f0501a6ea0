//! How long to wait before the next try: exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015),
//! so that many senders that failed together do not come back together.

use std::time::Duration;

/// The waits of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Longest wait after the first failure.
    pub base: Duration,
    /// Longest wait at all.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(2), most: Duration::from_secs(3600) }
    }
}

impl Backoff {
    /// The wait after `failures` (from 1) in a row: evenly spread over 0 to `base * 2^(failures - 1)`, which `most` bounds. `chance` is in 0..1.
    #[must_use]
    pub fn wait(&self, failures: u32, chance: f64) -> Duration {
        let doubled = self.base.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
        doubled.min(self.most).mul_f64(chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_are_spread_from_zero() {
        let backoff = Backoff { base: Duration::from_secs(2), most: Duration::from_secs(60) };
        let longest: Vec<u64> = (1..8).map(|n| backoff.wait(n, 1.0).as_secs()).collect();
        assert_eq!(longest, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(backoff.wait(5, 0.0), Duration::ZERO);
        assert_eq!(backoff.wait(2, 0.5), Duration::from_secs(2));
        assert_eq!(backoff.wait(u32::MAX, 1.0), backoff.most);
    }
}
