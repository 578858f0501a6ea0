//! What a researcher may have: no text, no place, no day, and names that mean nothing outside one export.

use std::io::Write;

use serde::Serialize;

use super::line;
use crate::error::Result;
use crate::store::access::Step;
use crate::store::codes::{articles_of, grounds_of};
use crate::store::standing::Standing;
use crate::store::{Store, chain, rows};

/// Name and version of a row.
const SCHEMA: &str = "grens.review-row/1";

#[derive(Serialize)]
struct Row {
    schema: &'static str,
    item: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    found: String,
    platform: String,
    band: String,
    articles: Vec<grens_law::Article>,
    grounds: Vec<grens_law::Ground>,
    confidence: f64,
    raters: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    ratings: Vec<Rating>,
}

#[derive(Serialize)]
struct Rating {
    by: String,
    round: i64,
    place: i64,
    verdict: grens_law::Judgement,
    articles: Vec<grens_law::Article>,
    grounds: Vec<grens_law::Ground>,
    context: Vec<grens_law::ContextFlag>,
}

impl Store {
    /// Write what a researcher may have, as JSON Lines: pseudonyms of items and persons that are new in every export, scores, articles, grounds, verdicts, months;
    /// no text, no place, no day. Erased items are in it. Returns how many rows.
    ///
    /// # Errors
    /// When the store cannot be read, or `out` fails.
    pub fn export_pseudonymised(&self, out: &mut dyn Write) -> Result<u64> {
        // Thrown away after the export, so that two exports cannot be joined, nor one with the store.
        let key = chain::salt();
        let pseudonym = |kind: &str, name: &str| {
            chain::seal(&key, &chain::json(&[kind, name])).chars().take(16).collect::<String>()
        };
        let item = |id: i64| pseudonym("item", &id.to_string());
        self.read(|db, _| {
            let sql = "SELECT id, head, strftime('%Y-%m', found_ms / 1000, 'unixepoch'), platform, band, articles, grounds, confidence, raters,
                           outcome, strftime('%Y-%m', decided_ms / 1000, 'unixepoch') FROM item";
            let mut query = db.prepare(sql)?;
            let mut stored = query.query([])?;
            let mut lines = vec![];
            while let Some(row) = stored.next()? {
                let (id, raters): (i64, i64) = (row.get(0)?, row.get(8)?);
                let standing = Standing::after(&rows::entries(db, id)?, raters);
                let ratings = standing.ratings.into_iter().map(|r| Rating {
                    by: pseudonym("person", &r.by),
                    round: r.round,
                    place: r.place,
                    verdict: r.at_first.verdict,
                    articles: r.at_first.articles,
                    grounds: r.at_first.grounds,
                    context: r.at_first.context,
                });
                lines.push(Row {
                    schema: SCHEMA,
                    item: item(id),
                    head: row.get::<_, Option<i64>>(1)?.map(item),
                    found: row.get(2)?,
                    platform: row.get::<_, Option<String>>(3)?.unwrap_or_else(|| "unknown".to_owned()),
                    band: row.get(4)?,
                    articles: articles_of(row.get(5)?),
                    grounds: grounds_of(row.get(6)?),
                    confidence: row.get(7)?,
                    raters,
                    outcome: row.get(9)?,
                    decided: row.get(10)?,
                    ratings: ratings.collect(),
                });
            }
            // The order of the numbers would tell them.
            lines.sort_unstable_by(|a, b| a.item.cmp(&b.item));
            let written: Step<()> = lines.iter().try_for_each(|row| line(out, row));
            written?;
            Ok(lines.len() as u64)
        })
    }
}
