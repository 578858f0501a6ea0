use grens_gateway::database::StoreError;

use super::desk::{DAY, Desk, SECOND, changed, finding, hand, no, yes};
use crate::ReviewError;
use crate::store::{Detail, Period, Purged, Role};

#[test]
fn terms_differ_for_what_was_judged() {
    let mut desk = Desk::with(3);
    let a = desk.user("a", Role::Moderator);
    desk.judge(&a, &yes());
    desk.later(29 * DAY);
    assert_eq!(desk.store.purge(false).unwrap(), Purged::default());
    desk.later(2 * DAY);
    let due = Purged { unreviewed: 2, reviewed: 0 };
    assert_eq!(desk.store.purge(true).unwrap(), due);
    assert_eq!(desk.store.purge(false).unwrap(), due);
    assert_eq!(desk.store.purge(false).unwrap(), Purged::default());
    assert!(desk.take(&a).is_none());
    desk.later(150 * DAY);
    assert_eq!(desk.store.purge(false).unwrap(), Purged { unreviewed: 0, reviewed: 1 });
    desk.is_whole();
}

#[test]
fn nothing_of_a_text_is_left_in_the_files_and_the_counts_are() {
    let mut desk = Desk::new();
    let thread = serde_json::json!({"thread": [{"text": "Wat er boven het bericht staat"}]});
    desk.import(&(0..40).map(|i| changed(finding(i), thread.clone())).collect::<Vec<_>>());
    let a = desk.user("a", Role::Moderator);
    for _ in 0..10 {
        desk.judge(&a, &yes());
    }
    let before = desk.store.statistics(Period::Year, Detail::Exact).unwrap();
    desk.later(200 * DAY);
    desk.store.purge(false).unwrap();
    for name in ["review.db", "review.db-wal"] {
        let bytes = std::fs::read(desk.path(name)).unwrap_or_default();
        for trace in ["verzonnen dorp", "voorbeeld.example", "stelt een groep voor", "boven het bericht"] {
            assert!(!bytes.windows(trace.len()).any(|w| w == trace.as_bytes()), "{name} holds {trace}");
        }
    }
    let confirmed = |rows: &[crate::store::StatisticsRow]| {
        rows.iter().filter(|r| r.outcome == "candidate").cloned().collect::<Vec<_>>()
    };
    let after = desk.store.statistics(Period::Year, Detail::Exact).unwrap();
    assert_eq!(confirmed(&before), confirmed(&after));
    assert!(after.iter().any(|r| r.outcome == "expired" && r.items == Some(30)), "{after:?}");
    desk.is_whole();
}

#[test]
fn what_is_erased_cannot_be_judged_and_does_not_come_back() {
    let mut desk = Desk::with(1);
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &no());
    desk.later(181 * DAY);
    desk.store.purge(false).unwrap();
    assert!(matches!(desk.store.reopen(&lead, item, "te laat"), Err(ReviewError::Erased(_))));
    assert!(desk.store.verdicts().unwrap().is_empty());
    let again = desk.import(&[super::desk::finding(0)]);
    assert_eq!((again.items, again.known), (0, 1));
    let explained = desk.store.explain(&a, item, crate::store::Language::Dutch).unwrap();
    assert!(explained.contains("gewist") && explained.contains("geen kandidaat"), "{explained}");
}

#[test]
fn a_verdict_that_was_taken_back_keeps_nothing() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (_, judged) = desk.judge(&a, &no());
    desk.store.undo(&a, &hand(&a), judged.entry).unwrap();
    desk.store.put_all_back(&a, &hand(&a)).unwrap();
    desk.later(31 * DAY);
    assert_eq!(desk.store.purge(false).unwrap(), Purged { unreviewed: 1, reviewed: 0 });
    desk.is_whole();
}

#[test]
fn a_purge_that_leaves_text_in_the_log_says_so_and_the_next_one_empties_it() {
    let mut desk = Desk::with(1);
    desk.later(31 * DAY);
    desk.store.db.busy_timeout(std::time::Duration::ZERO).unwrap();
    let reader = rusqlite::Connection::open(desk.store.path()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM item", [], |row| row.get(0)).unwrap();
    assert!(matches!(desk.store.purge(false), Err(ReviewError::Store(StoreError::Locked { .. }))));
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(desk.store.purge(false).unwrap(), Purged::default());
    assert_eq!(std::fs::metadata(desk.path("review.db-wal")).map_or(0, |log| log.len()), 0);
}

#[test]
fn what_expired_after_somebody_looked_at_it_is_not_called_unseen() {
    let mut desk = Desk::with_two_raters(2);
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator), desk.user("l", Role::Lead));
    let (reopened, _) = desk.judge(&a, &yes());
    desk.store.take(&b, &hand(&b), &crate::store::Filter::default(), crate::store::Order::Severity).unwrap();
    desk.store.judge(&b, &hand(&b), reopened, &yes(), grens_law::Statute::shipped()).unwrap();
    desk.store.reopen(&lead, reopened, "bezwaar").unwrap();
    let (half, _) = desk.judge(&a, &no());
    desk.later(181 * DAY);
    desk.store.purge(false).unwrap();
    let said = |item| desk.store.explain(&lead, item, crate::store::Language::Dutch).unwrap();
    assert!(said(reopened).contains("oordeel is ingetrokken") && !said(reopened).contains("Niemand heeft"));
    assert!(said(half).contains("is bekeken") && !said(half).contains("Niemand heeft"), "{}", said(half));
}

#[test]
fn what_is_in_hand_waits() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    desk.later(31 * DAY);
    desk.take(&a).unwrap();
    assert_eq!(desk.store.purge(false).unwrap(), Purged::default());
    desk.store.put_all_back(&a, &hand(&a)).unwrap();
    desk.later(SECOND);
    assert_eq!(desk.store.purge(false).unwrap().unreviewed, 1);
}
