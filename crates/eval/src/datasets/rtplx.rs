//! RTP-LX rows: a text, `hate` 0 or 1, and `source`, so that a file may hold other sets beside it.

use grens_input::{Format, Layout, Record};

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, Gold, need};
use super::labels::{grounds, unmapped};

/// JSON Lines, plain or gzip. Take one language and split with `--where lang=nl --where split=dev`.
pub(super) struct RtpLx;

impl Adapter for RtpLx {
    fn card(&self) -> Card {
        Card::new("RTP-LX", "MIT", "de Wynter et al. 2025 (RTP-LX, AAAI); hate: raters' identity attack 3, harmless: 1")
    }

    fn columns(&self) -> Vec<&str> {
        vec!["text", "hate"]
    }

    fn layout(&self) -> Layout {
        Layout { format: Some(Format::Jsonl), ..Layout::default() }
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        if row.get("source").is_some_and(|source| source != "rtplx") {
            return Ok(None);
        }
        let label = match need(row, "hate")? {
            "1" => true,
            "0" => false,
            other => return Err(unmapped("hate", other)),
        };
        let grounds = row.get("grounds").map(|_| grounds(row, "grounds")).transpose()?;
        Ok(Some(Example {
            gold: Gold { group_hate: Some(label), ..Gold::default() },
            grounds,
            ..Example::new(row, "text", Some("id"))?
        }))
    }
}
