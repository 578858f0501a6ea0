//! What a lead looks at.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use grens_gateway::Moment;
use grens_law::{Article, Ground};
use rusqlite::Connection;

use super::{ArticleAgreement, Count, Dashboard, Day, Drift, Precision};
use crate::agreement::{cohens_kappa, krippendorffs_alpha, wilson};
use crate::error::Result;
use crate::store::access::Step;
use crate::store::codes::{articles_code, grounds_code, lane_code};
use crate::store::undo::UNDO_MS;
use crate::store::{Lane, Store};

/// Days and weeks that are shown.
const DAYS: u64 = 30;
const WEEKS: usize = 26;

impl Store {
    /// All figures of the dashboard.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn dashboard(&self) -> Result<Dashboard> {
        self.read(|db, now| {
            let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, u64>(0));
            let oldest = "SELECT min(found_ms) FROM item WHERE lane IS NOT NULL";
            Ok(Dashboard {
                open: open(db, now)?,
                in_hand: number(&format!("SELECT count(*) FROM lease WHERE until_ms > {}", now.millis()))?,
                oldest_found_at: db
                    .query_row(oldest, [], |row| row.get::<_, Option<i64>>(0))?
                    .map(|ms| Moment::from_millis(ms).text()),
                done: done(db, now)?,
                precision: precision(db)?,
                agreement: agreement(db)?,
                drift: drift(db)?,
                grounds: grounds(db)?,
                erased: number("SELECT count(*) FROM item WHERE erased_ms IS NOT NULL")?,
            })
        })
    }
}

/// Open items by lane. Two verdicts that differ count as one that waits for its second as long as that can be undone: whoever gave it would learn what the first was.
fn open(db: &Connection, now: Moment) -> Step<Vec<Count>> {
    let count = |lane: Lane| {
        db.query_row("SELECT count(*) FROM item WHERE lane = ?1", [lane_code(lane)], |row| row.get::<_, u64>(0))
    };
    let parted = "SELECT count(*) FROM item WHERE lane = ?1 AND EXISTS (SELECT 1 FROM entry WHERE entry.item = item.id AND at_ms >= ?2)";
    let young = [lane_code(Lane::Adjudicate), now.millis() - UNDO_MS];
    let young: u64 = db.query_row(parted, young, |row| row.get(0))?;
    let shown = |lane: Lane| -> rusqlite::Result<u64> {
        let items = count(lane)?;
        Ok(match lane {
            Lane::Objection => items,
            Lane::Rate => items + young,
            Lane::Adjudicate => items - young,
        })
    };
    let counts = Lane::ALL.into_iter().map(|lane| Ok(Count { name: lane.name().to_owned(), items: shown(lane)? }));
    Ok(counts.collect::<rusqlite::Result<_>>()?)
}

fn date(ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().date_naive()
}

fn week(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// Verdicts by day that were not taken back.
fn done(db: &Connection, now: Moment) -> Step<Vec<Day>> {
    let today = date(now.millis());
    let first = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
    let mut query = db.prepare(
        "SELECT date(at_ms / 1000, 'unixepoch') AS day, count(*) FROM entry e
         WHERE at_ms >= ?1 AND kind IN ('verdict', 'bulk', 'adjudication')
             AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.item = e.item AND u.kind = 'undo' AND u.body ->> 'of' = e.seq)
         GROUP BY day",
    )?;
    let from = first.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
    let rows = query.query_map([from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let counts: BTreeMap<String, u64> = rows.collect::<rusqlite::Result<_>>()?;
    let days = first.iter_days().take_while(|day| *day <= today).map(|day| day.to_string());
    Ok(days.map(|day| Day { verdicts: counts.get(&day).copied().unwrap_or(0), day }).collect())
}

fn precision(db: &Connection) -> Step<Vec<Precision>> {
    let mut query = db.prepare(
        "SELECT found_ms / 86400000, count(*), sum(outcome = 'candidate') FROM item
         WHERE band = 'candidate' AND outcome IN ('candidate', 'not_candidate', 'outside_law') GROUP BY 1 ORDER BY 1",
    )?;
    let mut rows = query.query([])?;
    let mut weeks: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (judged, confirmed) = weeks.entry(week(date(row.get::<_, i64>(0)? * 86_400_000))).or_default();
        *judged += row.get::<_, u64>(1)?;
        *confirmed += row.get::<_, u64>(2)?;
    }
    let skipped = weeks.len().saturating_sub(WEEKS);
    let weeks = weeks.into_iter().skip(skipped);
    Ok(weeks
        .map(|(week, (judged, confirmed))| Precision { week, judged, confirmed, interval: wilson(confirmed, judged) })
        .collect())
}

/// What a rater said about one question: 1 yes, 0 no, 2 cannot tell.
fn answer(said: &str, articles: i64, about: i64) -> u8 {
    match said {
        "unsure" => 2,
        "candidate" if about == 0 || articles & about != 0 => 1,
        _ => 0,
    }
}

fn agreement(db: &Connection) -> Step<Vec<ArticleAgreement>> {
    let mut query = db.prepare(
        "SELECT a.said, a.articles, b.said, b.articles FROM rating a JOIN rating b ON b.item = a.item AND b.round = 1 AND b.place = 2
         WHERE a.round = 1 AND a.place = 1",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let pairs: Vec<(String, i64, String, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let about = |on: &str, code: i64| {
        let answers: Vec<(u8, u8)> =
            pairs.iter().map(|(a, x, b, y)| (answer(a, *x, code), answer(b, *y, code))).collect();
        let alike = answers.iter().filter(|(a, b)| a == b).count();
        let units: Vec<Vec<u8>> = answers.iter().map(|&(a, b)| vec![a, b]).collect();
        ArticleAgreement {
            on: on.to_owned(),
            items: answers.len() as u64,
            observed: if answers.is_empty() { 0.0 } else { alike as f64 / answers.len() as f64 },
            kappa: cohens_kappa(&answers),
            alpha: krippendorffs_alpha(&units),
        }
    };
    let mut list = vec![about("candidate", 0)];
    list.extend(Article::ALL.into_iter().map(|article| about(article.name(), articles_code(&[article]))));
    Ok(list)
}

fn drift(db: &Connection) -> Step<Vec<Drift>> {
    let mut query = db.prepare(
        "SELECT found_ms / 86400000, min(9, CAST(confidence * 10 AS INTEGER)), count(*) FROM item GROUP BY 1, 2 ORDER BY 1",
    )?;
    let mut rows = query.query([])?;
    let mut weeks: BTreeMap<String, [u64; 10]> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let bins = weeks.entry(week(date(row.get::<_, i64>(0)? * 86_400_000))).or_default();
        if let Some(bin) = bins.get_mut(row.get::<_, usize>(1)?) {
            *bin += row.get::<_, u64>(2)?;
        }
    }
    let mut before = [0; 10];
    let mut list = vec![];
    for (week, bins) in weeks {
        let stability = before.iter().any(|n| *n > 0).then(|| stability(&before, &bins));
        before.iter_mut().zip(bins).for_each(|(sum, n)| *sum += n);
        list.push(Drift { week, bins, stability });
    }
    list.drain(..list.len().saturating_sub(WEEKS));
    Ok(list)
}

/// Population stability index of `new` against `old`. Half an item is added to each bin, so that an empty one says little instead of everything.
fn stability(old: &[u64; 10], new: &[u64; 10]) -> f64 {
    let share = |bins: &[u64; 10], n: u64| (n as f64 + 0.5) / (bins.iter().sum::<u64>() as f64 + 5.0);
    old.iter().zip(new).map(|(&o, &n)| (share(old, o), share(new, n))).map(|(o, n)| (n - o) * (n / o).ln()).sum()
}

fn grounds(db: &Connection) -> Step<Vec<Count>> {
    let count = |ground: Ground| {
        let sql = "SELECT count(*) FROM item WHERE outcome = 'candidate' AND outcome_grounds & ?1 <> 0";
        let items = db.query_row(sql, [grounds_code(&[ground])], |row| row.get(0))?;
        Ok(Count { name: ground.name().to_owned(), items })
    };
    Ok(Ground::ALL.into_iter().map(count).collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_scores_are_stable_and_others_are_not() {
        let (low, high) = ([90, 10, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 10, 90]);
        assert!(stability(&low, &low).abs() < 1e-12);
        assert!(stability(&low, &high) > 0.25);
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        let new_year = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap_or_default();
        assert_eq!(week(new_year), "2026-W53");
    }

    #[test]
    fn an_article_that_was_not_named_is_a_no() {
        assert_eq!(answer("candidate", 0b10, 0b01), 0);
        assert_eq!(answer("candidate", 0b10, 0b10), 1);
        assert_eq!(answer("candidate", 0b10, 0), 1);
        assert_eq!(answer("unsure", 0, 0b01), 2);
    }
}
