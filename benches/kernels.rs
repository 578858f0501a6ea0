//! Each kernel on each tier that this processor has, at the sizes of the shipped model. `cargo bench -p grens-kernels`.

#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use grens_kernels::{
    Activation, AttentionShape, PackedMatrix, Precision, QuantisedMatrix, QuantisedRows, Queries, Tier, attention,
    gelu, layer_norm, linear, linear_int8,
};

const TOKENS: usize = 256;
const HIDDEN: usize = 384;
/// A layer's products: inputs and outputs.
const SHAPES: [(&str, usize, usize); 4] =
    [("qkv", HIDDEN, 3 * HIDDEN), ("out", HIDDEN, HIDDEN), ("up", HIDDEN, 4 * HIDDEN), ("down", 4 * HIDDEN, HIDDEN)];
const PRECISIONS: [(&str, Precision); 2] = [("one-byte", Precision::OneByte), ("two-bytes", Precision::TwoBytes)];

fn tiers() -> impl Iterator<Item = Tier> {
    Tier::ALL.into_iter().filter(|t| t.is_available() && *t != Tier::Plain)
}

fn values(n: usize) -> Vec<f32> {
    (0..n).map(|i| (i * 7919 % 1013) as f32 / 506.0 - 1.0).collect()
}

fn products(c: &mut Criterion) {
    for (name, n_in, n_out) in SHAPES {
        let mut group = c.benchmark_group(format!("linear-{name}"));
        group.throughput(Throughput::Elements((TOKENS * n_in * n_out) as u64));
        let (x, bias, mut out) = (values(TOKENS * n_in), vec![0.0; n_out], vec![0.0; TOKENS * n_out]);
        let packed = PackedMatrix::pack(&values(n_in * n_out), n_out, n_in);
        let bytes: Vec<i8> = (0..n_in * n_out).map(|i| (i * 31 % 251).to_le_bytes()[0].cast_signed()).collect();
        let quantised = QuantisedMatrix::pack(&bytes, &vec![0.01; n_out], n_out, n_in);
        for tier in tiers().filter(|t| !t.prefers_int8()) {
            let run = |b: &mut criterion::Bencher<'_>| {
                b.iter(|| linear(tier, &x, &packed, &bias, Activation::None, &mut out))
            };
            group.bench_function(BenchmarkId::new("f32", tier), run);
        }
        for tier in tiers().filter(|t| t.prefers_int8()) {
            for (words, precision) in PRECISIONS {
                let mut rows = QuantisedRows::default();
                rows.fill(tier, &x, n_in, precision);
                group.bench_function(BenchmarkId::new(words, tier), |b| {
                    b.iter(|| linear_int8(tier, &rows, &quantised, &bias, Activation::None, &mut out));
                });
            }
        }
        group.finish();
    }
}

fn rows(c: &mut Criterion) {
    let mut group = c.benchmark_group("rows");
    for tier in tiers() {
        let mut x = values(TOKENS * 4 * HIDDEN);
        group.throughput(Throughput::Elements(x.len() as u64));
        for (words, precision) in PRECISIONS {
            let mut rows = QuantisedRows::default();
            group.bench_function(BenchmarkId::new(words, tier), |b| {
                b.iter(|| rows.fill(tier, &x, 4 * HIDDEN, precision))
            });
        }
        group.bench_function(BenchmarkId::new("gelu", tier), |b| b.iter(|| gelu(tier, black_box(&mut x))));
        let (mut x, residual, ones) = (values(TOKENS * HIDDEN), values(TOKENS * HIDDEN), [1.0; HIDDEN]);
        group.throughput(Throughput::Elements(x.len() as u64));
        group.bench_function(BenchmarkId::new("layer-norm", tier), |b| {
            b.iter(|| layer_norm(tier, black_box(&mut x), &residual, &ones, &ones, 1e-12));
        });
    }
    group.finish();
}

fn mixing(c: &mut Criterion) {
    let mut group = c.benchmark_group("attention");
    let (qkv, mut out) = (values(TOKENS * 3 * HIDDEN), vec![0.0; TOKENS * HIDDEN]);
    let shape = AttentionShape { heads: 12, head_dim: 32 };
    group.throughput(Throughput::Elements(TOKENS as u64));
    for tier in tiers().filter(|t| !t.prefers_int8()) {
        for length in [16, 32, 128] {
            let lengths = vec![length; TOKENS / length];
            group.bench_function(BenchmarkId::new(tier.to_string(), length), |b| {
                b.iter(|| attention(tier, &qkv, &lengths, shape, Queries::All, &mut out));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, products, rows, mixing);
criterion_main!(benches);
