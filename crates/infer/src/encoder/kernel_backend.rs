//! The packed encoder on this processor, by `grens-kernels`.

use std::cell::RefCell;

use std::ops::Range;

use grens_kernels::{
    Activation, AttentionShape, PANEL, PackedMatrix, Precision, QuantisedMatrix, QuantisedRows, Queries, Tier,
    attention, layer_norm, linear, linear_int8, linear_part, tanh,
};
use rayon::prelude::*;

use super::backend::{Backend, Between, Layer};
use super::embedding::Embeddings;
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

pub(super) struct Linear {
    weight: Weight,
    bias: Vec<f32>,
}

enum Weight {
    F32(PackedMatrix),
    Int8 { matrix: QuantisedMatrix, inputs: Precision },
}

impl Linear {
    /// `of` is how many rows the batch has that `x` is some or all of.
    fn run(&self, tier: Tier, x: &[f32], of: usize, act: Activation, out: &mut [f32]) {
        match &self.weight {
            Weight::F32(weight) => match parts(of, self.bias.len()) {
                1 => linear(tier, x, weight, &self.bias, act, out),
                n => self.shared(n, tier, x, weight, act, out),
            },
            Weight::Int8 { matrix, inputs } => INPUT.with_borrow_mut(|rows| {
                rows.fill(tier, x, matrix.n_in(), *inputs);
                linear_int8(tier, rows, matrix, &self.bias, act, out);
            }),
        }
    }

    /// All outputs, `n` threads making some each.
    fn shared(&self, n: usize, tier: Tier, x: &[f32], weight: &PackedMatrix, act: Activation, out: &mut [f32]) {
        let width = self.bias.len();
        let rows = out.len() / width;
        let step = width.div_ceil(n).next_multiple_of(PANEL);
        let parts: Vec<(Range<usize>, Rows)> = (0..width.div_ceil(step))
            .into_par_iter()
            .map(|i| {
                let outputs = i * step..width.min((i + 1) * step);
                let mut part = Rows::unset(rows, outputs.len());
                linear_part(tier, x, weight, outputs.clone(), &self.bias[outputs.clone()], act, part.data_mut());
                (outputs, part)
            })
            .collect();
        for (outputs, part) in parts {
            for (row, part) in out.chunks_exact_mut(width).zip(part.data().chunks_exact(outputs.len())) {
                row[outputs.clone()].copy_from_slice(part);
            }
        }
    }
}

/// How many threads share an f32 product of a batch of so many rows. With few rows it takes as long as reading its weights does, which
/// threads do side by side; in 8 bits they are read sooner than a thread is woken. Beside a batch of many rows there are as a rule others
/// for the other threads. The bits are the same.
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

    fn in_int8(layer: &Linear) -> bool {
        matches!(layer.weight, Weight::Int8 { .. })
    }

    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, inputs: Precision) -> Result<Linear> {
        let (rows, cols) = (weight.rows, weight.cols);
        let weight = match weight.data {
            MatrixData::I8 { values, scales } if self.tier.prefers_int8() && cols <= QuantisedMatrix::MOST_INPUTS => {
                Weight::Int8 { matrix: QuantisedMatrix::pack(&values, &scales, rows, cols), inputs }
            }
            _ => Weight::F32(PackedMatrix::pack(&weight.into_f32(), rows, cols)),
        };
        Ok(Linear { weight, bias })
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
        let mut out = Rows::unset(x.rows, layer.bias.len());
        layer.run(self.tier, x.data(), x.rows, Activation::None, out.data_mut());
        Ok(out)
    }

    fn feed_forward(&self, x: &Rows, up: &Linear, down: &Linear) -> Result<Rows> {
        let mut out = Rows::unset(x.rows, down.bias.len());
        let mut between = Rows::unset(FEED_FORWARD_ROWS, up.bias.len());
        let blocks = out.data_mut().chunks_mut(FEED_FORWARD_ROWS * down.bias.len());
        for (block, out) in x.data().chunks(FEED_FORWARD_ROWS * x.width).zip(blocks) {
            let between = &mut between.data_mut()[..out.len() / down.bias.len() * up.bias.len()];
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
