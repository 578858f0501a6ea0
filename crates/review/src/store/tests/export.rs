use grens_gateway::{Outbox, Verdicts};
use grens_law::{ContextFlag, Ground, Judgement, Policy, Span, Statute};
use serde_json::{Value, json};

use super::desk::{Desk, SECOND, changed, finding, no, yes};
use crate::store::{Evidence, Form, ItemId, LabelFormat, Language, Role};

const POLICY: &str = include_str!("../../../../../tests/fixtures/policy.toml");

fn policy(desk: &Desk) -> Policy {
    std::fs::write(desk.path("policy.toml"), POLICY).unwrap();
    Policy::read(&desk.path("policy.toml")).unwrap()
}

#[test]
fn verdicts_leave_as_the_gateway_reads_them_and_not_before_the_undo_is_over() {
    let mut desk = Desk::with(2);
    let a = desk.user("a", Role::Moderator);
    desk.judge(&a, &Form { note: Some("stap 2: debat".to_owned()), ..yes() });
    desk.later(5 * SECOND);
    assert!(desk.store.verdicts().unwrap().is_empty());
    desk.later(16 * SECOND);
    desk.judge(&a, &no());
    let verdicts = desk.store.verdicts().unwrap();
    assert_eq!(verdicts.len(), 1);
    let path = desk.path("verdicts.jsonl");
    std::fs::write(&path, serde_json::to_string(&verdicts[0]).unwrap()).unwrap();
    let read = Verdicts::read(&path, Statute::shipped()).unwrap();
    let post = grens_gateway::key::post(Some("forum"), Some("https://voorbeeld.example/0"), "p0", "sha 0");
    assert_eq!(read.of(&post), Some(&verdicts[0]));
    assert_eq!(verdicts[0].note.as_deref(), Some("stap 2: debat"));
}

#[test]
fn an_undone_verdict_never_leaves() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (_, judged) = desk.judge(&a, &yes());
    desk.later(9 * SECOND);
    desk.store.undo(&a, &super::desk::hand(&a), judged.entry).unwrap();
    desk.later(12 * SECOND);
    assert!(desk.store.verdicts().unwrap().is_empty());
}

#[test]
fn an_undoing_that_waited_for_another_writer_is_in_time() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (_, judged) = desk.judge(&a, &yes());
    desk.later(10 * SECOND);
    assert!(desk.store.verdicts().unwrap().is_empty(), "it can be undone still");
    desk.later(5 * SECOND);
    assert!(desk.store.verdicts().unwrap().is_empty(), "an undoing may be on its way");
    assert!(desk.store.undo(&a, &super::desk::hand(&a), judged.entry).is_err());
}

#[test]
fn time_is_taken_when_nobody_else_writes_any_more() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let (_, judged) = desk.judge(&a, &yes());
    desk.later(9 * SECOND + 500);
    let other = rusqlite::Connection::open(desk.store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut store = desk.store.another().unwrap();
    let undone = std::thread::scope(|scope| {
        let undoing = scope.spawn(|| store.undo(&a, &super::desk::hand(&a), judged.entry));
        // It waits for the other writer by now, and if not, it takes the time later still.
        std::thread::sleep(std::time::Duration::from_millis(300));
        desk.later(SECOND);
        other.execute_batch("COMMIT").unwrap();
        undoing.join().unwrap()
    });
    assert!(matches!(undone, Err(crate::ReviewError::TooLate)));
}

#[test]
fn a_clock_that_is_set_back_changes_no_order() {
    let mut desk = Desk::with(1);
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.later(-3600 * SECOND);
    desk.store.correct(&lead, item, &no(), Statute::shipped()).unwrap();
    let history = desk.store.item(&lead, item).unwrap().history;
    assert!(history[0].at <= history[1].at, "{} {}", history[0].at, history[1].at);
    desk.is_whole();
}

#[test]
fn nothing_goes_out_that_was_just_objected_to() {
    let mut desk = Desk::with(1);
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.later(60 * SECOND);
    desk.store.reopen(&lead, item, "bezwaar").unwrap();
    assert_eq!(desk.store.verdicts().unwrap().first().map(|v| v.verdict), Some(Judgement::Reopened));
}

#[test]
fn confirmed_items_enter_an_outbox_and_an_objection_takes_them_back() {
    let mut desk = Desk::with(2);
    let (a, lead) = (desk.user("a", Role::Moderator), desk.user("l", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.judge(&a, &no());
    desk.later(21 * SECOND);
    let (policy, statute) = (policy(&desk), Statute::shipped());
    let mut outbox = Outbox::create(&desk.path("outbox.db")).unwrap();
    let offered = desk.store.offer(&mut outbox, &policy, statute).unwrap();
    assert_eq!((offered.added.notices, offered.other_policy), (1, 0));
    assert_eq!(desk.store.offer(&mut outbox, &policy, statute).unwrap().added.notices, 0);
    desk.store.reopen(&lead, item, "bezwaar").unwrap();
    desk.later(21 * SECOND);
    desk.store.offer(&mut outbox, &policy, statute).unwrap();
    let pending = outbox.status().unwrap().counts;
    assert!(pending.iter().any(|c| c.state == "dead (superseded)"), "{pending:?}");
    let other = Policy { id: "another".to_owned(), ..policy };
    desk.store.correct(&a, item, &yes(), statute).unwrap_err();
    assert_eq!(desk.store.offer(&mut outbox, &other, statute).unwrap().other_policy, 0);
}

#[test]
fn labelled_rows_say_what_people_said() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    let texts = ["een\tregel\nen nog een", "b", "c", "d"];
    desk.import(&texts.iter().enumerate().map(|(i, t)| changed(finding(i), json!({"text": t}))).collect::<Vec<_>>());
    desk.judge(&a, &yes());
    desk.judge(&a, &Form { context: vec![ContextFlag::Quotation], ..no() });
    desk.judge(&a, &Form { grounds: vec![Ground::Gender], ..no() });
    desk.judge(&a, &Form::new(Judgement::Unsure));
    desk.later(21 * SECOND);
    let mut tsv = vec![];
    assert_eq!(desk.store.export_labels(LabelFormat::Tsv, &mut tsv).unwrap(), 4);
    let tsv = String::from_utf8(tsv).unwrap();
    let rows: Vec<Vec<&str>> = tsv.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        rows[0],
        ["id", "family", "group_hate", "art137c", "art137d", "grounds", "form", "context", "group", "text"]
    );
    assert_eq!(rows[1][2..], ["1", "1", "0", "race", "-", "-", "-", "een regel en nog een"]);
    assert_eq!(rows[2][2..], ["0", "0", "0", "-", "-", "counter_quote", "-", "b"]);
    assert_eq!(rows[3][2..], ["0.5", "0", "0", "gender", "-", "ordinary", "-", "c"]);
    assert_eq!(rows[4][2..], ["0.5", "0.5", "0.5", "-", "-", "ordinary", "-", "d"]);
    let mut jsonl = vec![];
    desk.store.export_labels(LabelFormat::Jsonl, &mut jsonl).unwrap();
    let first: Value = serde_json::from_slice(jsonl.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["text"], texts[0]);
}

#[test]
fn a_researchers_rows_hold_nothing_personal_and_cannot_be_joined() {
    let mut desk = Desk::with(8);
    let a = desk.user("a-pseudoniem", Role::Moderator);
    for _ in 0..6 {
        desk.judge(&a, &yes());
    }
    desk.later(21 * SECOND);
    desk.judge(&a, &no());
    let export = |desk: &Desk| {
        let mut out = vec![];
        desk.store.export_pseudonymised(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (first, second) = (export(&desk), export(&desk));
    for trace in ["dorp", "voorbeeld.example", "a-pseudoniem", "sha 0", "p0", "groep", "2026-11-2"] {
        assert!(!first.contains(trace), "{trace}: {first}");
    }
    let rows: Vec<Value> = first.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "candidate").count(), 6);
    assert_eq!(rows.len(), 6, "what is open, or can be undone, stays in the house");
    assert_eq!(rows[0]["confidence"], 0.9, "to a tenth: the number itself is a fingerprint");
    let names = |text: &str| {
        text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["item"].to_string()).collect::<Vec<_>>()
    };
    assert!(names(&first).iter().all(|name| !names(&second).contains(name)));
}

#[test]
fn a_row_that_stands_out_is_made_coarser_or_left_out() {
    let mut desk = Desk::new();
    let a = desk.user("a", Role::Moderator);
    let mut findings: Vec<_> = (0..16).map(|i| changed(finding(i), json!({"confidence": 0.9}))).collect();
    // Three of a small platform, and two with other scores and grounds.
    findings[..3].iter_mut().for_each(|finding| finding["platform"] = "klein".into());
    findings[3..5].iter_mut().for_each(|finding| {
        *finding = changed(finding.clone(), json!({"confidence": 0.6, "grounds": ["disability"]}));
    });
    desk.import(&findings);
    for _ in 0..16 {
        desk.judge(&a, &yes());
    }
    desk.later(21 * SECOND);
    let mut out = vec![];
    let written = desk.store.export_pseudonymised(&mut out).unwrap();
    let rows: Vec<Value> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((written.rows, written.left_out, rows.len()), (16, 0, 16));
    let whole = rows.iter().filter(|row| row["platform"] == "forum" && row["confidence"] == 0.9).count();
    assert_eq!(whole, 11, "those that are many stay as they are");
    // The five others differ in platform and ground, so that of each no more than the year is told.
    let coarse: Vec<_> = rows.iter().filter(|row| row["platform"] == "other").collect();
    assert_eq!(coarse.len(), 5);
    assert!(
        coarse.iter().all(|row| row["found"] == "2026" && row["confidence"].is_null() && row["grounds"].is_null()),
        "{coarse:?}"
    );
    assert!(!rows.iter().any(|row| row["platform"] == "klein"));
    let mut few = Desk::with(4);
    let a = few.user("a", Role::Moderator);
    for _ in 0..4 {
        few.judge(&a, &yes());
    }
    few.later(21 * SECOND);
    let written = few.store.export_pseudonymised(&mut vec![]).unwrap();
    assert_eq!((written.rows, written.left_out), (0, 4));
}

#[test]
fn highlights_enter_a_record_in_the_order_of_the_text() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let model: grens_law::ModelRef = serde_json::from_value(json!({"name": "made-up", "hash": "00"})).unwrap();
    let (item, _) = desk.store.unexplained(&model, 10).unwrap().remove(0);
    let span = |start, end, quote: &str| Span { start, end, quote: quote.to_owned() };
    // The strongest first.
    let evidence =
        [(span(7, 14, "bericht"), 0.5), (span(0, 3, "Dit"), 0.1)].map(|(span, drop)| Evidence { span, drop });
    desk.store.put_evidence(item, &evidence, &model).unwrap();
    desk.judge(&a, &yes());
    desk.later(21 * SECOND);
    let mut outbox = Outbox::create(&desk.path("outbox.db")).unwrap();
    let offered = desk.store.offer(&mut outbox, &policy(&desk), Statute::shipped()).unwrap();
    assert_eq!(offered.added.notices, 1);
}

#[test]
fn evidence_is_kept_by_place_and_comes_back_with_its_words() {
    let mut desk = Desk::with(1);
    let a = desk.user("a", Role::Moderator);
    let model: grens_law::ModelRef = serde_json::from_value(json!({"name": "made-up", "hash": "00"})).unwrap();
    let other: grens_law::ModelRef = serde_json::from_value(json!({"name": "made-up", "hash": "01"})).unwrap();
    assert!(desk.store.unexplained(&other, 10).unwrap().is_empty(), "it would explain another score");
    let (item, text) = desk.store.unexplained(&model, 10).unwrap().remove(0);
    let span = |start: u32, end: u32| Span {
        start,
        end,
        quote: text.chars().skip(start as usize).take((end - start) as usize).collect(),
    };
    let evidence = vec![Evidence { span: span(7, 14), drop: 0.5 }, Evidence { span: span(0, 3), drop: 0.125 }];
    assert!(desk.store.put_evidence(item, &evidence, &other).is_err());
    desk.store.put_evidence(item, &evidence, &model).unwrap();
    assert_eq!(desk.take(&a).unwrap().proposal.unwrap().evidence, evidence);
    assert!(desk.store.unexplained(&model, 10).unwrap().is_empty());
    let wrong = Evidence { span: Span { start: 0, end: 3, quote: "Dat".to_owned() }, drop: 0.1 };
    assert!(desk.store.put_evidence(item, &[wrong], &model).is_err());
    assert!(desk.store.put_evidence(ItemId(99), &[], &model).is_err());
}

#[test]
fn an_explanation_says_what_happened_and_names_nobody() {
    let mut desk = Desk::with(2);
    let (a, b, lead) =
        (desk.user("anna", Role::Moderator), desk.user("bert", Role::Moderator), desk.user("leo", Role::Lead));
    let (item, _) = desk.judge(&a, &yes());
    desk.store.reopen(&lead, item, "geheim bezwaar").unwrap();
    desk.take(&b).unwrap();
    desk.store.judge(&b, &super::desk::hand(&b), item, &no(), Statute::shipped()).unwrap();
    let dutch = desk.store.explain(&lead, item, Language::Dutch).unwrap();
    for part in [
        "kandidaat voor artikel 137c (groepsbelediging), op grond van ras",
        "made-up-1",
        "nl-sr-2026-01-01",
        "iemand anders",
        "geen kandidaat",
        "Niet mee eens",
        "0,950",
    ] {
        assert!(dutch.contains(part), "{part}: {dutch}");
    }
    let english = desk.store.explain(&lead, item, Language::English).unwrap();
    assert!(english.contains("no candidate") && english.contains("Do you disagree?"), "{english}");
    for text in [dutch, english] {
        for name in ["anna", "bert", "leo", "geheim", "stelt een groep", "0,949", "p1"] {
            assert!(!text.contains(name), "{name}: {text}");
        }
        assert!(!text.to_lowercase().contains("strafbaar"));
    }
}

#[test]
fn a_copy_is_whole_and_is_its_owners_alone() {
    let mut desk = Desk::with(3);
    let a = desk.user("a", Role::Moderator);
    desk.judge(&a, &yes());
    let to = desk.path("copy.db");
    desk.store.backup(&to).unwrap();
    assert!(desk.store.backup(&to).is_err());
    let copy = crate::Store::open(&to).unwrap();
    assert_eq!(copy.verify(&[desk.store.status().unwrap().end]).unwrap().problems, Vec::<String>::new());
    assert!(!desk.path("copy.db.part").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o077, 0);
    }
}
