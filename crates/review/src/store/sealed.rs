//! What an import proves of an item: facts that stay, and a seal of what is erased one day.

use grens_gateway::Moment;
use grens_law::{Article, Band, FindingRecord};
use rusqlite::Row;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::codes::articles_code;
use super::{ThreadPost, chain};

/// What stays of an item for the statistics, once its text is erased.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Facts {
    pub(super) post: String,
    pub(super) platform: Option<String>,
    pub(super) band: String,
    pub(super) articles: i64,
    pub(super) grounds: i64,
    pub(super) confidence: f64,
    pub(super) found_ms: i64,
    pub(super) raters: i64,
    pub(super) head: Option<i64>,
    pub(super) stands_for: i64,
}

impl Facts {
    /// The columns that [`Facts::of_row`] reads.
    pub(super) const COLUMNS: &str =
        "post, platform, band, articles, grounds, confidence, found_ms, raters, head, stands_for";

    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            post: row.get(0)?,
            platform: row.get(1)?,
            band: row.get(2)?,
            articles: row.get(3)?,
            grounds: row.get(4)?,
            confidence: row.get(5)?,
            found_ms: row.get(6)?,
            raters: row.get(7)?,
            head: row.get(8)?,
            stands_for: row.get(9)?,
        })
    }

    /// What the first order goes by: candidates before review, then incitement before insult, then by confidence. In 0..=4. What two people judge goes before all
    /// else whatever its score, since its neighbours show theirs.
    pub(super) fn severity(&self) -> f64 {
        if self.raters == 2 {
            return 4.0;
        }
        let is_candidate = self.band == Band::Candidate.name();
        let incites = self.articles & articles_code(&[Article::A137d]) != 0;
        f64::from(u8::from(is_candidate) * 2 + u8::from(incites)) + self.confidence
    }

    /// 1 for a confidence of one half, 0 for none and for full confidence; 1 for what two people judge.
    pub(super) fn uncertainty(&self) -> f64 {
        if self.raters == 2 {
            return 1.0;
        }
        1.0 - (2.0 * self.confidence - 1.0).abs()
    }

    /// SHA-256 over number, facts and seal, hexadecimal.
    pub(super) fn digest(&self, id: i64, sealed: &str) -> String {
        format!("{:x}", Sha256::digest(chain::json(&(id, self, sealed))))
    }
}

/// What the order by age goes by, milliseconds since 1970: when it was posted, or found where nobody knows.
pub(super) fn posted_ms(created_at: Option<&str>, found_ms: i64) -> i64 {
    created_at.and_then(Moment::parse).map_or(found_ms, Moment::millis)
}

/// What is erased of an item.
#[derive(Debug, Clone)]
pub(super) struct Private {
    /// The finding without its text and without the author's pseudonym.
    pub(super) finding: FindingRecord,
    pub(super) text: String,
    pub(super) thread: Vec<ThreadPost>,
}

impl Private {
    pub(super) fn of(mut finding: FindingRecord, thread: Vec<ThreadPost>) -> Self {
        finding.place.author = None;
        let text = finding.text.take().unwrap_or_default();
        Self { finding, text, thread }
    }

    pub(super) fn seal(&self, salt: &[u8]) -> String {
        seal(salt, &chain::json(&self.finding), &self.text, &thread_text(&self.thread))
    }
}

/// The seal of the columns as they stand.
pub(super) fn seal(salt: &[u8], finding: &str, text: &str, thread: &str) -> String {
    chain::seal(salt, &chain::json(&[finding, text, thread]))
}

/// A thread as its column holds it; nothing for none.
pub(super) fn thread_text(thread: &[ThreadPost]) -> String {
    if thread.is_empty() { String::new() } else { chain::json(&thread) }
}
