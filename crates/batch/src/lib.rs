//! How posts walk: read record by record, gathered into windows, scored, decided, written.
//!
//! One scoring path for every command: [`Decider`] is the only place where a text becomes a decision record. [`run`] is what `grens score` does;
//! [`scan`] is the nightly scan.

// Readers are a crate of their own, so that they build and fuzz without the model.
use grens_input as input;

mod decider;
mod disk;
mod error;
mod occlusion;
mod pipeline;
mod scan;
#[cfg(test)]
mod uneven;
mod windows;

pub use decider::{Decider, Judged, Portions, TextScorer};
pub use error::{BatchError, Result};
pub use grens_input::{
    Fields, Format, InputError, InputOptions, Inputs, Item, KeyError, MAX_RECORD_BYTES, MAX_TEXT_BYTES, PRESETS, Place,
    Post, Preset, PseudonymKey, RejectLimit, Skip, Source, SourceState, TextHash, TooManyRejects, Warning,
    clearly_other, expand,
};
pub use occlusion::{Highlight, MOST_HIGHLIGHTS, MOST_PIECES, highlights};
pub use pipeline::{Counts, Sink, run};
pub use scan::{
    Ending, ListFormat, ListFormatError, Progress, Purged, Report, ScanOptions, Shard, ShardError, Watcher, merge,
    purge, purge_state, scan,
};
pub use windows::Window;
