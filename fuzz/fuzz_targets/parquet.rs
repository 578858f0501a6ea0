//! Parquet, which is read from files only.
#![no_main]

use std::io::Write as _;

use grens_input::{Format, InputOptions, Inputs, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let options = InputOptions { format: Some(Format::Parquet), ..InputOptions::default() };
    let inputs = Inputs::open(vec![Source::File(file.path().to_owned())], options).unwrap();
    inputs.take(100_000).for_each(|item| grens_fuzz::well_formed(&item));
});
