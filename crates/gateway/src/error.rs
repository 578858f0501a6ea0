//! What can go wrong on the way out. No message holds text of a post or a secret.

use std::path::PathBuf;

use grens_input::ListError;

use crate::database::StoreError;
use crate::draft::DraftError;

/// An error of this crate. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// An input could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
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
    /// A list cannot be read, or a line of it is no record.
    #[error(transparent)]
    List(#[from] ListError),
    /// A folder or file that is no list of findings.
    #[error("{path} {problem}")]
    NoList {
        /// Which folder or file.
        path: PathBuf,
        /// What is missing.
        problem: String,
    },
    /// No record can be made of a finding.
    #[error("no record can be made of post {id}: {source}")]
    Draft {
        /// The post's id.
        id: String,
        /// Why.
        source: DraftError,
    },
    /// An output could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The outbox cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process delivers.
    #[error("another process delivers from the outbox {path}")]
    Delivering {
        /// The outbox.
        path: PathBuf,
    },
    /// The outbox belongs to another receiver.
    #[error("the outbox {path} has sent records to {was}, and the receiver given is {given}")]
    OtherReceiver {
        /// The outbox.
        path: PathBuf,
        /// The earlier receiver, without anything secret.
        was: String,
        /// The one given.
        given: String,
    },
    /// There is no folder to deliver into.
    #[error("there is no folder {path}")]
    NoFolder {
        /// Which folder.
        path: PathBuf,
    },
    /// Records would pass the network unencrypted.
    #[error("cannot deliver to {to}: plain HTTP would show records to the network")]
    Unencrypted {
        /// Where, without anything secret.
        to: String,
    },
    /// A place to deliver to that cannot be used.
    #[error("cannot deliver to {to}: {problem}")]
    Target {
        /// Where, without anything secret.
        to: String,
        /// Why.
        problem: String,
    },
    /// An answer that speaks against no record in particular, and that waiting does not mend.
    #[error("{to} answers {status} and takes nothing")]
    Turned {
        /// Where.
        to: String,
        /// The HTTP status.
        status: u16,
    },
    /// A secret that cannot be used.
    #[error("the secret {place} {problem}")]
    Secret {
        /// File or variable.
        place: String,
        /// Why.
        problem: String,
    },
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, GatewayError>;
