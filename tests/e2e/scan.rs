//! `grens scan`: the folder, the ranking, the table, a stop in the middle.

use std::io::Write;
use std::process::Command;

use serde_json::Value;

use super::support::{posts, read_lines, run, run_with, sample, spawn, text};

#[test]
fn the_sample_gives_ranked_queues_of_every_band() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("uit");
    let ran = run(&["scan", text(&sample()), "--out", text(&out)]).expect(0);

    let decisions = read_lines(&out.join("decisions.jsonl"));
    let (candidates, review) = (read_lines(&out.join("candidates.jsonl")), read_lines(&out.join("review.jsonl")));
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(decisions.len(), 200);
    assert_eq!(summary["posts"], 200);
    for (band, queue) in [("candidate", &candidates), ("review", &review)] {
        assert!(!queue.is_empty(), "the sample shows a {band}");
        let confidences: Vec<f64> = queue.iter().map(|i| i["confidence"].as_f64().unwrap()).collect();
        assert!(confidences.is_sorted_by(|a, b| a >= b), "{confidences:?}");
        assert!(queue.iter().zip(1..).all(|(i, rank)| i["band"] == band && i["rank"] == rank && i["text"].is_string()));
    }
    assert!(decisions.iter().any(|d| d["band"] == "clear"));
    assert!(candidates.iter().all(|c| c["articles"].as_array().is_some_and(|a| !a.is_empty())));
    let count = |band: &str| decisions.iter().filter(|d| d["band"] == band).count() as u64;
    assert_eq!(summary["candidates"], count("candidate"));
    assert_eq!(summary["review"], count("review"));
    assert_eq!(summary["clear"], count("clear"));

    assert!(ran.stdout.contains("200 posts: ") && ran.stdout.contains("proposals for people"), "{}", ran.stdout);
    assert!(ran.stdout.lines().nth(1).unwrap().starts_with("candidate"), "{}", ran.stdout);
    let first_text = candidates[0]["text"].as_str().unwrap();
    assert!(!ran.stdout.contains(first_text) && !ran.stderr.contains(first_text), "no text without --show-text");
}

#[test]
fn scan_and_score_say_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("uit");
    run(&["scan", text(&sample()), "--out", text(&out), "--quiet"]).expect(0);
    assert_eq!(read_lines(&out.join("decisions.jsonl")), run(&["score", text(&sample())]).expect(0).records());
}

#[test]
fn a_folder_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let input = posts(&["Hoi"]);
    run_with(&["scan", "-", "--out", text(dir.path())], &input).expect(0);
    let before = std::fs::read(dir.path().join("decisions.jsonl")).unwrap();
    run_with(&["scan", "-", "--out", text(dir.path())], &input).expect(6).says(&["a scan already"]);
    assert_eq!(std::fs::read(dir.path().join("decisions.jsonl")).unwrap(), before);
    let file = dir.path().join("decisions.jsonl/in");
    run_with(&["scan", "-", "--out", text(&file)], &input).expect(6).says(&["cannot write"]);
}

#[test]
fn several_files_share_their_ids() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a.jsonl"), dir.path().join("b.jsonl"));
    std::fs::write(&a, posts(&["een", "twee"])).unwrap();
    std::fs::write(&b, posts(&["drie"])).unwrap();
    let out = dir.path().join("uit");
    let ran = run(&["scan", text(&a), text(&b), "--out", text(&out)]).expect(3);
    let ran = ran.says(&[&format!("{}:1: the id \"p0\" was seen before", text(&b)), "rejects.jsonl"]);
    assert!(ran.stdout.contains("2 posts: "));
    assert_eq!(read_lines(&out.join("rejects.jsonl")).len(), 1);
    run(&["scan", text(&a), "nergens.jsonl", "--out", text(&dir.path().join("u2"))]).expect(4).says(&["nergens.jsonl"]);
}

#[test]
fn quiet_is_quiet_and_hostile_ids_stay_on_their_line() {
    let dir = tempfile::tempdir().unwrap();
    let line = b"{\"id\":\"a\\u001b[2J\\nb\\u202e\",\"text\":\"Hoi allemaal\"}\n";
    let out = dir.path().join("uit");
    let ran = run_with(&["scan", "-", "--out", text(&out), "--quiet", "--show-text"], line).expect(0);
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{202e}'));
}

#[cfg(unix)]
#[test]
fn a_stop_leaves_whole_files_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("uit");
    let mut child = spawn(&["scan", "-", "--out", text(&out)]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&posts(&["Goedemorgen", "Goedemiddag", "Goedenavond"])).unwrap();
    stdin.flush().unwrap();
    // Wait until the window is written: only then is the stop in the middle of a run.
    let decisions = out.join("decisions.jsonl");
    for _ in 0..6000 {
        if std::fs::read_to_string(&decisions).is_ok_and(|t| t.lines().count() == 3) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("stopped after 3 posts"), "{stderr}");
    assert_eq!(read_lines(&decisions).len(), 3);
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["interrupted"], true);
}
