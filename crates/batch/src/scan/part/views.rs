//! Rows of parts as far as a walk over them looks. What it does not look at is passed over, not built: millions of rows are walked over.

use grens_law::{Article, Band, Ground};
use serde::Deserialize;

use super::{Numbered, RejectRow, RepeatRow};
use crate::scan::repeats::TextKey;
use crate::scan::sketch::Sketch;
use crate::scan::tally::Whence;

/// What is counted, ranked and clustered.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Counted {
    Post(Box<CountedPost>),
    Repeat(CountedRepeat),
    Reject(RejectRow),
}

#[derive(Deserialize)]
pub(crate) struct CountedPost {
    pub(crate) seq: u64,
    pub(crate) key: TextKey,
    #[serde(default)]
    pub(crate) sketch: Option<Sketch>,
    pub(crate) place: Whence,
    pub(crate) decision: CountedDecision,
}

#[derive(Deserialize)]
pub(crate) struct CountedDecision {
    pub(crate) band: Band,
    pub(crate) articles: Vec<Article>,
    pub(crate) grounds: Vec<Ground>,
    pub(crate) confidence: f32,
}

#[derive(Deserialize)]
pub(crate) struct CountedRepeat {
    pub(crate) seq: u64,
    pub(crate) of: u64,
    pub(crate) place: Whence,
}

impl Numbered for Counted {
    fn seq(&self) -> u64 {
        match self {
            Self::Post(row) => row.seq,
            Self::Repeat(row) => row.seq,
            Self::Reject(row) => row.seq,
        }
    }
}

/// Repeats, and of a post what they say of it.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Repeated {
    Post(First),
    Repeat(Box<RepeatRow>),
    Reject(Other),
}

#[derive(Deserialize)]
pub(crate) struct First {
    pub(crate) seq: u64,
    pub(crate) decision: FirstDecision,
}

#[derive(Deserialize)]
pub(crate) struct FirstDecision {
    pub(crate) id: String,
    pub(crate) band: Band,
}

#[derive(Deserialize)]
pub(crate) struct Other {
    seq: u64,
}

impl Numbered for Repeated {
    fn seq(&self) -> u64 {
        match self {
            Self::Post(row) => row.seq,
            Self::Repeat(row) => row.seq,
            Self::Reject(row) => row.seq,
        }
    }
}
