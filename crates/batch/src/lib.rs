//! How posts walk: read record by record, gathered into windows, scored, decided, written.
//!
//! One scoring path for every command: [`Decider`] is the only place where a text becomes a decision record. [`run`] is what `grens score` does;
//! [`scan`] is the nightly scan.

mod decider;
mod disk;
mod error;
mod input;
mod pipeline;
mod scan;
mod windows;

pub use decider::{Decider, TextScorer};
pub use error::{BatchError, Result};
pub use input::{
    Fields, InputOptions, Inputs, Item, MAX_RECORD_BYTES, MAX_TEXT_BYTES, Place, Post, Skip, Source, SourceState,
    Warning,
};
pub use pipeline::{Counts, Sink, run};
pub use scan::{
    Ending, Format, FormatError, Progress, Purged, Report, ScanOptions, Shard, ShardError, Watcher, merge, purge,
    purge_state, scan,
};
pub use windows::Window;
