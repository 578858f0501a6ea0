use std::time::Duration;

use super::desk::{Desk, SECOND, hand};
use crate::ReviewError;
use crate::store::{LogIn, LoggedIn, Role};

const PASSWORD: &str = "een lang wachtwoord";
const MINUTE: i64 = 60 * SECOND;

fn logged_in(attempt: LogIn) -> LoggedIn {
    match attempt {
        LogIn::In(logged_in) => *logged_in,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_password_lets_in_and_nothing_else_does() {
    let mut desk = Desk::new();
    desk.store.add_user("Anna", Role::Moderator, PASSWORD, None).unwrap();
    let in_ = logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap());
    assert_eq!(in_.session.user.name, "Anna");
    assert!(in_.session.user.pseudonym.starts_with("b-") && !in_.session.user.pseudonym.contains("Anna"));
    for (name, password) in [("anna", "een ander wachtwoord"), ("bert", PASSWORD), ("anna' --", PASSWORD)] {
        assert!(matches!(desk.store.log_in(name, password, "peer").unwrap(), LogIn::Refused), "{name}");
    }
    let session = desk.store.session(&in_.token.0).unwrap().unwrap();
    assert_eq!((session.id, &session.csrf), (in_.session.id, &in_.session.csrf));
    assert!(desk.store.session("0000").unwrap().is_none());
    assert!(!format!("{in_:?}").contains(&in_.token.0));
    let bytes = std::fs::read(desk.store.path()).unwrap();
    let log = std::fs::read(desk.path("review.db-wal")).unwrap();
    for secret in [PASSWORD, &in_.token.0, &in_.session.csrf.0] {
        assert!(![&bytes, &log].iter().any(|b| b.windows(secret.len()).any(|w| w == secret.as_bytes())));
    }
}

#[test]
fn whoever_guesses_has_to_wait() {
    let mut desk = Desk::new();
    desk.store.add_user("anna", Role::Moderator, PASSWORD, None).unwrap();
    for _ in 0..5 {
        assert!(matches!(desk.store.log_in("anna", "fout fout fout", "peer").unwrap(), LogIn::Refused));
    }
    let LogIn::Wait(wait) = desk.store.log_in("anna", PASSWORD, "peer").unwrap() else { panic!("let in") };
    assert_eq!(wait, Duration::from_secs(15 * 60));
    // Who guesses elsewhere keeps nobody out here.
    logged_in(desk.store.log_in("anna", PASSWORD, "another peer").unwrap());
    // A restart changes nothing.
    let mut again = desk.store.another().unwrap();
    assert!(matches!(again.log_in("ANNA", PASSWORD, "peer").unwrap(), LogIn::Wait(_)));
    desk.later(15 * MINUTE);
    logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap());
}

#[test]
fn who_gets_in_is_no_failure_of_the_address() {
    let mut desk = Desk::new();
    desk.store.add_user("anna", Role::Moderator, PASSWORD, None).unwrap();
    for _ in 0..21 {
        logged_in(desk.store.log_in("anna", PASSWORD, "a proxy of many").unwrap());
    }
    let mut failures = 0;
    while let LogIn::Refused = desk.store.log_in(&format!("nobody {failures}"), PASSWORD, "a proxy of many").unwrap() {
        failures += 1;
    }
    assert_eq!(failures, 20);
}

#[test]
fn a_session_ends_unused_after_an_hour_and_in_any_case_after_twelve() {
    let mut desk = Desk::new();
    desk.store.add_user("anna", Role::Moderator, PASSWORD, None).unwrap();
    let token = logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap()).token.0;
    let mut minutes = 0;
    while minutes < 11 * 60 {
        desk.later(50 * MINUTE);
        minutes += 50;
        assert!(desk.store.session(&token).unwrap().is_some(), "{minutes}");
    }
    desk.later(30 * MINUTE);
    assert!(desk.store.session(&token).unwrap().is_none(), "twelve hours");
    let token = logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap()).token.0;
    desk.later(61 * MINUTE);
    assert!(desk.store.session(&token).unwrap().is_none());
}

#[test]
fn who_is_put_out_of_use_is_out_at_once() {
    let mut desk = Desk::with(1);
    let anna = desk.store.add_user("anna", Role::Moderator, PASSWORD, Some("b-1")).unwrap();
    let in_ = logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap());
    desk.store
        .take(&anna, &in_.session.hand, &crate::store::Filter::default(), crate::store::Order::Age)
        .unwrap()
        .unwrap();
    desk.store.set_active(anna.id, false).unwrap();
    assert!(desk.store.session(&in_.token.0).unwrap().is_none());
    assert!(matches!(desk.store.log_in("anna", PASSWORD, "peer").unwrap(), LogIn::Refused));
    assert!(desk.store.in_hand(&anna, &in_.session.hand).unwrap().is_empty());
    desk.store.set_active(anna.id, true).unwrap();
    desk.store.set_password(anna.id, "nog een lang wachtwoord").unwrap();
    logged_in(desk.store.log_in("anna", "nog een lang wachtwoord", "peer").unwrap());
}

#[test]
fn a_role_that_was_changed_counts_in_open_sessions() {
    let mut desk = Desk::with(1);
    let anna = desk.store.add_user("anna", Role::Moderator, PASSWORD, None).unwrap();
    let token = logged_in(desk.store.log_in("anna", PASSWORD, "peer").unwrap()).token.0;
    desk.take(&anna).unwrap();
    desk.store.set_role(anna.id, Role::Researcher).unwrap();
    assert_eq!(desk.store.session(&token).unwrap().unwrap().user.role, Role::Researcher);
    assert!(desk.store.in_hand(&anna, &hand(&anna)).unwrap().is_empty());
}

#[test]
fn accounts_are_refused_that_cannot_be_used() {
    let mut desk = Desk::new();
    let mut add =
        |name: &str, password: &str, pseudonym| desk.store.add_user(name, Role::Moderator, password, pseudonym);
    add("anna", PASSWORD, Some("b-1")).unwrap();
    assert!(matches!(add("ANNA", PASSWORD, None), Err(ReviewError::UserExists)));
    assert!(matches!(add("bert", PASSWORD, Some("b-1")), Err(ReviewError::UserExists)));
    assert!(matches!(add("bert", "kort", None), Err(ReviewError::Password(_))));
    assert!(matches!(add("bert", &"x".repeat(2000), None), Err(ReviewError::Password(_))));
    for name in ["", " bert", "be\nrt", &"x".repeat(65)] {
        assert!(matches!(add(name, PASSWORD, None), Err(ReviewError::Field { .. })), "{name:?}");
    }
    assert!(matches!(desk.store.user("carl"), Err(ReviewError::NoUser)));
    assert_eq!(desk.store.users().unwrap().len(), 1);
}

#[test]
fn the_first_lead_comes_in_with_a_token_once() {
    let mut desk = Desk::new();
    let old = desk.store.new_setup_token().unwrap().unwrap().0;
    let token = desk.store.new_setup_token().unwrap().unwrap().0;
    assert!(desk.store.redeem_setup_token(&old, "eerste", PASSWORD).unwrap().is_none());
    assert!(matches!(desk.store.redeem_setup_token(&token, "eerste", "kort"), Err(ReviewError::Password(_))));
    let lead = desk.store.redeem_setup_token(&token, "eerste", PASSWORD).unwrap().unwrap();
    assert_eq!(lead.role, Role::Lead);
    assert!(desk.store.redeem_setup_token(&token, "tweede", PASSWORD).unwrap().is_none());
    assert!(desk.store.new_setup_token().unwrap().is_none());
}

#[test]
fn guesses_from_everywhere_at_one_name_end_too() {
    let mut desk = Desk::new();
    desk.user("anna", Role::Moderator);
    // As if twenty addresses had tried five times each.
    desk.store
        .write(|db, now| {
            let key = crate::store::sessions::hash(&["name", "anna"]);
            (0..100).try_for_each(|_| {
                db.execute("INSERT INTO attempt (key, at_ms) VALUES (?1, ?2)", rusqlite::params![key, now.millis()])?;
                Ok(())
            })
        })
        .unwrap();
    assert!(matches!(desk.store.log_in("Anna", PASSWORD, "a new one").unwrap(), LogIn::Wait(_)));
}
