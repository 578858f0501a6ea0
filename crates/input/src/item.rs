//! What a record of the input becomes.

use std::sync::Arc;

use grens_law::RejectRecord;

use super::limit::TooManyRejects;
use super::post::Post;

/// Something to know about a post that is scored all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The input file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u64,
    /// What.
    pub message: String,
}

/// A post that is clearly not in Dutch. It is counted and not scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The input file.
    pub file: Arc<str>,
    /// Line in it, from 1.
    pub line: u64,
    /// Language tag, such as `de`.
    pub lang: &'static str,
}

/// What a record of the input became.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A post to score.
    Post(Box<Post>),
    /// A record that cannot be used.
    Reject(Box<RejectRecord>),
    /// A post that the language gate keeps from the model.
    Skip(Skip),
    /// The last item of a run with more rejects than allowed.
    TooManyRejects(TooManyRejects),
}
