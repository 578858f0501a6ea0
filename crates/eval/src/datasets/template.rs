//! An adapter to copy. It is compiled, so that it cannot rot, and used by nothing.
//!
//! Steps to add a set:
//! 1. Copy this file to `datasets/NAME.rs` and rename the type; add `mod NAME;` to `datasets.rs`.
//! 2. `card`: name, licence and citation as the set's authors state them ("not stated" where they do not).
//! 3. `columns`: the columns that tell this kind of file from another; a file without them is refused with their names.
//! 4. `layout`: leave it out where the file's name tells (CSV, TSV, JSON Lines or Parquet, plain, gzip or zstd).
//! 5. `example`: labels through an exhaustive match that ends in `unmapped`, so that a new value is an error and no silent "harmless". Fill
//!    `cluster` where texts come from one template or thread: intervals are wrong without it.
//! 6. Add the name to `NAMED` and `named` in `adapter.rs`, two rows of the set to `datasets/tests.rs`, a line to `docs/evaluation.md`.

use grens_input::Record;

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, Gold, need};
use super::labels::unmapped;

#[allow(dead_code, reason = "a template")]
struct Template;

impl Adapter for Template {
    fn card(&self) -> Card {
        Card::new("name of the set", "its licence", "authors, year, place")
    }

    fn columns(&self) -> Vec<&str> {
        vec!["text", "label"]
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        let label = match need(row, "label")? {
            "hate" => Some(true),
            "none" => Some(false),
            "unclear" => None,
            other => return Err(unmapped("label", other)),
        };
        Ok(Some(Example {
            gold: Gold { group_hate: label, ..Gold::default() },
            ..Example::new(row, "text", Some("id"))?
        }))
    }
}
