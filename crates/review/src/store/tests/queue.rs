use std::collections::HashSet;
use std::time::Duration;

use grens_law::{Article, Band, Ground};
use serde_json::json;

use super::desk::{DAY, Desk, SECOND, changed, finding, hand, no};
use crate::ReviewError;
use crate::store::{Filter, Hand, Lane, Order, Role};

#[test]
fn an_item_in_hand_is_given_to_nobody_else() {
    let mut desk = Desk::with(3);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let other_browser = Hand("another window of a".to_owned());
    let first = desk.take(&a).unwrap();
    let second = desk.take(&b).unwrap();
    let third = desk.store.take(&a, &other_browser, &Filter::default(), Order::Severity).unwrap().unwrap();
    assert_eq!(HashSet::from([first.id, second.id, third.id]).len(), 3);
    assert!(desk.take(&b).is_none());
    assert_eq!(desk.store.in_hand(&a, &hand(&a)).unwrap().iter().map(|i| i.id).collect::<Vec<_>>(), [first.id]);
    assert!(desk.store.put_back(&a, &hand(&a), first.id).unwrap());
    assert_eq!(desk.take(&b).unwrap().id, first.id);
}

#[test]
fn a_lease_runs_out_and_a_sign_of_life_prolongs_it() {
    let mut desk = Desk::with(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let item = desk.take(&a).unwrap().id;
    desk.later(14 * 60 * SECOND);
    assert_eq!(desk.store.renew(&a, &hand(&a)).unwrap(), 1);
    desk.later(14 * 60 * SECOND);
    assert!(desk.take(&b).is_none());
    desk.later(2 * 60 * SECOND);
    assert_eq!(desk.take(&b).unwrap().id, item);
    let late = desk.store.judge(&a, &hand(&a), item, &no(), grens_law::Statute::shipped());
    assert!(matches!(late, Err(ReviewError::NotInHand(_))));
}

#[test]
fn who_was_slow_may_still_judge_what_nobody_took_over() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let item = desk.take(&a).unwrap().id;
    desk.later(60 * 60 * SECOND);
    assert!(desk.store.judge(&a, &hand(&a), item, &no(), grens_law::Statute::shipped()).is_ok());
    desk.is_whole();
}

#[test]
fn a_skipped_item_goes_to_others_and_comes_back_after_a_day() {
    let mut desk = Desk::with(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let item = desk.take(&a).unwrap().id;
    desk.store.skip(&a, &hand(&a), item).unwrap();
    assert!(desk.take(&a).is_none());
    assert_eq!(desk.take(&b).unwrap().id, item);
    desk.store.put_all_back(&b, &hand(&b)).unwrap();
    desk.later(DAY + 1);
    assert_eq!(desk.take(&a).unwrap().id, item);
    assert!(matches!(desk.store.skip(&b, &hand(&b), item), Err(ReviewError::NotInHand(_))));
}

#[test]
fn two_connections_that_take_at_once_share_the_items_out() {
    let mut desk = Desk::with(60);
    let people: Vec<_> = (0..4).map(|i| desk.user(&format!("r{i}"), Role::Moderator)).collect();
    let taken: Vec<Vec<_>> = std::thread::scope(|scope| {
        let workers: Vec<_> = people
            .iter()
            .map(|user| {
                let mut store = desk.store.another().unwrap();
                scope.spawn(move || {
                    let next = |_| store.take(user, &hand(user), &Filter::default(), Order::Severity).unwrap();
                    (0..15).map_while(next).map(|item| item.id).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let all: Vec<_> = taken.into_iter().flatten().collect();
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (60, 60));
}

#[test]
fn every_order_has_its_first() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    desk.import(&[
        changed(finding(0), json!({"band": "review", "confidence": 0.5})),
        changed(finding(1), json!({"confidence": 0.99})),
        changed(finding(2), json!({"confidence": 0.9, "articles": ["137d"]})),
        changed(finding(3), json!({"confidence": 0.8, "created_at": "2026-11-01T00:00:00Z"})),
        changed(finding(4), json!({"confidence": 0.7, "stands_for": 3})),
        changed(finding(5), json!({"confidence": 0.7, "head": "p4"})),
        changed(finding(6), json!({"confidence": 0.7, "head": "p4"})),
    ]);
    for (order, wanted) in [
        (Order::Severity, vec!["p2", "p1", "p3", "p4", "p0"]),
        (Order::Uncertainty, vec!["p0", "p4", "p3", "p2", "p1"]),
        (Order::Age, vec!["p3", "p0", "p1", "p2", "p4"]),
        (Order::Cluster, vec!["p4", "p5", "p6", "p0", "p1", "p2", "p3"]),
    ] {
        let mut given = vec![];
        while let Some(item) = desk.store.take(&a, &hand(&a), &Filter::default(), order).unwrap() {
            given.push(item.post_id);
        }
        assert_eq!(given, wanted, "{order:?}");
        desk.store.put_all_back(&a, &hand(&a)).unwrap();
    }
}

#[test]
fn every_condition_of_a_filter_counts() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    desk.import(&[
        finding(0),
        changed(
            finding(1),
            json!({"articles": ["137d"], "grounds": ["gender"], "platform": "x", "band": "review", "confidence": 0.25,
                   "created_at": "2026-10-01T00:00:00Z"}),
        ),
    ]);
    let days = |n: u64| Some(Duration::from_secs(n * 24 * 60 * 60));
    for filter in [
        Filter { article: Some(Article::A137d), ..Filter::default() },
        Filter { ground: Some(Ground::Gender), ..Filter::default() },
        Filter { platform: Some("x".to_owned()), ..Filter::default() },
        Filter { band: Some(Band::Review), ..Filter::default() },
        Filter { min_age: days(30), ..Filter::default() },
        Filter { max_score: Some(0.25), ..Filter::default() },
    ] {
        let item = desk.store.take(&a, &hand(&a), &filter, Order::Severity).unwrap().unwrap();
        assert_eq!(item.post_id, "p1", "{filter:?}");
        assert_eq!(desk.store.waiting(&a, &filter).unwrap(), [(Lane::Objection, 0), (Lane::Rate, 1)]);
        desk.store.put_all_back(&a, &hand(&a)).unwrap();
    }
    for filter in
        [Filter { max_age: days(30), ..Filter::default() }, Filter { min_score: Some(0.5), ..Filter::default() }]
    {
        let item = desk.store.take(&a, &hand(&a), &filter, Order::Severity).unwrap().unwrap();
        assert_eq!(item.post_id, "p0", "{filter:?}");
        desk.store.put_all_back(&a, &hand(&a)).unwrap();
    }
    let hostile = Filter { platform: Some("x' OR '1'='1".to_owned()), ..Filter::default() };
    assert!(desk.store.take(&a, &hand(&a), &hostile, Order::Severity).unwrap().is_none());
    assert_eq!(desk.store.platforms().unwrap(), ["forum", "x"]);
}

#[test]
fn a_researcher_is_given_nothing_and_sees_nothing() {
    let mut desk = Desk::with(1);
    let (researcher, lead) = (desk.user("r", Role::Researcher), desk.user("l", Role::Lead));
    let item = desk.take(&lead).unwrap().id;
    let refused = desk.store.take(&researcher, &hand(&researcher), &Filter::default(), Order::Severity);
    assert!(matches!(refused, Err(ReviewError::NotAllowed { .. })));
    assert!(matches!(desk.store.item(&researcher, item), Err(ReviewError::NotAllowed { .. })));
    // What the caller says of the person counts for nothing; the account does.
    let pretender = crate::store::User { role: Role::Lead, ..researcher };
    assert!(matches!(desk.store.item(&pretender, item), Err(ReviewError::NotAllowed { .. })));
    desk.store.set_active(lead.id, false).unwrap();
    assert!(matches!(desk.store.item(&lead, item), Err(ReviewError::NotAllowed { .. })));
}

#[test]
fn every_order_walks_over_its_index_alone() {
    let desk = Desk::with(3);
    for order in Order::ALL {
        let (index, by) = crate::store::search::index_and_order(order);
        let sql = format!("EXPLAIN QUERY PLAN SELECT id FROM item INDEXED BY {index} WHERE lane = 1 AND waits = 0 AND articles & 1 <> 0 AND grounds & 1 <> 0
             AND platform = 'x' AND band = 'review' AND posted_ms > 1 AND confidence > 0.1 ORDER BY {by} LIMIT 1");
        let mut query = desk.store.db.prepare(&sql).unwrap();
        let plan: Vec<String> = query.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(plan.iter().all(|step| step.contains("COVERING INDEX") && !step.contains("TEMP B-TREE")), "{plan:?}");
    }
}
