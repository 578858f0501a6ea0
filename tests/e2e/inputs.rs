//! Every format and preset that posts come in, the language gate, pseudonyms and the limit on rejects.

use std::fs;
use std::path::Path;

use super::support::{Ran, posts, read_lines, root, run, run_with, text};

fn fixture(name: &str) -> String {
    root().join("tests/fixtures").join(name).display().to_string()
}

/// Ids and text hashes of what was scored.
fn scored(ran: &Ran) -> Vec<(String, String)> {
    let field = |r: &serde_json::Value, name: &str| r[name].as_str().unwrap().to_owned();
    ran.records().iter().map(|r| (field(r, "id"), field(r, "text_sha256"))).collect()
}

#[test]
fn every_format_holds_the_same_posts() {
    let wanted = scored(&run(&["score", &fixture("inputs/posts.jsonl")]).expect(0));
    assert_eq!(wanted.len(), 3);
    for name in [
        "posts.json",
        "posts.csv",
        "posts.tsv",
        "posts.csv.gz",
        "posts.jsonl.gz",
        "posts.jsonl.zst",
        "posts.parquet",
        "posts-duckdb.parquet",
        "posts-zstd.parquet",
    ] {
        assert_eq!(scored(&run(&["score", &fixture(&format!("inputs/{name}"))]).expect(0)), wanted, "{name}");
    }
    // A pipe has no name to tell its format.
    let csv = fs::read(fixture("inputs/posts.csv")).unwrap();
    assert_eq!(scored(&run_with(&["score", "-", "--input-format", "csv"], &csv).expect(0)), wanted);
    let zst = fs::read(fixture("inputs/posts.jsonl.zst")).unwrap();
    assert_eq!(scored(&run_with(&["score", "-"], &zst).expect(0)), wanted);
}

#[test]
fn folders_and_patterns_are_read_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for (name, id) in [("b.jsonl", 2), ("a.jsonl", 1), ("sub/c.jsonl", 3), ("notes.txt", 9)] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{{\"id\":{id},\"text\":\"Hoi allemaal\"}}\n")).unwrap();
    }
    let ids = |input: &str| scored(&run(&["score", input]).expect(0)).into_iter().map(|s| s.0).collect::<Vec<_>>();
    assert_eq!(ids(text(dir.path())), ["1", "2", "3"]);
    assert_eq!(ids(&dir.path().join("*.jsonl").display().to_string()), ["1", "2"]);
    run(&["score", &dir.path().join("*.csv").display().to_string()]).expect(4).says(&["no file fits the pattern"]);
}

#[test]
fn a_preset_reads_a_platforms_export() {
    for (preset, file, ids) in [
        ("mastodon", "mastodon-outbox.json", 2),
        ("bluesky", "bluesky-jetstream.jsonl", 1),
        ("reddit", "reddit-listing.json", 2),
        ("youtube", "youtube-threads.json", 3),
        ("x", "x-tweets.js", 2),
    ] {
        let ran = run(&["score", "--preset", preset, &fixture(&format!("presets/{file}"))]).expect(0);
        assert_eq!(ran.records().len(), ids, "{preset}");
        assert!(!ran.stdout.contains("Ans de Vries"), "{preset}");
    }
    run(&["score", "--preset", "hyves", "-"]).expect(2).says(&["bluesky, mastodon, reddit, x, youtube"]);
    run(&["score", "--preset", "x", "--text-field", "t", "-"]).expect(2).says(&["cannot be used with"]);
    run(&["score", "--preset", "x", &fixture("inputs/posts.csv")]).expect(4).says(&["a preset reads JSON, not csv"]);
}

#[test]
fn clearly_other_languages_are_skipped() {
    let input =
        posts(&["Waarom zegt hier niemand iets van?", "Does anyone know when the shop opens on Sunday?", "lol"]);
    let ids = |ran: &Ran| scored(ran).into_iter().map(|s| s.0).collect::<Vec<_>>();
    assert_eq!(ids(&run_with(&["score", "-"], &input).expect(0)), ["p0", "p2"]);
    assert_eq!(ids(&run_with(&["score", "-", "--all-languages"], &input).expect(0)), ["p0", "p1", "p2"]);
    let claimed = br#"{"id":"a","lang":"nl","text":"Does anyone know when the shop opens on Sunday?"}"#;
    assert_eq!(ids(&run_with(&["score", "-"], claimed).expect(0)), ["a"]);
    let none = posts(&["Does anyone know when the shop opens on Sunday?"]);
    run_with(&["score", "-"], &none).expect(4).says(&["--all-languages"]);
}

#[test]
fn other_columns_are_named() {
    let csv = fixture("inputs/posts.csv");
    run(&["score", &csv, "--text-field", "bericht"]).expect(4).says(&[
        "no column `bericht`",
        "platform, id, text, url, created_at",
        "--text-field",
    ]);
    let parquet = fixture("inputs/posts.parquet");
    run(&["score", &parquet, "--text-field", "bericht"]).expect(4).says(&["no column `bericht`", "id, text, url"]);
}

#[test]
fn broken_files_are_named_and_the_others_read() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    let gz = fs::read(fixture("inputs/posts.csv.gz")).unwrap();
    let parquet = fs::read(fixture("inputs/posts.parquet")).unwrap();
    put("a-gz.csv.gz", &gz[..gz.len() - 20]);
    put("b-parquet.parquet", &parquet[..parquet.len() / 2]);
    put("c-zip.jsonl", b"PK\x03\x04zip");
    put("d-utf16.jsonl", b"\xff\xfe{\0\"\0");
    put("e-nul.jsonl", b"{\"id\":\"nul\",\"text\":\"Goedemorgen buur\"}\n\0\0\0\0\0\0\n");
    put("f-latin.csv", b"id,text\nlat,caf\xe9\n");
    put("g-open.csv", b"id,text\n1,\"open\n2,Goedemiddag\n");
    put("i-cut.json", b"[{\"id\":\"cut\",\"text\":\"Goedenavond\"},{\"id\":");
    let rejects = dir.path().join("rejects.out");
    let ran = run(&["score", text(dir.path()), "--rejects", text(&rejects)]).expect(3).says(&[
        "a-gz.csv.gz:",
        "the gzip data breaks off",
        "b-parquet.parquet:0: the Parquet file cannot be read",
        "c-zip.jsonl:0: a zip archive",
        "d-utf16.jsonl:0: text in UTF-16",
        "e-nul.jsonl:2: the line holds NUL bytes only",
        "f-latin.csv:2: invalid UTF-8",
        "g-open.csv:2: a quotation mark opens on this line and is never closed",
        "i-cut.json:2: the document breaks off",
    ]);
    let ids: Vec<_> = scored(&ran).into_iter().map(|s| s.0).collect();
    assert!(["nul", "2", "cut"].iter().all(|id| ids.contains(&(*id).to_owned())), "{ids:?}");
    assert_eq!(read_lines(&rejects).len(), 8);
}

#[test]
fn a_hundred_megabyte_line_costs_no_other_post() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("groot.jsonl");
    let mut bytes = posts(&["Goedemorgen allemaal"]);
    bytes.extend(std::iter::repeat_n(b'x', 100 << 20));
    bytes.extend_from_slice(b"\n{\"id\":\"na\",\"text\":\"Goedenavond allemaal\"}\n");
    fs::write(&file, bytes).unwrap();
    let ran = run(&["score", text(&file)]).expect(3).says(&["groot.jsonl:2: the line is longer than 16 MiB"]);
    assert_eq!(ran.records().len(), 2);
}

#[test]
fn too_many_rejects_end_the_run() {
    let mut input = posts(&["Hoi", "Dag"]);
    input.extend_from_slice("kapot\n".repeat(3).as_bytes());
    run_with(&["score", "-", "--max-rejects", "3"], &input).expect(3);
    run_with(&["score", "-", "--max-rejects", "2"], &input)
        .expect(9)
        .says(&["error: 3 of the first 5 records could not be used, more than --max-rejects 2 allows", "hint:"]);
    run_with(&["score", "-", "--max-rejects", "60%"], &input).expect(3);
    run_with(&["score", "-", "--max-rejects", "59%"], &input).expect(9);
    run_with(&["score", "-", "--max-rejects", "veel"], &input).expect(2).says(&["no limit"]);
}

#[cfg(unix)]
#[test]
fn a_pseudonym_key_must_be_a_good_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let key = |name: &str, content: &str, mode: u32| {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let line = br#"{"id":"a","text":"Hoi allemaal","author":"Ans de Vries"}"#;
    let score = |path: &Path| run_with(&["score", "-", "--pseudonym-key", text(path)], line);
    let good = score(&key("goed", "0123456789abcdef0123456789abcdef\n", 0o600)).expect(0);
    assert!(!good.stdout.contains("Ans"));
    score(&key("open", "0123456789abcdef0123456789abcdef\n", 0o644))
        .expect(2)
        .says(&["can be read by others", "hint:"]);
    score(&key("kort", "geheim\n", 0o600)).expect(2).says(&["has 6 bytes; it needs at least 32", "openssl"]);
    score(&dir.path().join("nergens")).expect(2).says(&["cannot read the pseudonym key", "nergens"]);
}
