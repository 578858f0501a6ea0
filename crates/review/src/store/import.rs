//! Findings out of a scan's lists into the queue.

mod read;
mod thread;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use grens_gateway::{Moment, key};
use grens_law::FindingRecord;
use rusqlite::{OptionalExtension as _, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::access::Step;
use super::chain::{self, Import, Kind, New};
use super::codes::{articles_code, grounds_code, lane_of};
use super::sealed::{Facts, Private, posted_ms, thread_text};
use super::settings::{self, Settings};
use super::settle::keeps_waiting;
use super::{Store, standing};
use crate::error::Result;
use read::{Finding, each_finding};
pub use thread::Context;
use thread::Threads;

/// What is imported.
#[derive(Debug, Clone, Default)]
pub struct Importing {
    /// Folders of finished scans, or lists of findings, in any format that a scan writes.
    pub inputs: Vec<PathBuf>,
    /// Where the posts stand that findings answer, besides the findings themselves.
    pub context: Context,
    /// Of folders also what the policy's nightly cap left out (`overflow`).
    pub overflow: bool,
}

/// What became of what was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Items put in.
    pub items: u64,
    /// Of these, near repeats of another.
    pub repeats: u64,
    /// Findings that were there already.
    pub known: u64,
    /// Findings without a text: nobody could judge them, they stay out.
    pub without_text: u64,
    /// Findings past their retention date.
    pub expired: u64,
    /// Items that a conversation stands above.
    pub with_thread: u64,
    /// Records of the context that could not be used.
    pub unread_context: u64,
}

/// Findings that go in with one transaction. Whoever saves a verdict meanwhile waits for one.
const TOGETHER: usize = 1000;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// Put findings in. What is there already (the same post with the same text) is left as it is, whatever a later scan says of it: an item does not change
    /// under the eyes of who judges it. All is read before anything is written; then a thousand findings go in at a time, with an entry of the chain each, so that
    /// people can go on judging meanwhile. What breaks off in between is imported again: what is there stays as it is.
    ///
    /// # Errors
    /// When something cannot be read or is no finding, naming file and line, and nothing goes in; or the store cannot be written.
    pub fn import(&mut self, importing: &Importing) -> Result<Imported> {
        let Importing { inputs, overflow, context } = importing;
        let threads = self.threads(inputs, *overflow, context)?;
        let mut imported = Imported { unread_context: threads.rejected, ..Imported::default() };
        for input in inputs {
            let (mut heads, mut together) = (HashMap::new(), vec![]);
            let read = each_finding(input, *overflow, |mut finding| {
                threads.complete(&mut finding);
                together.push(finding);
                if together.len() == TOGETHER {
                    self.put_in(std::mem::take(&mut together), &mut heads, &mut imported)?;
                }
                Ok(())
            });
            read.map_err(|broken| self.told(broken))?;
            self.put_in(together, &mut heads, &mut imported)?;
        }
        Ok(imported)
    }

    /// Read everything once, and where findings answer other posts look for these. Nothing is written.
    fn threads(&self, inputs: &[PathBuf], overflow: bool, context: &Context) -> Result<Threads> {
        let mut threads = Threads::default();
        let each = |take: &mut dyn FnMut(&Finding)| {
            let read: Step<()> = inputs.iter().try_for_each(|input| {
                each_finding(input, overflow, |found| {
                    take(&found);
                    Ok(())
                })
            });
            read.map_err(|broken| self.told(broken))
        };
        each(&mut |found| threads.meet(&found.finding))?;
        // A file that was named in vain is said to be missing, also when nothing is looked for in it.
        if threads.is_needed() || !context.sources.is_empty() {
            threads.look_up(context)?;
            each(&mut |found| threads.keep(&found.finding))?;
        }
        Ok(threads)
    }

    /// Findings in one transaction.
    fn put_in(
        &mut self,
        findings: Vec<Finding>,
        heads: &mut HashMap<String, i64>,
        imported: &mut Imported,
    ) -> Result<()> {
        self.write(|db, now| {
            let settings = settings::read(db)?;
            let (entry, _) = chain::end(db)?;
            let mut rows =
                Rows { db, now, settings, entry: entry + 1, imported, heads, ids: None, digest: Sha256::new() };
            in_no_order(findings).into_iter().try_for_each(|finding| rows.take(finding))?;
            let Rows { ids, digest, .. } = rows;
            if let Some((first, last)) = ids {
                let import = Some(Import { first, last, digest: format!("{:x}", digest.finalize()) });
                chain::append(db, now, Kind::Import, New { import, ..New::default() })?;
            }
            Ok(())
        })
    }
}

/// Findings in an order that tells nothing: lists are ranked, and people who judge blind see the numbers of items. Heads stay before what they stand for.
fn in_no_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    let ids = findings.iter().filter(|found| found.finding.head.is_some()).map(|found| &found.finding.decision.id);
    let repeats: HashSet<String> = ids.cloned().collect();
    // What stands behind a near repeat comes after it.
    let depth = |finding: &FindingRecord| finding.head.as_ref().map_or(0, |head| 1 + u8::from(repeats.contains(head)));
    findings.sort_by_cached_key(|found| (depth(&found.finding), found.finding.decision.text_sha256.clone()));
    findings
}

struct Rows<'a> {
    db: &'a Transaction<'a>,
    now: Moment,
    settings: Settings,
    /// The entry that this import will be.
    entry: i64,
    imported: &'a mut Imported,
    /// Items of this input, by the id of their post: who stands for a near repeat is named by it.
    heads: &'a mut HashMap<String, i64>,
    /// The first and the last number given.
    ids: Option<(i64, i64)>,
    digest: Sha256,
}

impl Rows<'_> {
    fn take(&mut self, found: Finding) -> Step<()> {
        let Finding { finding, thread, found_at } = found;
        let (place, decision) = (&finding.place, &finding.decision);
        let post = key::post(place.platform.as_deref(), place.url.as_deref(), &decision.id, &decision.text_sha256);
        let there = self.db.prepare("SELECT id FROM item WHERE post = ?1")?.query_row([&post], |row| row.get(0));
        if let Some(id) = there.optional()? {
            self.imported.known += 1;
            self.heads.insert(decision.id.clone(), id);
            return Ok(());
        }
        if finding.text.as_ref().is_none_or(|text| text.trim().is_empty()) {
            self.imported.without_text += 1;
            return Ok(());
        }
        let found_ms = found_at.millis();
        if found_ms + i64::from(self.settings.days_unreviewed) * DAY_MS <= self.now.millis() {
            self.imported.expired += 1;
            return Ok(());
        }
        let head = finding.head.as_ref().and_then(|id| self.heads.get(id)).copied();
        let posted = posted_ms(place.created_at.as_deref(), found_ms);
        let (post_id, has_thread) = (decision.id.clone(), !thread.is_empty());
        let facts = Facts {
            post,
            platform: place.platform.clone(),
            band: decision.band.name().to_owned(),
            articles: articles_code(&decision.articles),
            grounds: grounds_code(&decision.grounds),
            confidence: f64::from(decision.confidence),
            found_ms,
            // A near repeat is judged with or after its head: one person is enough.
            raters: if head.is_none() && self.is_drawn(&decision.text_sha256) { 2 } else { 1 },
            head,
            stands_for: finding.stands_for.unwrap_or(1).try_into().unwrap_or(i64::MAX),
        };
        let orders = (facts.severity(), facts.uncertainty());
        let id = self.insert(&facts, &Private::of(finding, thread), posted, orders)?;
        self.heads.insert(post_id, id);
        self.imported.items += 1;
        self.imported.with_thread += u64::from(has_thread);
        self.imported.repeats += u64::from(head.is_some());
        Ok(())
    }

    fn insert(&mut self, facts: &Facts, private: &Private, posted_ms: i64, orders: (f64, f64)) -> Step<i64> {
        let salt = chain::salt();
        let sealed = private.seal(&salt);
        let (finding, text, thread) = (chain::json(&private.finding), &private.text, thread_text(&private.thread));
        let (cluster_size, waits) = match facts.head {
            None => (facts.stands_for, false),
            Some(head) => {
                let sql = "SELECT cluster_size, lane FROM item WHERE id = ?1";
                let of_head = |row: &rusqlite::Row<'_>| {
                    let lane: Option<i64> = row.get(1)?;
                    Ok((row.get(0)?, keeps_waiting(lane.and_then(lane_of))))
                };
                self.db.prepare(sql)?.query_row([head], of_head)?
            }
        };
        let lane = super::codes::lane_code(standing::FIRST_LANE);
        self.db
            .prepare(
                "INSERT INTO item (post, platform, band, articles, grounds, confidence, found_ms, raters, head, stands_for,
                     finding, text, thread, salt, sealed, posted_ms, entry, severity, uncertainty, cluster_size, cluster, lane, waits)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
            )?
            .execute(params![
                facts.post,
                facts.platform,
                facts.band,
                facts.articles,
                facts.grounds,
                facts.confidence,
                facts.found_ms,
                facts.raters,
                facts.head,
                facts.stands_for,
                finding,
                text,
                (!private.thread.is_empty()).then_some(thread),
                salt.as_slice(),
                sealed,
                posted_ms,
                self.entry,
                orders.0,
                orders.1,
                cluster_size,
                facts.head.unwrap_or_default(),
                lane,
                waits,
            ])?;
        let id = self.db.last_insert_rowid();
        if facts.head.is_none() {
            self.db.prepare("UPDATE item SET cluster = id WHERE id = ?1")?.execute([id])?;
        }
        self.digest.update(facts.digest(id, &sealed));
        self.digest.update("\n");
        self.ids = Some((self.ids.map_or(id, |(first, _)| first), id));
        Ok(id)
    }

    /// Whether two people judge it: drawn from the text's hash, so that nobody chooses and a second import draws the same.
    fn is_drawn(&self, text_sha256: &str) -> bool {
        let drawn = Sha256::digest(format!("second {text_sha256}"));
        let number = drawn.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        f64::from(number) / f64::from(u32::MAX) < self.settings.second_share
    }
}
