//! Idempotency keys, derived from content alone: whoever makes the same record again, on another day or machine, gets the same key.
//!
//! A key is the SHA-256 of a JSON array of strings, written without spaces in UTF-8, as 64 hexadecimal digits:
//!
//! | what | the array |
//! |---|---|
//! | post | `["post", platform, url, id, text_sha256]`; what is not known is `""` |
//! | candidate | `["grens.candidate/1", post]` |
//! | notice draft | `["grens.notice-draft/1", post, judged_at, reviewer, articles, grounds]`; lists joined with `+` |
//! | correction | `["grens.correction/1", key of the corrected record, judged_at, reviewer, verdict, replaced_by]`; `""` where nothing replaces it |
//!
//! Scores, model, policy, times of finding and the program's version are left out on purpose: a post that is found again by another model is no
//! news to a receiver. A post whose text was edited is another post.

use grens_law::VerdictRecord;
use sha2::{Digest, Sha256};

use crate::record::{CANDIDATE_SCHEMA, CORRECTION_SCHEMA, NOTICE_SCHEMA};

/// The identity of a post with its text: by it a verdict finds its finding, and a correction what was sent.
#[must_use]
pub fn post(platform: Option<&str>, url: Option<&str>, id: &str, text_sha256: &str) -> String {
    hash(&["post", platform.unwrap_or_default(), url.unwrap_or_default(), id, text_sha256])
}

/// The identity of the post that a verdict is about.
#[must_use]
pub fn judged_post(verdict: &VerdictRecord) -> String {
    post(verdict.platform.as_deref(), verdict.url.as_deref(), &verdict.id, &verdict.text_sha256)
}

/// The identity of a text under an id, wherever it stands: by it a verdict is recognised that names a post by another address than its finding.
pub(crate) fn twin(id: &str, text_sha256: &str) -> String {
    hash(&["twin", id, text_sha256])
}

pub(crate) fn candidate(post: &str) -> String {
    hash(&[CANDIDATE_SCHEMA, post])
}

pub(crate) fn notice(post: &str, verdict: &VerdictRecord) -> String {
    let articles: Vec<&str> = verdict.articles.iter().map(|a| a.name()).collect();
    let grounds: Vec<&str> = verdict.grounds.iter().map(|g| g.name()).collect();
    hash(&[NOTICE_SCHEMA, post, &verdict.judged_at, &verdict.reviewer, &articles.join("+"), &grounds.join("+")])
}

pub(crate) fn correction(corrects: &str, verdict: &VerdictRecord, replaced_by: Option<&str>) -> String {
    let by = replaced_by.unwrap_or_default();
    hash(&[CORRECTION_SCHEMA, corrects, &verdict.judged_at, &verdict.reviewer, verdict.verdict.name(), by])
}

fn hash(parts: &[&str]) -> String {
    // A JSON array parts its strings without doubt, whatever they hold.
    let text = serde_json::Value::from(parts.to_vec()).to_string();
    format!("{:x}", Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_be_made_elsewhere() {
        // Python: hashlib.sha256(json.dumps(["post", "forum", "", "p1 \"é\"", "00"], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
        let wanted = "91ce54f7f9cc0b41adac4ca59ed8b8c8b26c94b5fcf8e37fdb60c7c910fd9b1a";
        assert_eq!(post(Some("forum"), None, "p1 \"é\"", "00"), wanted);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(post(Some("a"), Some("b"), "c", "d"), post(Some("ab"), None, "c", "d"));
        assert_ne!(post(Some("a"), None, "b", "d"), post(None, Some("a"), "b", "d"));
        assert_ne!(candidate("x"), post(None, None, "x", ""));
    }
}
