//! Trains the character n-gram baseline: `cargo run --release -p grens-eval --example train_ngrams eval-data/train`. Writes
//! `crates/eval/data/ngrams-nl.bin`. Each run gives the same bytes.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use grens_eval::Head;
use grens_eval::baselines::ngram::{BUCKETS, features};
use grens_eval::baselines::{NgramModel, plain};
use grens_eval::datasets::{named, read};

const EPOCHS: usize = 12;
const RATE: f32 = 0.5;
/// Pull of every weight that is used towards 0.
const DECAY: f32 = 1e-5;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "eval-data/train".to_owned());
    let adapter = named("rows").unwrap();
    let mut files = vec![];
    collect(Path::new(&folder), &mut files);
    files.sort();
    let examples: Vec<_> = files.iter().flat_map(|f| read(f, adapter.as_ref(), &[]).unwrap().examples).collect();
    let rows: Vec<(Vec<u32>, [Option<bool>; 3])> =
        examples.iter().map(|e| (features(&plain(&e.post.text)), Head::ALL.map(|h| e.gold.of(h)))).collect();
    println!("{} rows out of {} files", rows.len(), files.len());
    let heads: Vec<_> = (0..3).map(|h| train(&rows, h)).collect();
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/data/ngrams-nl.bin");
    std::fs::write(target, NgramModel::to_bytes(&heads)).unwrap();
    println!("wrote {target}");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "tsv") {
            files.push(path);
        }
    }
}

/// Stochastic gradient with AdaGrad's step sizes (Duchi et al. 2011); rows in a fixed order that jumps about.
fn train(rows: &[(Vec<u32>, [Option<bool>; 3])], head: usize) -> (Vec<f32>, f32) {
    let (mut weights, mut squares) = (vec![0.0_f32; BUCKETS], vec![1e-3_f32; BUCKETS]);
    let (mut bias, mut bias_square) = (0.0_f32, 1e-3_f32);
    // A step that shares no factor with the number of rows visits every row once.
    let step = (0..).map(|i| rows.len() * 6 / 10 + i).find(|s| gcd(*s, rows.len()) == 1).unwrap();
    for epoch in 0..EPOCHS {
        let mut loss = 0.0;
        for i in 0..rows.len() {
            let (features, labels) = &rows[(i * step + epoch) % rows.len()];
            let Some(label) = labels[head] else { continue };
            let norm = 1.0 / (features.len().max(1) as f32).sqrt();
            let logit = bias + norm * features.iter().map(|&f| weights[f as usize]).sum::<f32>();
            let p = 1.0 / (1.0 + (-logit).exp());
            let error = p - f32::from(u8::from(label));
            loss -= if label { p.max(1e-7).ln() } else { (1.0 - p).max(1e-7).ln() };
            for &f in features {
                let w = &mut weights[f as usize];
                let gradient = error * norm + DECAY * *w;
                squares[f as usize] += gradient * gradient;
                *w -= RATE * gradient / squares[f as usize].sqrt();
            }
            bias_square += error * error;
            bias -= RATE * error / bias_square.sqrt();
        }
        println!("{} epoch {epoch}: mean loss {:.4}", Head::ALL[head], loss / rows.len() as f32);
    }
    (weights, bias)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
