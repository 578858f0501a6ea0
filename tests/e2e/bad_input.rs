//! What is wrong with an input is named by file and line, the rest is scored, and the exit code says so.

use super::support::{read_lines, run, run_with, text};

#[test]
fn bad_lines_are_named_and_good_ones_scored() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("posts.jsonl");
    let mut input: Vec<u8> = b"{\"id\":\"goed-1\",\"text\":\"Hoi\"}\n{\"id\":\"kapot\",\"te\n{\"id\":\"x\"}\n{\"id\":\"leeg\",\"text\":\"  \"}\n".to_vec();
    input.extend_from_slice(b"{\"id\":\"utf\",\"text\":\"caf\xe9\"}\n");
    input.extend_from_slice(b"{\"id\":\"goed-1\",\"text\":\"Nog een keer\"}\n");
    input.extend_from_slice(b"{\"id\":\"goed-2\",\"text\":\"Dag\"}\n");
    std::fs::write(&file, input).unwrap();
    let rejects = dir.path().join("rejects.jsonl");

    let ran = run(&["score", text(&file), "--rejects", text(&rejects)]).expect(3);
    let name = text(&file);
    let ran = ran.says(&[
        &format!("{name}:2: the line breaks off"),
        &format!("{name}:3: field `text` is missing"),
        &format!("{name}:4: field `text` is empty"),
        &format!("{name}:5: invalid UTF-8"),
        "iconv",
        &format!("{name}:6: the id \"goed-1\" was seen before"),
        "5 of 7 lines could not be used",
    ]);
    let ids: Vec<_> = ran.records().iter().map(|r| r["id"].clone()).collect();
    assert_eq!(ids, ["goed-1", "goed-2"]);
    let listed = read_lines(&rejects);
    assert_eq!(listed.iter().map(|r| r["line"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert!(
        listed.iter().all(|r| r["schema"] == "grens.reject/1" && r["hint"].as_str().is_some_and(|h| !h.is_empty()))
    );
}

#[test]
fn a_megabyte_post_is_scored_and_named() {
    let line = serde_json::json!({"id": "groot", "text": "lang verhaal ".repeat(90_000)}).to_string();
    let ran = run_with(&["score", "-"], line.as_bytes()).expect(0).says(&["-:1: the text is longer than 64 KiB"]);
    assert_eq!(ran.records()[0]["truncated"], true);
}

#[test]
fn a_line_without_end_is_skipped() {
    let mut input = vec![b'a'; 17 << 20];
    input.extend_from_slice(b"\n{\"id\":1,\"text\":\"Hoi\"}\n");
    let ran = run_with(&["score", "-"], &input).expect(3).says(&["-:1: the line is longer than 16 MiB"]);
    assert_eq!(ran.records().len(), 1);
}

#[test]
fn an_empty_input_is_named() {
    run_with(&["score", "-"], b"").expect(4).says(&["the input holds no posts", "hint:"]);
    run_with(&["score", "-"], b"\n \n").expect(4).says(&["no posts"]);
    run_with(&["score", "-"], b"{}\n").expect(4).says(&["-:1:", "no line of the input could be used"]);
}

#[test]
fn an_input_that_is_not_there_is_named() {
    run(&["score", "nergens.jsonl"]).expect(4).says(&["nergens.jsonl"]);
    let empty = tempfile::tempdir().unwrap();
    run(&["score", text(empty.path())]).expect(4).says(&[text(empty.path()), "no file in it ends in .jsonl"]);
}

#[test]
fn many_bad_lines_are_counted_not_shouted() {
    let mut input = "kapot\n".repeat(500).into_bytes();
    input.extend_from_slice(b"{\"id\":1,\"text\":\"Hoi\"}\n");
    let ran = run_with(&["score", "-"], &input).expect(3).says(&["500 of 501 lines", "480 more", "--rejects FILE"]);
    assert_eq!(ran.stderr.lines().count(), 21);
}

#[test]
fn a_usage_error_says_so() {
    run(&["scan", "x.jsonl"]).expect(2).says(&["--out"]);
    run(&["score", "--device", "tpu"]).expect(2).says(&["tpu"]);
    run(&["score", "--label-map", "group_hate"]).expect(2).says(&["HEAD=LABEL"]);
}

#[test]
fn hostile_bytes_are_survived() {
    for input in [
        &b"\0\0\0\n"[..],
        b"{\"id\":\"\\u0000\",\"text\":\"\\u0000\\u202e\\ufeff\"}\n",
        b"[[[[[[[[[[",
        b"{\"id\":1e400,\"text\":\"x\"}",
    ] {
        let ran = run_with(&["score", "-"], input);
        assert!([0, 3, 4].contains(&ran.code), "{} {}", ran.code, ran.stderr);
    }
    let deep = "[".repeat(200_000);
    run_with(&["score", "-"], deep.as_bytes()).expect(4);
}
