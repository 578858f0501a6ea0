//! `grens scan`: the folder, the lists, the table.

use serde_json::Value;

use super::night::{Night, made_up};
use super::support::{posts, read_lines, run, run_with, sample, text};

#[test]
fn the_sample_gives_ranked_lists_of_every_band() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("uit");
    let ran = run(&["scan", text(&sample()), "--out", text(&out), "--keep-clear"]).expect(0);

    let decisions = read_lines(&out.join("decisions/00000.jsonl"));
    let (candidates, review) = (read_lines(&out.join("candidates.jsonl")), read_lines(&out.join("review.jsonl")));
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["posts"], 200);
    assert_eq!(summary["scored"], decisions.len() as u64);
    for (band, list) in [("candidate", &candidates), ("review", &review)] {
        assert!(!list.is_empty(), "the sample shows a {band}");
        let confidences: Vec<f64> = list.iter().map(|i| i["confidence"].as_f64().unwrap()).collect();
        assert!(confidences.is_sorted_by(|a, b| a >= b), "{confidences:?}");
        assert!(list.iter().zip(1..).all(|(i, rank)| i["band"] == band && i["rank"] == rank && i["text"].is_string()));
    }
    assert!(candidates.iter().all(|c| c["articles"].as_array().is_some_and(|a| !a.is_empty())));
    assert!(decisions.iter().any(|d| d["band"] == "clear"));
    assert!(decisions.iter().all(|d| d["text"].is_null()), "decisions hold no text");
    let sum: u64 = ["candidates", "review", "clear"].iter().map(|b| summary[*b].as_u64().unwrap()).sum();
    assert_eq!(sum, 200);

    assert!(ran.stdout.contains("200 posts: ") && ran.stdout.contains("proposals for people"), "{}", ran.stdout);
    assert!(ran.stdout.lines().nth(1).unwrap().starts_with("candidate"), "{}", ran.stdout);
    let first_text = candidates[0]["text"].as_str().unwrap();
    assert!(!ran.stdout.contains(first_text) && !ran.stderr.contains(first_text), "no text without --show-text");
}

#[test]
fn scan_and_score_say_the_same() {
    let night = Night::new(&made_up(300));
    night.scan("uit", &["--keep-clear"]).expect(3);
    let mut args = night.args("uit", &[]);
    args[0] = "score".to_owned();
    let args: Vec<&str> = args.iter().map(String::as_str).filter(|a| *a != "--out" && !a.ends_with("/uit")).collect();
    let scored = run(&args).expect(3).records();
    let mut found = 0;
    for decision in night.lines("uit/decisions", "00000") {
        let same = scored.iter().find(|s| s["id"] == decision["id"]).unwrap();
        for (field, value) in same.as_object().unwrap() {
            assert!(field == "schema" || decision[field] == *value, "{field} of {}", decision["id"]);
        }
        found += 1;
    }
    let repeats = night.lines("uit", "repeats").len();
    assert_eq!(found + repeats, scored.len());
}

#[test]
fn a_record_can_be_followed_back() {
    let night = Night::new(&made_up(200));
    night.scan("uit", &[]).expect(3);
    let input = std::fs::read_to_string(&night.input).unwrap();
    let summary = night.summary("uit");
    let sha256 = &summary["sources"][0]["sha256"];
    assert_eq!(*sha256, sha256_of(input.as_bytes()));
    let record = &night.lines("uit", "candidates")[0];
    let line = usize::try_from(record["line"].as_u64().unwrap()).unwrap();
    let post: Value = serde_json::from_str(input.lines().nth(line - 1).unwrap()).unwrap();
    assert_eq!((&record["id"], &record["text"], &record["url"]), (&post["id"], &post["text"], &post["url"]));
    assert_eq!(record["text_sha256"], sha256_of(post["text"].as_str().unwrap().as_bytes()));
    assert_eq!((&record["file_sha256"], &record["schema"]), (sha256, &"grens.finding/1".into()));
    for field in ["grens", "policy", "law"] {
        assert!(record[field].is_string(), "{field}");
    }
    assert!(record["model"]["hash"].is_string());
}

fn sha256_of(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
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

#[test]
fn counts_are_there_for_a_machine_that_watches() {
    let night = Night::new(&made_up(200));
    let file = night.path("grens.prom");
    night.scan("uit", &["--metrics-file", text(&file)]).expect(3);
    let metrics = std::fs::read_to_string(&file).unwrap();
    let value = |name: &str| {
        let line = metrics.lines().find(|l| l.starts_with(&format!("grens_scan_{name} "))).unwrap();
        line.split(' ').nth(1).unwrap().parse::<u64>().unwrap()
    };
    let summary = night.summary("uit");
    for name in ["posts", "scored", "repeats", "candidates", "review", "rejected"] {
        assert_eq!(summary[name], value(name), "{name}");
    }
    assert_eq!(value("running"), 0);
    assert!(value("finished_timestamp_seconds") > 1_700_000_000);
    assert!(metrics.lines().all(|l| l.starts_with('#') || l.split(' ').count() == 2), "{metrics}");
}
