//! Lists of items for who leads, and finding one.

use grens_gateway::Moment;
use grens_law::{Band, Judgement};
use rusqlite::types::Value;
use rusqlite::{Row, params, params_from_iter};

use super::access;
use super::codes::{band_of, judgement_of, lane_code};
use super::search::Search;
use super::undo::UNDO_MS;
use super::{Filter, ItemId, Lane, Store, User};
use crate::error::Result;

/// Which items a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListState {
    /// In a lane.
    Open(Lane),
    /// Done.
    Done,
}

/// A line of a list of items. No text.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its number.
    pub id: ItemId,
    /// Platform.
    pub platform: Option<String>,
    /// When it was found: RFC 3339, UTC.
    pub found_at: String,
    /// What the program proposes; `None` while it is open: who looks may yet judge it.
    pub band: Option<Band>,
    /// Its confidence, in 0..=1; `None` while it is open.
    pub confidence: Option<f32>,
    /// What was decided; `None` while it is open.
    pub outcome: Option<Judgement>,
    /// When: RFC 3339, UTC.
    pub decided_at: Option<String>,
    /// Whether its text is erased.
    pub erased: bool,
}

/// Most items that are found.
const FOUND: usize = 50;

impl Store {
    /// Items in a state, the newest verdict first, or for open ones the oldest first: a lead's list. At most `limit`, after `offset`. Of what
    /// is open the filter counts without what the program says, and what this person can still undo is in no list: where it lies now tells what another said.
    ///
    /// # Errors
    /// When the person does not lead, or the store cannot be read.
    pub fn list(&self, user: &User, filter: &Filter, state: ListState, limit: u32, offset: u32) -> Result<Vec<Listed>> {
        self.read(|db, now| {
            let user = access::lead(db, user, "list items")?;
            let (mut search, by) = match state {
                ListState::Open(lane) => {
                    (Search { sql: "lane = ?".to_owned(), values: vec![lane_code(lane).into()] }, "found_ms, id")
                }
                ListState::Done => {
                    (Search { sql: "decided_ms IS NOT NULL".to_owned(), values: vec![] }, "decided_ms DESC, id")
                }
            };
            let filter = if state == ListState::Done { filter.clone() } else { filter.without_proposal() };
            search.narrow(&filter, now, "");
            search.and("NOT EXISTS (SELECT 1 FROM entry e WHERE e.item = item.id AND +e.by = ?", user.pseudonym);
            search.sql.push_str(" AND e.at_ms >= ?)");
            search.values.push((now.millis() - UNDO_MS).into());
            search.values.extend([Value::from(limit), Value::from(offset)]);
            let sql = format!(
                "SELECT id, platform, found_ms, band, confidence, outcome, decided_ms, erased_ms IS NOT NULL, lane IS NULL FROM item
                 WHERE {} ORDER BY {by} LIMIT ? OFFSET ?",
                search.sql
            );
            let mut query = db.prepare(&sql)?;
            Ok(query.query_map(params_from_iter(search.values), listed)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Items by exact number, post id or web address, newest first, at most 50: how a lead finds the item of an objection.
    ///
    /// # Errors
    /// When the person does not lead, or the store cannot be read.
    pub fn find(&self, user: &User, wanted: &str) -> Result<Vec<ItemId>> {
        self.read(|db, _| {
            access::lead(db, user, "look items up")?;
            let wanted = wanted.trim();
            // A walk over all findings: rare, and an index of addresses would be one more place to erase them from.
            let mut query = db.prepare(
                "SELECT id FROM item WHERE id = ?1 OR (finding IS NOT NULL AND (finding ->> 'id' = ?2 OR finding ->> 'url' = ?2))
                 ORDER BY id DESC LIMIT ?3",
            )?;
            let number = wanted.parse::<i64>().unwrap_or(0);
            let ids = query.query_map(params![number, wanted, FOUND], |row| row.get(0).map(ItemId))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    let text = |ms: i64| Moment::from_millis(ms).text();
    let (band, outcome): (String, Option<String>) = (row.get(3)?, row.get(5)?);
    let is_closed: bool = row.get(8)?;
    #[allow(clippy::cast_possible_truncation, reason = "written from an f32")]
    let confidence = row.get::<_, f64>(4)? as f32;
    Ok(Listed {
        id: ItemId(row.get(0)?),
        platform: row.get(1)?,
        found_at: text(row.get(2)?),
        band: band_of(&band).filter(|_| is_closed),
        confidence: is_closed.then_some(confidence),
        outcome: outcome.as_deref().and_then(judgement_of),
        decided_at: row.get::<_, Option<i64>>(6)?.map(text),
        erased: row.get(7)?,
    })
}
