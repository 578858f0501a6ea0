//! RTP-LX prompts with the raters' marks themselves, as other systems were judged on them.

use grens_input::{Format, Layout, Record};

use super::adapter::{Adapter, Card, Fault};
use super::example::{Example, Gold, need};
use super::labels::unmapped;

const MARKS: &str = "identity_attack_raters";
/// Mean mark from which a text counts as hateful.
const HATEFUL: f64 = 2.0;

/// JSON Lines with a list of marks (1 to 3) a text; hateful where their mean is 2 or more.
pub(super) struct Raters;

impl Adapter for Raters {
    fn card(&self) -> Card {
        Card::new(
            "RTP-LX, raters' mean",
            "MIT",
            "de Wynter et al. 2025 (RTP-LX, AAAI); hate: raters' mean identity attack 2 or more",
        )
    }

    fn columns(&self) -> Vec<&str> {
        vec!["id", "text", MARKS]
    }

    fn layout(&self) -> Layout {
        Layout { format: Some(Format::Jsonl), ..Layout::default() }
    }

    fn example(&self, row: &Record) -> Result<Option<Example>, Fault> {
        let list = need(row, MARKS)?;
        let marks: Vec<f64> = serde_json::from_str(list).map_err(|_| unmapped(MARKS, list))?;
        if marks.is_empty() || marks.iter().any(|m| !(1.0..=3.0).contains(m)) {
            return Err(unmapped(MARKS, list));
        }
        #[allow(clippy::cast_precision_loss, reason = "a handful of raters")]
        let mean = marks.iter().sum::<f64>() / marks.len() as f64;
        Ok(Some(Example {
            gold: Gold { group_hate: Some(mean >= HATEFUL), ..Gold::default() },
            ..Example::new(row, "text", Some("id"))?
        }))
    }
}
