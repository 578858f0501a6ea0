//! GrensCheck, the project's functional test suite (`eval-data/grenscheck/README.md`).

use grens_input::{Format, Layout, Record};

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, need};
use super::labels::{band, grounds, or_empty, own_gold};

/// Its CSV. Cases of one family are one cluster.
pub(super) struct GrensCheck;

impl Adapter for GrensCheck {
    fn card(&self) -> Card {
        Card::new("GrensCheck", "Apache-2.0 OR MIT", "grens, eval-data/grenscheck (2026)")
    }

    fn columns(&self) -> Vec<&str> {
        vec![
            "case_id",
            "functionality",
            "test_case",
            "group_hate",
            "art137c",
            "art137d",
            "grounds",
            "expected_band",
            "family",
        ]
    }

    fn layout(&self) -> Layout {
        Layout { format: Some(Format::Csv), ..Layout::default() }
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        Ok(Some(Example {
            gold: own_gold(row)?,
            grounds: Some(grounds(row, "grounds")?),
            functionality: need(row, "functionality")?.to_owned(),
            group: or_empty(row, "target_ident"),
            cluster: need(row, "family")?.to_owned(),
            expected_band: Some(band(row, "expected_band")?),
            ..Example::new(row, "test_case", Some("case_id"))?
        }))
    }
}
