//! Why a request gets no page, and what it gets instead.

use axum::http::StatusCode;

use grens_gateway::database::StoreError;

use super::strings::Strings;
use crate::ReviewError;

/// Why a request gets no page.
#[derive(Debug)]
pub(crate) enum Problem {
    /// Nobody is signed in.
    SignIn,
    /// The role does not allow it.
    Forbidden,
    /// The form did not come from a page of this session, or from another site.
    Forged,
    /// Another host than ours was asked for.
    Host,
    NotFound,
    Method,
    /// The body is too long.
    TooLong,
    /// The body came too slowly.
    Slow,
    /// A field is not what a form of ours sends.
    BadField,
    /// Somebody else has the item, or had it meanwhile.
    Gone,
    /// It can no longer be undone.
    TooLate,
    /// The text was erased.
    Erased,
    /// Not in this state.
    NotNow,
    /// The store is locked or full; what it said, for the log.
    Busy(String),
    /// It took too long, and goes on: nobody knows whether it was saved.
    Unfinished,
    /// Something broke; what, for the log.
    Failed(String),
}

impl Problem {
    /// Its status.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::BadField => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Gone | Self::TooLate | Self::NotNow => StatusCode::CONFLICT,
            Self::Erased => StatusCode::GONE,
            Self::Busy(_) | Self::Unfinished => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What those who run the page hear of it. No message of the store holds text of a post.
    pub(crate) fn for_the_log(&self) -> Option<&str> {
        match self {
            Self::Busy(what) | Self::Failed(what) => Some(what),
            Self::Unfinished => Some("a request took too long"),
            _ => None,
        }
    }

    /// What it says to people.
    pub(crate) const fn words(&self, t: &'static Strings) -> &'static str {
        match self {
            Self::SignIn => t.problem_sign_in,
            Self::Forbidden => t.problem_forbidden,
            Self::Forged => t.problem_forged,
            Self::Host => t.problem_host,
            Self::NotFound => t.problem_not_found,
            Self::Method => t.problem_method,
            Self::TooLong => t.problem_too_long,
            Self::Slow => t.problem_slow,
            Self::BadField => t.problem_bad_field,
            Self::Gone => t.problem_gone,
            Self::TooLate => t.problem_too_late,
            Self::Erased => t.problem_erased,
            Self::NotNow => t.problem_not_now,
            Self::Busy(_) => t.problem_busy,
            Self::Unfinished => t.problem_unfinished,
            Self::Failed(_) => t.problem_failed,
        }
    }
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NotAllowed { .. } => Self::Forbidden,
            ReviewError::NoItem(_) | ReviewError::NoUser => Self::NotFound,
            ReviewError::NotInHand(_) => Self::Gone,
            ReviewError::Erased(_) => Self::Erased,
            ReviewError::NotNow { .. } => Self::NotNow,
            ReviewError::TooLate => Self::TooLate,
            ReviewError::Verdict(_) | ReviewError::Span(_) | ReviewError::Field { .. } => Self::BadField,
            ReviewError::Password(_) | ReviewError::UserExists => Self::BadField,
            ReviewError::Store(StoreError::Full { .. } | StoreError::Locked { .. }) => Self::Busy(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}
