//! `grens doctor`, `grens model info`, `grens law`.

use super::support::{copy_of, grens, run, shipped_model, text};

#[test]
fn the_shipped_model_passes_its_self_test() {
    let ran = run(&["doctor"]).expect(0);
    for part in ["kernels", "threads", "cpu", "grens-nl", "self-test  passed", "nl-sr-2026-01-01"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn every_tier_passes_the_self_test() {
    for tier in ["plain", "avx2", "avx-vnni", "avx512", "avx512-vnni", "amx"] {
        let out = grens(&["doctor"]).env("GRENS_KERNEL", tier).output().unwrap();
        let stdout = String::from_utf8_lossy(&out.stdout).into_owned();
        match out.status.code() {
            Some(0) => assert!(stdout.contains("passed") && stdout.contains("GRENS_KERNEL is set"), "{stdout}"),
            code => assert_eq!(code, Some(7), "{tier}: {}", String::from_utf8_lossy(&out.stderr)),
        }
    }
}

#[test]
fn a_model_that_scores_otherwise_fails_the_self_test() {
    let model = copy_of(&shipped_model());
    // No manifest: nothing vouches for the files, so that the self-test is what finds the change.
    let labels = std::fs::read_to_string(model.path().join("grens.toml")).unwrap();
    let without_files = labels.split("[files]").next().unwrap();
    std::fs::write(model.path().join("grens.toml"), without_files).unwrap();
    let golden = model.path().join("golden.json");
    let mut posts: serde_json::Value = serde_json::from_slice(&std::fs::read(&golden).unwrap()).unwrap();
    posts[3]["logits"][0] = (posts[3]["logits"][0].as_f64().unwrap() + 0.01).into();
    std::fs::write(&golden, posts.to_string()).unwrap();
    let ran = run(&["doctor", "--model", text(model.path())]).expect(8);
    assert!(ran.stdout.contains("FAILED"), "{}", ran.stdout);
}

#[test]
fn model_info_names_model_and_heads() {
    let ran = run(&["model", "info"]).expect(0);
    for part in ["grens-nl", "checked against grens.toml", "group_hate, art137c, art137d, race", "256 tokens"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn the_law_shows_what_was_not_verified() {
    let ran = run(&["law"]).expect(0);
    assert!(ran.stdout.contains("art. 137d Sr") && ran.stdout.contains("(not verified)"), "{}", ran.stdout);
    let c = ran.stdout.split("art. 137d").next().unwrap();
    assert!(!c.contains("geslacht"), "{c}");
}

#[test]
fn help_lists_the_exit_codes() {
    let ran = run(&["--help"]).expect(0);
    for row in grens_law::EXIT_CODES {
        assert!(ran.stdout.contains(row.meaning), "{}", row.meaning);
    }
}

#[test]
fn the_shipped_directory_is_small() {
    let size: u64 = std::fs::read_dir(shipped_model()).unwrap().map(|f| f.unwrap().metadata().unwrap().len()).sum();
    assert!(size <= 45_000_000, "{size} bytes");
}
