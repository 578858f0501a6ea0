//! An item out of its row, as a person may see it.

use grens_gateway::Moment;
use grens_law::{FindingRecord, Span};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::access::{Step, item_there};
use super::chain::Body;
use super::codes::{lane_code, lane_of};
use super::history::events;
use super::sight::Sight;
use super::standing::{Standing, undone};
use super::verdict::correctable;
use super::{Evidence, Hand, Item, ItemId, Lane, Proposal, Rating, ThreadPost, User};
use crate::error::ReviewError;

/// What of a row everything begins with.
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) lane: Option<Lane>,
    pub(super) raters: i64,
    pub(super) head: Option<i64>,
    pub(super) stands_for: u64,
    pub(super) found: Moment,
    pub(super) platform: Option<String>,
    pub(super) text: Option<String>,
    /// `None` once erased.
    pub(super) finding: Option<FindingRecord>,
    pub(super) thread: Vec<ThreadPost>,
    pub(super) is_erased: bool,
}

pub(super) fn stored(db: &Connection, item: ItemId) -> Step<Stored> {
    let sql = "SELECT lane, raters, head, stands_for, found_ms, platform, text, finding, thread, erased_ms FROM item WHERE id = ?1";
    let row = db.prepare(sql)?.query_row([item.0], |row| {
        let (finding, thread): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
        let stored = Stored {
            id: item.0,
            lane: row.get::<_, Option<i64>>(0)?.and_then(lane_of),
            raters: row.get(1)?,
            head: row.get(2)?,
            stands_for: row.get(3)?,
            found: Moment::from_millis(row.get(4)?),
            platform: row.get(5)?,
            text: row.get(6)?,
            finding: None,
            thread: vec![],
            is_erased: row.get::<_, Option<i64>>(9)?.is_some(),
        };
        Ok((stored, finding, thread))
    });
    let (stored, finding, thread) = item_there(row, item)?;
    let unreadable = |what| move |_| ReviewError::Damaged { what };
    let finding = finding.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable("a finding"))?;
    let thread = thread.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable("a thread"))?;
    Ok(Stored { finding, thread: thread.unwrap_or_default(), ..stored })
}

/// The entries about an item, in order.
pub(super) fn entries(db: &Connection, item: i64) -> Step<Vec<Body>> {
    let mut query = db.prepare("SELECT body FROM entry WHERE item = ?1 ORDER BY seq")?;
    let bodies = query.query_map([item], |row| row.get::<_, String>(0))?;
    bodies
        .map(|body| serde_json::from_str(&body?).map_err(|_| ReviewError::Damaged { what: "an entry" }.into()))
        .collect()
}

/// An item, as `user` may see it.
pub(super) fn view(db: &Connection, user: &User, hand: Option<&Hand>, id: ItemId, now: Moment) -> Step<Item> {
    let stored = stored(db, id)?;
    let entries = entries(db, id.0)?;
    let standing = Standing::after(&entries, stored.raters);
    let sight = Sight::of(db, user, id, now)?;
    let has_judged = standing.rated_by(&user.pseudonym);
    let awaits_second = stored.lane == Some(Lane::Rate) && standing.in_round().next().is_some();
    let history = events(db, &stored, &entries, &undone(&entries), |entry| sight.shows(entry, user))?;
    let rating = match (sight.lane, awaits_second && !has_judged) {
        (Some(Lane::Adjudicate), _) => Rating::Adjudication,
        (_, true) => Rating::Second,
        (_, false) => Rating::First,
    };
    let open_repeats = "SELECT count(*) FROM item WHERE head = ?1 AND lane = ?2";
    let held = "SELECT until_ms FROM lease WHERE item = ?1 AND hand = ?2 AND until_ms > ?3";
    let held_until_ms = match hand {
        Some(hand) => db.prepare(held)?.query_row(params![id.0, hand.0, now.millis()], |row| row.get(0)).optional()?,
        None => None,
    };
    let proposal = match &stored.finding {
        Some(finding) if !sight.hides_score => Some(proposal(finding, evidence(db, id.0, stored.text.as_deref())?)),
        _ => None,
    };
    let finding = stored.finding;
    let place = finding.as_ref().map(|f| f.place.clone()).unwrap_or_default();
    Ok(Item {
        id,
        lane: sight.lane,
        rating,
        post_id: finding.as_ref().map(|f| f.decision.id.clone()).unwrap_or_default(),
        platform: stored.platform,
        url: place.url,
        created_at: place.created_at,
        found_at: stored.found.text(),
        visibility: place.visibility,
        lang: finding.as_ref().map(|f| f.decision.lang.clone()).unwrap_or_default(),
        text: stored.text,
        thread: stored.thread,
        proposal,
        head: stored.head.map(ItemId),
        stands_for: stored.stands_for,
        open_repeats: db.prepare(open_repeats)?.query_row([id.0, lane_code(Lane::Rate)], |row| row.get(0))?,
        may_correct: !stored.is_erased && sight.lane.is_none() && correctable(&standing, user).is_some(),
        may_explain: sight.explains,
        history,
        held_until_ms,
    })
}

fn proposal(finding: &FindingRecord, evidence: Vec<Evidence>) -> Proposal {
    let decision = &finding.decision;
    Proposal {
        band: decision.band,
        articles: decision.articles.clone(),
        grounds: decision.grounds.clone(),
        reasons: decision.reasons.clone(),
        confidence: decision.confidence,
        scores: decision.scores,
        ground_scores: decision.ground_scores,
        truncated: decision.truncated,
        evidence,
        model: decision.model.clone(),
        policy: decision.policy.clone(),
        law: decision.law.clone(),
    }
}

/// The words that were found to weigh most. The store keeps where they stand, not what they are.
pub(super) fn evidence(db: &Connection, item: i64, text: Option<&str>) -> Step<Vec<Evidence>> {
    let Some(text) = text else { return Ok(vec![]) };
    let mut query = db.prepare("SELECT start, stop, fall FROM evidence WHERE item = ?1 ORDER BY place")?;
    let rows = query.query_map([item], |row| {
        let (start, end): (u32, u32) = (row.get(0)?, row.get(1)?);
        let quote = text.chars().skip(start as usize).take(end.saturating_sub(start) as usize).collect();
        #[allow(clippy::cast_possible_truncation, reason = "written from an f32")]
        let drop = row.get::<_, f64>(2)? as f32;
        Ok(Evidence { span: Span { start, end, quote }, drop })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
