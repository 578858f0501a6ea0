use serde_json::json;

use super::desk::{DAY, Desk, SECOND, changed, finding, no, yes};
use crate::store::{ChainEnd, Evidence, Role, Settings, Store};

/// Five items, three of them judged.
fn judged() -> Desk {
    let mut desk = Desk::with(5);
    let a = desk.user("a", Role::Moderator);
    for form in [yes(), no(), yes()] {
        desk.judge(&a, &form);
        desk.later(SECOND);
    }
    desk.is_whole();
    desk
}

#[track_caller]
fn finds(sql: &str, says: &str) {
    let desk = judged();
    desk.tamper(sql);
    let problems = desk.store.verify(&[]).unwrap().problems;
    assert!(problems.iter().any(|p| p.contains(says)), "{says}: {problems:?}");
    assert!(!problems.iter().any(|p| p.contains("groep") || p.contains("dorp")), "{problems:?}");
}

#[test]
fn every_edit_is_found() {
    finds("UPDATE entry SET body = replace(body, '\"candidate\"', '\"unsure\"') WHERE seq = 3", "entry 3 was changed");
    finds("UPDATE entry SET by = 'z' WHERE seq = 3", "columns say something else");
    finds(
        "UPDATE words SET words = replace(words, 'groep', 'dier') WHERE entry = 3",
        "what a person wrote with entry 3 was changed",
    );
    finds("DELETE FROM words WHERE entry = 3", "what a person wrote with entry 3 was removed");
    finds("INSERT INTO words VALUES (1, x'00', '{}')", "entry 1 that it knows nothing of");
    finds("UPDATE item SET text = text || '!' WHERE id = 4", "item 4 was changed");
    finds("UPDATE item SET finding = replace(finding, 'forum', 'x') WHERE id = 4", "item 4 was changed");
    finds("UPDATE item SET confidence = 0.1 WHERE id = 4", "one of the items 1 to 5 was changed");
    finds("UPDATE item SET text = NULL, finding = NULL, salt = NULL WHERE id = 4", "item 4 was changed");
    finds(
        "UPDATE item SET outcome = 'not_candidate' WHERE outcome = 'candidate'",
        "does not stand where its entries put it",
    );
    finds("UPDATE item SET lane = NULL WHERE id = 5", "item 5 does not stand");
    finds("UPDATE rating SET by = 'z'", "who judged item");
    finds("UPDATE rating SET said = 'unsure'", "who judged item");
    finds("UPDATE rating SET articles = 3", "who judged item");
    finds("DELETE FROM judge", "who judged item");
    for change in ["severity = 0", "uncertainty = 0", "posted_ms = 0", "cluster = 1", "cluster_size = 9"] {
        finds(&format!("UPDATE item SET {change} WHERE id = 4"), "item 4 does not stand in the orders");
    }
}

#[test]
fn a_text_that_was_put_into_an_erased_item_is_found() {
    let mut desk = Desk::with(1);
    desk.later(31 * DAY);
    desk.store.purge(false).unwrap();
    desk.is_whole();
    desk.tamper("UPDATE item SET text = 'iets anders'");
    let problems = desk.store.verify(&[]).unwrap().problems;
    assert!(problems.iter().any(|p| p.contains("it is erased and has a text")), "{problems:?}");
}

#[test]
fn near_repeats_of_near_repeats_and_of_what_was_reopened_are_whole() {
    let mut desk = Desk::new();
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    desk.import(&[changed(finding(0), json!({"stands_for": 2})), changed(finding(1), json!({"head": "p0"}))]);
    let (head, _) = desk.judge(&a, &no());
    // The next night: the repeat is known, and stands for another; the head was reopened, and has another repeat.
    desk.store.reopen(&lead, head, "bezwaar").unwrap();
    desk.import(&[
        finding(1),
        changed(finding(2), json!({"head": "p1"})),
        finding(0),
        changed(finding(3), json!({"head": "p0"})),
    ]);
    desk.is_whole();
    let waiting = "SELECT group_concat(id) FROM item WHERE waits = 1";
    let waiting: String = desk.store.db.query_row(waiting, [], |row| row.get(0)).unwrap();
    assert_eq!(waiting, "3", "the repeat of the repeat alone");
}

#[test]
fn what_was_removed_or_added_is_missed() {
    finds("DELETE FROM entry WHERE seq = 4", "entries 4 to 4 are missing");
    finds("DELETE FROM entry WHERE seq = 5", "the chain was cut off: it ends with entry 4, and had 5");
    finds("DELETE FROM item WHERE id = 5", "items 5 to 5 are missing");
    finds("DELETE FROM item WHERE id = 2", "items 2 to 2 are missing");
    finds("INSERT INTO item SELECT 9, 'other', platform, band, articles, grounds, confidence, found_ms, raters, head, stands_for, sealed,
           posted_ms, erased_ms, entry, severity, uncertainty, cluster_size, cluster, 1, 0, 1, NULL, NULL, NULL, NULL, finding, text, thread, salt
           FROM item WHERE id = 5", "item 9 was never imported");
}

#[test]
fn another_order_is_found() {
    finds(
        "UPDATE entry SET seq = 99 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 99",
        "does not follow the entry before it",
    );
}

#[test]
fn an_end_that_was_cut_off_carefully_is_found_by_a_note_kept_elsewhere() {
    let desk = judged();
    let noted = desk.store.verify(&[]).unwrap().end;
    // The last verdict with all that follows from it.
    desk.tamper(
        "UPDATE item SET lane = 1, outcome = NULL, outcome_articles = NULL, outcome_grounds = NULL, decided_ms = NULL
             WHERE id = (SELECT item FROM entry WHERE seq = 5);
         DELETE FROM rating WHERE entry = 5; DELETE FROM judge WHERE item = (SELECT item FROM entry WHERE seq = 5); DELETE FROM words WHERE entry = 5; DELETE FROM entry WHERE seq = 5;
         UPDATE chain_end SET seq = 4, hash = (SELECT hash FROM entry WHERE seq = 4)",
    );
    desk.is_whole();
    let problems = desk.store.verify(&[noted]).unwrap().problems;
    assert!(problems.iter().any(|p| p.contains("entry 5 is not the one that was noted")), "{problems:?}");
}

#[test]
fn a_note_that_lies_on_the_chain_is_no_problem() {
    let mut desk = Desk::with(2);
    let a = desk.user("a", Role::Moderator);
    let early = desk.store.verify(&[]).unwrap().end;
    desk.judge(&a, &yes());
    let text = early.to_string();
    assert_eq!(text.parse::<ChainEnd>().unwrap(), early);
    assert_eq!(desk.store.verify(&[early]).unwrap().problems, Vec::<String>::new());
    assert!("nonsense".parse::<ChainEnd>().is_err());
}

#[test]
fn entries_cannot_be_changed_through_sql() {
    let desk = judged();
    for sql in ["UPDATE entry SET by = 'z'", "DELETE FROM entry", "UPDATE words SET words = '{}'"] {
        assert!(desk.store.db.execute(sql, []).is_err(), "{sql}");
    }
    desk.store.db.execute_batch("DROP TRIGGER entry_stays").unwrap();
    let problems = desk.store.verify(&[]).unwrap().problems;
    assert!(problems.iter().any(|p| p.contains("entry_stays")), "{problems:?}");
}

#[test]
fn accounts_and_settings_are_proved() {
    finds("UPDATE user SET role = 'lead'", "account a was changed");
    finds("UPDATE user SET password = 'mine'", "account a was changed");
    finds("UPDATE user SET name = 'b'", "account a was changed");
    finds("UPDATE user SET active = 0", "account a was changed");
    finds("UPDATE user SET pseudonym = 'b'", "account b was never made here");
    finds("DELETE FROM user", "account a was removed");
    finds("INSERT INTO setting VALUES (1, '{\"blind\":true}')", "the settings are not what was set");
    let mut desk = judged();
    let lead = desk.user("l", Role::Lead);
    desk.store.set_role(lead.id, Role::Moderator).unwrap();
    desk.store.set_active(lead.id, false).unwrap();
    desk.store.set_password(lead.id, "een heel ander wachtwoord").unwrap();
    desk.store.set_settings_as_owner(&Settings { second_share: 0.1, ..Settings::default() }).unwrap();
    desk.is_whole();
}

#[test]
fn highlights_are_proved_until_they_are_erased() {
    let marked = || {
        let mut desk = judged();
        let model: grens_law::ModelRef = serde_json::from_value(json!({"name": "made-up", "hash": "00"})).unwrap();
        let span = grens_law::Span { start: 0, end: 3, quote: "Dit".to_owned() };
        for (item, _) in desk.store.unexplained(&model, 10).unwrap() {
            let evidence = [Evidence { span: span.clone(), drop: 0.3 }];
            desk.store.put_evidence(item, &evidence, &model).unwrap();
            // Again, as another `why` would.
            desk.store.put_evidence(item, &evidence, &model).unwrap();
        }
        desk.is_whole();
        desk
    };
    for (sql, says) in [
        ("UPDATE evidence SET stop = 6 WHERE item = 4", "highlights of item 4 were changed"),
        ("DELETE FROM evidence WHERE item = 4", "highlights of item 4 were changed"),
        (
            "DELETE FROM evidence WHERE item = 4; DELETE FROM explained WHERE item = 4",
            "highlights of item 4 were removed",
        ),
        ("INSERT INTO evidence VALUES (1, 0, 0, 3, 0.5)", "highlights of item 1 were changed"),
    ] {
        let desk = marked();
        desk.tamper(sql);
        let problems = desk.store.verify(&[]).unwrap().problems;
        assert!(problems.iter().any(|p| p.contains(says)), "{says}: {problems:?}");
    }
    let mut desk = marked();
    desk.later(400 * DAY);
    desk.store.purge(false).unwrap();
    desk.is_whole();
}

#[test]
fn what_an_older_version_left_without_entries_gets_them_once() {
    let desk = judged();
    // As if made before accounts were entries: without them the chain is as it was then.
    desk.tamper("INSERT INTO user (name, pseudonym, role, password, made_ms) VALUES ('oud', 'o', 'lead', 'x', 0)");
    let problems = desk.store.verify(&[]).unwrap().problems;
    assert_eq!(problems, ["account o was never made here"], "a file that has such entries adopts no more of them");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("review.db");
    drop(Store::create(&path).unwrap());
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "INSERT INTO user (name, pseudonym, role, password, made_ms) VALUES ('oud', 'o', 'lead', 'x', 0)",
    )
    .unwrap();
    for _ in 0..2 {
        let store = Store::open(&path).unwrap();
        assert_eq!(store.verify(&[]).unwrap().problems, Vec::<String>::new());
        assert_eq!(store.end().unwrap().entry, 2, "the account and the settings");
    }
}
