//! Parquet, which is read from files only. The parquet crate panics on some damaged files; the reader makes rejects of that, which
//! is what is tested here, so that a panic that was caught must not end the target.
#![no_main]

use std::io::Write as _;
use std::sync::Once;

use grens_input::{Format, InputOptions, Inputs, Source};
use libfuzzer_sys::fuzz_target;

/// libFuzzer ends on every panic, caught or not, by way of the panic hook; what is not caught ends it all the same.
static NO_HOOK: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    NO_HOOK.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let options = InputOptions { format: Some(Format::Parquet), ..InputOptions::default() };
    let inputs = Inputs::open(vec![Source::File(file.path().to_owned())], options).unwrap();
    inputs.take(100_000).for_each(|item| grens_fuzz::well_formed(&item));
});
