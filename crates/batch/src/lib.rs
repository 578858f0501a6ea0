//! How posts walk: read line by line, gathered into windows, scored, decided, written.
//!
//! One scoring path for every command: [`Decider`] is the only place where a text becomes a decision record.

mod decider;
mod error;
mod input;
mod language;
mod pipeline;
mod scan;

pub use decider::Decider;
pub use error::{BatchError, Result};
pub use input::{
    Fields, Format, InputOptions, Inputs, Item, KeyError, MAX_RECORD_BYTES, MAX_TEXT_BYTES, PRESETS, Place, Post,
    Preset, PseudonymKey, RejectLimit, Skip, Source, SourceState, TooManyRejects, Warning, expand,
};
pub use language::clearly_other;
pub use pipeline::{Counts, Sink, Window, run};
pub use scan::{QueueItem, ScanDir, ScanMeta};
