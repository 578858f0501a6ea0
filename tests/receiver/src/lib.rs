//! Reference receiver of what `grens deliver` sends: the contract of docs/gateway.md as a small program. Written on its own, from the contract alone, so that
//! it checks the sender instead of mirroring it.
//!
//! [`check`] is all that a receiver must look at before it believes a delivery; [`Store`] is how it takes each record once. [`Faults`] makes it
//! misbehave on request, for tests.

#![allow(clippy::expect_used, reason = "a test program: what must not happen ends it")]

mod app;
mod check;
mod faults;
mod store;

pub use app::{Options, Running, start};
pub use check::{Refusal, check};
pub use faults::{Fault, Faults};
pub use store::{Store, Stored};
