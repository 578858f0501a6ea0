//! A review page in this process, and browsers made of bytes: tests send what no browser would.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use grens_review::Store;
use grens_review::store::{Clock, Importing, Role};
use grens_review::web::{Listening, Options};
use grens_server::Log;
use serde_json::{Value, json};

use super::http::{Answer, HANG};

pub const PASSWORD: &str = "een lange zin voor proeven";

#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<String>>);

impl Log for Lines {
    fn note(&self, text: &str) {
        let mut lines = self.0.lock().unwrap();
        lines.push_str(text);
        lines.push('\n');
    }

    fn warning(&self, text: &str) {
        self.note(text);
    }
}

pub struct Site {
    pub address: SocketAddr,
    pub dir: tempfile::TempDir,
    log: Lines,
    stop: &'static AtomicBool,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// With a lead, two moderators, a researcher, and these findings.
    pub fn start(findings: &[Value]) -> Self {
        let (dir, store) = Self::queue(findings);
        Self::of(dir, store)
    }

    /// The same, with a clock in milliseconds that is set by hand.
    pub fn with_clock(findings: &[Value]) -> (Self, Arc<AtomicI64>) {
        let (dir, mut store) = Self::queue(findings);
        let clock = Arc::new(AtomicI64::new(Clock::System.now().millis()));
        store.set_clock(Clock::Set(Arc::clone(&clock)));
        (Self::of(dir, store), clock)
    }

    fn queue(findings: &[Value]) -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(&dir.path().join("queue.db")).unwrap();
        for (name, role) in [
            ("lead", Role::Lead),
            ("roos", Role::Moderator),
            ("linde", Role::Moderator),
            ("onderzoek", Role::Researcher),
        ] {
            store.add_user(name, role, PASSWORD, None).unwrap();
        }
        let list = dir.path().join("list.jsonl");
        std::fs::write(&list, findings.iter().map(|f| f.to_string() + "\n").collect::<String>()).unwrap();
        store.import(&Importing { inputs: vec![list], ..Importing::default() }).unwrap();
        (dir, store)
    }

    /// On a store that is there.
    pub fn of(dir: tempfile::TempDir, store: Store) -> Self {
        let options =
            Options { bind: "127.0.0.1:0".parse().unwrap(), behind_proxy: None, proxies: vec![], policy: None };
        Self::with(dir, Listening::bind(&options, store).unwrap())
    }

    /// With an address that was taken before.
    pub fn with(dir: tempfile::TempDir, listening: Listening) -> Self {
        let (address, log) = (listening.address(), Lines::default());
        let stop: &'static AtomicBool = Box::leak(Box::default());
        let lines = Arc::new(log.clone());
        let thread = std::thread::spawn(move || {
            listening.serve(lines, stop).unwrap();
        });
        Self { address, dir, log, stop, thread: Some(thread) }
    }

    /// A page that another process serves.
    pub fn elsewhere(address: SocketAddr) -> Self {
        let (dir, stop) = (tempfile::tempdir().unwrap(), Box::leak(Box::default()));
        Self { address, dir, log: Lines::default(), stop, thread: None }
    }

    pub fn store(&self) -> Store {
        Store::open(&self.path()).unwrap()
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("queue.db")
    }

    pub fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        // Who refuses a body may close while it is still being sent.
        let _ = stream.write_all(request);
        Answer::read(stream)
    }

    /// Somebody who has not signed in.
    pub fn stranger(&self) -> Visitor<'_> {
        let mut visitor = Visitor { site: self, cookie: String::new(), csrf: String::new() };
        visitor.open("/login");
        visitor
    }

    pub fn signed_in(&self, name: &str) -> Visitor<'_> {
        let mut visitor = self.stranger();
        visitor.post("/login", &[("name", name), ("password", PASSWORD)]).expect(303);
        visitor.open("/account").expect(200);
        visitor
    }

    /// Stop, and give what was logged.
    pub fn stop(mut self) -> String {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
        self.log.0.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// A browser: it keeps its cookie and the token of the last form that it saw.
pub struct Visitor<'a> {
    pub site: &'a Site,
    pub cookie: String,
    pub csrf: String,
}

impl Visitor<'_> {
    pub fn open(&mut self, path: &str) -> Answer {
        let answer = self.raw("GET", path, &[], "");
        self.learn(answer)
    }

    /// Ask for a page as the page's own script does.
    pub fn step(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = form(&[&[("csrf", self.csrf.as_str())], fields].concat());
        let origin = format!("http://{}", self.site.address);
        self.raw("POST", path, &[("Origin", &origin), ("X-Grens", "step")], &fields)
    }

    /// One of its cookies, as it stands in a request.
    pub fn only(&self, which: &str) -> String {
        let name = format!("grens_{which}_{}=", self.site.address.port());
        self.cookie.split("; ").find(|one| one.starts_with(&name)).unwrap_or_default().to_owned()
    }

    /// Send a form of the page, as a browser does.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        let origin = format!("http://{}", self.site.address);
        let answer = self.raw("POST", path, &[("Origin", &origin)], &form(&fields));
        self.learn(answer)
    }

    /// With these headers and no others but the cookie, the host and what a body needs.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nCookie: {}\r\n", self.cookie);
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.site.address));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" {
            head.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.site.send(format!("{head}\r\n{body}").as_bytes())
    }

    fn learn(&mut self, answer: Answer) -> Answer {
        for line in answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let set = line.split(';').next().unwrap();
            let (name, value) = set.split_once('=').unwrap();
            let others = self.cookie.split("; ").filter(|one| !one.is_empty() && !one.starts_with(&format!("{name}=")));
            let mut cookies: Vec<&str> = others.collect();
            if !value.is_empty() {
                cookies.push(set);
            }
            self.cookie = cookies.join("; ");
        }
        if let Some(csrf) = between(&answer.body, "name=\"csrf\" value=\"", "\"") {
            self.csrf = csrf.to_owned();
        }
        answer
    }
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

/// A line of a scan's list.
pub fn finding(id: &str, text: &str) -> Value {
    use sha2::Digest as _;
    json!({
        "schema": "grens.finding/1", "id": id, "band": "review", "articles": ["137c"], "grounds": ["race"], "reasons": ["137c: 0.60 >= 0.40"],
        "confidence": 0.6, "scores": {"group_hate": 0.6, "art137c": 0.6, "art137d": 0.1},
        "ground_scores": {"race": 0.7, "religion": 0.1, "orientation": 0.1, "disability": 0.1, "gender": 0.1},
        "lang": "nl", "n_tokens": 9, "truncated": false, "text_sha256": format!("{:x}", sha2::Sha256::digest(text)),
        "model": {"name": "grens-nl test", "hash": "00"}, "policy": "test", "law": "nl-sr-2026-01-01", "grens": "test",
        "file": "posts.jsonl", "file_sha256": "00", "line": 1, "text": text, "platform": "forum",
        "created_at": "2026-11-20T10:00:00Z", "url": format!("https://forum.example/{id}"),
    })
}

pub fn harmless(n: usize) -> Vec<Value> {
    (0..n).map(|i| finding(&format!("p{i}"), &format!("Bericht nummer {i} over het weer in Zwolle."))).collect()
}
