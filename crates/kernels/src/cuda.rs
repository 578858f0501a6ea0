//! The encoder's arithmetic on NVIDIA GPUs, behind an interface without `unsafe`.
//!
//! Nothing of CUDA is needed to build this or to start a program that has it: the driver, cuBLASLt and NVRTC are looked for when a device is opened
//! ([`Device::open`]), and what is missing is an error that names it. Matrix products are cuBLASLt's, bf16 in and f32 sums; all else are the kernels
//! of `cuda/source`, which NVRTC compiles for the device and for the model's sizes when a [`Gpu`] is made ([`compile`](self) in `compile.rs`).
//!
//! A batch runs on a *lane*: a stream with buffers of its own. Several lanes let several batches be under way, so that copies and launches of one
//! lie beside the arithmetic of another. [`Gpu::embed`] takes a free lane and waits for one where there is none; what it gives, [`Rows`], keeps the
//! lane until the last of its rows is gone.
//!
//! Weights that are kept in 8 bits lose nothing: bf16 holds every whole number up to 256, and the scale of a row is applied in f32 to what the
//! product gives. Each output of a product is summed in the order that one algorithm has, which is chosen per matrix once and not per batch
//! (`gemm.rs`); all other sums have a fixed order.

mod bf16;
mod compile;
mod device;
mod error;
mod gemm;
mod gpu;
mod lane;
mod library;
mod parts;
mod rows;

pub use compile::{ARCH_ENV, ModelSize, compile};
pub use device::{Device, report};
pub use error::CudaError;
pub use gpu::Gpu;
pub use library::LIBS_ENV;
pub use parts::{Embedding, Head, HeadWeights, Linear, LinearWeights, Norm, Tables};
pub use rows::Rows;
