//! A place that records go to, and what it may answer.

use std::time::Duration;

use crate::error::Result;
use crate::outbox::Entry;

/// Where records go.
pub trait Target {
    /// What people are shown: no secret, no path, no query.
    fn name(&self) -> String;

    /// The whole address: one outbox delivers to one of them.
    fn address(&self) -> String;

    /// Hand one record over.
    ///
    /// # Errors
    /// When no record can be delivered, whichever it is; the delivery ends.
    fn deliver(&mut self, entry: &Entry) -> Result<Answer>;
}

/// What became of one handing over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The receiver has it.
    Taken,
    /// It may have arrived or not: again later.
    Again {
        /// Why; no text of a post.
        why: String,
        /// What the receiver asks for.
        after: Option<Duration>,
    },
    /// The receiver takes nothing at all now.
    Pause {
        /// Why; no text of a post.
        why: String,
        /// What the receiver asks for.
        after: Option<Duration>,
    },
    /// No connection came about: the record has surely not left.
    Away {
        /// Why; no text of a post.
        why: String,
    },
    /// The receiver does not let us in, or something between does not; a person must look.
    Turned {
        /// The HTTP status.
        status: u16,
    },
    /// This record is not wanted, now or later.
    Refused {
        /// Why; no text of a post.
        why: String,
    },
}

impl Answer {
    pub(super) fn again(why: impl Into<String>) -> Self {
        Self::Again { why: why.into(), after: None }
    }

    pub(super) fn away(why: &str) -> Self {
        Self::Away { why: why.to_owned() }
    }
}
