//! Whether anybody has changed what people decided.
//!
//! The chain shows every edit, gap and change of order; its end, kept apart, shows an end that was cut off. Items and people's words are proved by the seals in the
//! entries, and where each item stands is derived anew. Whoever may write the file can of course make a whole new chain; only an end of the chain that was
//! noted elsewhere (`grens review verify` prints it) shows that, and [`Store::verify`] takes such notes.

use std::collections::{BTreeSet, HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Store;
use super::access::Step;
use super::chain::{self, Body, Import, Kind};
use super::codes::articles_code;
use super::schema::GUARDS;
use super::sealed::{self, Facts, posted_ms};
use super::settle::{Columns, keeps_waiting};
use super::standing::{Rated, Standing};
use crate::error::Result;

/// An end of the chain: the number and the hash of its last entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// Number of the entry; 0 for an empty chain.
    pub entry: i64,
    /// Its hash; empty for an empty chain.
    pub hash: String,
}

impl std::fmt::Display for ChainEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.entry, self.hash)
    }
}

impl std::str::FromStr for ChainEnd {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parted = text.trim().split_once(':').and_then(|(entry, hash)| Some((entry.parse().ok()?, hash)));
        let (entry, hash) = parted.ok_or("this is no end of a chain, such as 12:ab03...")?;
        Ok(Self { entry, hash: hash.to_owned() })
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries in the chain.
    pub entries: u64,
    /// Items.
    pub items: u64,
    /// The end of the chain: to be noted somewhere else.
    pub end: ChainEnd,
    /// What is wrong, in the order in which it was found, at most [`Verified::MOST`]; empty when all is whole. No text of posts or people.
    pub problems: Vec<String>,
}

impl Verified {
    /// Most problems that are listed.
    pub const MOST: usize = 100;
}

impl Store {
    /// Walk over the whole chain and all items. Ends that were noted earlier must lie on the chain.
    ///
    /// # Errors
    /// When the store cannot be read. What is wrong with its content is no error of this kind.
    pub fn verify(&self, noted: &[ChainEnd]) -> Result<Verified> {
        self.read(|db, _| {
            let mut walk =
                Walk { db, noted, problems: vec![], by_item: HashMap::new(), hashes: HashMap::new(), imports: vec![] };
            let sound: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if sound != "ok" {
                walk.say("the file is damaged (SQLite's own check)".to_owned());
            }
            walk.guards()?;
            let (entries, end) = walk.chain()?;
            let items = walk.items()?;
            walk.words()?;
            walk.problems.truncate(Verified::MOST);
            Ok(Verified { entries, items, end, problems: walk.problems })
        })
    }
}

/// What near repeats need to know of the post that stands for them.
struct Head {
    keeps_waiting: bool,
    cluster_size: i64,
}

struct Walk<'a> {
    db: &'a Connection,
    noted: &'a [ChainEnd],
    problems: Vec<String>,
    by_item: HashMap<i64, Vec<Body>>,
    /// Hashes of the entries that were noted.
    hashes: HashMap<i64, String>,
    imports: Vec<(i64, Import)>,
}

impl Walk<'_> {
    fn say(&mut self, problem: String) {
        if self.problems.len() <= Verified::MOST {
            self.problems.push(problem);
        }
    }

    fn guards(&mut self) -> Step<()> {
        for guard in GUARDS {
            let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?1 AND sql LIKE '%RAISE(ABORT%')";
            if !self.db.query_row(sql, [guard], |row| row.get::<_, bool>(0))? {
                self.say(format!("the trigger {guard}, which keeps entries as they are, is gone"));
            }
        }
        Ok(())
    }

    /// The chain itself. Returns how many entries there are, and its end.
    fn chain(&mut self) -> Step<(u64, ChainEnd)> {
        let mut query =
            self.db.prepare("SELECT seq, kind, item, by, at_ms, body, previous, hash FROM entry ORDER BY seq")?;
        let mut rows = query.query([])?;
        let (mut count, mut end) = (0, ChainEnd { entry: 0, hash: String::new() });
        let noted: HashSet<i64> = self.noted.iter().map(|n| n.entry).collect();
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let (text, previous, hash): (String, String, String) = (row.get(5)?, row.get(6)?, row.get(7)?);
            count += 1;
            if seq != end.entry + 1 {
                self.say(format!("entries {} to {} are missing", end.entry + 1, seq - 1));
            }
            if previous != end.hash {
                self.say(format!("entry {seq} does not follow the entry before it: one was changed, moved or removed"));
            }
            if chain::link(&previous, &text) != hash {
                self.say(format!("entry {seq} was changed: its hash does not fit"));
            }
            let columns = (row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            self.entry(seq, &text, &columns);
            if noted.contains(&seq) {
                self.hashes.insert(seq, hash.clone());
            }
            end = ChainEnd { entry: seq, hash };
        }
        let (kept, kept_hash) = chain::end(self.db).optional()?.unwrap_or_default();
        if kept > end.entry {
            self.say(format!("the chain was cut off: it ends with entry {}, and had {kept}", end.entry));
        } else if kept != end.entry || kept_hash != end.hash {
            self.say(format!("the end of the chain is not what was written down: entry {kept}"));
        }
        for noted in self.noted.iter().filter(|n| n.entry > 0) {
            if self.hashes.get(&noted.entry) != Some(&noted.hash) {
                self.say(format!(
                    "entry {} is not the one that was noted: the chain was cut off or made anew",
                    noted.entry
                ));
            }
        }
        Ok((count, end))
    }

    fn entry(&mut self, seq: i64, text: &str, columns: &(String, Option<i64>, Option<String>, i64)) {
        let Ok(body) = serde_json::from_str::<Body>(text) else {
            self.say(format!("entry {seq} cannot be read"));
            return;
        };
        let at_ms = grens_gateway::Moment::parse(&body.at).map(grens_gateway::Moment::millis);
        let (kind, item, by, column_ms) = columns;
        let fits = body.seq == seq
            && body.kind.name() == kind
            && body.item == *item
            && body.by == *by
            && at_ms == Some(*column_ms);
        if !fits {
            self.say(format!("entry {seq} was changed: its columns say something else than its body"));
        }
        if let (Kind::Import, Some(import)) = (body.kind, &body.import) {
            self.imports.push((seq, import.clone()));
        }
        if let Some(item) = body.item {
            self.by_item.entry(item).or_default().push(body);
        }
    }

    /// All items against the entries that imported and judged them. Returns how many there are.
    fn items(&mut self) -> Step<u64> {
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

    /// What people wrote against its seals. Missing is only what an erasure took.
    fn words(&mut self) -> Step<()> {
        let mut query = self.db.prepare("SELECT salt, words FROM words WHERE entry = ?1")?;
        let mut seals = vec![];
        for entries in self.by_item.values() {
            let erased_at = entries.iter().filter(|e| e.kind == Kind::Erasure).map(|e| e.seq).max().unwrap_or(0);
            seals.extend(entries.iter().filter_map(|e| Some((e.seq, e.words.clone()?, e.seq < erased_at))));
        }
        seals.sort_unstable();
        for (seq, seal, is_erased) in &seals {
            let row = query.query_row([seq], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?)));
            match row.optional()? {
                Some((salt, words)) if chain::seal(&salt, &words) == *seal => {}
                Some(_) => self.say(format!("what a person wrote with entry {seq} was changed")),
                None if *is_erased => {}
                None => self.say(format!("what a person wrote with entry {seq} was removed")),
            }
        }
        let known: HashSet<i64> = seals.into_iter().map(|(seq, ..)| seq).collect();
        let mut query = self.db.prepare("SELECT entry FROM words ORDER BY entry")?;
        let strangers: Vec<i64> = query
            .query_map([], |row| row.get(0))?
            .filter(|seq| seq.as_ref().map_or(true, |seq| !known.contains(seq)))
            .collect::<rusqlite::Result<_>>()?;
        for seq in strangers {
            self.say(format!("words stand with entry {seq} that it knows nothing of"));
        }
        Ok(())
    }
}
