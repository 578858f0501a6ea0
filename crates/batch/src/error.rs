//! What can go wrong between an input file and an output file.

use std::path::PathBuf;

use grens_input::{InputError, KeyError, TooManyRejects};

/// An error of this crate. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// An input could not be opened or read on.
    #[error("cannot read {file}: {source}")]
    Input {
        /// Which file, or `-` for stdin.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The pseudonym key cannot be used.
    #[error(transparent)]
    Key(KeyError),
    /// An output could not be written.
    #[error("cannot write {path}: {source}")]
    Output {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The output directory holds something that is no run that could be gone on with.
    #[error("{path} holds {what}; give another --out directory, or remove this one")]
    Taken {
        /// The directory.
        path: PathBuf,
        /// What is in it.
        what: &'static str,
    },
    /// Another process works in the folder.
    #[error("{who} works in {dir}")]
    Locked {
        /// The directory.
        dir: PathBuf,
        /// The lock file.
        lock: PathBuf,
        /// Which process, on which host.
        who: String,
    },
    /// The folder holds a run that was begun otherwise.
    #[error("{path} holds a scan that was begun otherwise:\n  {}", differences.join("\n  "))]
    Differs {
        /// The directory.
        path: PathBuf,
        /// One line for each difference.
        differences: Vec<String>,
    },
    /// The input is not what the finished parts were made from.
    #[error("the input is not the one that {path} was begun with: {what}")]
    InputChanged {
        /// The directory.
        path: PathBuf,
        /// Which items.
        what: String,
    },
    /// A file of a run was changed from outside.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// How.
        what: String,
    },
    /// Shards that do not make a whole.
    #[error("these folders do not make one scan:\n  {}", problems.join("\n  "))]
    Shards {
        /// One line for each problem.
        problems: Vec<String>,
    },
    /// More records were unusable than the run allows.
    #[error("{0}")]
    TooManyRejects(TooManyRejects),
    /// The reader of stdout went away.
    #[error("the reader of the output closed it")]
    Closed,
    /// The model failed.
    #[error(transparent)]
    Infer(#[from] grens_infer::InferError),
}

impl From<InputError> for BatchError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Open { file, source } => Self::Input { file, source },
            InputError::Key(error) => Self::Key(error),
        }
    }
}

impl BatchError {
    /// An output error; a closed pipe becomes [`BatchError::Closed`].
    pub fn output(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Output { path: path.into(), source }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, BatchError>;
