//! The project's own rows (`eval-data/LABELS.md`).

use super::adapter::{Adapter, Card, Fault};
use super::example::Example;
use super::labels::{grounds, or_empty, own_gold};
use super::table::{Layout, Row};

/// Tab-separated, no quoting.
pub(super) struct OwnRows;

impl Adapter for OwnRows {
    fn card(&self) -> Card {
        Card::new(
            "grens rows",
            "Apache-2.0 OR MIT",
            "grens, eval-data/ (2026), with the label rules of eval-data/LABELS.md",
        )
    }

    fn columns(&self) -> Vec<&str> {
        vec!["family", "group_hate", "art137c", "art137d", "grounds", "context", "group", "text"]
    }

    fn layout(&self) -> Option<Layout> {
        Some(Layout::PlainTsv)
    }

    fn example(&self, row: &Row) -> Result<Option<Example>, Fault> {
        Ok(Some(Example {
            gold: own_gold(row)?,
            grounds: Some(grounds(row, "grounds")?),
            functionality: row.need("context")?.to_owned(),
            group: or_empty(row, "group"),
            cluster: row.need("family")?.to_owned(),
            ..Example::new(row, "text", None)?
        }))
    }
}
