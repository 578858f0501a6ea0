//! The packed encoder on this processor, by `grens-kernels`.

use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use grens_kernels::{
    Activation, AttentionShape, PANEL, PackedMatrix, Precision, QuantisedMatrix, QuantisedRows, Queries, Tier,
    attention, layer_norm, linear, linear_int8, linear_int8_part, linear_part, tanh,
};
use rayon::prelude::*;

use super::backend::{Backend, Between, Layer};
use super::embedding::Embeddings;
use super::partner::Partner;
use crate::error::Result;
use crate::packed::PackedBatch;
use crate::weights::{Matrix, MatrixData};

pub(super) struct Kernels {
    tier: Tier,
}

impl Kernels {
    pub(super) const fn new(tier: Tier) -> Self {
        Self { tier }
    }
}

/// Hidden states in a buffer that may be longer.
pub(super) struct Rows {
    buffer: Vec<f32>,
    /// Where they begin in it: on a cache line, since a vector that is written across two takes the time of two.
    start: usize,
    rows: usize,
    width: usize,
}

/// Buffers that a thread keeps for its next batch: fresh memory of some megabytes costs a page fault every 4 KiB.
const KEPT: usize = 8;

/// Bytes of a cache line, and how many values fit.
const LINE: usize = 64;
const LINE_VALUES: usize = LINE / size_of::<f32>();

/// Threads share the f32 products of at most so many rows...
const SHARED_ROWS: usize = 64;

/// ...and take at least so many outputs each: handing over takes some microseconds.
const LEAST_OUTPUTS: usize = 128;

/// Rows that go through both feed-forward products before the next rows do: what lies between the two then stays near.
const FEED_FORWARD_ROWS: usize = 96;

thread_local! {
    static POOL: RefCell<Vec<Vec<f32>>> = const { RefCell::new(vec![]) };
    /// The input of the 8-bit product that runs.
    static INPUT: RefCell<QuantisedRows> = RefCell::default();
    /// Who makes half of each 8-bit product while a post is alone.
    static PARTNER: RefCell<Option<Arc<Partner<Half>>>> = const { RefCell::new(None) };
}

/// The part of an 8-bit product that is left to another thread.
struct Half {
    tier: Tier,
    x: Arc<QuantisedRows>,
    layer: Arc<Int8>,
    outputs: Range<usize>,
    act: Activation,
    out: Rows,
}

impl Half {
    fn make(&mut self) {
        let (layer, outputs) = (&self.layer, self.outputs.clone());
        let bias = &layer.bias[outputs.clone()];
        linear_int8_part(self.tier, &self.x, &layer.matrix, outputs, bias, self.act, self.out.data_mut());
    }
}

impl Rows {
    /// Rows whose values are whatever stood in the buffer: for outputs that are written whole.
    fn unset(rows: usize, width: usize) -> Self {
        let len = rows * width + LINE_VALUES;
        let mut buffer = POOL.with_borrow_mut(|pool| {
            // The shortest that is long enough, else the longest.
            let fits = pool.iter().enumerate().filter(|(_, b)| b.len() >= len).min_by_key(|(_, b)| b.len());
            let at = fits.or_else(|| pool.iter().enumerate().max_by_key(|(_, b)| b.len())).map(|(at, _)| at);
            at.map(|at| pool.swap_remove(at)).unwrap_or_default()
        });
        if buffer.len() < len {
            buffer.resize(len, 0.0);
        }
        // Less than a line; where no answer is known it is not aligned.
        let start = buffer.as_ptr().align_offset(LINE).min(LINE_VALUES);
        Self { buffer, start, rows, width }
    }

    fn data(&self) -> &[f32] {
        &self.buffer[self.start..self.start + self.rows * self.width]
    }

    fn data_mut(&mut self) -> &mut [f32] {
        &mut self.buffer[self.start..self.start + self.rows * self.width]
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        POOL.with_borrow_mut(|pool| {
            if pool.len() < KEPT {
                pool.push(buffer);
            }
        });
    }
}

/// A layer's weights, packed, and one bias an output.
pub(super) enum Linear {
    F32 { weight: PackedMatrix, bias: Vec<f32> },
    Int8(Arc<Int8>),
}

pub(super) struct Int8 {
    matrix: QuantisedMatrix,
    inputs: Precision,
    bias: Vec<f32>,
}

impl Linear {
    /// Outputs of a row.
    fn width(&self) -> usize {
        match self {
            Self::F32 { bias, .. } => bias.len(),
            Self::Int8(layer) => layer.bias.len(),
        }
    }

    /// `of` is how many rows the batch has that `x` is some or all of.
    fn run(&self, tier: Tier, x: &[f32], of: usize, act: Activation, out: &mut [f32]) {
        match self {
            Self::F32 { weight, bias } => match parts(of, bias.len()) {
                1 => linear(tier, x, weight, bias, act, out),
                n => shared(n, tier, x, weight, bias, act, out),
            },
            Self::Int8(layer) => {
                let mut rows = INPUT.take();
                rows.fill(tier, x, layer.matrix.n_in(), layer.inputs);
                let partner = PARTNER.with_borrow(Option::clone).filter(|_| layer.bias.len() >= 2 * LEAST_OUTPUTS);
                let rows = match partner {
                    Some(partner) => halved(&partner, tier, rows, layer, act, out),
                    None => {
                        linear_int8(tier, &rows, &layer.matrix, &layer.bias, act, out);
                        rows
                    }
                };
                INPUT.set(rows);
            }
        }
    }
}

/// While this lives, 8-bit products of this thread are shared.
struct Partnered(Arc<Partner<Half>>);

impl Partnered {
    fn begin() -> Self {
        let partner = Arc::new(Partner::new());
        PARTNER.set(Some(Arc::clone(&partner)));
        Self(partner)
    }
}

impl Drop for Partnered {
    fn drop(&mut self) {
        PARTNER.set(None);
        self.0.over();
    }
}

/// All outputs in 8 bits, half of them made by `partner` if it is there. Gives back `x`, if nobody else holds it.
fn halved(
    partner: &Partner<Half>,
    tier: Tier,
    x: QuantisedRows,
    layer: &Arc<Int8>,
    act: Activation,
    out: &mut [f32],
) -> QuantisedRows {
    let width = layer.bias.len();
    let rows = out.len() / width;
    let cut = (width / 2).next_multiple_of(PANEL);
    let x = Arc::new(x);
    let half = || Half {
        tier,
        x: Arc::clone(&x),
        layer: Arc::clone(layer),
        outputs: cut..width,
        act,
        out: Rows::unset(rows, width - cut),
    };
    if partner.ask(half) {
        linear_int8_part(tier, &x, &layer.matrix, 0..cut, &layer.bias[..cut], act, out);
        let made = partner.answer().unwrap_or_else(|| {
            let mut half = half();
            half.make();
            half
        });
        put(&made.out, cut..width, width, out);
    } else {
        linear_int8(tier, &x, &layer.matrix, &layer.bias, act, out);
    }
    Arc::into_inner(x).unwrap_or_default()
}

/// Write `part`, some outputs of all rows, to its place in rows of `width`.
fn put(part: &Rows, outputs: Range<usize>, width: usize, out: &mut [f32]) {
    for (row, part) in out.chunks_exact_mut(width).zip(part.data().chunks_exact(outputs.len())) {
        row[outputs.clone()].copy_from_slice(part);
    }
}

/// All outputs in f32, `n` threads making some each.
fn shared(n: usize, tier: Tier, x: &[f32], weight: &PackedMatrix, bias: &[f32], act: Activation, out: &mut [f32]) {
    let width = bias.len();
    let rows = out.len() / width;
    let step = width.div_ceil(n).next_multiple_of(PANEL);
    let parts: Vec<(Range<usize>, Rows)> = (0..width.div_ceil(step))
        .into_par_iter()
        .map(|i| {
            let outputs = i * step..width.min((i + 1) * step);
            let mut part = Rows::unset(rows, outputs.len());
            linear_part(tier, x, weight, outputs.clone(), &bias[outputs.clone()], act, part.data_mut());
            (outputs, part)
        })
        .collect();
    for (outputs, part) in parts {
        put(&part, outputs, width, out);
    }
}

/// How many threads share an f32 product of a batch of so many rows. With few rows it takes as long as reading its weights does, which
/// threads do side by side; in 8 bits they are read sooner than a thread is woken, unless one is awake for it ([`Partner`]). Beside a batch of
/// many rows there are as a rule others for the other threads. The bits are the same.
fn parts(rows: usize, width: usize) -> usize {
    let most = if rows <= SHARED_ROWS { rayon::current_num_threads() } else { 1 };
    most.min(width / LEAST_OUTPUTS).max(1)
}

pub(super) struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

pub(super) struct Head {
    pooler: Linear,
    between: Between,
    classifier: Linear,
}

impl Backend for Kernels {
    type Rows = Rows;
    type Linear = Linear;
    type Norm = Norm;
    type Embedding = Embeddings;
    type Head = Head;

    fn describe(&self) -> String {
        format!("{} kernels", self.tier)
    }

    fn with_partner<T>(&self, threads: &rayon::ThreadPool, run: impl FnOnce() -> T) -> T {
        let partner = Partnered::begin();
        let served = Arc::clone(&partner.0);
        // What panics there is made again here, and seen if it panics again.
        threads.spawn(move || drop(catch_unwind(AssertUnwindSafe(|| served.serve(Half::make)))));
        run()
    }

    fn in_int8(layer: &Linear) -> bool {
        matches!(layer, Linear::Int8(_))
    }

    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, inputs: Precision) -> Result<Linear> {
        let (rows, cols) = (weight.rows, weight.cols);
        Ok(match weight.data {
            MatrixData::I8 { values, scales } if self.tier.prefers_int8() && cols <= QuantisedMatrix::MOST_INPUTS => {
                let matrix = QuantisedMatrix::pack(&values, &scales, rows, cols);
                Linear::Int8(Arc::new(Int8 { matrix, inputs, bias }))
            }
            _ => Linear::F32 { weight: PackedMatrix::pack(&weight.into_f32(), rows, cols), bias },
        })
    }

    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Norm> {
        Ok(Norm { gain, shift, epsilon })
    }

    fn make_embedding(&self, tables: Embeddings) -> Result<Embeddings> {
        Ok(tables)
    }

    fn make_head(&self, pooler: Layer, between: Between, classifier: Layer) -> Result<Head> {
        let linear = |(weight, bias)| self.make_linear(weight, bias, Precision::TwoBytes);
        Ok(Head { pooler: linear(pooler)?, between, classifier: linear(classifier)? })
    }

    fn embed(&self, batch: &PackedBatch, tables: &Embeddings, norm: &Norm) -> Result<Rows> {
        let mut x = Rows::unset(batch.ids().len(), tables.words.cols());
        tables.write_rows(batch, x.data_mut());
        layer_norm(self.tier, x.data_mut(), &[], &norm.gain, &norm.shift, norm.epsilon);
        Ok(x)
    }

    fn linear(&self, x: &Rows, layer: &Linear) -> Result<Rows> {
        let mut out = Rows::unset(x.rows, layer.width());
        layer.run(self.tier, x.data(), x.rows, Activation::None, out.data_mut());
        Ok(out)
    }

    fn feed_forward(&self, x: &Rows, up: &Linear, down: &Linear) -> Result<Rows> {
        let (hidden, width) = (down.width(), up.width());
        let mut out = Rows::unset(x.rows, hidden);
        let mut between = Rows::unset(FEED_FORWARD_ROWS, width);
        let blocks = out.data_mut().chunks_mut(FEED_FORWARD_ROWS * hidden);
        for (block, out) in x.data().chunks(FEED_FORWARD_ROWS * x.width).zip(blocks) {
            let between = &mut between.data_mut()[..out.len() / hidden * width];
            up.run(self.tier, block, x.rows, Activation::Gelu, between);
            down.run(self.tier, between, x.rows, Activation::None, out);
        }
        Ok(out)
    }

    fn add_norm(&self, mut x: Rows, residual: &Rows, norm: &Norm) -> Result<Rows> {
        layer_norm(self.tier, x.data_mut(), residual.data(), &norm.gain, &norm.shift, norm.epsilon);
        Ok(x)
    }

    fn attention(&self, qkv: Rows, lengths: &[usize], shape: AttentionShape, queries: Queries) -> Result<Rows> {
        let rows = if queries == Queries::All { qkv.rows } else { lengths.len() };
        let mut out = Rows::unset(rows, shape.heads * shape.head_dim);
        attention(self.tier, qkv.data(), lengths, shape, queries, out.data_mut());
        Ok(out)
    }

    fn first_rows(&self, x: &Rows, lengths: &[usize]) -> Result<Rows> {
        let mut out = Rows::unset(lengths.len(), x.width);
        let mut first = 0;
        for (length, row) in lengths.iter().zip(out.data_mut().chunks_exact_mut(x.width)) {
            row.copy_from_slice(&x.data()[first * x.width..(first + 1) * x.width]);
            first += length;
        }
        Ok(out)
    }

    fn logits(&self, x: Rows, head: &Head) -> Result<Vec<f32>> {
        let mut pooled = self.linear(&x, &head.pooler)?;
        match head.between {
            Between::Tanh => tanh(self.tier, pooled.data_mut()),
            Between::Relu => pooled.data_mut().iter_mut().for_each(|v| *v = v.max(0.0)),
        }
        Ok(self.linear(&pooled, &head.classifier)?.data().to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_partner_changes_no_bit() {
        let (n_in, n_out, rows) = (96, 1100, 7);
        let whole = |i: usize| u16::try_from(i.wrapping_mul(40_503) >> 5 & 0xff).unwrap();
        let values: Vec<i8> = (0..n_in * n_out).map(|i| whole(i).to_le_bytes()[0].cast_signed()).collect();
        let scales: Vec<f32> = (0..n_out).map(|i| 0.001 + f32::from(whole(i)) / 1e5).collect();
        let bias = (0..n_out).map(|i| f32::from(whole(i + 9)) - 100.0).collect();
        let matrix = QuantisedMatrix::pack(&values, &scales, n_out, n_in);
        let layer = Linear::Int8(Arc::new(Int8 { matrix, inputs: Precision::TwoBytes, bias }));
        let mut x = Rows::unset(rows, n_in);
        for (i, v) in x.data_mut().iter_mut().enumerate() {
            *v = f32::from(whole(3 * i)) / 50.0 - 2.0;
        }
        let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
            let kernels = Kernels::new(tier);
            let alone = kernels.linear(&x, &layer).unwrap();
            assert!(alone.data().iter().all(|v| v.is_finite()));
            kernels.with_partner(&threads, || {
                let partner = PARTNER.with_borrow(Option::clone).unwrap();
                while !partner.is_there() {
                    std::thread::yield_now();
                }
                for _ in 0..50 {
                    assert_eq!(kernels.linear(&x, &layer).unwrap().data(), alone.data(), "{tier}");
                }
            });
            assert!(PARTNER.with_borrow(Option::is_none), "nobody stays");
        }
    }
}
