//! What can go wrong in the review queue. No message holds text of a post, a password or a token.

use std::path::PathBuf;

use grens_gateway::database::StoreError;
use grens_law::{SpanError, VerdictError};

use crate::store::ItemId;

/// An error of this crate. Messages name the file or the field.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// A line of an input is not what it should be.
    #[error("{path}:{line}: {problem}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong; no text of the line.
        problem: String,
    },
    /// A file of posts that stand above findings cannot be opened.
    #[error(transparent)]
    Context(grens_input::InputError),
    /// An output could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The queue cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What stands in the queue cannot be understood: it was changed from outside.
    #[error("the review queue holds {what} that cannot be read; grens review verify says more")]
    Damaged {
        /// What.
        what: &'static str,
    },
    /// The person's role does not allow it, or the person is no longer active.
    #[error("a {role} may not {action}")]
    NotAllowed {
        /// The person's role.
        role: &'static str,
        /// What was asked.
        action: &'static str,
    },
    /// No item has this number.
    #[error("there is no item {0}")]
    NoItem(ItemId),
    /// The item is not in this hand (any more): its time ran out and somebody else has it, or it was judged or put back.
    #[error("item {0} is not in hand any more")]
    NotInHand(ItemId),
    /// Its text has been erased: nobody can judge it any more.
    #[error("the text of item {0} has been erased")]
    Erased(ItemId),
    /// The item is not in a state for this: nothing to reopen, to correct or to decide.
    #[error("item {item}: {problem}")]
    NotNow {
        /// Which item.
        item: ItemId,
        /// Why not.
        problem: &'static str,
    },
    /// Nothing of this person's can be undone there: unknown, somebody else's, undone already, or older than [`crate::store::UNDO`].
    #[error("that can no longer be undone")]
    TooLate,
    /// The verdict does not say what it must.
    #[error("the verdict cannot be used: {0}")]
    Verdict(#[from] VerdictError),
    /// The marked words do not stand in the text.
    #[error("the marked words cannot be used: {0}")]
    Span(#[from] SpanError),
    /// A field holds something that it cannot.
    #[error("field `{field}` {problem}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong; nothing of its content.
        problem: &'static str,
    },
    /// No such user.
    #[error("there is no user of that name")]
    NoUser,
    /// The name or pseudonym is taken.
    #[error("there is a user of that name or pseudonym already")]
    UserExists,
    /// A password that is refused.
    #[error("the password {0}")]
    Password(&'static str),
    /// The outbox or a record for it.
    #[error(transparent)]
    Gateway(#[from] grens_gateway::GatewayError),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, ReviewError>;
