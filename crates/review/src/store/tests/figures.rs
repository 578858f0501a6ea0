use serde_json::json;

use super::desk::{Desk, SECOND, changed, finding, no, yes};
use crate::store::{Detail, Period, Role};

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
    desk.later(11 * SECOND);
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
    let rows = desk.store.statistics(Period::Month, Detail::Exact).unwrap();
    let count = |article: &str, ground: &str, outcome: &str| {
        rows.iter()
            .filter(|r| (r.article.as_str(), r.ground.as_str(), r.outcome.as_str()) == (article, ground, outcome))
            .filter_map(|r| r.items)
            .sum::<u64>()
    };
    assert_eq!(count("all", "all", "candidate"), 1);
    assert_eq!(count("137c", "race", "candidate"), 1);
    assert_eq!(count("137c", "religion", "candidate"), 0, "a person named race alone");
    assert_eq!(count("none", "none", "open"), 1);
    let csv = desk.store.statistics_csv(Period::Year, Detail::Exact).unwrap();
    assert!(csv.starts_with("period,article,ground,platform,outcome,items\r\n") && csv.contains(",'=cmd,"), "{csv}");
    assert!(rows.iter().all(|r| r.period.len() == 7));
}

#[test]
fn whoever_does_not_lead_sees_no_row_about_a_few() {
    let mut desk = Desk::new();
    let mut findings: Vec<_> = (0..13).map(finding).collect();
    findings[0]["platform"] = "klein".into();
    desk.import(&findings);
    let rows = desk.store.statistics(Period::Year, Detail::Protected).unwrap();
    let count = |platform: &str| {
        rows.iter().find(|r| r.platform == platform && r.article == "all" && r.ground == "all").map(|r| r.items)
    };
    assert_eq!((count("forum"), count("klein")), (Some(Some(10)), Some(None)), "of 12 and of 1");
    let csv = desk.store.statistics_csv(Period::Year, Detail::Protected).unwrap();
    assert!(csv.contains(",all,all,klein,open,<5\r\n") && csv.contains(",all,all,forum,open,10\r\n"), "{csv}");
    let exact = desk.store.statistics_csv(Period::Year, Detail::Exact).unwrap();
    assert!(exact.contains(",all,all,klein,open,1\r\n"), "{exact}");
}

#[test]
fn that_two_differ_is_counted_when_it_can_no_longer_be_undone() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Lead));
    desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    desk.judge(&b, &no());
    let open = |desk: &Desk| desk.store.dashboard().unwrap().open.iter().map(|c| c.items).collect::<Vec<_>>();
    assert_eq!(open(&desk), [0, 1, 0]);
    desk.later(11 * SECOND);
    assert_eq!(open(&desk), [0, 0, 1]);
}
