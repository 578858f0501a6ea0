//! Made-up records for the tests of this crate. No real post.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use grens_law::{FindingRecord, Policy, VerdictRecord};

use crate::draft::{Found, draft_candidate};
use crate::record::CandidateRecord;

pub(crate) const TEXT: &str = "Alle mensen uit dat dorp heten Jansen";

pub(crate) fn policy() -> Policy {
    Policy::parse(
        "id = \"grens-nl-3\"\n[137c]\ncandidate = 0.89\nreview = 0.25\nnightly_cap = 50\n[137d]\ncandidate = 0.92\nreview = 0.25\nnightly_cap = 50\n\
         [group_hate]\nreview = 0.4\n[grounds]\nnamed = 0.35\n",
    )
    .unwrap()
}

/// A finding about the post `id`.
pub(crate) fn finding(id: &str) -> FindingRecord {
    serde_json::from_value(serde_json::json!({
        "rank": 1, "stands_for": 1, "file": "posts.jsonl", "file_sha256": "", "line": 1, "platform": "forum",
        "url": format!("https://voorbeeld.example/{id}"), "created_at": "2026-11-21T10:00:00Z", "text": TEXT, "grens": "0.1.0",
        "schema": "grens.finding/1", "id": id, "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["x"],
        "confidence": 0.96756, "scores": {"group_hate": 0.94808, "art137c": 0.96756, "art137d": 0.02215},
        "ground_scores": {"race": 0.91897, "religion": 0.93367, "orientation": 0.95, "disability": 0.96, "gender": 0.97},
        "lang": "nl", "n_tokens": 27, "truncated": false, "text_sha256": "f2b6028c", "model": {"name": "grens-nl 0.3.0", "hash": "0bc8e1e6"},
        "policy": "grens-nl-3", "law": "nl-sr-2026-01-01"
    }))
    .unwrap()
}

pub(crate) fn found(id: &str) -> Found {
    Found {
        finding: finding(id),
        found_at: "2026-11-22T03:00:00Z".to_owned(),
        cluster: None,
        evidence: vec![],
        is_listed: true,
    }
}

/// A finding that is not past its retention date, whenever the test runs.
pub(crate) fn found_lately(id: &str) -> Found {
    Found { found_at: ago(72), ..found(id) }
}

/// A time so many hours ago.
pub(crate) fn ago(hours: u64) -> String {
    humantime::format_rfc3339_seconds(SystemTime::now() - Duration::from_secs(3600 * hours)).to_string()
}

pub(crate) fn candidate() -> CandidateRecord {
    draft_candidate(&found("p1"), &policy()).unwrap()
}

/// A person's yes about the post `p1`.
pub(crate) fn verdict() -> VerdictRecord {
    verdict_on("p1", "candidate", "2026-11-23T09:00:00Z")
}

pub(crate) fn verdict_on(id: &str, judgement: &str, judged_at: &str) -> VerdictRecord {
    serde_json::from_value(serde_json::json!({
        "schema": "grens.verdict/1", "id": id, "platform": "forum", "url": format!("https://voorbeeld.example/{id}"),
        "text_sha256": "f2b6028c", "verdict": judgement, "articles": ["137c"], "grounds": ["race"], "publicity": "public",
        "reason": "stelt een groep voor als minder", "still_online": {"online": true, "checked_at": "2026-11-23T08:59:00Z"},
        "route": "hotline", "reviewer": "beoordelaar-1", "judged_at": judged_at
    }))
    .unwrap()
}
