//! What a receiver, or something that stands before it, may answer over the wire.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use grens_gateway::{
    Backoff, DeliverOptions, Delivered, Found, GatewayError, HttpOptions, Outbox, Receiver, Secret, deliver,
};
use grens_law::{Policy, SendRule, Statute};
use tempfile::TempDir;

const POLICY: &str = "id = \"p\"\n[137c]\ncandidate = 0.5\nreview = 0.2\nnightly_cap = 9\n[137d]\ncandidate = 0.5\nreview = 0.2\nnightly_cap = 9\n[group_hate]\nreview = 0.4\n[grounds]\nnamed = 0.35\n[gateway]\nsend = \"candidate\"\n";

fn found() -> Found {
    let finding = serde_json::json!({
        "file": "posts.jsonl", "file_sha256": "", "line": 1, "url": "https://voorbeeld.example/1", "text": "Éen gewone zin",
        "grens": "0.1.0", "schema": "grens.finding/1", "id": "p1", "band": "candidate", "articles": ["137c"], "grounds": ["race"], "reasons": ["x"],
        "confidence": 0.9, "scores": {"group_hate": 0.9, "art137c": 0.9, "art137d": 0.0},
        "ground_scores": {"race": 0.9, "religion": 0.0, "orientation": 0.0, "disability": 0.0, "gender": 0.0}, "lang": "nl", "n_tokens": 5,
        "truncated": false, "text_sha256": "00", "model": {"name": "m", "hash": "h"}, "policy": "p", "law": "nl-sr-2026-01-01"
    });
    let found_at = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let finding = serde_json::from_value(finding).unwrap();
    Found { finding, found_at, cluster: None, evidence: vec![], is_listed: true }
}

fn outbox() -> (TempDir, Outbox) {
    let dir = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::create(&dir.path().join("outbox.db")).unwrap();
    let added =
        outbox.add(&Policy::parse(POLICY).unwrap(), Statute::shipped(), |adding| adding.finding(&found(), None));
    assert_eq!(added.unwrap().candidates, 1);
    (dir, outbox)
}

/// Takes one request whole, then hands the connection to `answer`. What that returns, the thread returns.
fn server<T: Send + 'static>(answer: impl FnOnce(TcpStream) -> T + Send + 'static) -> (String, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/records", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(n) = line.strip_prefix("content-length: ") {
                length = n.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        answer(stream)
    });
    (url, thread)
}

fn says(answer: String) -> String {
    server(move |mut stream| stream.write_all(answer.as_bytes()).unwrap()).0
}

/// One try, without waiting for another.
fn try_once(outbox: &Outbox, url: &str, timeout: Duration) -> Result<Delivered, GatewayError> {
    let secret = Secret::new("test", b"0123456789abcdef0123456789abcdef").unwrap();
    let mut target = Receiver::new(url, secret, HttpOptions { timeout, allow_http: false }).unwrap();
    let backoff = Backoff { base: Duration::from_millis(2), most: Duration::from_millis(20) };
    let options =
        DeliverOptions { rule: SendRule::Candidate, max_tries: 1, backoff, wait: false, ..DeliverOptions::default() };
    deliver(outbox, &mut target, &options, &AtomicBool::new(false), &mut |_| {})
}

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_redirect_is_not_followed_and_ends_the_run() {
    let (_dir, outbox) = outbox();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let to = elsewhere.local_addr().unwrap();
    for status in [301, 307, 308] {
        let head = format!("HTTP/1.1 {status} Elsewhere\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n");
        let error = try_once(&outbox, &says(head), LONG).unwrap_err();
        assert!(matches!(error, GatewayError::Turned { status: found, .. } if found == status), "{error}");
        assert_eq!(elsewhere.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(outbox.status().unwrap().counts[0].state, "pending");
}

#[test]
fn a_proxys_refusal_is_no_refusal_of_the_record() {
    let (_dir, outbox) = outbox();
    for status in [400, 413, 421, 426, 451] {
        let page = format!("HTTP/1.1 {status} No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
        let error = try_once(&outbox, &says(page), LONG).unwrap_err();
        assert!(matches!(error, GatewayError::Turned { status: found, .. } if found == status), "{error}");
        std::thread::sleep(Duration::from_millis(5));
    }
    for status in [502, 504] {
        let page = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(try_once(&outbox, &says(page), LONG).unwrap(), Delivered { left: 1, ..Delivered::default() });
        outbox.retry(None).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_answer_that_trickles_is_cut_off() {
    let (_dir, outbox) = outbox();
    const BYTES: usize = 500;
    let (url, thread) = server(|mut stream| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        (0..BYTES)
            .take_while(|_| {
                std::thread::sleep(Duration::from_millis(20));
                stream.write_all(b" ").is_ok()
            })
            .count()
    });
    let done = try_once(&outbox, &url, Duration::from_millis(100)).unwrap();
    assert_eq!((done.sent, done.given_up), (0, 1));
    assert!(thread.join().unwrap() < BYTES, "the sender listened to the end");
}

#[test]
fn a_huge_answer_is_not_read() {
    let (_dir, outbox) = outbox();
    const CHUNK: usize = 1 << 16;
    let (url, thread) = server(|mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").unwrap();
        (0..1 << 14).take_while(|_| stream.write_all(&[b' '; CHUNK]).is_ok()).count()
    });
    let done = try_once(&outbox, &url, LONG).unwrap();
    assert_eq!((done.sent, done.given_up), (0, 1));
    // The rest of what was written stood in the buffers between.
    assert!(thread.join().unwrap() < (64 << 20) / CHUNK);
}

#[test]
fn an_hour_that_the_receiver_asks_for_holds_for_the_next_run() {
    let (_dir, outbox) = outbox();
    let answer = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n";
    let left = Delivered { left: 1, ..Delivered::default() };
    assert_eq!(try_once(&outbox, &says(answer.to_owned()), LONG).unwrap(), left);
    let soonest = humantime::format_rfc3339_seconds(SystemTime::now() + Duration::from_secs(3500)).to_string();
    assert!(outbox.status().unwrap().paused_until.unwrap() > soonest);
    // Nobody listens there; who does not try does not find out.
    assert_eq!(try_once(&outbox, "http://127.0.0.1:1/", LONG).unwrap(), left);
    assert!(outbox.status().unwrap().paused_until.unwrap() > soonest);
}
