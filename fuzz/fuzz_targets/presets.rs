//! Every preset, on lines and on documents.
#![no_main]

use grens_input::{Format, InputOptions, PRESETS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for preset in PRESETS {
        for format in [Format::Jsonl, Format::Json] {
            let options = InputOptions { preset: Some(preset), format: Some(format), ..InputOptions::default() };
            grens_fuzz::check(bytes, &options);
        }
    }
});
