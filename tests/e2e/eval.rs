//! `grens eval`: figures by the same path as a scan.

use super::support::{run, text};

#[test]
fn a_hatecheck_file_gives_figures_and_names_bad_rows() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cases.csv");
    std::fs::write(
        &file,
        "functionality,test_case,label_gold\nident_neutral_nh,Mijn buurman is doof.,non-hateful\nident_pos_nh,Vrouwen kunnen alles.,non-hateful\nx,,hateful\n",
    )
    .unwrap();
    let ran = run(&["eval", text(&file), "--format", "hatecheck", "--json"])
        .expect(3)
        .says(&["cases.csv:4: the text is empty"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["n"], 2);
    assert_eq!(report["functionalities"].as_array().unwrap().len(), 2);
    let table = run(&["eval", text(&file), "--format", "hatecheck"]).expect(3);
    assert!(table.stdout.contains("ident_neutral_nh") && table.stdout.contains("macro-F1"), "{}", table.stdout);
    run(&["eval", text(&file), "--format", "rows"]).expect(4).says(&["no column `text`", "--format"]);
}
