//! Counts by month or year.

use std::collections::BTreeMap;

use super::{Detail, Period, StatisticsRow};
use grens_input::formula::defused;

use crate::error::Result;
use crate::store::Store;
use crate::store::codes::{articles_of, grounds_of};

/// What an item counts under, besides article and ground.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    period: String,
    platform: String,
    outcome: String,
}

impl Store {
    /// Counts by month or year, sorted. An item counts in the period of its outcome; open and expired ones in that in which they were found.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn statistics(&self, by: Period, detail: Detail) -> Result<Vec<StatisticsRow>> {
        let format = match by {
            Period::Month => "%Y-%m",
            Period::Year => "%Y",
        };
        self.read(|db, _| {
            let mut query = db.prepare(
                "SELECT strftime(?1, coalesce(decided_ms, found_ms) / 1000, 'unixepoch') AS period, coalesce(platform, 'unknown') AS place,
                     CASE WHEN outcome IS NOT NULL THEN outcome WHEN erased_ms IS NOT NULL THEN 'expired' ELSE 'open' END AS became,
                     CASE WHEN outcome = 'candidate' THEN outcome_articles ELSE articles END AS under,
                     CASE WHEN outcome = 'candidate' THEN outcome_grounds ELSE grounds END AS because, count(*)
                 FROM item GROUP BY period, place, became, under, because",
            )?;
            let mut rows = query.query([format])?;
            let mut counts: BTreeMap<(Kind, String, String), u64> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let kind = Kind { period: row.get(0)?, platform: row.get(1)?, outcome: row.get(2)? };
                let articles = names(articles_of(row.get(3)?).iter().map(|a| a.name()));
                let grounds = names(grounds_of(row.get(4)?).iter().map(|g| g.name()));
                let items: u64 = row.get(5)?;
                for article in &articles {
                    for ground in &grounds {
                        *counts.entry((kind.clone(), article.clone(), ground.clone())).or_default() += items;
                    }
                }
            }
            let row = |((kind, article, ground), items)| {
                let Kind { period, platform, outcome } = kind;
                let row = StatisticsRow { period, article, ground, platform, outcome, items: Some(items) };
                if detail == Detail::Protected { row.protected() } else { row }
            };
            let mut rows: Vec<StatisticsRow> = counts.into_iter().map(row).collect();
            rows.sort_unstable();
            Ok(rows)
        })
    }

    /// The same as CSV with a header (RFC 4180), cells that a spreadsheet would take for a formula defused.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn statistics_csv(&self, by: Period, detail: Detail) -> Result<String> {
        let mut csv = "period,article,ground,platform,outcome,items\r\n".to_owned();
        for row in self.statistics(by, detail)? {
            let items = row.items.map_or_else(|| format!("<{}", StatisticsRow::FEW), |items| items.to_string());
            let cells = [row.period, row.article, row.ground, cell(&row.platform), row.outcome, items];
            csv.push_str(&cells.join(","));
            csv.push_str("\r\n");
        }
        Ok(csv)
    }
}

/// `all` and each name; `all` and `none` where there is none.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut list = vec!["all".to_owned()];
    list.extend(names.map(str::to_owned));
    if list.len() == 1 {
        list.push("none".to_owned());
    }
    list
}

/// Platforms are named by the input: the one column that strangers write.
fn cell(text: &str) -> String {
    let text = defused(text);
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_two_cells() {
        assert_eq!(cell("forum"), "forum");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
