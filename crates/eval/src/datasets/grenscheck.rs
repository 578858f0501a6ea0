//! GrensCheck, the project's functional test suite (`eval-data/grenscheck/README.md`).

use super::adapter::{Adapter, Card, Fault};
use super::example::Example;
use super::labels::{band, grounds, or_empty, own_gold};
use super::table::{Layout, Row};

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

    fn layout(&self) -> Option<Layout> {
        Some(Layout::Csv)
    }

    fn example(&self, row: &Row) -> Result<Option<Example>, Fault> {
        Ok(Some(Example {
            gold: own_gold(row)?,
            grounds: Some(grounds(row, "grounds")?),
            functionality: row.need("functionality")?.to_owned(),
            group: or_empty(row, "target_ident"),
            cluster: row.need("family")?.to_owned(),
            expected_band: Some(band(row, "expected_band")?),
            ..Example::new(row, "test_case", Some("case_id"))?
        }))
    }
}
