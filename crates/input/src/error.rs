//! What can go wrong before anything is read.

use super::pseudonym::KeyError;

/// An error of this crate. What goes wrong later, in the middle of an input, is a reject and no error.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// An input is not there, or cannot be opened.
    #[error("cannot read {file}: {source}")]
    Open {
        /// Which file, folder or pattern.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The pseudonym key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, InputError>;
