//! The search for the next item: conditions and order in SQL. Every order has an index that holds all that the conditions ask, so that also a filter that fits
//! nothing costs one walk over an index and no row.

use grens_gateway::Moment;
use rusqlite::types::Value;

use super::codes::{articles_code, grounds_code, lane_code};
use super::{Filter, Lane, Order, Role, User};

/// A condition with its values.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Search {
    pub(super) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(value.into());
    }

    /// Items of a lane that fit the filter.
    pub(super) fn fitting(lane: Lane, filter: &Filter, now: Moment) -> Self {
        let mut search = Self { sql: "lane = ?".to_owned(), values: vec![lane_code(lane).into()] };
        // What two people judge is given whatever the program says of it.
        let or_two = if lane == Lane::Rate { "raters = 2 OR " } else { "" };
        search.narrow(filter, now, or_two);
        search
    }

    /// What the filter wants, whatever the lane. `or` goes before each condition on what the program says.
    pub(super) fn narrow(&mut self, filter: &Filter, now: Moment, or: &str) {
        if let Some(article) = filter.article {
            self.and(&format!("({or}articles & ? <> 0)"), articles_code(&[article]));
        }
        if let Some(ground) = filter.ground {
            self.and(&format!("({or}grounds & ? <> 0)"), grounds_code(&[ground]));
        }
        if let Some(platform) = &filter.platform {
            self.and("platform = ?", platform.clone());
        }
        if let Some(band) = filter.band {
            self.and(&format!("({or}band = ?)"), band.name().to_owned());
        }
        let before =
            |age: std::time::Duration| now.millis().saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        if let Some(age) = filter.min_age {
            self.and("posted_ms <= ?", before(age));
        }
        if let Some(age) = filter.max_age {
            self.and("posted_ms >= ?", before(age));
        }
        // Scores are kept as the numbers that f32 holds, so that a bound is compared like with like.
        if let Some(score) = filter.min_score {
            self.and(&format!("({or}confidence >= ?)"), f64::from(score));
        }
        if let Some(score) = filter.max_score {
            self.and(&format!("({or}confidence <= ?)"), f64::from(score));
        }
    }

    /// Items that this person may be given: not judged or just skipped by this person.
    pub(super) fn for_person(&mut self, user: &User, now: Moment) {
        self.and("NOT EXISTS (SELECT 1 FROM judge j WHERE j.by = ? AND j.item = item.id)", user.pseudonym.clone());
        self.and("NOT EXISTS (SELECT 1 FROM skip s WHERE s.item = item.id AND s.user = ?", user.id.0);
        self.sql.push_str(" AND s.until_ms > ?)");
        self.values.push(now.millis().into());
    }

    /// Items in nobody's hand, this one included.
    pub(super) fn free(&mut self, now: Moment) {
        self.and("NOT EXISTS (SELECT 1 FROM lease l WHERE l.item = item.id AND l.until_ms > ?)", now.millis());
    }
}

/// The lanes that a role takes from, the most urgent first.
pub(super) fn lanes(role: Role, filter: &Filter) -> Vec<Lane> {
    let of_role: &[Lane] = match role {
        Role::Lead => &[Lane::Objection, Lane::Adjudicate, Lane::Rate],
        Role::Moderator => &[Lane::Objection, Lane::Rate],
        Role::Researcher => &[],
    };
    of_role.iter().copied().filter(|lane| filter.lane.is_none_or(|wanted| wanted == *lane)).collect()
}

/// Index and order by. Without the name of the index SQLite would guess, and it knows nothing of how many items fit.
pub(super) const fn index_and_order(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::Severity => ("item_severity", "severity DESC, id"),
        Order::Uncertainty => ("item_uncertainty", "uncertainty DESC, id"),
        Order::Age => ("item_age", "posted_ms, id"),
        Order::Cluster => ("item_cluster", "cluster_size DESC, cluster, id"),
    }
}
