//! How posts walk: read line by line, gathered into windows, scored, decided, written.
//!
//! One scoring path for every command: [`Decider`] is the only place where a text becomes a decision record.

/// Where posts come from; a crate of its own, so that readers build and fuzz without the model.
use grens_input as input;

mod decider;
mod error;
mod pipeline;
mod scan;

pub use decider::Decider;
pub use error::{BatchError, Result};
pub use grens_input::{
    Fields, Format, InputError, InputOptions, Inputs, Item, KeyError, MAX_RECORD_BYTES, MAX_TEXT_BYTES, PRESETS, Place,
    Post, Preset, PseudonymKey, RejectLimit, Skip, Source, SourceState, TooManyRejects, Warning, clearly_other, expand,
};
pub use pipeline::{Counts, Sink, Window, run};
pub use scan::{QueueItem, ScanDir, ScanMeta};
