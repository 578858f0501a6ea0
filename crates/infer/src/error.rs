//! What can go wrong between a model directory and a score.

use std::path::PathBuf;

/// An error of this crate. Messages name the file and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// No model where one was looked for.
    #[error("there is no model at {path}: {missing} is missing")]
    NoModel {
        /// The directory.
        path: PathBuf,
        /// The first file that is missing.
        missing: String,
    },
    /// A model file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A model file is not what the manifest says.
    #[error("{path} is damaged or was changed: its SHA-256 is {found}, grens.toml says {wanted}")]
    Hash {
        /// Which file.
        path: PathBuf,
        /// The hash of the file as it lies there.
        found: String,
        /// The hash that the manifest names.
        wanted: String,
    },
    /// A model file does not parse or does not fit the others.
    #[error("{path}: {problem}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The policy that came with a model is not sound.
    #[error(transparent)]
    Policy(#[from] grens_law::PolicyError),
    /// The model gave something that is no number.
    #[error(
        "the model gave a logit that is no finite number: its weights are damaged, or too large for how they are multiplied"
    )]
    NotFinite,
    /// A kind of model that cannot be run.
    #[error("{path}: model_type {model_type:?} cannot be run; these can: {known}")]
    Unsupported {
        /// Which file says so.
        path: PathBuf,
        /// What it says.
        model_type: String,
        /// What it may say.
        known: String,
    },
    /// A label map that does not fit the model.
    #[error("label map: {0}")]
    Labels(String),
    /// The device is not built in or not there.
    #[error("{0}")]
    Device(String),
    /// The model hub could not be used.
    #[error(
        "cannot get {name} from the model hub: {problem}; with no network, give a local directory, or run once online to fill the cache"
    )]
    Hub {
        /// The hub name.
        name: String,
        /// What went wrong.
        problem: String,
    },
    /// The tokenizer refused a text or its own file.
    #[error("tokenizer: {0}")]
    Tokenizer(String),
    /// The tensor library failed.
    #[error("inference: {0}")]
    Candle(#[from] candle_core::Error),
    /// The device has no memory left for a batch. It is tried again in halves, so that this is told of a single post only.
    #[error("the GPU is out of memory; something else may be using it, see nvidia-smi")]
    OutOfMemory,
    /// The GPU, its driver or its libraries failed.
    #[cfg(feature = "cuda")]
    #[error("GPU: {0}")]
    Cuda(grens_kernels::cuda::CudaError),
    /// The kernel tier that was forced is not there.
    #[error("{0}; unset GRENS_KERNEL to use the fastest tier of this machine")]
    Kernel(#[from] grens_kernels::TierError),
    /// The thread pool could not be started.
    #[error("cannot start the worker threads: {0}")]
    Threads(String),
}

#[cfg(feature = "cuda")]
impl From<grens_kernels::cuda::CudaError> for InferError {
    fn from(error: grens_kernels::cuda::CudaError) -> Self {
        use grens_kernels::cuda::CudaError;
        match error {
            CudaError::OutOfMemory => Self::OutOfMemory,
            CudaError::Missing(problem) | CudaError::Unsupported(problem) => Self::Device(problem),
            other => Self::Cuda(other),
        }
    }
}

impl InferError {
    pub(crate) fn malformed(path: impl Into<PathBuf>, problem: impl ToString) -> Self {
        Self::Malformed { path: path.into(), problem: problem.to_string() }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, InferError>;
