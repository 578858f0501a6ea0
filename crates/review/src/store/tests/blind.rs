//! Whoever judges blind sees nothing that tells how, on no way: not by undoing, correcting, explaining, filtering or listing.

use grens_law::Statute;
use serde_json::json;

use super::desk::{Desk, SECOND, changed, finding, hand, no, yes};
use crate::ReviewError;
use crate::store::{Filter, Form, ItemId, Lane, Language, ListState, Order, Role, Settings, User};

/// Judge an item that is in hand by now.
fn judge(desk: &mut Desk, user: &User, item: ItemId, form: &Form) -> crate::store::Judged {
    desk.store.judge(user, &hand(user), item, form, Statute::shipped()).unwrap()
}

#[test]
fn an_undo_shows_nothing_that_could_be_judged_by() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    let (_, judged) = desk.judge(&b, &no());
    let sees = |desk: &Desk| {
        let seen = desk.store.item(&b, item).unwrap();
        (seen.proposal.is_some(), seen.history.len(), seen.lane)
    };
    assert_eq!(sees(&desk), (false, 1, Some(Lane::Rate)), "also that they differ would tell");
    for state in [ListState::Done, ListState::Open(Lane::Adjudicate)] {
        assert!(desk.store.list(&b, &Filter::default(), state, 10, 0).unwrap().is_empty(), "{state:?}");
    }
    let correction = desk.store.correct(&b, item, &yes(), Statute::shipped());
    assert!(matches!(correction, Err(ReviewError::NotNow { .. })));
    desk.later(9 * SECOND);
    desk.store.undo(&b, &hand(&b), judged.entry).unwrap();
    desk.later(5 * SECOND);
    assert_eq!(sees(&desk), (false, 2, Some(Lane::Rate)), "what was undone was never given");
    judge(&mut desk, &b, item, &no());
    desk.later(11 * SECOND);
    assert_eq!(sees(&desk), (true, 4, Some(Lane::Adjudicate)));
}

#[test]
fn who_agreed_learns_it_when_it_can_no_longer_be_undone() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Lead));
    let (item, _) = desk.judge(&a, &no());
    desk.later(60 * SECOND);
    desk.judge(&b, &no());
    assert_eq!(desk.store.item(&b, item).unwrap().lane, Some(Lane::Rate));
    assert!(desk.store.correct(&b, item, &yes(), Statute::shipped()).is_err());
    desk.later(11 * SECOND);
    assert_eq!(desk.store.item(&b, item).unwrap().lane, None);
    assert!(desk.store.item(&b, item).unwrap().may_correct);
}

#[test]
fn in_blind_mode_the_score_comes_after_the_time_for_undoing() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    desk.store.set_settings_as_owner(&Settings { blind: true, ..Settings::default() }).unwrap();
    let (item, _) = desk.judge(&a, &yes());
    assert!(desk.store.item(&a, item).unwrap().proposal.is_none());
    assert!(desk.store.explain(&a, item, Language::Dutch).is_err());
    desk.later(11 * SECOND);
    assert!(desk.store.item(&a, item).unwrap().proposal.is_some());
}

#[test]
fn an_explanation_waits_for_all_who_judge() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator), desk.user("l", Role::Lead));
    let researcher = desk.user("r", Role::Researcher);
    let (item, _) = desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    for user in [&a, &b, &lead] {
        let refused = desk.store.explain(user, item, Language::Dutch);
        assert!(matches!(refused, Err(ReviewError::NotNow { .. })), "{}", user.name);
        assert!(!desk.store.item(user, item).unwrap().may_explain);
    }
    assert!(matches!(desk.store.explain(&researcher, item, Language::Dutch), Err(ReviewError::NotAllowed { .. })));
    let on_paper = desk.store.explain_as_owner(item, Language::Dutch).unwrap();
    assert!(on_paper.contains("nog niets besloten") && !on_paper.contains("als: kandidaat"), "{on_paper}");
    desk.judge(&b, &yes());
    assert!(desk.store.explain(&b, item, Language::Dutch).is_err());
    desk.later(11 * SECOND);
    assert!(desk.store.explain(&b, item, Language::Dutch).unwrap().contains("als: kandidaat"));
}

#[test]
fn two_who_differ_do_not_settle_it_themselves() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Lead), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    let before = desk.store.correct(&a, item, &no(), Statute::shipped());
    assert!(matches!(before, Err(ReviewError::NotNow { .. })), "the score is known now");
    desk.judge(&b, &no());
    desk.later(60 * SECOND);
    for user in [&a, &b, &lead] {
        let refused = desk.store.correct(user, item, &no(), Statute::shipped());
        assert!(matches!(refused, Err(ReviewError::NotNow { .. })), "{}", user.name);
    }
    desk.judge(&lead, &yes());
    desk.later(60 * SECOND);
    assert!(desk.store.item(&lead, item).unwrap().may_correct);
    desk.is_whole();
}

#[test]
fn who_judged_first_does_not_decide_the_objection_by_a_correction() {
    let mut desk = Desk::with(1);
    let (first, other, d) = (desk.user("l", Role::Lead), desk.user("m", Role::Lead), desk.user("d", Role::Moderator));
    let third = desk.user("n", Role::Lead);
    let (item, _) = desk.judge(&first, &yes());
    desk.store.reopen(&third, item, "bezwaar").unwrap();
    desk.judge(&d, &no());
    desk.later(60 * SECOND);
    assert!(!desk.store.item(&first, item).unwrap().may_correct);
    let refused = desk.store.correct(&first, item, &yes(), Statute::shipped());
    assert!(matches!(refused, Err(ReviewError::NotNow { .. })));
    assert!(desk.store.item(&other, item).unwrap().may_correct);
    desk.store.correct(&other, item, &yes(), Statute::shipped()).unwrap();
    desk.is_whole();
}

#[test]
fn who_was_corrected_is_not_given_the_objection() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let (c, e) = (desk.user("c", Role::Lead), desk.user("e", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.judge(&b, &no());
    desk.judge(&c, &no());
    desk.later(60 * SECOND);
    desk.store.correct(&e, item, &yes(), Statute::shipped()).unwrap();
    desk.store.reopen(&e, item, "bezwaar").unwrap();
    for user in [&a, &b, &c, &e] {
        assert!(desk.take(user).is_none(), "{} has judged it", user.name);
        assert_eq!(desk.store.waiting(user, &Filter::default()).unwrap().first(), Some(&(Lane::Objection, 0)));
    }
    let fresh = desk.user("f", Role::Moderator);
    assert_eq!(desk.take(&fresh).unwrap().id, item);
    desk.is_whole();
}

#[test]
fn a_filter_says_nothing_of_what_is_hidden() {
    let sure = Filter { min_score: Some(0.99), ..Filter::default() };
    let mut desk = Desk::with_two_raters(1);
    let a = desk.user("a", Role::Moderator);
    assert!(
        desk.store.take(&a, &hand(&a), &sure, Order::Age).unwrap().is_some(),
        "two raters: given whatever the score"
    );
    let mut desk = Desk::with(1);
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    assert!(desk.store.take(&a, &hand(&a), &sure, Order::Age).unwrap().is_none());
    let line = desk.store.list(&lead, &sure, ListState::Open(Lane::Rate), 10, 0).unwrap().remove(0);
    assert_eq!((line.band, line.confidence), (None, None));
    desk.store.set_settings_as_owner(&Settings { blind: true, ..Settings::default() }).unwrap();
    assert_eq!(desk.store.waiting(&a, &sure).unwrap(), [(Lane::Objection, 0), (Lane::Rate, 1)]);
    assert!(desk.store.take(&a, &hand(&a), &sure, Order::Age).unwrap().is_some());
}

#[test]
fn a_near_repeat_is_as_blind_as_its_head() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    desk.store.set_settings_as_owner(&Settings { second_share: 1.0, ..Settings::default() }).unwrap();
    desk.import(&[changed(finding(0), json!({"stands_for": 2})), changed(finding(1), json!({"head": "p0"}))]);
    let sees = |desk: &Desk| desk.store.repeats(&a, ItemId(1), 10).unwrap().remove(0).proposal.is_some();
    assert!(!sees(&desk));
    desk.judge(&a, &no());
    assert!(!sees(&desk), "it can be undone");
    desk.later(11 * SECOND);
    assert!(sees(&desk));
}

#[test]
fn an_objection_to_a_near_repeat_is_not_dismissed_and_waits_for_nothing() {
    let mut desk = Desk::new();
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator), desk.user("l", Role::Lead));
    let other = desk.user("m", Role::Lead);
    let repeat = |i| changed(finding(i), json!({"head": "p0"}));
    desk.import(&[changed(finding(0), json!({"stands_for": 3})), repeat(1), repeat(2)]);
    let (head, judged) = desk.judge(&a, &no());
    let (objected, _) = desk.judge(&b, &yes());
    desk.store.reopen(&lead, objected, "bezwaar").unwrap();
    assert_eq!(desk.store.item(&a, head).unwrap().open_repeats, 1);
    let bulk = desk.store.dismiss_repeats(&a, &hand(&a), head, &no(), Statute::shipped()).unwrap();
    assert_eq!((bulk.items, desk.store.item(&a, objected).unwrap().lane), (1, Some(Lane::Objection)));
    let built_on = desk.store.undo(&a, &hand(&a), judged.entry);
    assert!(matches!(built_on, Err(ReviewError::TooLate)), "the dismissal goes first");
    desk.store.undo(&a, &hand(&a), bulk.entry).unwrap();
    desk.store.undo(&a, &hand(&a), judged.entry).unwrap();
    let given = desk.take(&other).unwrap();
    assert_eq!((given.id, given.lane), (objected, Some(Lane::Objection)), "its head is open again");
    desk.is_whole();
}

#[test]
fn no_order_tells_what_is_hidden() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    let old = |i: usize, day: u32| changed(finding(i), json!({"created_at": format!("2026-11-{day:02}T10:00:00Z")}));
    desk.import(&[old(0, 12), old(1, 11), old(2, 10)]);
    desk.store.set_settings_as_owner(&Settings { blind: true, ..Settings::default() }).unwrap();
    for order in [Order::Severity, Order::Uncertainty, Order::Age] {
        let given = desk.store.take(&a, &hand(&a), &Filter::default(), order).unwrap().unwrap();
        assert_eq!(given.post_id, "p2", "{order:?}: the oldest, not the highest");
        desk.store.put_all_back(&a, &hand(&a)).unwrap();
    }
    // Beside items whose scores are shown, one for two raters stands in no place of its own.
    let mut desk = Desk::with(3);
    desk.store.set_settings_as_owner(&Settings { second_share: 1.0, ..Settings::default() }).unwrap();
    desk.import(&[changed(finding(900), json!({"band": "review"}))]);
    let a = desk.user("a", Role::Moderator);
    for order in [Order::Severity, Order::Uncertainty] {
        assert_eq!(desk.store.take(&a, &hand(&a), &Filter::default(), order).unwrap().unwrap().post_id, "p900");
        desk.store.put_all_back(&a, &hand(&a)).unwrap();
    }
    desk.is_whole();
}
