//! The packed encoder on this processor, by `grens-kernels`.

use std::cell::RefCell;

use grens_kernels::{
    Activation, AttentionShape, PackedMatrix, Precision, QuantisedMatrix, QuantisedRows, Queries, Tier, attention,
    layer_norm, linear, linear_int8, tanh,
};

use super::backend::Backend;
use crate::error::Result;
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
    rows: usize,
    width: usize,
}

/// Buffers that a thread keeps for its next batch: fresh memory of some megabytes costs a page fault every 4 KiB.
const KEPT: usize = 8;

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
        let len = rows * width;
        let mut buffer = POOL.with_borrow_mut(|pool| {
            // The shortest that is long enough, else the longest.
            let fits = pool.iter().enumerate().filter(|(_, b)| b.len() >= len).min_by_key(|(_, b)| b.len());
            let at = fits.or_else(|| pool.iter().enumerate().max_by_key(|(_, b)| b.len())).map(|(at, _)| at);
            at.map(|at| pool.swap_remove(at)).unwrap_or_default()
        });
        if buffer.len() < len {
            buffer.resize(len, 0.0);
        }
        Self { buffer, rows, width }
    }

    fn of(data: Vec<f32>, width: usize) -> Self {
        Self { rows: data.len() / width, buffer: data, width }
    }

    fn data(&self) -> &[f32] {
        &self.buffer[..self.rows * self.width]
    }

    fn data_mut(&mut self) -> &mut [f32] {
        &mut self.buffer[..self.rows * self.width]
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
    fn run(&self, tier: Tier, x: &[f32], act: Activation, out: &mut [f32]) {
        match &self.weight {
            Weight::F32(weight) => linear(tier, x, weight, &self.bias, act, out),
            Weight::Int8 { matrix, inputs } => INPUT.with_borrow_mut(|input| {
                input.fill(tier, x, matrix.n_in(), *inputs);
                linear_int8(tier, input, matrix, &self.bias, act, out);
            }),
        }
    }
}

pub(super) struct Norm {
    gain: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

impl Backend for Kernels {
    type Rows = Rows;
    type Linear = Linear;
    type Norm = Norm;

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
                // Tiles multiply two bytes faster than vectors one.
                let inputs = if self.tier == Tier::Amx { Precision::TwoBytes } else { inputs };
                Weight::Int8 { matrix: QuantisedMatrix::pack(&values, &scales, rows, cols), inputs }
            }
            _ => Weight::F32(PackedMatrix::pack(&weight.into_f32(), rows, cols)),
        };
        Ok(Linear { weight, bias })
    }

    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Norm> {
        Ok(Norm { gain, shift, epsilon })
    }

    fn make_rows(&self, data: Vec<f32>, width: usize) -> Result<Rows> {
        Ok(Rows::of(data, width))
    }

    fn linear(&self, x: &Rows, layer: &Linear, act: Activation) -> Result<Rows> {
        let mut out = Rows::unset(x.rows, layer.bias.len());
        layer.run(self.tier, x.data(), act, out.data_mut());
        Ok(out)
    }

    fn feed_forward(&self, x: &Rows, up: &Linear, down: &Linear) -> Result<Rows> {
        let mut out = Rows::unset(x.rows, down.bias.len());
        let mut between = Rows::unset(FEED_FORWARD_ROWS, up.bias.len());
        let blocks = out.data_mut().chunks_mut(FEED_FORWARD_ROWS * down.bias.len());
        for (x, out) in x.data().chunks(FEED_FORWARD_ROWS * x.width).zip(blocks) {
            let between = &mut between.data_mut()[..out.len() / down.bias.len() * up.bias.len()];
            up.run(self.tier, x, Activation::Gelu, between);
            down.run(self.tier, between, Activation::None, out);
        }
        Ok(out)
    }

    fn add_norm(&self, mut x: Rows, residual: Option<&Rows>, norm: &Norm) -> Result<Rows> {
        let residual = residual.map_or(&[][..], Rows::data);
        layer_norm(self.tier, x.data_mut(), residual, &norm.gain, &norm.shift, norm.epsilon);
        Ok(x)
    }

    fn attention(&self, qkv: &Rows, lengths: &[usize], shape: AttentionShape, queries: Queries) -> Result<Rows> {
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

    fn tanh(&self, mut x: Rows) -> Result<Rows> {
        tanh(self.tier, x.data_mut());
        Ok(x)
    }

    fn relu(&self, mut x: Rows) -> Result<Rows> {
        x.data_mut().iter_mut().for_each(|v| *v = v.max(0.0));
        Ok(x)
    }

    fn to_vec(&self, x: Rows) -> Result<Vec<f32>> {
        Ok(x.data().to_vec())
    }
}
