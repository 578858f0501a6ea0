//! What can go wrong between a program and a GPU.

use cudarc::cublaslt::{result::CublasError, sys::cublasStatus_t};
use cudarc::driver::{DriverError, sys::CUresult};

/// An error of the GPU, its driver or its libraries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CudaError {
    /// A library or device that is needed is not there.
    #[error("{0}")]
    Missing(String),
    /// A device or a model that cannot be used.
    #[error("{0}")]
    Unsupported(String),
    /// The device has no memory left for what was asked. A smaller batch may fit.
    #[error("the GPU is out of memory")]
    OutOfMemory,
    /// The driver refused something.
    #[error("the CUDA driver said {0}")]
    Driver(String),
    /// cuBLASLt refused something.
    #[error("cuBLASLt said {0}")]
    Blas(String),
    /// The kernels could not be compiled.
    #[error("NVRTC could not compile the kernels for {arch}: {log}")]
    Compile {
        /// What for.
        arch: String,
        /// What the compiler said.
        log: String,
    },
    /// Rows, weights or lengths that do not fit together.
    #[error("{0}")]
    Shape(String),
}

impl From<DriverError> for CudaError {
    fn from(error: DriverError) -> Self {
        match error.0 {
            CUresult::CUDA_ERROR_OUT_OF_MEMORY => Self::OutOfMemory,
            // What `cuInit` says where there is none, or `CUDA_VISIBLE_DEVICES` hides them all.
            CUresult::CUDA_ERROR_NO_DEVICE => Self::Missing("the driver shows no GPU".to_owned()),
            // Its name alone: the driver is not asked for a sentence, since it may be what is broken.
            other => Self::Driver(format!("{other:?}")),
        }
    }
}

impl From<CublasError> for CudaError {
    fn from(error: CublasError) -> Self {
        match error.0 {
            cublasStatus_t::CUBLAS_STATUS_ALLOC_FAILED => Self::OutOfMemory,
            other => Self::Blas(format!("{other:?}")),
        }
    }
}
