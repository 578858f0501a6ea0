//! Labelled sets against the decisions of the one scoring path.
//!
//! [`datasets`] turns a file into labelled examples, [`System`] holds what a model (through the same [`grens_batch::Decider`] as every scan)
//! or another system says of them, [`evaluate`] makes the figures of [`metrics`] out of both.

pub mod baselines;
pub mod calibrate;
mod compare;
pub mod datasets;
mod error;
mod head;
mod leakage;
pub mod metrics;
mod report;
#[cfg(feature = "schema")]
pub mod schema;
mod system;
pub mod threshold;

pub use compare::{
    COMPARE_SCHEMA, Comparison, Difference, Disagreement, Pair, SystemRow, Test, compare, holm, mcnemar_exact,
};
pub use error::{EvalError, Result};
pub use grens_input::RecordsError;
pub use head::Head;
pub use leakage::{Leakage, Overlap, check_leakage, check_overlap};
pub use report::{
    BandTable, Bound, DataRef, Direction, EVAL_SCHEMA, Estimate, HeadReport, Manifest, PointReport, Report, Share,
    Slice, SliceRow, evaluate,
};
pub use system::{HeadScores, System, SystemRef, half_policy};
