use grens_law::{Judgement, Span, Statute};
use serde_json::json;

use super::desk::{Desk, SECOND, changed, finding, hand, no, yes};
use crate::ReviewError;
use crate::store::{EventKind, Filter, Form, Lane, ListState, Rating, Role, Settings};

#[test]
fn a_verdict_ends_an_item_and_stands_in_its_history() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (item, judged) = desk.judge(&a, &yes());
    assert_eq!((judged.lane, judged.undo_until_ms), (None, desk.now() + 10 * SECOND));
    assert!(desk.take(&a).is_none());
    let history = desk.store.item(&a, item).unwrap().history;
    let verdict = history.first().and_then(|event| event.verdict.clone()).unwrap();
    assert_eq!((history.len(), verdict.verdict, verdict.reviewer.as_str()), (1, Judgement::Candidate, "a"));
    assert_eq!(verdict.reason.as_deref(), Some("stelt een groep voor als minder"));
    desk.is_whole();
}

#[test]
fn a_form_that_says_too_little_is_refused_and_the_item_stays_in_hand() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let item = desk.take(&a).unwrap().id;
    let quote = |quote: &str| Some(Span { start: 0, end: 6, quote: quote.to_owned() });
    for (form, says) in [
        (Form { reason: Some("  ".to_owned()), ..yes() }, "`reason`"),
        (Form { articles: vec![], ..yes() }, "`articles`"),
        (Form { grounds: vec![grens_law::Ground::Gender], ..yes() }, "137c"),
        (Form { quote: quote("anders"), ..yes() }, "marked words"),
        (Form { reason: Some("x".repeat(4001)), ..no() }, "`reason`"),
        (Form::new(Judgement::Reopened), "`verdict`"),
    ] {
        let refused = desk.store.judge(&a, &hand(&a), item, &form, Statute::shipped()).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
        assert_eq!(desk.store.in_hand(&a, &hand(&a)).unwrap().len(), 1);
    }
    let marked = Form { quote: quote("Dit is"), ..yes() };
    assert!(desk.store.judge(&a, &hand(&a), item, &marked, Statute::shipped()).is_ok());
    desk.is_whole();
}

#[test]
fn an_undo_puts_the_item_back_in_hand_and_is_an_entry() {
    let mut desk = Desk::with(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let (item, judged) = desk.judge(&a, &yes());
    assert!(matches!(desk.store.undo(&b, &hand(&b), judged.entry), Err(ReviewError::TooLate)));
    assert_eq!(desk.store.undo(&a, &hand(&a), judged.entry).unwrap(), item);
    assert!(matches!(desk.store.undo(&a, &hand(&a), judged.entry), Err(ReviewError::TooLate)));
    assert_eq!(desk.store.in_hand(&a, &hand(&a)).unwrap().len(), 1);
    let kinds: Vec<_> = desk.store.item(&a, item).unwrap().history.iter().map(|e| (e.kind, e.undone)).collect();
    assert_eq!(kinds, [(EventKind::Verdict, true), (EventKind::Undo, false)]);
    let again = desk.store.judge(&a, &hand(&a), item, &no(), Statute::shipped()).unwrap();
    desk.later(10 * SECOND + 1);
    assert!(matches!(desk.store.undo(&a, &hand(&a), again.entry), Err(ReviewError::TooLate)));
    desk.is_whole();
}

#[test]
fn two_raters_do_not_see_each_other_and_agree() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let first = desk.take(&a).unwrap();
    assert_eq!((first.rating, first.proposal.is_none()), (Rating::First, true));
    let judged = desk.store.judge(&a, &hand(&a), first.id, &yes(), Statute::shipped()).unwrap();
    assert_eq!(judged.lane, Some(Lane::Rate));
    assert!(desk.take(&a).is_none(), "nobody judges twice");
    assert!(desk.store.item(&a, first.id).unwrap().proposal.is_none(), "who can undo may not see");
    desk.later(11 * SECOND);
    assert!(desk.store.item(&a, first.id).unwrap().proposal.is_some(), "who has judged may see");
    let second = desk.take(&b).unwrap();
    assert_eq!((second.rating, second.proposal.is_none(), second.history.len()), (Rating::Second, true, 0));
    desk.store.judge(&b, &hand(&b), first.id, &yes(), Statute::shipped()).unwrap();
    desk.later(21 * SECOND);
    assert_eq!(desk.store.item(&b, first.id).unwrap().history.len(), 2);
    let verdicts = desk.store.verdicts().unwrap();
    let verdict = verdicts.first().unwrap();
    assert_eq!((verdict.reviewer.as_str(), verdict.second_reviewer.as_deref()), ("a", Some("b")));
    desk.is_whole();
}

#[test]
fn an_undo_is_too_late_once_the_second_has_judged() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let (_, first) = desk.judge(&a, &yes());
    desk.judge(&b, &yes());
    assert!(matches!(desk.store.undo(&a, &hand(&a), first.entry), Err(ReviewError::TooLate)));
}

#[test]
fn an_undo_is_too_late_once_the_second_has_it_in_hand() {
    let mut desk = Desk::with_two_raters(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let (_, first) = desk.judge(&a, &yes());
    desk.take(&b).unwrap();
    assert!(matches!(desk.store.undo(&a, &hand(&a), first.entry), Err(ReviewError::TooLate)));
}

#[test]
fn who_differ_go_to_a_lead_who_has_not_judged() {
    let mut desk = Desk::with_two_raters(1);
    let a = desk.user("a", Role::Moderator);
    let (judging, deciding) = (desk.user("b", Role::Lead), desk.user("c", Role::Lead));
    desk.judge(&a, &yes());
    let (item, judged) = desk.judge(&judging, &no());
    assert_eq!(judged.lane, Some(Lane::Adjudicate));
    assert!(desk.take(&judging).is_none() && desk.take(&a).is_none());
    let list = desk.store.list(&deciding, &Filter::default(), ListState::Open(Lane::Adjudicate), 10, 0).unwrap();
    assert_eq!(list.first().map(|l| l.id), Some(item));
    let given = desk.take(&deciding).unwrap();
    assert_eq!((given.rating, given.history.len()), (Rating::Adjudication, 2));
    desk.store.judge(&deciding, &hand(&deciding), item, &no(), Statute::shipped()).unwrap();
    desk.later(21 * SECOND);
    let verdicts = desk.store.verdicts().unwrap();
    let verdict = verdicts.first().unwrap();
    assert_eq!(verdict.verdict, Judgement::NotCandidate);
    assert_eq!((verdict.reviewer.as_str(), verdict.adjudicated_by.as_deref()), ("b", Some("c")));
    assert_eq!(desk.store.list(&deciding, &Filter::default(), ListState::Done, 10, 0).unwrap().len(), 1);
    desk.is_whole();
}

#[test]
fn blind_mode_hides_the_score_until_the_verdict() {
    let mut desk = Desk::with(1);
    let (lead, a) = (desk.user("l", Role::Lead), desk.user("a", Role::Moderator));
    assert!(desk.take(&a).unwrap().proposal.is_some());
    desk.store.put_all_back(&a, &hand(&a)).unwrap();
    desk.store.set_settings(&lead, &Settings { blind: true, ..Settings::default() }).unwrap();
    assert!(desk.take(&a).unwrap().proposal.is_none());
    let item = desk.store.in_hand(&a, &hand(&a)).unwrap().first().unwrap().id;
    desk.store.judge(&a, &hand(&a), item, &no(), Statute::shipped()).unwrap();
    assert!(desk.store.item(&a, item).unwrap().proposal.is_none(), "who can undo may not see");
    desk.later(11 * SECOND);
    assert!(desk.store.item(&a, item).unwrap().proposal.is_some());
    assert!(matches!(desk.store.set_settings(&a, &Settings::default()), Err(ReviewError::NotAllowed { .. })));
}

#[test]
fn a_correction_is_a_new_entry_of_the_same_person_or_a_lead() {
    let mut desk = Desk::with(1);
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    assert!(matches!(desk.store.correct(&b, item, &no(), Statute::shipped()), Err(ReviewError::NotAllowed { .. })));
    desk.store.correct(&a, item, &no(), Statute::shipped()).unwrap();
    let outcome = |desk: &Desk| desk.store.verdicts().unwrap().first().map(|v| v.verdict);
    assert_eq!(outcome(&desk), Some(Judgement::Candidate), "a correction can be undone too");
    desk.later(21 * SECOND);
    assert_eq!(outcome(&desk), Some(Judgement::NotCandidate));
    let judged = desk.store.correct(&lead, item, &yes(), Statute::shipped()).unwrap();
    desk.store.undo(&lead, &hand(&lead), judged.entry).unwrap();
    desk.later(21 * SECOND);
    assert_eq!(outcome(&desk), Some(Judgement::NotCandidate));
    assert_eq!(desk.store.item(&a, item).unwrap().history.len(), 4);
    desk.is_whole();
}

#[test]
fn an_objection_is_judged_by_somebody_else() {
    let mut desk = Desk::with(2);
    let (a, b, lead) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    assert!(matches!(desk.store.reopen(&a, item, "mag niet"), Err(ReviewError::NotAllowed { .. })));
    assert!(matches!(desk.store.reopen(&lead, item, " "), Err(ReviewError::Field { .. })));
    desk.later(60 * SECOND);
    desk.store.reopen(&lead, item, "de schrijver citeerde iemand").unwrap();
    assert!(matches!(desk.store.reopen(&lead, item, "nog eens"), Err(ReviewError::NotNow { .. })));
    desk.later(21 * SECOND);
    let taken_back = desk.store.verdicts().unwrap();
    assert_eq!(taken_back.first().map(|v| (v.verdict, v.reviewer.as_str())), Some((Judgement::Reopened, "l")));
    assert_ne!(desk.take(&a).map(|i| i.id), Some(item), "not by who judged first");
    let given = desk.take(&b).unwrap();
    assert_eq!((given.id, given.lane), (item, Some(Lane::Objection)));
    assert_eq!(given.history.last().and_then(|e| e.reason.as_deref()), Some("de schrijver citeerde iemand"));
    desk.store.judge(&b, &hand(&b), item, &no(), Statute::shipped()).unwrap();
    desk.later(21 * SECOND);
    assert_eq!(desk.store.verdicts().unwrap().first().map(|v| v.verdict), Some(Judgement::NotCandidate));
    desk.is_whole();
}

#[test]
fn who_reopens_an_item_does_not_judge_it() {
    let mut desk = Desk::with(1);
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let (first, second) = (desk.user("l", Role::Lead), desk.user("m", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.store.reopen(&first, item, "bezwaar").unwrap();
    assert!(desk.take(&first).is_none());
    assert_eq!(desk.take(&second).map(|given| given.id), Some(item));
    desk.store.put_all_back(&second, &hand(&second)).unwrap();
    desk.judge(&b, &no());
    desk.later(60 * SECOND);
    let corrected = desk.store.correct(&first, item, &yes(), Statute::shipped());
    assert!(matches!(corrected, Err(ReviewError::NotNow { .. })), "nor puts another verdict in its place");
    desk.is_whole();
}

#[test]
fn near_repeats_are_dismissed_at_once_and_undone_at_once() {
    let mut desk = Desk::new();
    let (a, b) = (desk.user("a", Role::Moderator), desk.user("b", Role::Moderator));
    let mut findings = vec![changed(finding(0), json!({"stands_for": 4}))];
    findings.extend((1..4).map(|i| changed(finding(i), json!({"head": "p0"}))));
    findings.push(finding(9));
    desk.import(&findings);
    let head = desk.take(&a).unwrap().id;
    assert_eq!(desk.take(&b).unwrap().post_id, "p9", "repeats wait for their head");
    let early = desk.store.dismiss_repeats(&a, &hand(&a), head, &no(), Statute::shipped());
    assert!(matches!(early, Err(ReviewError::NotNow { .. })));
    desk.store.judge(&a, &hand(&a), head, &no(), Statute::shipped()).unwrap();
    let held = desk.take(&b).unwrap();
    assert_eq!(held.post_id, "p1", "now they are in the queue");
    let bulk = desk.store.dismiss_repeats(&a, &hand(&a), head, &no(), Statute::shipped()).unwrap();
    assert_eq!((bulk.items, bulk.left), (2, 1));
    desk.is_whole();
    // Any verdict of the stroke stands for all of it: a page shows the last one.
    let last = desk.store.recent(&a, 1).unwrap().first().unwrap().entry;
    assert_ne!(last, bulk.entry);
    desk.store.undo(&a, &hand(&a), last).unwrap();
    assert_eq!(desk.store.item(&a, head).unwrap().open_repeats, 3);
    let wrong = desk.store.dismiss_repeats(&a, &hand(&a), head, &yes(), Statute::shipped());
    assert!(matches!(wrong, Err(ReviewError::NotNow { .. })));
    desk.is_whole();
}

#[test]
fn a_lead_finds_an_item_by_number_id_or_address() {
    let mut desk = Desk::with(3);
    let lead = desk.user("l", Role::Lead);
    let wanted = desk.take(&lead).unwrap();
    for text in [wanted.id.to_string(), wanted.post_id, wanted.url.unwrap()] {
        assert_eq!(desk.store.find(&lead, &text).unwrap(), [wanted.id], "{text}");
    }
    assert!(desk.store.find(&lead, "' OR 1=1 --").unwrap().is_empty());
}

#[test]
fn own_verdicts_are_listed_the_newest_first() {
    let mut desk = Desk::with(2);
    let a = desk.user("a", Role::Moderator);
    let (first, _) = desk.judge(&a, &yes());
    desk.later(20 * SECOND);
    let (second, _) = desk.judge(&a, &no());
    let recent = desk.store.recent(&a, 10).unwrap();
    let shown: Vec<_> = recent.iter().map(|r| (r.item, r.verdict, r.can_undo)).collect();
    assert_eq!(shown, [(second, Judgement::NotCandidate, true), (first, Judgement::Candidate, false)]);
}
