//! Posts out of inputs. One constructor, [`Inputs::open`], hides where they lie and how they are written.
//!
//! Every record that cannot be used is named; no record stops the reading. The same inputs give the same sequence of items.

mod compression;
mod csv;
mod digest;
mod document;
mod error;
mod expand;
mod fields;
mod format;
pub mod formula;
mod found;
mod html;
mod inputs;
mod item;
mod jsonl;
mod language;
mod limit;
mod lines;
mod lists;
mod object;
mod opened;
mod parquet;
mod post;
mod preset;
mod pseudonym;
mod raw;
mod records;
mod row;
mod seen;
mod shape;
mod source;
mod stoppable;
mod time;
mod walker;

use std::sync::atomic::AtomicBool;

pub use digest::TextHash;
pub use error::{InputError, Result};
pub use expand::expand;
pub use fields::Fields;
pub use format::Format;
pub use found::Fault;
pub use inputs::Inputs;
pub use item::{Item, Skip, Warning};
pub use language::{LanguageGate, clearly_other};
pub use limit::{RejectLimit, TooManyRejects};
pub use lists::{ListError, each_record};
pub use post::{MAX_TEXT_BYTES, Place, Post};
pub use preset::{PRESETS, Preset};
pub use pseudonym::{KeyError, PseudonymKey};
pub use records::{Layout, Record, Records, RecordsError};
pub use source::{Source, SourceState};

/// Longest record (a line, for most formats) that is read; a longer one is skipped and named.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// How inputs are read.
#[derive(Debug, Clone, Default)]
pub struct InputOptions {
    /// Names of the fields; a preset has its own.
    pub fields: Fields,
    /// The format of all inputs; without it each file's name tells, and what tells nothing is JSON Lines.
    pub format: Option<Format>,
    /// The platform whose exports are read.
    pub preset: Option<&'static Preset>,
    /// What authors' names become; without it they are dropped.
    pub pseudonyms: Option<PseudonymKey>,
    /// Score posts that are clearly not in Dutch too.
    pub all_languages: bool,
    /// How many records may be rejected.
    pub max_rejects: Option<RejectLimit>,
    /// How many of the latest ids are at least remembered, to find one that comes twice; without it all of them, which for an input that
    /// never ends is memory without bound.
    pub remembered_ids: Option<usize>,
    /// When it is set, a pipe is read no further: what has come from it is handed out, and then it is at its end.
    pub stop: Option<&'static AtomicBool>,
}
