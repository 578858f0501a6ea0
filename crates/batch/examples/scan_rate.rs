//! What a scan costs beside its model: reading, repeats, parts, results, with a stand-in that scores by the hash of a text.
//!
//! `cargo run --release -p grens-batch --example scan_rate -- posts.jsonl OUT [jsonl|csv|parquet]`, with posts of `scripts/make_posts.py`.
//! Prints posts a second and, on Linux, the peak of resident memory.

#![allow(clippy::print_stdout, missing_docs)]

use std::hash::BuildHasher;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use grens_batch::{
    Decider, Ending, InputOptions, Inputs, Progress, Result, ScanOptions, Source, TextScorer, Warning, Watcher, Window,
    scan,
};
use grens_infer::{Encoded, PostScores};
use grens_law::{ModelRef, Policy, RejectRecord, Scores};

const POLICY: &str = "id = \"stand-in\"\n[137c]\ncandidate = 0.99\nreview = 0.95\nnightly_cap = 50\n[137d]\ncandidate = 0.99\nreview = 0.95\nnightly_cap = 50\n[group_hate]\nreview = 1.0\n[grounds]\nnamed = 0.5\n";

/// One text in twenty is for review, one in a hundred a candidate, evenly spread.
struct StandIn(ModelRef);

impl TextScorer for StandIn {
    fn reference(&self) -> &ModelRef {
        &self.0
    }

    /// One token, made of the hash of the text.
    fn encode(&self, text: &str) -> Result<Encoded> {
        Ok(Encoded { ids: vec![token(text)], truncated: false })
    }

    fn score_encoded(&self, posts: &[&Encoded]) -> Result<Vec<PostScores>> {
        Ok(posts.iter().map(|post| scores(post.ids.first().copied().unwrap_or_default())).collect())
    }

    /// Without tokens, which would cost more than the stand-in does.
    fn score(&self, texts: &[&str]) -> Result<Vec<PostScores>> {
        Ok(texts.iter().map(|text| scores(token(text))).collect())
    }
}

/// The hash of a text, a quick one: what is measured is the scan, not its stand-in.
fn token(text: &str) -> u32 {
    (foldhash::fast::FixedState::default().hash_one(text) >> 20) as u32
}

fn scores(token: u32) -> PostScores {
    let p = (token % 100_000) as f32 / 100_000.0;
    PostScores {
        scores: Scores::from_heads([p, p, 0.1, 0.9, 0.0, 0.0, 0.0, 0.0]),
        logits: [None; 8],
        n_tokens: 40,
        truncated: false,
    }
}

struct Silent;

impl Watcher for Silent {
    fn reject(&mut self, _: &RejectRecord) {}
    fn warn(&mut self, _: &Warning) {}
    fn note(&mut self, _: &str) {}
    fn progress(&mut self, _: &Progress<'_>) -> Result<()> {
        Ok(())
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, out, rest @ ..] = args.as_slice() else {
        return Err("give a file of posts and a folder for the results".into());
    };
    let mut options = ScanOptions::new(out);
    if let Some(format) = rest.first() {
        options.format = format.parse()?;
    }
    let model = ModelRef { name: "stand-in".to_owned(), hash: String::new() };
    let decider = Decider::new(StandIn(model), Policy::parse(POLICY)?);
    let inputs = Inputs::open(vec![Source::new(file)], InputOptions::default())?;
    let began = Instant::now();
    let ended = scan(inputs, &decider, &options, Window::default(), &AtomicBool::new(false), &mut Silent)?;
    let seconds = began.elapsed().as_secs_f64();
    if let Ending::Done(report) = ended {
        let s = report.summary;
        println!(
            "{} posts ({} repeats, {} candidates, {} for review, {} near repeats) in {seconds:.1} s: {:.0} posts/s",
            s.posts,
            s.repeats,
            s.candidates,
            s.review,
            s.near_repeats,
            s.posts as f64 / seconds
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("peak memory: not known here"));
    Ok(())
}
