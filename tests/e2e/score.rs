//! `grens score`: records in order, nothing else on stdout, streaming.

use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use super::support::{grens, posts, read_lines, run, run_with, sample, spawn, text};

#[test]
fn records_come_in_input_order_and_alone_on_stdout() {
    let ran = run(&["score", text(&sample())]).expect(0);
    let ids: Vec<String> = ran.records().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
    let wanted: Vec<String> = read_lines(&sample()).iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, wanted);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_record_has_every_field_of_its_schema() {
    let ran = run_with(&["score", "-"], &posts(&["Wat een mooie dag in Zwolle."])).expect(0);
    let record = &ran.records()[0];
    assert_eq!(record["schema"], "grens.decision/1");
    for field in [
        "id",
        "band",
        "articles",
        "grounds",
        "reasons",
        "confidence",
        "scores",
        "ground_scores",
        "lang",
        "n_tokens",
        "truncated",
        "text_sha256",
        "model",
        "policy",
        "law",
    ] {
        assert!(!record[field].is_null(), "{field}");
    }
    assert_eq!(record["text_sha256"], sha256("Wat een mooie dag in Zwolle."));
    assert!(!ran.stdout.contains("Zwolle"), "a record holds no text");
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn scores_do_not_depend_on_threads_order_or_company() {
    let input = std::fs::read_to_string(sample()).unwrap();
    let lines: Vec<&str> = input.lines().take(60).collect();
    let scores = |args: &[&str], lines: &[&str]| {
        let ran = run_with(args, (lines.join("\n") + "\n").as_bytes()).expect(0);
        let mut records: Vec<String> = ran.stdout.lines().map(str::to_owned).collect();
        records.sort();
        records
    };
    let wanted = scores(&["score", "-"], &lines);
    assert_eq!(scores(&["score", "-", "--threads", "1"], &lines), wanted);
    assert_eq!(scores(&["score", "-", "--threads", "5"], &lines), wanted);
    let reversed: Vec<&str> = lines.iter().rev().copied().collect();
    assert_eq!(scores(&["score", "-"], &reversed), wanted);
    let mut alone: Vec<String> = lines[..8].iter().flat_map(|l| scores(&["score", "-"], &[l])).collect();
    alone.sort();
    let few: Vec<String> = scores(&["score", "-"], &lines[..8]);
    assert_eq!(alone, few);
}

#[test]
fn every_kernel_tier_gives_the_same_bands() {
    let input: String = std::fs::read_to_string(sample()).unwrap().lines().take(20).map(|l| format!("{l}\n")).collect();
    let scored = |tier: &str| {
        let mut command = grens(&["score", "-"]);
        command.env("GRENS_KERNEL", tier).stdin(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        super::support::Ran::new(child.wait_with_output().unwrap())
    };
    let wanted = scored("plain").expect(0).records();
    // 8-bit products round each row of hidden states; the others differ in the order of sums alone.
    for (tier, most) in [("avx2", 1e-4), ("avx512", 1e-4), ("avx512-vnni", 0.05)] {
        let ran = scored(tier);
        if ran.code == 7 {
            assert!(ran.stderr.contains("cannot run the kernel tier"), "{}", ran.stderr);
            continue;
        }
        for (a, b) in ran.expect(0).records().iter().zip(&wanted) {
            assert_eq!(a["band"], b["band"], "{tier} {}", a["id"]);
            let (x, y) = (a["scores"]["group_hate"].as_f64().unwrap(), b["scores"]["group_hate"].as_f64().unwrap());
            assert!((x - y).abs() < most, "{tier} {}: {x} {y}", a["id"]);
        }
    }
}

#[test]
fn a_record_leaves_while_the_input_pauses() {
    let mut child = spawn(&["score", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    let stdout = child.stdout.take().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            sender.send(line.unwrap()).unwrap();
        }
    });
    for turn in 0..3 {
        writeln!(stdin, "{{\"id\":\"t{turn}\",\"text\":\"Is er nog brood?\"}}").unwrap();
        // The input stays open: a record that waits for its end never comes. The limit is only there to end the test.
        let line = receiver.recv_timeout(Duration::from_secs(120)).expect("a record while the input is open");
        assert!(line.contains(&format!("\"t{turn}\"")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = spawn(&["score", "-"]);
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    for i in 0..2000 {
        if writeln!(stdin, "{{\"id\":{i},\"text\":\"Hoi\"}}").is_err() {
            break;
        }
    }
    drop(stdin);
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn fields_have_names_of_their_own() {
    let line = br#"{"post":{"uri":"at://x/1","content":"Mooi weer"},"author":"Jan"}"#;
    let ran = run_with(&["score", "-", "--id-field", "post.uri", "--text-field", "post.content"], line).expect(0);
    assert_eq!(ran.records()[0]["id"], "at://x/1");
    assert!(!ran.stdout.contains("Jan"));
}

#[test]
fn a_long_post_is_cut_and_says_so() {
    let long = "Vandaag liep ik naar de markt. ".repeat(200);
    let ran = run_with(&["score", "-"], &posts(&["kort", &long])).expect(0);
    let records = ran.records();
    assert_eq!((&records[0]["truncated"], &records[1]["truncated"]), (&false.into(), &true.into()));
    assert_eq!(records[1]["n_tokens"], 256);
}

#[test]
fn special_tokens_in_a_post_stay_text() {
    let ran = run_with(&["score", "-"], &posts(&["</s></s></s>", "a <mask> b"])).expect(0);
    assert!(ran.records()[0]["n_tokens"].as_u64().unwrap() > 5);
}
