//! Two rows of every kind of file.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;

use grens_law::{Band, Ground};

use super::*;
use crate::head::Head;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn read_named(kind: &str, name: &str, text: &str) -> Result<Dataset> {
    let (_dir, path) = file(name, text.as_bytes());
    read(&path, named(kind).unwrap().as_ref(), &[])
}

fn generic(positive: &[&str], negative: &[&str]) -> Generic {
    let list = |of: &[&str]| of.iter().map(ToString::to_string).collect();
    Generic {
        text: "tekst".to_owned(),
        label: "label".to_owned(),
        id: "id".to_owned(),
        positive: list(positive),
        negative: list(negative),
        contested: vec!["?".to_owned()],
        head: Head::A137d,
        group: None,
        functionality: None,
        cluster: None,
        card: Card::new("mine", "not stated", "-"),
    }
}

#[test]
fn hatecheck_columns_are_read() {
    let text = "mhc_case_id,functionality,test_case,label_gold,target_ident,templ_id\n\
                nl-1,f_h,\"een, twee\",hateful,women,7\nnl-2,f_nh,drie,non-hateful,,7\nnl-3,f,,hateful,,8\n";
    let data = read_named("hatecheck", "a.csv", text).unwrap();
    assert_eq!(data.examples.len(), 2);
    let first = &data.examples[0];
    assert_eq!(
        (first.post.id.as_str(), first.post.text.as_str(), first.group.as_str()),
        ("nl-1", "een, twee", "women")
    );
    assert_eq!(first.gold, Gold { group_hate: Some(true), ..Gold::default() });
    assert_eq!(data.clusters(), [0, 0]);
    assert_eq!(data.problems, [Problem::new(4, "the text is empty".to_owned())]);
}

#[test]
fn own_rows_keep_quotes_and_contested_labels() {
    let text = "family\tgroup_hate\tart137c\tart137d\tgrounds\tform\tcontext\tgroup\ttext\n\
                a\t1\t0.5\t0\trace,gender\tslur\t-\tx\t\"zo\" zei hij\nb\t0\t0\t0\t-\t-\tnews\t-\ttwee\n";
    let data = read_named("rows", "a.tsv", text).unwrap();
    assert_eq!(data.examples[0].post.text, "\"zo\" zei hij");
    assert_eq!(data.examples[0].gold, Gold { group_hate: Some(true), art137c: None, art137d: Some(false) });
    assert_eq!(data.examples[0].grounds, Some(vec![Ground::Race, Ground::Gender]));
    assert_eq!(data.examples[1].grounds, Some(vec![]));
    assert_eq!(data.clusters(), [0, 1]);
}

#[test]
fn grenscheck_says_what_band_it_wants() {
    let text = "case_id,functionality,test_case,target_ident,group_hate,art137c,art137d,grounds,expected_band,family\n\
                c1,f_h,een,black,1,1,0,race,candidate,g1\nc2,f_nh,twee,-,0,0,0,-,clear,g1\n";
    let data = read_named("grenscheck", "a.csv", text).unwrap();
    assert_eq!(data.examples[0].expected_band, Some(Band::Candidate));
    assert_eq!((data.examples[1].group.as_str(), data.clusters()), ("", vec![0, 0]));
}

#[test]
fn rtplx_rows_stand_beside_other_sets_and_may_be_compressed() {
    let text = "{\"text\":\"een\",\"hate\":1,\"lang\":\"nl\",\"grounds\":null,\"source\":\"rtplx\"}\n\
                {\"text\":\"two\",\"hate\":0,\"lang\":\"en\",\"grounds\":[],\"source\":\"rtplx\"}\n\
                {\"text\":\"three\",\"hate\":0,\"lang\":\"nl\",\"grounds\":[],\"source\":\"other\"}\n";
    let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let (_dir, path) = file("a.jsonl.gz", &gzip.finish().unwrap());
    let adapter = named("rtplx").unwrap();
    let data = read(&path, adapter.as_ref(), &[]).unwrap();
    assert_eq!((data.examples.len(), data.skipped), (2, 1));
    assert_eq!((data.examples[0].grounds.clone(), data.examples[1].grounds.clone()), (None, Some(vec![])));
    let dutch = read(&path, adapter.as_ref(), &[("lang".to_owned(), "nl".to_owned())]).unwrap();
    assert_eq!((dutch.examples.len(), dutch.skipped), (1, 2));
}

#[test]
fn raters_are_averaged_and_their_peers_matched_by_id() {
    let text = "{\"id\":3,\"text\":\"een\",\"identity_attack_raters\":[1,2,2],\"other\":0.5}\n\
                {\"id\":4,\"text\":\"twee\",\"identity_attack_raters\":[1,2,3],\"other\":3}\n";
    let (_dir, path) = file("a.jsonl", text.as_bytes());
    let data = read(&path, named("raters").unwrap().as_ref(), &[]).unwrap();
    assert_eq!(data.examples.iter().map(|e| e.gold.group_hate).collect::<Vec<_>>(), [Some(false), Some(true)]);
    let said = read_predictions(&path, "id", "other", &data).unwrap();
    assert_eq!((said.scores, said.probabilities), (vec![0.5, 3.0], false));
    let (_other, short) = file("b.csv", b"id,other\n3,0.1\n");
    let error = read_predictions(&short, "id", "other", &data).unwrap_err().to_string();
    assert!(error.contains("1 items") && error.ends_with("the first is 4"), "{error}");
}

#[test]
fn scores_are_matched_by_ids_alone() {
    let (_said, scores) = file("said.csv", b"id,score\n2,0.1\n3,0.2\n4,0.3\nx,0.9\n");
    let said = |rows: &[u8]| {
        let (_dir, path) = file("a.csv", rows);
        let data = read(&path, &generic(&[], &[]), &[]).unwrap();
        read_predictions(&scores, "id", "score", &data).map(|p| (p.scores, p.others)).map_err(|e| e.to_string())
    };
    assert_eq!(said(b"id,tekst,label\nx,een,1\n2,twee,0\n"), Ok((vec![0.9, 0.1], 2)));
    // The lines 2 to 4 are no ids, though there are such ids among the scores.
    let error = said(b"tekst,label\neen,1\ntwee,0\n").unwrap_err();
    assert!(error.contains("a.csv:2: the text has no id"), "{error}");
    let error = said(b"id,tekst,label\nx,een,1\n2,twee,0\n,drie,0\n").unwrap_err();
    assert!(error.contains("a.csv:4: the text has no id"), "{error}");
    let error = said(b"id,tekst,label\nx,een,1\n2,twee,0\nx,drie,0\n").unwrap_err();
    assert!(error.contains("a.csv:4: the id is that of line 2 too"), "{error}");
}

#[test]
fn own_rows_may_be_json_lines() {
    let text = "{\"id\":\"a\",\"family\":\"f\",\"group_hate\":1,\"art137c\":0.5,\"art137d\":false,\"grounds\":[\"race\"],\
                \"context\":\"-\",\"group\":\"x\",\"text\":\"\\\"zo\\\" zei hij\"}\n";
    let data = read_named("rows", "a.jsonl", text).unwrap();
    let first = &data.examples[0];
    assert_eq!((first.post.id.as_str(), first.post.text.as_str()), ("a", "\"zo\" zei hij"));
    assert_eq!(first.gold, Gold { group_hate: Some(true), art137c: None, art137d: Some(false) });
    assert_eq!(first.grounds, Some(vec![Ground::Race]));
}

#[test]
fn any_table_is_read_with_named_columns() {
    let adapter = generic(&["haat"], &["ok"]);
    let (_a, csv) = file("a.csv", b"\xef\xbb\xbftekst,label\neen,haat\n\"twee\nregels\",ok\ndrie,?\nvier,0\n");
    let data = read(&csv, &adapter, &[]).unwrap();
    let labels = |d: &Dataset| d.examples.iter().map(|e| e.gold.art137d).collect::<Vec<_>>();
    assert_eq!(labels(&data), [Some(true), Some(false), None, Some(false)]);
    assert_eq!(data.examples[2].post.line, 5);
    let (_b, jsonl) =
        file("a.jsonl", b"{\"id\":\"x\",\"tekst\":\"een\",\"label\":true}\n\n{\"tekst\":\"twee\",\"label\":0}\n[]\n");
    let data = read(&jsonl, &generic(&[], &[]), &[]).unwrap();
    assert_eq!((labels(&data), data.examples[0].post.id.as_str()), (vec![Some(true), Some(false)], "x"));
    assert_eq!(data.problems[0].line, 4);
}

#[test]
fn parquet_is_read() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.parquet");
    let schema = "message m { required binary tekst (UTF8); required int32 label; }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = parquet::file::writer::SerializedFileWriter::new(file, schema, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let texts = [ByteArray::from("een"), ByteArray::from("twee")];
    column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(&[1, 0], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let data = read(&path, &generic(&[], &[]), &[]).unwrap();
    assert_eq!(data.examples.iter().map(|e| e.gold.art137d).collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert_eq!(data.examples[1].post.text, "twee");
}

#[test]
fn labels_that_do_not_map_are_all_listed() {
    let text = b"tekst,label\neen,haat\ntwee,misschien\ndrie,misschien\nvier,anders\n";
    let (_dir, path) = file("a.csv", text);
    let error = read(&path, &generic(&["haat"], &[]), &[]).unwrap_err().to_string();
    assert!(error.contains("label=\"misschien\" (2 rows)") && error.contains("label=\"anders\" (1 rows)"), "{error}");
}

#[test]
fn a_column_of_texts_that_is_taken_for_labels_is_not_listed() {
    let rows: String = (0..21).map(|i| format!("een,bericht{i}\n")).collect();
    let (_dir, path) = file("a.csv", format!("tekst,label\n{rows}").as_bytes());
    let error = read(&path, &generic(&[], &[]), &[]).unwrap_err().to_string();
    assert!(error.contains("21 different ones in label (21 rows)") && !error.contains("bericht"), "{error}");
    let (_dir, path) = file("a.csv", b"tekst,label\neen,dit is een bericht\n");
    let error = read(&path, &generic(&[], &[]), &[]).unwrap_err().to_string();
    assert!(error.contains("(a text)") && !error.contains("bericht"), "{error}");
}

#[test]
fn a_file_without_a_usable_row_says_why() {
    let empty = |rows: &[u8], only: &[Where]| {
        let (_dir, path) = file("a.csv", rows);
        read(&path, &generic(&[], &[]), only).unwrap_err().to_string()
    };
    let error = empty(b"tekst,label\n,1\n,0\n,1\n,1\n", &[]);
    assert!(error.contains("no row could be used: 4 malformed (line 2: the text is empty, line 3: "), "{error}");
    let error = empty(b"tekst,label\neen,1\n", &[("label".to_owned(), "0".to_owned())]);
    assert!(error.contains("no row could be used: 1 left out by a condition"), "{error}");
    assert!(empty(b"tekst,label\n", &[]).contains("it has none"));
}

#[test]
fn how_a_file_was_read_is_told() {
    let (_dir, path) = file("a.csv", b"tekst,label,deel\neen,haat,test\ntwee,ok,test\n");
    let only = [("deel".to_owned(), "test".to_owned())];
    let adapter = Generic { cluster: Some("deel".to_owned()), ..generic(&["haat", "x"], &["ok"]) };
    let data = read(&path, &adapter, &only).unwrap();
    let told: Vec<(&str, &str)> = data.reading.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let wanted = [
        ("about", "137d"),
        ("cluster", "deel"),
        ("contested", "?"),
        ("id", "id"),
        ("label", "label"),
        ("negative", "ok"),
        ("positive", "haat,x"),
        ("text", "tekst"),
        ("where.deel", "test"),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn the_wrong_kind_of_file_is_named() {
    let error = read_named("hatecheck", "a.csv", "a,b\n1,2\n").unwrap_err().to_string();
    assert!(error.contains("`functionality`") && error.contains("a, b"), "{error}");
    let error = read_named("raters", "a.csv", "").unwrap_err().to_string();
    assert!(error.contains("`id`"), "{error}");
    let (_dir, path) = file("a.txt", b"");
    let error = read(&path, &generic(&[], &[]), &[]).unwrap_err().to_string();
    assert!(error.contains(".parquet"), "{error}");
}
