//! `grens score -` as a stage between others: it holds back who feeds it, and it answers what it has read.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::night::Night;
use super::support::{Ran, grens, run_with, text};

/// A stage with the small fixture model.
fn stage(night: &Night, more: &[&str]) -> Child {
    let (model, policy) = (super::support::fixture("bert"), night.path("policy.toml"));
    let args = ["score", "-", "--model", text(&model), "--policy", text(&policy), "--threads", "1"];
    grens(&[&args, more].concat()).stdin(Stdio::piped()).spawn().unwrap()
}

fn line(i: usize) -> String {
    format!("{{\"id\": \"s{i}\", \"text\": \"Bericht nummer {i} over het weer in Zwolle\"}}\n")
}

fn ids(records: &str) -> Vec<String> {
    let id =
        |record: &str| serde_json::from_str::<serde_json::Value>(record).unwrap()["id"].as_str().unwrap().to_owned();
    records.lines().map(id).collect()
}

#[test]
fn a_stage_whose_output_nobody_takes_holds_back_its_input() {
    const LINES: usize = 20_000;
    let night = Night::new("");
    let mut child = stage(&night, &[]);
    let mut stdin = child.stdin.take().unwrap();
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let writer = std::thread::spawn(move || {
        for i in 0..LINES {
            stdin.write_all(line(i).as_bytes()).unwrap();
            count.store(i + 1, Ordering::Relaxed);
        }
    });
    // Until the writer is held back, or through.
    let (mut last, mut still) = (0, 0);
    while still < 20 && last < LINES {
        std::thread::sleep(Duration::from_millis(100));
        let now = written.load(Ordering::Relaxed);
        still = if now == last && now > 0 { still + 1 } else { 0 };
        last = now;
    }
    // What the pipes, the reader and two windows hold.
    assert!(last < 8_000, "{last} lines were taken in and no record was taken out");
    let memory = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    if let Some(peak) = memory.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")) {
        assert!(peak.parse::<usize>().unwrap() < 200_000, "{peak} kB");
    }
    let mut records = String::new();
    child.stdout.take().unwrap().read_to_string(&mut records).unwrap();
    writer.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(ids(&records), (0..LINES).map(|i| format!("s{i}")).collect::<Vec<_>>());
}

#[test]
fn a_stopped_stage_answers_what_it_has_read() {
    let night = Night::new("");
    for more in [&[][..], &["--max-latency", "100ms"]] {
        let mut child = stage(&night, more);
        let mut stdin = child.stdin.take().unwrap();
        // Less than a pipe takes at once (PIPE_BUF), so that all of it is read at once, and then the input pauses.
        let lines: String = (0..50).map(line).collect::<String>() + "{\"id\": \"s50\", \"te";
        assert!(lines.len() < 4096);
        stdin.write_all(lines.as_bytes()).unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut records = String::new();
        out.read_line(&mut records).unwrap();
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        out.read_to_string(&mut records).unwrap();
        assert_eq!(ids(&records), (0..50).map(|i| format!("s{i}")).collect::<Vec<_>>());
        drop(stdin);
        Ran::new(child.wait_with_output().unwrap())
            .expect(130)
            .says(&["warning: -:51: ", "stopped after 50 posts; all that was read is answered or named"]);
    }
}

#[test]
fn a_stage_that_waits_for_a_writer_can_be_stopped() {
    let night = Night::new("");
    let (pipe, model, policy) = (night.path("pipe"), super::support::fixture("bert"), night.path("policy.toml"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let args = ["score", text(&pipe), "--model", text(&model), "--policy", text(&policy), "--threads", "1"];
    let mut child = grens(&args).spawn().unwrap();
    // It may not be there yet, where a signal ends it by default: both are an end.
    std::thread::sleep(Duration::from_millis(500));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_ne!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn max_latency_changes_no_record() {
    let input: String = (0..300).map(line).collect();
    let scored = |more: &[&str]| run_with(&[&["score", "-"], more].concat(), &input.as_bytes()[..2000]);
    let wanted = scored(&[]);
    let found = scored(&["--max-latency", "1ms"]);
    assert_eq!((found.code, &found.stdout), (wanted.code, &wanted.stdout));
    assert!(found.stdout.lines().count() > 20);
    scored(&["--max-latency", "snel"]).expect(2).says(&["--max-latency"]);
}

#[test]
fn a_record_leaves_at_once_with_max_latency_too() {
    let night = Night::new("");
    let mut child = stage(&night, &["--max-latency", "20ms"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    for i in 0..5 {
        stdin.write_all(line(i).as_bytes()).unwrap();
        // The input stays open: a stage that waits for more never answers, and the test hangs.
        let mut record = String::new();
        out.read_line(&mut record).unwrap();
        assert!(record.contains(&format!("\"s{i}\"")), "{record}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
