//! Sender and reference receiver, over the loopback device.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use grens_gateway::{
    Backoff, DeliverOptions, Delivered, Found, GatewayError, HttpOptions, KEY_HEADER, Outbox, Receiver,
    SIGNATURE_HEADER, Secret, State, TIMESTAMP_HEADER, deliver, sign,
};
use grens_law::{Policy, SendRule, Statute, VerdictRecord};
use grens_receiver::{Faults, Options, Running, Store, start};
use tempfile::TempDir;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const POLICY: &str = "id = \"p\"\n[137c]\ncandidate = 0.5\nreview = 0.2\nnightly_cap = 9\n[137d]\ncandidate = 0.5\nreview = 0.2\nnightly_cap = 9\n[group_hate]\nreview = 0.4\n[grounds]\nnamed = 0.35\n[gateway]\nsend = \"candidate\"\n";

/// An outbox with candidates, and a receiver's store, in one folder.
struct Post {
    dir: TempDir,
    outbox: Outbox,
}

impl Post {
    fn new(records: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::create(&dir.path().join("outbox.db")).unwrap();
        let added = outbox.add(&Policy::parse(POLICY).unwrap(), Statute::shipped(), |adding| {
            (0..records).try_for_each(|i| adding.finding(&found(&format!("p{i}")), None))
        });
        assert_eq!(added.unwrap().candidates, u64::from(records));
        Self { dir, outbox }
    }

    fn store_path(&self) -> PathBuf {
        self.dir.path().join("received.db")
    }

    fn receiver(&self, faults: Faults) -> Running {
        receiver_at(([127, 0, 0, 1], 0).into(), self.store_path(), faults)
    }

    fn deliver(&self, running: &Running, secret: &[u8]) -> Result<Delivered, GatewayError> {
        let options = HttpOptions { timeout: Duration::from_millis(100), allow_http: false };
        let mut target = Receiver::new(&url(running), Secret::new("test", secret)?, options)?;
        deliver(&self.outbox, &mut target, &patient(), &AtomicBool::new(false), &mut |_| {})
    }

    /// Keys and bodies as the outbox has them.
    fn records(&self, state: Option<State>) -> Vec<(String, String)> {
        let mut records = vec![];
        let mut take = |r: &grens_gateway::Exported| {
            records.push((r.key.clone(), r.record.clone().unwrap()));
            Ok::<_, ()>(())
        };
        self.outbox.export(state, &mut take).unwrap().unwrap();
        records
    }

    fn received(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> = Store::open(&self.store_path()).all().into_iter().map(|r| (r.0, r.2)).collect();
        all.sort();
        all
    }
}

fn receiver_at(listen: SocketAddr, store: PathBuf, faults: Faults) -> Running {
    let (window, late) = (Duration::from_secs(300), Duration::from_millis(200));
    start(Options { listen, secret: SECRET.to_owned(), store, window, faults, late })
}

fn patient() -> DeliverOptions {
    let backoff = Backoff { base: Duration::from_millis(2), most: Duration::from_millis(20) };
    DeliverOptions { rule: SendRule::Candidate, max_tries: 1000, backoff, ..DeliverOptions::default() }
}

fn url(running: &Running) -> String {
    format!("http://{}/v1/records", running.addr)
}

fn found(id: &str) -> Found {
    let finding = serde_json::json!({
        "file": "posts.jsonl", "file_sha256": "", "line": 1, "url": format!("https://voorbeeld.example/{id}"), "text": "Éen gewone zin",
        "grens": "0.1.0", "schema": "grens.finding/1", "id": id, "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["x"],
        "confidence": 0.9, "scores": {"group_hate": 0.9, "art137c": 0.9, "art137d": 0.0},
        "ground_scores": {"race": 0.9, "religion": 0.0, "orientation": 0.0, "disability": 0.0, "gender": 0.0}, "lang": "nl", "n_tokens": 5,
        "truncated": false, "text_sha256": "00", "model": {"name": "m", "hash": "h"}, "policy": "p", "law": "nl-sr-2026-01-01"
    });
    let found_at = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let finding = serde_json::from_value(finding).unwrap();
    Found { finding, found_at, cluster: None, evidence: vec![], is_listed: true }
}

#[test]
fn a_calm_receiver_sees_each_record_once() {
    let post = Post::new(20);
    let running = post.receiver(Faults::new(0.0, 1));
    assert_eq!(post.deliver(&running, SECRET).unwrap(), Delivered { sent: 20, ..Delivered::default() });
    let mut sent = post.records(Some(State::Sent));
    sent.sort();
    assert_eq!(post.received(), sent);
    let store = Store::open(&post.store_path());
    assert!(sent.iter().all(|(key, _)| store.deliveries(key) == Some(1)));
}

#[test]
fn through_every_fault_each_record_arrives_and_none_twice() {
    let post = Post::new(150);
    let running = post.receiver(Faults::new(0.5, 7));
    let done = post.deliver(&running, SECRET).unwrap();
    assert_eq!((done.sent, done.refused, done.given_up, done.left), (150, 0, 0, 0));
    let mut wanted = post.records(None);
    wanted.sort();
    assert_eq!(post.received(), wanted);
    let deliveries: u64 = Store::open(&post.store_path()).all().iter().map(|r| r.3).sum();
    assert!(deliveries > 150, "some were delivered more than once: {deliveries}");
}

#[test]
fn a_receiver_that_is_killed_and_comes_back_loses_nothing() {
    let post = Post::new(60);
    let first = post.receiver(Faults::new(0.2, 3));
    let addr = first.addr;
    let store = post.store_path();
    let killer = std::thread::spawn(move || {
        let mut running = Some(first);
        for turn in 0..4 {
            std::thread::sleep(Duration::from_millis(40));
            drop(running.take());
            std::thread::sleep(Duration::from_millis(20));
            running = Some(receiver_at(addr, store.clone(), Faults::new(0.2, 100 + turn)));
        }
        running
    });
    let options = HttpOptions { timeout: Duration::from_millis(100), allow_http: false };
    let secret = Secret::new("test", SECRET).unwrap();
    let mut target = Receiver::new(&format!("http://{addr}/v1/records"), secret, options).unwrap();
    let done = deliver(&post.outbox, &mut target, &patient(), &AtomicBool::new(false), &mut |_| {}).unwrap();
    assert_eq!(done.sent, 60);
    drop(killer.join());
    let mut wanted = post.records(None);
    wanted.sort();
    assert_eq!(post.received(), wanted);
}

#[test]
fn another_secret_is_turned_away_and_nothing_is_lost() {
    let post = Post::new(3);
    let running = post.receiver(Faults::new(0.0, 1));
    let error = post.deliver(&running, b"fedcba9876543210fedcba9876543210").unwrap_err();
    assert!(matches!(error, GatewayError::Turned { status: 401, .. }), "{error}");
    assert!(post.received().is_empty());
    assert_eq!(post.deliver(&running, SECRET).unwrap().sent, 3);
}

#[test]
fn a_receiver_that_speaks_no_tls_is_not_told_anything() {
    let post = Post::new(2);
    let running = post.receiver(Faults::new(0.0, 1));
    let options = HttpOptions { timeout: Duration::from_secs(2), allow_http: false };
    let address = format!("https://{}/v1/records", running.addr);
    let mut target = Receiver::new(&address, Secret::new("test", SECRET).unwrap(), options).unwrap();
    let once = DeliverOptions { wait: false, ..patient() };
    let done = deliver(&post.outbox, &mut target, &once, &AtomicBool::new(false), &mut |_| {}).unwrap();
    assert_eq!(done, Delivered { left: 2, ..Delivered::default() });
    let mut errors = vec![];
    let mut take = |r: &grens_gateway::Exported| {
        errors.extend(r.last_error.clone());
        Ok::<_, ()>(())
    };
    post.outbox.export(None, &mut take).unwrap().unwrap();
    assert_eq!(errors, ["no TLS connection could be made"]);
}

/// What somebody on the way could have recorded: a whole delivery.
struct Recorded {
    key: String,
    timestamp: u64,
    signature: String,
    body: String,
}

impl Recorded {
    /// The first record of the outbox, signed so many seconds ago.
    fn of(post: &Post, age: u64) -> Self {
        let (key, body) = post.records(None).remove(0);
        Self::new(key, body, age)
    }

    fn new(key: String, body: String, age: u64) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let timestamp = now - age;
        let signature = sign(&Secret::new("test", SECRET).unwrap(), timestamp, body.as_bytes());
        Self { key, timestamp, signature, body }
    }

    /// Play it back: status and answer.
    fn play(&self, running: &Running) -> (u16, serde_json::Value) {
        let request = ureq::post(&url(running))
            .set(KEY_HEADER, &self.key)
            .set(TIMESTAMP_HEADER, &self.timestamp.to_string())
            .set(SIGNATURE_HEADER, &self.signature);
        let response = match request.send_string(&self.body) {
            Ok(response) | Err(ureq::Error::Status(_, response)) => response,
            Err(e) => unreachable!("{e}"),
        };
        (response.status(), serde_json::from_str(&response.into_string().unwrap()).unwrap())
    }
}

#[test]
fn what_is_played_back_does_nothing() {
    let post = Post::new(1);
    let running = post.receiver(Faults::new(0.0, 1));
    let fresh = Recorded::of(&post, 10);
    assert_eq!((fresh.play(&running).0, &fresh.play(&running).1["status"]), (200, &"duplicate".into()));
    assert_eq!(post.received().len(), 1);
    let old = Recorded::of(&post, 301);
    let (status, answer) = old.play(&running);
    assert_eq!((status, &answer["code"]), (401, &"stale_timestamp".into()));
    // With a new timestamp the old signature does not fit.
    let redated = Recorded { timestamp: fresh.timestamp + 1, ..fresh };
    assert_eq!(redated.play(&running).1["code"], "bad_signature");
}

#[test]
fn what_was_changed_on_the_way_is_refused() {
    let post = Post::new(1);
    let running = post.receiver(Faults::new(0.0, 1));
    let with = |change: &dyn Fn(&mut Recorded)| {
        let mut recorded = Recorded::of(&post, 0);
        change(&mut recorded);
        let (status, answer) = recorded.play(&running);
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(with(&|r| r.body = r.body.replace("137c", "137d")), (401, "bad_signature".to_owned()));
    assert_eq!(with(&|r| r.signature = format!("v1={}", "0".repeat(64))), (401, "bad_signature".to_owned()));
    assert_eq!(with(&|r| r.signature = "v2=00".to_owned()), (401, "no_signature".to_owned()));
    assert_eq!(with(&|r| r.key = "0".repeat(64)), (400, "key_mismatch".to_owned()));
    assert!(post.received().is_empty());
}

/// A person's no about a post, now.
fn no(id: &str) -> VerdictRecord {
    serde_json::from_value(serde_json::json!({
        "schema": "grens.verdict/1", "id": id, "url": format!("https://voorbeeld.example/{id}"), "text_sha256": "00", "verdict": "not_candidate",
        "reason": "made up for a test", "reviewer": "r1", "judged_at": humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
    }))
    .unwrap()
}

impl Post {
    fn take_back(&mut self, id: &str) {
        let policy = Policy::parse(POLICY).unwrap();
        let added = self.outbox.add(&policy, Statute::shipped(), |adding| adding.verdict(&no(id), false)).unwrap();
        assert_eq!(added.corrections, 1);
    }
}

#[test]
fn what_was_taken_back_does_not_stand_at_the_receiver() {
    let mut post = Post::new(2);
    let running = post.receiver(Faults::new(0.0, 1));
    post.deliver(&running, SECRET).unwrap();
    post.take_back("p0");
    assert_eq!(post.deliver(&running, SECRET).unwrap().sent, 1);
    let (store, keys) = (Store::open(&post.store_path()), post.records(None));
    assert_eq!(keys.iter().map(|(key, _)| store.stands(key)).collect::<Vec<_>>(), [false, true, false]);
}

#[test]
fn a_record_that_arrives_behind_its_correction_does_not_stand() {
    let mut post = Post::new(1);
    // The sender hears nothing: for all it knows the record is there, or still on its way.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let options = HttpOptions { timeout: Duration::from_millis(50), allow_http: false };
    let mut target = Receiver::new(&address, Secret::new("test", SECRET).unwrap(), options).unwrap();
    let once = DeliverOptions { wait: false, ..patient() };
    let done = deliver(&post.outbox, &mut target, &once, &AtomicBool::new(false), &mut |_| {}).unwrap();
    assert_eq!((done.sent, done.left), (0, 1));
    post.take_back("p0");
    let running = post.receiver(Faults::new(0.0, 1));
    assert_eq!(post.deliver(&running, SECRET).unwrap().sent, 1);
    // Only now the record itself.
    let late = Recorded::of(&post, 10);
    assert_eq!((late.play(&running).1["status"]).clone(), "accepted");
    let store = Store::open(&post.store_path());
    assert_eq!((store.all().len(), store.stands(&late.key)), (2, false));
}

#[test]
fn a_record_that_was_made_again_is_a_duplicate_and_the_first_one_stays() {
    let post = Post::new(1);
    let running = post.receiver(Faults::new(0.0, 1));
    post.deliver(&running, SECRET).unwrap();
    // From an outbox that was built anew, with another model: the key leaves that out.
    let (key, body) = post.records(None).remove(0);
    let again = Recorded::new(key, body.replace("\"hash\":\"h\"", "\"hash\":\"i\""), 0);
    assert_ne!(again.body, body);
    let (status, answer) = again.play(&running);
    assert_eq!((status, &answer["status"]), (200, &"duplicate".into()));
    assert_eq!(post.received()[0].1, body);
}
