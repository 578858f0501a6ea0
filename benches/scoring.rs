//! The whole path, tokenising to scores, on the sample posts. `cargo bench -p grens`.

#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grens_infer::{DeviceChoice, ModelDir, Scorer, ScorerOptions};

fn scoring(c: &mut Criterion) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let dir = ModelDir::open(&format!("{root}/models/grens-nl")).unwrap();
    let posts: Vec<String> = std::fs::read_to_string(format!("{root}/eval-data/sample/posts.jsonl"))
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["text"].as_str().unwrap().to_owned())
        .collect();
    let mut group = c.benchmark_group("score");
    group.sample_size(10);
    for threads in [1, 2] {
        let options = ScorerOptions { device: DeviceChoice::Cpu, threads, ..ScorerOptions::default() };
        let scorer = Scorer::load(&dir, &options).unwrap();
        group.throughput(Throughput::Elements(posts.len() as u64));
        group.bench_function(BenchmarkId::new("sample", threads), |b| b.iter(|| scorer.score(&posts).unwrap()));
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("one-post", threads), |b| b.iter(|| scorer.score(&posts[..1]).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, scoring);
criterion_main!(benches);
