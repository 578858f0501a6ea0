//! The arithmetic under the encoder: matrix products in f32 and in 8 bits, activations, normalisation and attention on rows; and the minima of hashes
//! that sketches of texts are made of.
//!
//! Every kernel has a plain reference that any processor runs, and faster tiers that are chosen at run time
//! ([`Tier::detect`]). This is the only crate of the project with `unsafe` code. All matrices are row-major slices.
//!
//! Each output element is summed in one fixed order that depends on neither the number of rows nor their place, so a
//! post's logits are bit for bit the same alone and in any batch, on one tier.

#![allow(clippy::needless_range_loop, reason = "loops over indices of small arrays become vectors and registers")]

mod aligned;
mod attention;
mod elementwise;
mod linear;
mod linear_int8;
mod matrix;
mod minima;
mod quantised_matrix;
mod quantised_rows;
mod tier;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod tiles;
mod two_bytes;

#[cfg(feature = "cuda")]
pub mod cuda;

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
mod neon_dot;

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
mod x86_amx;
#[cfg(target_arch = "x86_64")]
mod x86_amx_attention;
#[cfg(target_arch = "x86_64")]
mod x86_attention;
#[cfg(target_arch = "x86_64")]
mod x86_avx_vnni;
#[cfg(target_arch = "x86_64")]
mod x86_finish;
#[cfg(target_arch = "x86_64")]
mod x86_gelu;
#[cfg(target_arch = "x86_64")]
mod x86_rows;
#[cfg(target_arch = "x86_64")]
mod x86_softmax;
#[cfg(target_arch = "x86_64")]
mod x86_vnni;

pub use attention::{AttentionShape, Queries, attention};
pub use elementwise::{gelu, layer_norm, softmax, tanh};
pub use linear::{Activation, linear, linear_part};
pub use linear_int8::{linear_int8, linear_int8_part};
pub use matrix::{PANEL, PackedMatrix};
pub use minima::minima;
pub use quantised_matrix::QuantisedMatrix;
pub use quantised_rows::{Precision, QuantisedRows};
pub use tier::{Tier, TierError};
