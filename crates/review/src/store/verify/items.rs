//! Items against what imported and judged them: facts, texts, where each stands, who judged it, and its place in the orders.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Walk;
use crate::store::access::Step;
use crate::store::codes::articles_code;
use crate::store::sealed::{self, Facts, posted_ms};
use crate::store::settle::{Columns, keeps_waiting};
use crate::store::standing::{Rated, Standing};

/// What near repeats need to know of the post that stands for them.
struct Head {
    keeps_waiting: bool,
    cluster_size: i64,
}

impl Walk<'_> {
    /// All items against the entries that imported and judged them. Returns how many there are.
    pub(super) fn items(&mut self) -> Step<u64> {
        let sql = format!(
            "SELECT {}, id, salt, sealed, finding, text, thread, erased_ms IS NOT NULL, entry, lane, round, outcome, outcome_articles,
                 outcome_grounds, decided_ms, waits, severity, uncertainty, posted_ms, cluster, cluster_size FROM item ORDER BY id",
            Facts::COLUMNS
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        let mut imports = std::mem::take(&mut self.imports).into_iter();
        let mut import = imports.next();
        let (mut digest, mut next) = (Sha256::new(), import.as_ref().map_or(0, |(_, i)| i.first));
        let mut heads = HashMap::new();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            let facts = Facts::of_row(row)?;
            let (id, sealed): (i64, String) = (row.get(10)?, row.get(12)?);
            // Imports follow each other, and their items do too.
            match &import {
                Some((entry, range)) if id <= range.last => {
                    if id != next {
                        self.say(format!("items {next} to {} are missing", id - 1));
                    }
                    if row.get::<_, i64>(17)? != *entry {
                        self.say(format!("item {id} was changed: it names another import"));
                    }
                    digest.update(facts.digest(id, &sealed));
                    digest.update("\n");
                    next = id + 1;
                    if id == range.last {
                        if format!("{:x}", digest.finalize_reset()) != range.digest {
                            self.say(format!("one of the items {} to {} was changed", range.first, range.last));
                        }
                        import = imports.next();
                        next = import.as_ref().map_or(0, |(_, i)| i.first);
                    }
                }
                _ => self.say(format!("item {id} was never imported")),
            }
            let is_erased: bool = row.get(16)?;
            let salt: Option<Vec<u8>> = row.get(11)?;
            let column = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
            let proved = salt.map(|salt| {
                Ok::<_, rusqlite::Error>(sealed::seal(&salt, &column(13)?, &column(14)?, &column(15)?) == sealed)
            });
            if !proved.transpose()?.unwrap_or(is_erased) {
                self.say(format!("item {id} was changed: its text or finding is not what was imported"));
            }
            if is_erased && !(column(13)? + &column(14)? + &column(15)?).is_empty() {
                self.say(format!("item {id} was changed: it is erased and has a text, a thread or a finding"));
            }
            let standing = self.standing(row, id, &facts, is_erased, &heads)?;
            let head = facts.head.and_then(|head| heads.get(&head));
            let cluster_size = head.map_or(facts.stands_for, |head| head.cluster_size);
            self.orders(row, id, &facts, cluster_size)?;
            heads.insert(id, Head { keeps_waiting: keeps_waiting(standing.lane), cluster_size });
        }
        if let Some((_, range)) = import {
            self.say(format!("items {next} to {} are missing", range.last));
        }
        Ok(count)
    }

    fn standing(
        &mut self,
        row: &rusqlite::Row<'_>,
        id: i64,
        facts: &Facts,
        is_erased: bool,
        heads: &HashMap<i64, Head>,
    ) -> Step<Standing> {
        let entries = self.by_item.get(&id).map(Vec::as_slice).unwrap_or_default();
        let standing = Standing::after(entries, facts.raters);
        let columns = Columns {
            lane: row.get(18)?,
            round: row.get(19)?,
            outcome: row.get(20)?,
            articles: row.get(21)?,
            grounds: row.get(22)?,
            decided_ms: row.get(23)?,
        };
        if columns != Columns::of(&standing) || standing.erased != is_erased {
            self.say(format!("item {id} does not stand where its entries put it"));
        }
        // Heads have lower numbers than what they stand for, and may be near repeats themselves.
        let waits: bool = row.get(24)?;
        if waits != facts.head.and_then(|head| heads.get(&head)).is_some_and(|head| head.keeps_waiting) {
            self.say(format!("item {id} does not wait as the post that stands for it says"));
        }
        let mut query = self.db.prepare(
            "SELECT round, place, by, entry, said, articles FROM rating WHERE item = ?1 ORDER BY round, place",
        )?;
        let stored = query.query_map([id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        let stored: Vec<(i64, i64, String, i64, String, i64)> = stored.collect::<rusqlite::Result<_>>()?;
        let rated = |r: &Rated| {
            let said = (r.at_first.verdict.name().to_owned(), articles_code(&r.at_first.articles));
            (r.round, r.place, r.by.clone(), r.entry, said.0, said.1)
        };
        let mut wanted: Vec<_> = standing.ratings.iter().map(rated).collect();
        wanted.sort_unstable();
        let mut query = self.db.prepare("SELECT by FROM judge WHERE item = ?1")?;
        let judges: BTreeSet<String> = query.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        if stored != wanted || judges != standing.judges {
            self.say(format!("who judged item {id} is not what its entries say"));
        }
        Ok(standing)
    }

    /// What the orders go by against what it follows from. When an erased post was posted is no longer known.
    fn orders(&mut self, row: &rusqlite::Row<'_>, id: i64, facts: &Facts, cluster_size: i64) -> Step<()> {
        #[derive(Deserialize)]
        struct Place {
            created_at: Option<String>,
        }
        let finding: Option<String> = row.get(13)?;
        let place = finding.and_then(|finding| serde_json::from_str::<Place>(&finding).ok());
        let posted = place.map(|place| posted_ms(place.created_at.as_deref(), facts.found_ms));
        let (severity, uncertainty): (f64, f64) = (row.get(25)?, row.get(26)?);
        let fits = severity.to_bits() == facts.severity().to_bits()
            && uncertainty.to_bits() == facts.uncertainty().to_bits()
            && posted.is_none_or(|posted| row.get(27) == Ok(posted))
            && (row.get(28)?, row.get(29)?) == (facts.head.unwrap_or(id), cluster_size);
        if !fits {
            self.say(format!("item {id} does not stand in the orders where its finding puts it"));
        }
        Ok(())
    }
}
