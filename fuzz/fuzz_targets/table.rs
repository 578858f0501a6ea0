//! CSV and TSV.
#![no_main]

use grens_input::{Format, InputOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Csv, Format::Tsv] {
        grens_fuzz::check(bytes, &InputOptions { format: Some(format), ..InputOptions::default() });
    }
});
