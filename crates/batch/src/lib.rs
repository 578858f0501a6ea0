//! How posts walk: read line by line, gathered into windows, scored, decided, written.
//!
//! One scoring path for every command: [`Decider`] is the only place where a text becomes a decision record.

mod decider;
mod error;
mod input;
mod pipeline;
mod scan;

pub use decider::Decider;
pub use error::{BatchError, Result};
pub use input::{
    Fields, InputOptions, Inputs, Item, MAX_RECORD_BYTES, MAX_TEXT_BYTES, Place, Post, Skip, Source, SourceState,
    Warning,
};
pub use pipeline::{Counts, Sink, Window, run};
pub use scan::{QueueItem, ScanDir, ScanMeta};
