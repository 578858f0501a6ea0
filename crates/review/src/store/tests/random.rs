//! Any sequence of acts leaves a whole chain, and nothing that is done in anybody's hand.

use grens_law::Statute;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::desk::{DAY, Desk, SECOND, changed, finding, hand, no, yes};
use crate::store::{Filter, Item, ItemId, Order, Role, Settings, User};

#[test]
fn whatever_people_do_the_chain_is_whole() {
    for seed in 0..8 {
        walk(&mut StdRng::seed_from_u64(seed));
    }
}

fn walk(rng: &mut StdRng) {
    let mut desk = Desk::new();
    desk.store.set_settings_as_owner(&Settings { second_share: 0.5, ..Settings::default() }).unwrap();
    let findings: Vec<_> = (0..12)
        .map(|i| match i {
            8..12 => changed(finding(i), json!({"head": format!("p{}", i / 2)})),
            _ => finding(i),
        })
        .collect();
    desk.import(&findings);
    let people: Vec<User> =
        (0..5).map(|i| desk.user(&format!("r{i}"), if i < 2 { Role::Lead } else { Role::Moderator })).collect();
    let mut judged = vec![];
    for _ in 0..120 {
        let user = &people[rng.random_range(0..people.len())];
        let form = if rng.random_bool(0.5) { yes() } else { no() };
        let held: Vec<ItemId> = desk.store.in_hand(user, &hand(user)).unwrap().iter().map(|i| i.id).collect();
        let any = ItemId(rng.random_range(1..=12));
        match rng.random_range(0..9) {
            0..=2 => {
                let given = desk.store.take(user, &hand(user), &Filter::default(), Order::Age).unwrap();
                let judged = |item: Item| {
                    item.history.into_iter().find(|e| e.verdict.is_some() && !e.undone && e.by == user.pseudonym)
                };
                assert_eq!(given.and_then(judged), None, "nobody judges twice");
            }
            3 | 4 => {
                if let Some(item) = held.first() {
                    judged.extend(desk.store.judge(user, &hand(user), *item, &form, Statute::shipped()));
                }
            }
            5 => {
                if let Some(last) = judged.last() {
                    let _ = desk.store.undo(user, &hand(user), last.entry);
                }
            }
            6 => drop(desk.store.correct(user, any, &form, Statute::shipped())),
            7 => drop(desk.store.reopen(user, any, "bezwaar")),
            _ => desk.later(rng.random_range(0..20 * 60) * SECOND),
        }
        nobody_holds_what_is_done(&desk, &people);
    }
    desk.is_whole();
    desk.later(400 * DAY);
    desk.store.purge(false).unwrap();
    desk.is_whole();
}

fn nobody_holds_what_is_done(desk: &Desk, people: &[User]) {
    for user in people {
        let held = desk.store.in_hand(user, &hand(user)).unwrap();
        assert!(held.iter().all(|item| item.lane.is_some()), "{} holds what is done", user.name);
    }
}
