use serde_json::json;

use super::desk::{DAY, Desk, changed, finding};
use crate::store::{Imported, Role, Settings};

#[test]
fn what_was_imported_is_not_imported_again() {
    let mut desk = Desk::new();
    let findings: Vec<_> = (0..3).map(finding).collect();
    assert_eq!(desk.import(&findings), Imported { items: 3, ..Imported::default() });
    // Found again by another model, and a post whose text was edited.
    let again = changed(finding(0), json!({"model": {"name": "newer", "hash": "01"}, "confidence": 0.5}));
    let edited = changed(finding(1), json!({"text": "iets anders", "text_sha256": "other"}));
    assert_eq!(desk.import(&[again, edited]), Imported { items: 1, known: 1, ..Imported::default() });
    desk.is_whole();
}

#[test]
fn what_nobody_could_judge_stays_out() {
    let mut desk = Desk::new();
    let without_text = changed(finding(0), json!({"text": null}));
    assert_eq!(desk.import(&[without_text]), Imported { without_text: 1, ..Imported::default() });
    let importing = desk.list(&[finding(1)]);
    desk.later(31 * DAY);
    assert_eq!(desk.store.import(&importing).unwrap(), Imported { expired: 1, ..Imported::default() });
}

#[test]
fn an_author_is_stored_nowhere() {
    let desk = Desk::with(1);
    let bytes = std::fs::read(desk.store.path()).unwrap();
    let log = std::fs::read(desk.path("review.db-wal")).unwrap_or_default();
    for bytes in [bytes, log] {
        assert!(!bytes.windows(16).any(|w| w == b"0123456789abcdef"));
    }
}

#[test]
fn a_bad_line_is_named_and_nothing_goes_in() {
    let mut desk = Desk::new();
    let bad = changed(finding(1), json!({"confidence": "hoog"}));
    let importing = desk.list(&[finding(0), bad]);
    let error = desk.store.import(&importing).unwrap_err().to_string();
    assert!(error.contains("candidates.jsonl:2") && !error.contains("hoog") && !error.contains("dorp"), "{error}");
    assert_eq!(desk.store.status().unwrap().open.iter().map(|(_, n)| n).sum::<u64>(), 0);
    let other = changed(finding(0), json!({"schema": "grens.decision/1"}));
    let importing = desk.list(&[other]);
    assert!(desk.store.import(&importing).unwrap_err().to_string().contains("`schema`"));
}

#[test]
fn a_repeat_knows_its_head_and_a_thread_comes_along() {
    let mut desk = Desk::new();
    let lead = desk.user("leider", Role::Lead);
    let head = changed(finding(0), json!({"stands_for": 2, "thread": [{"text": "Een vraag", "id": "p9"}]}));
    let near = changed(finding(1), json!({"head": "p0"}));
    assert_eq!(desk.import(&[head, near]), Imported { items: 2, repeats: 1, ..Imported::default() });
    let first = desk.take(&lead).unwrap();
    assert_eq!((first.post_id.as_str(), first.open_repeats, first.stands_for), ("p0", 1, 2));
    assert_eq!(first.thread.first().map(|post| post.text.as_str()), Some("Een vraag"));
    assert_eq!(desk.store.repeats(&lead, first.id, 10).unwrap().first().and_then(|r| r.head), Some(first.id));
}

#[test]
fn many_findings_go_in_a_thousand_at_a_time_and_repeats_find_their_heads() {
    let mut desk = Desk::new();
    let mut findings: Vec<_> = (0..1001).map(finding).collect();
    findings.push(changed(finding(2000), json!({"head": "p0"})));
    assert_eq!(desk.import(&findings), Imported { items: 1002, repeats: 1, ..Imported::default() });
    assert_eq!(desk.store.end().unwrap().entry, 2, "two imports");
    desk.is_whole();
}

#[test]
fn who_needs_two_raters_is_drawn_from_the_text() {
    let mut desk = Desk::new();
    desk.store.set_settings_as_owner(&Settings { second_share: 0.3, ..Settings::default() }).unwrap();
    desk.import(&(0..400).map(finding).collect::<Vec<_>>());
    let two = |desk: &Desk| {
        desk.store
            .db
            .query_row("SELECT group_concat(post) FROM item WHERE raters = 2", [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let drawn = two(&desk).split(',').count();
    assert!((80..160).contains(&drawn), "{drawn}");
    let mut other = Desk::new();
    other.store.set_settings_as_owner(&Settings { second_share: 0.3, ..Settings::default() }).unwrap();
    other.import(&(0..400).map(finding).collect::<Vec<_>>());
    assert_eq!(two(&desk), two(&other));
}
