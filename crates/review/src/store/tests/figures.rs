use serde_json::json;

use super::desk::{Desk, SECOND, changed, finding, no, yes};
use crate::store::{Period, Role};

#[test]
fn the_dashboard_counts_what_there_is() {
    let mut desk = Desk::with_two_raters(4);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    for form in [yes(), no(), yes()] {
        desk.judge(&a, &form);
    }
    for form in [yes(), no(), no()] {
        desk.judge(&b, &form);
    }
    let board = desk.store.dashboard().unwrap();
    let open: Vec<u64> = board.open.iter().map(|c| c.items).collect();
    assert_eq!((open, board.in_hand, board.erased), (vec![0, 1, 1], 0, 0));
    assert_eq!((board.done.len(), board.done.last().map(|d| d.verdicts)), (30, Some(6)));
    let precision = board.precision.first().unwrap();
    assert_eq!((precision.judged, precision.confirmed), (2, 1));
    let on = |name: &str| board.agreement.iter().find(|a| a.on == name).cloned().unwrap();
    assert_eq!(on("candidate").items, 3);
    assert!((on("137c").kappa.unwrap() - 0.4).abs() < 1e-9);
    assert_eq!(on("137d").kappa, None, "all said no to it");
    assert_eq!(board.drift.iter().map(|d| d.bins[9]).sum::<u64>(), 4);
    assert_eq!(board.grounds.iter().find(|g| g.name == "race").map(|g| g.items), Some(1));
    assert!(board.oldest_found_at.is_some());
}

#[test]
fn what_was_undone_is_not_counted_as_done() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (_, judged) = desk.judge(&a, &yes());
    desk.store.undo(&a, &super::desk::hand(&a), judged.entry).unwrap();
    assert_eq!(desk.store.dashboard().unwrap().done.last().map(|d| d.verdicts), Some(0));
}

#[test]
fn statistics_count_an_item_once_under_all_and_under_each_of_its_own() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    desk.import(&[
        changed(finding(0), json!({"grounds": ["race", "religion"]})),
        changed(finding(1), json!({"articles": [], "grounds": [], "band": "review", "platform": "=cmd"})),
    ]);
    desk.judge(&a, &yes());
    desk.later(SECOND);
    let rows = desk.store.statistics(Period::Month).unwrap();
    let count = |article: &str, ground: &str, outcome: &str| {
        rows.iter()
            .filter(|r| (r.article.as_str(), r.ground.as_str(), r.outcome.as_str()) == (article, ground, outcome))
            .map(|r| r.items)
            .sum::<u64>()
    };
    assert_eq!(count("all", "all", "candidate"), 1);
    assert_eq!(count("137c", "race", "candidate"), 1);
    assert_eq!(count("137c", "religion", "candidate"), 0, "a person named race alone");
    assert_eq!(count("none", "none", "open"), 1);
    let csv = desk.store.statistics_csv(Period::Year).unwrap();
    assert!(csv.starts_with("period,article,ground,platform,outcome,items\r\n") && csv.contains(",'=cmd,"), "{csv}");
    assert!(rows.iter().all(|r| r.period.len() == 7));
}
