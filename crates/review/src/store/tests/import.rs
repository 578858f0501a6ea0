use grens_input::Source;
use serde_json::json;

use super::desk::{DAY, Desk, changed, finding};
use crate::store::{Imported, Item, ItemId, Role, Settings};

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
    assert_eq!(desk.import(&[head, near]), Imported { items: 2, repeats: 1, with_thread: 1, ..Imported::default() });
    let first = desk.take(&lead).unwrap();
    assert_eq!((first.post_id.as_str(), first.open_repeats, first.stands_for), ("p0", 1, 2));
    assert_eq!(first.thread.first().map(|post| post.text.as_str()), Some("Een vraag"));
    assert_eq!(desk.store.repeats(&lead, first.id, 10).unwrap().first().and_then(|r| r.head), Some(first.id));
}

#[test]
fn a_conversation_is_put_together_from_findings_and_from_posts_beside_them() {
    let mut desk = Desk::new();
    let lead = desk.user("leider", Role::Lead);
    // p2 answers p1, which is a finding; p1 answers c2, which answers c1. What p3 answers has its id on another platform alone.
    let posts = [
        json!({"id": "c1", "text": "Het begin", "platform": "forum", "created_at": "2026-11-19T10:00:00Z"}),
        json!({"id": "c2", "text": "Een antwoord", "platform": "forum", "parent": "c1"}),
        json!({"id": "c3", "text": "Elders", "platform": "x"}),
        json!({"id": "c9", "text": "Iets anders", "platform": "forum", "parent": "c1"}),
    ];
    let path = desk.path("posts.jsonl");
    std::fs::write(&path, posts.iter().map(|p| format!("{p}\n")).collect::<String>() + "geen bericht\n").unwrap();
    let findings = [
        changed(finding(1), json!({"parent": "c2"})),
        changed(finding(2), json!({"parent": "p1"})),
        changed(finding(3), json!({"parent": "c3"})),
    ];
    let mut importing = desk.list(&findings);
    importing.context.sources = vec![Source::File(path)];
    let imported = desk.store.import(&importing).unwrap();
    assert_eq!((imported.items, imported.with_thread, imported.unread_context), (3, 2, 1));
    let above = |item: &Item| item.thread.iter().map(|post| post.text.clone()).collect::<Vec<_>>();
    let items: Vec<Item> = (0..3).map(|_| desk.take(&lead).unwrap()).collect();
    assert_eq!(above(&items[0]), ["Het begin", "Een antwoord"]);
    assert_eq!(above(&items[1]), ["Het begin", "Een antwoord", "Dit is bericht 1 van een verzonnen dorp"]);
    assert!(items[2].thread.is_empty());
    assert_eq!(items[0].thread[0].created_at.as_deref(), Some("2026-11-19T10:00:00Z"));
    let kept = std::fs::read(desk.store.path()).unwrap();
    assert!(!kept.windows(11).any(|w| w == b"Iets anders"), "what stands above nothing is not kept");
    desk.is_whole();
}

#[test]
fn posts_that_answer_each_other_in_a_ring_end_somewhere() {
    let mut desk = Desk::new();
    let lead = desk.user("leider", Role::Lead);
    desk.import(&[changed(finding(1), json!({"parent": "p2"})), changed(finding(2), json!({"parent": "p1"}))]);
    assert_eq!(desk.take(&lead).unwrap().thread.len(), 20);
    let mut importing = desk.list(&[finding(3)]);
    importing.context.sources = vec![Source::File(desk.path("nergens.jsonl"))];
    assert!(desk.store.import(&importing).unwrap_err().to_string().contains("nergens.jsonl"));
}

#[test]
fn the_numbers_of_items_say_nothing_of_their_rank() {
    let mut desk = Desk::new();
    let lead = desk.user("leider", Role::Lead);
    // Ranked from high to low, and hashed the other way round.
    let ranked: Vec<_> =
        (0..9).map(|i| changed(finding(i), json!({"text_sha256": format!("sha {}", 9 - i)}))).collect();
    desk.import(&ranked);
    assert_eq!(desk.store.item(&lead, ItemId(1)).unwrap().post_id, "p8");
}

#[test]
fn a_score_that_is_none_is_named() {
    let mut desk = Desk::new();
    let importing = desk.list(&[changed(finding(0), json!({"confidence": 1e9}))]);
    assert!(desk.store.import(&importing).unwrap_err().to_string().contains("`confidence`"));
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
