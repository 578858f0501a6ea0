//! What a researcher may have of what was decided: no text, no place, no day, no exact score, names that mean nothing outside one export, and no row that stands out.

use std::collections::HashMap;
use std::io::Write;

use serde::Serialize;

use super::{line, settled};
use crate::error::Result;
use crate::store::access::Step;
use crate::store::codes::{articles_of, grounds_of};
use crate::store::standing::Standing;
use crate::store::{Store, chain, rows};

/// Name and version of a row.
const SCHEMA: &str = "grens.review-row/2";
/// Fewest rows that look alike to somebody who knows a post and has the model (k-anonymity; Sweeney 2002).
const ALIKE: usize = 5;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pseudonymised {
    /// Rows.
    pub rows: u64,
    /// Decided items that stand out however coarsely they are given, and have no row.
    pub left_out: u64,
}

#[derive(Serialize)]
struct Row {
    schema: &'static str,
    item: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// The month; the year alone where months stand out.
    found: String,
    /// `other` where a platform stands out.
    platform: String,
    #[serde(flatten)]
    proposed: Option<Proposed>,
    /// In tenths: the whole number would tell, to whoever has the model, which public post it is. Missing where it stands out.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    raters: i64,
    outcome: grens_law::Judgement,
    decided: String,
    ratings: Vec<Rating>,
}

/// What the program said. Missing where it stands out.
#[derive(Debug, Clone, Serialize)]
struct Proposed {
    band: String,
    articles: Vec<grens_law::Article>,
    grounds: Vec<grens_law::Ground>,
}

/// Steps by which rows that stand out are made coarser, one after another.
const COARSER: [fn(&mut Row); 4] = [
    |row| row.confidence = None,
    |row| "other".clone_into(&mut row.platform),
    |row| {
        row.found.truncate(4);
        row.decided.truncate(4);
    },
    |row| row.proposed = None,
];

impl Row {
    /// What a post can be told by from outside.
    fn outside(&self) -> String {
        chain::json(&(&self.found, &self.platform, &self.proposed, self.confidence, self.raters, self.head.is_some()))
    }
}

/// Rows of which each looks like four others at least; those that do not, however coarse, are left out.
fn alike(mut rows: Vec<Row>) -> Vec<Row> {
    let standing_out = |rows: &[Row]| {
        let mut classes: HashMap<String, usize> = HashMap::new();
        rows.iter().for_each(|row| *classes.entry(row.outside()).or_default() += 1);
        move |row: &Row| classes.get(&row.outside()).is_none_or(|alike| *alike < ALIKE)
    };
    for coarser in COARSER {
        let stands_out = standing_out(&rows);
        rows.iter_mut().filter(|row| stands_out(row)).for_each(coarser);
    }
    let stands_out = standing_out(&rows);
    rows.retain(|row| !stands_out(row));
    rows
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
    /// tenth, articles, grounds, verdicts and months; no text, no place, no day. What is open, or was decided within 20 seconds, is not in it; what is erased is. Rows
    /// that stand out are given more coarsely, or left out.
    ///
    /// # Errors
    /// When the store cannot be read, or `out` fails.
    pub fn export_pseudonymised(&self, out: &mut dyn Write) -> Result<Pseudonymised> {
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
                    proposed: Some(Proposed {
                        band: row.get(4)?,
                        articles: articles_of(row.get(5)?),
                        grounds: grounds_of(row.get(6)?),
                    }),
                    confidence: Some((row.get::<_, f64>(7)? * 10.0).round() / 10.0),
                    raters,
                    outcome: outcome.said.verdict,
                    decided: outcome.at.get(..7).unwrap_or_default().to_owned(),
                    ratings: ratings.collect(),
                });
            }
            let decided = lines.len();
            let mut lines = alike(lines);
            // The order of the numbers would tell them.
            lines.sort_unstable_by(|a, b| a.item.cmp(&b.item));
            let written: Step<()> = lines.iter().try_for_each(|row| line(out, row));
            written?;
            Ok(Pseudonymised { rows: lines.len() as u64, left_out: (decided - lines.len()) as u64 })
        })
    }
}
