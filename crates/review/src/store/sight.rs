//! What a person may see of an item before judging it. Whoever can still take a verdict back counts as not having given it, so that nobody sees what the
//! program or the other person said, undoes, and judges again.

use grens_gateway::Moment;
use rusqlite::{Connection, OptionalExtension as _};

use super::access::Step;
use super::chain::{Body, Kind};
use super::codes::lane_of;
use super::rows::entries;
use super::standing::Standing;
use super::undo::can_undo;
use super::{ItemId, Lane, User, settings};

/// What is hidden from a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sight {
    /// What the program says.
    pub(super) hides_score: bool,
    /// What other people did.
    pub(super) hides_others: bool,
    /// What other people decided; that something was objected to, and why, is shown.
    pub(super) hides_verdicts: bool,
    /// Where the item lies, as far as the person may know: that a second verdict ended or parted it tells what the first was.
    pub(super) lane: Option<Lane>,
    /// Whether all that a citizen is told may be read.
    pub(super) explains: bool,
}

/// What it follows from.
#[derive(Debug, Clone, Copy)]
struct Facts {
    lane: Option<Lane>,
    raters: i64,
    head: Option<i64>,
    is_erased: bool,
}

impl Sight {
    /// What `user` may see of an item.
    pub(super) fn of(db: &Connection, user: &User, item: ItemId, now: Moment) -> Step<Self> {
        let is_blind = settings::read(db)?.blind;
        Self::under(db, user, item.0, now, is_blind)
    }

    fn under(db: &Connection, user: &User, item: i64, now: Moment, is_blind: bool) -> Step<Self> {
        let Facts { lane, raters, head, is_erased } = facts(db, item)?;
        if is_erased {
            return Ok(Self { hides_score: false, hides_others: false, hides_verdicts: false, lane, explains: true });
        }
        let mut firm = entries(db, item)?;
        firm.retain(|entry| matches!(entry.kind, Kind::Undo | Kind::Reopening) || !can_undo(entry, now));
        let firm = Standing::after(&firm, raters);
        let awaits_two = raters == 2 && (lane == Some(Lane::Rate) || firm.lane == Some(Lane::Rate));
        let is_open = lane.is_some() || firm.lane.is_some();
        // A near repeat says much about the post that stands for it. Heads have lower numbers, so this ends.
        let of_head = match head.filter(|head| *head < item) {
            Some(head) => Self::under(db, user, head, now, is_blind)?.hides_score,
            None => false,
        };
        let hides_score = of_head || (awaits_two || is_blind && is_open) && !firm.rated_by(&user.pseudonym);
        // Once a lead has it in hand, nobody can take back what it is decided between.
        let decides = lane == Some(Lane::Adjudicate) && has_in_hand(db, user, item, now)?;
        let hides_lane = awaits_two && !decides;
        Ok(Self {
            hides_score,
            hides_others: hides_lane || lane == Some(Lane::Rate) || of_head,
            hides_verdicts: hides_score && [lane, firm.lane].contains(&Some(Lane::Objection)),
            lane: if hides_lane { Some(Lane::Rate) } else { lane },
            explains: !hides_score && !hides_lane,
        })
    }

    /// Whether an entry is shown to `user`.
    pub(super) fn shows(&self, entry: &Body, user: &User) -> bool {
        let is_own = entry.by.as_deref() == Some(user.pseudonym.as_str());
        is_own || !(self.hides_others || self.hides_verdicts && entry.verdict.is_some())
    }
}

fn facts(db: &Connection, item: i64) -> Step<Facts> {
    let sql = "SELECT lane, raters, head, erased_ms IS NOT NULL FROM item WHERE id = ?1";
    let row = db.prepare(sql)?.query_row([item], |row| {
        let lane: Option<i64> = row.get(0)?;
        Ok(Facts { lane: lane.and_then(lane_of), raters: row.get(1)?, head: row.get(2)?, is_erased: row.get(3)? })
    });
    super::access::item_there(row, ItemId(item))
}

fn has_in_hand(db: &Connection, user: &User, item: i64, now: Moment) -> Step<bool> {
    let sql = "SELECT 1 FROM lease WHERE item = ?1 AND user = ?2 AND until_ms > ?3";
    let row = db.prepare(sql)?.query_row([item, user.id.0, now.millis()], |_| Ok(()));
    Ok(row.optional()?.is_some())
}
