//! From text to calibrated scores: model directory, tokenizer, packed encoder, heads, calibration.
//!
//! This crate knows no file format of posts. The way through it: [`ModelDir::open`] finds and checks the files,
//! [`Scorer::load`] builds the model on a device, [`Scorer::score`] normalises, tokenises, packs, encodes and calibrates.

mod calibration;
mod device;
mod encoder;
mod error;
mod export;
mod golden;
mod hub;
mod labels;
mod manifest;
mod model_dir;
mod normalise;
mod packed;
mod scorer;
mod tokens;
mod weights;
mod weights_file;

pub use calibration::{Calibration, HeadMap};
pub use device::{Device, DeviceChoice};
pub use encoder::{Encoder, MODEL_TYPES, Pace};
pub use error::{InferError, Result};
pub use export::export_hf;
pub use golden::{GoldenReport, TOLERANCE, TOLERANCE_BF16, TOLERANCE_INT8, compare_with_golden};
pub use hub::OFFLINE_ENV;
pub use labels::{Activation, Heads, LabelMap, LabelPair, Output};
pub use model_dir::{ModelDir, hex};
pub use normalise::{Normalised, normalise, normalise_text, normalised};
pub use packed::{PackedBatch, equal_ranges};
pub use scorer::{Arithmetic, ModelInfo, PostScores, Scorer, ScorerOptions};
pub use tokens::{Encoded, Tokens};
