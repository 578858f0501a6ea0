//! How many posts a second are tokenised, and how many a second the encoder takes that are tokenised already. What `scripts/bench_gpu` sets beside
//! the rate of the whole path.
//!
//! ```sh
//! cargo run --release -p grens-infer --example rates -- MODEL POSTS.jsonl DEVICE [SECONDS]
//! ```
//!
//! Prints one JSON object: `tokens` (a post, mean), `tokenise_one` and `tokenise_all` (posts a second by one thread, and by all of them), `encode`
//! (posts a second, tokens to scores) and `runs_on`. POSTS has a string `text` a line.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use grens_infer::{Encoded, ModelDir, Scorer, ScorerOptions};

/// Posts that go to the encoder at once, as many as a window of `grens score` on a GPU holds.
const WINDOW: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut next =
        |what: &str| args.next().ok_or_else(|| format!("{what} is missing: MODEL POSTS.jsonl DEVICE [SECONDS]"));
    let (model, posts, device) = (next("MODEL")?, next("POSTS.jsonl")?, next("DEVICE")?);
    let seconds: f64 = next("SECONDS").unwrap_or_else(|_| "5".to_owned()).parse()?;
    let texts: Vec<String> = std::fs::read_to_string(posts)?
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned))
        .collect();
    let scorer =
        Scorer::load(&ModelDir::open(&model)?, &ScorerOptions { device: device.parse()?, ..ScorerOptions::default() })?;

    // On one thread over the first posts, then on all threads over all of them.
    let sample: Vec<&String> = texts.iter().take(WINDOW).collect();
    let one =
        rate(seconds / 2.0, sample.len(), || sample.iter().try_for_each(|text| scorer.encode_one(text).map(|_| ())))?;
    let mut encoded: Vec<Encoded> = vec![];
    let all = rate(seconds / 2.0, texts.len(), || {
        encoded = scorer.encode(&texts)?;
        Ok(())
    })?;
    let tokens: usize = encoded.iter().map(|post| post.ids.len()).sum();
    let window: Vec<&Encoded> = encoded.iter().take(8 * WINDOW).collect();
    let encode = rate(seconds, window.len(), || scorer.score_encoded(&window).map(|_| ()))?;
    println!(
        "{}",
        serde_json::json!({
            "posts": texts.len(),
            "tokens": tokens as f64 / texts.len().max(1) as f64,
            "threads": scorer.info().threads,
            "tokenise_one": one,
            "tokenise_all": all,
            "encode": encode,
            "runs_on": scorer.info().runs_on,
        })
    );
    Ok(())
}

/// Posts a second of a call that does `posts`: once to warm up, then for so long.
fn rate(seconds: f64, posts: usize, mut call: impl FnMut() -> grens_infer::Result<()>) -> grens_infer::Result<f64> {
    call()?;
    let (began, mut calls) = (Instant::now(), 0);
    while calls == 0 || began.elapsed().as_secs_f64() < seconds {
        call()?;
        calls += 1;
    }
    Ok((calls * posts) as f64 / began.elapsed().as_secs_f64())
}
