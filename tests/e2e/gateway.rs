//! From a night's scan through the outbox to a receiver.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use grens_receiver::{Faults, Options, Running, Store, start};
use serde_json::{Value, json};

use super::night::{Night, POLICY, made_up};
use super::support::{Ran, grens, run, text};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A scanned night with candidates, a policy, a secret and room for an outbox.
struct Gateway {
    night: Night,
    candidates: Vec<Value>,
}

impl Gateway {
    /// `send` is the policy's rule; without one the policy says nothing of it.
    fn new(posts: usize, send: Option<&str>) -> Self {
        let rule = send.map(|send| format!("[gateway]\nsend = \"{send}\"\n")).unwrap_or_default();
        Self::under(posts, &format!("{POLICY}{rule}"))
    }

    fn under(posts: usize, policy: &str) -> Self {
        let night = Night::new(&made_up(posts));
        std::fs::write(night.path("policy.toml"), policy).unwrap();
        night.scan("nacht", &[]).expect(3);
        let candidates = night.lines("nacht", "candidates");
        assert!(candidates.len() >= 4, "{}", candidates.len());
        let gateway = Self { night, candidates };
        std::fs::create_dir(gateway.path("uit")).unwrap();
        std::fs::write(gateway.path("secret"), SECRET).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(gateway.path("secret"), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        gateway
    }

    fn path(&self, name: &str) -> PathBuf {
        self.night.path(name)
    }

    /// `grens outbox add` of the night, or of verdicts alone.
    fn add(&self, night: bool, verdicts: &[Value]) -> Ran {
        let (outbox, policy, folder) = (self.path("outbox.db"), self.path("policy.toml"), self.path("nacht"));
        let file = self.path("verdicts.jsonl");
        let mut args = vec!["outbox", "add", "--outbox", text(&outbox), "--policy", text(&policy)];
        if night {
            args.push(text(&folder));
        }
        if !verdicts.is_empty() {
            std::fs::write(&file, verdicts.iter().map(|v| format!("{v}\n")).collect::<String>()).unwrap();
            args.extend(["--verdicts", text(&file)]);
        }
        run(&args)
    }

    /// `grens deliver`, quick to try again; `more` goes before what is set here.
    fn deliver_args(&self, to: &str, more: &[&str]) -> Vec<String> {
        let (outbox, policy, secret) = (self.path("outbox.db"), self.path("policy.toml"), self.path("secret"));
        let fixed = ["deliver", "--to", to, "--outbox", text(&outbox), "--policy", text(&policy)];
        let mut args: Vec<String> = fixed.iter().chain(more).map(|s| (*s).to_owned()).collect();
        for (flag, value) in [
            ("--secret-file", text(&secret)),
            ("--timeout", "150ms"),
            ("--backoff", "5ms"),
            ("--max-backoff", "40ms"),
            ("--max-tries", "1000"),
        ] {
            if !more.contains(&flag) {
                args.extend([flag.to_owned(), value.to_owned()]);
            }
        }
        args
    }

    fn deliver(&self, to: &str, more: &[&str]) -> Ran {
        run(&self.deliver_args(to, more).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn outbox(&self, command: &str, more: &[&str]) -> Ran {
        let outbox = self.path("outbox.db");
        run(&["outbox", command, "--outbox", text(&outbox)].iter().chain(more).copied().collect::<Vec<_>>())
    }

    /// Files that a delivery into a folder has left there.
    fn delivered(&self, dir: &str) -> Vec<Value> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.path(dir)).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
    }

    fn receiver(&self, faults: Faults) -> Running {
        start(Options {
            listen: ([127, 0, 0, 1], 0).into(),
            secret: SECRET.into(),
            store: self.path("received.db"),
            window: Duration::from_secs(300),
            faults,
            late: Duration::from_millis(300),
        })
    }
}

fn url(running: &Running) -> String {
    format!("http://{}/v1/records", running.addr)
}

/// A person's verdict on a candidate, some hours after now: later ones come later.
fn verdict(candidate: &Value, judgement: &str, hour: u64) -> Value {
    let at = std::time::SystemTime::now() + Duration::from_secs(3600 * hour);
    json!({
        "schema": "grens.verdict/1", "id": candidate["id"], "platform": candidate["platform"], "url": candidate["url"],
        "text_sha256": candidate["text_sha256"], "verdict": judgement, "articles": ["137c"], "grounds": ["race"],
        "reason": "made up for a test", "reviewer": "beoordelaar-1", "judged_at": humantime::format_rfc3339_seconds(at).to_string()
    })
}

#[test]
fn unjudged_candidates_carry_the_words_that_weigh_most_and_are_looked_at_once() {
    let g = Gateway::new(30, Some("candidate"));
    let (outbox, policy, folder) = (g.path("outbox.db"), g.path("policy.toml"), g.path("nacht"));
    let model = super::support::fixture("bert");
    let args = ["outbox", "add", text(&folder), "--outbox", text(&outbox), "--policy", text(&policy)];
    let why = [&args[..], &["--why", "--model", text(&model)]].concat();
    run(&why).expect(0).says(&["candidates have the words that weigh most", "candidates not yet judged"]);
    let records = run(&["outbox", "export", "--outbox", text(&outbox)]).expect(0).records();
    let mut words = 0;
    for record in &records {
        let (body, mut from) = (&record["record"], 0);
        for span in body["evidence"].as_array().unwrap() {
            let (start, end) = (span["start"].as_u64().unwrap(), span["end"].as_u64().unwrap());
            let chars = body["text"].as_str().unwrap().chars().skip(usize::try_from(start).unwrap());
            let quote: String = chars.take(usize::try_from(end - start).unwrap()).collect();
            assert!(start >= from && span["quote"] == quote, "{record}");
            from = end;
            words += 1;
        }
    }
    assert!(records.len() == g.candidates.len() && words > 0, "{} records, {words} words", records.len());
    let again = run(&why).expect(0);
    assert!(!again.stderr.contains("words that weigh"), "{}", again.stderr);
}

#[test]
fn by_default_only_what_a_person_confirmed_goes_out() {
    let g = Gateway::new(300, None);
    let verdicts = [
        verdict(&g.candidates[0], "candidate", 1),
        verdict(&g.candidates[1], "not_candidate", 1),
        verdict(&g.candidates[2], "unsure", 1),
    ];
    g.add(true, &verdicts)
        .expect(0)
        .says(&["put in: 1 notice drafts, 0 candidates", "stay in: no person has confirmed them"]);
    g.add(true, &verdicts).expect(0).says(&["put in: 0 notice drafts", "3 were there already"]);
    g.deliver(text(&g.path("uit")), &[]).expect(0).says(&["1 records sent to"]);
    let records = g.delivered("uit");
    assert_eq!(records.len(), 1);
    let notice = &records[0];
    assert_eq!(
        (&notice["schema"], &notice["candidate"]["id"]),
        (&"grens.notice-draft/1".into(), &g.candidates[0]["id"])
    );
    let mut judged = verdicts[0].clone();
    (judged["publicity"], judged["context"]) = ("unknown".into(), json!([]));
    assert_eq!(notice["candidate"]["verdict"], judged);
    assert!(notice["explanation"]["nl"].as_str().unwrap().contains("door een mens: kandidaat voor artikel 137c Sr"));
    assert!(notice["notifier"]["name"].is_null() && notice["bona_fide_statement"].is_null());
    g.deliver(text(&g.path("uit")), &[]).expect(0).says(&["0 records sent"]);
}

#[test]
fn with_the_policys_leave_candidates_go_out_as_not_yet_judged() {
    let g = Gateway::new(300, Some("candidate"));
    g.add(true, &[]).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let records = g.delivered("uit");
    assert_eq!(records.len(), g.candidates.len());
    for record in &records {
        assert_eq!((&record["schema"], &record["standing"]), (&"grens.candidate/1".into(), &"not_yet_judged".into()));
        let article = format!("art{}", record["articles"][0].as_str().unwrap());
        assert!(record["scores"][&article].as_f64() >= record["thresholds"][&article].as_f64(), "{record}");
    }
}

#[test]
fn a_candidate_names_the_posts_that_stand_behind_it() {
    // Under this policy everything is a candidate, repeats and near repeats too.
    let policy = POLICY
        .replace("candidate = 0.25\nreview = 0.2\n", "candidate = 0.0\nreview = 0.0\n")
        .replace("named = 0.5", "named = 0.0");
    let g = Gateway::under(200, &format!("{policy}[gateway]\nsend = \"candidate\"\n"));
    g.add(true, &[]).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let (clusters, repeats) = (g.night.lines("nacht", "clusters"), g.night.lines("nacht", "repeats"));
    let mut behind = (0, 0);
    for record in g.delivered("uit") {
        let listed = g.candidates.iter().find(|c| c["id"] == record["id"]).unwrap();
        assert_eq!(record["cluster"]["stands_for"].as_u64().unwrap_or(1), listed["stands_for"].as_u64().unwrap());
        let ids = |list: &str| -> Vec<Value> {
            record["cluster"][list].as_array().into_iter().flatten().map(|other| other["id"].clone()).collect()
        };
        let wanted = |all: &[Value], of: &str| -> Vec<Value> {
            all.iter().filter(|r| r[of] == record["id"]).map(|r| r["id"].clone()).collect()
        };
        assert_eq!(ids("near_repeats"), wanted(&clusters, "head"));
        assert_eq!(ids("repeats"), wanted(&repeats, "repeat_of"));
        behind = (behind.0 + ids("near_repeats").len(), behind.1 + ids("repeats").len());
    }
    assert!(behind.0 > 0 && behind.1 > 0, "{behind:?}");
}

#[test]
fn a_person_may_confirm_what_was_for_review() {
    let g = Gateway::new(300, None);
    let review = g.night.lines("nacht", "review");
    g.add(true, &[verdict(&review[0], "candidate", 1)]).expect(0).says(&["put in: 1 notice drafts"]);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let notice = g.delivered("uit").remove(0);
    assert_eq!((&notice["candidate"]["id"], &notice["candidate"]["band"]), (&review[0]["id"], &"review".into()));
    assert!(notice["explanation"]["nl"].as_str().unwrap().contains("heeft dit bericht aan een mens voorgelegd"));
}

#[test]
fn without_text_none_is_in_the_outbox() {
    let g = Gateway::new(300, Some("candidate"));
    let (outbox, policy, night) = (g.path("outbox.db"), g.path("policy.toml"), g.path("nacht"));
    let add = ["outbox", "add", "--no-text", "--outbox", text(&outbox), "--policy", text(&policy), text(&night)];
    run(&add).expect(0);
    let exported = g.outbox("export", &[]).expect(0).records();
    assert_eq!(exported.len(), g.candidates.len());
    assert!(exported.iter().all(|r| r["record"]["text"].is_null() && r["record"]["text_sha256"].is_string()));
    // Nor what a person quotes of it.
    let mut quoting = verdict(&g.candidates[0], "candidate", 1);
    let quote: String = g.candidates[0]["text"].as_str().unwrap().chars().take(12).collect();
    quoting["quote"] = json!({"start": 0, "end": 12, "quote": quote});
    let verdicts = g.path("verdicts.jsonl");
    std::fs::write(&verdicts, quoting.to_string()).unwrap();
    run(&[&add[..], &["--verdicts", text(&verdicts)]].concat()).expect(0).says(&["1 notice drafts"]);
    assert!(!g.outbox("export", &[]).expect(0).stdout.contains(&quote));
}

#[test]
fn what_a_person_quotes_is_the_evidence() {
    let g = Gateway::new(300, None);
    let mut quoting = verdict(&g.candidates[0], "candidate", 1);
    let post: String = g.candidates[0]["text"].as_str().unwrap().to_owned();
    quoting["quote"] = json!({"start": 2, "end": 12, "quote": post.chars().skip(2).take(10).collect::<String>()});
    g.add(true, std::slice::from_ref(&quoting)).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let notice = g.delivered("uit").remove(0);
    assert_eq!(notice["candidate"]["evidence"], json!([quoting["quote"]]));
    let passage = format!("«{}»", quoting["quote"]["quote"].as_str().unwrap());
    assert!(notice["explanation"]["nl"].as_str().unwrap().contains(&passage));
}

#[test]
fn a_withdrawal_that_does_not_happen_is_no_silence() {
    let g = Gateway::new(300, None);
    g.add(true, &[verdict(&g.candidates[0], "candidate", 1)]).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let mut reopened = verdict(&g.candidates[0], "reopened", 2);
    reopened["url"] = Value::Null;
    let mut unknown = verdict(&g.candidates[1], "reopened", 2);
    unknown["text_sha256"] = "00".into();
    let older = verdict(&g.candidates[0], "reopened", 0);
    let policy = g.path("policy.toml");
    let (outbox, file) = (g.path("outbox.db"), g.path("verdicts.jsonl"));
    std::fs::write(&file, format!("{reopened}\n{unknown}\n{older}\n")).unwrap();
    let args =
        ["--quiet", "outbox", "add", "--outbox", text(&outbox), "--policy", text(&policy), "--verdicts", text(&file)];
    run(&args).expect(0).says(&[
        "warning: 1 verdicts changed nothing: a newer one",
        "warning: 1 verdicts withdrew nothing",
        "warning: 1 verdicts changed nothing: what is there with their id and text_sha256",
    ]);
    let mut typed = verdict(&g.candidates[0], "reopened", 2);
    typed["judged_at"] = "2962-11-20T09:00:00Z".into();
    g.add(false, &[typed]).expect(4).says(&["verdicts.jsonl:1: ", "more than a day ahead"]);
}

#[test]
fn a_policy_that_was_changed_under_its_name_is_refused() {
    let g = Gateway::new(300, Some("candidate"));
    let policy = std::fs::read_to_string(g.path("policy.toml")).unwrap();
    std::fs::write(g.path("policy.toml"), policy.replace("candidate = 0.25", "candidate = 0.99")).unwrap();
    g.add(true, &[]).expect(2).says(&["below the threshold", "as it was at that scan"]);
    assert_eq!(g.outbox("export", &[]).expect(0).stdout, "");
}

#[test]
fn a_verdict_that_is_reopened_sends_a_correction() {
    let g = Gateway::new(300, None);
    let (yes, again) = (verdict(&g.candidates[0], "candidate", 1), verdict(&g.candidates[0], "reopened", 2));
    g.add(true, std::slice::from_ref(&yes)).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    g.add(false, &[yes, again]).expect(0).says(&["1 corrections"]);
    g.deliver(text(&g.path("uit")), &[]).expect(0).says(&["1 records sent"]);
    let records = g.delivered("uit");
    let find = |schema: &str| records.iter().find(|r| r["schema"] == schema).unwrap();
    let (notice, correction) = (find("grens.notice-draft/1"), find("grens.correction/1"));
    assert_eq!((&correction["corrects"], &correction["action"]), (&notice["key"], &"withdrawn".into()));
    let exported = g.outbox("export", &["--state", "sent"]).expect(0);
    assert_eq!(exported.records().len(), 2);
    assert_eq!(exported.records()[0]["corrected_by"], correction["key"]);
}

#[test]
fn through_a_faulty_receiver_each_record_arrives_once() {
    let g = Gateway::new(600, Some("candidate"));
    g.add(true, &[]).expect(0);
    let running = g.receiver(Faults::new(0.4, 11));
    g.deliver(&url(&running), &[]).expect(0);
    let received = Store::open(&g.path("received.db")).all();
    let mut wanted: Vec<String> = g.candidates.iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect();
    let mut found: Vec<String> = received
        .iter()
        .map(|r| serde_json::from_str::<Value>(&r.2).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
    let status = g.outbox("status", &[]).expect(0).stdout;
    assert_eq!(status.trim_end(), format!("{:<18} {:>8}  grens.candidate/1", "sent", wanted.len()));
}

#[test]
fn a_receiver_that_is_away_makes_no_dead_letters() {
    let g = Gateway::new(300, Some("candidate"));
    g.add(true, &[]).expect(0);
    // Nobody listens there any more.
    let gone = url(&g.receiver(Faults::new(0.0, 1)));
    for _ in 0..3 {
        g.deliver(&gone, &["--no-wait", "--max-tries", "1"])
            .expect(11)
            .says(&["0 records sent", "left for the next run"]);
    }
    let status = g.outbox("status", &[]).expect(0).stdout;
    assert!(status.contains("oldest pending") && !status.contains("dead"), "{status}");
}

#[test]
fn what_was_given_up_is_a_dead_letter_until_it_is_taken_up_again() {
    let g = Gateway::new(300, Some("candidate"));
    g.add(true, &[]).expect(0);
    let faulty = g.receiver(Faults::new(1.0, 5));
    g.deliver(&url(&faulty), &["--max-tries", "1"]).expect(12).says(&["given up", "grens outbox retry"]);
    let status = g.outbox("status", &[]).expect(0).stdout;
    assert!(status.contains("dead (tries)") && status.contains("dead letter  "), "{status}");
    assert!(!status.contains("voorbeeld.example"), "a dead letter names no post: {status}");
    g.outbox("retry", &["--key", "none"]).expect(4).says(&["no dead letter", "hint:"]);
    g.outbox("retry", &[]).expect(0).says(&["dead letters are pending again"]);
    drop(faulty);
    let calm = g.receiver(Faults::new(0.0, 1));
    g.deliver(&url(&calm), &[]).expect(2).says(&["has sent records to http://127.0.0.1", "--moved"]);
    g.deliver(&url(&calm), &["--moved"]).expect(0);
    assert_eq!(Store::open(&g.path("received.db")).all().len(), g.candidates.len());
}

#[test]
fn secrets_and_addresses_are_looked_at_before_anything_leaves() {
    let g = Gateway::new(300, None);
    g.add(true, &[verdict(&g.candidates[0], "candidate", 1)]).expect(0);
    let (outbox, policy) = (g.path("outbox.db"), g.path("policy.toml"));
    let fixed = ["deliver", "--outbox", text(&outbox), "--policy", text(&policy), "--to"];
    let with = |more: &[&str]| run(&fixed.iter().chain(more).copied().collect::<Vec<_>>());
    with(&["https://poort.example/"]).expect(2).says(&["there is no secret", "GRENS_DELIVER_SECRET"]);
    g.deliver("http://poort.example/", &[]).expect(2).says(&["plain HTTP", "--allow-http"]);
    g.deliver("ftp://poort.example/", &[]).expect(2).says(&["https://"]);
    g.deliver("https://jan:geheim@poort.example/", &[]).expect(2).says(&["name or password", "such as https://"]);
    // Without its beginning an address is no folder either.
    g.deliver("poort.example/v1/records", &[])
        .expect(2)
        .says(&["there is no folder poort.example/v1/records", "https://"]);
    assert!(!super::support::root().join("poort.example").exists());
    let mut command = grens(&[&fixed[..], &["https://poort.example/"]].concat());
    let ran = Ran::new(command.env("GRENS_DELIVER_SECRET", "kort-geheim").output().unwrap()).expect(2);
    assert!(
        ran.stderr.contains("GRENS_DELIVER_SECRET has 11 bytes") && !ran.stderr.contains("kort-geheim"),
        "{}",
        ran.stderr
    );
    let running = g.receiver(Faults::new(0.0, 1));
    let mut command = grens(&[&fixed[..], &[&url(&running)]].concat());
    let other = "fedcba9876543210fedcba9876543210";
    let ran = Ran::new(command.env("GRENS_DELIVER_SECRET", other).output().unwrap()).expect(12);
    ran.says(&["answers 401", "same secret and the right time"]);
    assert_eq!(g.deliver(&url(&running), &[]).expect(0).says(&["1 records sent"]).code, 0);
}

#[test]
fn what_cannot_be_added_is_named_and_nothing_goes_in() {
    let g = Gateway::new(300, None);
    let (outbox, policy) = (g.path("outbox.db"), g.path("policy.toml"));
    let add = |more: &[&str]| {
        run(&["outbox", "add", "--outbox", text(&outbox), "--policy", text(&policy)]
            .iter()
            .chain(more)
            .copied()
            .collect::<Vec<_>>())
    };
    add(&[text(&g.path("nergens"))]).expect(4).says(&["nergens"]);
    add(&[text(g.night.dir.path())]).expect(4).says(&["holds no finished scan"]);
    add(&[]).expect(2);
    g.outbox("status", &[]).expect(4).says(&["there is no outbox"]);
    let mut wrong = verdict(&g.candidates[1], "candidate", 1);
    wrong["grounds"] = json!(["gender"]);
    let ran = g.add(true, &[verdict(&g.candidates[0], "candidate", 1), wrong]).expect(4);
    assert!(ran.stderr.contains("verdicts.jsonl:2: article 137c"), "{}", ran.stderr);
    let rule = "[gateway]\nsend = \"alles\"\n";
    std::fs::write(&policy, format!("{POLICY}{rule}")).unwrap();
    g.add(true, &[]).expect(2).says(&["alles", "human_confirmed"]);
    std::fs::write(&policy, POLICY.replace("fixture-1", "fixture-2") + "[gateway]\nsend = \"candidate\"\n").unwrap();
    g.add(true, &[]).expect(2).says(&["fixture-1", "fixture-2", "--policy FILE"]);
}

#[test]
fn a_locked_outbox_is_named_and_loses_nothing() {
    let g = Gateway::new(300, Some("candidate"));
    g.add(true, &[]).expect(0);
    let other = rusqlite::Connection::open(g.path("outbox.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    g.deliver(text(&g.path("uit")), &[]).expect(6).says(&["is locked by another process", "nothing was lost"]);
    other.execute_batch("ROLLBACK").unwrap();
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    assert_eq!(g.delivered("uit").len(), g.candidates.len());
}

/// The system refuses to let a file grow beyond some KiB: what a full disk looks like to a program.
#[cfg(unix)]
fn on_a_full_disk(kib: u32, args: &[&str]) -> Ran {
    let mut shell = Command::new("bash");
    let command = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$@\"");
    shell.args(["-c", &command, "bash", env!("CARGO_BIN_EXE_grens")]).args(args);
    Ran::new(shell.current_dir(super::support::root()).output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let g = Gateway::new(2000, Some("candidate"));
    let (outbox, policy, night) = (g.path("outbox.db"), g.path("policy.toml"), g.path("nacht"));
    let add = ["outbox", "add", "--outbox", text(&outbox), "--policy", text(&policy), text(&night)];
    on_a_full_disk(80, &add).expect(6).says(&["the disk is full", "make room"]);
    assert_eq!(g.outbox("export", &[]).expect(0).stdout, "", "all or nothing");
    run(&add).expect(0);
    // Records fit, the marks of their delivery do not.
    let (to, all) = (g.path("uit"), g.candidates.len());
    let args = g.deliver_args(text(&to), &[]);
    let ran = on_a_full_disk(1, &args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    g.deliver(text(&to), &[]).expect(0);
    assert_eq!(g.delivered("uit").len(), all);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_after_the_record_in_hand_and_a_second_delivery_waits_its_turn() {
    let g = Gateway::new(300, Some("candidate"));
    g.add(true, &[]).expect(0);
    let gone = url(&g.receiver(Faults::new(0.0, 1)));
    let args = g.deliver_args(&gone, &["--max-backoff", "1h", "--backoff", "1h"]);
    let child = grens(&args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    let is_waiting = || g.outbox("status", &[]).stdout.contains("paused until");
    for _ in 0..600 {
        if is_waiting() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(is_waiting(), "it never came to its first pause");
    g.deliver(text(&g.path("uit")), &[]).expect(6).says(&["another process delivers"]);
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    Ran::new(child.wait_with_output().unwrap()).expect(130).says(&["stopped after the record in hand"]);
    // What waits for its hour is pending still.
    assert!(g.outbox("status", &[]).stdout.contains("pending"));
}

#[test]
fn records_have_exactly_the_fields_of_their_schemas() {
    let g = Gateway::new(300, None);
    g.add(true, &[verdict(&g.candidates[0], "candidate", 1)]).expect(0);
    g.deliver(text(&g.path("uit")), &[]).expect(0);
    let notice = g.delivered("uit").remove(0);
    let schema = |name: &str| -> Value {
        let path = super::support::root().join("schemas").join(name);
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    assert_known(&notice, &schema("grens.notice-draft-1.json"));
    assert_known(&notice["candidate"], &schema("grens.candidate-1.json"));
    assert_known(&notice["candidate"]["verdict"], &schema("grens.verdict-1.json"));
}

/// Every field is one of the schema's, and every one that it requires is there.
fn assert_known(record: &Value, schema: &Value) {
    let fields = record.as_object().unwrap();
    assert!(fields.keys().all(|field| schema["properties"].get(field).is_some()), "{fields:?}");
    for field in schema["required"].as_array().unwrap() {
        assert!(fields.contains_key(field.as_str().unwrap()), "{field} is not there");
    }
}
