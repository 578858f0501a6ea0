#![allow(clippy::unwrap_used)]

use std::time::Duration;

use grens_law::{Band, Policy, Statute, VerdictRecord};
use tempfile::TempDir;

use super::*;
use crate::Added;
use crate::draft::Found;
use crate::example::{self, found, verdict_on};

/// An outbox in a folder of its own, under one of the two policies.
struct Desk {
    dir: TempDir,
    outbox: Outbox,
    policy: Policy,
}

const FIRST: &str = "2026-11-23T09:00:00Z";
const SECOND: &str = "2026-11-24T09:00:00Z";

impl Desk {
    fn new(send: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let outbox = Outbox::create(&dir.path().join("outbox.db")).unwrap();
        let mut policy = example::policy();
        policy.gateway = Some(serde_json::from_value(serde_json::json!({"send": send})).unwrap());
        Self { dir, outbox, policy }
    }

    fn offer(&mut self, finding: &Found, verdict: Option<&VerdictRecord>) -> Added {
        self.outbox.add(&self.policy, Statute::shipped(), |adding| adding.finding(finding, verdict)).unwrap()
    }

    fn judge(&mut self, judgement: &str, at: &str) -> Added {
        self.offer(&found("p1"), Some(&verdict_on("p1", judgement, at)))
    }

    /// All that is due goes out, as if a receiver took it. Returns the kinds that went.
    fn send_all(&self) -> Vec<String> {
        let mut sent = vec![];
        while let Next::Due(entry) = self.outbox.next(self.policy.send_rule()).unwrap() {
            assert!(self.outbox.begin(&entry).unwrap() && self.outbox.sent(&entry).unwrap());
            let action = if entry.body.contains("\"withdrawn\"") { " withdrawn" } else { "" };
            sent.push(entry.schema + action);
        }
        sent
    }

    fn states(&self) -> Vec<(String, u64)> {
        self.outbox.status().unwrap().counts.into_iter().map(|c| (c.state, c.records)).collect()
    }
}

#[test]
fn what_was_put_in_is_not_put_in_again() {
    let mut b = Desk::new("human_confirmed");
    assert_eq!(b.judge("candidate", FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.judge("candidate", FIRST), Added { known: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.judge("candidate", FIRST), Added { known: 1, ..Added::default() });
    assert!(b.send_all().is_empty());
}

#[test]
fn by_default_nothing_goes_out_that_nobody_has_judged() {
    let mut b = Desk::new("human_confirmed");
    assert_eq!(b.offer(&found("p1"), None), Added { kept_in: 1, ..Added::default() });
    assert!(b.send_all().is_empty());
}

#[test]
fn with_the_policys_leave_listed_candidates_go_out_and_say_that_nobody_has_judged() {
    let mut b = Desk::new("candidate");
    assert_eq!(b.offer(&found("p1"), None).candidates, 1);
    let mut beyond_the_cap = found("p2");
    beyond_the_cap.is_listed = false;
    let mut for_review = found("p3");
    for_review.finding.decision.band = Band::Review;
    for finding in [beyond_the_cap, for_review] {
        assert_eq!(b.offer(&finding, None), Added { kept_in: 1, ..Added::default() });
    }
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else { unreachable!("one is due") };
    assert!(entry.body.contains("\"standing\":\"not_yet_judged\""));
    assert_eq!(b.send_all(), ["grens.candidate/1"]);
}

#[test]
fn a_stricter_policy_holds_what_an_earlier_one_let_in() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    b.policy.gateway = None;
    assert!(b.send_all().is_empty());
    assert_eq!(b.outbox.held(b.policy.send_rule()).unwrap(), 1);
    // A person confirms: the notice goes, and what was held is laid aside.
    assert_eq!(b.judge("candidate", FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.outbox.held(b.policy.send_rule()).unwrap(), 0);
}

#[test]
fn a_verdict_that_is_taken_back_withdraws_what_was_sent() {
    for no in ["reopened", "not_candidate", "unsure", "outside_law"] {
        let mut b = Desk::new("human_confirmed");
        b.judge("candidate", FIRST);
        b.send_all();
        assert_eq!(b.judge(no, SECOND), Added { corrections: 1, ..Added::default() });
        assert_eq!(b.judge(no, SECOND), Added { without_effect: 1, ..Added::default() });
        assert_eq!(b.send_all(), ["grens.correction/1 withdrawn"], "{no}");
    }
}

#[test]
fn a_correction_needs_no_finding() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", FIRST);
    b.send_all();
    let reopened = verdict_on("p1", "reopened", SECOND);
    let added = b.outbox.add(&b.policy, Statute::shipped(), |adding| adding.verdict(&reopened)).unwrap();
    assert_eq!(added.corrections, 1);
}

#[test]
fn what_never_left_is_laid_aside_without_a_word() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", FIRST);
    assert_eq!(b.judge("reopened", SECOND), Added::default());
    assert!(b.send_all().is_empty());
    assert_eq!(b.states(), [("dead (superseded)".to_owned(), 1)]);
    assert_eq!(b.outbox.retry(None).unwrap(), 0, "what was taken back is not taken up again");
}

#[test]
fn a_dead_letter_that_was_taken_back_is_not_taken_up_again() {
    for judgement in ["candidate", "reopened"] {
        let mut b = Desk::new("candidate");
        b.offer(&found("p1"), None);
        let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else { unreachable!("one is due") };
        assert!(b.outbox.begin(&entry).unwrap() && b.outbox.dead(&entry, "tries", "HTTP 500").unwrap());
        b.judge(judgement, FIRST);
        assert_eq!(b.outbox.retry(None).unwrap(), 0);
        let wanted = if judgement == "candidate" { "grens.notice-draft/1" } else { "grens.correction/1 withdrawn" };
        assert_eq!(b.send_all(), [wanted]);
    }
}

#[test]
fn what_may_have_left_is_corrected() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", FIRST);
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else { unreachable!("one is due") };
    b.outbox.begin(&entry).unwrap();
    // The sender dies here, or is still waiting for an answer when the verdict comes.
    assert_eq!(b.judge("not_candidate", SECOND).corrections, 1);
    assert!(!b.outbox.sent(&entry).unwrap(), "it was taken back meanwhile");
    assert_eq!(b.send_all(), ["grens.correction/1 withdrawn"]);
}

#[test]
fn a_changed_verdict_replaces_the_notice() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", FIRST);
    b.send_all();
    let mut other = verdict_on("p1", "candidate", SECOND);
    other.articles.push(grens_law::Article::A137d);
    assert_eq!(b.offer(&found("p1"), Some(&other)), Added { notices: 1, corrections: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.correction/1", "grens.notice-draft/1"]);
    // The old verdict is offered once more: it is over.
    assert_eq!(b.judge("candidate", FIRST), Added { without_effect: 1, ..Added::default() });
    assert!(b.send_all().is_empty());
}

#[test]
fn a_candidate_that_was_sent_is_followed_by_its_notice_and_both_are_withdrawn() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    assert_eq!(b.send_all(), ["grens.candidate/1"]);
    assert_eq!(b.judge("candidate", FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.judge("not_candidate", SECOND).corrections, 2);
    assert_eq!(b.send_all(), ["grens.correction/1 withdrawn", "grens.correction/1 withdrawn"]);
    // Found again on another night, without the verdicts: a person has spoken.
    assert_eq!(b.offer(&found("p1"), None), Added { known: 1, ..Added::default() });
}

#[test]
fn with_an_error_nothing_goes_in() {
    let mut b = Desk::new("candidate");
    let mut wrong = found("p2");
    wrong.finding.decision.policy = "other".to_owned();
    let failed = b.outbox.add(&b.policy, Statute::shipped(), |adding| {
        adding.finding(&found("p1"), None)?;
        adding.finding(&wrong, None)
    });
    assert!(matches!(failed, Err(GatewayError::Draft { .. })));
    assert!(b.states().is_empty());
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let mut b = Desk::new("candidate");
    b.offer(&found("first"), None);
    let pages: i64 = b.outbox.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    // SQLite refuses to grow beyond a size, with the error of a full disk.
    b.outbox.db.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(())).unwrap();
    let add = |b: &mut Desk| {
        b.outbox.add(&b.policy, Statute::shipped(), |adding| {
            (0..200).try_for_each(|i| adding.finding(&found(&format!("p{i}")), None))
        })
    };
    let error = add(&mut b).unwrap_err();
    assert!(matches!(error, GatewayError::Full { .. }), "{error}");
    assert_eq!(b.states(), [("pending".to_owned(), 1)]);
    b.outbox.db.pragma_update_and_check(None, "max_page_count", 100_000, |_| Ok(())).unwrap();
    assert_eq!(add(&mut b).unwrap().candidates, 200);
    assert_eq!(b.send_all().len(), 201);
}

#[test]
fn a_locked_database_is_named_and_loses_nothing() {
    let mut b = Desk::new("candidate");
    b.offer(&found("first"), None);
    b.outbox.db.busy_timeout(Duration::ZERO).unwrap();
    let other = Connection::open(b.dir.path().join("outbox.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let offer = |b: &mut Desk| b.outbox.add(&b.policy, Statute::shipped(), |adding| adding.finding(&found("p1"), None));
    assert!(matches!(offer(&mut b), Err(GatewayError::Locked { .. })));
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else {
        unreachable!("readers are not locked out")
    };
    assert!(matches!(b.outbox.begin(&entry), Err(GatewayError::Locked { .. })));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(offer(&mut b).unwrap().candidates, 1);
    assert_eq!(b.send_all().len(), 2);
}

#[test]
fn what_is_no_outbox_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    assert!(matches!(Outbox::open(&path("nergens")), Err(GatewayError::NoOutbox { .. })));
    std::fs::write(
        path("text"),
        "geen database, maar wel een tekst die lang genoeg is om er een te lijken. ".repeat(20),
    )
    .unwrap();
    assert!(matches!(Outbox::open(&path("text")), Err(GatewayError::Foreign { .. })));
    let other = Connection::open(path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE recepten (naam TEXT)").unwrap();
    let before = std::fs::read(path("other.db")).unwrap();
    assert!(matches!(Outbox::create(&path("other.db")), Err(GatewayError::Foreign { .. })));
    assert_eq!(std::fs::read(path("other.db")).unwrap(), before);
    drop(Outbox::create(&path("later.db")).unwrap());
    Connection::open(path("later.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Outbox::open(&path("later.db")).unwrap_err().to_string();
    assert!(error.contains("version 99"), "{error}");
}

#[cfg(unix)]
#[test]
fn an_outbox_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    for entry in std::fs::read_dir(b.dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[test]
fn what_may_not_be_kept_is_let_go_of_and_not_sent() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    b.offer(&found("p2"), None);
    b.outbox.db.execute("UPDATE record SET keep_until = '2020-01-01' WHERE seq = 1", []).unwrap();
    assert_eq!(b.outbox.purge().unwrap(), 1);
    assert_eq!(b.states(), [("pending".to_owned(), 1), ("dead (expired)".to_owned(), 1)]);
    assert_eq!(b.send_all().len(), 1);
    assert_eq!(b.outbox.retry(None).unwrap(), 0);
    assert_eq!(b.offer(&found("p1"), None), Added { known: 1, ..Added::default() }, "the key is remembered");
    let mut bytes = vec![];
    for name in ["outbox.db", "outbox.db-wal"] {
        bytes.extend(std::fs::read(b.dir.path().join(name)).unwrap_or_default());
    }
    let holds = |words: &str| bytes.windows(words.len()).any(|w| w == words.as_bytes());
    assert!(holds("https://voorbeeld.example/p2") && !holds("https://voorbeeld.example/p1"));
}

#[test]
fn an_export_holds_every_record_as_it_is_sent() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    b.offer(&found("p2"), None);
    let mut lines: Vec<serde_json::Value> = vec![];
    let mut take = |record: &Exported| {
        assert!(record.line().ends_with(&format!("{}}}", record.record.as_deref().unwrap())));
        lines.push(serde_json::from_str(&record.line()).unwrap());
        Ok::<_, std::io::Error>(())
    };
    b.outbox.export(None, &mut take).unwrap().unwrap();
    assert_eq!((lines.len(), &lines[1]["state"], &lines[1]["record"]["id"]), (2, &"pending".into(), &"p2".into()));
    let mut count = 0;
    b.outbox
        .export(Some(State::Sent), |_| {
            count += 1;
            Ok::<_, ()>(())
        })
        .unwrap()
        .unwrap();
    assert_eq!(count, 0);
}
