//! `grens eval`: figures by the same path as a scan.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{root, run, text};

pub fn write(dir: &Path, name: &str, content: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

const HATECHECK: &str = "functionality,test_case,label_gold\nident_neutral_nh,Mijn buurman is doof.,non-hateful\n\
                         ident_pos_nh,Vrouwen kunnen alles.,non-hateful\nx,,hateful\n";

/// Ten texts with scores; half of them hateful, one error each way at 0.5.
pub fn scored(dir: &Path) -> (PathBuf, PathBuf) {
    let (mut data, mut scores) = ("id,tekst,oordeel,groep\n".to_owned(), "id,score\n".to_owned());
    for (i, score) in [0.9, 0.8, 0.7, 0.6, 0.4, 0.55, 0.3, 0.2, 0.1, 0.05].into_iter().enumerate() {
        let (label, group) = (if i < 5 { "haat" } else { "ok" }, if i % 2 == 0 { "a" } else { "b" });
        data += &format!("p{i},tekst nummer {i},{label},{group}\n");
        scores += &format!("p{i},{score}\n");
    }
    (write(dir, "set.csv", &data), write(dir, "said.csv", &scores))
}

fn eval_scored(data: &Path, scores: &Path, more: &[&str]) -> super::support::Ran {
    let system = format!("other={}", text(scores));
    let mut args =
        vec!["eval", text(data), "--text", "tekst", "--label", "oordeel", "--positive", "haat", "--negative", "ok"];
    args.extend(["--system", &system]);
    args.extend(more);
    run(&args)
}

#[test]
fn a_hatecheck_file_gives_figures_and_names_bad_rows() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "cases.csv", HATECHECK);
    let ran = run(&["eval", text(&file), "--format", "hatecheck", "--json", "--draws", "20"])
        .expect(3)
        .says(&["cases.csv:4: the text is empty"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["schema"], &report["n"]), (&Value::from("grens.eval/1"), &Value::from(2)));
    assert_eq!(report["slices"][0]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(report["manifest"]["data"]["licence"], "CC-BY-4.0");
    let table = run(&["eval", text(&file), "--format", "hatecheck", "--draws", "20"]).expect(3);
    assert!(table.stdout.contains("2 texts, 2 clusters, 1 malformed row left out"), "{}", table.stdout);
    assert!(table.stdout.contains("ident_neutral_nh") && table.stdout.contains("macro_f1"), "{}", table.stdout);
    run(&["eval", text(&file), "--format", "rows"]).expect(4).says(&["no column `family`", "--format"]);
}

#[test]
fn another_systems_scores_are_measured_and_repeat_to_the_digit() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let first = eval_scored(&data, &scores, &["--json", "--group", "groep"]).expect(0);
    let report: Value = serde_json::from_str(&first.stdout).unwrap();
    let head = &report["heads"][0];
    assert_eq!(head["points"][0]["counts"], serde_json::json!({"tp": 4, "fp": 1, "tn": 4, "fn": 1}));
    assert_eq!(head["figures"]["roc_auc"]["value"], 0.96);
    assert_eq!(head["points"][0]["figures"]["macro_f1"]["value"], 0.8);
    let interval = &head["points"][0]["figures"]["macro_f1"]["interval"];
    assert!(interval[0].as_f64().unwrap() < 0.8 && interval[1].as_f64().unwrap() > 0.8, "{interval}");
    assert_eq!(report["slices"][0]["by"], "group");
    assert_eq!(first.stdout, eval_scored(&data, &scores, &["--json", "--group", "groep"]).expect(0).stdout);
    let other = eval_scored(&data, &scores, &["--json", "--group", "groep", "--seed", "5"]).expect(0);
    assert_ne!(first.stdout, other.stdout);
}

#[test]
fn a_bound_that_is_missed_has_an_exit_code_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let bounds = |bounds: &[&str]| eval_scored(&data, &scores, &[&["--draws", "0"], bounds].concat());
    bounds(&["--fail-under", "macro_f1=0.8", "--fail-over", "group_hate.threshold.false_alarms_per_10k=2000"])
        .expect(0);
    bounds(&["--fail-under", "macro_f1=0.81"]).expect(10).says(&["macro_f1 is 0.8000, under 0.81"]);
    bounds(&["--fail-over", "ece=0.001"]).expect(10).says(&["ece is", "over 0.001"]);
    bounds(&["--fail-under", "ece=0.1"]).expect(2).says(&["--fail-over"]);
    bounds(&["--fail-under", "macrof1=0.1"]).expect(2).says(&["macrof1", "macro_f1"]);
}

#[test]
fn labels_that_do_not_map_stop_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let (data, _) = scored(dir.path());
    run(&["eval", text(&data), "--text", "tekst", "--label", "oordeel", "--positive", "haat", "--system", "lexicon"])
        .expect(4)
        .says(&["oordeel=\"ok\" (5 rows)", "--negative"]);
}

#[test]
fn the_other_forms_of_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let page = dir.path().join("page.html");
    let ran = eval_scored(&data, &scores, &["--markdown", "--draws", "50", "--html", text(&page)]).expect(0);
    assert!(ran.stdout.contains("|Tasks|Version|Filter|n-shot|Metric|"), "{}", ran.stdout);
    assert!(ran.stdout.contains("|set.group_hate|1|threshold|0|macro_f1|↑|0.8000|±|"), "{}", ran.stdout);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.matches("<svg").count() == 3);
    for elsewhere in ["http:", "https:", "<script", "url("] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
}

#[test]
fn shared_texts_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let (data, _) = scored(dir.path());
    let train = write(dir.path(), "train.jsonl", "{\"text\":\"Tekst nummer 3\"}\n{\"text\":\"iets anders\"}\n");
    let labels = ["--text", "tekst", "--label", "oordeel", "--positive", "haat", "--negative", "ok"];
    let check = |train: &Path| run(&[&["eval", text(&data)][..], &labels, &["--check-leakage", text(train)]].concat());
    // The training file has no column `tekst`.
    check(&train).expect(4).says(&["tekst"]);
    let train = write(dir.path(), "train.csv", "tekst\nTekst  nummer 3!\niets anders\n");
    let ran = check(&train).expect(8).says(&["1 exact, 0 near"]);
    assert!(
        ran.stdout.starts_with("exact\t")
            && ran.stdout.contains("\tp3\t")
            && ran.stdout.trim_end().ends_with("train.csv:2")
    );
    check(&write(dir.path(), "other.csv", "tekst\niets anders\n")).expect(0);
    // A comma outside of quotation marks: what stands in that row was not compared.
    let torn = write(dir.path(), "torn.csv", "tekst\niets anders\nTekst, nummer 3\n");
    check(&torn).expect(3).says(&["torn.csv:3: ", "rows that could not be read were not compared", "0 exact, 0 near"]);
    check(&write(dir.path(), "none.csv", "tekst\nTekst, nummer 3\n")).expect(4).says(&["none.csv: no row", "line 2"]);
}

#[test]
fn scores_are_not_matched_to_line_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    eval_scored(&data, &scores, &["--id", "nummer"]).expect(4).says(&["set.csv:2: the text has no id", "--id"]);
}

#[test]
fn the_manifest_holds_how_the_files_were_read() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let told = |more: &[&str]| {
        let ran = eval_scored(&data, &scores, &[&["--json", "--draws", "0"], more].concat()).expect(0);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["manifest"].clone()
    };
    let manifest = told(&["--where", "groep=a"]);
    let reading = &manifest["data"]["reading"];
    assert_eq!((&reading["label"], &reading["positive"]), (&"oordeel".into(), &"haat".into()), "{reading}");
    assert_eq!(reading["where.groep"], "a");
    assert_eq!(manifest["system"]["settings"], serde_json::json!({"id": "id", "column": "score"}));
    assert_ne!(manifest, told(&["--where", "groep=a", "--cluster", "groep"]));
}

#[test]
fn few_clusters_give_no_interval() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let ran = eval_scored(&data, &scores, &["--json", "--cluster", "groep"]).expect(0);
    let ran = ran.says(&["warning: 2 independent texts or clusters of them are too few for intervals"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let figure = &report["heads"][0]["points"][0]["figures"]["macro_f1"];
    assert_eq!(figure, &serde_json::json!({"value": 0.8, "interval": null}));
}

#[test]
fn calibration_is_not_fitted_on_what_it_is_shown_on() {
    let dir = tempfile::tempdir().unwrap();
    let train = root().join("eval-data/grenscheck/cases-train.csv");
    let out = dir.path().join("calibration.json");
    run(&["calibrate", text(&train), "--format", "grenscheck", "--test", text(&train), "--out", text(&out)])
        .expect(8)
        .says(&["share 786 texts", "cases-train.csv"]);
    assert!(!out.exists());
}

#[test]
fn a_fitted_calibration_is_read_by_the_model() {
    let dir = tempfile::tempdir().unwrap();
    let row = |i: usize, kind: &str, label: &str| format!("{kind} {i} {},{label}\n", "x".repeat(i % 7));
    let file = |name: &str, from: usize| {
        let rows = (from..from + 25).map(|i| row(i, "Alle buren zijn ratten", "1") + &row(i, "Het weer is mooi", "0"));
        write(dir.path(), name, &("text,label\n".to_owned() + &rows.collect::<String>()))
    };
    let (fit, test, out) = (file("fit.csv", 0), file("test.csv", 100), dir.path().join("calibration.json"));
    let with_a_bad_row = std::fs::read_to_string(&test).unwrap() + ",1\n";
    std::fs::write(&test, with_a_bad_row).unwrap();
    for method in ["temperature", "platt", "beta", "isotonic"] {
        let ran =
            run(&["calibrate", text(&fit), "--test", text(&test), "--method", method, "--out", text(&out)]).expect(3);
        assert!(ran.stdout.contains("group_hate"), "{}", ran.stdout);
        let fitted: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!((&fitted["method"], fitted["heads"].as_object().unwrap().len()), (&Value::from(method), 8));
        // The model's own parser takes what was written.
        let bytes = std::fs::read(&out).unwrap();
        grens_infer::Calibration::parse(&bytes, &out).unwrap();
    }
}

#[test]
fn a_wish_that_the_data_cannot_support_is_refused_with_a_number() {
    let dir = tempfile::tempdir().unwrap();
    let train = root().join("eval-data/grenscheck/cases-train.csv");
    let out = dir.path().join("policy.toml");
    let base = ["threshold", text(&train), "--format", "grenscheck", "--name", "mine", "--out", text(&out)];
    run(&[&base[..], &["--precision", "0.95", "--prevalence", "0.001"]].concat()).expect(8).says(&[
        "no policy was written",
        "137c",
        "137d",
    ]);
    assert!(!out.exists());
    // A row without a text is left out, and what else the policy says is kept.
    let rows = std::fs::read_to_string(&train).unwrap();
    let header = rows.lines().next().unwrap();
    let cell = |name| match name {
        "test_case" => "",
        "grounds" => "-",
        "expected_band" => "clear",
        _ => "0",
    };
    let bad = header.split(',').map(cell).collect::<Vec<_>>().join(",");
    let train = write(dir.path(), "train.csv", &(rows + &bad + "\n"));
    let given = std::fs::read_to_string(root().join("models/grens-nl/policy.toml")).unwrap();
    let given = write(dir.path(), "given.toml", &(given + "\n[gateway]\nsend = \"candidate\"\n"));
    let base = ["threshold", text(&train), "--format", "grenscheck", "--name", "mine", "--out", text(&out)];
    let wish = ["--policy", text(&given), "--precision", "0.6", "--recall", "0.5"];
    let ran = run(&[&base[..], &wish].concat()).expect(3).says(&["the text is empty"]);
    assert!(ran.stdout.contains("137c: candidate") && ran.stdout.contains("at least"), "{}", ran.stdout);
    assert!(std::fs::read_to_string(&out).unwrap().contains("[gateway]\nsend = \"candidate\""));
    let policy = std::fs::read_to_string(&out).unwrap();
    assert!(policy.starts_with("id = \"mine\"") && policy.contains("Clopper-Pearson") && policy.contains("sha256"));
    super::support::run_with(&["score", "--policy", text(&out)], &super::support::posts(&["Hoi"])).expect(0);
}
