//! JSON documents.
#![no_main]

use grens_input::{Format, InputOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    grens_fuzz::check(bytes, &InputOptions { format: Some(Format::Json), ..InputOptions::default() });
});
