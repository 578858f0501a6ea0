//! Clients that are slow, absent, too many or hostile harm nobody else, and a server that is stopped answers what it has taken.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::{Value, json};

use super::http::{Answer, Server, post};

fn asks(server: &Server) {
    server.post("/predict", &json!({"inputs": "Is er nog brood?"})).expect(200);
}

/// A head to which the length of the body is wanting.
const HEAD: &str = "POST /predict HTTP/1.1\r\nHost: grens\r\nConnection: close\r\nContent-Type: application/json\r\n";

/// With a body that is longer than what is read in any case, and with one that does not say how long it is.
fn asks_at_length(server: &Server) {
    let body = json!({"inputs": "Is er nog brood?", "x": "y".repeat(100_000)});
    server.post("/predict", &body).expect(200);
    let body = body.to_string();
    let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    server.send(&chunked).expect(200);
}

/// Posts that keep the shipped model busy for long.
fn much(posts: usize) -> Value {
    let text = "Vandaag liep ik naar de markt en toen weer terug. ".repeat(40);
    (0..posts).map(|i| json!({"id": i, "text": text})).collect()
}

/// Whether the server ends the connection, whatever it says before.
fn is_closed_by_server(mut stream: TcpStream) -> bool {
    let mut rest = vec![];
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(e) => e.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn slow_and_silent_clients_are_cut_off_and_harm_nobody() {
    let server = Server::start(&["--header-seconds", "1", "--body-seconds", "1"]);
    let begin = |bytes: &str| {
        let mut stream = server.connect();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    };
    let silent: Vec<TcpStream> = (0..20).map(|_| begin("")).collect();
    let heads: Vec<TcpStream> = (0..20).map(|_| begin("POST /predict HTTP/1.1\r\nHost: gr")).collect();
    let half = post("/predict", &json!({"inputs": "Is er nog brood?"}).to_string());
    let bodies: Vec<TcpStream> = (0..20).map(|_| begin(&half[..half.len() - 5])).collect();
    // Heads that promise as much as may be, or do not say how much, and then nothing or little.
    let promised: Vec<TcpStream> =
        (0..20).map(|_| begin(&format!("{HEAD}Content-Length: 4194304\r\n\r\n{{\"inputs\""))).collect();
    let chunked: Vec<TcpStream> =
        (0..20).map(|_| begin(&format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n{{\"inputs\"\r\n"))).collect();
    asks(&server);
    asks_at_length(&server);
    // One that goes on sending its head a byte at a time gets no more time for it.
    let mut dripping = begin("GET /health HTTP/1.1\r\n");
    let mut drip = dripping.try_clone().unwrap();
    let drips = std::thread::spawn(move || {
        while drip.write_all(b"X").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
    assert!(silent.into_iter().chain(heads).all(is_closed_by_server));
    let mut rest = vec![];
    let _ = dripping.read_to_end(&mut rest);
    drips.join().unwrap();
    for stream in bodies.into_iter().chain(promised).chain(chunked) {
        Answer::read(stream).refuses(408, "Timeout", None);
    }
    asks(&server);
    assert_eq!(server.stop().0, 0);
}

#[test]
fn more_connections_than_there_is_room_for_wait() {
    let server = Server::start(&["--max-connections", "3", "--header-seconds", "1"]);
    let held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    // Is answered when the silent ones are cut off.
    asks(&server);
    assert!(held.into_iter().all(is_closed_by_server));
}

#[test]
fn garbage_is_refused_and_harms_nobody() {
    let server = Server::start(&[]);
    let long_head = format!("GET /health HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(100_000));
    let garbage = [
        "\0\u{1}\u{2}\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n",
        "GET\r\n\r\n",
        "POST /predict HTTP/9.9\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /predict HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhallo",
        "POST /predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        &long_head,
    ];
    for bytes in garbage {
        let answer = server.send(bytes);
        assert!(answer.status == 0 || (400..500).contains(&answer.status), "{bytes:?}: {answer:?}");
    }
    let mut gone = server.connect();
    gone.write_all(post("/predict", "{\"inputs\": \"Hoi\"}").as_bytes()).unwrap();
    gone.shutdown(Shutdown::Both).unwrap();
    asks(&server);
    assert_eq!(server.stop().0, 0);
}

#[test]
fn a_body_of_many_small_things_takes_little_memory() {
    let server = Server::start(&[]);
    asks(&server);
    // As a tree each of them would take a hundred bytes and more.
    let many = |n: usize| "{\"\":0},".repeat(n) + "0";
    let list = server.send(&post("/v1/classify", &format!("[{}]", many(500_000))));
    list.refuses(413, "Validation", Some("body"));
    let inputs = server.send(&post("/predict", &format!("{{\"inputs\": [{}]}}", many(500_000))));
    inputs.refuses(413, "Validation", Some("inputs"));
    let beside = format!("{{\"id\": 1, \"text\": \"Is er nog brood?\", \"x\": [{}]}}", many(500_000));
    server.send(&post("/v1/classify", &beside)).expect(200);
    let deep = format!("{{\"id\": 1, \"text\": \"Hoi\", \"x\": {}{}}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    server.send(&post("/v1/classify", &deep)).refuses(400, "Validation", Some("body"));
    if let Some(peak) = server.peak_mb() {
        assert!(peak < 150, "{peak} MB");
    }
    asks(&server);
}

#[test]
fn a_full_queue_sends_away_and_what_nobody_waits_for_is_not_scored() {
    let server = Server::start_shipped(&["--max-posts", "200", "--max-queue", "200", "--max-batch-tokens", "2048"]);
    let mut waiting = server.connect();
    waiting.write_all(post("/v1/classify", &much(200).to_string()).as_bytes()).unwrap();
    server.until("grens_queue_size", |posts| posts > 100.0);
    let answer = server.post("/v1/classify", &much(150)).refuses(429, "Overloaded", None);
    let seconds = answer.head.lines().find_map(|line| line.strip_prefix("retry-after: "));
    assert!(seconds.is_some_and(|s| (1..=60).contains(&s.parse::<u64>().unwrap())), "{}", answer.head);
    assert_eq!(server.metric("grens_request_failure{err=\"overloaded\"}"), 1.0);
    drop(waiting);
    server.until("grens_queue_size", |posts| posts == 0.0);
    assert!(server.metric("grens_predict_success") < 200.0, "posts were scored for nobody");
    asks(&server);
}

#[test]
fn a_stopped_server_answers_what_it_has_taken() {
    let server = Server::start_shipped(&[]);
    let mut stream = server.connect();
    stream.write_all(post("/v1/classify", &much(12).to_string()).as_bytes()).unwrap();
    server.until("grens_queue_size", |posts| posts > 0.0);
    server.signal("-TERM");
    let records = Answer::read(stream).expect(200).json();
    assert_eq!(records.as_array().unwrap().len(), 12);
    let address = server.address;
    let (code, stderr) = server.end();
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("stopping: "), "{stderr}");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn who_is_not_through_in_time_is_cut_off_and_counted() {
    let server = Server::start(&["--drain-seconds", "1"]);
    let mut stream = server.connect();
    let half = post("/predict", &json!({"inputs": "Is er nog brood?"}).to_string());
    stream.write_all(&half.as_bytes()[..half.len() - 5]).unwrap();
    server.until("grens_connections", |open| open > 1.0);
    let (code, stderr) = server.stop();
    assert_eq!(code, 130, "{stderr}");
    assert!(stderr.contains("1 connections were cut off"), "{stderr}");
}
