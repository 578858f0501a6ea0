//! JSON Lines with plain and with nested field names.
#![no_main]

use grens_input::{Fields, InputOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    grens_fuzz::check(bytes, &InputOptions::default());
    let fields = Fields { id: "a.b".to_owned(), text: "a.text".to_owned(), ..Fields::default() };
    grens_fuzz::check(bytes, &InputOptions { fields, ..InputOptions::default() });
});
