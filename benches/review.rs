//! The next item of a queue of 100,000, and what a verdict costs. `cargo bench -p grens-review`.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::io::{BufWriter, Write as _};

use criterion::{Criterion, criterion_group, criterion_main};
use grens_law::{Judgement, Statute};
use grens_review::Store;
use grens_review::store::{Filter, Form, Hand, Importing, Order, Role};

const ITEMS: usize = 100_000;

fn queue(dir: &std::path::Path) -> Store {
    let list = dir.join("candidates.jsonl");
    let mut out = BufWriter::new(std::fs::File::create(&list).unwrap());
    for i in 0..ITEMS {
        // Spread over scores, grounds and platforms, the same in every run.
        let confidence = ((i * 7919) % 10_000) as f32 / 10_000.0;
        let (ground, platform) = (["race", "religion", "gender"][i % 3], ["forum", "x", "youtube", "mastodon"][i % 4]);
        let finding = serde_json::json!({
            "rank": i + 1, "stands_for": 1, "file": "posts.jsonl", "file_sha256": "", "line": i + 1, "platform": platform,
            "url": format!("https://voorbeeld.example/{i}"), "text": format!("Dit is bericht {i} van een verzonnen dorp, en zo lang als berichten zijn"),
            "grens": "0.1.0", "schema": "grens.finding/1", "id": format!("p{i}"), "band": "review", "articles": ["137c"], "grounds": [ground],
            "reasons": ["made up"], "confidence": confidence, "scores": {"group_hate": 0.5, "art137c": confidence, "art137d": 0.1},
            "ground_scores": {"race": 0.9, "religion": 0.1, "orientation": 0.1, "disability": 0.1, "gender": 0.1}, "lang": "nl", "n_tokens": 9,
            "truncated": false, "text_sha256": format!("{i:064}"), "model": {"name": "made-up", "hash": "00"}, "policy": "made-up-1",
            "law": "nl-sr-2026-01-01"
        });
        writeln!(out, "{finding}").unwrap();
    }
    drop(out);
    let mut store = Store::create(&dir.join("review.db")).unwrap();
    store.import(&Importing { inputs: vec![list], ..Importing::default() }).unwrap();
    store
}

fn next_item(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = queue(dir.path());
    let user = store.add_user("bench", Role::Moderator, "een lange zin voor proeven", None).unwrap();
    let hand = Hand("bench".to_owned());
    let mut group = c.benchmark_group("next item of 100,000");
    group.sample_size(20);
    for order in Order::ALL {
        group.bench_function(order.name(), |b| {
            b.iter(|| {
                let item = store.take(&user, &hand, &Filter::default(), order).unwrap().unwrap();
                store.put_back(&user, &hand, black_box(item.id)).unwrap();
            });
        });
    }
    // The worst case: a walk over a whole index.
    let nothing = Filter { platform: Some("nowhere".to_owned()), ..Filter::default() };
    group.bench_function("a filter that fits nothing", |b| {
        b.iter(|| store.take(&user, &hand, black_box(&nothing), Order::Severity).unwrap());
    });
    group.bench_function("counting what is left", |b| b.iter(|| store.waiting(&user, &Filter::default()).unwrap()));
    let form = Form { reason: Some("gaat over het weer".to_owned()), ..Form::new(Judgement::NotCandidate) };
    group.bench_function("take and judge", |b| {
        b.iter(|| {
            let item = store.take(&user, &hand, &Filter::default(), Order::Severity).unwrap().unwrap();
            store.judge(&user, &hand, item.id, &form, Statute::shipped()).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, next_item);
criterion_main!(benches);
