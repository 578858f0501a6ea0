//! Every backend and every family against logits that transformers computed.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::{DeviceChoice, ModelDir, Scorer, ScorerOptions, compare_with_golden};

fn fixture(name: &str) -> ModelDir {
    ModelDir::open(&format!("{}/../../tests/fixtures/hf/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn options() -> ScorerOptions {
    ScorerOptions {
        device: DeviceChoice::Cpu,
        threads: 2,
        labels: Some([("group_hate".to_owned(), crate::Output::Index(0))].into()),
        ..ScorerOptions::default()
    }
}

fn agrees(name: &str) {
    let dir = fixture(name);
    let scorer = Scorer::load(&dir, &options()).unwrap();
    let report = compare_with_golden(&scorer, dir.golden_path().unwrap()).unwrap();
    assert!(report.passes() && report.largest_difference < 1e-4, "{name}: {report:?}");
}

#[test]
fn bert_agrees_with_transformers() {
    agrees("bert");
}

#[test]
fn xlm_roberta_agrees_with_transformers() {
    agrees("xlm-roberta");
}

#[test]
fn distilbert_agrees_with_transformers() {
    agrees("distilbert");
}

#[test]
fn deberta_v2_agrees_with_transformers() {
    agrees("deberta-v2");
}

#[test]
fn modernbert_agrees_with_transformers() {
    agrees("modernbert");
}

/// The conformance suite's two backends of the packed encoder, on the same weights.
fn both_backends(dir: &ModelDir) -> [Box<dyn Encoder>; 2] {
    on_both(dir, [Device::find(&DeviceChoice::Cpu).unwrap(), Device::Accelerator(candle_core::Device::Cpu)])
}

fn on_both(dir: &ModelDir, devices: [Device; 2]) -> [Box<dyn Encoder>; 2] {
    let build = |weights: &Weights<'_>| {
        weights.keep();
        Ok(devices.map(|device| build(&dir.config, &dir.config_file.path, weights, &device).unwrap()))
    };
    dir.load(build).unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn kernels_agree_with_candle(posts in prop::collection::vec(prop::collection::vec(0u32..200, 1..40), 1..8)) {
        for family in ["bert", "xlm-roberta", "distilbert"] {
            let dir = fixture(family);
            let [kernels, candle] = both_backends(&dir);
            let batch = PackedBatch::new(posts.iter().map(Vec::as_slice));
            let (a, b) = (kernels.logits(&batch).unwrap(), candle.logits(&batch).unwrap());
            prop_assert_eq!(a.len(), posts.len() * kernels.n_labels());
            for (a, b) in a.iter().zip(&b) {
                prop_assert!((a - b).abs() < 1e-5, "{family}: {a} {b}");
            }
        }
    }

    #[test]
    fn a_post_scores_the_same_alone_and_in_any_batch(
        posts in prop::collection::vec(prop::collection::vec(0u32..200, 1..40), 1..8), at in 0usize..8,
    ) {
        let at = at % posts.len();
        for family in MODEL_TYPES {
            let dir = fixture(family);
            let device = Device::find(&DeviceChoice::Cpu).unwrap();
            let (_, encoder) = dir.load(|weights| build(&dir.config, &dir.config_file.path, weights, &device)).unwrap();
            let width = encoder.n_labels();
            let all = encoder.logits(&PackedBatch::new(posts.iter().map(Vec::as_slice))).unwrap();
            let alone = encoder.logits(&PackedBatch::new([posts[at].as_slice()])).unwrap();
            for (a, b) in all[at * width..(at + 1) * width].iter().zip(&alone) {
                prop_assert!((a - b).abs() < 1e-5, "{family}: {a} {b}");
            }
        }
    }
}

#[test]
fn an_unknown_family_is_refused_by_name() {
    let mut dir = fixture("bert");
    dir.config["model_type"] = "gpt2".into();
    let error = Scorer::load(&dir, &options()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("gpt2") && error.contains("xlm-roberta"), "{error}");
}

#[test]
fn a_config_that_does_not_fit_the_weights_is_refused() {
    let mut dir = fixture("bert");
    dir.config["intermediate_size"] = 96.into();
    let error = Scorer::load(&dir, &options()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("intermediate") && error.contains("config.json asks for"), "{error}");
    dir.config["hidden_act"] = "gelu_new".into();
    let error = Scorer::load(&dir, &options()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("gelu_new"), "{error}");
}

/// The same suite on the first GPU, as far as bf16 agrees with f32.
#[cfg(feature = "cuda")]
mod on_a_gpu {
    use super::*;

    /// The encoder of a family on the first GPU, and on this processor; nothing where there is no GPU.
    #[allow(clippy::print_stderr)]
    fn both(dir: &ModelDir) -> Option<[Box<dyn Encoder>; 2]> {
        let gpu = match Device::find(&DeviceChoice::Cuda(vec![0])) {
            Ok(gpu) => gpu,
            Err(error) => {
                eprintln!("skipped: {error}");
                return None;
            }
        };
        Some(on_both(dir, [gpu, Device::find(&DeviceChoice::Cpu).unwrap()]))
    }

    fn distance(got: &[f32], want: &[f32]) -> f32 {
        assert_eq!(got.len(), want.len());
        let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>().sqrt();
        norm(&mut got.iter().zip(want).map(|(a, b)| a - b)) / norm(&mut want.iter().copied())
    }

    #[test]
    fn every_family_agrees_with_the_processor() {
        for family in ["bert", "xlm-roberta", "distilbert"] {
            let Some([gpu, cpu]) = both(&fixture(family)) else { return };
            // One token, tiles that are just full and just not, and many posts.
            for lengths in [vec![1], vec![31, 32, 33], vec![1, 2, 3, 40, 39, 5], (1..40).collect::<Vec<u32>>()] {
                let posts: Vec<Vec<u32>> =
                    lengths.iter().map(|n| (0..*n).map(|i| (i * 37 + n) % 200).collect()).collect();
                let batch = PackedBatch::new(posts.iter().map(Vec::as_slice));
                let (got, want) = (gpu.logits(&batch).unwrap(), cpu.logits(&batch).unwrap());
                let far = distance(&got, &want);
                // Rounding to bf16 alone moves the small logits of these random models by up to 2.8e-2 (simulated in PyTorch).
                assert!(far < 4e-2, "{family}, posts of {lengths:?}: {far}");
            }
        }
    }

    #[test]
    fn a_post_has_the_same_logits_alone_and_in_any_batch() {
        let Some([gpu, _]) = both(&fixture("bert")) else { return };
        let posts: Vec<Vec<u32>> = (1..40_u32).map(|n| (0..n).map(|i| (i * 13 + n) % 200).collect()).collect();
        let all = gpu.logits(&PackedBatch::new(posts.iter().map(Vec::as_slice))).unwrap();
        let each: Vec<f32> =
            posts.iter().flat_map(|post| gpu.logits(&PackedBatch::new([post.as_slice()])).unwrap()).collect();
        let far = distance(&each, &all);
        assert!(far < 1e-2, "{far}");
    }
}
