#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write as _;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn open(path: &Path, needed: &[&str]) -> Result<Records, RecordsError> {
    Records::open(path, Layout::default(), needed)
}

/// Line and the cells of two columns, or line and reason.
fn read(name: &str, bytes: &[u8], layout: Layout) -> Vec<String> {
    let (_dir, path) = file(name, bytes);
    let rows = Records::open(&path, layout, &["tekst", "oordeel"]).unwrap().map(|row| match row {
        Ok(r) => format!("{} {} {}", r.line, r.get("tekst").unwrap_or("-"), r.get("oordeel").unwrap_or("-")),
        Err(f) => format!("{} ! {}", f.line, f.reason),
    });
    rows.collect()
}

#[test]
fn tables_are_read_whatever_parts_their_cells() {
    let text = "x;tekst;oordeel\n1;\"een; twee\";1\n2;drie\n3;\"vier\nvijf\";0\n";
    let wanted = ["2 een; twee 1", "3 ! 2 columns where the header has 3", "4 vier\nvijf 0"];
    assert_eq!(read("a.csv", text.as_bytes(), Layout::default()), wanted);
    assert_eq!(read("a.tsv", text.replace(';', "\t").as_bytes(), Layout::default())[1..], wanted[1..]);
    let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    assert_eq!(read("a.csv.gz", &gzip.finish().unwrap(), Layout::default()), wanted);
}

#[test]
fn quotation_marks_may_be_signs_like_any_other() {
    let text = b"tekst\toordeel\n\"zo\" zei hij\t1\n\"open\t0\n";
    let layout = Layout { format: Some(Format::Tsv), quoting: false, ..Layout::default() };
    assert_eq!(read("a.txt", text, layout), ["2 \"zo\" zei hij 1", "3 \"open 0"]);
}

#[test]
fn objects_are_read_with_their_lists_and_inner_fields() {
    let text =
        b"[1]\n\n{\"tekst\":null,\"oordeel\":[1,2],\"a\":{\"b\":true}}\n{\"tekst\":\"een\",\"oordeel\":0.5}\nx\n";
    let wanted = ["1 ! a list where an object is wanted", "3 - [1,2]", "4 een 0.5", "5 ! no valid JSON, column 1"];
    assert_eq!(read("a.jsonl", text, Layout::default()), wanted);
    let (_dir, path) = file("a.jsonl", text);
    let rows: Vec<Record> = open(&path, &["a.b"]).unwrap().flatten().collect();
    assert_eq!((rows[0].get("a.b"), rows[0].get("a")), (Some("true"), Some("{\"b\":true}")));
}

#[test]
fn what_is_missing_is_named() {
    let says = |name: &str, bytes: &[u8], needed: &[&str]| {
        let (_dir, path) = file(name, bytes);
        open(&path, needed).err().unwrap_or_else(|| panic!("an error")).to_string()
    };
    let error = says("a.csv", b"tekst;oordeel;Wat een dag vandaag\n", &["label"]);
    assert!(error.ends_with("there is no column `label`; columns: tekst, oordeel"), "{error}");
    let error = says("a.jsonl", b"{\"tekst\":1}\n", &["label"]);
    assert!(error.contains("`label`") && error.ends_with("columns: tekst"), "{error}");
    assert!(says("a.csv", b"", &["label"]).contains("`label`"));
    assert!(says("a.txt", b"", &[]).contains("does not end in .csv"));
    assert!(says("a.json", b"[]", &[]).contains("does not end in .csv"));
    assert!(says("a.csv", b"PK\x03\x04....", &["label"]).contains("a zip archive"));
    assert!(says("a.parquet", b"PAR1", &["label"]).contains("the Parquet file cannot be read"));
    assert!(
        open(Path::new("nergens.csv"), &[]).err().unwrap_or_else(|| panic!("an error")).to_string().contains("nergens")
    );
}

#[test]
fn the_hash_is_of_the_whole_file() {
    for (name, text) in [("a.csv", "id\n1\n2\n"), ("a.jsonl", "{\"id\":1}\n")] {
        let (_dir, path) = file(name, text.as_bytes());
        let wanted = format!("{:x}", Sha256::digest(text));
        assert_eq!(open(&path, &["id"]).unwrap().finish().unwrap(), wanted);
        let mut records = open(&path, &["id"]).unwrap();
        assert!(records.by_ref().all(|r| r.is_ok()));
        assert_eq!(records.finish().unwrap(), wanted);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.csv", "a.jsonl", "a.parquet"] {
            let (_dir, path) = file(name, &bytes);
            if let Ok(records) = open(&path, &[]) {
                prop_assert!(records.count() <= 1 + bytes.len());
            }
        }
    }
}
