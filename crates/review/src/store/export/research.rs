//! What a researcher may have of what was decided: no text, no place, no day, no exact score, and names that mean nothing outside one export.

use std::io::Write;

use serde::Serialize;

use super::{line, settled};
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
    /// To a tenth: the whole number would tell, to whoever has the model, which public post it is.
    confidence: f64,
    raters: i64,
    outcome: grens_law::Judgement,
    decided: String,
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
    /// Write what a researcher may have, as JSON Lines: decided items under pseudonyms that are new in every export, as those of persons are, with scores to a
    /// tenth, articles, grounds, verdicts and months; no text, no place, no day. What is open, or was decided within 20 seconds, is not in it; what is erased is.
    /// Returns how many rows.
    ///
    /// # Errors
    /// When the store cannot be read, or `out` fails.
    pub fn export_pseudonymised(&self, out: &mut dyn Write) -> Result<u64> {
        // Thrown away after the export, so that no two exports hold the same name, nor one a name of the store.
        let key = chain::salt();
        let pseudonym = |kind: &str, name: &str| {
            chain::seal(&key, &chain::json(&[kind, name])).chars().take(16).collect::<String>()
        };
        let item = |id: i64| pseudonym("item", &id.to_string());
        self.read(|db, now| {
            let sql = "SELECT id, head, strftime('%Y-%m', found_ms / 1000, 'unixepoch'), platform, band, articles, grounds, confidence, raters FROM item
                       WHERE EXISTS (SELECT 1 FROM entry WHERE entry.item = item.id)";
            let mut query = db.prepare(sql)?;
            let mut stored = query.query([])?;
            let mut lines = vec![];
            while let Some(row) = stored.next()? {
                let (id, raters): (i64, i64) = (row.get(0)?, row.get(8)?);
                let standing = Standing::after(&settled(rows::entries(db, id)?, now), raters);
                let Some(outcome) = standing.outcome else { continue };
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
                    confidence: (row.get::<_, f64>(7)? * 10.0).round() / 10.0,
                    raters,
                    outcome: outcome.said.verdict,
                    decided: outcome.at.get(..7).unwrap_or_default().to_owned(),
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
