//! Labelled sets against the decisions of the one scoring path.
//!
//! [`read`] turns a file into a [`Dataset`], [`evaluate`] scores it with the same [`grens_batch::Decider`] as every scan.

mod dataset;
mod error;
pub mod metrics;
mod report;

pub use dataset::{Dataset, Example, Format, Gold, Problem, read};
pub use error::{EvalError, Result};
pub use report::{FunctionalityRow, Report, evaluate};
