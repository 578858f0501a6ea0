//! Systems that are measured and compared: Hugging Face classifiers, baselines, scores in a file.

use serde_json::Value;

use super::eval::{scored, write};
use super::support::{fixture, run, text};

const TEXTS: &str = "id,text,label\na,Mijn buren zijn aardig,0\nb,Alle buren zijn ratten,1\nc,Morgen regent het,0\nd,Stuur ze allemaal weg,1\n";

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&run(args).expect(0).stdout).unwrap()
}

#[test]
fn any_classifier_in_hugging_face_form_is_measured() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "set.csv", TEXTS);
    for (family, label) in [("deberta-v2", "hate"), ("distilbert", "POSITIVE"), ("xlm-roberta", "1")] {
        let (model, map) = (fixture(family), format!("group_hate={label}"));
        let args = ["eval", text(&file), "--model", text(&model), "--label-map", &map, "--draws", "20", "--json"];
        let report = json(&args);
        let system = &report["manifest"]["system"];
        assert_eq!((&system["kind"], &system["policy"]), (&Value::from("model"), &Value::from("half")), "{family}");
        assert_eq!(system["hash"].as_str().unwrap().len(), 64);
        assert_eq!(system["settings"]["label.group_hate"], label, "{system}");
        assert!(system["settings"]["runs_on"].is_string(), "{system}");
        let heads = report["heads"].as_array().unwrap();
        assert_eq!((heads.len(), &heads[0]["head"], &heads[0]["n"]), (1, &"group_hate".into(), &4.into()), "{family}");
        assert!(
            heads[0]["figures"]["roc_auc"]["value"].is_f64() && heads[0]["reliability"].as_array().unwrap().len() > 1
        );
        // `--system` takes the same model, with a threshold of its own.
        let system = format!("other={}#{label}@0.25", text(&model));
        let other = json(&["eval", text(&file), "--system", &system, "--draws", "20", "--json"]);
        assert_eq!(other["heads"][0]["figures"], heads[0]["figures"], "{family}");
        assert_eq!(other["heads"][0]["points"][0]["threshold"], 0.25);
        // The other heads and the grounds, where it has some, still go by it.
        assert_eq!(other["manifest"]["system"]["policy"], "half");
    }
    let model = fixture("deberta-v2");
    run(&["eval", text(&file), "--model", text(&model)]).expect(2).says(&["neutral", "--label-map"]);
    run(&["eval", text(&file), "--model", text(&model), "--label-map", "group_hate=kwaad"])
        .expect(2)
        .says(&["kwaad", "neutral"]);
}

#[test]
fn several_models_stand_in_one_table() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "set.csv", TEXTS);
    let (deberta, roberta) = (
        format!("deberta={}#hate", text(&fixture("deberta-v2"))),
        format!("roberta={}#hate@0.4", text(&fixture("xlm-roberta"))),
    );
    let args =
        ["compare", text(&file), "--system", &deberta, "--system", &roberta, "--system", "lexicon", "--draws", "50"];
    let report = json(&[&args[..], &["--json"]].concat());
    let systems = report["systems"].as_array().unwrap();
    let names: Vec<&str> = systems.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!((&names[1..], report["pairs"].as_array().unwrap().len()), (&["deberta", "roberta", "lexicon"][..], 6));
    let hashes: std::collections::BTreeSet<&str> =
        systems.iter().map(|s| s["system"]["hash"].as_str().unwrap()).collect();
    assert_eq!(hashes.len(), 4);
    assert_eq!((&systems[1]["threshold"], &systems[2]["threshold"]), (&0.5.into(), &0.4.into()));
    let printed = run(&args).expect(0).stdout;
    for part in ["lexicon: licence Apache-2.0 OR MIT; cite: grens", "deberta", "see its model card"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    run(&[&args[..], &["--system", &deberta]].concat()).expect(2).says(&["two systems are called deberta"]);
    run(&["compare", text(&file), "--no-model", "--system", "x=nergens"]).expect(5).says(&["nergens"]);
    run(&["compare", text(&file), "--no-model", "--system", "x=nergens.csv"]).expect(4).says(&["nergens.csv"]);
}

#[test]
fn baselines_and_scores_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let (data, scores) = scored(dir.path());
    let system = format!("other={}", text(&scores));
    let labels = ["--text", "tekst", "--label", "oordeel", "--positive", "haat", "--negative", "ok"];
    let given = ["--no-model", "--system", &system, "--system", "lexicon", "--system", "ngrams", "--draws", "200"];
    let compare = |more: &[&str]| run(&[&["compare", text(&data)][..], &labels, &given, more].concat()).expect(0);
    let report: Value = serde_json::from_str(&compare(&["--json"]).stdout).unwrap();
    assert_eq!((report["systems"].as_array().unwrap().len(), report["pairs"].as_array().unwrap().len()), (3, 3));
    // The lexicon knows none of these words, so it has the five harmless texts right; the other has four of each.
    let all = &report["pairs"][0]["all"];
    assert_eq!((all["only_a"].as_u64(), all["only_b"].as_u64()), (Some(4), Some(1)));
    assert!((all["p"].as_f64().unwrap() - 0.375).abs() < 1e-9);
    let table = compare(&[]).stdout;
    assert!(table.contains("McNemar p 0.375") && table.contains("p5") && !table.contains("tekst nummer"), "{table}");
    assert!(compare(&["--show-text"]).stdout.contains("tekst nummer 5"));
    assert!(compare(&["--markdown"]).stdout.starts_with("|system|hash|"));
    // `--draws` may be given once.
    let given = &given[..given.len() - 2];
    let untested = run(&[&["compare", text(&data)][..], &labels, given, &["--draws", "0"]].concat()).expect(0).stdout;
    let tested = untested.lines().filter(|line| line.contains(" difference "));
    assert!(tested.clone().count() == 9 && tested.clone().all(|line| line.ends_with("p - (Holm -)")), "{untested}");
    run(&["compare", text(&data), "--no-model", "--model", "x", "--system", "lexicon"]).expect(2).says(&["--no-model"]);
}
