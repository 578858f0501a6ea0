//! HateCheck and Multilingual HateCheck in their published columns.

use grens_input::{Format, Layout, Record};

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, Gold, need};
use super::labels::{or_empty, unmapped};

/// Their CSV. Cases of one template are one cluster.
pub(super) struct HateCheck;

impl Adapter for HateCheck {
    fn card(&self) -> Card {
        Card::new(
            "HateCheck",
            "CC-BY-4.0",
            "Röttger et al. 2021 (HateCheck, ACL); Röttger et al. 2022 (Multilingual HateCheck, WOAH)",
        )
    }

    fn columns(&self) -> Vec<&str> {
        vec!["functionality", "test_case", "label_gold"]
    }

    fn layout(&self) -> Layout {
        Layout { format: Some(Format::Csv), ..Layout::default() }
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        let label = match need(row, "label_gold")? {
            "hateful" => true,
            "non-hateful" => false,
            other => return Err(unmapped("label_gold", other)),
        };
        let id = if row.get("mhc_case_id").is_some() { "mhc_case_id" } else { "case_id" };
        Ok(Some(Example {
            gold: Gold { group_hate: Some(label), ..Gold::default() },
            functionality: need(row, "functionality")?.to_owned(),
            group: or_empty(row, "target_ident"),
            cluster: or_empty(row, "templ_id"),
            ..Example::new(row, "test_case", Some(id))?
        }))
    }
}
