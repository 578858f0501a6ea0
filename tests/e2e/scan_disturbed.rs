//! Inputs that change: between two runs, while a killed scan waits to be gone on with, and under the reader's hands.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use super::night::{Night, assert_same, made_up};
use super::support::{Ran, grens, text};

/// Enough posts for a scan to be caught in the middle of them.
const MANY: usize = 20_000;

/// A scan that is held (SIGSTOP) in the middle of its input, its first part closed.
fn held(night: &Night, out: &str) -> Child {
    let args = night.args(out, &["--part-items", "300"]);
    let child = grens(&args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    let (manifest, end) = (night.path(out).join("run/manifest.json"), night.path(out).join("timing.json"));
    // A part counts from when the manifest names it.
    let has_part = || std::fs::read_to_string(&manifest).is_ok_and(|m| m.contains("000000.jsonl"));
    for _ in 0..60_000 {
        if has_part() {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    signal(&child, "-STOP");
    assert!(has_part() && !end.exists(), "the scan was not caught in the middle of its input");
    child
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// The scan goes on to its end.
fn let_go(child: Child) -> Ran {
    signal(&child, "-CONT");
    Ran::new(child.wait_with_output().unwrap())
}

/// The reject of the input as a whole, the last of all: line 0.
fn fault_of_the_file(night: &Night) -> String {
    let rejects = night.lines("uit", "rejects");
    let last = rejects.last().unwrap();
    assert_eq!(last["line"], 0, "{last}");
    last["reason"].as_str().unwrap().to_owned()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The first lines of a text.
fn head(posts: &str, lines: usize) -> String {
    posts.split_inclusive('\n').take(lines).collect()
}

fn append(file: &Path, more: &str) {
    use std::io::Write as _;
    std::fs::OpenOptions::new().append(true).open(file).unwrap().write_all(more.as_bytes()).unwrap();
}

const LATER: &str = "{\"id\": \"later\", \"text\": \"Dit bericht kwam er later bij\"}\n";

#[test]
fn a_file_that_grows_under_the_reader_is_read_as_it_was() {
    let night = Night::new(&made_up(MANY));
    night.scan("heel", &[]).expect(3);
    let child = held(&night, "uit");
    append(&night.input, LATER);
    let_go(child).expect(3);
    assert!(fault_of_the_file(&night).starts_with("the file grew while it was read; what stands after its first"));
    let (found, wanted) = (night.summary("uit"), night.summary("heel"));
    assert_eq!((&found["posts"], &found["candidates"]), (&wanted["posts"], &wanted["candidates"]));
    assert_eq!(found["rejected"].as_u64().unwrap(), wanted["rejected"].as_u64().unwrap() + 1);
    assert_eq!(found["sources"], wanted["sources"], "the hash is that of what was read");
    // What was added is another scan's, and that is said.
    night.scan("uit", &[]).expect(6).says(&["the input is not the one", "hint:"]);
}

#[test]
fn a_file_that_shrinks_under_the_reader_is_named() {
    let posts = made_up(MANY);
    let night = Night::new(&posts);
    let child = held(&night, "uit");
    let shorter = head(&posts, MANY - 1000);
    std::fs::OpenOptions::new().write(true).open(&night.input).unwrap().set_len(shorter.len() as u64).unwrap();
    let_go(child).expect(3);
    assert!(fault_of_the_file(&night).starts_with("the file became shorter while it was read"));
    let seen = night.summary("uit");
    let others: u64 = seen["other_languages"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    let posts_seen = seen["posts"].as_u64().unwrap() + seen["rejected"].as_u64().unwrap() + others - 1;
    assert_eq!(posts_seen, MANY as u64 - 1000, "nothing that was there is lost");
    std::fs::write(&night.input, &posts).unwrap();
    night.scan("uit", &[]).expect(6).says(&["the input is not the one"]);
}

#[test]
fn a_file_that_vanishes_before_its_turn_is_a_reject_and_the_others_are_read() {
    let night = Night::new(&made_up(200));
    let (pipe, gone, last) = (night.path("a.fifo"), night.path("b.jsonl"), night.path("c.jsonl"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(&gone, LATER).unwrap();
    std::fs::write(&last, "{\"id\": \"last\", \"text\": \"Dit is het laatste bericht\"}\n").unwrap();
    let mut args = night.args("uit", &[]);
    args.splice(1..2, [&pipe, &gone, &last].map(|p| text(p).to_owned()));
    let child = grens(&args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    // Opening a pipe for writing waits for its reader: by then the scan has seen that all three files are there.
    let writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    std::fs::remove_file(&gone).unwrap();
    drop(writer);
    Ran::new(child.wait_with_output().unwrap()).expect(3).says(&["b.jsonl:0:", "b.jsonl"]);
    assert_eq!((night.summary("uit")["posts"].as_u64(), night.summary("uit")["rejected"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn a_file_that_vanished_between_runs_is_named_and_the_results_stay() {
    let night = Night::new(&made_up(300));
    night.scan("uit", &[]).expect(3);
    let before = night.results("uit");
    std::fs::remove_file(&night.input).unwrap();
    night.scan("uit", &[]).expect(4).says(&["posts.jsonl"]);
    assert_same(&night.results("uit"), &before);
}

#[test]
fn a_killed_scan_goes_on_only_with_what_it_has_scanned() {
    let posts = made_up(MANY);
    let night = Night::new(&posts);
    kill(held(&night, "uit"));
    std::fs::remove_file(&night.input).unwrap();
    night.scan("uit", &[]).expect(4).says(&["posts.jsonl"]);
    for (changed, says) in [
        (head(&posts, 100), "it ends after 100 items"),
        (posts.replacen("Zwolle", "Meppel", 1), "are not what was scanned"),
    ] {
        std::fs::write(&night.input, changed).unwrap();
        night.scan("uit", &[]).expect(6).says(&["the input is not the one", says, "hint:"]);
    }
    std::fs::write(&night.input, &posts).unwrap();
    night.scan("uit", &[]).expect(3).says(&["going on after"]);
    night.scan("heel", &[]).expect(3);
    assert_same(&night.results("uit"), &night.results("heel"));
}

#[test]
fn what_came_behind_a_killed_scan_is_scanned_with_the_rest() {
    let night = Night::new(&made_up(MANY));
    kill(held(&night, "uit"));
    append(&night.input, LATER);
    night.scan("uit", &[]).expect(3).says(&["going on after"]);
    night.scan("heel", &[]).expect(3);
    assert_same(&night.results("uit"), &night.results("heel"));
    assert_eq!(night.summary("uit")["posts"], night.summary("heel")["posts"]);
}
