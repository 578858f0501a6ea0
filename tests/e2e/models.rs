//! Models: missing, damaged, foreign, from the hub's cache, exported.

use std::path::Path;
use std::process::Command;

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use super::support::{Ran, copy_of, fixture, grens, posts, root, run, run_with, shipped_model, text};

#[test]
fn a_model_that_is_not_there_is_named() {
    run(&["score", "--model", "nergens"]).expect(5).says(&["nergens", "--model DIR"]);
    let empty = tempfile::tempdir().unwrap();
    run(&["score", "--model", text(empty.path())]).expect(5).says(&["config.json is missing"]);
}

#[test]
fn a_damaged_model_is_refused_by_file() {
    for file in ["model.safetensors", "tokenizer.json", "config.json", "calibration.json", "policy.toml"] {
        let model = copy_of(&shipped_model());
        let path = model.path().join(file);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        run_with(&["score", "--model", text(model.path())], &posts(&["Hoi"]))
            .expect(5)
            .says(&[file, "SHA-256", "hint:"]);
    }
    let model = copy_of(&shipped_model());
    std::fs::remove_file(model.path().join("golden.json")).unwrap();
    run(&["model", "info", "--model", text(model.path())]).expect(5).says(&["golden.json is missing"]);
}

#[test]
fn a_truncated_model_without_a_manifest_is_refused() {
    let model = copy_of(&fixture("bert"));
    let path = model.path().join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let args = ["model", "info", "--model", text(model.path()), "--label-map", "group_hate=hate"];
    run(&args).expect(5).says(&["model.safetensors"]);
}

#[test]
fn a_foreign_model_wants_a_label_map_and_a_policy() {
    for (family, label) in
        [("xlm-roberta", "hate"), ("distilbert", "POSITIVE"), ("deberta-v2", "hate"), ("modernbert", "hate")]
    {
        let dir = fixture(family);
        let model = text(&dir);
        let map = format!("group_hate={label}");
        run(&["score", "--model", model]).expect(2).says(&["--label-map group_hate=", label]);
        run(&["score", "--model", model, "--label-map", &map]).expect(5).says(&["--policy FILE"]);
        let policy = shipped_model().join("policy.toml");
        let args = ["score", "-", "--model", model, "--label-map", &map, "--policy", text(&policy)];
        let ran = run_with(&args, &posts(&["Goedemorgen", "Tot straks"])).expect(0);
        let record = &ran.records()[0];
        assert_eq!(record["scores"]["art137c"], 0.0, "{family}");
        assert!(record["scores"]["group_hate"].as_f64().unwrap() > 0.0, "{family}");
    }
}

#[test]
fn a_label_map_may_stand_in_the_directory() {
    let model = copy_of(&fixture("xlm-roberta"));
    std::fs::write(
        model.path().join("grens.toml"),
        "name = \"proef\"\nversion = \"1\"\n[labels]\ngroup_hate = \"hate\"\n",
    )
    .unwrap();
    let ran = run(&["model", "info", "--model", text(model.path())]).expect(0);
    assert!(ran.stdout.contains("proef 1") && ran.stdout.contains("no grens.toml vouches"), "{}", ran.stdout);
    std::fs::write(model.path().join("grens.toml"), "labels = 3\n").unwrap();
    run(&["model", "info", "--model", text(model.path())]).expect(5).says(&["grens.toml"]);
    std::fs::write(model.path().join("grens.toml"), "format = \"grens-int4/9\"\n").unwrap();
    run(&["model", "info", "--model", text(model.path())]).expect(5).says(&["grens-int4/9"]);
}

#[test]
fn a_hub_model_works_from_the_cache_without_a_network() {
    let home = tempfile::tempdir().unwrap();
    let repo = home.path().join("hub/models--proef--klein");
    let snapshot = repo.join("snapshots/abc123");
    std::fs::create_dir_all(&snapshot).unwrap();
    std::fs::create_dir_all(repo.join("refs")).unwrap();
    std::fs::write(repo.join("refs/main"), "abc123").unwrap();
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        std::fs::copy(fixture("xlm-roberta").join(file), snapshot.join(file)).unwrap();
    }
    let offline = |name: &str| {
        let mut command = grens(&["model", "info", "--model", name, "--label-map", "group_hate=hate"]);
        Ran::new(command.env("HF_HOME", home.path()).env("HF_HUB_OFFLINE", "1").output().unwrap())
    };
    let ran = offline("proef/klein").expect(0);
    assert!(ran.stdout.contains("xlm-roberta") && ran.stdout.contains("proef/klein"), "{}", ran.stdout);
    offline("proef/anders").expect(5).says(&["proef/anders", "HF_HUB_OFFLINE"]);
}

#[test]
fn a_device_that_is_not_built_in_is_refused() {
    if cfg!(any(feature = "cuda", feature = "metal")) {
        return;
    }
    run(&["score", "--device", "cuda:1"]).expect(7).says(&["cuda:1", "--features cuda", "--device cpu"]);
    run(&["score", "--device", "metal"]).expect(7).says(&["--features metal"]);
    let ran = Ran::new(grens(&["doctor"]).env("GRENS_KERNEL", "sse9").output().unwrap());
    ran.expect(7).says(&["sse9", "avx512", "GRENS_KERNEL"]);
}

#[test]
fn a_policy_that_is_not_sound_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.toml");
    let text_of = std::fs::read_to_string(shipped_model().join("policy.toml")).unwrap();
    std::fs::write(&path, text_of.replacen("candidate = ", "candidate = 7 #", 1)).unwrap();
    let wrong = run(&["score", "--policy", text(&path)]).expect(2).says(&[text(&path), "137c.candidate"]);
    let none = run(&["score", "--policy", "nergens.toml"]).expect(2).says(&["nergens.toml"]);
    for (ran, cause) in [(wrong, "write a probability"), (none, "os error 2")] {
        assert_eq!(ran.stderr.matches(cause).count(), 1, "{}", ran.stderr);
    }
    let model = copy_of(&fixture("bert"));
    let info = ["model", "info", "--model", text(model.path())];
    assert!(run(&info).expect(0).stdout.contains("none; give one with --policy"));
    std::fs::write(model.path().join("policy.toml"), "id = 3\n").unwrap();
    run(&info).expect(5).says(&["policy.toml: the policy cannot be read"]);
}

#[test]
fn a_model_that_gives_no_numbers_calls_nothing_clear() {
    let model = copy_of(&fixture("bert"));
    let path = model.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let bias = SafeTensors::deserialize(&bytes).unwrap().tensor("classifier.bias").unwrap().data().as_ptr();
    let at = bias.addr() - bytes.as_ptr().addr();
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let policy = shipped_model().join("policy.toml");
    let args = ["score", "-", "--model", text(model.path()), "--policy", text(&policy)];
    let ran = run_with(&args, &posts(&["Hoi"])).expect(5).says(&["no finite number", "hint: "]);
    assert_eq!(ran.stdout, "");
}

/// The exported floats are the shipped 8-bit weights multiplied out, to the bit; golden.json holds what transformers computes
/// from such a checkpoint, and `doctor` compares our scores with it.
#[test]
fn the_export_is_the_shipped_model_in_floats() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("hf");
    let ran = run(&["model", "export", "--hf", text(&to)]).expect(0);
    assert_eq!(ran.stdout.lines().count(), 4);

    let shipped = std::fs::read(shipped_model().join("model.safetensors")).unwrap();
    let exported = std::fs::read(to.join("model.safetensors")).unwrap();
    let (shipped, exported) =
        (SafeTensors::deserialize(&shipped).unwrap(), SafeTensors::deserialize(&exported).unwrap());
    let mut eight_bit = 0;
    for (name, view) in exported.tensors() {
        assert_eq!(view.dtype(), Dtype::F32, "{name}");
        let own = shipped.tensor(&name).unwrap();
        assert_eq!(own.shape(), view.shape(), "{name}");
        if own.dtype() == Dtype::I8 {
            eight_bit += 1;
            let scales = floats(shipped.tensor(&format!("{name}_scale")).unwrap().data());
            let cols = own.shape()[1];
            for (i, (value, &q)) in floats(view.data()).iter().zip(own.data()).enumerate() {
                assert_eq!(*value, f32::from(q.cast_signed()) * scales[i / cols], "{name}");
            }
        }
    }
    assert!(eight_bit > 70, "{eight_bit} tensors of 8 bits");
    assert!(exported.names().iter().all(|n| !n.ends_with("_scale")));
    // What was exported is a model for grens as well.
    let args = ["model", "info", "--model", text(&to)];
    run(&args).expect(0);
    run(&["model", "export", "--hf", text(&to)]).expect(5).says(&["a model already"]);

    transformers_agrees(&to);
}

/// Where `GRENS_PYTHON` names a Python with torch and transformers, they load the export and must agree with golden.json.
fn transformers_agrees(export: &Path) {
    let Some(python) = std::env::var_os("GRENS_PYTHON") else {
        return;
    };
    let out = Command::new(python)
        .args(["-m", "scripts.check_hf_export", text(export), "--golden", text(&shipped_model().join("golden.json"))])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
