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

fn in_f32(tier: Tier) {
    let peak = peak(tier);
    for (name, n_in, n_out) in SHAPES {
        let (x, w, bias) =
            (values(TOKENS * n_in), PackedMatrix::pack(&values(n_in * n_out), n_out, n_in), vec![0.0; n_out]);
        let mut out = vec![0.0; TOKENS * n_out];
        let s = seconds(|| linear(tier, &x, &w, &bias, Activation::None, black_box(&mut out)));
        report(name, TOKENS * n_in * n_out, s, peak);
    }
}

fn in_int8(tier: Tier) {
    let peak = peak(tier);
    let precisions = [(Precision::OneByte, 1, "one byte"), (Precision::TwoBytes, 2, "two bytes")];
    for (name, n_in, n_out) in SHAPES {
        let weights: Vec<i8> = (0..n_in * n_out).map(|i| (i * 31 % 251) as u8 as i8).collect();
        let (x, w) = (values(TOKENS * n_in), QuantisedMatrix::pack(&weights, &vec![0.01; n_out], n_out, n_in));
        let (bias, mut out) = (vec![0.0; n_out], vec![0.0; TOKENS * n_out]);
        for (precision, planes, words) in precisions {
            let mut rows = QuantisedRows::default();
            let cut = seconds(|| rows.fill(tier, &x, n_in, precision));
            let s = seconds(|| linear_int8(tier, &rows, &w, &bias, Activation::None, black_box(&mut out)));
            report(&format!("{name} {words}"), TOKENS * n_in * n_out * planes, s, peak);
            println!("  {:<16} {:>7.3} ms, cutting its rows", "", cut * 1e3);
        }
    }
}

fn around(tier: Tier) {
    let mut x = values(TOKENS * 4 * HIDDEN);
    let s = seconds(|| gelu(tier, black_box(&mut x)));
    println!("  {:<16} {:>7.3} ms", "GELU", s * 1e3);
    for length in [16, 32, 128] {
        let (qkv, mut out) = (values(TOKENS * 3 * HIDDEN), vec![0.0; TOKENS * HIDDEN]);
        let (lengths, shape) = (vec![length; TOKENS / length], AttentionShape { heads: 12, head_dim: 32 });
        let s = seconds(|| attention(tier, &qkv, &lengths, shape, Queries::All, black_box(&mut out)));
        println!("  {:<16} {:>7.3} ms, posts of {length} tokens", "attention", s * 1e3);
    }
    let (mut x, residual, ones) = (values(TOKENS * HIDDEN), values(TOKENS * HIDDEN), [1.0; HIDDEN]);
    let s = seconds(|| layer_norm(tier, black_box(&mut x), &residual, &ones, &ones, 1e-12));
    println!("  {:<16} {:>7.3} ms", "LayerNorm", s * 1e3);
}
