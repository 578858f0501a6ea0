//! Figures of one head on 100,000 scored texts, and bootstrap draws of them. `cargo bench -p grens-eval`.

#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use grens_eval::metrics::{Draws, Ranking, Scored, Step, bootstrap, figures};

const TEXTS: u32 = 100_000;

/// Scores of five decimals, three texts a cluster, from a plain sequence without a random source.
fn texts() -> Vec<Scored> {
    (0..TEXTS)
        .map(|i| {
            let hash = i.wrapping_mul(2_654_435_761);
            let hateful = hash % 10 < 3;
            #[allow(clippy::cast_precision_loss)]
            let share = (hash >> 8) as f32 / (1 << 24) as f32;
            let score = if hateful { share.sqrt() } else { share * share };
            Scored { score: (score * 1e5).round() / 1e5, hateful, cluster: i / 3 }
        })
        .collect()
}

fn metrics(c: &mut Criterion) {
    let texts = texts();
    let ranking = Ranking::new(&texts);
    let all = figures(&ranking, &[("review".to_owned(), 0.5)], &[50], true);
    let mut group = c.benchmark_group("metrics");
    group.sample_size(10);
    group.bench_function("rank", |b| b.iter(|| Ranking::new(&texts)));
    group.bench_function("figures", |b| b.iter(|| all.of(&ranking, &ranking.steps())));
    group.bench_function("100 draws", |b| {
        b.iter(|| {
            bootstrap(ranking.clusters(), Draws { n: 100, seed: 1 }, Vec::<Step>::new, |counts, steps| {
                ranking.steps_into(counts, steps);
                all.of(&ranking, steps)
            })
        });
    });
    group.finish();
}

criterion_group!(benches, metrics);
criterion_main!(benches);
