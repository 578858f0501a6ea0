//! The project's own rows (`eval-data/LABELS.md`).

use grens_input::{Layout, Record};

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, need};
use super::labels::{grounds, or_empty, own_gold};

/// Tab-separated without quoting, or JSON Lines with the same names: the file's name tells.
pub(super) const OWN: Layout = Layout { format: None, quoting: false, lists: false };

/// Files of [`OWN`] layout.
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

    fn layout(&self) -> Layout {
        OWN
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        Ok(Some(Example {
            gold: own_gold(row)?,
            grounds: Some(grounds(row, "grounds")?),
            functionality: need(row, "context")?.to_owned(),
            group: or_empty(row, "group"),
            cluster: need(row, "family")?.to_owned(),
            ..Example::new(row, "text", Some("id"))?
        }))
    }
}
