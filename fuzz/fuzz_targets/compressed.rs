//! gzip and zstd around JSON Lines.
#![no_main]

use grens_input::InputOptions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| grens_fuzz::check(bytes, &InputOptions::default()));
