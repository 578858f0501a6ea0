//! `grens purge`: what is older than it may be kept goes, and nothing else.

use super::night::{Night, made_up};
use super::support::{Ran, run, text};

fn purge(night: &Night, more: &[&str]) -> Ran {
    let root = night.path("nachten");
    let args: Vec<&str> = ["purge", text(&root)].iter().chain(more).copied().collect();
    run(&args)
}

#[test]
fn old_records_go_and_their_counts_stay() {
    let night = Night::new(&made_up(100));
    for out in ["nachten/a", "nachten/b"] {
        night.scan(out, &["--keep-clear"]).expect(3);
    }
    std::fs::write(night.path("nachten/a/notitie.txt"), "van een mens").unwrap();
    // The run of the first night was last written long ago.
    let manifest = night.path("nachten/a/run/manifest.json");
    let mut run: serde_json::Value = serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    run["updated_at"] = "2020-01-01T00:00:00Z".into();
    std::fs::write(&manifest, run.to_string()).unwrap();
    let (a, b) = (night.results("nachten/a"), night.results("nachten/b"));

    let dry = purge(&night, &["--older-than", "30d", "--dry-run"]).expect(0).says(&["1 of 1 would be removed"]);
    assert!(dry.stdout.contains("would go") && dry.stdout.contains("nachten/a"), "{}", dry.stdout);
    assert_eq!(night.results("nachten/a"), a);

    let ran = purge(&night, &["--older-than", "30d"]).expect(0);
    assert!(ran.stdout.contains("removed") && !ran.stdout.contains("nachten/b"), "{}", ran.stdout);
    let left: Vec<String> = night.results("nachten/a").into_keys().collect();
    assert_eq!(left, ["notitie.txt", "summary.json"]);
    assert!(!night.path("nachten/a/run").exists() && !night.path("nachten/a/decisions").exists());
    assert_eq!(night.results("nachten/b"), b);
    night.scan("nachten/a", &[]).expect(6).says(&["the summary of a scan whose records are gone"]);
}

#[test]
fn a_state_folder_forgets() {
    let night = Night::new(&made_up(50));
    let state = night.path("stand");
    night.scan("nachten/a", &["--state", text(&state)]).expect(3);
    let files = || std::fs::read_dir(&state).unwrap().count();
    run(&["purge", "--state", text(&state), "--older-than", "30d"]).expect(0).says(&["0 of 0"]);
    assert_eq!(files(), 1);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    run(&["purge", "--state", text(&state), "--older-than", "1s"]).expect(0);
    assert_eq!(files(), 0);
}

#[test]
fn what_makes_no_sense_is_refused() {
    run(&["purge", "--older-than", "30d"]).expect(2).says(&["nothing to purge"]);
    run(&["purge", "x", "--older-than", "soon"]).expect(2);
    run(&["purge", "nergens", "--older-than", "1d"]).expect(4).says(&["nergens"]);
}
