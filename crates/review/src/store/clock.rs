//! What time it is: the system's, or in tests one that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use grens_gateway::Moment;

/// A source of the time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// Milliseconds since 1970, set by whoever holds it. For tests.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        match self {
            Self::System => Moment::now(),
            Self::Set(millis) => Moment::from_millis(millis.load(Ordering::Relaxed)),
        }
    }
}
