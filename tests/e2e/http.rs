//! A running server, and requests to it as bytes: tests need to send what no client library would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::night::POLICY;
use super::support::{fixture, grens, text};

/// Ends a test that hangs; nothing is measured by it.
pub const HANG: Duration = Duration::from_secs(120);

pub struct Server {
    pub address: SocketAddr,
    child: Child,
    stderr: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    _dir: tempfile::TempDir,
}

impl Server {
    /// With the small fixture model: quick.
    pub fn start(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let policy = dir.path().join("policy.toml");
        std::fs::write(&policy, POLICY).unwrap();
        let model = fixture("bert");
        let fixed = ["--model", text(&model), "--policy", text(&policy), "--threads", "1"];
        Self::spawn(dir, grens(&[&["serve", "--bind", "127.0.0.1:0"], &fixed[..], more].concat()))
    }

    /// With the shipped model: slow enough to be caught at work.
    pub fn start_shipped(more: &[&str]) -> Self {
        Self::spawn(tempfile::tempdir().unwrap(), grens(&[&["serve", "--bind", "127.0.0.1:0"], more].concat()))
    }

    fn spawn(dir: tempfile::TempDir, mut command: Command) -> Self {
        command.env_remove("GRENS_API_KEY");
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut seen, mut address) = (String::new(), None);
        while address.is_none() {
            let Some(Ok(line)) = lines.next() else { panic!("the server did not start: {seen}") };
            address = line.strip_prefix("listening on http://").map(|a| a.parse().unwrap());
            seen.push_str(&line);
            seen.push('\n');
        }
        let stderr = Arc::new(Mutex::new(seen));
        let more = Arc::clone(&stderr);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut stderr = more.lock().unwrap();
                stderr.push_str(&line);
                stderr.push('\n');
            }
        });
        Self { address: address.unwrap(), child, stderr, reader: Some(reader), _dir: dir }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        stream
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: grens\r\nConnection: close\r\n\r\n"))
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&post(path, &body.to_string()))
    }

    /// Send bytes and read until the server closes the connection.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(stream)
    }

    /// A counter or gauge of /metrics; 0 where it is not there yet.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.get("/metrics").expect(200).body;
        let line = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// Wait until a metric is as wanted.
    pub fn until(&self, name: &str, wanted: impl Fn(f64) -> bool) {
        for _ in 0..60_000 {
            if wanted(self.metric(name)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("{name} is {}", self.metric(name));
    }

    /// Most memory that the server has had, in MB; nothing where the system does not say.
    pub fn peak_mb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))?;
        Some(peak.parse::<u64>().unwrap() / 1024)
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Wait for the end: exit code and all of stderr.
    pub fn end(mut self) -> (i32, String) {
        let code = self.child.wait().unwrap().code().expect("no signal ended the process");
        self.reader.take().unwrap().join().unwrap();
        let stderr = self.stderr.lock().unwrap().clone();
        (code, stderr)
    }

    pub fn stop(self) -> (i32, String) {
        self.signal("-TERM");
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A POST of JSON as it stands on the wire.
pub fn post(path: &str, body: &str) -> String {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: grens\r\nConnection: close\r\nContent-Type: application/json\r\n");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn read(mut stream: TcpStream) -> Self {
        let mut bytes = vec![];
        // A server that refuses a body may close while it is still being sent.
        let _ = stream.read_to_end(&mut bytes);
        let answer = String::from_utf8(bytes).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Expect a refusal of that kind, about that field.
    #[track_caller]
    pub fn refuses(self, status: u16, error_type: &str, field: Option<&str>) -> Self {
        let body = self.json();
        let found = (self.status, body["error_type"].as_str(), body["field"].as_str());
        assert_eq!(found, (status, Some(error_type), field), "{body}");
        assert!(self.head.contains("content-type: application/json"), "{}", self.head);
        self
    }
}
