#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;
use std::time::Duration;

use grens_law::{Band, Policy, Span, Statute, VerdictRecord};
use tempfile::TempDir;

use super::*;
use crate::Added;
use crate::database::StoreError;
use crate::draft::Found;
use crate::example::{self, ago, found_lately as found, verdict_on};

/// An outbox in a folder of its own, under one of the two policies.
struct Desk {
    dir: TempDir,
    outbox: Outbox,
    policy: Policy,
}

static FIRST: LazyLock<String> = LazyLock::new(|| ago(48));
static SECOND: LazyLock<String> = LazyLock::new(|| ago(24));

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

    /// Verdicts without their findings.
    fn verdicts(&mut self, verdicts: &[VerdictRecord]) -> Added {
        let each = |adding: &mut Adding<'_>| verdicts.iter().try_for_each(|v| adding.verdict(v, false));
        self.outbox.add(&self.policy, Statute::shipped(), each).unwrap()
    }

    /// All bodies, pending or sent.
    fn bodies(&self) -> Vec<serde_json::Value> {
        let mut bodies = vec![];
        let mut take = |r: &Exported| {
            bodies.push(serde_json::from_str(r.record.as_deref().unwrap()).unwrap());
            Ok::<_, ()>(())
        };
        self.outbox.export(None, &mut take).unwrap().unwrap();
        bodies
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
    assert_eq!(b.judge("candidate", &FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.judge("candidate", &FIRST), Added { known: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.judge("candidate", &FIRST), Added { known: 1, ..Added::default() });
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
    assert_eq!(b.judge("candidate", &FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.outbox.held(b.policy.send_rule()).unwrap(), 0);
}

#[test]
fn a_verdict_that_is_taken_back_withdraws_what_was_sent() {
    for no in ["reopened", "not_candidate", "unsure", "outside_law"] {
        let mut b = Desk::new("human_confirmed");
        b.judge("candidate", &FIRST);
        b.send_all();
        assert_eq!(b.judge(no, &SECOND), Added { corrections: 1, ..Added::default() });
        assert_eq!(b.judge(no, &SECOND), Added { known: 1, ..Added::default() });
        assert_eq!(b.send_all(), ["grens.correction/1 withdrawn"], "{no}");
    }
}

#[test]
fn a_correction_needs_no_finding() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", &FIRST);
    b.send_all();
    let reopened = verdict_on("p1", "reopened", &SECOND);
    let added = b.outbox.add(&b.policy, Statute::shipped(), |adding| adding.verdict(&reopened, false)).unwrap();
    assert_eq!(added.corrections, 1);
}

#[test]
fn what_never_left_is_laid_aside_without_a_word() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", &FIRST);
    assert_eq!(b.judge("reopened", &SECOND), Added::default());
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
        b.judge(judgement, &FIRST);
        assert_eq!(b.outbox.retry(None).unwrap(), 0);
        let wanted = if judgement == "candidate" { "grens.notice-draft/1" } else { "grens.correction/1 withdrawn" };
        assert_eq!(b.send_all(), [wanted]);
    }
}

#[test]
fn what_may_have_left_is_corrected() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", &FIRST);
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else { unreachable!("one is due") };
    b.outbox.begin(&entry).unwrap();
    // The sender dies here, or is still waiting for an answer when the verdict comes.
    assert_eq!(b.judge("not_candidate", &SECOND).corrections, 1);
    assert!(!b.outbox.sent(&entry).unwrap(), "it was taken back meanwhile");
    assert_eq!(b.send_all(), ["grens.correction/1 withdrawn"]);
}

#[test]
fn a_changed_verdict_replaces_the_notice() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", &FIRST);
    b.send_all();
    let mut other = verdict_on("p1", "candidate", &SECOND);
    other.articles.push(grens_law::Article::A137d);
    assert_eq!(b.offer(&found("p1"), Some(&other)), Added { notices: 1, corrections: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.correction/1", "grens.notice-draft/1"]);
    // The old verdict is offered once more: it is over.
    assert_eq!(b.judge("candidate", &FIRST), Added { older: 1, ..Added::default() });
    assert!(b.send_all().is_empty());
}

#[test]
fn a_candidate_that_was_sent_is_followed_by_its_notice_and_both_are_withdrawn() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    assert_eq!(b.send_all(), ["grens.candidate/1"]);
    assert_eq!(b.judge("candidate", &FIRST), Added { notices: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.notice-draft/1"]);
    assert_eq!(b.judge("not_candidate", &SECOND).corrections, 2);
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
    assert!(matches!(error, GatewayError::Store(StoreError::Full { .. })), "{error}");
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
    assert!(matches!(offer(&mut b), Err(GatewayError::Store(StoreError::Locked { .. }))));
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else {
        unreachable!("readers are not locked out")
    };
    assert!(matches!(b.outbox.begin(&entry), Err(GatewayError::Store(StoreError::Locked { .. }))));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(offer(&mut b).unwrap().candidates, 1);
    assert_eq!(b.send_all().len(), 2);
}

#[test]
fn what_is_no_outbox_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    assert!(matches!(Outbox::open(&path("nergens")), Err(GatewayError::Store(StoreError::Missing { .. }))));
    std::fs::write(
        path("text"),
        "geen database, maar wel een tekst die lang genoeg is om er een te lijken. ".repeat(20),
    )
    .unwrap();
    assert!(matches!(Outbox::open(&path("text")), Err(GatewayError::Store(StoreError::Foreign { .. }))));
    let other = Connection::open(path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE recepten (naam TEXT)").unwrap();
    let before = std::fs::read(path("other.db")).unwrap();
    assert!(matches!(Outbox::create(&path("other.db")), Err(GatewayError::Store(StoreError::Foreign { .. }))));
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
    assert_eq!(b.outbox.purge().unwrap(), Purged { removed: 1, is_log_empty: true });
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

#[test]
fn a_verdict_of_the_far_future_is_refused() {
    let mut b = Desk::new("human_confirmed");
    let typed = verdict_on("p1", "candidate", "9062-11-20T09:00:00Z");
    let add =
        |b: &mut Desk| b.outbox.add(&b.policy, Statute::shipped(), |adding| adding.finding(&found("p1"), Some(&typed)));
    let error = add(&mut b).unwrap_err().to_string();
    assert!(error.contains("`judged_at` is more than a day ahead"), "{error}");
    assert!(b.states().is_empty());
}

#[test]
fn a_withdrawal_that_meets_nothing_is_counted_each_time() {
    let mut b = Desk::new("human_confirmed");
    b.judge("candidate", &FIRST);
    b.send_all();
    let nobody = verdict_on("p2", "reopened", &SECOND);
    let without_address = VerdictRecord { url: None, ..verdict_on("p1", "reopened", &SECOND) };
    for _ in 0..2 {
        let added = b.verdicts(&[nobody.clone(), without_address.clone()]);
        assert_eq!(added, Added { unmatched: 1, elsewhere: 1, ..Added::default() });
    }
    // Corrected, it withdraws; then there is nothing left to warn of.
    let right = verdict_on("p1", "reopened", &SECOND);
    assert_eq!(b.verdicts(std::slice::from_ref(&right)), Added { corrections: 1, ..Added::default() });
    assert_eq!(b.verdicts(&[right, without_address]), Added { known: 1, unmatched: 1, ..Added::default() });
    // A no about a finding of which nothing was sent is no withdrawal, also when it comes again without its night.
    let no = verdict_on("p3", "not_candidate", &FIRST);
    assert_eq!(b.offer(&found("p3"), Some(&no)), Added { not_confirmed: 1, ..Added::default() });
    assert_eq!(b.verdicts(&[no]), Added { known: 1, ..Added::default() });
}

#[test]
fn a_no_under_another_address_keeps_the_candidate_in() {
    let mut b = Desk::new("candidate");
    let elsewhere = VerdictRecord { platform: None, ..verdict_on("p1", "not_candidate", &FIRST) };
    assert_eq!(b.verdicts(&[elsewhere]), Added { unmatched: 1, ..Added::default() });
    assert_eq!(b.offer(&found("p1"), None), Added { doubtful: 1, ..Added::default() });
    assert_eq!(b.offer(&found("p2"), None), Added { candidates: 1, ..Added::default() });
    // A yes that misses its finding says so too.
    let yes = VerdictRecord { url: None, ..verdict_on("p2", "candidate", &FIRST) };
    let other = verdict_on("p9", "candidate", &FIRST);
    assert_eq!(b.verdicts(&[yes, other]), Added { elsewhere: 1, without_finding: 1, ..Added::default() });
}

#[test]
fn a_changed_yes_without_its_night_replaces_what_stands() {
    let mut b = Desk::new("human_confirmed");
    let quote = |start, end, quote: &str| Some(Span { start, end, quote: quote.to_owned() });
    let first = VerdictRecord { quote: quote(0, 4, "Alle"), ..verdict_on("p1", "candidate", &FIRST) };
    b.offer(&found("p1"), Some(&first));
    assert_eq!(b.verdicts(std::slice::from_ref(&first)), Added { known: 1, ..Added::default() });
    b.send_all();
    let mut changed = verdict_on("p1", "candidate", &SECOND);
    changed.articles.push(grens_law::Article::A137d);
    assert_eq!(b.verdicts(&[changed]), Added { notices: 1, corrections: 1, ..Added::default() });
    assert_eq!(b.send_all(), ["grens.correction/1", "grens.notice-draft/1"]);
    let notice = b.bodies().remove(2);
    assert_eq!(notice["candidate"]["verdict"]["articles"], serde_json::json!(["137c", "137d"]));
    assert_eq!(notice["candidate"]["evidence"], serde_json::json!([]), "the first person's quote is not the second's");
    assert_eq!(notice["candidate"]["text"], example::TEXT);
}

#[test]
fn without_texts_no_word_of_a_post_goes_in() {
    let mut b = Desk::new("human_confirmed");
    let quote = Some(Span { start: 18, end: 22, quote: "dorp".to_owned() });
    let with_quote = |judgement, at: &str| VerdictRecord { quote: quote.clone(), ..verdict_on("p1", judgement, at) };
    let add = |b: &mut Desk, verdict: &VerdictRecord, found: Option<&Found>| {
        let offer = |adding: &mut Adding<'_>| {
            adding.texts(crate::Texts::LeftOut);
            match found {
                Some(found) => adding.finding(found, Some(verdict)),
                None => adding.verdict(verdict, false),
            }
        };
        b.outbox.add(&b.policy, Statute::shipped(), offer).unwrap()
    };
    assert_eq!(add(&mut b, &with_quote("candidate", &FIRST), Some(&found("p1"))).notices, 1);
    b.send_all();
    let mut changed = with_quote("candidate", &SECOND);
    changed.articles.push(grens_law::Article::A137d);
    assert_eq!(add(&mut b, &changed, None).notices, 1);
    b.send_all();
    assert_eq!(add(&mut b, &with_quote("reopened", &ago(1)), None).corrections, 1);
    let bodies = b.bodies();
    assert_eq!(bodies.len(), 4);
    for body in bodies {
        assert!(!body.to_string().contains("dorp"), "{body}");
    }
}

#[test]
fn a_cluster_names_no_post_that_a_person_has_turned_down() {
    let mut b = Desk::new("candidate");
    let other = |id: &str| {
        let of = found(id).finding;
        let (platform, url) = (of.place.platform, of.place.url);
        crate::Elsewhere { id: id.to_owned(), platform, url, text_sha256: of.decision.text_sha256 }
    };
    let mut head = found("p1");
    head.cluster = Some(crate::Cluster {
        stands_for: 4,
        repeats: vec![other("p2"), other("p3")],
        near_repeats: vec![other("p4")],
    });
    let night = crate::Night { findings: vec![head, found("p4")] };
    let verdicts = ["p2", "p4"].map(|id| serde_json::to_string(&verdict_on(id, "not_candidate", &FIRST)).unwrap());
    let file = b.dir.path().join("verdicts.jsonl");
    std::fs::write(&file, verdicts.join("\n")).unwrap();
    let verdicts = crate::Verdicts::read(&file, Statute::shipped()).unwrap();
    let added = crate::offer(&mut b.outbox, &[night], &verdicts, &b.policy, Statute::shipped(), crate::Texts::Kept);
    // The repeat that was turned down is no finding, but it is known: nothing to warn of.
    assert_eq!(added.unwrap(), Added { candidates: 1, not_confirmed: 2, ..Added::default() });
    let cluster = &b.bodies()[0]["cluster"];
    assert_eq!((&cluster["stands_for"], cluster["near_repeats"].as_array().unwrap().len()), (&2.into(), 0));
    assert_eq!((cluster["repeats"].as_array().unwrap().len(), &cluster["repeats"][0]["id"]), (1, &"p3".into()));
}

#[test]
fn what_passes_its_last_day_in_the_queue_does_not_leave() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    let Next::Due(entry) = b.outbox.next(b.policy.send_rule()).unwrap() else { unreachable!("one is due") };
    let today = crate::retention::Moment::now().day();
    b.outbox.db.execute("UPDATE record SET keep_until = ?1", [today]).unwrap();
    assert!(!b.outbox.begin(&entry).unwrap());
    assert_eq!(b.outbox.next(b.policy.send_rule()).unwrap(), Next::Nothing);
    assert_eq!(b.outbox.left(b.policy.send_rule()).unwrap(), 0);
}

#[test]
fn who_only_looks_does_not_wait_for_who_writes() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    let path = b.dir.path().join("outbox.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(Outbox::open(&path).unwrap().status().unwrap().counts.len(), 1);
}

#[test]
fn a_purge_says_when_a_reader_keeps_the_log() {
    let mut b = Desk::new("candidate");
    b.offer(&found("p1"), None);
    b.outbox.db.execute("UPDATE record SET keep_until = '2020-01-01'", []).unwrap();
    b.outbox.db.busy_timeout(Duration::ZERO).unwrap();
    let reader = Connection::open(b.dir.path().join("outbox.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM record").unwrap_or_default();
    let _: i64 = reader.query_row("SELECT count(*) FROM record", [], |row| row.get(0)).unwrap();
    assert_eq!(b.outbox.purge().unwrap(), Purged { removed: 1, is_log_empty: false });
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(b.outbox.purge().unwrap(), Purged { removed: 0, is_log_empty: true });
}

#[test]
fn an_outbox_of_the_first_version_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("outbox.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(schema::TABLES.steps[0]).unwrap();
    old.pragma_update(None, "application_id", schema::TABLES.application).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute_batch("INSERT INTO judged VALUES ('post', 1, 'not_candidate')").unwrap();
    drop(old);
    let mut b = Desk { outbox: Outbox::open(&path).unwrap(), dir, ..Desk::new("candidate") };
    assert_eq!(b.offer(&found("p1"), None).candidates, 1);
    assert_eq!(b.send_all().len(), 1);
}
