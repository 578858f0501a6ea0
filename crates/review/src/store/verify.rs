//! Whether anybody has changed what people decided.
//!
//! The chain shows every edit, gap and change of order; its end, kept apart, shows an end that was cut off. Items and people's words are proved by the seals in the
//! entries, and where each item stands is derived anew; accounts, settings and highlights are held against their last entries. Whoever may write the file can of course make a whole new chain; only an end of the chain that was
//! noted elsewhere (`grens review verify` prints it) shows that, and [`Store::verify`] takes such notes.

mod beside;
mod entries;
mod items;
mod words;

use std::collections::HashMap;

use rusqlite::Connection;

use self::beside::Last;
use super::Store;
use super::access::Step;
use super::chain::{Body, Import};
use super::schema::GUARDS;
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
            let mut walk = Walk {
                db,
                noted,
                problems: vec![],
                by_item: HashMap::new(),
                hashes: HashMap::new(),
                imports: vec![],
                last: Last::default(),
            };
            let sound: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if sound != "ok" {
                walk.say("the file is damaged (SQLite's own check)".to_owned());
            }
            walk.guards()?;
            let (entries, end) = walk.chain()?;
            let items = walk.items()?;
            walk.words()?;
            walk.beside()?;
            walk.problems.truncate(Verified::MOST);
            Ok(Verified { entries, items, end, problems: walk.problems })
        })
    }
}

struct Walk<'a> {
    db: &'a Connection,
    noted: &'a [ChainEnd],
    problems: Vec<String>,
    by_item: HashMap<i64, Vec<Body>>,
    /// Hashes of the entries that were noted.
    hashes: HashMap<i64, String>,
    imports: Vec<(i64, Import)>,
    /// What the entries say last of accounts, settings and highlights.
    last: Last,
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
}
