//! Writing down where an item stands, after an entry.

use grens_gateway::Moment;
use rusqlite::{Connection, params};

use super::access::Step;
use super::chain::Body;
use super::codes::{articles_code, lane_code};
use super::standing::{Rated, Standing, outcome_codes};
use super::{Lane, rows};

/// What the columns of an item say of where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Columns {
    pub(super) lane: Option<i64>,
    pub(super) round: i64,
    pub(super) outcome: Option<String>,
    pub(super) articles: Option<i64>,
    pub(super) grounds: Option<i64>,
    pub(super) decided_ms: Option<i64>,
}

impl Columns {
    pub(super) fn of(standing: &Standing) -> Self {
        let outcome = standing.outcome.as_ref();
        let codes = outcome.map(|o| outcome_codes(&o.said));
        Self {
            lane: standing.lane.map(lane_code),
            round: standing.round,
            outcome: outcome.map(|o| o.said.verdict.name().to_owned()),
            articles: codes.map(|(articles, _)| articles),
            grounds: codes.map(|(_, grounds)| grounds),
            decided_ms: outcome.and_then(|o| Moment::parse(&o.at)).map(Moment::millis),
        }
    }
}

/// Whether near repeats wait for an item that lies there: they come into the queue once it is done, and an objection to it does not take them out again.
pub(super) const fn keeps_waiting(lane: Option<Lane>) -> bool {
    matches!(lane, Some(Lane::Rate | Lane::Adjudicate))
}

/// Derive where an item stands and write it down. Returns where.
pub(super) fn settle(db: &Connection, item: i64, raters: i64) -> Step<Standing> {
    let entries: Vec<Body> = rows::entries(db, item)?;
    let standing = Standing::after(&entries, raters);
    let columns = Columns::of(&standing);
    db.prepare(
        "UPDATE item SET lane = ?2, round = ?3, outcome = ?4, outcome_articles = ?5, outcome_grounds = ?6, decided_ms = ?7 WHERE id = ?1",
    )?
    .execute(params![
        item,
        columns.lane,
        columns.round,
        columns.outcome,
        columns.articles,
        columns.grounds,
        columns.decided_ms
    ])?;
    db.prepare("DELETE FROM rating WHERE item = ?1")?.execute([item])?;
    for Rated { round, place, by, entry, at_first, .. } in &standing.ratings {
        let (said, articles) = (at_first.verdict.name(), articles_code(&at_first.articles));
        db.prepare(
            "INSERT INTO rating (item, round, place, by, entry, said, articles) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![item, round, place, by, entry, said, articles])?;
    }
    db.prepare("DELETE FROM judge WHERE item = ?1")?.execute([item])?;
    for by in &standing.judges {
        db.prepare("INSERT INTO judge (by, item) VALUES (?1, ?2)")?.execute(params![by, item])?;
    }
    if standing.lane.is_none() {
        // Of a hand that held it for too long.
        db.prepare("DELETE FROM lease WHERE item = ?1")?.execute([item])?;
    }
    let waits = keeps_waiting(standing.lane);
    db.prepare("UPDATE item SET waits = ?2 WHERE head = ?1 AND waits <> ?2")?.execute(params![item, waits])?;
    Ok(standing)
}
