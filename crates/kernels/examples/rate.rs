//! How fast the kernels are, and how far from what this processor can do at most:
//! `cargo run --release -p grens-kernels --example rate [TIER ...]`.
//!
//! The peaks are measured, not looked up: chains of one instruction that wait for nothing but each other, so that clock, shared
//! cores and virtual machines are in them. Sizes are those of the shipped model: 512 tokens of 384 values.

use std::hint::black_box;

use grens_kernels::{
    Activation, AttentionShape, PackedMatrix, Precision, QuantisedMatrix, QuantisedRows, Queries, Tier, attention,
    gelu, layer_norm, linear, linear_int8,
};

#[path = "rate/clock.rs"]
mod clock;
#[cfg(target_arch = "x86_64")]
#[path = "rate/peak.rs"]
mod peak;

const TOKENS: usize = 512;
const HIDDEN: usize = 384;
/// As the encoder has them.
const FEED_FORWARD_ROWS: usize = 96;
const SHAPES: [(&str, usize, usize); 4] =
    [("qkv", 384, 1152), ("out", 384, 384), ("up", 384, 1536), ("down", 1536, 384)];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted =
        |t: &Tier| *t != Tier::Plain && t.is_available() && (asked.is_empty() || asked.contains(&t.to_string()));
    for tier in Tier::ALL.into_iter().filter(wanted) {
        println!("{tier}");
        if tier.prefers_int8() {
            in_int8(tier)
        } else {
            in_f32(tier)
        }
        around(tier);
    }
}

/// The least seconds of some runs, of processor time: a busy machine disturbs them little.
fn seconds(mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let began = clock::now();
        run();
        clock::now() - began
    };
    (0..25).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min)
}

fn peak(tier: Tier) -> f64 {
    #[cfg(target_arch = "x86_64")]
    return peak::products_per_second(tier) / 1e9;
    #[cfg(not(target_arch = "x86_64"))]
    return f64::NAN;
}

/// A line with the rate in 10^9 multiply-adds a second; `work` are those of one run.
fn report(name: &str, work: usize, seconds: f64, peak: f64) {
    let rate = work as f64 / seconds / 1e9;
    println!(
        "  {name:<16} {rate:>7.1} of {peak:>7.1} G multiply-adds/s ({:>3.0}%), {:>6.3} ms",
        100.0 * rate / peak,
        seconds * 1e3
    );
}

fn values(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i * 7919 % 1013) as f32 / 506.0 - 1.0).collect()
}

/// Values on cache lines, as the encoder keeps them.
struct Rows {
    buffer: Vec<f32>,
    start: usize,
}

impl Rows {
    fn of(values: Vec<f32>) -> Self {
        let mut buffer = vec![0.0; values.len() + 16];
        let start = buffer.as_ptr().align_offset(64).min(16);
        buffer[start..start + values.len()].copy_from_slice(&values);
        Self { buffer, start }
    }

    fn zeros(n: usize) -> Self {
        Self::of(vec![0.0; n])
    }

    fn data(&mut self) -> &mut [f32] {
        let end = self.buffer.len() - 16 + self.start;
        &mut self.buffer[self.start..end]
    }
}

fn in_f32(tier: Tier) {
    let peak = peak(tier);
    for (name, n_in, n_out) in SHAPES {
        let (x, w, bias) =
            (Rows::of(values(TOKENS * n_in)), PackedMatrix::pack(&values(n_in * n_out), n_out, n_in), vec![0.0; n_out]);
        let (mut x, mut out) = (x, Rows::zeros(TOKENS * n_out));
        let s = seconds(|| linear(tier, x.data(), &w, &bias, Activation::None, black_box(out.data())));
        report(name, TOKENS * n_in * n_out, s, peak);
    }
}

fn in_int8(tier: Tier) {
    let peak = peak(tier);
    let precisions = [(Precision::OneByte, 1, "one byte"), (Precision::TwoBytes, 2, "two bytes")];
    for (name, n_in, n_out) in SHAPES {
        let weights: Vec<i8> = (0..n_in * n_out).map(|i| (i * 31 % 251) as u8 as i8).collect();
        // What lies between the feed-forward products is read and written in blocks, by both kernels.
        let block = if n_in.max(n_out) > 3 * HIDDEN { FEED_FORWARD_ROWS } else { TOKENS };
        let x = values(TOKENS * n_in);
        let mut blocks: Vec<_> =
            x.chunks(block * n_in).map(|x| (Rows::of(x.to_vec()), QuantisedRows::default())).collect();
        let w = QuantisedMatrix::pack(&weights, &vec![0.01; n_out], n_out, n_in);
        let (bias, mut out) = (vec![0.0; n_out], Rows::zeros(block * n_out));
        let act = if name == "up" { Activation::Gelu } else { Activation::None };
        for (precision, planes, words) in precisions {
            let cut = seconds(|| blocks.iter_mut().for_each(|(x, rows)| rows.fill(tier, x.data(), n_in, precision)));
            let s = seconds(|| {
                for (x, rows) in &mut blocks {
                    let out = &mut out.data()[..x.data().len() / n_in * n_out];
                    linear_int8(tier, rows, &w, &bias, act, black_box(out));
                }
            });
            report(&format!("{name} {words}"), TOKENS * n_in * n_out * planes, s, peak);
            println!("  {:<16} {:>7.3} ms, cutting its rows", "", cut * 1e3);
        }
    }
}

fn around(tier: Tier) {
    let mut x = Rows::of(values(TOKENS * 4 * HIDDEN));
    let s = seconds(|| gelu(tier, black_box(x.data())));
    println!("  {:<16} {:>7.3} ms", "GELU", s * 1e3);
    for length in [16, 32, 128] {
        let (mut qkv, mut out) = (Rows::of(values(TOKENS * 3 * HIDDEN)), Rows::zeros(TOKENS * HIDDEN));
        let (lengths, shape) = (vec![length; TOKENS / length], AttentionShape { heads: 12, head_dim: 32 });
        let s = seconds(|| attention(tier, qkv.data(), &lengths, shape, Queries::All, black_box(out.data())));
        println!("  {:<16} {:>7.3} ms, posts of {length} tokens", "attention", s * 1e3);
    }
    let (mut x, mut residual) = (Rows::of(values(TOKENS * HIDDEN)), Rows::of(values(TOKENS * HIDDEN)));
    let ones = [1.0; HIDDEN];
    let s = seconds(|| layer_norm(tier, black_box(x.data()), residual.data(), &ones, &ones, 1e-12));
    println!("  {:<16} {:>7.3} ms", "LayerNorm", s * 1e3);
}
